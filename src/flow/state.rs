//! Where a checkout stands.

use alloc::rc::Rc;

use crate::domain::ids::{AccessToken, AmazonOrderId, Nonce};
use crate::domain::order::ImportOrder;
use crate::domain::outcome::{Decline, Receipt, WayOn};
use crate::domain::plan::{KeptOrder, Page, Plan};
use crate::domain::profile::Profile;
use crate::domain::session::Arrival;
use crate::domain::words::Words;
use crate::prelude::*;

/// Where a checkout stands. Each variant holds what exists there, and nothing else.
#[derive(Clone, Debug, PartialEq)]
#[repr(u8)]
pub enum State {
    /// Amazon's scripts are on their way.
    Loading(Arrival),
    /// The button waits.
    SignedOut,
    /// The sign-in window is open. A closed window says nothing, so the button stays usable. May
    /// follow an ended session.
    SigningIn(Nonce, Option<Ended>),
    /// The buyer is signed in and chooses.
    Choosing(Box<Choosing>),
    /// The order is on its way. Holds what to return to.
    Placing(Box<Choosing>, Phase),
    /// The order exists.
    Placed(Box<Receipt>),
    /// The session is over; another sign-in goes on where it ended.
    Expired(Ended),
    /// Amazon Pay cannot be used. Holds who was there: another try goes on with them.
    Unavailable(Arrival),
}

impl Default for State {
    fn default() -> Self {
        Self::Loading(Arrival::default())
    }
}

/// What an ended session leaves: its order, if there was one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended(pub Option<KeptOrder>);

/// A signed-in buyer who chooses.
#[derive(Clone, Debug, PartialEq)]
pub struct Choosing {
    /// The access token.
    pub token: AccessToken,
    /// The profile.
    pub profile: ProfileState,
    /// What is chosen so far.
    pub choice: Choice,
    /// The decline of the last attempt.
    pub decline: Option<Decline>,
    /// An order that was sent and never answered: it is asked about before anything else is sent.
    pub unresolved: Option<Rc<ImportOrder>>,
    /// Who asks.
    pub asking: Asking,
    /// How good the session still is.
    pub session: Session,
    /// Amazon refused the page's presentment currency.
    pub currency_refused: bool,
}

/// Who asks about an order of unknown fate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// The buyer: nothing is to be learnt without, or the answer would lead away from the page.
    OnPress,
    /// The page, as soon as it looks at the session, for the n-th time.
    Soon(u8),
    /// The page has, for the n-th time, and waits for the answer.
    UnderWay(u8),
}

/// How good a session still is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Session {
    /// Nothing to say about it.
    Good,
    /// It ends soon, and the buyer knows.
    Ending,
    /// The buyer has signed out of it while an order was on its way.
    Left,
}

/// How far the profile is.
#[derive(Clone, Debug, PartialEq)]
#[repr(u8)]
pub enum ProfileState {
    /// Asked for this many times.
    Pending(u8),
    /// Here.
    Known(Profile),
    /// Given up.
    Failed,
}

/// What the buyer has chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// What there is to choose.
    pub plan: Plan,
    /// The order reference or billing agreement, once the first widget has made it.
    pub order: Option<AmazonOrderId>,
    /// An address is selected.
    pub address: bool,
    /// The address is shown only: Amazon takes no other.
    pub address_fixed: bool,
    /// A payment method is selected, and no address since.
    pub payment: bool,
    /// The payment method is shown only: Amazon takes no other.
    pub payment_fixed: bool,
    /// The buyer agrees to further charges.
    pub consent: bool,
    /// How often the order reference had to be made anew because of an error.
    pub renewals: u8,
}

/// The steps of placing.
#[derive(Clone, Debug, PartialEq)]
#[repr(u8)]
pub enum Phase {
    /// The profile is on its way.
    AwaitingProfile,
    /// The page is asked for its fields.
    Collecting,
    /// The order is with the backend, for the n-th time.
    Sending(Rc<ImportOrder>, u8),
    /// The n-th answer was lost; the order waits to be sent again.
    Waiting(Rc<ImportOrder>, u8),
    /// The page is leaving for a further step, say at the bank's.
    Leaving(Rc<ImportOrder>),
}

impl Choosing {
    /// A buyer who just signed in.
    pub fn new(token: AccessToken, plan: Plan, order: Option<AmazonOrderId>) -> Box<Self> {
        Box::new(Self {
            token,
            profile: ProfileState::Pending(1),
            choice: Choice { plan, order, ..Choice::default() },
            decline: None,
            unresolved: None,
            asking: Asking::OnPress,
            session: Session::Good,
            currency_refused: false,
        })
    }
}

impl Choice {
    /// The order for whoever goes on with it later.
    pub fn kept(&self) -> Option<KeptOrder> {
        let (recurring, complete) = (self.plan.recurring, self.complete().is_some());
        self.order.clone().map(|id| KeptOrder { id, recurring, complete })
    }

    /// The order reference or billing agreement, when nothing is missing.
    pub fn complete(&self) -> Option<&AmazonOrderId> {
        self.order.as_ref().filter(|_| self.missing().is_empty())
    }

    /// What is missing, in the order in which it is to be chosen.
    pub const fn missing(&self) -> &'static [&'static str] {
        let address = !self.address && !self.plan.digital;
        let consent = !self.consent && self.plan.consent;
        match (address, !self.payment, consent) {
            (true, true, true) => &["address", "payment", "consent"],
            (true, true, false) => &["address", "payment"],
            (true, false, true) => &["address", "consent"],
            (true, false, false) => &["address"],
            (false, true, true) => &["payment", "consent"],
            (false, true, false) => &["payment"],
            (false, false, true) => &["consent"],
            (false, false, false) => &[],
        }
    }
}

/// The states that a page sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it; `State` explains them")]
pub enum StateName {
    Loading,
    SignedOut,
    SigningIn,
    Choosing,
    Ready,
    Placing,
    Confirming,
    Placed,
    Declined,
    Expired,
    Unavailable,
    SignedIn,
}

impl StateName {
    /// The names that JavaScript sees, in order.
    pub const NAMES: [&str; 12] = [
        "loading",
        "signed-out",
        "signing-in",
        "choosing",
        "ready",
        "placing",
        "confirming",
        "placed",
        "declined",
        "expired",
        "unavailable",
        "signed-in",
    ];

    /// The name that JavaScript sees.
    pub fn as_str(self) -> &'static str {
        Self::NAMES.get(self as usize).copied().unwrap_or_default()
    }
}

impl State {
    /// The state's name.
    pub fn name(&self) -> StateName {
        match self {
            Self::Loading(_) => StateName::Loading,
            Self::SignedOut => StateName::SignedOut,
            Self::SigningIn(..) => StateName::SigningIn,
            Self::Choosing(choosing) if choosing.choice.plan.page == Page::SignIn => {
                StateName::SignedIn
            }
            Self::Choosing(choosing) if choosing.decline.is_some() => StateName::Declined,
            Self::Choosing(_) if self.ready().is_some() => StateName::Ready,
            Self::Choosing(_) => StateName::Choosing,
            Self::Placing(_, Phase::Leaving(_)) => StateName::Confirming,
            Self::Placing(..) => StateName::Placing,
            Self::Placed(_) => StateName::Placed,
            Self::Expired(_) => StateName::Expired,
            Self::Unavailable(_) => StateName::Unavailable,
        }
    }

    /// The order reference, when the order can be placed now.
    pub fn ready(&self) -> Option<&AmazonOrderId> {
        match self {
            Self::Choosing(choosing) => match &choosing.unresolved {
                // Its fate comes first, whatever is chosen by now.
                Some(order) => Some(&order.amazon_order_id),
                None => choosing.choice.complete(),
            },
            _ => None,
        }
    }

    /// The order that the buyer still chooses for.
    pub fn draft(&self) -> Option<&AmazonOrderId> {
        match self {
            Self::Choosing(choosing) if choosing.unresolved.is_none() => {
                choosing.choice.order.as_ref()
            }
            _ => None,
        }
    }

    /// True from the press of the button until there is an answer.
    pub const fn is_placing(&self) -> bool {
        matches!(self, Self::Placing(..))
    }

    /// True while an order is on its way, of unknown fate, or placed: that must not be forgotten.
    pub const fn must_be_kept(&self) -> bool {
        match self {
            Self::Placing(..) | Self::Placed(_) => true,
            Self::Choosing(choosing) => choosing.unresolved.is_some(),
            _ => false,
        }
    }

    /// What was chosen, from the sign-in until the order is placed.
    pub const fn choosing(&self) -> Option<&Choosing> {
        match self {
            Self::Choosing(choosing) | Self::Placing(choosing, _) => Some(choosing),
            _ => None,
        }
    }

    pub(super) const fn choosing_mut(&mut self) -> Option<&mut Choosing> {
        match self {
            Self::Choosing(choosing) | Self::Placing(choosing, _) => Some(choosing),
            _ => None,
        }
    }

    /// The placed order.
    pub const fn receipt(&self) -> Option<&Receipt> {
        match self {
            Self::Placed(receipt) => Some(receipt),
            _ => None,
        }
    }

    /// The CRM's id of the placed order.
    pub fn order_id(&self) -> Option<&str> {
        self.receipt().and_then(|receipt| receipt.order.order_id.as_deref())
    }

    /// What the buyer should read on this page.
    pub fn words(&self, page: Page) -> Words {
        let is_upsell = page == Page::Upsell;
        match self {
            Self::Loading(_) => Words::Loading,
            Self::SignedOut => Words::SignIn,
            Self::SigningIn(..) => Words::SigningIn,
            Self::Choosing(_) if page == Page::SignIn => Words::SignedIn,
            Self::Choosing(choosing) if choosing.unresolved.is_some() => Words::Unresolved,
            Self::Choosing(choosing) => match (&choosing.decline, choosing.choice.missing()) {
                (Some(decline), _) => match decline.reason().way_on() {
                    WayOn::AnotherPayment => Words::DeclinedPayment,
                    WayOn::TryAgain => Words::DeclinedTryAgain,
                    WayOn::StartOver => Words::DeclinedOver,
                },
                _ if choosing.session == Session::Ending => Words::Expiring,
                (None, []) if choosing.choice.order.is_some() => match page {
                    Page::Choose => Words::GoOn,
                    Page::Upsell => Words::ReadyToAdd,
                    _ => Words::Ready,
                },
                (None, ["payment", ..] | []) => Words::ChoosePayment,
                (None, ["consent"]) => Words::GiveConsent,
                (None, _) => Words::ChooseAddress,
            },
            Self::Placing(_, Phase::Leaving(_)) => Words::Confirming,
            Self::Placing(..) if is_upsell => Words::Adding,
            Self::Placing(..) => Words::Placing,
            Self::Placed(_) if is_upsell => Words::Added,
            Self::Placed(_) => Words::Placed,
            Self::Expired(_) => Words::Expired,
            Self::Unavailable(_) => Words::Unavailable,
        }
    }
}
