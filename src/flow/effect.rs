//! Everything that a checkout asks for.

use alloc::rc::Rc;

use crate::domain::amazon::Widget;
use crate::domain::ids::{AccessToken, AmazonOrderId, Nonce};
use crate::domain::order::ImportOrder;
use crate::domain::plan::{KeptOrder, Plan};
use crate::error::Error;
use crate::prelude::*;

/// Something to be done, in order.
#[derive(Clone, Debug, PartialEq)]
#[repr(u8)]
pub enum Effect {
    /// Load Widgets.js; answers with `AmazonReady` or `AmazonFailed`.
    LoadAmazon,
    /// Tell the SDK who we are, and draw the button.
    DrawButton,
    /// Open the sign-in. Must run inside the buyer's click. The order reference is for whoever
    /// comes back.
    Authorize(Nonce, Option<KeptOrder>),
    /// Keep the session for the next page, and count its seconds, with the order that it goes on with.
    KeepSession(AccessToken, u32, Option<KeptOrder>),
    /// Forget the session; everywhere if the buyer wants it, otherwise only what is left of this
    /// one.
    ForgetSession(bool),
    /// Take all widgets but the button off the page.
    EraseWidgets,
    /// Read the profile; answers with `ProfileArrived`.
    FetchProfile(AccessToken),
    /// Draw a widget of this order, or one that makes a new one.
    Draw(Widget, Plan, Option<AmazonOrderId>),
    /// Show what is chosen for this order, to be read only.
    Show(Widget, Plan, AmazonOrderId),
    /// Ask the page for its order fields; answers with `OrderCollected`.
    CollectOrder,
    /// Post the order, and keep it for whoever comes back; answers with `Answered`.
    Send(Rc<ImportOrder>),
    /// The fate of the order that was sent is known.
    ForgetAttempt,
    /// Keep the order that was placed for the next pages of the funnel. Before anything else is done:
    /// whoever hears of it may leave.
    Book(Rc<ImportOrder>),
    /// Forget the choice that was handed on: its order is of no more use.
    ForgetChoice,
    /// Keep what is chosen for the next page of the funnel, and go there.
    HandOn(KeptOrder),
    /// Go to the next page of the funnel, if there is one.
    GoOn,
    /// Leave the page for this https address.
    Navigate(String),
    /// Start a timer, replacing one of the same name; answers with `TimeUp`.
    StartTimer(Timer),
    /// Stop a timer, if it runs.
    StopTimer(Timer),
    /// Tell the page what happened; the details stand in the state.
    Notify(Notice),
    /// Tell the page what went wrong.
    Report(Error),
}

/// The waits that the flow limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// Until the profile is asked for again.
    Profile,
    /// Until the page's order function answers.
    Collect,
    /// Until an unanswered order is sent again with the same key.
    Resend,
    /// Until a page that was to be left counts as come back to: an address may lead nowhere.
    Leave,
    /// Until the session is looked at again. Answers with `Clock` instead: a machine that sleeps
    /// stops its timers.
    Session,
}

impl Timer {
    /// Every timer.
    pub const ALL: [Self; 5] =
        [Self::Profile, Self::Collect, Self::Resend, Self::Leave, Self::Session];

    /// The limit in milliseconds.
    pub const fn milliseconds(self) -> u32 {
        match self {
            Self::Profile => 1_000,
            Self::Collect => 10_000,
            Self::Resend => 2_000,
            Self::Leave => 30_000,
            Self::Session => 10_000,
        }
    }
}

/// What a page is told, apart from errors. None of it carries the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The state's name, or what is missing, changed.
    State,
    /// The buyer signed in.
    SignedIn,
    /// The buyer's profile is known.
    Profile,
    /// An address is selected.
    AddressSelected,
    /// A payment method is selected.
    PaymentSelected,
    /// The buyer agreed to further charges, or took it back.
    Consent,
    /// Nothing is missing any more.
    Ready,
    /// The order exists.
    Placed,
    /// The payment was declined.
    Declined,
    /// The session ends within five minutes.
    Expiring,
    /// The buyer has to sign in again.
    Expired,
    /// The buyer signed out, here or in another tab.
    SignedOut,
}

/// Every event's name for `on()`, in the order of [`Notice`]; errors come last.
pub const EVENT_NAMES: [&str; 13] = [
    "state",
    "signed-in",
    "profile",
    "address-selected",
    "payment-selected",
    "consent",
    "ready",
    "placed",
    "declined",
    "expiring",
    "expired",
    "signed-out",
    ERROR_EVENT,
];

/// The name of the event whose detail is the error itself.
pub const ERROR_EVENT: &str = "error";

impl Notice {
    /// The event's name.
    pub fn name(self) -> &'static str {
        EVENT_NAMES.get(self as usize).copied().unwrap_or(ERROR_EVENT)
    }
}
