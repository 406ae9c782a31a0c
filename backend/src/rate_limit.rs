//! How many purchases one shopper may send.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    extract::{Extension, Request, State},
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
};
use governor::{DefaultKeyedRateLimiter, Quota, clock::Clock};

use crate::{Backend, Failure, client_address::ClientAddress};

/// After how many requests those are forgotten who have not come for a while.
const SWEEP: usize = 1024;

/// Counts requests by the address that they come from.
#[derive(Debug)]
pub struct RateLimiter {
    recent: DefaultKeyedRateLimiter<IpAddr>,
    requests: AtomicUsize,
}

impl RateLimiter {
    /// Lets `per_minute` requests through at once, and as many again within a minute.
    #[must_use]
    pub fn new(per_minute: NonZeroU32) -> Self {
        Self {
            recent: DefaultKeyedRateLimiter::hashmap(Quota::per_minute(per_minute)),
            requests: AtomicUsize::new(0),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// After how many seconds the next one is let through.
    pub fn check(&self, address: IpAddr) -> Result<(), u64> {
        if self.requests.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.recent.retain_recent();
            self.recent.shrink_to_fit();
        }
        self.recent.check_key(&subscriber(address)).map_err(|refused| {
            // Rounded up: who comes back in time must not be too early.
            refused.wait_time_from(self.recent.clock().now()).as_secs() + 1
        })
    }
}

/// A subscriber of IPv6 has a whole /64 of addresses.
fn subscriber(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).into(),
    }
}

/// Answers 429 `rate_limited`, and when to come back, to an address that sends too many.
pub async fn limit(
    State(backend): State<Arc<Backend>>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    request: Request,
    next: Next,
) -> Response {
    let checked = backend.rate_limiter.as_ref().map_or(Ok(()), |limiter| limiter.check(address));
    match checked {
        Ok(()) => next.run(request).await,
        Err(seconds) => {
            tracing::warn!("refused one request of too many");
            backend.metrics.rate_limited();
            ([(header::RETRY_AFTER, seconds.to_string())], Failure::RateLimited).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use std::{net::IpAddr, num::NonZeroU32};

    use super::{RateLimiter, SWEEP};

    fn limiter(per_minute: u32) -> RateLimiter {
        RateLimiter::new(NonZeroU32::new(per_minute).unwrap())
    }

    #[test]
    fn each_subscriber_has_a_number_of_their_own() {
        for (first, other, same) in [
            ("203.0.113.7", "203.0.113.7", true),
            ("203.0.113.7", "203.0.113.8", false),
            ("2001:db8::1", "2001:db8::ffff:1", true),
            ("2001:db8::1", "2001:db8:0:1::1", false),
        ] {
            let limiter = limiter(2);
            let [first, other]: [IpAddr; 2] = [first, other].map(|text| text.parse().unwrap());
            assert_eq!(limiter.check(first), Ok(()));
            assert_eq!(limiter.check(first), Ok(()));
            let seconds = limiter.check(first).unwrap_err();
            assert!((1..=31).contains(&seconds), "{seconds}");
            assert_eq!(limiter.check(other).is_err(), same, "{first} {other}");
        }
    }

    #[test]
    fn who_does_not_come_back_is_forgotten() {
        // So many that an address counts for a few microseconds only.
        let limiter = limiter(u32::MAX);
        for n in 0..u32::try_from(SWEEP * 4).unwrap() {
            assert_eq!(limiter.check(IpAddr::V4(n.into())), Ok(()));
        }
        assert!(limiter.recent.len() <= SWEEP + 1, "{}", limiter.recent.len());
    }
}
