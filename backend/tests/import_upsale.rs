//! Import Upsale from end to end: a client, the backend, and a CRM, over real sockets. What it shares
//! with Import Order is tested there.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    dead_code,
    missing_docs
)]

mod common;

use std::time::Duration;

use axum::http::StatusCode;
use futures_util::future::join_all;
use landerpay_backend::crm::Limits;
use serde_json::{Value, json};
use tokio::{net::TcpSocket, time};

use common::{
    FORM, HeldCrm, JSON, KEY, OTHER_KEY, Reply, Shop, TOKEN, assert_accepted, impatient, order,
    serve_forever, stand_in, upsale,
};

const ORDER_KEY: &str = "key-0123456789-0000";
const THIRD_KEY: &str = "key-0123456789-0003";

/// A shop with one order in the CRM, and that order's id.
async fn ordered() -> (Shop, String) {
    after_an_order(Shop::start().await).await
}

async fn after_an_order(shop: Shop) -> (Shop, String) {
    let reply = shop.order(ORDER_KEY, &order(json!({}))).await;
    assert_accepted(&reply);
    let id = reply.json()["message"]["orderId"].as_str().unwrap().to_owned();
    (shop, id)
}

/// Every upsale that the CRM has received.
async fn upsales(shop: &Shop) -> Vec<Value> {
    shop.ledger().await.into_iter().filter(|entry| entry["kind"] == "upsale").collect()
}

/// The fields of the only upsale as text, so that their order counts.
async fn only_upsale(shop: &Shop) -> String {
    let list = common::read(shop.client.get(format!("{}/stand-in/orders", shop.crm))).await.text;
    assert_eq!(upsales(shop).await.len(), 1, "{list}");
    list.rsplit_once("\"fields\":").unwrap().1.trim_end_matches("}]").to_owned()
}

/// Another order reference, as each page load brings one.
fn fresh(n: usize) -> Value {
    json!({"amazonOrderId": format!("S01-0000000-{:07}", 100 + n)})
}

fn with(mut changes: Value, more: Value) -> Value {
    changes.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    changes
}

fn assert_unknown(reply: &Reply, context: &str) {
    assert_eq!(reply.status, StatusCode::CONFLICT, "{context}: {}", reply.text);
    assert_eq!(reply.code(), "order_outcome_unknown", "{context}");
}

#[tokio::test]
async fn json_reaches_the_crm_as_a_flat_form() {
    let (shop, id) = ordered().await;
    let body = upsale(
        &id,
        json!({
            "productQty": 2, "sessionId": "a&b=c", "affId": "", "sourceValue1": "x",
            "replaceProductId": 345, "variantDetailId": null, "paySource": "AMAZON",
            "productPrice": 0.01, "productShipPrice": 0, "productSalesTax": 0, "campaignId": 99,
            "amazonBillerId": 99, "loginId": "x", "ipAddress": "6.6.6.6",
        }),
    );
    let reply = shop.upsale(KEY, &body).await;
    assert_accepted(&reply);
    let fields: Value = serde_json::from_str(&only_upsale(&shop).await).unwrap();
    assert_eq!(
        fields,
        json!({
            "orderId": id, "productId": "348", "amazonOrderId": "S01-0000000-0000011",
            "amazonAddressConsent": TOKEN, "productQty": "2", "sessionId": "a&b=c", "affId": "",
            "sourceValue1": "x", "replaceProductId": "345", "campaignId": "12",
            "amazonBillerId": "7", "loginId": "stand-in-api-user", "password": "***",
        })
    );
    let order = &reply.json()["message"];
    assert_eq!(order["orderId"], id);
    assert_eq!(order["totalAmount"].to_string(), "55.0");
}

#[tokio::test]
async fn a_form_reaches_the_crm_decoded_and_encoded_once() {
    let (shop, id) = ordered().await;
    let body = format!(
        "orderId={id}&product1_id=348&product2_id=347&amazonOrderId=S01-0000000-0000011\
         &amazonAddressConsent=Atza%7Ca%2Bb%252Fc"
    );
    let content_type = ("content-type", "application/x-www-form-urlencoded; charset=UTF-8");
    assert_accepted(&shop.post_upsale(&[content_type], body).await);
    let fields = format!(
        r#"{{"orderId":"{id}","product1_id":"348","product2_id":"347","amazonOrderId":"S01-0000000-0000011","amazonAddressConsent":"Atza|a+b%2Fc","campaignId":"12","amazonBillerId":"7","loginId":"stand-in-api-user","password":"***"}}"#
    );
    assert_eq!(only_upsale(&shop).await, fields);
}

#[tokio::test]
async fn the_answer_is_the_order_with_everything_in_it() {
    let (shop, id) = ordered().await;
    let reply = shop.upsale(KEY, &upsale(&id, json!({}))).await;
    assert_accepted(&reply);
    let order = &reply.json()["message"];
    assert_eq!(order["orderId"], id);
    assert_eq!(order["emailAddress"], "ada@example.com");
    assert_eq!(order["items"].as_object().unwrap().keys().collect::<Vec<_>>(), ["345", "348"]);
    assert_eq!(order["totalAmount"].to_string(), "92.4");
}

#[tokio::test]
async fn a_bad_request_has_a_status_a_code_and_never_reaches_the_crm() {
    let (shop, id) = ordered().await;
    let good = upsale(&id, json!({})).to_string();
    let changed = |changes| upsale(&id, changes).to_string();
    let doubled = changed(json!({"ORDERID": "B2"}));
    let misspelled = changed(json!({"Product1_Id": 349}));
    let paid_otherwise = changed(json!({"paySource": "CREDITCARD"}));
    let large = changed(json!({"custom1": "x".repeat(64 * 1024)}));
    for (headers, body, status, code) in [
        (vec![], &*good, 415, "content_type_unsupported"),
        (vec![JSON], &large, 413, "body_too_large"),
        (vec![JSON], "orderId=1", 400, "body_unreadable"),
        (vec![JSON, ("idempotency-key", "short")], &good, 400, "idempotency_key_invalid"),
        (vec![JSON], "{}", 422, "fields_invalid"),
        (vec![FORM], "", 422, "fields_invalid"),
        (vec![FORM], "productId%5B%5D=1", 422, "fields_invalid"),
        (vec![JSON], &doubled, 422, "fields_invalid"),
        (vec![JSON], &misspelled, 422, "fields_invalid"),
        (vec![JSON], &paid_otherwise, 422, "fields_invalid"),
        (vec![JSON, ("origin", "https://evil.example")], &good, 403, "foreign_origin"),
        (vec![JSON, ("sec-fetch-site", "cross-site")], &good, 403, "foreign_origin"),
    ] {
        let reply = shop.post_upsale(&headers, body.to_owned()).await;
        assert_eq!((reply.status.as_u16(), &*reply.code()), (status, code), "{headers:?}");
        assert_eq!(reply.json()["result"], "ERROR");
    }
    assert_eq!(upsales(&shop).await, [] as [Value; 0]);
    let wrong_method = shop.get("/amazon-pay/import-upsale").await;
    assert_eq!(wrong_method.code(), "method_not_allowed");
}

#[tokio::test]
async fn wrong_fields_are_named_in_the_message() {
    let shop = Shop::start().await;
    let not_an_id =
        "This is not an order id of the CRM: 1 to 32 letters, digits, hyphens and underscores.";
    let wrong = json!({
        "amazonOrderId": "A1B2C3D4E5", "amazonAddressConsent": "Atza%7Cx", "paySource": "PAYPAL",
        "productId": "0348",
    });
    let reply = shop.upsale(KEY, &upsale("A1 B2", wrong)).await;
    assert_eq!(
        reply.json(),
        json!({"result": "ERROR", "code": "fields_invalid", "message": {
            "orderId": not_an_id,
            "productId": "This is not a campaign product id: digits without a zero in front.",
            "amazonOrderId": "This is not an Amazon order reference or billing agreement id.",
            "amazonAddressConsent":
                "The access token is still percent-encoded. Decode it once before sending it.",
            "paySource": "Only AMAZON is taken here.",
        }})
    );
}

#[tokio::test]
async fn every_answer_of_the_crm_reaches_the_page() {
    for (fault, result, message) in [
        (
            "decline:InvalidPaymentMethod",
            "ERROR",
            json!("Transaction Declined: InvalidPaymentMethod"),
        ),
        ("numeric-message", "ERROR", json!(400)),
        ("fields", "ERROR", json!({"shipState": "is invalid", "couponCode": "is expired"})),
        ("late", "ERROR", json!("The upsell window of this order has closed")),
        ("unknown-result", "PENDING", json!("Try again later")),
        ("redirect-script", "MERC_REDIRECT", json!({"url": "https://bank.example/3ds"})),
    ] {
        let (shop, id) = ordered().await;
        let faulty = upsale(&id, json!({"custom5": fault}));
        // Asked twice with one key: the second answer is the stored one.
        for _ in 0..2 {
            let reply = shop.upsale(KEY, &faulty).await;
            assert_eq!(reply.status, StatusCode::OK, "{fault}");
            assert_eq!(reply.json(), json!({"result": result, "message": message}), "{fault}");
        }
        assert_eq!(upsales(&shop).await.len(), 1, "{fault}");
    }
}

#[tokio::test]
async fn an_order_that_the_crm_does_not_have_takes_no_upsale() {
    let (shop, id) = ordered().await;
    let reply = shop.upsale(KEY, &upsale("Z9Z9Z9Z9Z9", json!({}))).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(reply.json()["message"], json!({"orderId": "The CRM has no such order."}));
    // The same order reference, as nothing was bought with it.
    assert_accepted(&shop.upsale(OTHER_KEY, &upsale(&id, json!({}))).await);
}

#[tokio::test]
async fn an_order_that_is_not_complete_takes_no_upsale() {
    let shop = Shop::start().await;
    let lead = shop.lead().await;
    let reply = shop.upsale(KEY, &upsale(&lead, json!({}))).await;
    let sentence = "This order is not complete, so nothing can be added.";
    assert_eq!(reply.json()["message"], json!({"orderId": sentence}));
    assert_eq!(upsales(&shop).await.len(), 0);
}

#[tokio::test]
async fn one_order_reference_is_one_purchase() {
    let (shop, id) = ordered().await;
    let the_order_s = json!({"amazonOrderId": "S01-0000000-0000001"});
    assert_unknown(&shop.upsale(KEY, &upsale(&id, the_order_s)).await, "the order's");
    assert_accepted(&shop.upsale(OTHER_KEY, &upsale(&id, json!({}))).await);
    let next = upsale(&id, json!({"productId": 349}));
    assert_unknown(&shop.upsale(THIRD_KEY, &next).await, "the first upsale's");
    assert_eq!(upsales(&shop).await.len(), 1);
}

#[tokio::test]
async fn a_taken_upsale_is_never_imported_again() {
    for (fault, result) in [
        ("", "SUCCESS"),
        ("redirect:https://bank.example/3ds", "MERC_REDIRECT"),
        ("http-500:SUCCESS", "SUCCESS"),
    ] {
        let (shop, id) = ordered().await;
        let first = shop.upsale(KEY, &upsale(&id, json!({"custom5": fault}))).await;
        assert_eq!(first.json()["result"], result, "{fault}");

        let indexed = json!({"productId": null, "product1_id": 348});
        let again = [
            shop.upsale(KEY, &upsale(&id, json!({"custom5": fault}))).await,
            shop.upsale(OTHER_KEY, &upsale(&id, json!({}))).await,
            // The back button, a reload, a second tab: fresh key, fresh order reference.
            shop.upsale(THIRD_KEY, &upsale(&id, fresh(1))).await,
            shop.post_upsale(&[JSON], upsale(&id, fresh(2)).to_string()).await,
            shop.post_upsale(&[JSON], upsale(&id, with(indexed, fresh(3))).to_string()).await,
            shop.post_upsale(
                &[JSON],
                upsale(&id, with(json!({"productQty": 2}), fresh(4))).to_string(),
            )
            .await,
        ];
        assert_eq!(upsales(&shop).await.len(), 1, "{fault}");
        for reply in again {
            assert_eq!((reply.status, reply.text), (StatusCode::OK, first.text.clone()), "{fault}");
        }
    }
}

#[tokio::test]
async fn another_product_is_another_upsale() {
    let (shop, id) = ordered().await;
    assert_accepted(&shop.upsale(KEY, &upsale(&id, json!({}))).await);
    let other = upsale(&id, with(json!({"productId": 349}), fresh(1)));
    let reply = shop.upsale(OTHER_KEY, &other).await;
    assert_accepted(&reply);
    assert_eq!(reply.json()["message"]["totalAmount"].to_string(), "112.4");
    assert_eq!(upsales(&shop).await.len(), 2);
}

/// The fields of an upsale of two products.
fn two(first: u32, second: u32) -> Value {
    json!({"productId": null, "product1_id": first, "product2_id": second})
}

fn assert_taken(reply: &Reply, sentence: &str) {
    assert_eq!(reply.status, StatusCode::CONFLICT, "{}", reply.text);
    let message = format!("{sentence} Nothing was charged now.");
    assert_eq!(
        reply.json(),
        json!({"result": "ERROR", "code": "product_taken", "message": message})
    );
}

#[tokio::test]
async fn a_product_is_charged_once_in_whatever_company() {
    let (shop, id) = ordered().await;
    assert_accepted(&shop.upsale(KEY, &upsale(&id, json!({}))).await);
    let both = upsale(&id, with(two(348, 349), fresh(1)));
    for _ in 0..2 {
        let reply = shop.upsale(OTHER_KEY, &both).await;
        assert_taken(&reply, "Product 348 is part of this order already, or on the way into it.");
    }
    assert_eq!(upsales(&shop).await.len(), 1);
    // Neither the key nor the order reference nor the other product is used up.
    let alone = upsale(&id, with(json!({"productId": 349}), fresh(1)));
    assert_accepted(&shop.upsale(OTHER_KEY, &alone).await);
    let reply = shop.upsale(THIRD_KEY, &upsale(&id, with(two(349, 348), fresh(2)))).await;
    let sentence = "Products 348, 349 are part of this order already, or on the way into it.";
    assert_taken(&reply, sentence);
    assert_eq!(upsales(&shop).await.len(), 2);
}

#[tokio::test]
async fn a_set_that_was_added_is_known_again_and_so_is_each_of_its_products() {
    let (shop, id) = ordered().await;
    let first = shop.upsale(KEY, &upsale(&id, two(348, 349))).await;
    assert_accepted(&first);
    let turned = shop.upsale(OTHER_KEY, &upsale(&id, with(two(349, 348), fresh(1)))).await;
    assert_eq!(turned.text, first.text);
    let reply = shop.upsale(THIRD_KEY, &upsale(&id, fresh(2))).await;
    assert_taken(&reply, "Product 348 is part of this order already, or on the way into it.");
    assert_eq!(upsales(&shop).await.len(), 1);
}

#[tokio::test]
async fn a_product_on_its_way_is_taken() {
    let (crm, shop) = HeldCrm::start("/upsale/import/").await;
    let body = upsale("A1B2C3D4E5", json!({}));
    let import = shop.upsale(KEY, &body);
    let overlap = async {
        crm.import_arrived().await;
        let both = upsale("A1B2C3D4E5", with(two(348, 349), fresh(1)));
        let reply = shop.upsale(OTHER_KEY, &both).await;
        crm.allowed.add_permits(1);
        reply
    };
    let (imported, overlapping) = tokio::join!(import, overlap);
    assert_accepted(&imported);
    let sentence = "Product 348 is part of this order already, or on the way into it.";
    assert_taken(&overlapping, sentence);
    assert_eq!(crm.received(), 1);
}

#[tokio::test]
async fn a_set_that_was_declined_leaves_each_product_free() {
    let (shop, id) = ordered().await;
    let declined = with(two(348, 349), json!({"custom5": "decline:InvalidPaymentMethod"}));
    assert_eq!(shop.upsale(KEY, &upsale(&id, declined)).await.json()["result"], "ERROR");
    assert_accepted(&shop.upsale(OTHER_KEY, &upsale(&id, fresh(1))).await);
    let other = upsale(&id, with(json!({"productId": 349}), fresh(2)));
    assert_accepted(&shop.upsale(THIRD_KEY, &other).await);
}

#[tokio::test]
async fn a_payment_elsewhere_takes_the_product_and_is_for_its_payer_only() {
    for (fault, field) in [("paypal", "paypalUrl"), ("redirect:https://bank.example/3ds", "url")] {
        let (shop, id) = ordered().await;
        let body = upsale(&id, json!({"custom5": fault}));
        let first = shop.upsale(KEY, &body).await;
        assert!(first.json()["message"][field].is_string(), "{fault}: {}", first.text);
        let again = shop.upsale(OTHER_KEY, &upsale(&id, fresh(1))).await;
        assert_eq!(again.text, first.text, "{fault}");
        let both = shop.upsale(THIRD_KEY, &upsale(&id, with(two(348, 349), fresh(2)))).await;
        assert_eq!(both.code(), "product_taken", "{fault}");
        let stranger = json!({"amazonAddressConsent": "Atza|of-somebody-else"});
        let asked = shop.post_upsale(&[JSON], upsale(&id, stranger).to_string()).await;
        assert_unknown(&asked, fault);
        assert_eq!(upsales(&shop).await.len(), 1, "{fault}");
    }
}

#[tokio::test]
async fn an_upsale_whose_answer_was_lost_is_found_in_the_order() {
    let (shop, id) = ordered().await;
    let faulty = upsale(&id, json!({"custom5": "lost"}));
    assert_eq!(shop.upsale(KEY, &faulty).await.code(), "crm_answer_lost");
    let found = shop.upsale(KEY, &faulty).await;
    assert_accepted(&found);
    assert_eq!(found.json()["message"]["orderId"], id);
    for again in [
        shop.upsale(OTHER_KEY, &upsale(&id, json!({}))).await,
        shop.upsale(THIRD_KEY, &upsale(&id, fresh(1))).await,
        shop.post_upsale(&[JSON], upsale(&id, fresh(2)).to_string()).await,
    ] {
        assert_eq!(again.text, found.text);
    }
    assert_eq!(upsales(&shop).await.len(), 1);
    // Another product was not in the lost one.
    assert_accepted(
        &shop
            .upsale("key-0123456789-0009", &upsale(&id, with(fresh(3), json!({"productId": 349}))))
            .await,
    );
}

#[tokio::test]
async fn an_upsale_that_the_order_has_not_got_is_imported_once_more_when_its_time_is_over() {
    for (fault, code) in [
        ("html", "crm_reply_unreadable"),
        ("http-500:ERROR", "crm_reply_unreadable"),
        ("hang", "crm_answer_lost"),
        ("lost-before", "crm_answer_lost"),
    ] {
        let (shop, id) = after_an_order(Shop::impatient().await).await;
        let faulty = upsale(&id, json!({"custom5": format!("once:{fault}")}));
        assert_eq!(shop.upsale(KEY, &faulty).await.code(), code, "{fault}");
        assert_eq!(shop.upsale(KEY, &faulty).await.code(), "crm_answer_lost", "{fault}");
        assert_eq!(upsales(&shop).await.len(), 1, "{fault}");
        time::sleep(impatient().settled).await;
        assert_accepted(&shop.upsale(KEY, &faulty).await);
        assert_accepted(&shop.upsale(OTHER_KEY, &faulty).await);
        assert_eq!(upsales(&shop).await.len(), 2, "{fault}");
    }
}

#[tokio::test]
async fn what_else_has_changed_in_the_order_decides_nothing() {
    let (shop, id) = after_an_order(Shop::impatient().await).await;
    let faulty = upsale(&id, json!({"custom5": "lost-before"}));
    assert_eq!(shop.upsale(KEY, &faulty).await.code(), "crm_answer_lost");
    let other = upsale(&id, with(fresh(1), json!({"productId": 349})));
    assert_accepted(&shop.upsale(OTHER_KEY, &other).await);
    time::sleep(impatient().settled).await;
    assert_unknown(&shop.upsale(KEY, &faulty).await, "another product came in between");
    assert_eq!(upsales(&shop).await.len(), 2);
}

#[tokio::test]
async fn a_token_that_amazon_refuses_never_reaches_the_crm() {
    let (shop, id) = ordered().await;
    for (token, code) in [
        ("Atza|expired", "token_refused"),
        ("Atza|foreign", "token_refused"),
        ("Atza|down", "amazon_unreachable"),
    ] {
        let body = upsale(&id, json!({"amazonAddressConsent": token}));
        assert_eq!(shop.upsale(KEY, &body).await.code(), code);
    }
    assert_eq!(upsales(&shop).await.len(), 0);
    assert_accepted(&shop.upsale(KEY, &upsale(&id, json!({}))).await);
}

#[tokio::test]
async fn a_declined_upsale_may_be_tried_again() {
    for next in [json!({}), fresh(1)] {
        let (shop, id) = ordered().await;
        let declined = upsale(&id, json!({"custom5": "decline:InvalidPaymentMethod"}));
        // Twice under the key of the declined attempt: its answer stays.
        for _ in 0..2 {
            assert_eq!(shop.upsale(KEY, &declined).await.json()["result"], "ERROR");
        }
        assert_eq!(upsales(&shop).await.len(), 1);
        assert_accepted(&shop.upsale(OTHER_KEY, &upsale(&id, next)).await);
        assert_accepted(&shop.upsale(THIRD_KEY, &upsale(&id, fresh(2))).await);
        assert_eq!(upsales(&shop).await.len(), 2);
    }
}

#[tokio::test]
async fn an_unreachable_crm_frees_the_upsale() {
    // Bound but not listening: connections are refused, and nobody else can take the port.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let shop = Shop::in_front_of(socket.local_addr().unwrap(), Limits::default()).await;
    let id = "R2T0Y8K6C4";
    assert_eq!(shop.upsale(KEY, &upsale(id, json!({}))).await.code(), "crm_unreachable");

    serve_forever(stand_in(), socket.listen(16).unwrap());
    for (key, changes) in [(KEY, json!({})), (OTHER_KEY, fresh(1))] {
        let reply = shop.upsale(key, &upsale(id, changes)).await;
        assert_eq!(reply.json()["message"]["orderId"], "The CRM has no such order.");
    }
}

#[tokio::test]
async fn one_key_is_for_one_purchase() {
    let (shop, id) = ordered().await;
    let order_s = shop.upsale(ORDER_KEY, &upsale(&id, json!({}))).await;
    assert_eq!(order_s.code(), "idempotency_conflict");
    assert_accepted(&shop.upsale(KEY, &upsale(&id, json!({}))).await);
    for changes in [fresh(1), json!({"productId": 349}), json!({"orderId": "B2"})] {
        let reply = shop.upsale(KEY, &upsale(&id, changes)).await;
        assert_eq!(reply.code(), "idempotency_conflict");
    }
    let renewed = upsale(&id, json!({"amazonAddressConsent": "Atza|renewed"}));
    let receipt = json!({"result": "SUCCESS", "message": {"orderId": id}});
    assert_eq!(shop.upsale(KEY, &renewed).await.json(), receipt);
    assert_eq!(upsales(&shop).await.len(), 1);
}

#[tokio::test]
async fn concurrent_requests_for_one_upsale_import_once_whatever_their_keys_and_references() {
    let (crm, shop) = HeldCrm::start("/upsale/import/").await;
    let request = async |n: usize| {
        shop.upsale(&format!("key-0123456789-{n:04}"), &upsale("A1B2C3D4E5", fresh(n))).await
    };
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
    let (crm, shop) = HeldCrm::start("/upsale/import/").await;
    let body = upsale("A1B2C3D4E5", json!({}));
    tokio::select! {
        reply = shop.upsale(KEY, &body) => panic!("answered too early: {reply:?}"),
        () = crm.import_arrived() => {}
    }
    crm.allowed.add_permits(1);
    assert_accepted(&shop.upsale(KEY, &body).await);
    assert_eq!(crm.received(), 1);
}

#[tokio::test]
async fn nobody_else_reads_the_order() {
    let (shop, id) = ordered().await;
    let stranger =
        |more| upsale(&id, with(json!({"amazonAddressConsent": "Atza|of-somebody-else"}), more));
    let bought = shop.upsale(KEY, &upsale(&id, json!({}))).await;
    assert_accepted(&bought);

    let receipt = json!({"result": "SUCCESS", "message": {"orderId": id}});
    for (key, body) in [
        // The buyer's upsale with an order reference of the stranger's, and with the buyer's.
        (OTHER_KEY, stranger(fresh(1))),
        (THIRD_KEY, stranger(json!({}))),
        // With the buyer's own key.
        (KEY, stranger(json!({}))),
        // An upsale that the stranger pays for.
        ("key-0123456789-0004", stranger(with(json!({"productId": 349}), fresh(2)))),
    ] {
        for _ in 0..2 {
            assert_eq!(shop.upsale(key, &body).await.json(), receipt);
        }
    }
    assert_eq!(upsales(&shop).await.len(), 2);
    assert_eq!(shop.upsale(KEY, &upsale(&id, json!({}))).await.text, bought.text);
}

#[tokio::test]
async fn after_a_restart_nobody_is_known_and_the_order_is_nobody_s() {
    let (before, id) = ordered().await;
    let crm = before.crm.strip_prefix("http://").unwrap().parse().unwrap();
    let after = Shop::in_front_of(crm, Limits::default()).await;
    for key in [KEY, OTHER_KEY] {
        let reply = after.upsale(key, &upsale(&id, json!({}))).await;
        assert_eq!(reply.json(), json!({"result": "SUCCESS", "message": {"orderId": id}}));
    }
    assert_eq!(upsales(&after).await.len(), 1);
}

#[tokio::test]
async fn the_shopper_s_address_is_the_order_s() {
    let (shop, id) = ordered().await;
    let headers = [JSON, (common::ADDRESS_HEADER, "203.0.113.7")];
    assert_accepted(&shop.post_upsale(&headers, upsale(&id, json!({})).to_string()).await);
    assert_eq!(upsales(&shop).await[0]["fields"].get("ipAddress"), None);
}
