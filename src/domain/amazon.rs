//! What Amazon's scripts tell us, in our words.

use crate::error::ErrorKind;

/// The parts of a page that Amazon draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Widget {
    /// The sign-in button.
    Button,
    /// The list of addresses.
    AddressBook,
    /// The list of payment methods.
    Wallet,
    /// The box that allows further charges.
    Consent,
    /// The chosen address, to be read only.
    AddressReview,
    /// The chosen payment method, to be read only.
    WalletReview,
}

impl Widget {
    /// Every widget.
    pub const ALL: [Self; 6] = [
        Self::Button,
        Self::AddressBook,
        Self::Wallet,
        Self::Consent,
        Self::AddressReview,
        Self::WalletReview,
    ];

    /// The option that says where this widget is.
    pub const fn option(self) -> &'static str {
        match self {
            Self::Button => "button",
            Self::AddressBook => "addressBook",
            Self::Wallet => "wallet",
            Self::Consent => "consent",
            Self::AddressReview => "addressReview",
            Self::WalletReview => "walletReview",
        }
    }

    /// The error that this widget reports.
    pub const fn error(self) -> ErrorKind {
        match self {
            Self::Button => ErrorKind::ButtonError,
            Self::AddressBook | Self::AddressReview => ErrorKind::AddressBookError,
            Self::Wallet | Self::WalletReview => ErrorKind::WalletError,
            Self::Consent => ErrorKind::ConsentError,
        }
    }
}

/// What the flow does about a widget's error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// Nothing: the widget deals with it itself.
    Ignore,
    /// Tell the page; everything else stays.
    Report,
    /// The presentment currency cannot be had: go on with the region's own.
    OwnCurrency,
    /// What it shows can no longer be changed: show it only.
    ReadOnly,
    /// The order reference is of no more use: make a new one.
    NewOrder,
    /// The session is over: sign in again.
    SignInAgain,
    /// The order reference is another buyer's: sign in again, without it.
    AnotherBuyer,
    /// Amazon Pay cannot be used on this page.
    GiveUp,
}

/// What to do about an error code: Amazon's guide, plus the later codes `BuyerSessionExpired` and
/// `ITP`. Amazon adds codes without notice; unknown ones are reported and change nothing.
pub fn reaction(code: &str) -> Reaction {
    const KNOWN: [(&str, Reaction); 10] = [
        ("AddressNotModifiable", Reaction::ReadOnly),
        ("BuyerNotAssociated", Reaction::AnotherBuyer),
        ("BuyerSessionExpired", Reaction::SignInAgain),
        ("CurrencyUnsupported", Reaction::OwnCurrency),
        ("InvalidAccountStatus", Reaction::GiveUp),
        ("InvalidOrderReferenceId", Reaction::NewOrder),
        ("InvalidSellerId", Reaction::GiveUp),
        // Safari's tracking prevention; the widget asks the buyer itself.
        ("ITP", Reaction::Ignore),
        ("PaymentMethodNotModifiable", Reaction::ReadOnly),
        ("StaleOrderReference", Reaction::NewOrder),
    ];
    for (known, reaction) in KNOWN {
        if known == code {
            return reaction;
        }
    }
    Reaction::Report
}
