//! `POST /amazon-pay/import-order` and `…/import-upsale`: a page's purchase on its way to the CRM.

use std::{
    collections::BTreeSet,
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::Bytes,
    extract::{Extension, FromRequest, Request, State},
    http::{HeaderMap, StatusCode, header},
};
use tokio::time;
use tracing::Instrument;

use crate::{
    Backend, Failure,
    client_address::ClientAddress,
    crm::{Before, Finding, Trace},
    envelope::{Envelope, Verdict},
    fields::Fields,
    journal::{Attempt, Begin, Key, Outcome},
    purchase::{Kind, Purchase, Subject},
    reconcile::Found,
};

/// The most bytes that a purchase may have.
pub const BODY_LIMIT: usize = 64 * 1024;

/// How long a purchase may take to arrive once its head is there.
const BODY_TIME: Duration = Duration::from_secs(10);

/// How long the journal may take to say that a purchase may be sent.
const SEND_WITHIN: Duration = Duration::from_secs(2);

/// Imports the first purchase of a funnel.
///
/// # Errors
/// Any [`Failure`] but those about addresses and keys alone.
pub async fn import_order(
    backend: State<Arc<Backend>>,
    address: Extension<ClientAddress>,
    request: Request,
) -> Result<Envelope, Failure> {
    import(Kind::Order, backend, address, request).await
}

/// Imports a further purchase for an order that the CRM has.
///
/// # Errors
/// As for [`import_order`].
pub async fn import_upsale(
    backend: State<Arc<Backend>>,
    address: Extension<ClientAddress>,
    request: Request,
) -> Result<Envelope, Failure> {
    import(Kind::Upsale, backend, address, request).await
}

/// Checks the purchase, imports it at most once, and hands the CRM's envelope to the page.
async fn import(
    kind: Kind,
    State(backend): State<Arc<Backend>>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    request: Request,
) -> Result<Envelope, Failure> {
    let key = idempotency_key(request.headers())?;
    let read = body_reader(request.headers())?;
    // Limited by the router to BODY_LIMIT.
    let body = time::timeout(BODY_TIME, Bytes::from_request(request, &()));
    let body = body.await.map_err(|_| Failure::BodyTimeout)?.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Failure::BodyTooLarge
        } else {
            Failure::BodyUnreadable("The body could not be read.".to_owned())
        }
    })?;
    let purchase = Purchase::check(kind, read(&body)?, &backend.merchant)?;
    backend.metrics.dropped_fields(purchase.dropped_fields());

    let amazon_order_id = purchase.amazon_order_id().to_owned();

    // In a task of its own: a buyer who closes the page must not cut an import in half.
    let placed = place(backend.clone(), key, purchase, address);
    let outcome = backend.imports.spawn(placed.in_current_span());
    // A task that broke leaves its attempt as one whose answer was lost.
    let outcome = outcome.await.unwrap_or(Err(Failure::CrmAnswerLost));
    if outcome == Err(Failure::OrderOutcomeUnknown) {
        tracing::warn!(amazon_order_id, "nobody knows what became of an order");
        backend.metrics.outcome_unknown();
    }
    outcome
}

/// Goes on until there is an outcome: of this import, or of another one of the same purchase.
async fn place(
    backend: Arc<Backend>,
    key: Option<Key>,
    purchase: Purchase,
    shopper: IpAddr,
) -> Outcome {
    loop {
        match backend.journal.begin(key.as_ref(), &purchase).await? {
            Begin::Done(outcome) => return outcome,
            Begin::Wait(waiter) => {
                if let Some(outcome) = backend.journal.wait(&waiter).await? {
                    return outcome;
                }
            }
            Begin::Ask(question) => match backend.find_out(question).await {
                Found::Outcome(outcome) => return outcome,
                Found::Nothing => {}
            },
            Begin::Import(attempt) => return run(&backend, attempt, &purchase, shopper).await,
        }
    }
}

async fn run(backend: &Backend, attempt: Attempt, purchase: &Purchase, shopper: IpAddr) -> Outcome {
    let started = Instant::now();
    let outcome = send(backend, &attempt, purchase, shopper).await;
    let amazon_order_id = purchase.amazon_order_id();
    let result = match &outcome {
        Ok(envelope) => envelope.result(),
        Err(failure) => failure.code(),
    };
    backend.metrics.import(purchase.kind(), &outcome, started.elapsed());
    // A number, which 128 bits are not in JSON.
    let milliseconds = started.elapsed().as_millis() as u64;
    match purchase.subject() {
        Subject::Order { .. } => {
            tracing::info!(amazon_order_id, result, milliseconds, "import order");
        }
        Subject::Upsale { order_id, .. } => {
            tracing::info!(order_id, amazon_order_id, result, milliseconds, "import upsale");
        }
    }
    backend.journal.settle(attempt, outcome).await
}

/// Sends a purchase, unless the CRM has it by now from an attempt that it did not have when it was asked.
async fn send(
    backend: &Backend,
    attempt: &Attempt,
    purchase: &Purchase,
    shopper: IpAddr,
) -> Outcome {
    if let Some(found) = found_late(backend, attempt).await? {
        return found;
    }
    let outcome = send_anew(backend, attempt, purchase, shopper).await?;
    // It may be refused because the earlier one came through in between.
    if outcome.verdict() == Verdict::Refused
        && let Ok(Some(found)) = found_late(backend, attempt).await
    {
        return found;
    }
    Ok(outcome)
}

async fn found_late(backend: &Backend, attempt: &Attempt) -> Result<Option<Outcome>, Failure> {
    for earlier in &attempt.earlier {
        if let Finding::Taken(order) = backend.crm.find(&earlier.trace).await? {
            return Ok(Some(attempt.told_of(earlier, order)));
        }
    }
    Ok(None)
}

/// Prepares an import, writes down by what the CRM can be asked about it, and sends it.
async fn send_anew(
    backend: &Backend,
    attempt: &Attempt,
    purchase: &Purchase,
    shopper: IpAddr,
) -> Outcome {
    let (mut fields, trace) = match purchase.subject() {
        Subject::Order { .. } => order(backend, attempt, purchase, shopper).await?,
        Subject::Upsale { order_id, products } => {
            backend.amazon.check(purchase.token()).await?;
            // The CRM knows the buyer and the address by the order.
            (purchase.fields().clone(), upsale_trace(backend, order_id, products).await?)
        }
    };
    let begun = Instant::now();
    let is_traced = backend.journal.sending(attempt, trace.as_ref()).await?;
    if begun.elapsed() > SEND_WITHIN {
        // The time after which others ask about it counts from the word "sent", not from now.
        tracing::error!("the journal took too long to write down that a purchase is sent");
        return Err(Failure::JournalUnavailable);
    }
    if let Some(opened) = trace.as_ref().and_then(Trace::reference)
        && is_traced
    {
        fields.set("orderId", opened);
    }
    backend.crm.import(purchase.kind(), &fields).await
}

/// The fields of an order, of the buyer whom Amazon names, and the order that is open for it.
async fn order(
    backend: &Backend,
    attempt: &Attempt,
    purchase: &Purchase,
    shopper: IpAddr,
) -> Result<(Fields, Option<Trace>), Failure> {
    let token = purchase.token();
    let ((), profile) =
        tokio::try_join!(backend.amazon.check(token), backend.amazon.profile(token))?;
    let mut fields = purchase.of_buyer(profile)?;
    fields.set("ipAddress", shopper.to_string());
    // The order that was opened before is still open.
    let opened = attempt.earlier.iter().find_map(|earlier| earlier.trace.reference());
    let opened = match (named_order(backend, &mut fields).await?, opened) {
        (Some(id), _) => Some(id),
        (None, Some(id)) => Some(id.to_owned()),
        (None, None) => backend.crm.open_order(&fields).await?,
    };
    let email = fields.get("emailAddress").unwrap_or("").to_owned();
    Ok((fields, opened.map(|order_id| Trace::Order { order_id, email })))
}

/// Takes out the order, of a lead, that the page wants to be completed. An old link may name one that was
/// bought since, or forgotten: that must not keep the buyer from buying.
async fn named_order(backend: &Backend, fields: &mut Fields) -> Result<Option<String>, Failure> {
    let Some(id) = fields.get("orderId").map(str::to_owned) else { return Ok(None) };
    fields.retain(|name| name != "orderId");
    if backend.crm.is_open(&id).await? {
        return Ok(Some(id));
    }
    tracing::info!("the page names an order that is not open; another one is opened");
    Ok(None)
}

async fn upsale_trace(
    backend: &Backend,
    order_id: &str,
    products: &BTreeSet<String>,
) -> Result<Option<Trace>, Failure> {
    match backend.crm.before(order_id).await? {
        Before::Items(before) => Ok(Some(Trace::Upsale {
            order_id: order_id.to_owned(),
            products: products.iter().cloned().collect(),
            before,
        })),
        Before::Unfit(sentence) => {
            Err(Failure::FieldsInvalid([("orderId".to_owned(), sentence.to_owned())].into()))
        }
        Before::Untold => Ok(None),
    }
}

/// What became of the attempt that the header `Idempotency-Key` names. Nothing of the order but its id:
/// a key is no proof of who asks.
///
/// # Errors
/// [`Failure::IdempotencyKeyInvalid`], [`Failure::AttemptUnknown`], [`Failure::ImportUnderWay`],
/// [`Failure::CrmAnswerLost`], [`Failure::OrderOutcomeUnknown`] and [`Failure::JournalUnavailable`].
pub async fn order_status(
    State(backend): State<Arc<Backend>>,
    headers: HeaderMap,
) -> Result<Envelope, Failure> {
    let key = idempotency_key(&headers)?.ok_or(Failure::IdempotencyKeyInvalid)?;
    // In a task of its own: who hangs up must not cut a transaction in half.
    let asked = status(backend.clone(), key);
    backend.imports.spawn(asked.in_current_span()).await.unwrap_or(Err(Failure::CrmAnswerLost))
}

async fn status(backend: Arc<Backend>, key: Key) -> Outcome {
    match backend.journal.status(&key).await? {
        Begin::Done(outcome) => outcome,
        Begin::Ask(question) => match backend.find_out(question).await {
            Found::Outcome(outcome) => outcome,
            Found::Nothing => Err(Failure::AttemptUnknown),
        },
        Begin::Wait(_) | Begin::Import(_) => Err(Failure::ImportUnderWay),
    }
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<Key>, Failure> {
    let mut keys = headers.get_all("idempotency-key").iter();
    match (keys.next(), keys.next()) {
        (None, _) => Ok(None),
        (Some(key), None) => Key::from_header(key.as_bytes()).map(Some),
        // Who knows which of the two the page would repeat?
        (Some(_), Some(_)) => Err(Failure::IdempotencyKeyInvalid),
    }
}

type Reader = fn(&[u8]) -> Result<Fields, Failure>;

fn body_reader(headers: &HeaderMap) -> Result<Reader, Failure> {
    let content_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let media_type = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    match media_type.as_str() {
        "application/json" => Ok(Fields::from_json),
        "application/x-www-form-urlencoded" => Ok(Fields::from_form),
        _ => Err(Failure::ContentTypeUnsupported),
    }
}
