//! What the buyer reads. One sentence for each thing that can be said; `npm/words/` has them in other
//! languages.

use crate::domain::region::{Environment, Site};
use crate::domain::text::part;
use crate::error::{Audience, Error, ErrorKind};

/// Declares the sentences as data: the key by which a page or a language replaces it, and the English.
macro_rules! words {
    ($($(#[doc = $doc:literal])+ $name:ident $key:literal $english:literal;)+) => {
        /// A sentence for the buyer.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Words {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Words {
            /// Every sentence.
            pub const ALL: &[Self] = &[$(Self::$name),+];
        }

        // One text is smaller than a table.
        const FACTS: &str = concat!($($key, "\t", $english, "\n"),+);
    };
}

words! {
    /// Amazon's scripts are on their way.
    Loading "loading" "Amazon Pay is loading…";
    /// The button waits for the buyer.
    SignIn "sign_in" "Sign in with your Amazon account to continue.";
    /// The sign-in window is open.
    SigningIn "signing_in" "Please continue in the Amazon window. If there is none, press the button again.";
    /// The buyer is signed in, and has nothing to choose here.
    SignedIn "signed_in" "You are signed in with your Amazon account.";
    /// An address is missing.
    ChooseAddress "choose_address" "Please choose a delivery address.";
    /// A payment method is missing.
    ChoosePayment "choose_payment" "Please choose a payment method.";
    /// The consent to further charges is missing.
    GiveConsent "give_consent" "Please agree to the recurring payments.";
    /// Nothing is missing.
    Ready "ready" "Everything is chosen. You can place your order now.";
    /// Nothing is missing, and the next page places the order.
    GoOn "go_on" "Everything is chosen. You can go on to the next step.";
    /// Nothing is missing for an upsell.
    ReadyToAdd "ready_to_add" "Everything is chosen. You can add it to your order now.";
    /// An order was sent, and nobody knows what became of it.
    Unresolved "unresolved" "We do not know yet whether your order was placed, and are finding out. You can \
        press the button to ask now: you do not pay twice.";
    /// The order is on its way.
    Placing "placing" "Your order is being placed. This can take up to two minutes.";
    /// The upsell is on its way.
    Adding "adding" "It is being added to your order. This can take up to two minutes.";
    /// The page is about to leave for a further step.
    Confirming "confirming" "You are being taken to the next page.";
    /// The order exists.
    Placed "placed" "Thank you. Your order has been placed.";
    /// The upsell is part of the order.
    Added "added" "Thank you. It has been added to your order.";
    /// The payment method did not work.
    DeclinedPayment "declined_payment" "Your payment method was declined. Please choose another one and try again.";
    /// The payment did not go through this time.
    DeclinedTryAgain "declined_try_again" "The payment did not go through. Please try again.";
    /// The order is over.
    DeclinedOver "declined_over" "The payment was declined. Please choose again or pay another way.";
    /// The session ends soon.
    Expiring "expiring" "Your Amazon session ends in a few minutes. Please place your order soon.";
    /// The session is over.
    Expired "expired" "Your Amazon session has ended. Please sign in again.";
    /// Amazon Pay cannot be used here.
    Unavailable "unavailable" "Amazon Pay is not available right now.";
}

impl Words {
    /// The key of its other wordings.
    pub fn key(self) -> &'static str {
        self.fact(0)
    }

    /// The English sentence.
    pub fn english(self) -> &'static str {
        self.fact(1)
    }

    fn fact(self, place: usize) -> &'static str {
        part(part(FACTS, b'\n', self as usize), b'\t', place)
    }
}

/// The keys of what only JavaScript says: `src/js/page.js`, `npm/index.js`, `src/js/talk.js`.
pub const OTHER_KEYS: [&str; 3] = ["order_number", "wasm_unavailable", "module_crashed"];

/// True if there is a sentence by this key: one of these, or an error's by its code.
pub fn is_key(key: &str) -> bool {
    OTHER_KEYS.contains(&key)
        || Words::ALL.iter().any(|words| words.key() == key)
        || ErrorKind::ALL.iter().any(|kind| Error::from(*kind).code() == key)
}

/// What stands on the status line after an error: the key of the sentence, the English, and what goes
/// with it. What is missing is told by what there is to do, and what the buyer cannot mend by its code
/// behind that, except in the sandbox, where the reader is a developer.
pub fn for_error<'a>(
    error: &'a Error,
    words: Words,
    site: &Site,
) -> (&'static str, &'static str, &'a str) {
    if error.kind() == ErrorKind::NotReady {
        return (words.key(), words.english(), "");
    }
    let buyers = matches!(error.audience(), Audience::Buyer | Audience::Network);
    if buyers || site.environment() == Environment::Sandbox {
        (error.code(), error.sentence(), error.subject())
    } else {
        (words.key(), words.english(), error.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::region::REGIONS;

    #[test]
    fn no_two_sentences_have_one_key() {
        let codes = ErrorKind::ALL.iter().map(|kind| Error::from(*kind).code());
        let mut keys: Vec<_> = Words::ALL.iter().map(|words| words.key()).chain(codes).collect();
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count);
    }

    #[test]
    fn buyers_of_a_live_shop_are_spared_what_they_cannot_mend() {
        let live = Site::new(&REGIONS[0], Environment::Live, None);
        let sandbox = Site::new(&REGIONS[0], Environment::Sandbox, None);
        let unavailable = "Amazon Pay is not available right now.";
        let refused = Error::new(ErrorKind::OrderRefused, "no stock");
        assert_eq!(
            for_error(&refused, Words::Unavailable, &live),
            ("unavailable", unavailable, "order_refused")
        );
        assert_eq!(
            for_error(&refused, Words::Unavailable, &sandbox),
            ("order_refused", "The order was not accepted: {}.", "no stock")
        );
        let missing = Error::new(ErrorKind::NotReady, "payment");
        assert_eq!(
            for_error(&missing, Words::ChoosePayment, &sandbox),
            ("choose_payment", "Please choose a payment method.", "")
        );
        let denied = Error::from(ErrorKind::SignInDenied);
        assert_eq!(
            for_error(&denied, Words::Unavailable, &live),
            ("sign_in_denied", denied.sentence(), "")
        );
    }
}
