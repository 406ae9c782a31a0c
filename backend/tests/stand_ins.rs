//! The stand-ins over real sockets: what a client sees of an answer that does not come.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    dead_code,
    missing_docs
)]

mod common;

use std::time::{Duration, Instant};

use landerpay_backend::demo::amazon::CLIENT_ID;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use axum::Router;
use common::{FORM, read};

/// Serves routes until the test ends, and gives their address, such as `http://127.0.0.1:34567`.
async fn address_of(router: Router) -> String {
    format!("http://{}", common::start(router).await)
}

const LEAD: &str = "firstName=Ada&lastName=Lovelace&emailAddress=ada%40example.com&campaignId=12\
    &loginId=stand-in-api-user&password=stand-in-password";
const ORDER: &str = "&paySource=AMAZON&product1_id=345&amazonBillerId=7\
    &amazonOrderId=S01-0000000-0000001&amazonAddressConsent=Atza%7Cx";

fn client() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

fn post(url: &str, body: String) -> RequestBuilder {
    client().post(url).header(FORM.0, FORM.1).body(body)
}

/// Whether a client could read the answer to its end.
async fn answered(request: RequestBuilder) -> bool {
    match request.timeout(Duration::from_millis(500)).send().await {
        Ok(response) => response.text().await.is_ok(),
        Err(_) => false,
    }
}

#[tokio::test]
async fn a_lead_is_imported_and_found_again() {
    let crm = address_of(common::stand_in()).await;
    let lead = read(post(&format!("{crm}/leads/import/"), LEAD.to_owned())).await.json();
    let id = lead["message"]["orderId"].as_str().unwrap();
    let paid = post(&format!("{crm}/order/import/"), format!("{LEAD}{ORDER}&orderId={id}"));
    assert_eq!(read(paid).await.json()["message"]["orderStatus"], "COMPLETE");
    let query = post(&format!("{crm}/order/query/"), format!("{LEAD}&orderId={id}"));
    assert_eq!(read(query).await.json()["message"]["data"][0]["orderId"], id);
    let calls = read(client().get(format!("{crm}/stand-in/calls"))).await.json();
    assert_eq!(calls, json!({"leads": 1, "orders": 1, "upsales": 0, "queries": 1}));
}

#[tokio::test]
async fn an_answer_may_be_cut_or_never_come() {
    let crm = address_of(common::stand_in()).await;
    let lead = |fault| post(&format!("{crm}/leads/import/"), format!("{LEAD}&custom5={fault}"));
    assert!(!answered(lead("lead-lost")).await);
    let begun = read(lead("query-hang")).await.json();
    let id = begun["message"]["orderId"].as_str().unwrap();
    let query = || post(&format!("{crm}/order/query/"), format!("{LEAD}&orderId={id}"));
    assert!(!answered(query()).await);
}

#[tokio::test]
async fn a_slow_answer_comes() {
    let crm = address_of(common::stand_in()).await;
    let slow = format!("{LEAD}{ORDER}&custom5=slow:300");
    let begun = Instant::now();
    let paid = read(post(&format!("{crm}/order/import/"), slow)).await;
    assert_eq!(paid.json()["result"], "SUCCESS");
    assert!(begun.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn amazon_reads_the_token_where_a_client_puts_it() {
    let amazon = address_of(common::amazon()).await;
    let token = "Atza|user=Maria+Bennett=maria@example.com";
    let info =
        read(client().get(format!("{amazon}/auth/o2/tokeninfo")).query(&[("access_token", token)]))
            .await;
    assert_eq!((info.status.as_u16(), &info.json()["aud"]), (200, &json!(CLIENT_ID)));
    let profile = read(client().get(format!("{amazon}/user/profile")).bearer_auth(token)).await;
    assert_eq!(profile.json()["name"], "Maria Bennett");
    assert_eq!(profile.json()["email"], "maria@example.com");

    let nobody = read(client().get(format!("{amazon}/user/profile"))).await;
    assert_eq!((nobody.status.as_u16(), &nobody.json()["error"]), (400, &json!("invalid_token")));
    let nothing = read(client().get(format!("{amazon}/auth/o2/tokeninfo"))).await;
    assert_eq!(nothing.status, 400);
    let silent = client().get(format!("{amazon}/user/profile")).bearer_auth("Atza|profile-hang");
    assert!(!answered(silent).await);
    let calls: Value = read(client().get(format!("{amazon}/stand-in/calls"))).await.json();
    assert_eq!(calls, json!({"tokenInfos": 2, "profiles": 3}));
}
