//! `POST /amazon-pay/import-order` and `…/import-upsale`: a page's purchase on its way to the CRM.

use std::{
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
    envelope::Envelope,
    fields::Fields,
    journal::{Attempt, Begin, Key},
    purchase::{Kind, Purchase, Subject},
};

/// The most bytes that a purchase may have.
pub const BODY_LIMIT: usize = 64 * 1024;

/// How long a purchase may take to arrive once its head is there.
const BODY_TIME: Duration = Duration::from_secs(10);

/// Imports the first purchase of a funnel.
///
/// # Errors
/// Any [`Failure`] but the two about addresses.
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
    let shopper = match kind {
        Kind::Order => Some(address),
        // The CRM's list of an upsale's fields has no address: it knows the order's.
        Kind::Upsale => None,
    };
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

    let waiter = match backend.journal.begin(key, &purchase) {
        Begin::Done(outcome) => return outcome,
        Begin::Wait(waiter) => waiter,
        Begin::Import(attempt, waiter) => {
            // In a task of its own: a buyer who closes the page must not cut an import in half.
            let run = run(backend.clone(), attempt, purchase, shopper);
            backend.imports.spawn(run.in_current_span());
            waiter
        }
    };
    waiter.outcome().await
}

async fn run(backend: Arc<Backend>, attempt: Attempt, purchase: Purchase, shopper: Option<IpAddr>) {
    let started = Instant::now();
    let mut fields = purchase.fields().clone();
    if let Some(shopper) = shopper {
        fields.set("ipAddress", shopper.to_string());
    }
    let outcome = backend.crm.import(purchase.kind(), &fields).await;
    let amazon_order_id = purchase.amazon_order_id();
    let result = match &outcome {
        Ok(envelope) => envelope.result(),
        Err(failure) => failure.code(),
    };
    let took = started.elapsed();
    backend.metrics.import(purchase.kind(), &outcome, took);
    // A number, which 128 bits are not in JSON.
    let milliseconds = took.as_millis() as u64;
    match purchase.subject() {
        Subject::Order { .. } => {
            tracing::info!(amazon_order_id, result, milliseconds, "import order");
        }
        Subject::Upsale { order_id, .. } => {
            tracing::info!(order_id, amazon_order_id, result, milliseconds, "import upsale");
        }
    }
    attempt.settle(outcome);
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<Key>, Failure> {
    headers.get("idempotency-key").map(|value| Key::from_header(value.as_bytes())).transpose()
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
