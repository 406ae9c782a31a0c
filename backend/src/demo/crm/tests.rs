#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use serde_json::{Value, json};

use super::{Reply, Settings, StandIn};
use crate::{fields::Fields, purchase::Kind};

const GOOD: &str = "paySource=AMAZON&firstName=Ada&lastName=+&emailAddress=ada%40example.com\
    &campaignId=12&amazonBillerId=7&amazonOrderId=S01-0000000-0000001&amazonAddressConsent=Atza%7Cx\
    &product1_id=345&loginId=stand-in-api-user&password=stand-in-password";

fn stand_in() -> StandIn {
    StandIn::new(Settings::default())
}

/// Posts the good order with some fields replaced, added, or (`null`) left out.
fn post(stand_in: &StandIn, changes: &[(&str, Option<&str>)]) -> Value {
    send(stand_in, Kind::Order, GOOD, changes)
}

fn send(stand_in: &StandIn, kind: Kind, good: &str, changes: &[(&str, Option<&str>)]) -> Value {
    let mut fields = Fields::from_form(good.as_bytes()).unwrap();
    for (name, value) in changes {
        match value {
            Some(value) => fields.set(name, *value),
            None => fields.retain(|known| known != *name),
        }
    }
    match stand_in.import(kind, &fields) {
        Reply::Json(_, text) => serde_json::from_str(&text).unwrap(),
        _ => panic!("no JSON"),
    }
}

#[test]
fn a_success_mixes_numbers_and_texts() {
    let changes = [("product1_qty", Some("2")), ("product2_id", Some("349"))];
    let reply = post(&stand_in(), &changes);
    assert_eq!(reply["result"], "SUCCESS");
    let order = &reply["message"];
    assert_eq!(order["orderStatus"], "COMPLETE");
    assert_eq!(order["totalAmount"].to_string(), "149.8");
    assert_eq!(order["shipTotal"], "12.85");
    assert_eq!(order["customerId"], 1000);
    assert_eq!(order["items"]["345"]["price"], "119.90");
    assert_eq!(order["items"]["349"]["qty"], "1");
}

#[test]
fn each_field_is_checked() {
    for (name, value, text) in [
        ("loginId", None, "Could not authenticate credentials"),
        ("password", Some("x"), "Could not authenticate credentials"),
        ("campaignId", None, "campaignId is required"),
        ("campaignId", Some("13"), "campaignId is invalid"),
        ("paySource", None, "paySource is required"),
        ("paySource", Some("AMAZONPAY"), "paySource is invalid"),
        ("firstName", Some(""), "firstName is required"),
        ("lastName", None, "lastName is required"),
        ("emailAddress", Some("ada"), "emailAddress is invalid"),
        ("amazonBillerId", Some("8"), "amazonBillerId is invalid"),
        ("amazonBillerId", None, "amazonBillerId is required"),
        ("amazonOrderId", Some("A1B2C3D4E5"), "amazonOrderId is invalid"),
        ("amazonAddressConsent", Some("Atza%7Cx"), "amazonAddressConsent is invalid"),
        ("product1_id", None, "product1_id is required"),
        ("product1_id", Some("x"), "product1_id is invalid"),
        ("product1_id", Some("1"), "product1_id is invalid"),
        ("product1_qty", Some("0"), "product1_id is invalid"),
        ("phoneNumber", Some("+49 1"), "phoneNumber is invalid"),
    ] {
        let reply = post(&stand_in(), &[(name, value)]);
        assert_eq!(reply, json!({"result": "ERROR", "message": text}), "{name}={value:?}");
    }
}

#[test]
fn several_problems_are_an_object() {
    let reply = post(&stand_in(), &[("emailAddress", Some("x")), ("product1_id", None)]);
    let message = json!({"emailAddress": "is invalid", "product1_id": "is required"});
    assert_eq!(reply, json!({"result": "ERROR", "message": message}));
}

#[test]
fn order_items_are_an_alternative() {
    let items = |text| {
        let changes = [("product1_id", None), ("orderItems", Some(text))];
        post(&stand_in(), &changes)["message"]["subTotal"].clone()
    };
    assert_eq!(items(r#"{"345":1,"346":2}"#), "99.75");
    assert_eq!(items("{}"), Value::Null);
    assert_eq!(items("345"), Value::Null);
}

#[test]
fn an_order_reference_serves_one_purchase_and_an_agreement_many() {
    let stand_in = stand_in();
    assert_eq!(post(&stand_in, &[])["result"], "SUCCESS");
    let second = post(&stand_in, &[]);
    assert_eq!(second["message"], "Transaction Declined: OrderReferenceNotModifiable");
    for _ in 0..2 {
        let agreement = [("amazonOrderId", Some("C01-0000000-0000001"))];
        assert_eq!(post(&stand_in, &agreement)["result"], "SUCCESS");
    }
}

#[test]
fn declines() {
    let once = [("custom5", Some("once:decline:InvalidPaymentMethod"))];
    let standing = stand_in();
    assert_eq!(post(&standing, &once)["message"], "Transaction Declined: InvalidPaymentMethod");
    assert_eq!(post(&standing, &once)["result"], "SUCCESS");

    let standing = stand_in();
    post(&standing, &[("custom5", Some("decline:AmazonRejected"))]);
    assert_eq!(post(&standing, &[])["message"], "Transaction Declined: AmazonRejected");
}

const GOOD_UPSALE: &str = "productId=348&amazonBillerId=7&amazonOrderId=S01-0000000-0000002\
    &amazonAddressConsent=Atza%7Cx&loginId=stand-in-api-user&password=stand-in-password";

/// A stand-in that has booked the good order, and that order's id.
fn sold() -> (StandIn, String) {
    let stand_in = stand_in();
    let id = post(&stand_in, &[])["message"]["orderId"].as_str().unwrap().to_owned();
    (stand_in, id)
}

/// Posts the good upsale for an order.
fn upsale(stand_in: &StandIn, order_id: &str, changes: &[(&str, Option<&str>)]) -> Value {
    let changes = [&[("orderId", Some(order_id))], changes].concat();
    send(stand_in, Kind::Upsale, GOOD_UPSALE, &changes)
}

#[test]
fn an_upsale_answers_with_the_whole_order() {
    let (stand_in, id) = sold();
    let order = upsale(&stand_in, &id, &[("productQty", Some("2"))])["message"].clone();
    assert_eq!(order["orderId"], *id);
    assert_eq!(order["emailAddress"], "ada@example.com");
    assert_eq!(order["totalAmount"].to_string(), "119.9");
    assert_eq!(order["items"]["345"]["price"], "59.95");
    assert_eq!(order["items"]["348"]["price"], "49.00");
    assert_eq!(order["items"]["348"]["qty"], "2");

    let several = [
        ("productId", None),
        ("product1_id", Some("348")),
        ("product2_id", Some("347")),
        ("amazonOrderId", Some("S01-0000000-0000003")),
    ];
    let order = upsale(&stand_in, &id, &several)["message"].clone();
    assert_eq!(order["orderId"], *id);
    assert_eq!(order["items"]["348"]["qty"], "3");
    assert_eq!(order["subTotal"], "142.45");
    let ledger = serde_json::to_value(stand_in.books().ledger.entries()).unwrap();
    assert_eq!(
        [&ledger[0]["total"], &ledger[1]["total"], &ledger[2]["total"]],
        ["64.90", "55.00", "36.50"]
    );
    assert_eq!([&ledger[0]["kind"], &ledger[1]["kind"]], ["order", "upsale"]);
}

#[test]
fn an_upsale_may_replace_a_product_that_is_in_the_order() {
    let (stand_in, id) = sold();
    let absent = upsale(&stand_in, &id, &[("replaceProductId", Some("346"))]);
    assert_eq!(absent["message"], "replaceProductId is invalid");
    let order = upsale(&stand_in, &id, &[("replaceProductId", Some("345"))])["message"].clone();
    assert_eq!(order["items"].as_object().unwrap().keys().collect::<Vec<_>>(), ["348"]);
    assert_eq!(order["totalAmount"].to_string(), "27.5");
}

#[test]
fn each_field_of_an_upsale_is_checked() {
    let (stand_in, id) = sold();
    for (name, value, text) in [
        ("loginId", None, "Could not authenticate credentials"),
        ("orderId", None, "orderId is required"),
        ("orderId", Some("Z9Z9Z9Z9Z9"), "orderId is invalid"),
        ("campaignId", Some("13"), "campaignId is invalid"),
        ("amazonBillerId", Some("8"), "amazonBillerId is invalid"),
        ("amazonOrderId", None, "amazonOrderId is required"),
        ("amazonOrderId", Some("A1B2C3D4E5"), "amazonOrderId is invalid"),
        ("amazonAddressConsent", None, "amazonAddressConsent is required"),
        ("productId", None, "productId is required"),
        ("productId", Some("1"), "productId is invalid"),
        ("productQty", Some("0"), "productId is invalid"),
        ("custom5", Some("late"), "The upsell window of this order has closed"),
    ] {
        let reply = upsale(&stand_in, &id, &[(name, value)]);
        assert_eq!(reply, json!({"result": "ERROR", "message": text}), "{name}={value:?}");
    }
    assert_eq!(upsale(&stand_in, &id, &[])["result"], "SUCCESS");
}

#[test]
fn an_order_reference_serves_an_order_or_an_upsale() {
    let (stand_in, id) = sold();
    let spent = [("amazonOrderId", Some("S01-0000000-0000001"))];
    let text = "Transaction Declined: OrderReferenceNotModifiable";
    assert_eq!(upsale(&stand_in, &id, &spent)["message"], text);
    assert_eq!(upsale(&stand_in, &id, &[])["result"], "SUCCESS");
    assert_eq!(upsale(&stand_in, &id, &[])["message"], text);
}

#[test]
fn a_lost_upsale_is_in_the_order() {
    let (stand_in, id) = sold();
    let form = format!("{GOOD_UPSALE}&orderId={id}&custom5=lost");
    let fields = Fields::from_form(form.as_bytes()).unwrap();
    assert!(matches!(stand_in.import(Kind::Upsale, &fields), Reply::Cut));
    let next = [("productId", Some("347")), ("amazonOrderId", Some("S01-0000000-0000003"))];
    let order = upsale(&stand_in, &id, &next)["message"].clone();
    assert_eq!(
        order["items"].as_object().unwrap().keys().collect::<Vec<_>>(),
        ["345", "347", "348"]
    );
}
