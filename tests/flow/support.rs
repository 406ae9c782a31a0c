//! A checkout that a test drives by hand, and what it is driven with.

use std::rc::Rc;

use landerpay::domain::amazon::Widget;
use landerpay::domain::ids::{AccessToken, AmazonOrderId, Nonce};
use landerpay::domain::order::{Fields, ImportOrder};
use landerpay::domain::outcome::{Decline, Outcome, PlacedOrder};
use landerpay::domain::plan::{KeptOrder, Plan};
use landerpay::domain::profile::Profile;
use landerpay::domain::sign_in::SignIn;
use landerpay::domain::value::Value;
use landerpay::error::ErrorKind;
use landerpay::flow::{Effect, Event, State, StateName, step};

pub const SECRET: &str = "Atza|SECRET";

/// A checkout that a test drives by hand.
#[derive(Default)]
pub struct Checkout {
    pub plan: Plan,
    pub state: State,
    effects: Vec<Effect>,
}

impl Checkout {
    /// Takes an event and gives what follows from it.
    pub fn on(&mut self, event: Event) -> &[Effect] {
        let (state, effects) = step(self.plan, std::mem::take(&mut self.state), event);
        self.state = state;
        self.effects = effects;
        &self.effects
    }

    pub fn name(&self) -> StateName {
        self.state.name()
    }

    pub fn at(state: State) -> Self {
        Self::with(Plan::default(), state)
    }

    pub fn with(plan: Plan, state: State) -> Self {
        Self { plan, state, effects: vec![] }
    }

    pub fn signed_in() -> Self {
        let mut checkout = Self::default();
        checkout.on(Event::Start);
        checkout.on(Event::AmazonReady);
        checkout.on(Event::ButtonPressed(nonce(1)));
        checkout.on(Event::SignedIn(good_sign_in()));
        checkout
    }

    pub fn ready() -> Self {
        let mut checkout = Self::signed_in();
        checkout.on(Event::ProfileArrived(Ok(profile())));
        checkout.on(Event::OrderCreated(order_id(1)));
        checkout.on(Event::AddressSelected);
        checkout.on(Event::PaymentSelected);
        assert_eq!(checkout.name(), StateName::Ready);
        checkout
    }

    pub fn sending() -> (Self, Rc<ImportOrder>) {
        let mut checkout = Self::ready();
        checkout.on(Event::PlaceOrder);
        let effects = checkout.on(collected("key-1"));
        let sent = sent(effects).expect("the order is sent");
        (checkout, sent)
    }
}

pub fn token() -> AccessToken {
    AccessToken::parse(SECRET).unwrap()
}

pub fn nonce(number: u8) -> Nonce {
    Nonce::new(&format!("nonce-{number}"))
}

pub fn order_id(number: u8) -> AmazonOrderId {
    AmazonOrderId::parse(&format!("S01-0000000-000000{number}")).unwrap()
}

/// What an ended session leaves of a one-time order.
pub fn kept(number: u8) -> KeptOrder {
    KeptOrder { id: order_id(number), recurring: false, complete: false }
}

pub fn draw_address_book(id: Option<AmazonOrderId>) -> Effect {
    Effect::Draw(Widget::AddressBook, Plan::default(), id)
}

pub fn draw_wallet(id: Option<AmazonOrderId>) -> Effect {
    Effect::Draw(Widget::Wallet, Plan::default(), id)
}

pub fn profile() -> Profile {
    let name = ("name".to_owned(), Value::of("Ann Example"));
    let email = ("email".to_owned(), Value::of("ann@example.com"));
    Profile::read(Value::Map(vec![name, email])).unwrap()
}

pub fn good_sign_in() -> SignIn {
    SignIn {
        token: AccessToken::parse(SECRET),
        expires_in: Some(3600),
        error: None,
        state: Some("nonce-1".into()),
    }
}

pub fn collected(key: &str) -> Event {
    Event::OrderCollected(Nonce::new(key), Ok(Fields::default()))
}

pub fn placed() -> Outcome {
    let order_id = Some("A1B2C3".to_owned());
    Outcome::Placed(PlacedOrder { order_id, message: Value::Null })
}

pub fn declined(message: &str) -> Outcome {
    Outcome::Declined(Decline::read(message).unwrap())
}

pub fn unreachable() -> Outcome {
    Outcome::Unknown(ErrorKind::BackendUnreachable.into())
}

pub fn sent(effects: &[Effect]) -> Option<Rc<ImportOrder>> {
    effects.iter().find_map(|effect| match effect {
        Effect::Send(order) => Some(Rc::clone(order)),
        _ => None,
    })
}

pub fn reported(effects: &[Effect]) -> Vec<ErrorKind> {
    let kind = |effect: &Effect| match effect {
        Effect::Report(error) => Some(error.kind()),
        _ => None,
    };
    effects.iter().filter_map(kind).collect()
}
