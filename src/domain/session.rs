//! Who comes to a page, and how long a sign-in is good for.

use crate::domain::ids::AccessToken;
use crate::domain::outcome::Receipt;
use crate::domain::plan::KeptOrder;
use crate::error::Error;
use crate::prelude::*;

/// Who comes to the page.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Arrival {
    /// Somebody who is not signed in.
    #[default]
    Nobody,
    /// A buyer who is: from an earlier page, or back from Amazon's. With the order that an ended
    /// session has left.
    Buyer(AccessToken, Option<KeptOrder>),
    /// A buyer who is back from Amazon's page without a usable sign-in.
    Refused(Error),
    /// Somebody who lacks what this page of the funnel goes on with.
    Closed(Error),
    /// Somebody who has placed this order already.
    Placed(Box<Receipt>),
}

impl Arrival {
    /// False where it is the funnel that says who comes, not the session.
    pub const fn may_change(&self) -> bool {
        !matches!(self, Self::Closed(_) | Self::Placed(_))
    }
}

/// Amazon's own cache forgets a token after 55 minutes, although it lives for 60. In seconds.
const LONGEST: u32 = 3300;

/// So long before the end the buyer is warned. In seconds.
pub const WARNING: i32 = 300;

/// True for a kept session with so many seconds left. More than any session has: the clock was set
/// back.
pub fn is_good_for(seconds: f64) -> bool {
    seconds > 0.0 && seconds <= f64::from(LONGEST)
}

/// For how many seconds a new token is counted on. From a cache it comes with less than an hour.
pub fn seconds_of(expires_in: Option<u32>) -> u32 {
    expires_in.unwrap_or(LONGEST).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_lasts_55_minutes_at_most() {
        assert_eq!(seconds_of(None), 3300);
        assert_eq!(seconds_of(Some(3600)), 3300);
        assert_eq!(seconds_of(Some(3226)), 3226);
        assert_eq!(seconds_of(Some(0)), 0);
    }

    #[test]
    fn a_kept_session_is_good_until_its_end_and_never_for_longer() {
        for (seconds, good) in
            [(1.0, true), (3300.0, true), (0.0, false), (-1.0, false), (3301.0, false)]
        {
            assert_eq!(is_good_for(seconds), good, "{seconds}");
        }
        assert!(!is_good_for(f64::NAN));
    }
}
