//! `POST /amazon-pay/import-order`: a page's order on its way to the CRM.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Instant,
};

use axum::{
    body::Bytes,
    extract::{ConnectInfo, FromRequest, Request, State},
    http::{HeaderMap, StatusCode, header},
};

use crate::{
    Backend, Failure,
    envelope::Envelope,
    fields::Fields,
    journal::{Attempt, Begin, Key},
    order::Order,
};

/// The most bytes that an order may have.
pub const BODY_LIMIT: usize = 64 * 1024;

/// Checks the order, imports it at most once, and hands the CRM's envelope to the page.
///
/// # Errors
/// Any [`Failure`] but the two about addresses.
pub async fn import_order(
    State(backend): State<Arc<Backend>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Result<Envelope, Failure> {
    let given_key = idempotency_key(request.headers())?;
    let read = body_reader(request.headers())?;
    // Limited by the router to BODY_LIMIT.
    let body = Bytes::from_request(request, &()).await.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Failure::BodyTooLarge
        } else {
            Failure::BodyUnreadable("The body could not be read.".to_owned())
        }
    })?;
    let order = Order::check(read(&body)?, &backend.merchant)?;
    let key = given_key.unwrap_or_else(|| Key::AmazonOrderId(order.amazon_order_id().to_owned()));

    let waiter = match backend.journal.begin(key, &order) {
        Begin::Done(outcome) => return outcome,
        Begin::Wait(waiter) => waiter,
        Begin::Import(attempt, waiter) => {
            // In a task of its own: a buyer who closes the page must not cut an import in half.
            backend.imports.spawn(run(backend.clone(), attempt, order, peer.ip()));
            waiter
        }
    };
    waiter.outcome().await
}

async fn run(backend: Arc<Backend>, attempt: Attempt, order: Order, shopper: IpAddr) {
    let started = Instant::now();
    let mut fields = order.fields().clone();
    fields.set("ipAddress", shopper.to_canonical().to_string());
    let outcome = backend.crm.import_order(&fields).await;
    let result = match &outcome {
        Ok(envelope) => envelope.result(),
        Err(failure) => failure.code(),
    };
    tracing::info!(
        amazon_order_id = order.amazon_order_id(),
        result,
        milliseconds = started.elapsed().as_millis(),
        "import order"
    );
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
