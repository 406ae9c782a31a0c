//! The stand-in for the CRM: Import Order and Import Upsale as the real one takes them, with faults on
//! request.
//!
//! It checks credentials, campaign, pay source, products, names, e-mail and the three Amazon fields,
//! answers with HTTP 200 and the CRM's envelope, and keeps a ledger: `GET /stand-in/orders` for
//! programs, `/` for people. An upsale needs an order that was booked here less than two hours ago,
//! and Amazon's fields anew; its answer is that order with all products.
//!
//! It exists to be wrong in the ways that the real one may be wrong; the field `custom5` of an order or
//! upsale chooses how:
//!
//! | `custom5` | what happens |
//! |---|---|
//! | `decline:<reason>` | `ERROR`, `Transaction Declined: <reason>`; after `AmazonRejected` the order reference is closed |
//! | `decline-once:<reason>` | the same for the first import on that order reference, then success |
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
//! | `late` | an upsale comes when the two hours are just over; nothing with an order |

use std::{
    collections::{BTreeMap, HashMap},
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
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
use crate::{fields::Fields, purchase::Kind};

/// How long an order takes upsales. The real CRM has this as a setting of the campaign.
const UPSELL_WINDOW: Duration = Duration::from_secs(2 * 60 * 60);

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
    books: Mutex<Books>,
}

#[derive(Debug, Default)]
struct Books {
    ledger: Ledger,
    /// By the order's id.
    sales: HashMap<String, Sale>,
}

/// An order, with what upsales have made of it.
#[derive(Clone, Debug)]
struct Sale {
    first: Instant,
    booking: Booking,
}

impl StandIn {
    /// A stand-in without orders.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, books: Mutex::default() }
    }

    /// Its addresses.
    pub fn routes(self: Arc<Self>) -> Router {
        Router::new()
            .route("/order/import/", post(import_order))
            .route("/upsale/import/", post(import_upsale))
            .route("/stand-in/orders", get(orders))
            .route("/", get(page))
            .with_state(self)
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Decides on an import and writes it down, in one step: of two at once, one is the second.
    fn decide(&self, kind: Kind, fields: &Fields) -> Reply {
        let mut books = self.books();
        let (outcome, reply) = self.judge(kind, fields, &mut books);
        books.ledger.record(kind, fields.clone(), outcome);
        reply
    }

    fn judge(&self, kind: Kind, fields: &Fields, books: &mut Books) -> (Outcome, Reply) {
        let credentials = (fields.get("loginId"), fields.get("password"));
        if credentials != (Some(&self.settings.login_id), Some(&self.settings.password)) {
            return refuse("Could not authenticate credentials");
        }
        let lines = match self.check(kind, fields) {
            Ok(lines) => lines,
            Err(problems) => return (Outcome::Refused, Reply::problems(&problems)),
        };
        let fault = fields.get("custom5").and_then(Fault::read);
        let sale = match kind {
            Kind::Order => {
                let number = books.ledger.entries().len();
                let booking = Booking::new(fields, self.settings.campaign_id, number);
                Sale { first: Instant::now(), booking }
            }
            Kind::Upsale => match open_sale(fields, fault == Some(Fault::Late), &books.sales) {
                Ok(sale) => sale,
                Err(text) => return refuse(text),
            },
        };
        let id = fields.get("amazonOrderId").unwrap_or("");
        if let Some(reason) = closed(id, &books.ledger) {
            return decline(reason);
        }
        let unfinished = |reply| (Outcome::Unfinished, reply);
        match fault {
            Some(Fault::Decline(reason)) => decline(&reason),
            Some(Fault::DeclineOnce(reason)) if books.ledger.outcomes_of(id).next().is_none() => {
                decline(&reason)
            }
            Some(Fault::DeclineOnce(_) | Fault::Late) | None => {
                let (accepted, order) = books.book(sale, &lines);
                (accepted, Reply::envelope("SUCCESS", &order))
            }
            Some(Fault::Lost) => (books.book(sale, &lines).0, Reply::Cut),
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
    fn check(
        &self,
        kind: Kind,
        fields: &Fields,
    ) -> Result<Vec<Line>, BTreeMap<String, &'static str>> {
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
        match kind {
            Kind::Order => {
                check("paySource", |source| PAY_SOURCES.contains(&source));
                check("firstName", |name| name.chars().count() <= 50);
                check("lastName", |name| name.chars().count() <= 50);
                check("emailAddress", is_email);
                check("campaignId", |id| id.parse::<u32>().is_ok());
            }
            Kind::Upsale => check("orderId", |id| id.len() <= 32),
        }
        if kind == Kind::Upsale || fields.get("paySource") == Some("AMAZON") {
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
        match booking::lines(kind, fields) {
            Ok(lines) if problems.is_empty() => return Ok(lines),
            Ok(_) => {}
            Err((name, text)) => {
                problems.insert(name, text);
            }
        }
        Err(problems)
    }
}

impl Books {
    /// Books products as part of a sale.
    fn book(&mut self, mut sale: Sale, lines: &[Line]) -> (Outcome, Booking) {
        sale.booking.add(lines);
        let order = sale.booking.clone();
        self.sales.insert(order.order_id.clone(), sale);
        let accepted = Outcome::Accepted {
            order_id: order.order_id.clone(),
            total: booking::total(lines).to_string(),
        };
        (accepted, order)
    }
}

/// The order that an upsale is for, without the product that it replaces.
fn open_sale(
    fields: &Fields,
    late: bool,
    sales: &HashMap<String, Sale>,
) -> Result<Sale, &'static str> {
    let known = fields.get("orderId").and_then(|id| sales.get(id));
    let mut sale = known.cloned().ok_or("orderId is invalid")?;
    let later = if late { UPSELL_WINDOW } else { Duration::ZERO };
    if sale.first.elapsed() + later >= UPSELL_WINDOW {
        return Err("The upsell window of this order has closed");
    }
    if let Some(id) = fields.get("replaceProductId") {
        let replaced = id.parse().is_ok_and(|id| sale.booking.remove(id));
        replaced.then_some(()).ok_or("replaceProductId is invalid")?;
    }
    Ok(sale)
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

fn refuse(text: &str) -> (Outcome, Reply) {
    (Outcome::Refused, Reply::envelope("ERROR", &json!(text)))
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

async fn import_order(stand_in: State<Arc<StandIn>>, body: Bytes) -> Response {
    import(Kind::Order, &stand_in, &body).await
}

async fn import_upsale(stand_in: State<Arc<StandIn>>, body: Bytes) -> Response {
    import(Kind::Upsale, &stand_in, &body).await
}

async fn import(kind: Kind, stand_in: &StandIn, body: &[u8]) -> Response {
    let fields = form_urlencoded::parse(body)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    match stand_in.decide(kind, &fields) {
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
    let list = serde_json::to_string(stand_in.books().ledger.entries()).unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], list)
        .into_response()
}

async fn page(State(stand_in): State<Arc<StandIn>>) -> Html<String> {
    Html(stand_in.books().ledger.page())
}

#[cfg(test)]
mod tests {
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
        match stand_in.decide(kind, &fields) {
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
        assert!(matches!(stand_in.decide(Kind::Upsale, &fields), Reply::Cut));
        let next = [("productId", Some("347")), ("amazonOrderId", Some("S01-0000000-0000003"))];
        let order = upsale(&stand_in, &id, &next)["message"].clone();
        assert_eq!(
            order["items"].as_object().unwrap().keys().collect::<Vec<_>>(),
            ["345", "347", "348"]
        );
    }
}
