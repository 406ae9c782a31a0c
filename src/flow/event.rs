//! Everything that can happen to a checkout.

use alloc::rc::Rc;

use crate::domain::amazon::Widget;
use crate::domain::ids::{AccessToken, AmazonOrderId, Nonce};
use crate::domain::order::{Fields, ImportOrder};
use crate::domain::outcome::Outcome;
use crate::domain::profile::Profile;
use crate::domain::sign_in::SignIn;
use crate::error::Error;
use crate::flow::effect::Timer;
use crate::prelude::*;

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
#[repr(u8)]
pub enum Event {
    /// The checkout begins.
    Start,
    /// The page asks for another try after a failure.
    Retry,
    /// Amazon's objects are there.
    AmazonReady,
    /// Amazon's scripts did not come, or a call into them threw.
    AmazonFailed(Error),
    /// The buyer pressed Amazon's button; the sign-in must start before this call returns. Brings a
    /// fresh nonce for it.
    ButtonPressed(Nonce),
    /// The sign-in window answered.
    SignedIn(SignIn),
    /// The sign-in could not be opened.
    SignInFailed(Error),
    /// An order reference exists. May come twice, with another id: the newest wins.
    OrderCreated(AmazonOrderId),
    /// An address is selected. Also after the first drawing, without a click.
    AddressSelected,
    /// A payment method is selected. Also after each redraw, without a click.
    PaymentSelected,
    /// The buyer agrees to further charges, or does not. Also after each redraw, without a click.
    Consented(bool),
    /// The page offers another kind of purchase.
    PlanChanged,
    /// The page shows prices in another currency.
    CurrencyChanged,
    /// The order of this choice was placed on a later page, before this one was shown again.
    OrderUsed,
    /// Something of the page's is not as it should be; nothing changes.
    Warned(Error),
    /// A widget reported this error code.
    WidgetFailed(Widget, String),
    /// A widget was drawn a while ago; true if nothing of it shows.
    WidgetSilent(Widget, bool),
    /// The profile came, or did not.
    ProfileArrived(Result<Profile, Error>),
    /// The buyer or the page wants the order placed.
    PlaceOrder,
    /// This page has sent an order before it was loaded again, and nobody knows what became of it. True
    /// if the page was left for a further step.
    Resume(Rc<ImportOrder>, bool),
    /// The page's order fields, with the key of this attempt.
    OrderCollected(Nonce, Result<Fields, Error>),
    /// The backend's answer, understood.
    Answered(Outcome),
    /// The page was to be left for another, and is still there or was come back to.
    Stayed(Error),
    /// A timer ran out.
    TimeUp(Timer),
    /// The buyer is signed in already: on a later page, before this one was shown again.
    Known(AccessToken),
    /// The session is good for so many seconds more.
    Clock(i32),
    /// The buyer signs out.
    SignOut,
    /// The buyer has signed out in another tab.
    SignedOutElsewhere,
}
