//! The one function of ours that JavaScript calls: the page, widgets, promises and timers alike.
//!
//! Amazon's widgets are never unregistered. An abandoned one goes on calling its callbacks, and a
//! closure that was dropped by then would throw inside Amazon's code; one closure for each would
//! leak instead. Therefore there is a single closure for the life of the page. A callback is that
//! closure with two numbers bound to it: whose it is, and what it is for in which generation.
//! What is told to a listener that has gone goes nowhere.

use alloc::rc::Rc;
use core::cell::Cell;

use wasm_bindgen::prelude::*;

use crate::error::ErrorKind;
use crate::js::error;
use crate::js::shared::{PerPage, Shared};
use crate::js::sys::{Function, Promise};
use crate::prelude::*;

/// What is told through a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// The page wants to hear of events.
    On,
    /// The page does not want to hear of them any more.
    Off,
    /// The page wants the order placed, and a promise of it.
    PlaceOrder,
    /// That promise hands over how to resolve and how to reject it.
    Promised,
    /// The page's place-order button was pressed, or Enter in its order form.
    PlaceOrderPressed,
    /// The page's sign-out control was pressed.
    SignOutPressed,
    /// The page wants the buyer signed out.
    SignOut,
    /// The page came back into sight.
    Seen,
    /// The page wants to know where the checkout stands.
    Snapshot,
    /// The page wants another try.
    Retry,
    /// The page is done with the checkout.
    Dispose,
    /// The page's handlers are in place.
    Begin,
    /// The loader of Amazon's script is done.
    AmazonLoaded,
    /// Amazon's button was pressed.
    ButtonPressed,
    /// Amazon's button reported an error.
    ButtonFailed,
    /// The sign-in answered.
    SignedIn,
    /// The AddressBook, or the Wallet of digital goods, made an order reference.
    OrderCreated,
    /// An address was selected.
    AddressSelected,
    /// The AddressBook reported an error.
    AddressBookFailed,
    /// A payment method was selected.
    PaymentSelected,
    /// The Wallet reported an error.
    WalletFailed,
    /// The Consent widget is there, or its box was pressed.
    Consented,
    /// The Consent widget reported an error.
    ConsentFailed,
    /// The page offers another agreement.
    SetAgreement,
    /// The profile's request was answered with a response.
    ProfileResponse,
    /// The profile's body is there, or the request failed.
    ProfileBody,
    /// The page's order function answered.
    FieldsGiven,
    /// The page's order function failed.
    FieldsFailed,
    /// The order was answered with a response.
    OrderResponse,
    /// The answer's body is there.
    OrderBody,
    /// The order or its answer was lost.
    OrderLost,
    /// A timer ran out. Tells its number.
    TimeUp,
}

impl Topic {
    // Topics travel through JavaScript as their place in this list, which is their order above.
    const ALL: [Self; 32] = [
        Self::On,
        Self::Off,
        Self::PlaceOrder,
        Self::Promised,
        Self::PlaceOrderPressed,
        Self::SignOutPressed,
        Self::SignOut,
        Self::Seen,
        Self::Snapshot,
        Self::Retry,
        Self::Dispose,
        Self::Begin,
        Self::AmazonLoaded,
        Self::ButtonPressed,
        Self::ButtonFailed,
        Self::SignedIn,
        Self::OrderCreated,
        Self::AddressSelected,
        Self::AddressBookFailed,
        Self::PaymentSelected,
        Self::WalletFailed,
        Self::Consented,
        Self::ConsentFailed,
        Self::SetAgreement,
        Self::ProfileResponse,
        Self::ProfileBody,
        Self::FieldsGiven,
        Self::FieldsFailed,
        Self::OrderResponse,
        Self::OrderBody,
        Self::OrderLost,
        Self::TimeUp,
    ];
}

/// What JavaScript told.
pub struct Told {
    pub topic: Topic,
    pub generation: u32,
    pub value: JsValue,
    pub other: JsValue,
}

/// What JavaScript gets back: a value, or an exception.
type Answer = Result<JsValue, JsValue>;

/// Who listens.
pub type Listener = Rc<dyn Fn(Told) -> Answer>;

/// A listener's number, and the generation of what is told to it.
#[derive(Clone, Copy)]
pub struct Ear {
    listener: u32,
    generation: u32,
}

/// Everything of which there is one.
struct Switchboard {
    function: Closure<dyn Fn(u32, u32, JsValue, JsValue) -> Answer>,
    listeners: Shared<Vec<Option<Listener>>>,
    /// Who drew the newest widget that makes an order.
    expects_order: Cell<u32>,
}

static SWITCHBOARD: PerPage<Cell<Option<&'static Switchboard>>> = PerPage(Cell::new(None));

fn switchboard() -> &'static Switchboard {
    SWITCHBOARD.0.get().unwrap_or_else(|| {
        let board: &'static Switchboard = Box::leak(Box::new(Switchboard {
            function: Closure::new(route),
            listeners: Shared::default(),
            expects_order: Cell::default(),
        }));
        SWITCHBOARD.0.set(Some(board));
        board
    })
}

impl Ear {
    /// Begins to listen. A place is not used again: a late call must not reach a newer listener.
    pub fn new(listener: Listener) -> Self {
        let place = switchboard().listeners.with(|all| {
            all.push(Some(listener));
            all.len() - 1
        });
        Self { listener: place as u32, generation: 0 }
    }

    /// The same listener in another generation.
    pub const fn generation(self, generation: u32) -> Self {
        Self { generation, ..self }
    }

    /// A function that tells this topic.
    pub fn on(self, topic: Topic) -> Function {
        let function: &Function = switchboard().function.as_ref().unchecked_ref();
        function.bind(&JsValue::UNDEFINED, self.listener, self.generation << 8 | topic as u32)
    }

    /// Has a promise tell its outcome.
    pub fn follow(self, promise: &Promise, kept: Topic, broken: Topic) {
        let _ = promise.then(&self.on(kept), &self.on(broken));
    }

    /// Claims the next order reference. Amazon tells its id to every such widget on the page; where
    /// nobody knows which one made it, it belongs to the newest.
    pub fn expect_order(self) {
        switchboard().expects_order.set(self.listener);
    }

    /// True until another listener has claimed it.
    pub fn expects_order(self) -> bool {
        switchboard().expects_order.get() == self.listener
    }

    /// Ends the listening.
    pub fn close(self) {
        let gone = switchboard()
            .listeners
            .with(|all| all.get_mut(self.listener as usize).and_then(Option::take));
        drop(gone);
    }
}

fn route(listener: u32, what: u32, value: JsValue, other: JsValue) -> Answer {
    let found = switchboard().listeners.with(|all| all.get(listener as usize).cloned().flatten());
    let Some(topic) = Topic::ALL.get((what & 255) as usize).copied() else {
        return Ok(JsValue::UNDEFINED);
    };
    match found {
        Some(listener) => listener(Told { topic, generation: what >> 8, value, other }),
        None => gone(topic),
    }
}

/// What the page gets from a checkout that it has disposed. Nobody else gets anything.
fn gone(topic: Topic) -> Answer {
    let disposed = || error::to_js(&ErrorKind::Disposed.into());
    match topic {
        Topic::On | Topic::Snapshot | Topic::SetAgreement => Err(disposed()),
        Topic::PlaceOrder => Ok(Promise::reject(&disposed()).into()),
        _ => Ok(JsValue::UNDEFINED),
    }
}
