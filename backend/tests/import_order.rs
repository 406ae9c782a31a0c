//! Import Order from end to end: a client, the backend, and a CRM, over real sockets.
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
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, http::StatusCode, routing::post};
use futures_util::future::join_all;
use landerpay_backend::crm::Limits;
use serde_json::{Value, json};
use tokio::{net::TcpSocket, time};

use common::{
    ADDRESS_HEADER, FORM, HeldCrm, JSON, KEY, OTHER_KEY, Shop, TOKEN, assert_accepted, in_front_of,
    order, serve_forever, stand_in,
};

/// The fields of the only import, as text, so that their order counts.
async fn only_import(shop: &Shop) -> String {
    let list = common::read(shop.client.get(format!("{}/stand-in/orders", shop.crm))).await.text;
    assert_eq!(shop.ledger().await.len(), 1, "{list}");
    list.split_once("\"fields\":").unwrap().1.trim_end_matches("}]").to_owned()
}

#[tokio::test]
async fn json_reaches_the_crm_as_a_flat_form() {
    let shop = Shop::start().await;
    let body = r#"{"amazonOrderId":"S01-0000000-0000001","amazonAddressConsent":"Atza|a+b/c=",
        "emailAddress":"ada@example.com","firstName":"Ada","lastName":"Lovelace","product1_id":345,
        "product1_qty":2,"billShipSame":0,"insureShipment":false,"disableCustomerDedup":true,
        "couponCode":null,"affId":"","product1_price":0.01,"loginId":"x","ipAddress":"6.6.6.6",
        "campaignId":99,"sessionId":"a&b=c"}"#;
    let reply = shop.post(&[JSON, ("idempotency-key", KEY)], body).await;
    assert_accepted(&reply);
    let fields = r#"{"amazonOrderId":"S01-0000000-0000001","amazonAddressConsent":"Atza|a+b/c=","emailAddress":"ada@example.com","firstName":"Ada","lastName":"Lovelace","product1_id":"345","product1_qty":"2","billShipSame":"0","insureShipment":"0","disableCustomerDedup":"1","affId":"","sessionId":"a&b=c","paySource":"AMAZON","campaignId":"12","amazonBillerId":"7","ipAddress":"127.0.0.1","orderId":"OPENED","loginId":"stand-in-api-user","password":"***"}"#;
    // The order that was opened for it.
    let reply = reply.json();
    let opened = reply["message"]["orderId"].as_str().unwrap();
    assert_eq!(only_import(&shop).await, fields.replace("OPENED", opened));
}

#[tokio::test]
async fn a_form_reaches_the_crm_decoded_and_encoded_once() {
    let shop = Shop::start().await;
    let body = "amazonOrderId=S01-0000000-0000001&amazonAddressConsent=Atza%7Cnoname%2Bb%252Fc\
        &emailAddress=j%40example.com&firstName=J%C3%BCrgen&lastName=+&product1_id=346\
        &paySource=AMAZON";
    let content_type = ("content-type", "application/x-www-form-urlencoded; charset=UTF-8");
    let reply = shop.post(&[content_type], body).await;
    assert_accepted(&reply);
    let reply = reply.json();
    assert_eq!(reply["message"]["totalAmount"].to_string(), "19.9");
    assert_eq!(reply["message"]["firstName"], "Jürgen");
    let fields = r#"{"amazonOrderId":"S01-0000000-0000001","amazonAddressConsent":"Atza|noname+b%2Fc","emailAddress":"j@example.com","firstName":"Jürgen","lastName":" ","product1_id":"346","paySource":"AMAZON","campaignId":"12","amazonBillerId":"7","ipAddress":"127.0.0.1","orderId":"OPENED","loginId":"stand-in-api-user","password":"***"}"#;
    // The order that was opened for it.
    let opened = reply["message"]["orderId"].as_str().unwrap();
    assert_eq!(only_import(&shop).await, fields.replace("OPENED", opened));
}

#[tokio::test]
async fn a_bad_request_has_a_status_a_code_and_never_reaches_the_crm() {
    let shop = Shop::start().await;
    let good = order(json!({})).to_string();
    let doubled = order(json!({"AMAZONORDERID": "S01-0000000-0000002"})).to_string();
    let misspelled = order(json!({"PAYSOURCE": "PREPAID"})).to_string();
    let large = order(json!({"custom1": "x".repeat(64 * 1024)})).to_string();
    let key = |key| ("idempotency-key", key);
    let long_key = "k".repeat(129);
    for (headers, body, status, code) in [
        (vec![], &*good, 415, "content_type_unsupported"),
        (vec![("content-type", "text/plain")], &good, 415, "content_type_unsupported"),
        (vec![("content-type", "multipart/form-data")], &good, 415, "content_type_unsupported"),
        (vec![JSON], &large, 413, "body_too_large"),
        (vec![JSON], "amazonOrderId=1", 400, "body_unreadable"),
        (vec![JSON], "[]", 400, "body_unreadable"),
        (vec![JSON, key("short")], &good, 400, "idempotency_key_invalid"),
        (vec![JSON, key("sixteen with blanks")], &good, 400, "idempotency_key_invalid"),
        (vec![JSON, key(&long_key)], &good, 400, "idempotency_key_invalid"),
        (vec![JSON], "{\"a\":{\"b\":1}}", 422, "fields_invalid"),
        (vec![JSON], "{}", 422, "fields_invalid"),
        (vec![FORM], "", 422, "fields_invalid"),
        (vec![FORM], "a%5Bb%5D=1", 422, "fields_invalid"),
        (vec![JSON], &doubled, 422, "fields_invalid"),
        (vec![JSON], &misspelled, 422, "fields_invalid"),
        (vec![JSON, ("origin", "https://evil.example")], &good, 403, "foreign_origin"),
        (vec![JSON, ("origin", "null")], &good, 403, "foreign_origin"),
        (vec![JSON, ("sec-fetch-site", "cross-site")], &good, 403, "foreign_origin"),
    ] {
        let reply = shop.post(&headers, body.to_owned()).await;
        assert_eq!((reply.status.as_u16(), &*reply.code()), (status, code), "{headers:?}");
        assert_eq!(reply.json()["result"], "ERROR");
        assert_eq!(reply.headers["content-type"], "application/json");
    }
    assert_eq!(shop.ledger().await, [] as [Value; 0]);
}

#[tokio::test]
async fn wrong_fields_are_named_in_the_message() {
    let shop = Shop::start().await;
    let wrong = json!({
        "amazonOrderId": "1", "amazonAddressConsent": "Atza%7Cx", "paySource": "PAYPAL",
        "emailAddress": null, "firstName": " ", "lastName": "",
    });
    let reply = shop.order(KEY, &order(wrong)).await;
    assert_eq!(
        reply.json(),
        json!({"result": "ERROR", "code": "fields_invalid", "message": {
            "amazonOrderId": "This is not an Amazon order reference or billing agreement id.",
            "amazonAddressConsent":
                "The access token is still percent-encoded. Decode it once before sending it.",
            "paySource": "Only AMAZON is taken here.",
            "firstName": "This field must not be empty.",
            "lastName": "This field must not be empty.",
        }})
    );
}

#[tokio::test]
async fn every_answer_of_the_crm_reaches_the_page() {
    let declined = |reason| json!(format!("Transaction Declined: {reason}"));
    for (fault, result, message) in [
        ("decline:InvalidPaymentMethod", "ERROR", declined("InvalidPaymentMethod")),
        ("decline:AmazonRejected", "ERROR", declined("AmazonRejected")),
        ("numeric-message", "ERROR", json!(400)),
        ("fields", "ERROR", json!({"shipState": "is invalid", "couponCode": "is expired"})),
        ("unknown-result", "PENDING", json!("Try again later")),
        (
            "redirect:https://bank.example/3ds",
            "MERC_REDIRECT",
            json!({"url": "https://bank.example/3ds"}),
        ),
        ("redirect-script", "MERC_REDIRECT", json!({"url": "https://bank.example/3ds"})),
        ("paypal", "SUCCESS", json!({"paypalUrl": "https://paypal.example/checkout"})),
    ] {
        let shop = Shop::start().await;
        let faulty = order(json!({"custom5": fault}));
        // Asked twice with one key: the second answer is the stored one.
        for _ in 0..2 {
            let reply = shop.order(KEY, &faulty).await;
            assert_eq!(reply.status, StatusCode::OK, "{fault}");
            assert_eq!(reply.json(), json!({"result": result, "message": message}), "{fault}");
        }
        assert_eq!(shop.ledger().await.len(), 1, "{fault}");
    }
}

#[tokio::test]
async fn an_unknown_result_is_never_imported_again() {
    let shop = Shop::start().await;
    let faulty = order(json!({"custom5": "unknown-result"}));
    let first = shop.order(KEY, &faulty).await;
    assert_eq!(first.json()["result"], "PENDING");

    let same_key = shop.order(KEY, &faulty).await;
    let other_key = shop.order(OTHER_KEY, &faulty).await;
    let corrected = shop.order("key-0123456789-0003", &order(json!({}))).await;
    assert_eq!(shop.ledger().await.len(), 1);
    assert_eq!(same_key.text, first.text);
    for reply in [other_key, corrected] {
        assert_eq!(reply.status, StatusCode::CONFLICT);
        assert_eq!(reply.code(), "order_outcome_unknown");
    }
}

#[tokio::test]
async fn a_taken_order_is_never_imported_again() {
    for (fault, result) in [
        ("", "SUCCESS"),
        ("paypal", "SUCCESS"),
        ("redirect:https://bank.example/3ds", "MERC_REDIRECT"),
        ("redirect-script", "MERC_REDIRECT"),
        ("http-500:SUCCESS", "SUCCESS"),
    ] {
        let shop = Shop::start().await;
        let faulty = order(json!({"custom5": fault}));
        let first = shop.order(KEY, &faulty).await;
        assert_eq!(first.json()["result"], result, "{fault}");

        let again = [
            shop.order(KEY, &faulty).await,
            shop.order(OTHER_KEY, &faulty).await,
            shop.order("key-0123456789-0003", &order(json!({"product1_id": 346}))).await,
            shop.post(&[JSON], faulty.to_string()).await,
        ];
        assert_eq!(shop.ledger().await.len(), 1, "{fault}");
        for reply in again {
            assert_eq!((reply.status, reply.text), (StatusCode::OK, first.text.clone()), "{fault}");
        }
    }
}

#[tokio::test]
async fn nobody_else_is_told_about_an_order() {
    let shop = Shop::start().await;
    assert_accepted(&shop.order(KEY, &order(json!({}))).await);
    let stranger = shop.order(OTHER_KEY, &order(json!({"emailAddress": "eve@example.com"}))).await;
    assert_eq!(stranger.code(), "order_outcome_unknown");
    assert!(!stranger.text.contains("ada@example.com"), "{}", stranger.text);
    assert_eq!(shop.ledger().await.len(), 1);
}

#[tokio::test]
async fn another_token_gets_a_receipt_whatever_its_key() {
    let shop = Shop::start().await;
    let first = shop.order(KEY, &order(json!({}))).await;
    assert_accepted(&first);
    let receipt =
        json!({"result": "SUCCESS", "message": {"orderId": first.json()["message"]["orderId"]}});
    let renewed = order(json!({"amazonAddressConsent": "Atza|renewed"}));
    for key in [KEY, OTHER_KEY, OTHER_KEY] {
        assert_eq!(shop.order(key, &renewed).await.json(), receipt);
    }
    assert_eq!(shop.order(KEY, &order(json!({}))).await.text, first.text);
    assert_eq!(shop.ledger().await.len(), 1);
}

#[tokio::test]
async fn a_refused_order_may_be_corrected() {
    let shop = Shop::start().await;
    let wrong = order(json!({"product1_id": 1}));
    let refused = shop.order(KEY, &wrong).await;
    assert_eq!(refused.json()["message"], "product1_id is invalid");
    assert_eq!(shop.order(KEY, &wrong).await.text, refused.text);
    assert_eq!(shop.ledger().await.len(), 1);

    let accepted = shop.order(OTHER_KEY, &order(json!({}))).await;
    assert_accepted(&accepted);
    assert_eq!(shop.ledger().await.len(), 2);

    let again = shop.order("key-0123456789-0003", &order(json!({}))).await;
    assert_eq!(again.text, accepted.text);
    assert_eq!(shop.ledger().await.len(), 2);
}

#[tokio::test]
async fn a_declined_order_may_be_tried_again() {
    for declined in ["ERROR", "DECLINE", "DECLINED"] {
        let received = Arc::new(AtomicUsize::new(0));
        let counter = received.clone();
        let answer = async move || {
            let earlier = counter.fetch_add(1, Ordering::SeqCst);
            let result = if earlier == 0 { declined } else { "SUCCESS" };
            json!({"result": result, "message": "Transaction Declined: InvalidPaymentMethod"})
                .to_string()
        };
        let shop = in_front_of(Router::new().route("/order/import/", post(answer))).await;
        let body = order(json!({}));
        // Twice under the key of the declined attempt: its answer stays.
        for _ in 0..2 {
            assert_eq!(shop.order(KEY, &body).await.json()["result"], declined);
        }
        assert_eq!(received.load(Ordering::SeqCst), 1, "{declined}");
        for key in [OTHER_KEY, "key-0123456789-0003"] {
            assert_accepted(&shop.order(key, &body).await);
        }
        assert_eq!(received.load(Ordering::SeqCst), 2, "{declined}");
    }
}

#[tokio::test]
async fn a_redirect_of_the_crm_is_not_followed() {
    let elsewhere = Arc::new(AtomicUsize::new(0));
    let counter = elsewhere.clone();
    let routes = Router::new()
        .route(
            "/order/import/",
            post(async || (StatusCode::TEMPORARY_REDIRECT, [("location", "/elsewhere")])),
        )
        .route(
            "/elsewhere",
            post(async move || {
                counter.fetch_add(1, Ordering::SeqCst);
            }),
        );
    let shop = in_front_of(routes).await;
    assert_eq!(shop.order(KEY, &order(json!({}))).await.code(), "crm_reply_unreadable");
    assert_eq!(elsewhere.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn an_endless_reply_is_given_up() {
    let routes = Router::new().route("/order/import/", post(async || "x".repeat(1024 * 1024 + 1)));
    let shop = in_front_of(routes).await;
    assert_eq!(shop.order(KEY, &order(json!({}))).await.code(), "crm_reply_unreadable");
}

#[tokio::test]
async fn an_unreachable_crm_frees_the_key() {
    // Bound but not listening: connections are refused, and nobody else can take the port.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let shop = Shop::in_front_of(socket.local_addr().unwrap(), Limits::default()).await;

    let reply = shop.order(KEY, &order(json!({}))).await;
    assert_eq!(reply.status, StatusCode::BAD_GATEWAY);
    assert_eq!(reply.code(), "crm_unreachable");

    serve_forever(stand_in(), socket.listen(16).unwrap());
    assert_accepted(&shop.order(KEY, &order(json!({}))).await);
}

#[tokio::test]
async fn one_key_buys_once() {
    let shop = Shop::start().await;
    let first = shop.order(KEY, &order(json!({}))).await;
    assert_accepted(&first);

    let again = shop.order(KEY, &order(json!({}))).await;
    assert_eq!(again.text, first.text);

    let other = shop.order(KEY, &order(json!({"product1_id": 346}))).await;
    assert_eq!(other.status, StatusCode::CONFLICT);
    assert_eq!(other.code(), "idempotency_conflict");
    assert_eq!(shop.ledger().await.len(), 1);
}

#[tokio::test]
async fn a_key_that_was_told_another_key_s_answer_buys_nothing_else() {
    let elsewhere = order(json!({"amazonOrderId": "S01-0000000-0000002"}));
    for fault in ["", "html"] {
        let shop = Shop::start().await;
        let body = order(json!({"custom5": fault}));
        shop.order(KEY, &body).await;
        let told = shop.order(OTHER_KEY, &body).await;
        let conflict = shop.order(OTHER_KEY, &elsewhere).await;
        assert_eq!(conflict.code(), "idempotency_conflict", "{fault}");
        assert_eq!(shop.order(OTHER_KEY, &body).await.text, told.text, "{fault}");
        assert_eq!(shop.ledger().await.len(), 1, "{fault}");
    }
}

#[tokio::test]
async fn without_a_key_the_amazon_order_id_serves() {
    let shop = Shop::start().await;
    let faulty = order(json!({"custom5": "once:decline:InvalidPaymentMethod"}));
    let declined = shop.post(&[JSON], faulty.to_string()).await;
    assert_eq!(declined.json()["result"], "ERROR");
    // The buyer has chosen another card at Amazon; the order looks the same.
    let accepted = shop.post(&[JSON], faulty.to_string()).await;
    assert_accepted(&accepted);
    assert_eq!(shop.post(&[JSON], faulty.to_string()).await.text, accepted.text);
    assert_eq!(shop.ledger().await.len(), 2);
}

#[tokio::test]
async fn concurrent_requests_with_one_key_import_once() {
    let (crm, shop) = HeldCrm::start("/order/import/").await;
    let body = order(json!({}));
    let requests = join_all((0..16).map(|_| shop.order(KEY, &body)));
    let release = async {
        crm.import_arrived().await;
        // More than one, so that a second import would be seen and not wait for ever.
        crm.allowed.add_permits(16);
    };
    let (replies, ()) = tokio::join!(requests, release);
    for reply in &replies {
        assert_accepted(reply);
        assert_eq!(reply.text, replies[0].text);
    }
    assert_eq!(crm.received(), 1);
}

#[tokio::test]
async fn concurrent_requests_for_one_order_import_once_whatever_their_keys() {
    let (crm, shop) = HeldCrm::start("/order/import/").await;
    let body = order(json!({}));
    let request = async |n: usize| shop.order(&format!("key-0123456789-{n:04}"), &body).await;
    let release = async {
        crm.import_arrived().await;
        // Time for a second import to arrive while the first is under way. None may come, so there
        // is nothing to wait for.
        time::sleep(Duration::from_millis(100)).await;
        crm.allowed.add_permits(16);
    };
    let (replies, ()) = tokio::join!(join_all((0..16).map(request)), release);
    for reply in &replies {
        assert_accepted(reply);
        assert_eq!(reply.text, replies[0].text);
    }
    assert_eq!(crm.received(), 1);
}

#[tokio::test]
async fn a_buyer_who_leaves_does_not_cut_the_import() {
    let (crm, shop) = HeldCrm::start("/order/import/").await;
    let body = order(json!({}));
    tokio::select! {
        reply = shop.order(KEY, &body) => panic!("answered too early: {reply:?}"),
        () = crm.import_arrived() => {}
    }
    crm.allowed.add_permits(1);
    assert_accepted(&shop.order(KEY, &body).await);
    assert_eq!(crm.received(), 1);
}

#[tokio::test]
async fn a_stopping_server_finishes_its_imports() {
    let (crm, shop) = HeldCrm::start("/order/import/").await;
    let body = order(json!({}));
    let stop = async {
        crm.import_arrived().await;
        shop.stop.cancel();
        crm.allowed.add_permits(1);
    };
    let (reply, ()) = tokio::join!(shop.order(KEY, &body), stop);
    assert_accepted(&reply);
    shop.server.await.unwrap().unwrap();
}

#[tokio::test]
async fn other_addresses() {
    let shop = Shop::start().await;
    let health = shop.get("/health").await;
    assert_eq!((health.status, &*health.text), (StatusCode::OK, r#"{"status":"ok"}"#));
    assert_eq!(shop.get("/").await.code(), "not_found");
    let wrong_method = shop.get("/amazon-pay/import-order").await;
    assert_eq!(wrong_method.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(wrong_method.code(), "method_not_allowed");
    let refused = shop.post(&[("sec-fetch-site", "cross-site")], "").await;
    for reply in [health, wrong_method, refused] {
        assert_eq!(reply.headers["x-content-type-options"], "nosniff");
        assert_eq!(reply.headers["referrer-policy"], "strict-origin-when-cross-origin");
        assert_eq!(reply.headers["x-frame-options"], "SAMEORIGIN");
    }
}

#[tokio::test]
async fn a_page_of_the_same_origin_may_order() {
    let shop = Shop::start().await;
    let headers = [JSON, ("origin", &*shop.url), ("sec-fetch-site", "same-origin")];
    assert_accepted(&shop.post(&headers, order(json!({})).to_string()).await);
}

#[tokio::test]
async fn the_crm_sees_the_shopper_s_address_and_not_the_web_server_s() {
    let shop = Shop::start().await;
    let headers = [JSON, (ADDRESS_HEADER, "6.6.6.6, 203.0.113.7")];
    assert_accepted(&shop.post(&headers, order(json!({})).to_string()).await);
    assert_eq!(shop.ledger().await[0]["fields"]["ipAddress"], "203.0.113.7");
}

#[tokio::test]
async fn the_port_of_the_shopper_s_address_does_not_reach_the_crm() {
    let shop = Shop::start().await;
    let headers = [JSON, (ADDRESS_HEADER, "[2001:db8::1]:5678")];
    assert_accepted(&shop.post(&headers, order(json!({})).to_string()).await);
    assert_eq!(shop.ledger().await[0]["fields"]["ipAddress"], "2001:db8::1");
}

#[tokio::test]
async fn the_crm_sees_the_token_as_the_page_sent_it() {
    let shop = Shop::start().await;
    assert_accepted(&shop.order(KEY, &order(json!({}))).await);
    assert_eq!(shop.ledger().await[0]["fields"]["amazonAddressConsent"], TOKEN);
}
