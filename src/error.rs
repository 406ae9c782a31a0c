//! Everything that can go wrong: one table, one stable code per error.

use crate::domain::text::part;
use crate::prelude::*;

/// Who can do something about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The shopper: choose again, sign in again.
    Buyer,
    /// The shop: its backend, CRM or Amazon account.
    Merchant,
    /// Whoever wrote the page.
    Developer,
    /// Nobody: try again later.
    Network,
}

impl Audience {
    /// The name that JavaScript sees.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Buyer => "buyer",
            Self::Merchant => "merchant",
            Self::Developer => "developer",
            Self::Network => "network",
        }
    }
}

/// Declares the errors. Each has its code for programs, its audience, and a sentence for people
/// in which `{}` stands for the subject. One text, because code and tables are dearer in wasm.
macro_rules! errors {
    ($($(#[doc = $doc:literal])+ $name:ident $code:literal $audience:ident $sentence:literal;)+) => {
        /// What went wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ErrorKind {
            $($(#[doc = $doc])+ $name,)+
        }

        impl ErrorKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            const FACTS: &str =
                concat!($($code, "\t", stringify!($audience), "\t", $sentence, "\n"),+);
        }
    };
}

errors! {
    /// A required option is absent. Subject: its name.
    MissingOption "missing_option" Developer "The option `{}` is missing: set it.";
    /// An option does not exist. Subject: its name as the caller wrote it.
    UnknownOption "unknown_option" Developer
        "The option `{}` does not exist: check its spelling.";
    /// An option has a value that cannot be used. Subject: its name and what would be accepted.
    InvalidOption "invalid_option" Developer "An option is not usable: {}.";
    /// An option or order field that would carry credentials, a price or one of our own fields.
    /// Subject: its name.
    ForbiddenField "forbidden_field" Developer
        "`{}` belongs to the backend: it must not come from a page.";
    /// An order field is neither text, number nor boolean, or is given twice. Subject: its name.
    InvalidField "invalid_field" Developer
        "The order field `{}` must be one text, number or boolean.";
    /// No element matches a container's selector. Subject: the selector.
    MissingContainer "missing_container" Developer
        "No element matches `{}`: add it to the page.";
    /// The order form has fields that the browser finds invalid.
    FormInvalid "form_invalid" Buyer "Please correct the marked fields.";
    /// The order function threw, rejected, or gave something that is not an object.
    OrderFunctionFailed "order_function_failed" Developer
        "The `order` or `beforeOrder` function failed: it must return an object of fields.";
    /// The order function did not answer in time.
    OrderFunctionTimeout "order_function_timeout" Developer
        "The `order` or `beforeOrder` function did not answer within 10 seconds.";
    /// The page's own function held the order back.
    OrderVetoed "order_vetoed" Buyer "The order was not sent: please check your details.";
    /// An upsell page was opened without an order to add to, or a thank-you page without one.
    FirstOrderMissing "first_order_missing" Buyer
        "We cannot find your order in this window. Your confirmation has it; without one, please \
         order first.";
    /// The time for additions to the order is over.
    UpsellOver "upsell_over" Buyer "This offer has ended: your order is complete without it.";
    /// The product was added to the order before.
    UpsellTaken "upsell_taken" Buyer "This is part of your order already.";
    /// A review page was opened before everything was chosen.
    NothingToReview "nothing_to_review" Buyer
        "Nothing is chosen yet: please go back to the page before.";
    /// The browser keeps nothing, so the next page would not know what was chosen.
    StorageBlocked "storage_blocked" Buyer
        "Your browser keeps nothing for the next page: allow this shop to store data.";
    /// The order cannot be placed now. Subject: what is missing, or the state.
    NotReady "not_ready" Buyer "The order cannot be placed now: {}.";
    /// The checkout was disposed.
    Disposed "disposed" Developer "This checkout was disposed.";
    /// `on()` was called with a name that is no event. Subject: the name.
    UnknownEvent "unknown_event" Developer "There is no event `{}`.";
    /// Amazon's script could not be fetched: blocked, refused or unreachable.
    AmazonUnreachable "amazon_unreachable" Network
        "Amazon Pay could not be loaded: an ad blocker, a policy or the network stopped it.";
    /// Amazon's script came, but its objects did not appear in time.
    AmazonTimeout "amazon_timeout" Network "Amazon Pay did not start in time: try again.";
    /// The page has Widgets.js of another region or environment.
    AmazonMismatch "amazon_mismatch" Developer
        "Another region's Widgets.js is on the page: remove it.";
    /// A call into Amazon's script threw. Subject: the exception's text.
    AmazonThrew "amazon_threw" Developer "Amazon's script failed: {}.";
    /// The button reported an error. Subject: Amazon's code.
    ButtonError "button_error" Merchant "Amazon's button reported {}.";
    /// The AddressBook reported an error. Subject: Amazon's code.
    AddressBookError "address_book_error" Merchant "Amazon's address book reported {}.";
    /// The Wallet reported an error. Subject: Amazon's code.
    WalletError "wallet_error" Merchant "Amazon's wallet reported {}.";
    /// Amazon does not offer the presentment currency: the Wallet shows the region's own instead.
    /// Subject: Amazon's code.
    CurrencyRefused "currency_refused" Merchant
        "Amazon refused the currency of the page: prices must be in the region's own.";
    /// A widget's container has no height. Subject: the option that names it.
    NoHeight "no_height" Developer
        "The container `{}` has no height, so nothing shows: give it one, like 240px.";
    /// The Consent widget reported an error. Subject: Amazon's code.
    ConsentError "consent_error" Merchant "Amazon's consent widget reported {}.";
    /// A widget was drawn, and nothing of it shows. Subject: the option that names it.
    WidgetTimeout "widget_timeout" Network
        "A part of Amazon Pay did not appear in time: load this page again.";
    /// The browser did not let Amazon's window open.
    PopupBlocked "popup_blocked" Buyer
        "Your browser blocked Amazon's window: allow pop-ups here, then press the button again.";
    /// The buyer declined to share the data that the purchase needs.
    SignInDenied "sign_in_denied" Buyer
        "The sign-in was declined: sign in again to pay with Amazon.";
    /// The sign-in ended with another error of the SDK. Subject: its error value.
    SignInFailed "sign_in_failed" Merchant "The sign-in failed with `{}`: try again.";
    /// What came back from the sign-in is not ours or not usable.
    SignInRefused "sign_in_refused" Merchant
        "The sign-in's answer cannot be trusted: sign in again.";
    /// The profile could not be read.
    ProfileFailed "profile_failed" Merchant
        "The buyer's profile could not be read from Amazon.";
    /// The backend could not be reached, or its answer was lost on the way.
    BackendUnreachable "backend_unreachable" Network
        "The shop's answer did not arrive. Try again: the order is not placed twice.";
    /// The backend took longer than the limit.
    BackendTimeout "backend_timeout" Network
        "The shop did not answer in time. Try again: the order is not placed twice.";
    /// The backend answered with something that is not the JSON envelope. Subject: the HTTP status.
    BackendUnreadable "backend_unreadable" Merchant
        "The shop's answer (HTTP {}) is not JSON. Try again: the order is not placed twice.";
    /// The backend answered with a server error. Subject: the HTTP status.
    BackendFailed "backend_failed" Merchant
        "The shop failed (HTTP {}). Try again: the order is not placed twice.";
    /// The backend does not know itself what became of the order.
    OutcomeUnknown "outcome_unknown" Buyer
        "Nobody knows yet whether the order exists. Do not pay again: ask the shop first.";
    /// The backend answered with a `result` that is not known. Subject: the result.
    UnknownResult "unknown_result" Merchant
        "The shop gave the unknown result `{}`: the order is not confirmed.";
    /// Amazon has closed the order reference meanwhile: after three hours, say.
    OrderStale "order_stale" Buyer
        "Amazon has closed this order after a while: please choose again.";
    /// The access token is not good any more.
    TokenRefused "token_refused" Buyer
        "Your Amazon session has ended: please sign in again.";
    /// The backend or the CRM refused the order's content. Subject: its message.
    OrderRefused "order_refused" Merchant "The order was not accepted: {}.";
    /// The CRM did not accept the backend's credentials.
    CrmCredentials "crm_credentials" Merchant "The CRM refused the shop's credentials.";
    /// The CRM wants a step that this page does not take: a PayPal page, a script.
    PaymentUnfinished "payment_unfinished" Merchant
        "The CRM asked for a further payment step.";
    /// The CRM asked for a redirect to an address that is not https, or the browser refuses the next
    /// page's.
    RedirectRefused "redirect_refused" Merchant
        "The address of the next page cannot be used.";
    /// The payment was declined. Subject: Amazon's reason.
    Declined "declined" Buyer "The payment was declined: {}.";
}

/// An error: what went wrong, and with what. Never carries a secret. Boxed, because results that
/// hold it are handed on everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    kind: ErrorKind,
    subject: String,
}

impl Error {
    /// An error with its subject: the option's name, the selector, the vendor's own code.
    pub fn new(kind: ErrorKind, subject: &str) -> Self {
        Self(Box::new(Inner { kind, subject: subject.to_owned() }))
    }

    /// What went wrong.
    pub const fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What it is about; may be empty.
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// The stable code for programs.
    pub fn code(&self) -> &'static str {
        self.fact(0)
    }

    /// Who can do something about it.
    pub fn audience(&self) -> Audience {
        match self.fact(1) {
            "Buyer" => Audience::Buyer,
            "Merchant" => Audience::Merchant,
            "Network" => Audience::Network,
            _ => Audience::Developer,
        }
    }

    /// The sentence for people: what happened, then what to do. `{}` stands for the subject.
    pub fn sentence(&self) -> &'static str {
        self.fact(2)
    }

    /// Code, audience or sentence.
    fn fact(&self, place: usize) -> &'static str {
        part(part(ErrorKind::FACTS, b'\n', self.0.kind as usize), b'\t', place)
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self::new(kind, "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_sentences_end() {
        let mut codes = Vec::new();
        for kind in ErrorKind::ALL {
            let error = Error::new(*kind, "it");
            assert!(!codes.contains(&error.code()), "{kind:?}");
            codes.push(error.code());
            assert!(error.code().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
            assert!(error.sentence().ends_with('.'), "{kind:?}");
            assert!(!error.sentence().ends_with(".."), "{kind:?}");
            assert!(error.sentence().matches("{}").count() < 2, "{kind:?}");
        }
        assert_eq!(codes.len(), ErrorKind::ALL.len());
    }
}
