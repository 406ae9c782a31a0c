//! What a purchase is made of.

use crate::domain::options::Options;
use crate::domain::text::contains_ignoring_case;

/// What a purchase is made of, and so what the buyer has to choose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The buyer is charged again: a billing agreement takes the order reference's place.
    pub recurring: bool,
    /// Nothing is delivered, so no address is chosen.
    pub digital: bool,
    /// The buyer agrees in a widget of its own.
    pub consent: bool,
}

impl Plan {
    /// The plan of a page with these options.
    pub fn of(options: &Options) -> Self {
        Self::new(options, options.text("agreement", "") == Some("recurring"))
    }

    /// The same page's plan for the other agreement.
    pub fn new(options: &Options, recurring: bool) -> Self {
        // Whoever agrees at the sign-in is not asked again.
        let at_sign_in = contains_ignoring_case(options.scope(), "payments:autopay_consent");
        Self {
            recurring,
            digital: options.text("goods", "") == Some("digital"),
            consent: recurring && !at_sign_in,
        }
    }
}
