//! One line of the log, and one observation of the metrics, for each request.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use tracing::Instrument;
use uuid::Uuid;

use crate::Backend;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is taken over from the web server in front.
const MAX_ID: usize = 64;

/// Logs and counts a request, and gives all that is logged meanwhile its id.
///
/// Neither path nor query, header or body is logged: a page may have written anything into them.
pub async fn observe(
    State(backend): State<Arc<Backend>>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let id = request_id(request.headers());
    let matched = request.extensions().get::<MatchedPath>();
    let route = matched.map_or("none", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    // Of the highest level, so that there is an id on whatever is logged at all.
    let span = tracing::error_span!("request", request_id = id);

    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status();
    let took = started.elapsed();
    backend.metrics.request(&route, status, took);
    span.in_scope(|| {
        let (status, milliseconds) = (status.as_u16(), took.as_millis() as u64);
        tracing::info!(%method, route, status, milliseconds, "request");
    });
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// The id that the web server in front gave, or one of our own.
fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let good = |id: &&str| {
        (1..=MAX_ID).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    let own = || Uuid::new_v4().simple().to_string();
    given.filter(good).map_or_else(own, str::to_owned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use axum::http::HeaderMap;

    use super::{REQUEST_ID, request_id};

    fn id(given: &str) -> String {
        request_id(&HeaderMap::from_iter([(REQUEST_ID, given.parse().unwrap())]))
    }

    #[test]
    fn a_harmless_id_is_taken_over() {
        for given in ["1", "4bf92f35-77b3_4da6", &"x".repeat(64)] {
            assert_eq!(id(given), given);
        }
        for given in ["", " ", "a b", "Atza|token", "ä", &"x".repeat(65)] {
            assert_ne!(id(given), given);
        }
    }

    #[test]
    fn ids_of_our_own_differ() {
        let [one, other] = [(); 2].map(|()| request_id(&HeaderMap::new()));
        assert_eq!(one.len(), 32);
        assert_ne!(one, other);
    }
}
