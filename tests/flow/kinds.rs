//! The kinds of purchase: recurring, digital, and the change between them.

use landerpay::domain::amazon::Widget;
use landerpay::domain::outcome::Outcome;
use landerpay::domain::plan::{KeptOrder, Page, Plan};
use landerpay::domain::words::Words;
use landerpay::error::ErrorKind;
use landerpay::flow::state::Ended;
use landerpay::flow::{Effect, Event, Notice, State, StateName};

use crate::support::*;

const ONCE: Plan =
    Plan { page: Page::Checkout, recurring: false, digital: false, consent: false, review: false };
const RECURRING: Plan = Plan { recurring: true, consent: true, ..ONCE };
const DIGITAL: Plan = Plan { digital: true, ..ONCE };
const DIGITAL_RECURRING: Plan = Plan { digital: true, ..RECURRING };

fn signed_in(plan: Plan) -> Checkout {
    let mut checkout = Checkout::with(plan, State::SigningIn(nonce(1), None));
    checkout.on(Event::SignedIn(good_sign_in()));
    checkout
}

fn missing(checkout: &Checkout) -> &'static [&'static str] {
    checkout.state.choosing().unwrap().choice.missing()
}

#[test]
fn a_recurring_purchase_needs_the_agreement_first_and_then_all_three() {
    let mut checkout = signed_in(RECURRING);
    assert_eq!(missing(&checkout), ["address", "payment", "consent"]);
    assert_eq!(
        checkout.on(Event::OrderCreated(order_id(1))),
        [
            Effect::Draw(Widget::Wallet, RECURRING, Some(order_id(1))),
            Effect::Draw(Widget::Consent, RECURRING, Some(order_id(1))),
        ]
    );
    checkout.on(Event::AddressSelected);
    assert_eq!(checkout.state.words(checkout.plan.page), Words::ChoosePayment);
    checkout.on(Event::PaymentSelected);
    assert_eq!(checkout.state.words(checkout.plan.page), Words::GiveConsent);
    let effects = checkout.on(Event::PlaceOrder);
    assert_eq!(reported(effects), [ErrorKind::NotReady]);
    // The widget says so before anybody has pressed it.
    assert!(checkout.on(Event::Consented(false)).is_empty());
    let effects = checkout.on(Event::Consented(true));
    assert!(effects.contains(&Effect::Notify(Notice::Consent)), "{effects:?}");
    assert!(effects.contains(&Effect::Notify(Notice::Ready)), "{effects:?}");
    checkout.on(Event::Consented(false));
    assert_eq!(missing(&checkout), ["consent"]);
}

#[test]
fn a_consent_is_for_one_agreement() {
    let mut checkout = signed_in(RECURRING);
    checkout.on(Event::OrderCreated(order_id(1)));
    checkout.on(Event::Consented(true));
    checkout.on(Event::OrderCreated(order_id(2)));
    assert_eq!(missing(&checkout), ["address", "payment", "consent"]);
}

#[test]
fn a_consent_given_at_the_sign_in_is_not_asked_for_again() {
    let mut checkout = signed_in(Plan { consent: false, ..RECURRING });
    let effects = checkout.on(Event::OrderCreated(order_id(1)));
    assert!(
        !effects.contains(&Effect::Draw(Widget::Consent, RECURRING, Some(order_id(1)))),
        "{effects:?}"
    );
    assert_eq!(missing(&checkout), ["address", "payment"]);
}

#[test]
fn digital_goods_need_no_address_and_the_wallet_makes_the_order() {
    let mut checkout = Checkout::with(DIGITAL, State::SigningIn(nonce(1), None));
    let effects = checkout.on(Event::SignedIn(good_sign_in()));
    assert!(effects.contains(&Effect::Draw(Widget::Wallet, DIGITAL, None)), "{effects:?}");
    assert!(!effects.contains(&Effect::Draw(Widget::AddressBook, DIGITAL, None)), "{effects:?}");
    let silent = checkout.on(Event::WidgetSilent(Widget::Wallet, false));
    assert_eq!(reported(silent), [ErrorKind::WidgetTimeout]);
    assert_eq!(missing(&checkout), ["payment"]);
    // In either order.
    checkout.on(Event::PaymentSelected);
    let effects = checkout.on(Event::OrderCreated(order_id(1)));
    assert!(
        !effects.contains(&Effect::Draw(Widget::Wallet, DIGITAL, Some(order_id(1)))),
        "{effects:?}"
    );
    assert_eq!(checkout.state.ready(), Some(&order_id(1)));
}

#[test]
fn digital_and_recurring() {
    let mut checkout = signed_in(DIGITAL_RECURRING);
    let effects = checkout.on(Event::OrderCreated(order_id(1)));
    assert!(
        effects.contains(&Effect::Draw(Widget::Consent, DIGITAL_RECURRING, Some(order_id(1)))),
        "{effects:?}"
    );
    checkout.on(Event::PaymentSelected);
    checkout.on(Event::Consented(true));
    assert_eq!(checkout.name(), StateName::Ready);
}

#[test]
fn a_buyer_who_signs_in_again_agrees_again() {
    let agreement = KeptOrder { recurring: true, ..kept(1) };
    let mut checkout = Checkout::with(RECURRING, State::Expired(Ended(Some(agreement))));
    checkout.on(Event::ButtonPressed(nonce(1)));
    let effects = checkout.on(Event::SignedIn(good_sign_in()));
    assert!(
        effects.contains(&Effect::Draw(Widget::Consent, RECURRING, Some(order_id(1)))),
        "{effects:?}"
    );
    assert_eq!(missing(&checkout), ["address", "payment", "consent"]);
}

#[test]
fn an_order_of_the_other_kind_is_not_gone_on_with() {
    for (plan, recurring) in [(RECURRING, false), (ONCE, true)] {
        let ended = Ended(Some(KeptOrder { recurring, ..kept(1) }));
        let mut checkout = Checkout::with(plan, State::Expired(ended));
        checkout.on(Event::ButtonPressed(nonce(1)));
        let effects = checkout.on(Event::SignedIn(good_sign_in()));
        assert!(effects.contains(&Effect::Draw(Widget::AddressBook, plan, None)), "{effects:?}");
    }
}

#[test]
fn another_kind_of_purchase_begins_anew() {
    let mut checkout = Checkout::ready();
    assert!(checkout.on(Event::PlanChanged).is_empty());
    checkout.plan = RECURRING;
    let effects = checkout.on(Event::PlanChanged);
    assert!(effects.contains(&Effect::EraseWidgets), "{effects:?}");
    assert!(effects.contains(&Effect::Draw(Widget::AddressBook, RECURRING, None)), "{effects:?}");
    assert_eq!(missing(&checkout), ["address", "payment", "consent"]);
}

#[test]
fn an_order_on_its_way_or_of_unknown_fate_keeps_its_kind_until_it_is_known() {
    for (outcome, name) in [
        (Outcome::Refused(ErrorKind::OrderRefused.into()), StateName::Choosing),
        (declined("InvalidPaymentMethod"), StateName::Declined),
        (declined("AmazonRejected"), StateName::Declined),
    ] {
        let (mut checkout, first) = Checkout::sending();
        checkout.plan = RECURRING;
        assert!(checkout.on(Event::PlanChanged).is_empty());
        checkout.on(Event::Answered(Outcome::Unknown(ErrorKind::BackendFailed.into())));
        assert!(checkout.on(Event::PlanChanged).is_empty());
        assert_eq!(sent(checkout.on(Event::PlaceOrder)), Some(first));
        checkout.on(Event::Answered(outcome));
        let choice = &checkout.state.choosing().unwrap().choice;
        assert_eq!((choice.plan, &choice.order), (RECURRING, &None));
        assert_eq!(checkout.name(), name);
    }
}

#[test]
fn a_consent_that_is_drawn_again_is_given_again() {
    let mut checkout = signed_in(RECURRING);
    checkout.on(Event::OrderCreated(order_id(1)));
    checkout.on(Event::Consented(true));
    checkout.on(Event::Retry);
    assert_eq!(missing(&checkout), ["address", "payment", "consent"]);
}

#[test]
fn retry_draws_what_is_missing() {
    let mut checkout = signed_in(RECURRING);
    assert!(checkout.on(Event::Retry).contains(&Effect::Draw(
        Widget::AddressBook,
        RECURRING,
        None
    )));
    checkout.on(Event::OrderCreated(order_id(1)));
    checkout.on(Event::AddressSelected);
    assert_eq!(
        checkout.on(Event::Retry),
        [Effect::Draw(Widget::Wallet, RECURRING, Some(order_id(1)))]
    );
    checkout.on(Event::PaymentSelected);
    checkout.on(Event::WidgetFailed(Widget::Consent, "UnknownError".into()));
    assert_eq!(
        checkout.on(Event::Retry),
        [Effect::Draw(Widget::Consent, RECURRING, Some(order_id(1)))]
    );
    checkout.on(Event::Consented(true));
    assert!(checkout.on(Event::Retry).is_empty());
}
