//! Refuses orders that a page of another site makes the buyer's browser send.

use axum::{
    extract::Request,
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::Failure;

/// Answers 403 `foreign_origin` to a state-changing request from another origin.
pub async fn same_origin(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads || is_same_origin(request.headers()) {
        next.run(request).await
    } else {
        tracing::warn!("refused a request from another origin");
        Failure::ForeignOrigin.into_response()
    }
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

    use super::is_same_origin;

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
            let map: HeaderMap = headers
                .iter()
                .map(|(name, value)| {
                    (HeaderName::from_static(name), HeaderValue::from_static(value))
                })
                .collect();
            assert_eq!(is_same_origin(&map), expected, "{headers:?}");
        }
    }
}
