//! What a purchase is made of.

use crate::domain::ids::AmazonOrderId;
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

/// An order reference or billing agreement that outlives its page or its session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptOrder {
    /// Amazon's id of it.
    pub id: AmazonOrderId,
    /// It is a billing agreement.
    pub recurring: bool,
}

impl Plan {
    /// The order to go on with: one of the other kind is none.
    pub fn accept(self, kept: Option<KeptOrder>) -> Option<AmazonOrderId> {
        kept.filter(|kept| kept.recurring == self.recurring).map(|kept| kept.id)
    }

    /// The plan of a page with these options.
    pub fn of(options: &Options) -> Self {
        Self::new(options, options.text("agreement", "") == Some("recurring"))
    }

    /// The same page's plan for the other agreement.
    pub fn new(options: &Options, recurring: bool) -> Self {
        Self {
            recurring,
            digital: options.text("goods", "") == Some("digital"),
            consent: recurring && !asks_at_sign_in(options),
        }
    }
}

/// True if the sign-in asks for the consent to further charges: then no widget does.
pub fn asks_at_sign_in(options: &Options) -> bool {
    contains_ignoring_case(options.scope(), "payments:autopay_consent")
}
