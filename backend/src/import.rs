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
    crm::{Before, Trace},
    envelope::Envelope,
    fields::Fields,
    journal::{Attempt, Begin, Key, Outcome},
    purchase::{Kind, Purchase, Subject},
    reconcile::Found,
};

/// The most bytes that a purchase may have.
pub const BODY_LIMIT: usize = 64 * 1024;

/// Imports the first purchase of a funnel.
///
/// # Errors
/// Any [`Failure`] but those about addresses and keys alone.
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
    let header = backend.shopper_address_header.as_ref();
    let shopper = shopper_address(request.headers(), header, peer.ip());
    // Limited by the router to BODY_LIMIT.
    let body = Bytes::from_request(request, &()).await.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Failure::BodyTooLarge
        } else {
            Failure::BodyUnreadable("The body could not be read.".to_owned())
        }
    })?;
    let purchase = Purchase::check(kind, read(&body)?, &backend.merchant)?;

    // In a task of its own: a buyer who closes the page must not cut an import in half.
    let outcome = backend.imports.spawn(place(backend.clone(), key, purchase, shopper));
    // A task that broke leaves its attempt as one whose answer was lost.
    outcome.await.unwrap_or(Err(Failure::CrmAnswerLost))
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
            Begin::Import(attempt) => return run(&backend, attempt, purchase, shopper).await,
        }
    }
}

async fn run(
    backend: &Backend,
    attempt: Attempt,
    mut purchase: Purchase,
    shopper: IpAddr,
) -> Outcome {
    let started = Instant::now();
    let outcome = send(backend, &attempt, &mut purchase, shopper).await;
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
    backend.journal.settle(attempt, outcome).await
}

/// Asks Amazon who buys, writes down by what the CRM can be asked later, and imports.
async fn send(
    backend: &Backend,
    attempt: &Attempt,
    purchase: &mut Purchase,
    shopper: IpAddr,
) -> Outcome {
    let token = purchase.token();
    let (trace, fields) = match purchase.subject() {
        Subject::Order { .. } => {
            let ((), profile) =
                tokio::try_join!(backend.amazon.check(token), backend.amazon.profile(token))?;
            let mut fields = purchase.of_buyer(profile)?;
            fields.set("ipAddress", shopper.to_canonical().to_string());
            if let Some(opened) = &attempt.reference
                && fields.get("orderId").is_none()
            {
                fields.set("orderId", opened);
            }
            let opened = match fields.get("orderId") {
                Some(id) => Some(id.to_owned()),
                None => backend.crm.open_order(&fields).await?,
            };
            let email = fields.get("emailAddress").unwrap_or("").to_owned();
            (opened.map(|order_id| Trace::Order { order_id, email }), fields)
        }
        // The CRM knows the buyer and the address by the order.
        Subject::Upsale { order_id, products } => {
            backend.amazon.check(token).await?;
            let trace = match backend.crm.before(order_id).await? {
                Before::Items(before) => Some(Trace::Upsale {
                    order_id: order_id.clone(),
                    products: products.iter().cloned().collect(),
                    before,
                }),
                Before::Unfit(sentence) => {
                    let problem = ("orderId".to_owned(), sentence.to_owned());
                    return Err(Failure::FieldsInvalid([problem].into()));
                }
                Before::Untold => None,
            };
            (trace, purchase.fields().clone())
        }
    };
    let mut fields = fields;
    if backend.journal.sending(attempt, trace.as_ref()).await?
        && let Some(opened) = trace.as_ref().and_then(Trace::reference)
    {
        fields.set("orderId", opened);
    }
    backend.crm.import(purchase.kind(), &fields).await
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
