//! No credential and no token in any log line or reply. Alone in its process, because it listens to
//! everything that the process logs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    dead_code,
    missing_docs
)]

mod common;

use std::{
    io,
    sync::{Arc, Mutex},
};

use landerpay_backend::{crm::Limits, demo::crm::Settings};
use serde_json::json;
use tokio::net::TcpSocket;
use tracing_subscriber::fmt::MakeWriter;

use common::{ADDRESS_HEADER, Shop, TOKEN, order, upsale};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn secrets_stay_inside() {
    let log = Log::default();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .with_ansi(false)
        .init();

    let mut seen = Vec::new();
    for (n, fault) in ["", "quote", "html", "lost", "decline:x", "fields"].iter().enumerate() {
        let shop = Shop::start().await;
        let key = format!("key-0123456789-{n:04}");
        let changes = json!({"custom5": fault, "password": "from-the-page", "cardNumber": "4111-1111-of-a-card"});
        seen.push(shop.order(&key, &order(changes.clone())).await.text);
        seen.push(shop.order(&key, &order(changes)).await.text);
        seen.push(shop.order(&key, &order(json!({"product1_id": 1}))).await.text);
        // A token in a wrong place, and a wrong token.
        seen.push(shop.order(&key, &order(json!({"paySource": TOKEN}))).await.text);
        let encoded = TOKEN.replace('|', "%7C");
        seen.push(shop.order(&key, &order(json!({"amazonAddressConsent": encoded}))).await.text);
        seen.push(shop.post(&[("content-type", "application/json")], TOKEN).await.text);
        let foreign = [("content-type", "application/json"), ("origin", "https://evil.example")];
        seen.push(shop.post(&foreign, order(json!({})).to_string()).await.text);
    }
    for (n, fault) in ["", "quote", "lost", "fields"].iter().enumerate() {
        let shop = Shop::start().await;
        let first = shop.order("key-0123456789-0000", &order(json!({}))).await;
        let id = first.json()["message"]["orderId"].as_str().unwrap().to_owned();
        seen.push(first.text);
        let key = format!("key-0123456789-1{n:03}");
        let changes = json!({"custom5": fault, "password": "from-the-page", "cardNumber": "4111-1111-of-a-card"});
        for _ in 0..2 {
            seen.push(shop.upsale(&key, &upsale(&id, changes.clone())).await.text);
        }
        seen.push(shop.upsale(&key, &upsale(&id, json!({"productId": 349}))).await.text);
        // A token in every wrong place.
        seen.push(shop.upsale(&key, &upsale(TOKEN, json!({}))).await.text);
        for name in ["productId", "product1_id", "paySource", "ORDERID"] {
            seen.push(shop.upsale(&key, &upsale(&id, json!({name: TOKEN}))).await.text);
        }
    }
    let nobody = TcpSocket::new_v4().unwrap();
    nobody.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let shop = Shop::in_front_of(nobody.local_addr().unwrap(), Limits::default()).await;
    seen.push(shop.order("key-0123456789-9999", &order(json!({}))).await.text);

    let shop = Shop::start().await;
    for (n, (address, warning)) in [
        ("203.0.113.7", None),
        ("203.0.113.7:5678", None),
        (TOKEN, Some("missing=false")),
        ("unknown", Some("missing=false")),
    ]
    .into_iter()
    .enumerate()
    {
        let before = log.text().len();
        let id = format!("S01-0000000-000000{n}");
        let headers = [("content-type", "application/json"), (ADDRESS_HEADER, address)];
        let body = order(json!({"amazonOrderId": id})).to_string();
        seen.push(shop.post(&headers, body).await.text);
        let since = log.text().split_off(before);
        let warned = since.lines().find(|line| line.contains("no shopper's address"));
        assert_eq!(warned.is_some(), warning.is_some(), "{address}: {since}");
        if let (Some(line), Some(part)) = (warned, warning) {
            assert!(line.contains("WARN") && line.contains(part), "{line}");
        }
    }

    let quoted = seen.iter().find(|text| text.contains("received")).unwrap();
    assert!(quoted.contains("ada@example.com"), "{quoted}");

    let log = log.text();
    for expected in [
        "dropped a field",
        "password",
        "cardNumber",
        "import order",
        "import upsale",
        "crm_answer_lost",
        "missing=true",
    ] {
        assert!(log.contains(expected), "the log was not captured: {log}");
    }
    seen.push(log);

    let Settings { login_id, password, .. } = Settings::default();
    let encoded: String = form_urlencoded::byte_serialize(TOKEN.as_bytes()).collect();
    for secret in
        [TOKEN, "secret+token", &encoded, &login_id, &password, "from-the-page", "of-a-card"]
    {
        for text in &seen {
            assert!(!text.contains(secret), "{secret} in: {text}");
        }
    }
}
