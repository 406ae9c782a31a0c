//! Routes, headers, and the life of the server.

use std::{future::Future, io, net::SocketAddr, pin::pin, process, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, Request, State, connect_info::ConnectInfo},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware,
    response::IntoResponse,
    routing::{get, post},
    serve::Listener,
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    time,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_service::Service;

use crate::{
    Config, Failure,
    amazon::Amazon,
    client_address,
    config::Merchant,
    crm::Crm,
    import::{BODY_LIMIT, import_order, import_upsale, order_status},
    journal::Journal,
    metrics::Metrics,
    openapi::openapi,
    origin,
    rate_limit::{self, RateLimiter},
    request_log,
};

/// How long the head of a request may take, and how long a connection may be kept without one. Longer
/// than web servers keep theirs, so that none sends an order into a connection that is being closed.
const HEAD_TIME: Duration = Duration::from_secs(75);

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");

/// What the requests share.
#[derive(Debug)]
pub struct Backend {
    pub(crate) merchant: Merchant,
    pub(crate) shopper_address_header: Option<HeaderName>,
    pub(crate) allowed_origins: Vec<String>,
    pub(crate) rate_limiter: Option<RateLimiter>,
    pub(crate) crm: Crm,
    pub(crate) amazon: Amazon,
    pub(crate) journal: Journal,
    pub(crate) imports: TaskTracker,
    pub(crate) metrics: Metrics,
    pub(crate) stopping: CancellationToken,
    /// How long what is under way may take once a stop has begun.
    stop_limit: Duration,
}

impl Backend {
    /// Sets the backend up: opens the journal, and connects to nothing else yet.
    ///
    /// # Errors
    /// A sentence, when the journal cannot be opened or the TLS set-up of this machine does not work.
    pub async fn new(config: &Config) -> Result<Arc<Self>, String> {
        let limits = config.crm.limits;
        let no_tls = |error: reqwest::Error| format!("TLS does not work here: {error}.");
        let crm = Crm::new(&config.crm).map_err(no_tls)?;
        let amazon = Amazon::new(&config.amazon, limits).map_err(no_tls)?;
        // Last, so that nothing fails with an open journal.
        let journal = Journal::open(&config.journal.url, limits).await;
        Ok(Arc::new(Self {
            merchant: config.merchant.clone(),
            shopper_address_header: config.shopper_address_header.clone(),
            allowed_origins: config.allowed_origins.clone(),
            rate_limiter: config.rate_limit.map(RateLimiter::new),
            crm,
            amazon,
            journal: journal.map_err(|error| error.to_string())?,
            imports: TaskTracker::new(),
            metrics: Metrics::default(),
            stopping: CancellationToken::new(),
            stop_limit: limits.prepare_lease() + limits.send_lease(),
        }))
    }

    /// The routes of the API, with the origin check in front of them.
    pub fn routes(self: &Arc<Self>) -> Router {
        let purchases = Router::new()
            .route("/amazon-pay/import-order", post(import_order))
            .route("/amazon-pay/import-upsale", post(import_upsale))
            .layer(DefaultBodyLimit::max(BODY_LIMIT))
            .layer(middleware::from_fn_with_state(self.clone(), rate_limit::limit))
            .layer(middleware::from_fn_with_state(self.clone(), client_address::find));
        let pages = purchases
            .route("/amazon-pay/order-status", get(order_status))
            .route("/amazon-pay/openapi.json", get(openapi))
            .method_not_allowed_fallback(method_not_allowed)
            .layer(middleware::from_fn_with_state(self.clone(), origin::check))
            .layer(origin::cors(&self.allowed_origins));
        let policy = "default-src 'none'; frame-ancestors 'none'";
        Router::new()
            .route("/health", get(health))
            .route("/ready", get(ready))
            .method_not_allowed_fallback(method_not_allowed)
            .merge(pages)
            .layer(set_header(header::CONTENT_SECURITY_POLICY, policy))
            .layer(set_header(CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"))
            .with_state(self.clone())
    }

    /// Whether this instance takes purchases.
    pub async fn is_ready(&self) -> bool {
        !self.stopping.is_cancelled() && self.journal.answers().await
    }

    /// Resolves when no import is under way.
    pub async fn idle(&self) {
        self.imports.close();
        self.imports.wait().await;
    }
}

async fn method_not_allowed() -> Failure {
    Failure::MethodNotAllowed
}

async fn health() -> impl IntoResponse {
    status(StatusCode::OK, r#"{"status":"ok"}"#)
}

async fn ready(State(backend): State<Arc<Backend>>) -> impl IntoResponse {
    if backend.is_ready().await {
        status(StatusCode::OK, r#"{"status":"ready"}"#)
    } else {
        status(StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"not ready"}"#)
    }
}

fn status(status: StatusCode, body: &'static str) -> impl IntoResponse {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, body)
}

fn set_header(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

/// Adds the security headers to every reply.
pub fn with_security_headers(router: Router) -> Router {
    router
        .layer(set_header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(set_header(header::REFERRER_POLICY, "strict-origin-when-cross-origin"))
        .layer(set_header(header::X_FRAME_OPTIONS, "SAMEORIGIN"))
        .layer(set_header(header::CONTENT_SECURITY_POLICY, "frame-ancestors 'self'"))
}

/// Serves the API until `stop` resolves, then finishes what is under way and closes the journal.
///
/// # Errors
/// When that takes longer than an import may: to be prepared, and to be sent and answered.
pub async fn serve(
    backend: Arc<Backend>,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let observe = middleware::from_fn_with_state(backend.clone(), request_log::observe);
    let router = backend.routes().fallback(async || Failure::NotFound).layer(observe);
    let stopping = async {
        stop.await;
        tracing::info!(imports = backend.imports.len(), "stopping");
        backend.stopping.cancel();
    };
    let all = async {
        run(with_security_headers(router), listener, stopping).await;
        backend.idle().await;
        backend.journal.close().await;
    };
    let limit = async {
        backend.stopping.cancelled().await;
        time::sleep(backend.stop_limit).await;
    };
    tokio::select! {
        () = all => Ok(()),
        () = limit => {
            let imports = backend.imports.len();
            let sentence = format!("Stopped before all was done; {imports} imports were under way.");
            Err(io::Error::new(io::ErrorKind::TimedOut, sentence))
        }
    }
}

/// Serves any routes until `stop` resolves, then finishes the open requests.
pub async fn run(router: Router, mut listener: TcpListener, stop: impl Future<Output = ()>) {
    let connections = TaskTracker::new();
    let stopping = CancellationToken::new();
    let mut stop = pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            // The trait's, which goes on after an error.
            accepted = Listener::accept(&mut listener) => accepted,
            () = &mut stop => break,
        };
        connections.spawn(connection(router.clone(), stream, peer, stopping.clone()));
    }
    drop(listener);
    stopping.cancel();
    connections.close();
    connections.wait().await;
}

/// Serves one connection: in hyper's own words, because [`axum::serve`] knows no limit of time.
async fn connection(
    router: Router,
    stream: TcpStream,
    peer: SocketAddr,
    stopping: CancellationToken,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().call(request)
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIME)
            .serve_connection(TokioIo::new(stream), service)
    );
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke");
    }
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

/// Resolves at the first signal to stop; the second ends the process at once. Listens from the call on,
/// not only from the first poll: a signal that comes during the start must not kill the process the
/// hard way.
///
/// # Errors
/// When the system refuses the handlers.
pub fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut signals = Signals::listen()?;
    let stop = CancellationToken::new();
    let first = stop.clone();
    tokio::spawn(async move {
        signals.next().await;
        first.cancel();
        signals.next().await;
        tracing::error!("stopped by a second signal");
        process::exit(1);
    });
    Ok(stop.cancelled_owned())
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// SIGTERM or SIGINT.
    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn listen() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    /// Ctrl+C.
    async fn next(&mut self) {
        self.0.recv().await;
    }
}
