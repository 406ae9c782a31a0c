//! What came of an attempt to place an order.

use crate::domain::ids::{AmazonOrderId, before_token};
use crate::domain::text::contains_ignoring_case;
use crate::domain::value::Value;
use crate::error::Error;
use crate::prelude::*;

/// The answer to one Import Order, once it is understood.
#[derive(Clone, Debug, PartialEq)]
#[repr(u8)]
pub enum Outcome {
    /// The order exists.
    Placed(PlacedOrder),
    /// The buyer has to go to this https address to finish.
    Redirect(String),
    /// The payment was declined; there is no order.
    Declined(Decline),
    /// The order was not taken; there is no order.
    Refused(Error),
    /// Nobody knows yet whether there is an order: ask again with the same key.
    Unknown(Error),
}

/// The order as the CRM took it.
#[derive(Clone, Debug, PartialEq)]
pub struct PlacedOrder {
    /// The CRM's id. Opaque, and not Amazon's.
    pub order_id: Option<String>,
    /// The CRM's whole `message`.
    pub message: Value,
}

/// A declined payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decline {
    reason: DeclineReason,
    message: String,
}

impl Decline {
    /// Finds Amazon's reason inside a message, whatever the CRM wrapped around it.
    pub fn read(message: &str) -> Option<Self> {
        let named = DECLINES.into_iter().find(|(name, ..)| contains_ignoring_case(message, name));
        let reason = match named {
            Some((.., reason)) => reason,
            None if contains_ignoring_case(message, "declin") => DeclineReason::Other,
            None => return None,
        };
        Some(Self::new(reason, message))
    }

    /// A decline whose reason was told apart from its message. The CRM may quote what it was sent.
    pub fn new(reason: DeclineReason, message: &str) -> Self {
        Self { reason, message: before_token(message).to_owned() }
    }

    /// Why, as far as it is known.
    pub const fn reason(&self) -> DeclineReason {
        self.reason
    }

    /// The CRM's words. Plain text: never markup.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// Why Amazon declined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeclineReason {
    /// This payment method does not work; another one of the same buyer may.
    InvalidPaymentMethod,
    /// This payment method is not allowed for this order.
    PaymentMethodNotAllowed,
    /// The order has no payment method.
    PaymentPlanNotSet,
    /// Amazon closed the order.
    AmazonRejected,
    /// Amazon could not process it; it may work later.
    ProcessingFailure,
    /// Amazon took too long; it may work later.
    TransactionTimedOut,
    /// None of the known ones.
    Other,
}

/// The buyer's way on after a decline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WayOn {
    /// Choose another payment method for the same order.
    AnotherPayment,
    /// Place the same order again.
    TryAgain,
    /// This order is over: begin a new one.
    StartOver,
}

/// Amazon's words, and what its guide tells the page to offer.
const DECLINES: [(&str, WayOn, DeclineReason); 6] = [
    ("InvalidPaymentMethod", WayOn::AnotherPayment, DeclineReason::InvalidPaymentMethod),
    ("PaymentMethodNotAllowed", WayOn::AnotherPayment, DeclineReason::PaymentMethodNotAllowed),
    ("PaymentPlanNotSet", WayOn::AnotherPayment, DeclineReason::PaymentPlanNotSet),
    ("AmazonRejected", WayOn::StartOver, DeclineReason::AmazonRejected),
    ("ProcessingFailure", WayOn::TryAgain, DeclineReason::ProcessingFailure),
    ("TransactionTimedOut", WayOn::TryAgain, DeclineReason::TransactionTimedOut),
];

impl DeclineReason {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::InvalidPaymentMethod,
        Self::PaymentMethodNotAllowed,
        Self::PaymentPlanNotSet,
        Self::AmazonRejected,
        Self::ProcessingFailure,
        Self::TransactionTimedOut,
        Self::Other,
    ];

    /// Amazon's word for it.
    pub fn name(self) -> &'static str {
        self.facts().0
    }

    /// What Amazon's guide tells the page to offer.
    pub fn way_on(self) -> WayOn {
        self.facts().1
    }

    fn facts(self) -> (&'static str, WayOn, Self) {
        let known = DECLINES.into_iter().find(|(.., reason)| *reason == self);
        known.unwrap_or(("Other", WayOn::StartOver, Self::Other))
    }
}

/// A placed order together with Amazon's id of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// Amazon's id.
    pub amazon_order_id: AmazonOrderId,
    /// The CRM's order.
    pub order: PlacedOrder,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_found_in_any_wrapping() {
        for (message, reason) in [
            ("InvalidPaymentMethod", DeclineReason::InvalidPaymentMethod),
            ("Transaction Declined: InvalidPaymentMethod", DeclineReason::InvalidPaymentMethod),
            (
                "transaction declined: invalidpaymentmethod (soft)",
                DeclineReason::InvalidPaymentMethod,
            ),
            ("AmazonRejected", DeclineReason::AmazonRejected),
            ("Transaction Declined: Debit Cards Are Not Accepted", DeclineReason::Other),
            ("Transaction Declined: ", DeclineReason::Other),
        ] {
            assert_eq!(Decline::read(message).unwrap().reason(), reason, "{message}");
        }
        for message in ["", "campaignId is required", "Could not authenticate credentials"] {
            assert_eq!(Decline::read(message), None, "{message}");
        }
    }
}
