//! A backend over real sockets, in front of the stand-in or of a CRM that a test holds in its hand.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::Router;
use landerpay_backend::{
    Backend, Config,
    config::{CrmConfig, Merchant},
    crm::Limits,
    demo::crm::{Settings, StandIn},
    secret::Secret,
    server,
};
use reqwest::{Client, StatusCode, header::HeaderMap};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

pub const TOKEN: &str = "Atza|secret+token/with=marks";

/// The header in which a web server in front of the backend writes the shopper's address.
pub const ADDRESS_HEADER: &str = "x-forwarded-for";

pub async fn listener() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap()
}

/// Serves routes on a listener until the test ends.
pub fn serve_forever(router: Router, listener: TcpListener) {
    tokio::spawn(server::run(router, listener, std::future::pending()));
}

pub fn stand_in() -> Router {
    Arc::new(StandIn::new(Settings::default())).routes()
}

/// A backend under test.
pub struct Shop {
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
        let crm = listener().await;
        let address = crm.local_addr().unwrap();
        serve_forever(stand_in(), crm);
        Self::in_front_of(address, Limits::default()).await
    }

    pub async fn in_front_of(crm: SocketAddr, limits: Limits) -> Self {
        let settings = Settings::default();
        let crm = format!("http://{crm}");
        let config = Config {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            shopper_address_header: Some(ADDRESS_HEADER.parse().unwrap()),
            crm: CrmConfig {
                url: crm.parse().unwrap(),
                login_id: Secret::new(settings.login_id),
                password: Secret::new(settings.password),
                limits,
            },
            merchant: Merchant {
                campaign_id: Some(settings.campaign_id.to_string()),
                amazon_biller_id: Some(settings.amazon_biller_id.to_string()),
            },
        };
        let listener = listener().await;
        let url = format!("http://{}", listener.local_addr().unwrap());
        let stop = CancellationToken::new();
        let backend = Backend::new(&config).unwrap();
        let server = tokio::spawn(server::serve(backend, listener, stop.clone().cancelled_owned()));
        Self { url, crm, client: Client::builder().no_proxy().build().unwrap(), stop, server }
    }

    /// Posts a body with the headers given.
    pub async fn post(&self, headers: &[(&str, &str)], body: impl Into<reqwest::Body>) -> Reply {
        let url = format!("{}/amazon-pay/import-order", self.url);
        let request = headers
            .iter()
            .fold(self.client.post(url), |request, (name, value)| request.header(*name, *value));
        read(request.body(body)).await
    }

    /// Posts an order as JSON, with a key.
    pub async fn order(&self, key: &str, order: &Value) -> Reply {
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        self.post(&headers, order.to_string()).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        read(self.client.get(format!("{}{path}", self.url))).await
    }

    /// What the stand-in has received.
    pub async fn ledger(&self) -> Vec<Value> {
        let text = read(self.client.get(format!("{}/stand-in/orders", self.crm))).await.text;
        serde_json::from_str(&text).unwrap()
    }
}

pub async fn read(request: reqwest::RequestBuilder) -> Reply {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    Reply { status, headers, text: response.text().await.unwrap() }
}

/// A good order, with `changes` laid over it; `null` leaves a field out.
pub fn order(changes: Value) -> Value {
    let mut order = json!({
        "amazonOrderId": "S01-0000000-0000001",
        "amazonAddressConsent": TOKEN,
        "emailAddress": "ada@example.com",
        "firstName": "Ada",
        "lastName": "Lovelace",
        "product1_id": 345,
    });
    let fields = order.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        fields.insert(name.clone(), value.clone());
    }
    order
}

/// Limits for a CRM that never answers. The wait is what is tested, not a way to synchronise.
pub fn impatient() -> Limits {
    Limits { connect: Duration::from_secs(5), total: Duration::from_millis(300) }
}
