//! What the buyer reads. One sentence for each thing that can be said.

use crate::domain::region::{Environment, Site};
use crate::domain::text::{concat, part};
use crate::error::{Audience, Error, ErrorKind};
use crate::prelude::*;

/// Declares the sentences, in English, as data.
macro_rules! words {
    ($($(#[doc = $doc:literal])+ $name:ident $english:literal;)+) => {
        /// A sentence for the buyer.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Words {
            $($(#[doc = $doc])+ $name,)+
        }

        // One text is smaller than a table.
        const ENGLISH: &str = concat!($($english, "\n"),+);
    };
}

words! {
    /// Amazon's scripts are on their way.
    Loading "Amazon Pay is loading…";
    /// The button waits for the buyer.
    SignIn "Sign in with your Amazon account to continue.";
    /// The sign-in window is open.
    SigningIn "Please continue in the Amazon window. If there is none, press the button again.";
    /// An address is missing.
    ChooseAddress "Please choose a delivery address.";
    /// A payment method is missing.
    ChoosePayment "Please choose a payment method.";
    /// The consent to further charges is missing.
    GiveConsent "Please agree to the recurring payments.";
    /// Nothing is missing.
    Ready "Everything is chosen. You can place your order now.";
    /// Nothing is missing, and the next page places the order.
    GoOn "Everything is chosen. You can go on to the next step.";
    /// Nothing is missing for an upsell.
    ReadyToAdd "Everything is chosen. You can add it to your order now.";
    /// An order was sent, and nobody knows what became of it.
    Unresolved "We do not know yet whether your order was placed, and are finding out. You can \
        press the button to ask now: you do not pay twice.";
    /// The order is on its way.
    Placing "Your order is being placed. This can take up to two minutes.";
    /// The upsell is on its way.
    Adding "It is being added to your order. This can take up to two minutes.";
    /// The page is about to leave for a further step.
    Confirming "You are being taken to the next page.";
    /// The order exists.
    Placed "Thank you. Your order has been placed.";
    /// The upsell is part of the order.
    Added "Thank you. It has been added to your order.";
    /// The payment method did not work.
    DeclinedPayment "Your payment method was declined. Please choose another one and try again.";
    /// The payment did not go through this time.
    DeclinedTryAgain "The payment did not go through. Please try again.";
    /// The order is over.
    DeclinedOver "The payment was declined. Please choose again or pay another way.";
    /// The session ends soon.
    Expiring "Your Amazon session ends in a few minutes. Please place your order soon.";
    /// The session is over.
    Expired "Your Amazon session has ended. Please sign in again.";
    /// Amazon Pay cannot be used here.
    Unavailable "Amazon Pay is not available right now.";
}

impl Words {
    /// The English sentence.
    pub fn english(self) -> &'static str {
        part(ENGLISH, b'\n', self as usize)
    }
}

/// The status line: the sentence, and the order's id once there is one.
pub fn for_state(words: Words, order_id: Option<&str>) -> String {
    match order_id {
        Some(id) => concat(&[words.english(), " Your order number is ", id, "."]),
        None => words.english().to_owned(),
    }
}

/// The status line after an error. What is missing is told by what there is to do, and what the buyer
/// cannot mend by its code behind that, except in the sandbox, where the reader is a developer.
pub fn for_error(error: &Error, words: Words, site: &Site) -> String {
    if error.kind() == ErrorKind::NotReady {
        return words.english().to_owned();
    }
    let buyers = matches!(error.audience(), Audience::Buyer | Audience::Network);
    if buyers || site.environment() == Environment::Sandbox {
        error.message()
    } else {
        concat(&[words.english(), " (", error.code(), ")"])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::region::REGIONS;

    #[test]
    fn a_placed_order_shows_its_number() {
        assert_eq!(
            for_state(Words::Placed, Some("A1B2")),
            "Thank you. Your order has been placed. Your order number is A1B2."
        );
        assert_eq!(for_state(Words::Ready, None), Words::Ready.english());
    }

    #[test]
    fn buyers_of_a_live_shop_are_spared_what_they_cannot_mend() {
        let live = Site::new(&REGIONS[0], Environment::Live, None);
        let sandbox = Site::new(&REGIONS[0], Environment::Sandbox, None);
        let error = Error::from(ErrorKind::CrmCredentials);
        assert_eq!(
            for_error(&error, Words::Unavailable, &live),
            "Amazon Pay is not available right now. (crm_credentials)"
        );
        assert_eq!(for_error(&error, Words::Unavailable, &sandbox), error.message());
        let error = Error::new(ErrorKind::NotReady, "payment");
        assert_eq!(
            for_error(&error, Words::ChoosePayment, &sandbox),
            "Please choose a payment method."
        );
        let error = Error::from(ErrorKind::SignInDenied);
        assert_eq!(for_error(&error, Words::Unavailable, &live), error.message());
    }
}
