//! Whose order it is: what Amazon says counts, not what a page says.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    dead_code,
    missing_docs
)]

mod common;

use axum::http::StatusCode;
use serde_json::json;

use common::{KEY, OTHER_KEY, Shop, assert_accepted, order};

#[tokio::test]
async fn a_token_that_amazon_refuses_never_reaches_the_crm() {
    for (token, status, code) in [
        ("Atza|expired", 401, "token_refused"),
        ("Atza|foreign", 401, "token_refused"),
        ("Atza|down", 503, "amazon_unreachable"),
        ("Atza|html", 503, "amazon_unreachable"),
        ("Atza|hang", 503, "amazon_unreachable"),
        ("Atza|profile-down", 503, "amazon_unreachable"),
    ] {
        let shop = Shop::impatient().await;
        let body = order(json!({"amazonAddressConsent": token}));
        for _ in 0..2 {
            let reply = shop.order(KEY, &body).await;
            assert_eq!((reply.status.as_u16(), &*reply.code()), (status, code), "{token}");
        }
        let calls = shop.calls().await;
        assert_eq!(calls["leads"], 0, "{token}");
        assert_eq!(shop.ledger().await.len(), 0, "{token}");
        // The buyer signs in again, and goes on with the same order and key.
        assert_accepted(&shop.order(KEY, &order(json!({}))).await);
    }
}

#[tokio::test]
async fn name_and_address_are_amazon_s_and_not_the_page_s() {
    let long = "x".repeat(60);
    for (user, first, last) in [
        ("Maria+Bennett", "Maria", "Bennett"),
        ("Ana+Maria+de+Souza", "Ana", "Maria de Souza"),
        ("Cher", "Cher", " "),
        (&*format!("{long}+{long}"), &*"x".repeat(50), &*"x".repeat(50)),
    ] {
        for names in [json!({}), json!({"firstName": null, "lastName": null, "emailAddress": null})]
        {
            let shop = Shop::start().await;
            let mut body = order(names);
            body["amazonAddressConsent"] = json!(format!("Atza|user={user}=maria@example.com"));
            assert_accepted(&shop.order(KEY, &body).await);
            let fields = shop.ledger().await[0]["fields"].clone();
            assert_eq!(fields["firstName"], first);
            assert_eq!(fields["lastName"], last);
            assert_eq!(fields["emailAddress"], "maria@example.com");
        }
    }
}

#[tokio::test]
async fn what_amazon_does_not_tell_comes_from_the_page_or_is_asked_for() {
    let shop = Shop::start().await;
    let token = json!({"amazonAddressConsent": "Atza|noname"});
    assert_accepted(&shop.order(KEY, &order(token)).await);
    let without = json!({
        "amazonAddressConsent": "Atza|noname", "amazonOrderId": "S01-0000000-0000002",
        "firstName": null, "emailAddress": null,
    });
    let reply = shop.order(OTHER_KEY, &order(without)).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    let missing = "This field is missing.";
    assert_eq!(reply.json()["message"], json!({"emailAddress": missing, "firstName": missing}));
    assert_eq!(shop.ledger().await.len(), 1);
}
