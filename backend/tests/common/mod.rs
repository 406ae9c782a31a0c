//! A backend over real sockets, in front of the stand-in or of a CRM that a test holds in its hand.

pub mod command;
#[cfg(unix)]
pub mod postgres;

use std::{
    collections::HashMap,
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, extract::Form, routing::post};
use landerpay_backend::{
    Backend, Config,
    config::{AmazonConfig, CrmConfig, JournalConfig, LogConfig, Merchant},
    crm::Limits,
    demo::{
        amazon::{Amazon, CLIENT_ID},
        crm::{Settings, StandIn},
    },
    secret::Secret,
    server,
};
use reqwest::{Client, StatusCode, header::HeaderMap};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Semaphore, task::JoinHandle, time};
use tokio_util::sync::CancellationToken;

pub const TOKEN: &str = "Atza|secret+token/with=marks";

/// The header in which a web server in front of the backend writes the shopper's address.
pub const ADDRESS_HEADER: &str = "x-forwarded-for";

pub const KEY: &str = "key-0123456789-0001";
pub const OTHER_KEY: &str = "key-0123456789-0002";
pub const JSON: (&str, &str) = ("content-type", "application/json");
pub const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

pub async fn listener() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap()
}

/// Serves routes on a listener until the test ends.
pub fn serve_forever(router: Router, listener: TcpListener) {
    tokio::spawn(server::run(router, listener, std::future::pending()));
}

/// Serves routes until the test ends.
pub async fn start(router: Router) -> SocketAddr {
    let listener = listener().await;
    let address = listener.local_addr().unwrap();
    serve_forever(router, listener);
    address
}

/// An empty folder of its own for a test.
pub fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

pub fn stand_in() -> Router {
    Arc::new(StandIn::new(Settings::default())).routes()
}

/// Login with Amazon, for the client [`CLIENT_ID`].
pub fn amazon() -> Router {
    Arc::new(Amazon::new(CLIENT_ID)).routes()
}

/// What the backends under test are told. Each has an Amazon of its own.
pub fn config(crm: SocketAddr) -> Config {
    let settings = Settings::default();
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let amazon_address = listener.local_addr().unwrap();
    serve_forever(amazon(), TcpListener::from_std(listener).unwrap());
    Config {
        listen: (Ipv4Addr::LOCALHOST, 0).into(),
        shopper_address_header: Some(ADDRESS_HEADER.parse().unwrap()),
        allowed_origins: Vec::new(),
        rate_limit: None,
        log: LogConfig::default(),
        metrics_listen: None,
        amazon: AmazonConfig {
            client_id: CLIENT_ID.to_owned(),
            url: format!("http://{amazon_address}").parse().unwrap(),
        },
        crm: CrmConfig {
            url: format!("http://{crm}").parse().unwrap(),
            login_id: Secret::new(settings.login_id),
            password: Secret::new(settings.password),
            limits: Limits::default(),
        },
        journal: JournalConfig {
            url: Secret::new("sqlite::memory:".to_owned()),
            keep: Duration::from_secs(60 * 60),
        },
        merchant: Merchant {
            campaign_id: Some(settings.campaign_id.to_string()),
            amazon_biller_id: Some(settings.amazon_biller_id.to_string()),
        },
    }
}

/// A backend under test.
pub struct Shop {
    pub backend: Arc<Backend>,
    pub url: String,
    pub crm: String,
    pub client: Client,
    pub stop: CancellationToken,
    pub server: JoinHandle<std::io::Result<()>>,
}

/// A reply, read to its end.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or("").to_owned()
    }
}

impl Shop {
    /// A backend with the stand-in behind it.
    pub async fn start() -> Self {
        Self::in_front_of(start(stand_in()).await, Limits::default()).await
    }

    /// The same, with little patience.
    pub async fn impatient() -> Self {
        Self::in_front_of(start(stand_in()).await, impatient()).await
    }

    pub async fn in_front_of(crm: SocketAddr, limits: Limits) -> Self {
        let mut config = config(crm);
        config.crm.limits = limits;
        Self::with(&config).await
    }

    pub async fn with(config: &Config) -> Self {
        let listener = listener().await;
        let url = format!("http://{}", listener.local_addr().unwrap());
        let crm = config.crm.url.as_str().trim_end_matches('/').to_owned();
        let stop = CancellationToken::new();
        let backend = Backend::new(config).await.unwrap();
        let server =
            tokio::spawn(server::serve(backend.clone(), listener, stop.clone().cancelled_owned()));
        let client = Client::builder().no_proxy().build().unwrap();
        Self { backend, url, crm, client, stop, server }
    }

    /// Posts the body of an order with the headers given.
    pub async fn post(&self, headers: &[(&str, &str)], body: impl Into<reqwest::Body>) -> Reply {
        self.post_to("/amazon-pay/import-order", headers, body).await
    }

    /// Posts the body of an upsale with the headers given.
    pub async fn post_upsale(
        &self,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Reply {
        self.post_to("/amazon-pay/import-upsale", headers, body).await
    }

    async fn post_to(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Reply {
        let url = format!("{}{path}", self.url);
        let request = headers
            .iter()
            .fold(self.client.post(url), |request, (name, value)| request.header(*name, *value));
        read(request.body(body)).await
    }

    /// Posts an order as JSON, with a key.
    pub async fn order(&self, key: &str, order: &Value) -> Reply {
        self.post(&[JSON, ("idempotency-key", key)], order.to_string()).await
    }

    /// Posts an upsale as JSON, with a key.
    pub async fn upsale(&self, key: &str, upsale: &Value) -> Reply {
        self.post_upsale(&[JSON, ("idempotency-key", key)], upsale.to_string()).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        read(self.client.get(format!("{}{path}", self.url))).await
    }

    /// How often the stand-in was called, by kind.
    pub async fn calls(&self) -> Value {
        read(self.client.get(format!("{}/stand-in/calls", self.crm))).await.json()
    }

    /// Opens an order at the stand-in, as a page with a form for leads does; its id.
    pub async fn lead(&self) -> String {
        let lead = "loginId=stand-in-api-user&password=stand-in-password&campaignId=12&firstName=Ada\
            &lastName=Lovelace&emailAddress=ada%40example.com";
        let post = self.client.post(format!("{}/leads/import/", self.crm)).header(FORM.0, FORM.1);
        let opened = read(post.body(lead)).await.json();
        opened["message"]["orderId"].as_str().unwrap().to_owned()
    }

    /// What the stand-in has received.
    pub async fn ledger(&self) -> Vec<Value> {
        let text = read(self.client.get(format!("{}/stand-in/orders", self.crm))).await.text;
        serde_json::from_str(&text).unwrap()
    }
}

/// A CRM that counts the imports at one address and answers each only when the test allows it.
#[derive(Clone)]
pub struct HeldCrm {
    received: Arc<AtomicUsize>,
    arrived: Arc<Semaphore>,
    pub allowed: Arc<Semaphore>,
}

impl HeldCrm {
    pub async fn start(path: &str) -> (Self, Shop) {
        let crm = Self {
            received: Arc::default(),
            arrived: Arc::new(Semaphore::new(0)),
            allowed: Arc::new(Semaphore::new(0)),
        };
        let held = crm.clone();
        let answer = async move || {
            held.received.fetch_add(1, Ordering::SeqCst);
            held.arrived.add_permits(1);
            held.allowed.acquire().await.unwrap().forget();
            r#"{"result":"SUCCESS","message":{"orderId":"A1B2C3D4E5"}}"#
        };
        (crm, in_front_of(Router::new().route(path, post(answer))).await)
    }

    pub async fn import_arrived(&self) {
        // A limit, so that a request that never comes is a failure and not a test without end.
        let arrived = time::timeout(Duration::from_secs(30), self.arrived.acquire()).await;
        arrived.expect("no import has arrived").unwrap().forget();
    }

    pub fn received(&self) -> usize {
        self.received.load(Ordering::SeqCst)
    }
}

/// A backend in front of a CRM made of these routes, which opens orders and tells of complete ones.
pub async fn in_front_of(crm: Router) -> Shop {
    let opened = || async { r#"{"result":"SUCCESS","message":{"orderId":"P1"}}"# };
    let complete = async |Form(asked): Form<HashMap<String, String>>| {
        let order = json!({"orderId": asked["orderId"], "orderStatus": "COMPLETE", "items": [{"campaignProductId": 345}]});
        json!({"result": "SUCCESS", "message": {"totalResults": 1, "data": [order]}}).to_string()
    };
    let crm = crm.route("/leads/import/", post(opened)).route("/order/query/", post(complete));
    Shop::in_front_of(start(crm).await, Limits::default()).await
}

pub fn assert_accepted(reply: &Reply) {
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
    assert_eq!(reply.headers["content-type"], "application/json");
    assert_eq!(reply.headers["cache-control"], "no-store");
    assert_eq!(reply.json()["result"], "SUCCESS", "{}", reply.text);
}

pub async fn read(request: reqwest::RequestBuilder) -> Reply {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    Reply { status, headers, text: response.text().await.unwrap() }
}

/// A good order, with `changes` laid over it; `null` leaves a field out.
pub fn order(changes: Value) -> Value {
    let order = json!({
        "amazonOrderId": "S01-0000000-0000001",
        "amazonAddressConsent": TOKEN,
        "emailAddress": "ada@example.com",
        "firstName": "Ada",
        "lastName": "Lovelace",
        "product1_id": 345,
    });
    changed(order, changes)
}

/// A good upsale to an order of the CRM, as [`order`].
pub fn upsale(order_id: &str, changes: Value) -> Value {
    let upsale = json!({
        "orderId": order_id,
        "productId": 348,
        "amazonOrderId": "S01-0000000-0000011",
        "amazonAddressConsent": TOKEN,
    });
    changed(upsale, changes)
}

fn changed(mut body: Value, changes: Value) -> Value {
    let fields = body.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        fields.insert(name.clone(), value.clone());
    }
    body
}

/// Limits for a CRM that never answers. The wait is what is tested, not a way to synchronise.
pub fn impatient() -> Limits {
    Limits {
        connect: Duration::from_secs(5),
        total: Duration::from_secs(1),
        settled: Duration::from_secs(3),
    }
}
