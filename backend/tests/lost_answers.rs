//! Answers that get lost on their way from the CRM, and what is known of them later.
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
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, extract::Form, http::StatusCode, routing::post};
use landerpay_backend::{Backend, secret::Secret};
use serde_json::{Value, json};
use tokio::time;

use common::{
    HeldCrm, JSON, KEY, OTHER_KEY, Reply, Shop, assert_accepted, impatient, order, read, stand_in,
    upsale,
};

/// Asks as a page does: the same again, until it hears something else.
async fn until_known(shop: &Shop, key: &str, order: &Value) -> Reply {
    loop {
        let reply = shop.order(key, order).await;
        if !matches!(&*reply.code(), "crm_answer_lost" | "crm_reply_unreadable") {
            return reply;
        }
        assert!(reply.status.is_server_error(), "{}", reply.text);
        time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn an_order_whose_answer_was_lost_is_found_at_the_crm() {
    for fault in ["lost", "slow:60000"] {
        let shop = Shop::impatient().await;
        let faulty = order(json!({"custom5": fault}));
        let lost = shop.order(KEY, &faulty).await;
        assert_eq!((lost.status.as_u16(), &*lost.code()), (504, "crm_answer_lost"), "{fault}");

        let found = shop.order(KEY, &faulty).await;
        assert_accepted(&found);
        assert_eq!(found.json()["message"]["emailAddress"], "ada@example.com", "{fault}");
        // The page lost its key, and the fault is gone.
        let without_key = shop.post(&[JSON], order(json!({})).to_string()).await;
        for again in [shop.order(OTHER_KEY, &order(json!({}))).await, without_key] {
            assert_eq!(again.text, found.text, "{fault}");
        }
        assert_eq!(shop.ledger().await.len(), 1, "{fault}");
    }
}

#[tokio::test]
async fn an_order_that_the_crm_has_not_got_is_imported_once_more_when_its_time_is_over() {
    for (fault, status, code) in [
        ("html", 502, "crm_reply_unreadable"),
        ("http-500", 502, "crm_reply_unreadable"),
        ("http-500:ERROR", 502, "crm_reply_unreadable"),
        ("http-500:DECLINE", 502, "crm_reply_unreadable"),
        ("http-500:DECLINED", 502, "crm_reply_unreadable"),
        ("empty", 502, "crm_reply_unreadable"),
        ("hang", 504, "crm_answer_lost"),
        ("lost-before", 504, "crm_answer_lost"),
    ] {
        let shop = Shop::impatient().await;
        let faulty = order(json!({"custom5": format!("once:{fault}")}));
        let reply = shop.order(KEY, &faulty).await;
        assert_eq!((reply.status.as_u16(), &*reply.code()), (status, code), "{fault}");

        let found = until_known(&shop, KEY, &faulty).await;
        assert_accepted(&found);
        assert_eq!(shop.order(OTHER_KEY, &faulty).await.text, found.text, "{fault}");
        let ledger = shop.ledger().await;
        let outcomes: Vec<_> = ledger.iter().map(|entry| entry["outcome"].clone()).collect();
        assert_eq!(outcomes, ["unfinished", "accepted"], "{fault}");
        // Both are one order at the CRM.
        assert_eq!(ledger[0]["fields"]["orderId"], ledger[1]["fields"]["orderId"], "{fault}");
    }
}

/// A CRM that has booked nothing, says so, and books all the same as soon as it is told to.
struct LateCrm {
    has_booked: Arc<AtomicBool>,
    imports: Arc<AtomicUsize>,
    shop: Shop,
}

impl LateCrm {
    async fn start() -> Self {
        let (has_booked, imports) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let counter: Arc<AtomicUsize> = Arc::clone(&imports);
        let booked = has_booked.clone();
        let query = async move |Form(asked): Form<HashMap<String, String>>| {
            let bought = booked.load(Ordering::SeqCst);
            let items = match (&*asked["orderId"], bought) {
                ("P1", _) => json!([]),
                (_, false) => json!([{"campaignProductId": 345, "qty": 1}]),
                (_, true) => json!([
                    {"campaignProductId": 345, "qty": 1}, {"campaignProductId": 348, "qty": 1},
                ]),
            };
            let partial = asked["orderId"] == "P1" && !bought;
            let order = json!({
                "orderId": asked["orderId"], "emailAddress": "ada@example.com", "items": items,
                "orderStatus": if partial { "PARTIAL" } else { "COMPLETE" },
            });
            json!({"result": "SUCCESS", "message": {"data": [order]}}).to_string()
        };
        let import = async move || {
            counter.fetch_add(1, Ordering::SeqCst);
            "<html>"
        };
        let opened = async || r#"{"result":"SUCCESS","message":{"orderId":"P1"}}"#;
        let crm = Router::new()
            .route("/leads/import/", post(opened))
            .route("/order/query/", post(query))
            .route("/order/import/", post(import.clone()))
            .route("/upsale/import/", post(import));
        let shop = Shop::in_front_of(common::start(crm).await, impatient()).await;
        Self { has_booked, imports, shop }
    }
}

#[tokio::test]
async fn what_the_crm_books_after_all_is_found_before_anything_is_sent_again() {
    for (kind, body, other_tab) in [
        ("order", order(json!({})), order(json!({}))),
        (
            "upsale",
            upsale("A1", json!({})),
            upsale("A1", json!({"amazonOrderId": "S01-0000000-0000099"})),
        ),
    ] {
        let crm = LateCrm::start().await;
        let ask = async |key: &str, body: &Value| match kind {
            "order" => crm.shop.order(key, body).await,
            _ => crm.shop.upsale(key, body).await,
        };
        assert_eq!(ask(KEY, &body).await.code(), "crm_reply_unreadable", "{kind}");
        time::sleep(impatient().settled).await;
        // Nobody asks; the CRM has not got it, though its time is over.
        crm.shop.backend.sweep().await;
        crm.has_booked.store(true, Ordering::SeqCst);
        for reply in [ask(KEY, &body).await, ask(OTHER_KEY, &other_tab).await] {
            assert_accepted(&reply);
        }
        assert_eq!(crm.imports.load(Ordering::SeqCst), 1, "{kind}");
    }
}

#[tokio::test]
async fn before_its_time_is_over_an_order_is_not_imported_again() {
    // The CRM may still be at it.
    let shop = Shop::start().await;
    let faulty = order(json!({"custom5": "once:html"}));
    assert_eq!(shop.order(KEY, &faulty).await.code(), "crm_reply_unreadable");
    let renewed = order(json!({"custom5": "once:html", "amazonAddressConsent": "Atza|renewed"}));
    for reply in [
        shop.order(KEY, &faulty).await,
        shop.order(KEY, &renewed).await,
        shop.order(OTHER_KEY, &order(json!({}))).await,
        shop.post(&[JSON], order(json!({})).to_string()).await,
    ] {
        assert_eq!((reply.status.as_u16(), &*reply.code()), (504, "crm_answer_lost"));
    }
    assert_eq!(shop.ledger().await.len(), 1);
}

#[tokio::test]
async fn while_the_crm_cannot_be_asked_nothing_is_imported_again() {
    for question in ["query-html", "query-lost", "query-hang"] {
        let shop = Shop::impatient().await;
        let faulty = order(json!({"custom5": format!("once:lost once:{question}")}));
        shop.order(KEY, &faulty).await;
        assert_eq!(shop.order(KEY, &faulty).await.code(), "crm_answer_lost", "{question}");
        assert_accepted(&until_known(&shop, KEY, &faulty).await);
        assert_eq!(shop.ledger().await.len(), 1, "{question}");
    }
}

#[tokio::test]
async fn an_order_that_cannot_be_asked_about_is_never_imported_again() {
    let received = Arc::new(AtomicUsize::new(0));
    let counter = received.clone();
    let crm = Router::new()
        .route(
            "/order/import/",
            post(async move || {
                counter.fetch_add(1, Ordering::SeqCst);
                "<html>"
            }),
        )
        // As for an API user who may not call it.
        .route("/leads/import/", post(async || r#"{"result":"ERROR","message":"No access"}"#));
    let shop = Shop::in_front_of(common::start(crm).await, impatient()).await;
    let body = order(json!({}));
    assert_eq!(shop.order(KEY, &body).await.code(), "crm_reply_unreadable");
    time::sleep(impatient().settled).await;
    for reply in [
        shop.order(KEY, &body).await,
        shop.order(OTHER_KEY, &body).await,
        shop.post(&[JSON], body.to_string()).await,
    ] {
        assert_eq!(reply.status, StatusCode::CONFLICT, "{}", reply.text);
        assert_eq!(reply.code(), "order_outcome_unknown");
    }
    assert_eq!(received.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn another_buyer_s_order_is_no_answer() {
    // The CRM gives one open order to two buyers; only the journal of another backend knew.
    let crm = Router::new()
        .route("/order/import/", post(async || "<html>"))
        .route("/leads/import/", post(async || r#"{"result":"SUCCESS","message":{"orderId":"P1"}}"#))
        .route(
            "/order/query/",
            post(async || {
                r#"{"result":"SUCCESS","message":{"data":[{"orderId":"P1","orderStatus":"COMPLETE","emailAddress":"eve@example.com"}]}}"#
            }),
        );
    let shop = Shop::in_front_of(common::start(crm).await, impatient()).await;
    let body = order(json!({}));
    shop.order(KEY, &body).await;
    let reply = shop.order(KEY, &body).await;
    assert_eq!(reply.code(), "order_outcome_unknown");
    assert!(!reply.text.contains("eve"), "{}", reply.text);
}

#[tokio::test]
async fn a_lead_without_an_answer_orders_nothing() {
    for fault in ["lead-html", "lead-lost"] {
        let shop = Shop::start().await;
        let faulty = order(json!({"custom5": format!("once:{fault}")}));
        assert_eq!(shop.order(KEY, &faulty).await.code(), "crm_unreachable", "{fault}");
        assert_eq!(shop.ledger().await.len(), 0, "{fault}");
        assert_accepted(&shop.order(KEY, &faulty).await);
    }
}

#[tokio::test]
async fn the_order_of_a_lead_that_the_page_has_imported_is_completed() {
    let shop = Shop::start().await;
    let lead = shop.lead().await;
    let reply = shop.order(KEY, &order(json!({"orderId": lead}))).await;
    assert_accepted(&reply);
    assert_eq!(reply.json()["message"]["orderId"], lead);
    let calls = shop.calls().await;
    assert_eq!((&calls["leads"], &calls["orders"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn an_order_that_is_bought_or_unknown_is_not_completed_again() {
    let shop = Shop::start().await;
    let first = shop.order(KEY, &order(json!({}))).await.json()["message"]["orderId"].clone();
    for (n, id) in [(2, first.clone()), (3, json!("PARTIAL1"))] {
        let amazon_order_id = format!("S01-0000000-{n:07}");
        let body = order(json!({"orderId": id, "amazonOrderId": amazon_order_id}));
        let reply = shop.post(&[JSON], body.to_string()).await;
        assert_accepted(&reply);
        assert_ne!(reply.json()["message"]["orderId"], id);
    }
    assert_eq!(shop.ledger().await.len(), 3);
}

#[tokio::test]
async fn a_status_tells_what_became_of_an_attempt() {
    let shop = Shop::impatient().await;
    let status = async |key: &str| {
        let url = format!("{}/amazon-pay/order-status", shop.url);
        read(shop.client.get(url).header("idempotency-key", key)).await
    };
    assert_eq!(status("short").await.code(), "idempotency_key_invalid");
    let unknown = status(KEY).await;
    assert_eq!((unknown.status.as_u16(), &*unknown.code()), (404, "attempt_unknown"));

    let placed = shop.order(KEY, &order(json!({}))).await.json();
    let receipt =
        json!({"result": "SUCCESS", "message": {"orderId": placed["message"]["orderId"]}});
    assert_eq!(status(KEY).await.json(), receipt);

    let lost = json!({"custom5": "lost", "amazonOrderId": "S01-0000000-0000002"});
    assert_eq!(shop.order(OTHER_KEY, &order(lost)).await.code(), "crm_answer_lost");
    let found = status(OTHER_KEY).await;
    assert_accepted(&found);
    assert_eq!(found.json()["message"].as_object().unwrap().len(), 1);
    assert_eq!(shop.ledger().await.len(), 2);
}

#[tokio::test]
async fn a_status_does_not_wait() {
    let (crm, shop) = HeldCrm::start("/order/import/").await;
    let ask = async {
        crm.import_arrived().await;
        let url = format!("{}/amazon-pay/order-status", shop.url);
        let reply = read(shop.client.get(url).header("idempotency-key", KEY)).await;
        crm.allowed.add_permits(1);
        reply
    };
    let body = order(json!({}));
    let (placed, asked) = tokio::join!(shop.order(KEY, &body), ask);
    assert_accepted(&placed);
    assert_eq!((asked.status.as_u16(), &*asked.code()), (202, "import_under_way"));
    assert_eq!(asked.json()["result"], "PENDING");
}

#[tokio::test]
async fn a_restart_forgets_nothing() {
    let folder = common::folder("restart");
    let mut config = common::config(common::start(stand_in()).await);
    config.journal.url = Secret::new(format!("sqlite:{}", folder.join("journal.db").display()));
    let shop = Shop::with(&config).await;
    let body = order(json!({}));
    let first = shop.order(KEY, &body).await;
    assert_accepted(&first);
    let lost = order(json!({"custom5": "lost", "amazonOrderId": "S01-0000000-0000002"}));
    assert_eq!(shop.order(OTHER_KEY, &lost).await.code(), "crm_answer_lost");
    shop.stop.cancel();
    shop.server.await.unwrap().unwrap();
    drop(shop.backend);

    let shop = Shop::with(&config).await;
    assert_eq!(shop.order(KEY, &body).await.text, first.text);
    assert_accepted(&shop.order(OTHER_KEY, &lost).await);
    assert_eq!(shop.ledger().await.len(), 2);

    // The file is of no use to another process, nor to another user, and has no token in it.
    let busy = Backend::new(&config).await.unwrap_err();
    assert!(busy.contains("Another backend uses the journal"), "{busy}");
    for file in std::fs::read_dir(&folder).unwrap() {
        let content = std::fs::read(file.unwrap().path()).unwrap();
        let content = String::from_utf8_lossy(&content);
        assert!(!content.contains("secret+token"));
    }
}
