//! Refuses orders that a page of a foreign site makes the buyer's browser send, and lets the pages of
//! the configured origins read the answers.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::{Backend, Failure};

/// How long a browser may remember the answer to a preflight.
const PREFLIGHT_AGE: Duration = Duration::from_secs(60 * 60);

/// Tells browsers which other origins may order. Cookies are not among it: there are none.
pub fn cors(allowed: &[String]) -> CorsLayer {
    let origins = allowed.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::POST, Method::GET])
        .allow_headers([header::CONTENT_TYPE, HeaderName::from_static("idempotency-key")])
        .expose_headers([header::RETRY_AFTER])
        .max_age(PREFLIGHT_AGE)
}

/// Answers 403 `foreign_origin` to a state-changing request from an origin that may not order.
pub async fn check(State(backend): State<Arc<Backend>>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let headers = request.headers();
    if reads || is_same_origin(headers) || is_allowed(headers, &backend.allowed_origins) {
        next.run(request).await
    } else {
        tracing::warn!("refused a request from a foreign origin");
        Failure::ForeignOrigin.into_response()
    }
}

/// Whether a request comes from a page of one of the configured origins. No page can forge `Origin`.
fn is_allowed(headers: &HeaderMap, allowed: &[String]) -> bool {
    let origin = headers.get(header::ORIGIN);
    origin.is_some_and(|origin| allowed.iter().any(|allowed| origin == allowed.as_str()))
}

/// Whether a request comes from a page of this very origin, or not from a page at all.
///
/// `Sec-Fetch-Site` decides where a browser sends it: no page can forge it, and it stays true
/// behind a proxy that rewrites Host. `none` is a person, not a page. Older browsers send `Origin`
/// alone. A request with neither header is not from a browser, and cross-site forgery needs one.
fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or(""));
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(header::ORIGIN.as_str()) else { return true };
    // The scheme is not compared: behind a proxy that ends TLS it is not known here.
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    match (authority, text(header::HOST.as_str())) {
        (Some(authority), Some(host)) => authority.eq_ignore_ascii_case(host),
        // `Origin: null` is a sandboxed or redirected page.
        (None, _) | (_, None) => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::{is_allowed, is_same_origin};

    fn map(headers: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair =
            |&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
        headers.iter().map(pair).collect()
    }

    #[test]
    fn table() {
        for (headers, expected) in [
            (vec![], true),
            (vec![("host", "shop.example")], true),
            (vec![("host", "shop.example"), ("origin", "https://shop.example")], true),
            (vec![("host", "localhost:8080"), ("origin", "http://localhost:8080")], true),
            (vec![("host", "shop.example"), ("origin", "https://SHOP.example")], true),
            (vec![("host", "shop.example"), ("origin", "https://evil.example")], false),
            (vec![("host", "shop.example"), ("origin", "https://shop.example.evil")], false),
            (vec![("host", "localhost:8080"), ("origin", "http://localhost:8081")], false),
            (vec![("host", "shop.example"), ("origin", "null")], false),
            (vec![("origin", "https://shop.example")], false),
            (vec![("host", "shop.example"), ("sec-fetch-site", "same-origin")], true),
            (vec![("host", "shop.example"), ("sec-fetch-site", "none")], true),
            (vec![("host", "shop.example"), ("sec-fetch-site", "same-site")], false),
            (vec![("host", "shop.example"), ("sec-fetch-site", "cross-site")], false),
            (
                vec![
                    ("host", "shop.example"),
                    ("origin", "https://shop.example"),
                    ("sec-fetch-site", "cross-site"),
                ],
                false,
            ),
            // A proxy replaced Host; the browser's own word counts.
            (
                vec![
                    ("host", "backend:8080"),
                    ("origin", "https://shop.example"),
                    ("sec-fetch-site", "same-origin"),
                ],
                true,
            ),
        ] {
            assert_eq!(is_same_origin(&map(&headers)), expected, "{headers:?}");
        }
    }

    #[test]
    fn an_allowed_origin_is_compared_whole() {
        let allowed = ["https://shop.example".to_owned(), "https://lander.example:8443".to_owned()];
        for (origin, expected) in [
            ("https://shop.example", true),
            ("https://lander.example:8443", true),
            ("http://shop.example", false),
            ("https://shop.example:8443", false),
            ("https://shop.example.evil", false),
            ("https://www.shop.example", false),
            ("null", false),
            ("", false),
        ] {
            let headers = map(&[("origin", origin), ("sec-fetch-site", "cross-site")]);
            assert_eq!(is_allowed(&headers, &allowed), expected, "{origin}");
        }
        assert!(!is_allowed(&map(&[("host", "shop.example")]), &allowed));
    }
}
