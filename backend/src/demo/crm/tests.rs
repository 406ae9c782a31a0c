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
    told(stand_in.import(kind, &fields)).unwrap()
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

const CREDENTIALS: &str = "&loginId=stand-in-api-user&password=stand-in-password";

/// What a call is answered: an envelope, or nothing that can be read.
fn told(reply: Reply) -> Result<Value, Reply> {
    match reply {
        Reply::Json(_, text) => Ok(serde_json::from_str(&text).unwrap()),
        other => Err(other),
    }
}

fn form(text: &str) -> Fields {
    Fields::from_form(format!("{text}{CREDENTIALS}").as_bytes()).unwrap()
}

/// Posts a good lead from an address; more fields may follow it.
fn lead(stand_in: &StandIn, address_and_more: &str) -> Result<Value, Reply> {
    let good = "firstName=Ada&lastName=Lovelace&emailAddress=ada%40example.com&campaignId=12";
    told(stand_in.lead(&form(&format!("{good}&ipAddress={address_and_more}"))))
}

/// Posts a good lead and gives its order's id.
fn begun(stand_in: &StandIn, address_and_more: &str) -> String {
    lead(stand_in, address_and_more).unwrap()["message"]["orderId"].as_str().unwrap().to_owned()
}

fn query(stand_in: &StandIn, order_id: &str) -> Result<Value, Reply> {
    told(stand_in.query(&form(&format!("orderId={order_id}"))))
}

fn status(stand_in: &StandIn, order_id: &str) -> Value {
    query(stand_in, order_id).unwrap()["message"]["data"][0]["orderStatus"].clone()
}

/// Posts the good order for a lead, with what may not be answered.
fn import(stand_in: &StandIn, order_id: &str, custom5: &str) -> Result<Value, Reply> {
    let fields = format!("{GOOD}&orderId={order_id}&custom5={custom5}");
    told(stand_in.import(Kind::Order, &Fields::from_form(fields.as_bytes()).unwrap()))
}

#[test]
fn an_import_completes_a_lead() {
    let stand_in = stand_in();
    let partial = lead(&stand_in, "203.0.113.7").unwrap();
    assert_eq!(
        (&partial["result"], &partial["message"]["orderStatus"]),
        (&json!("SUCCESS"), &json!("PARTIAL"))
    );
    assert_eq!(partial["message"]["items"], json!({}));
    let id = partial["message"]["orderId"].as_str().unwrap();

    let paid = import(&stand_in, id, "").unwrap();
    assert_eq!(paid["message"]["orderId"], id);
    assert_eq!(paid["message"]["orderStatus"], "COMPLETE");
    assert_eq!(paid["message"]["lastName"], " ", "the import's words win");
    let again = import(&stand_in, id, "").unwrap();
    assert_eq!(again, json!({"result": "ERROR", "message": "Order has already been completed"}));
    let unknown = import(&stand_in, "Z9Z9Z9Z9Z9", "").unwrap();
    assert_eq!(unknown, json!({"result": "ERROR", "message": "orderId is invalid"}));

    let order = upsale(&stand_in, id, &[])["message"].clone();
    assert_eq!(order["orderId"], id);
}

#[test]
fn a_lead_is_checked() {
    let stand_in = stand_in();
    for (fields, message) in [
        ("lastName=L&emailAddress=a%40b.c&campaignId=12", json!("firstName is required")),
        ("firstName=A&emailAddress=a%40b.c&campaignId=12", json!("lastName is required")),
        ("firstName=A&lastName=L&campaignId=12", json!("emailAddress is required")),
        (
            "firstName=A&lastName=L&campaignId=12&emailAddress=a&phoneNumber=1",
            json!("emailAddress is invalid"),
        ),
        ("firstName=A&lastName=L&campaignId=12&phoneNumber=x", json!("phoneNumber is invalid")),
        ("firstName=A&lastName=L&phoneNumber=1", json!("campaignId is required")),
        ("firstName=A&lastName=L&phoneNumber=1&campaignId=13", json!("campaignId is invalid")),
        (
            "firstName=A&lastName=L&phoneNumber=1&campaignId=12&orderId=Z9Z9Z9Z9Z9",
            json!("orderId is invalid"),
        ),
    ] {
        let answer = told(stand_in.lead(&form(fields))).unwrap();
        assert_eq!(answer, json!({"result": "ERROR", "message": message}), "{fields}");
    }
    let phone = "firstName=A&lastName=L&phoneNumber=1&campaignId=12";
    assert_eq!(told(stand_in.lead(&form(phone))).unwrap()["result"], "SUCCESS");
    let stranger = Fields::from_form(phone.as_bytes()).unwrap();
    assert_eq!(
        told(stand_in.lead(&stranger)).unwrap()["message"],
        "Could not authenticate credentials"
    );
}

#[test]
fn a_second_lead_of_an_address_is_the_same_order_until_something_comes_of_it() {
    let stand_in = stand_in();
    let first = begun(&stand_in, "203.0.113.7");
    let elsewhere = begun(&stand_in, "203.0.113.8");
    assert_ne!(first, elsewhere);
    assert_eq!(begun(&stand_in, "203.0.113.7"), first);
    assert_eq!(begun(&stand_in, &format!("203.0.113.9&orderId={first}")), first);

    import(&stand_in, &first, "").unwrap();
    assert_ne!(begun(&stand_in, "203.0.113.7"), first);
    import(&stand_in, &elsewhere, "decline:InvalidPaymentMethod").unwrap();
    assert_eq!(status(&stand_in, &elsewhere), "DECLINED");
    assert_ne!(begun(&stand_in, "203.0.113.8"), elsewhere);
}

#[test]
fn leads_of_one_address_may_be_kept_apart() {
    let stand_in = StandIn::new(Settings { reuse_leads: false, ..Settings::default() });
    assert_ne!(begun(&stand_in, "203.0.113.7"), begun(&stand_in, "203.0.113.7"));
}

#[test]
fn a_declined_order_may_be_paid_after_all_and_takes_no_upsale_before() {
    let stand_in = stand_in();
    let id = begun(&stand_in, "203.0.113.7");
    assert_eq!(upsale(&stand_in, &id, &[])["message"], "orderId is invalid");
    let declined = import(&stand_in, &id, "once:decline:InvalidPaymentMethod").unwrap();
    assert_eq!(declined["message"], "Transaction Declined: InvalidPaymentMethod");
    let paid = import(&stand_in, &id, "once:decline:InvalidPaymentMethod").unwrap();
    assert_eq!(paid["message"]["orderId"], id);
    assert_eq!(status(&stand_in, &id), "COMPLETE");
}

#[test]
fn a_declined_upsale_leaves_its_order_complete() {
    let (stand_in, id) = sold();
    let declined = upsale(&stand_in, &id, &[("custom5", Some("decline:InvalidPaymentMethod"))]);
    assert_eq!(declined["result"], "ERROR");
    assert_eq!(status(&stand_in, &id), "COMPLETE");
}

#[test]
fn a_query_finds_one_order_or_says_so() {
    let (stand_in, id) = sold();
    let found = query(&stand_in, &id).unwrap();
    assert_eq!(found["result"], "SUCCESS");
    let order = &found["message"]["data"][0];
    let page = json!({"totalResults": 1, "resultsPerPage": 25, "page": 1, "data": [order]});
    assert_eq!(found["message"], page);
    assert_eq!(
        (&order["orderId"], &order["emailAddress"]),
        (&json!(id), &json!("ada@example.com"))
    );
    let item = &order["items"]["345"];
    assert_eq!((&item["productId"], &item["campaignProductId"]), (&json!("10345"), &json!("345")));

    let none =
        json!({"result": "ERROR", "message": "No orders matching those parameters could be found"});
    assert_eq!(query(&stand_in, "Z9Z9Z9Z9Z9").unwrap(), none);
    let stranger = Fields::from_form(format!("orderId={id}").as_bytes()).unwrap();
    let refused = told(stand_in.query(&stranger)).unwrap();
    assert_eq!(refused["message"], "Could not authenticate credentials");
    assert_eq!(told(stand_in.query(&form("page=1"))).unwrap()["result"], "ERROR");
}

#[test]
fn what_is_lost_before_it_is_booked_may_be_imported_again() {
    let stand_in = stand_in();
    let id = begun(&stand_in, "203.0.113.7");
    assert!(matches!(import(&stand_in, &id, "once:lost-before"), Err(Reply::Cut)));
    assert_eq!(status(&stand_in, &id), "PARTIAL");
    assert_eq!(import(&stand_in, &id, "once:lost-before").unwrap()["result"], "SUCCESS");

    let id = begun(&stand_in, "203.0.113.7");
    let lost = format!("{GOOD}&orderId={id}&custom5=once:lost").replace("0000001", "0000002");
    let lost = Fields::from_form(lost.as_bytes()).unwrap();
    assert!(matches!(stand_in.import(Kind::Order, &lost), Reply::Cut));
    assert_eq!(status(&stand_in, &id), "COMPLETE");
}

#[test]
fn a_slow_answer_is_about_what_is_booked_already() {
    let stand_in = stand_in();
    let id = begun(&stand_in, "203.0.113.7");
    let Err(Reply::Late(wait, text)) = import(&stand_in, &id, "slow:70") else { panic!("in time") };
    assert_eq!(wait.as_millis(), 70);
    assert!(text.starts_with(r#"{"result":"SUCCESS""#), "{text}");
    assert_eq!(status(&stand_in, &id), "COMPLETE");
}

#[test]
fn a_lead_that_is_not_answered_is_an_order_all_the_same() {
    for (fault, expected) in [("lead-html", "Html(200)"), ("lead-lost", "Cut")] {
        let stand_in = stand_in();
        for _ in 0..2 {
            let silent = lead(&stand_in, &format!("203.0.113.7&custom5={fault}")).unwrap_err();
            assert_eq!(format!("{silent:?}"), expected);
        }
        let id = begun(&stand_in, "203.0.113.7");
        assert_eq!(stand_in.books().calls.leads, 3);
        assert_eq!(id, begun(&stand_in, "203.0.113.7"));

        let id =
            |n| format!("203.0.113.8&custom5=once:{fault}&amazonOrderId=S01-0000000-000000{n}");
        assert!(lead(&stand_in, &id(1)).is_err());
        assert!(lead(&stand_in, &id(2)).is_err());
        assert!(lead(&stand_in, &id(1)).is_ok());
    }
}

#[test]
fn queries_fail_for_ever_or_once_as_the_lead_or_the_import_said() {
    for (fault, expected) in
        [("query-html", "Html(200)"), ("query-lost", "Cut"), ("query-hang", "Never")]
    {
        let stand_in = stand_in();
        let id = begun(&stand_in, &format!("203.0.113.7&custom5={fault}"));
        for _ in 0..2 {
            assert_eq!(format!("{:?}", query(&stand_in, &id).unwrap_err()), expected);
        }
        let other = begun(&stand_in, "203.0.113.8");
        assert_eq!(status(&stand_in, &other), "PARTIAL");

        let words = format!("once:lost-before once:{fault}");
        assert!(import(&stand_in, &other, &words).is_err());
        assert_eq!(format!("{:?}", query(&stand_in, &other).unwrap_err()), expected);
        assert_eq!(status(&stand_in, &other), "PARTIAL");
        assert!(import(&stand_in, &other, &words).is_ok());
        assert_eq!(status(&stand_in, &other), "COMPLETE");
    }
}

#[test]
fn calls_are_counted_by_address_whatever_their_answer() {
    let (stand_in, id) = sold();
    lead(&stand_in, "203.0.113.7").unwrap();
    lead(&stand_in, "nowhere").unwrap();
    upsale(&stand_in, &id, &[]);
    for _ in 0..3 {
        query(&stand_in, "Z9Z9Z9Z9Z9").unwrap();
    }
    let calls = serde_json::to_value(stand_in.books().calls).unwrap();
    assert_eq!(calls, json!({"leads": 2, "orders": 1, "upsales": 1, "queries": 3}));
    assert_eq!(stand_in.books().ledger.entries().len(), 2);
}
