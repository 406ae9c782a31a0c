//! From the sign-in to the order, and every way back.

use std::rc::Rc;

use landerpay::domain::amazon::Widget;
use landerpay::domain::ids::AccessToken;
use landerpay::domain::order::ImportOrder;
use landerpay::domain::outcome::Outcome;
use landerpay::domain::plan::Plan;
use landerpay::domain::sign_in::SignIn;
use landerpay::domain::words::Words;
use landerpay::error::{Error, ErrorKind};
use landerpay::flow::{Effect, Event, Notice, State, StateName, Timer};

use crate::support::*;

#[test]
fn a_purchase_from_the_first_script_to_the_order_number() {
    let mut checkout = Checkout::default();
    assert_eq!(checkout.on(Event::Start), [Effect::LoadAmazon]);
    assert_eq!(
        checkout.on(Event::AmazonReady),
        [Effect::Notify(Notice::State), Effect::DrawButton]
    );
    assert_eq!(
        checkout.on(Event::ButtonPressed(nonce(1))),
        [Effect::Notify(Notice::State), Effect::Authorize(nonce(1), None)]
    );
    let token = AccessToken::parse(SECRET).unwrap();
    assert_eq!(
        checkout.on(Event::SignedIn(good_sign_in())),
        [
            Effect::Notify(Notice::State),
            Effect::KeepSession(token.clone(), 3300, None),
            Effect::Notify(Notice::SignedIn),
            Effect::StartTimer(Timer::Session),
            Effect::FetchProfile(token),
            draw_address_book(None),
        ]
    );
    assert_eq!(checkout.on(Event::OrderCreated(order_id(1))), [draw_wallet(Some(order_id(1)))]);
    assert_eq!(
        checkout.on(Event::ProfileArrived(Ok(profile()))),
        [Effect::Notify(Notice::Profile)]
    );
    assert_eq!(
        checkout.on(Event::AddressSelected),
        [Effect::Notify(Notice::State), Effect::Notify(Notice::AddressSelected)]
    );
    assert_eq!(
        checkout.on(Event::PaymentSelected),
        [
            Effect::Notify(Notice::State),
            Effect::Notify(Notice::PaymentSelected),
            Effect::Notify(Notice::Ready),
        ]
    );
    assert_eq!(
        checkout.on(Event::PlaceOrder),
        [Effect::Notify(Notice::State), Effect::CollectOrder, Effect::StartTimer(Timer::Collect)]
    );
    let order = sent(checkout.on(collected("key-1"))).unwrap();
    assert_eq!(order.key.as_str(), "key-1");
    assert_eq!(order.amazon_order_id, order_id(1));
    assert_eq!(order.profile, Some(profile()));
    checkout.on(Event::Answered(placed()));
    assert_eq!(checkout.state.order_id(), Some("A1B2C3"));
    assert_eq!(checkout.name(), StateName::Placed);
}

#[test]
fn sign_ins_that_do_not_count() {
    let foreign = SignIn { state: Some("nonce-2".into()), ..good_sign_in() };
    let error = |value: &str| SignIn { error: Some(value.to_owned()), ..SignIn::default() };
    for (answer, kind) in [
        (error("access_denied"), ErrorKind::SignInDenied),
        (error("server_error"), ErrorKind::SignInFailed),
        (SignIn::default(), ErrorKind::SignInRefused),
        (foreign, ErrorKind::SignInRefused),
    ] {
        let mut checkout = Checkout::at(State::SigningIn(nonce(1), None));
        assert_eq!(reported(checkout.on(Event::SignedIn(answer))), [kind]);
        assert_eq!(checkout.name(), StateName::SignedOut);
    }
}

#[test]
fn a_closed_window_says_nothing_so_a_press_starts_anew_under_the_same_nonce() {
    let mut checkout = Checkout::at(State::SigningIn(nonce(1), None));
    assert_eq!(checkout.on(Event::ButtonPressed(nonce(2))), [Effect::Authorize(nonce(1), None)]);
    // The first window was open all the time.
    checkout.on(Event::SignedIn(good_sign_in()));
    assert_eq!(checkout.name(), StateName::Choosing);
}

#[test]
fn an_order_of_unknown_fate_outlives_the_session_and_the_widgets() {
    for event in [
        Event::WidgetFailed(Widget::Wallet, "BuyerSessionExpired".into()),
        Event::WidgetFailed(Widget::Wallet, "InvalidAccountStatus".into()),
        Event::WidgetFailed(Widget::AddressBook, "StaleOrderReference".into()),
        Event::AmazonFailed(ErrorKind::AmazonThrew.into()),
        Event::AddressSelected,
        Event::OrderCreated(order_id(2)),
    ] {
        let (mut checkout, first) = Checkout::sending();
        checkout.on(Event::Answered(Outcome::Unknown(ErrorKind::BackendFailed.into())));
        checkout.on(event.clone());
        assert_eq!(checkout.name(), StateName::Ready, "{event:?}");
        assert_eq!(checkout.state.words(checkout.plan.page), Words::Unresolved, "{event:?}");
        assert_eq!(sent(checkout.on(Event::PlaceOrder)), Some(first), "{event:?}");
    }
}

#[test]
fn another_address_voids_the_payment() {
    let mut checkout = Checkout::ready();
    checkout.on(Event::AddressSelected);
    assert_eq!(checkout.name(), StateName::Choosing);
    let effects = checkout.on(Event::PlaceOrder);
    assert_eq!(reported(effects), [ErrorKind::NotReady]);
    assert!(sent(effects).is_none());
    assert!(checkout.on(Event::PaymentSelected).contains(&Effect::Notify(Notice::Ready)));
}

#[test]
fn the_newest_order_reference_wins_and_begins_with_nothing_chosen() {
    let mut checkout = Checkout::ready();
    assert!(checkout.on(Event::OrderCreated(order_id(1))).is_empty());
    let effects = checkout.on(Event::OrderCreated(order_id(2)));
    assert!(effects.contains(&draw_wallet(Some(order_id(2)))));
    assert_eq!(checkout.state.choosing().unwrap().choice.missing(), ["address", "payment"]);
}

#[test]
fn an_address_that_comes_before_the_order_reference_stays() {
    let mut checkout = Checkout::signed_in();
    checkout.on(Event::AddressSelected);
    checkout.on(Event::OrderCreated(order_id(1)));
    assert_eq!(checkout.state.choosing().unwrap().choice.missing(), ["payment"]);
}

#[test]
fn a_slow_profile_is_waited_for_and_a_failed_one_is_not() {
    for (arrives, known) in [(Ok(profile()), true), (Err(ErrorKind::ProfileFailed.into()), false)] {
        let mut checkout = Checkout::signed_in();
        for event in [
            Event::ProfileArrived(Err(ErrorKind::ProfileFailed.into())),
            Event::OrderCreated(order_id(1)),
            Event::AddressSelected,
            Event::PaymentSelected,
        ] {
            checkout.on(event);
        }
        assert_eq!(checkout.on(Event::PlaceOrder), [Effect::Notify(Notice::State)]);
        let effects = checkout.on(Event::ProfileArrived(arrives));
        assert!(effects.contains(&Effect::CollectOrder));
        let order = sent(checkout.on(collected("key-1"))).unwrap();
        assert_eq!(order.profile.is_some(), known);
    }
}

#[test]
fn a_profile_is_asked_for_twice_and_then_reported() {
    let failed = || Event::ProfileArrived(Err(ErrorKind::ProfileFailed.into()));
    let mut checkout = Checkout::signed_in();
    assert_eq!(checkout.on(failed()), [Effect::StartTimer(Timer::Profile)]);
    assert!(matches!(checkout.on(Event::TimeUp(Timer::Profile)), [Effect::FetchProfile(_)]));
    assert_eq!(reported(checkout.on(failed())), [ErrorKind::ProfileFailed]);
    assert!(checkout.on(failed()).is_empty());
}

#[test]
fn a_lost_answer_is_asked_about_with_the_same_key_before_anything_else_is_sent() {
    let (mut checkout, first) = Checkout::sending();
    for _ in 0..2 {
        assert_eq!(
            checkout.on(Event::Answered(unreachable())),
            [Effect::StartTimer(Timer::Resend)]
        );
        assert_eq!(sent(checkout.on(Event::TimeUp(Timer::Resend))), Some(Rc::clone(&first)));
    }
    let effects = checkout.on(Event::Answered(unreachable()));
    assert_eq!(reported(effects), [ErrorKind::BackendUnreachable]);
    assert_eq!(checkout.name(), StateName::Ready);

    // Whatever the buyer changes meanwhile, the next press asks about the old order.
    checkout.on(Event::OrderCreated(order_id(2)));
    checkout.on(Event::AddressSelected);
    checkout.on(Event::PaymentSelected);
    assert_eq!(sent(checkout.on(Event::PlaceOrder)), Some(first));
    checkout.on(Event::Answered(placed()));
    assert_eq!(checkout.state.receipt().unwrap().amazon_order_id, order_id(1));
}

#[test]
fn unreadable_answers_are_not_repeated_by_themselves_but_keep_their_key() {
    for kind in [
        ErrorKind::BackendTimeout,
        ErrorKind::BackendUnreadable,
        ErrorKind::BackendFailed,
        ErrorKind::UnknownResult,
    ] {
        let (mut checkout, first) = Checkout::sending();
        let effects = checkout.on(Event::Answered(Outcome::Unknown(kind.into())));
        assert_eq!(reported(effects), [kind]);
        assert_eq!(checkout.name(), StateName::Ready);
        assert_eq!(sent(checkout.on(Event::PlaceOrder)), Some(first));
    }
}

#[test]
fn a_second_press_is_nothing_while_an_order_is_on_its_way() {
    let mut checkout = Checkout::ready();
    checkout.on(Event::PlaceOrder);
    assert!(checkout.on(Event::PlaceOrder).is_empty());
    let (mut checkout, _) = Checkout::sending();
    assert!(checkout.on(Event::PlaceOrder).is_empty());
    checkout.on(Event::Answered(unreachable()));
    assert!(checkout.on(Event::PlaceOrder).is_empty());
}

#[test]
fn a_refused_order_is_tried_again_under_a_new_key() {
    let (mut checkout, first) = Checkout::sending();
    let refused = Error::new(ErrorKind::OrderRefused, "campaignId is required");
    assert_eq!(
        reported(checkout.on(Event::Answered(Outcome::Refused(refused)))),
        [ErrorKind::OrderRefused]
    );
    assert!(checkout.on(Event::PlaceOrder).contains(&Effect::CollectOrder));
    let second = sent(checkout.on(collected("key-2"))).unwrap();
    assert_ne!(first.key, second.key);
}

#[test]
fn each_decline_has_its_way_on() {
    let (mut checkout, _) = Checkout::sending();
    let effects = checkout.on(Event::Answered(declined("InvalidPaymentMethod")));
    assert!(effects.contains(&Effect::Notify(Notice::Declined)));
    // Amazon knows the address of this order, and takes no other.
    let address = Effect::Show(Widget::AddressBook, Plan::default(), order_id(1));
    assert!(effects.contains(&address));
    assert!(effects.contains(&draw_wallet(Some(order_id(1)))));
    assert_eq!(checkout.name(), StateName::Declined);
    assert!(checkout.state.ready().is_none());
    checkout.on(Event::PaymentSelected);
    assert_eq!(checkout.name(), StateName::Declined);
    assert!(checkout.on(Event::PlaceOrder).contains(&Effect::CollectOrder));

    let (mut checkout, _) = Checkout::sending();
    checkout.on(Event::Answered(declined("TransactionTimedOut")));
    assert_eq!(checkout.state.ready(), Some(&order_id(1)));

    let (mut checkout, _) = Checkout::sending();
    let effects = checkout.on(Event::Answered(declined("AmazonRejected")));
    assert!(effects.contains(&draw_address_book(None)));
    assert_eq!(checkout.state.choosing().unwrap().choice.missing(), ["address", "payment"]);
}

#[test]
fn a_redirect_leaves_the_page_and_is_not_a_placed_order() {
    let (mut checkout, _) = Checkout::sending();
    let url = "https://bank.example/3ds".to_owned();
    let effects = checkout.on(Event::Answered(Outcome::Redirect(url.clone())));
    assert!(effects.contains(&Effect::Navigate(url)));
    assert_eq!(checkout.name(), StateName::Confirming);
    assert!(checkout.on(Event::PlaceOrder).is_empty());
}

#[test]
fn who_comes_back_from_the_bank_is_sent_there_again_by_a_press_only() {
    let (mut checkout, order) = Checkout::sending();
    let url = "https://bank.example/3ds".to_owned();
    checkout.on(Event::Answered(Outcome::Redirect(url.clone())));
    let stayed = Event::Stayed(ErrorKind::OutcomeUnknown.into());
    assert_eq!(reported(checkout.on(stayed.clone())), [ErrorKind::OutcomeUnknown]);
    assert!(checkout.on(stayed).is_empty());
    assert_eq!(sent(checkout.on(Event::Clock(3000))), None);
    assert_eq!(sent(checkout.on(Event::PlaceOrder)), Some(order));
    let effects = checkout.on(Event::Answered(Outcome::Redirect(url.clone())));
    assert!(effects.contains(&Effect::Navigate(url)));
}

#[test]
fn an_address_that_leads_nowhere_is_not_waited_for_for_ever() {
    let (mut checkout, order) = Checkout::sending();
    let effects = checkout.on(Event::Answered(Outcome::Redirect("https://bank.example".into())));
    assert!(effects.contains(&Effect::StartTimer(Timer::Leave)));
    assert_eq!(reported(checkout.on(Event::TimeUp(Timer::Leave))), [ErrorKind::OutcomeUnknown]);
    assert_eq!(sent(checkout.on(Event::PlaceOrder)), Some(order));
}

#[test]
fn who_comes_back_from_the_bank_to_a_page_that_is_loaded_again_is_sent_there_by_a_press_only() {
    let order = Rc::new(ImportOrder::again("key-1", order_id(1)));
    let mut checkout = Checkout::signed_in();
    let effects = checkout.on(Event::Resume(Rc::clone(&order), true)).to_vec();
    assert_eq!((sent(&effects), reported(&effects)), (None, vec![ErrorKind::OutcomeUnknown]));
    assert_eq!(sent(checkout.on(Event::Clock(3000))), None);
    assert_eq!(sent(checkout.on(Event::PlaceOrder)), Some(order));
}

#[test]
fn of_an_order_that_was_sent_before_a_refusal_says_nothing() {
    for kind in [ErrorKind::OrderStale, ErrorKind::TokenRefused] {
        let refused = || Event::Answered(Outcome::Refused(kind.into()));
        let (mut checkout, first) = Checkout::sending();
        checkout.on(Event::Answered(unreachable()));
        checkout.on(Event::TimeUp(Timer::Resend));
        let effects = checkout.on(refused()).to_vec();
        assert_eq!(reported(&effects), [kind]);
        assert!(!effects.contains(&Effect::ForgetAttempt));
        assert_eq!(sent(checkout.on(Event::PlaceOrder)), Some(Rc::clone(&first)));
        assert!(!checkout.on(refused()).contains(&Effect::ForgetAttempt));
        assert_eq!(sent(checkout.on(Event::PlaceOrder)), Some(first));
    }
}

#[test]
fn a_refusal_that_comes_after_the_sign_out_leaves_the_button() {
    let (mut checkout, _) = Checkout::sending();
    checkout.on(Event::SignOut);
    checkout.on(Event::Answered(Outcome::Refused(ErrorKind::TokenRefused.into())));
    assert_eq!(checkout.name(), StateName::SignedOut);
}

#[test]
fn nobody_asks_by_itself_for_ever() {
    let lost = || Event::Answered(Outcome::Unknown(ErrorKind::BackendFailed.into()));
    let (mut checkout, _) = Checkout::sending();
    checkout.on(lost());
    let mut rounds = 0;
    while sent(checkout.on(Event::Clock(3000))).is_some() {
        rounds += 1;
        assert!(rounds < 100, "asks for ever");
        checkout.on(lost());
    }
    assert_eq!(rounds, 30);
}

#[test]
fn a_fixed_payment_method_outlives_another_address() {
    let mut checkout = Checkout::ready();
    checkout.on(Event::WidgetFailed(Widget::Wallet, "PaymentMethodNotModifiable".into()));
    checkout.on(Event::AddressSelected);
    assert_eq!(checkout.name(), StateName::Ready);
}

#[test]
fn an_address_that_the_browser_refuses_ends_the_attempt() {
    let (mut checkout, order) = Checkout::sending();
    checkout.on(Event::Answered(Outcome::Redirect("https://bank.example".into())));
    let refused = Event::Stayed(ErrorKind::RedirectRefused.into());
    assert_eq!(reported(checkout.on(refused)), [ErrorKind::RedirectRefused]);
    assert_eq!(sent(checkout.on(Event::PlaceOrder)), Some(order));
}

#[test]
fn an_order_of_unknown_fate_is_asked_about_by_itself_and_one_at_a_time() {
    let lost = || Event::Answered(Outcome::Unknown(ErrorKind::BackendFailed.into()));
    let (mut checkout, order) = Checkout::sending();
    checkout.on(lost());
    assert_eq!(sent(checkout.on(Event::Clock(3000))), Some(Rc::clone(&order)));
    assert_eq!(sent(checkout.on(Event::Clock(2990))), None);
    // Nobody is told again and again.
    assert!(checkout.on(lost()).is_empty());
    assert_eq!(sent(checkout.on(Event::Clock(2980))), Some(Rc::clone(&order)));
    // A press in between asks aloud.
    assert_eq!(sent(checkout.on(Event::PlaceOrder)), Some(order));
    assert_eq!(sent(checkout.on(Event::Clock(2970))), None);
    assert_eq!(reported(checkout.on(lost())), [ErrorKind::BackendFailed]);
    checkout.on(Event::Clock(2960));
    assert!(checkout.on(Event::Answered(placed())).contains(&Effect::Notify(Notice::Placed)));
    assert_eq!(checkout.name(), StateName::Placed);
}

#[test]
fn what_is_heard_of_an_order_later_counts_as_if_it_came_at_once() {
    for (outcome, name) in [
        (declined("InvalidPaymentMethod"), StateName::Declined),
        (Outcome::Refused(ErrorKind::OrderRefused.into()), StateName::Ready),
        (Outcome::Redirect("https://bank.example".into()), StateName::Confirming),
    ] {
        let (mut checkout, first) = Checkout::sending();
        checkout.on(Event::Answered(Outcome::Unknown(ErrorKind::BackendFailed.into())));
        checkout.on(Event::Clock(3000));
        let effects = checkout.on(Event::Answered(outcome));
        let is_known = name != StateName::Confirming;
        assert_eq!(effects.contains(&Effect::ForgetAttempt), is_known);
        assert_eq!(checkout.name(), name);
        if name != StateName::Confirming {
            checkout.on(Event::PaymentSelected);
            checkout.on(Event::PlaceOrder);
            assert_ne!(sent(checkout.on(collected("key-2"))).unwrap().key, first.key);
        }
    }
}

#[test]
fn an_order_that_amazon_has_closed_makes_way_for_a_new_one() {
    let (mut checkout, _) = Checkout::sending();
    let stale = Outcome::Refused(ErrorKind::OrderStale.into());
    let effects = checkout.on(Event::Answered(stale)).to_vec();
    assert_eq!(reported(&effects), [ErrorKind::OrderStale]);
    assert!(effects.contains(&draw_address_book(None)));
    assert_eq!(checkout.name(), StateName::Choosing);
}

#[test]
fn a_token_that_is_refused_asks_for_another_sign_in_and_keeps_the_choice() {
    let (mut checkout, _) = Checkout::sending();
    let refused = Outcome::Refused(ErrorKind::TokenRefused.into());
    assert_eq!(reported(checkout.on(Event::Answered(refused))), [ErrorKind::TokenRefused]);
    assert_eq!(checkout.name(), StateName::Expired);
    checkout.on(Event::ButtonPressed(nonce(1)));
    let effects = checkout.on(Event::SignedIn(good_sign_in()));
    assert!(effects.contains(&draw_address_book(Some(order_id(1)))));
}

#[test]
fn what_can_no_longer_be_changed_is_shown_and_counts_once() {
    for (widget, code) in [
        (Widget::AddressBook, "AddressNotModifiable"),
        (Widget::Wallet, "PaymentMethodNotModifiable"),
    ] {
        let mut checkout = Checkout::signed_in();
        checkout.on(Event::OrderCreated(order_id(1)));
        let show = Effect::Show(widget, Plan::default(), order_id(1));
        let fail = Event::WidgetFailed(widget, code.into());
        let effects = checkout.on(fail.clone()).to_vec();
        assert!(effects.contains(&show), "{effects:?}");
        assert!(reported(&effects).is_empty());
        let effects = checkout.on(fail).to_vec();
        assert!(!effects.contains(&show), "{effects:?}");
        assert_eq!(reported(&effects).len(), 1);
    }
}

#[test]
fn widget_errors_have_their_reactions() {
    for (code, state, effect) in [
        ("ITP", StateName::Ready, None),
        ("SomethingNew", StateName::Ready, None),
        ("BuyerSessionExpired", StateName::Expired, Some(Effect::Notify(Notice::Expired))),
        ("StaleOrderReference", StateName::Choosing, Some(draw_address_book(None))),
        ("InvalidAccountStatus", StateName::Unavailable, Some(Effect::EraseWidgets)),
    ] {
        let mut checkout = Checkout::ready();
        let effects = checkout.on(Event::WidgetFailed(Widget::Wallet, code.into())).to_vec();
        assert_eq!(checkout.name(), state, "{code}");
        assert_eq!(reported(&effects).is_empty(), code == "ITP", "{code}");
        if let Some(effect) = effect {
            assert!(effects.contains(&effect), "{code}");
        }
    }
}

#[test]
fn an_order_reference_that_never_works_is_given_up() {
    let mut checkout = Checkout::signed_in();
    let mut renewals = 0;
    while checkout.name() == StateName::Choosing {
        renewals += 1;
        assert!(renewals < 10, "renews for ever");
        checkout.on(Event::WidgetFailed(Widget::AddressBook, "StaleOrderReference".into()));
    }
    assert_eq!(checkout.name(), StateName::Unavailable);
    assert_eq!(checkout.on(Event::Retry), [Effect::Notify(Notice::State), Effect::LoadAmazon]);
}

#[test]
fn an_order_on_its_way_is_not_forgotten() {
    for event in [
        Event::AmazonFailed(ErrorKind::AmazonThrew.into()),
        Event::WidgetFailed(Widget::Wallet, "InvalidAccountStatus".into()),
        Event::WidgetFailed(Widget::AddressBook, "BuyerSessionExpired".into()),
        Event::WidgetFailed(Widget::AddressBook, "StaleOrderReference".into()),
        Event::OrderCreated(order_id(7)),
        Event::AddressSelected,
    ] {
        let (mut checkout, _) = Checkout::sending();
        checkout.on(event.clone());
        assert_eq!(checkout.name(), StateName::Placing, "{event:?}");
        checkout.on(Event::Answered(placed()));
        assert_eq!(checkout.name(), StateName::Placed, "{event:?}");
    }
}

#[test]
fn what_the_page_s_function_does_wrong_ends_the_attempt() {
    for (event, kind) in [
        (
            Event::OrderCollected(nonce(9), Err(ErrorKind::OrderFunctionFailed.into())),
            ErrorKind::OrderFunctionFailed,
        ),
        (Event::TimeUp(Timer::Collect), ErrorKind::OrderFunctionTimeout),
    ] {
        let mut checkout = Checkout::ready();
        checkout.on(Event::PlaceOrder);
        assert_eq!(reported(checkout.on(event)), [kind]);
        assert_eq!(checkout.name(), StateName::Ready);
        // Too late.
        assert!(sent(checkout.on(collected("key-1"))).is_none());
    }
}

#[test]
fn a_page_that_is_loaded_again_asks_about_the_very_order_that_it_has_sent() {
    let order = Rc::new(ImportOrder::again("key-1", order_id(1)));
    let mut checkout = Checkout::signed_in();
    assert_eq!(sent(checkout.on(Event::Resume(Rc::clone(&order), false))), Some(order));
    assert_eq!(checkout.name(), StateName::Placing);
    // The widgets are those of another draft, which is there for what comes after a decline.
    checkout.on(Event::OrderCreated(order_id(2)));
    checkout.on(Event::AddressSelected);
    checkout.on(Event::PaymentSelected);
    checkout.on(Event::Answered(declined("TransactionTimedOut")));
    assert_eq!(checkout.state.ready(), Some(&order_id(2)));
}

#[test]
fn nothing_is_asked_about_for_a_buyer_who_is_not_there() {
    let (_, order) = Checkout::sending();
    for state in [State::SignedOut, State::default()] {
        let mut checkout = Checkout::at(state.clone());
        assert!(checkout.on(Event::Resume(Rc::clone(&order), false)).is_empty());
        assert_eq!(checkout.state, state);
    }
}

#[test]
fn what_is_kept_of_an_order_goes_only_when_its_fate_is_known() {
    for (outcome, is_known) in [
        (placed(), true),
        (declined("InvalidPaymentMethod"), true),
        (Outcome::Refused(ErrorKind::OrderRefused.into()), true),
        (Outcome::Redirect("https://bank.example".into()), false),
        (unreachable(), false),
        (Outcome::Unknown(ErrorKind::BackendFailed.into()), false),
    ] {
        let (mut checkout, _) = Checkout::sending();
        let effects = checkout.on(Event::Answered(outcome));
        assert_eq!(effects.contains(&Effect::ForgetAttempt), is_known, "{effects:?}");
    }
}
