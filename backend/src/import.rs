//! `POST /amazon-pay/import-order` and `…/import-upsale`: a page's purchase on its way to the CRM.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Instant,
};

use axum::{
    body::Bytes,
    extract::{ConnectInfo, FromRequest, Request, State},
    http::{HeaderMap, HeaderName, StatusCode, header},
};

use crate::{
    Backend, Failure,
    envelope::Envelope,
    fields::Fields,
    journal::{Attempt, Begin, Key},
    purchase::{Kind, Purchase, Subject},
};

/// The most bytes that a purchase may have.
pub const BODY_LIMIT: usize = 64 * 1024;

/// Imports the first purchase of a funnel.
///
/// # Errors
/// Any [`Failure`] but the two about addresses.
pub async fn import_order(
    backend: State<Arc<Backend>>,
    peer: ConnectInfo<SocketAddr>,
    request: Request,
) -> Result<Envelope, Failure> {
    import(Kind::Order, backend, peer, request).await
}

/// Imports a further purchase for an order that the CRM has.
///
/// # Errors
/// As for [`import_order`].
pub async fn import_upsale(
    backend: State<Arc<Backend>>,
    peer: ConnectInfo<SocketAddr>,
    request: Request,
) -> Result<Envelope, Failure> {
    import(Kind::Upsale, backend, peer, request).await
}

/// Checks the purchase, imports it at most once, and hands the CRM's envelope to the page.
async fn import(
    kind: Kind,
    State(backend): State<Arc<Backend>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Result<Envelope, Failure> {
    let key = idempotency_key(request.headers())?;
    let read = body_reader(request.headers())?;
    let shopper = match kind {
        Kind::Order => {
            let header = backend.shopper_address_header.as_ref();
            Some(shopper_address(request.headers(), header, peer.ip()))
        }
        // The CRM's list of an upsale's fields has no address: it knows the order's.
        Kind::Upsale => None,
    };
    // Limited by the router to BODY_LIMIT.
    let body = Bytes::from_request(request, &()).await.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Failure::BodyTooLarge
        } else {
            Failure::BodyUnreadable("The body could not be read.".to_owned())
        }
    })?;
    let purchase = Purchase::check(kind, read(&body)?, &backend.merchant)?;

    let waiter = match backend.journal.begin(key, &purchase) {
        Begin::Done(outcome) => return outcome,
        Begin::Wait(waiter) => waiter,
        Begin::Import(attempt, waiter) => {
            // In a task of its own: a buyer who closes the page must not cut an import in half.
            backend.imports.spawn(run(backend.clone(), attempt, purchase, shopper));
            waiter
        }
    };
    waiter.outcome().await
}

async fn run(backend: Arc<Backend>, attempt: Attempt, purchase: Purchase, shopper: Option<IpAddr>) {
    let started = Instant::now();
    let mut fields = purchase.fields().clone();
    if let Some(shopper) = shopper {
        fields.set("ipAddress", shopper.to_canonical().to_string());
    }
    let outcome = backend.crm.import(purchase.kind(), &fields).await;
    let amazon_order_id = purchase.amazon_order_id();
    let result = match &outcome {
        Ok(envelope) => envelope.result(),
        Err(failure) => failure.code(),
    };
    let milliseconds = started.elapsed().as_millis();
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

/// The address that the web server in front saw, or that of the peer.
fn shopper_address(headers: &HeaderMap, name: Option<&HeaderName>, peer: IpAddr) -> IpAddr {
    let Some(name) = name else { return peer };
    last_address(headers, name).unwrap_or_else(|| {
        // Without the value, into which a page may have written anything.
        tracing::warn!(
            header = %name,
            missing = !headers.contains_key(name),
            "no shopper's address in the configured header; the CRM gets the web server's"
        );
        peer
    })
}

/// A web server adds to the end of a list; what stands before may come from the shopper.
fn last_address(headers: &HeaderMap, name: &HeaderName) -> Option<IpAddr> {
    let list = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    let last = list.rsplit(',').next()?.trim();
    // Some web servers add the port.
    last.parse().ok().or_else(|| last.parse().ok().map(|address: SocketAddr| address.ip()))
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use std::net::IpAddr;

    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::shopper_address;

    #[test]
    fn the_shopper_s_address_is_the_last_one_of_the_header_that_is_configured() {
        let name = HeaderName::from_static("x-forwarded-for");
        for (lines, expected) in [
            (&["203.0.113.7"][..], Some("203.0.113.7")),
            (&["6.6.6.6, 203.0.113.7"], Some("203.0.113.7")),
            (&["6.6.6.6", "203.0.113.7"], Some("203.0.113.7")),
            (&["2001:db8::1"], Some("2001:db8::1")),
            (&["203.0.113.7:5678"], Some("203.0.113.7")),
            (&["6.6.6.6:1, 203.0.113.7:5678"], Some("203.0.113.7")),
            (&["[2001:db8::1]:5678"], Some("2001:db8::1")),
            (&["203.0.113.7:99999"], None),
            (&["unknown"], None),
            (&["6.6.6.6, unknown"], None),
            (&["6.6.6.6,"], None),
            (&[], None),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(&name, HeaderValue::from_static(line));
            }
            let peer = IpAddr::from([127, 0, 0, 1]);
            let expected = expected.map_or(peer, |address| address.parse().unwrap());
            assert_eq!(shopper_address(&headers, Some(&name), peer), expected, "{lines:?}");
            assert_eq!(shopper_address(&headers, None, peer), peer);
        }
    }
}
