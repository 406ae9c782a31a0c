//! The shopper's address, as the CRM is told it and requests are counted by it.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName},
    middleware::Next,
    response::Response,
};

use crate::Backend;

/// The address of the shopper who sent a request. IPv4 is never written as IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// Notes the [`ClientAddress`] among the request's extensions.
pub async fn find(
    State(backend): State<Arc<Backend>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let header = backend.shopper_address_header.as_ref();
    let address = shopper_address(request.headers(), header, peer.ip()).to_canonical();
    request.extensions_mut().insert(ClientAddress(address));
    next.run(request).await
}

/// The address that the web server in front saw, or that of the peer.
fn shopper_address(headers: &HeaderMap, name: Option<&HeaderName>, peer: IpAddr) -> IpAddr {
    let Some(name) = name else { return peer };
    last_address(headers, name).unwrap_or_else(|| {
        // Without the value, into which a page may have written anything.
        tracing::warn!(
            header = %name,
            missing = !headers.contains_key(name),
            "no shopper's address in the configured header; the web server's counts"
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
