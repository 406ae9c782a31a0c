//! The stand-in for the CRM: Import Order as the real one takes it, with faults on request.
//!
//! It checks credentials, campaign, pay source, products, names, e-mail and the three Amazon fields,
//! answers with HTTP 200 and the CRM's envelope, and keeps a ledger: `GET /stand-in/orders` for
//! programs, `/` for people. It exists to be wrong in the ways that the real one may be wrong; the
//! field `custom5` of an order chooses how:
//!
//! | `custom5` | what happens |
//! |---|---|
//! | `decline:<reason>` | `ERROR`, `Transaction Declined: <reason>`; after `AmazonRejected` the order reference is closed |
//! | `decline-once:<reason>` | the same for the first order on that order reference, then success |
//! | `fields` | `ERROR`, message an object: field → text |
//! | `numeric-message` | `ERROR`, message a number |
//! | `unknown-result` | a `result` that no document lists |
//! | `quote` | `ERROR`, message quoting the credentials and the token |
//! | `redirect:<url>` | `MERC_REDIRECT`, message with `url` |
//! | `redirect-script` | `MERC_REDIRECT`, message with `url` and `script` |
//! | `paypal` | `SUCCESS` with `paypalUrl`: not paid yet |
//! | `html` | HTML with status 200 |
//! | `http-500` | HTML with status 500 |
//! | `http-500:<result>` | an envelope with this `result` and status 500 |
//! | `empty` | an empty body with status 200 |
//! | `hang` | no answer; the connection stays open |
//! | `lost` | the order is booked, then the connection is cut |

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use serde::Serialize;
use serde_json::json;

use super::{
    booking::{self, Booking, Line},
    faults::Fault,
    ledger::{Ledger, Outcome},
};
use crate::fields::Fields;

/// What the stand-in expects of its one client.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The API user.
    pub login_id: String,
    /// Its password.
    pub password: String,
    /// The one campaign.
    pub campaign_id: u32,
    /// The one Amazon Pay account.
    pub amazon_biller_id: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            login_id: "stand-in-api-user".to_owned(),
            password: "stand-in-password".to_owned(),
            campaign_id: 12,
            amazon_biller_id: 7,
        }
    }
}

/// The stand-in.
#[derive(Debug)]
pub struct StandIn {
    settings: Settings,
    ledger: Mutex<Ledger>,
}

impl StandIn {
    /// A stand-in without orders.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, ledger: Mutex::default() }
    }

    /// Its addresses.
    pub fn routes(self: Arc<Self>) -> Router {
        Router::new()
            .route("/order/import/", post(import))
            .route("/stand-in/orders", get(orders))
            .route("/", get(page))
            .with_state(self)
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Decides on an import and writes it down, in one step: of two at once, one is the second.
    fn decide(&self, fields: &Fields) -> Reply {
        let mut ledger = self.ledger();
        let (outcome, reply) = self.judge(fields, &ledger);
        ledger.record(fields.clone(), outcome);
        reply
    }

    fn judge(&self, fields: &Fields, ledger: &Ledger) -> (Outcome, Reply) {
        let credentials = (fields.get("loginId"), fields.get("password"));
        if credentials != (Some(&self.settings.login_id), Some(&self.settings.password)) {
            let text = json!("Could not authenticate credentials");
            return (Outcome::Refused, Reply::envelope("ERROR", &text));
        }
        let lines = match self.check(fields) {
            Ok(lines) => lines,
            Err(problems) => return (Outcome::Refused, Reply::problems(&problems)),
        };
        let id = fields.get("amazonOrderId").unwrap_or("");
        if let Some(reason) = closed(id, ledger) {
            return decline(reason);
        }
        let success = || {
            let order =
                Booking::new(fields, self.settings.campaign_id, &lines, ledger.entries().len());
            let accepted = Outcome::Accepted {
                order_id: order.order_id.clone(),
                total: order.total.to_string(),
            };
            (accepted, order)
        };
        let unfinished = |reply| (Outcome::Unfinished, reply);
        match fields.get("custom5").and_then(Fault::read) {
            Some(Fault::Decline(reason)) => decline(&reason),
            Some(Fault::DeclineOnce(reason)) if ledger.outcomes_of(id).next().is_none() => {
                decline(&reason)
            }
            Some(Fault::DeclineOnce(_)) | None => {
                let (accepted, order) = success();
                (accepted, Reply::envelope("SUCCESS", &order))
            }
            Some(Fault::Lost) => (success().0, Reply::Cut),
            Some(Fault::Html) => unfinished(Reply::Html(StatusCode::OK)),
            Some(Fault::Http500) => unfinished(Reply::Html(StatusCode::INTERNAL_SERVER_ERROR)),
            Some(Fault::Http500Envelope(result)) => unfinished(Reply::envelope_with(
                StatusCode::INTERNAL_SERVER_ERROR,
                &result,
                &json!("Internal error"),
            )),
            Some(Fault::Empty) => unfinished(Reply::Json(StatusCode::OK, String::new())),
            Some(Fault::Hang) => unfinished(Reply::Never),
            Some(Fault::UnknownResult) => {
                unfinished(Reply::envelope("PENDING", &json!("Try again later")))
            }
            Some(Fault::NumericMessage) => unfinished(Reply::envelope("ERROR", &json!(400))),
            Some(Fault::Fields) => unfinished(Reply::envelope(
                "ERROR",
                &json!({"shipState": "is invalid", "couponCode": "is expired"}),
            )),
            Some(Fault::Quote) => {
                unfinished(Reply::envelope("ERROR", &json!({"received": fields})))
            }
            Some(Fault::Redirect(url)) => {
                unfinished(Reply::envelope("MERC_REDIRECT", &json!({"url": url})))
            }
            Some(Fault::RedirectScript) => unfinished(Reply::envelope(
                "MERC_REDIRECT",
                &json!({"url": "https://bank.example/3ds", "script": "document.title = 'run'"}),
            )),
            Some(Fault::Paypal) => unfinished(Reply::envelope(
                "SUCCESS",
                &json!({"paypalUrl": "https://paypal.example/checkout"}),
            )),
        }
    }

    /// Checks every field, and finds the products.
    fn check(&self, fields: &Fields) -> Result<Vec<Line>, BTreeMap<String, &'static str>> {
        let mut problems = BTreeMap::new();
        let mut check = |name: &str, valid: fn(&str) -> bool| match fields.get(name) {
            None | Some("") => {
                problems.insert(name.to_owned(), "is required");
            }
            Some(value) if !valid(value) => {
                problems.insert(name.to_owned(), "is invalid");
            }
            Some(_) => {}
        };
        check("paySource", |source| PAY_SOURCES.contains(&source));
        check("firstName", |name| name.chars().count() <= 50);
        check("lastName", |name| name.chars().count() <= 50);
        check("emailAddress", is_email);
        check("campaignId", |id| id.parse::<u32>().is_ok());
        if fields.get("paySource") == Some("AMAZON") {
            check("amazonBillerId", |id| id.parse::<u32>().is_ok());
            check("amazonOrderId", |id| id.len() == 19);
            check("amazonAddressConsent", |token| token.starts_with("Atza|"));
        }
        if fields.get("ipAddress").is_some() {
            check("ipAddress", |ip| ip.parse::<std::net::IpAddr>().is_ok());
        }
        if fields.get("phoneNumber").is_some_and(|phone| !phone.is_empty()) {
            check("phoneNumber", |phone| {
                phone.bytes().all(|b| b.is_ascii_digit() || b" -()".contains(&b))
            });
        }
        for (name, expected) in [
            ("campaignId", self.settings.campaign_id),
            ("amazonBillerId", self.settings.amazon_biller_id),
        ] {
            let other = fields
                .get(name)
                .and_then(|id| id.parse().ok())
                .is_some_and(|id: u32| id != expected);
            if other {
                problems.insert(name.to_owned(), "is invalid");
            }
        }
        match booking::lines(fields) {
            Ok(lines) if problems.is_empty() => return Ok(lines),
            Ok(_) => {}
            Err((name, text)) => {
                problems.insert(name, text);
            }
        }
        Err(problems)
    }
}

const PAY_SOURCES: [&str; 10] = [
    "CREDITCARD",
    "CHECK",
    "ACCTONFILE",
    "PREPAID",
    "COD",
    "DIRECTDEBIT",
    "PAYPAL",
    "AMAZON",
    "APPLEPAY",
    "GOOGLEPAY",
];

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && !domain.contains('@')
            && !text.contains(char::is_whitespace)
    })
}

fn decline(reason: &str) -> (Outcome, Reply) {
    let text = json!(format!("Transaction Declined: {reason}"));
    (Outcome::Declined { reason: reason.to_owned() }, Reply::envelope("ERROR", &text))
}

/// Why Amazon takes no more orders on this id, if so. An order reference serves one purchase; a
/// billing agreement (`B01-` live, `C01-` sandbox) serves many.
fn closed(id: &str, ledger: &Ledger) -> Option<&'static str> {
    let agreement = id.starts_with("B01-") || id.starts_with("C01-");
    ledger.outcomes_of(id).find_map(|outcome| match outcome {
        Outcome::Accepted { .. } if !agreement => Some("OrderReferenceNotModifiable"),
        Outcome::Declined { reason } if reason == "AmazonRejected" => Some("AmazonRejected"),
        Outcome::Accepted { .. }
        | Outcome::Declined { .. }
        | Outcome::Refused
        | Outcome::Unfinished => None,
    })
}

/// What goes over the wire.
enum Reply {
    Json(StatusCode, String),
    Html(StatusCode),
    Never,
    Cut,
}

impl Reply {
    fn envelope(result: &str, message: &impl Serialize) -> Self {
        Self::envelope_with(StatusCode::OK, result, message)
    }

    fn envelope_with(status: StatusCode, result: &str, message: &impl Serialize) -> Self {
        #[derive(Serialize)]
        struct Envelope<'a, M> {
            result: &'a str,
            message: &'a M,
        }
        // Fails for no type used here; an empty body would be noticed at once.
        let text = serde_json::to_string(&Envelope { result, message }).unwrap_or_default();
        Self::Json(status, text)
    }

    /// One problem is told as a text, several as an object.
    fn problems(problems: &BTreeMap<String, &'static str>) -> Self {
        match problems.first_key_value() {
            Some((name, text)) if problems.len() == 1 => {
                Self::envelope("ERROR", &json!(format!("{name} {text}")))
            }
            _ => Self::envelope("ERROR", problems),
        }
    }
}

async fn import(State(stand_in): State<Arc<StandIn>>, body: Bytes) -> Response {
    let fields = form_urlencoded::parse(&body)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    match stand_in.decide(&fields) {
        Reply::Json(status, text) => {
            (status, [(header::CONTENT_TYPE, "application/json")], text).into_response()
        }
        Reply::Html(status) => {
            (status, Html("<!doctype html><title>Maintenance</title><h1>Back soon</h1>"))
                .into_response()
        }
        Reply::Never => std::future::pending().await,
        // A body that breaks off makes the server close the connection in the middle of the answer.
        Reply::Cut => {
            let broken = futures_util::stream::iter([Err::<Bytes, _>(io::Error::other("cut"))]);
            Body::from_stream(broken).into_response()
        }
    }
}

async fn orders(State(stand_in): State<Arc<StandIn>>) -> Response {
    let list = serde_json::to_string(stand_in.ledger().entries()).unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], list)
        .into_response()
}

async fn page(State(stand_in): State<Arc<StandIn>>) -> Html<String> {
    Html(stand_in.ledger().page())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use serde_json::{Value, json};

    use super::{Reply, Settings, StandIn};
    use crate::fields::Fields;

    const GOOD: &str = "paySource=AMAZON&firstName=Ada&lastName=+&emailAddress=ada%40example.com\
        &campaignId=12&amazonBillerId=7&amazonOrderId=S01-0000000-0000001&amazonAddressConsent=Atza%7Cx\
        &product1_id=345&loginId=stand-in-api-user&password=stand-in-password";

    fn stand_in() -> StandIn {
        StandIn::new(Settings::default())
    }

    /// Posts the good order with some fields replaced, added, or (`null`) left out.
    fn post(stand_in: &StandIn, changes: &[(&str, Option<&str>)]) -> Value {
        let mut fields = Fields::from_form(GOOD.as_bytes()).unwrap();
        for (name, value) in changes {
            match value {
                Some(value) => fields.set(name, *value),
                None => fields.retain(|known| known != *name),
            }
        }
        match stand_in.decide(&fields) {
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
        let once = [("custom5", Some("decline-once:InvalidPaymentMethod"))];
        let standing = stand_in();
        assert_eq!(post(&standing, &once)["message"], "Transaction Declined: InvalidPaymentMethod");
        assert_eq!(post(&standing, &once)["result"], "SUCCESS");

        let standing = stand_in();
        post(&standing, &[("custom5", Some("decline:AmazonRejected"))]);
        assert_eq!(post(&standing, &[])["message"], "Transaction Declined: AmazonRejected");
    }
}
