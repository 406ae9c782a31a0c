//! Who comes to a page, and how long a sign-in is good for.

use crate::domain::ids::AccessToken;
use crate::error::Error;

/// Who comes to the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Arrival {
    /// Somebody who is not signed in.
    #[default]
    Nobody,
    /// A buyer who is: from an earlier page, or back from Amazon's.
    Buyer(AccessToken),
    /// A buyer who is back from Amazon's page without a usable sign-in.
    Refused(Error),
}

/// Amazon's own cache forgets a token after 55 minutes, although it lives for 60. In seconds.
const LONGEST: u32 = 3300;

/// So long before the end the buyer is warned. In seconds.
pub const WARNING: i32 = 300;

/// For how many seconds a new token is counted on. From a cache it comes with less than an hour.
pub fn seconds_of(expires_in: Option<u32>) -> u32 {
    expires_in.unwrap_or(LONGEST).min(LONGEST)
}
