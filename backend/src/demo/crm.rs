//! The stand-in for the CRM: Import Lead, Import Order, Import Upsale and Order Query as the real one
//! takes them, with faults on request.
//!
//! It checks credentials, campaign, pay source, products, names, e-mail and the three Amazon fields,
//! answers with HTTP 200 and the CRM's envelope, and keeps a ledger of the imports: `GET /stand-in/orders`
//! for programs, `/` for people. `GET /stand-in/calls` counts the calls. A lead is an order with the status
//! `PARTIAL`; a second lead from its address gets the same order, as recorded with the real CRM. An
//! import with its `orderId` makes it `COMPLETE` or, when declined, `DECLINED`. An upsale needs an order
//! that was paid here less than two hours ago, and Amazon's fields anew; its answer is that order with
//! all products.
//!
//! It exists to be wrong in the ways that the real one may be wrong; the field `custom5` of a lead, order or
//! upsale chooses how. Several stand with blanks between them. Imports:
//!
//! | `custom5` | what happens |
//! |---|---|
//! | `decline:<reason>` | `ERROR`, `Transaction Declined: <reason>`; after `AmazonRejected` the order reference is closed |
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
//! | `lost-before` | the connection is cut, and nothing is booked |
//! | `slow:<milliseconds>` | the order is booked at once, and answered late |
//! | `late` | an upsale comes when the two hours are just over; nothing with an order |
//!
//! Leads, and queries about the order whose lead or import has brought the word:
//!
//! | `custom5` | what happens |
//! |---|---|
//! | `lead-html` | the lead is written down, and answered with HTML and status 200 |
//! | `lead-lost` | the lead is written down, then the connection is cut |
//! | `query-html` | HTML with status 200 |
//! | `query-lost` | the connection is cut |
//! | `query-hang` | no answer; the connection stays open |
//!
//! `once:` in front of any of them makes it so for the first import on that order reference, its first
//! lead (by e-mail address when it names no order reference), or the first query after them; then all
//! is well.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use serde::Serialize;
use serde_json::json;

use super::{
    booking::{self, Line, Status},
    books::{Books, Sale},
    checks::Checks,
    faults::{Fault, Faults},
    ledger::{Ledger, Outcome},
    reply::Reply,
};
use crate::{fields::Fields, purchase::Kind};

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
    /// Whether a lead gets the newest open order of its address, as recorded with the real CRM.
    pub reuse_leads: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            login_id: "stand-in-api-user".to_owned(),
            password: "stand-in-password".to_owned(),
            campaign_id: 12,
            amazon_biller_id: 7,
            reuse_leads: true,
        }
    }
}

/// The stand-in.
#[derive(Debug)]
pub struct StandIn {
    settings: Settings,
    books: Mutex<Books>,
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
            .route("/leads/import/", post(import_lead))
            .route("/order/import/", post(import_order))
            .route("/upsale/import/", post(import_upsale))
            .route("/order/query/", post(query))
            .route("/stand-in/orders", get(orders))
            .route("/stand-in/calls", get(calls))
            .route("/", get(page))
            .with_state(self)
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn knows(&self, fields: &Fields) -> bool {
        let credentials = (fields.get("loginId"), fields.get("password"));
        credentials == (Some(&self.settings.login_id), Some(&self.settings.password))
    }

    /// Takes a lead.
    fn lead(&self, fields: &Fields) -> Reply {
        let mut books = self.books();
        books.calls.leads += 1;
        if !self.knows(fields) {
            return Reply::error(BAD_CREDENTIALS);
        }
        if let Err(problems) = Checks::lead(fields, &self.settings).passed() {
            return Reply::problems(&problems);
        }
        let known = match fields.get("orderId") {
            Some(id) => match books.sale(id) {
                Some(sale) if sale.booking.order_status == Status::Partial => Some(sale.clone()),
                _ => return Reply::error("orderId is invalid"),
            },
            None => fields
                .get("ipAddress")
                .filter(|_| self.settings.reuse_leads)
                .and_then(|address| books.open_lead(address).cloned()),
        };
        let mut sale = known.unwrap_or_else(|| books.begin(fields, self.settings.campaign_id));
        let faults = faults(fields);
        let first = books.is_first_lead(fields);
        sale.booking.set_buyer(fields);
        sale.plan_query(faults.query, first);
        let answer = Reply::envelope("SUCCESS", &sale.booking);
        books.keep(sale);
        faults.lead.and_then(|lead| lead.now(first)).map_or(answer, Reply::from)
    }

    /// Decides on an import and writes it down, in one step: of two at once, one is the second.
    fn import(&self, kind: Kind, fields: &Fields) -> Reply {
        let mut books = self.books();
        match kind {
            Kind::Order => books.calls.orders += 1,
            Kind::Upsale => books.calls.upsales += 1,
        }
        let (outcome, reply) = self.judge(kind, fields, &mut books);
        books.ledger.record(kind, fields.clone(), outcome);
        reply
    }

    fn judge(&self, kind: Kind, fields: &Fields, books: &mut Books) -> (Outcome, Reply) {
        let refuse = |reply| (Outcome::Refused, reply);
        if !self.knows(fields) {
            return refuse(Reply::error(BAD_CREDENTIALS));
        }
        let mut checks = Checks::import(kind, fields, &self.settings);
        let lines = booking::lines(kind, fields).unwrap_or_else(|(name, text)| {
            checks.add(name, text);
            Vec::new()
        });
        if let Err(problems) = checks.passed() {
            return refuse(Reply::problems(&problems));
        }
        let id = fields.get("amazonOrderId").unwrap_or("");
        let first = books.ledger.outcomes_of(id).next().is_none();
        let faults = faults(fields);
        let fault = faults.import.and_then(|import| import.now(first));
        let late = fault == Some(Fault::Late);
        let campaign_id = self.settings.campaign_id;
        let mut sale = match books.sale_for(kind, fields, campaign_id, late) {
            Ok(sale) => sale,
            Err(text) => return refuse(Reply::error(text)),
        };
        // Kept with an order that is known even when nothing else comes of this import.
        if let Some(known) = books.sale(&sale.booking.order_id) {
            known.plan_query(faults.query.clone(), first);
        }
        sale.plan_query(faults.query, first);
        let fault = match closed(id, &books.ledger) {
            Some(reason) => Some(Fault::Decline(reason.to_owned())),
            None => fault,
        };
        answer(fault, sale, fields, &lines, books)
    }

    /// Tells an order.
    fn query(&self, fields: &Fields) -> Reply {
        let mut books = self.books();
        books.calls.queries += 1;
        if !self.knows(fields) {
            return Reply::error(BAD_CREDENTIALS);
        }
        let Some(id) = fields.get("orderId") else {
            // The real one searches by other fields too.
            return Reply::error("orderId is required");
        };
        let Some(sale) = books.sale(id) else {
            return Reply::error("No orders matching those parameters could be found");
        };
        if let Some(fault) = sale.query_fault() {
            return fault.into();
        }
        let page =
            json!({"totalResults": 1, "resultsPerPage": 25, "page": 1, "data": [sale.booking]});
        Reply::envelope("SUCCESS", &page)
    }
}

const BAD_CREDENTIALS: &str = "Could not authenticate credentials";

fn faults(fields: &Fields) -> Faults {
    fields.get("custom5").map(Faults::read).unwrap_or_default()
}

/// Books an import, or does with it what the fault says.
fn answer(
    fault: Option<Fault>,
    sale: Sale,
    fields: &Fields,
    lines: &[Line],
    books: &mut Books,
) -> (Outcome, Reply) {
    let unfinished = |reply| (Outcome::Unfinished, reply);
    match fault {
        Some(Fault::Decline(reason)) => decline(reason, sale, books),
        Some(Fault::Late) | None => {
            let (accepted, order) = books.book(sale, lines);
            (accepted, Reply::envelope("SUCCESS", &order))
        }
        Some(Fault::Slow(wait)) => {
            let (accepted, order) = books.book(sale, lines);
            (accepted, Reply::late(wait, &order))
        }
        Some(Fault::Lost) => (books.book(sale, lines).0, Reply::Cut),
        Some(Fault::LostBefore) => unfinished(Reply::Cut),
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
        Some(Fault::Quote) => unfinished(Reply::envelope("ERROR", &json!({"received": fields}))),
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

/// Declines an import. An order that upsales are for stays what it was.
fn decline(reason: String, mut sale: Sale, books: &mut Books) -> (Outcome, Reply) {
    if sale.booking.order_status != Status::Complete {
        sale.booking.order_status = Status::Declined;
        books.keep(sale);
    }
    let reply = Reply::error(&format!("Transaction Declined: {reason}"));
    (Outcome::Declined { reason }, reply)
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

async fn import_lead(stand_in: State<Arc<StandIn>>, body: Bytes) -> Response {
    let reply = stand_in.lead(&fields(&body));
    reply.into_response().await
}

async fn import_order(stand_in: State<Arc<StandIn>>, body: Bytes) -> Response {
    let reply = stand_in.import(Kind::Order, &fields(&body));
    reply.into_response().await
}

async fn import_upsale(stand_in: State<Arc<StandIn>>, body: Bytes) -> Response {
    let reply = stand_in.import(Kind::Upsale, &fields(&body));
    reply.into_response().await
}

async fn query(stand_in: State<Arc<StandIn>>, body: Bytes) -> Response {
    let reply = stand_in.query(&fields(&body));
    reply.into_response().await
}

fn fields(body: &[u8]) -> Fields {
    form_urlencoded::parse(body)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

async fn orders(State(stand_in): State<Arc<StandIn>>) -> Response {
    told(stand_in.books().ledger.entries())
}

async fn calls(State(stand_in): State<Arc<StandIn>>) -> Response {
    told(&stand_in.books().calls)
}

fn told(what: &(impl Serialize + ?Sized)) -> Response {
    let text = serde_json::to_string(what).unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], text)
        .into_response()
}

async fn page(State(stand_in): State<Arc<StandIn>>) -> Html<String> {
    Html(stand_in.books().ledger.page())
}

#[cfg(test)]
mod tests;
