//! Routes, headers, and the life of the server.

use std::{future::Future, io, net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, HeaderValue, header},
    middleware,
    response::IntoResponse,
    routing::{get, post},
};
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::{
    Config, Failure,
    amazon::Amazon,
    config::Merchant,
    crm::Crm,
    import::{BODY_LIMIT, import_order, import_upsale},
    journal::Journal,
    origin,
};

/// What the requests share.
#[derive(Debug)]
pub struct Backend {
    pub(crate) merchant: Merchant,
    pub(crate) shopper_address_header: Option<HeaderName>,
    pub(crate) crm: Crm,
    pub(crate) amazon: Amazon,
    pub(crate) journal: Journal,
    pub(crate) imports: TaskTracker,
}

impl Backend {
    /// Sets the backend up: opens the journal, and connects to nothing else yet.
    ///
    /// # Errors
    /// A sentence, when the journal cannot be opened or the TLS set-up of this machine does not work.
    pub async fn new(config: &Config) -> Result<Arc<Self>, String> {
        let limits = config.crm.limits;
        let no_tls = |error: reqwest::Error| format!("TLS does not work here: {error}.");
        let journal = Journal::open(&config.journal.url, limits).await;
        Ok(Arc::new(Self {
            merchant: config.merchant.clone(),
            shopper_address_header: config.shopper_address_header.clone(),
            crm: Crm::new(&config.crm).map_err(no_tls)?,
            amazon: Amazon::new(&config.amazon, limits).map_err(no_tls)?,
            journal: journal.map_err(|error| error.to_string())?,
            imports: TaskTracker::new(),
        }))
    }

    /// The routes of the API, with the origin check in front of them.
    pub fn routes(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/amazon-pay/import-order", post(import_order))
            .route("/amazon-pay/import-upsale", post(import_upsale))
            .route("/health", get(health))
            .method_not_allowed_fallback(async || Failure::MethodNotAllowed)
            .layer(DefaultBodyLimit::max(BODY_LIMIT))
            .layer(middleware::from_fn(origin::same_origin))
            .with_state(self.clone())
    }

    /// Resolves when no import is under way. Takes at most the CRM's time limit.
    pub async fn idle(&self) {
        self.imports.close();
        self.imports.wait().await;
    }
}

async fn health() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], r#"{"status":"ok"}"#)
}

/// Adds the security headers to every reply.
pub fn with_security_headers(router: Router) -> Router {
    let set = |name: HeaderName, value| {
        SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
    };
    router
        .layer(set(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(set(header::REFERRER_POLICY, "strict-origin-when-cross-origin"))
        .layer(set(header::X_FRAME_OPTIONS, "SAMEORIGIN"))
        .layer(set(header::CONTENT_SECURITY_POLICY, "frame-ancestors 'self'"))
}

/// Serves the API until `stop` resolves, then finishes what is under way.
///
/// # Errors
/// When the listener breaks.
pub async fn serve(
    backend: Arc<Backend>,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let router = backend.routes().fallback(async || Failure::NotFound);
    run(with_security_headers(router), listener, stop).await?;
    backend.idle().await;
    Ok(())
}

/// Serves any routes until `stop` resolves, then finishes the open requests.
///
/// # Errors
/// When the listener breaks.
pub async fn run(
    router: Router,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    // Import Order passes the shopper's address on.
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stop).await
}

/// Binds an address, with a sentence for people when that fails.
///
/// # Errors
/// The sentence: the port is taken, or the address is not this machine's.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => {
            format!("Port {} of {} is taken by another program.", address.port(), address.ip())
        }
        _ => format!("Cannot listen on {address}: {error}."),
    })
}

/// Resolves at SIGTERM or SIGINT. Listens from the call on, not only from the first poll: a signal
/// that comes during the start must not kill the process the hard way.
///
/// # Errors
/// When the system refuses the handlers.
#[cfg(unix)]
pub fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Resolves at Ctrl+C.
///
/// # Errors
/// When the system refuses the handler.
#[cfg(windows)]
pub fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
