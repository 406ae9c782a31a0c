//! Who comes, how long they stay, and how they leave.

use landerpay::domain::amazon::Widget;
use landerpay::domain::outcome::Outcome;
use landerpay::domain::plan::{KeptOrder, Page, Plan};
use landerpay::domain::session::Arrival;
use landerpay::domain::sign_in::SignIn;
use landerpay::domain::words::Words;
use landerpay::error::ErrorKind;
use landerpay::flow::state::Ended;
use landerpay::flow::{Effect, Event, Notice, State, StateName, Timer, view};

use crate::support::*;

fn again() -> Event {
    Event::SignedIn(good_sign_in())
}

#[test]
fn a_buyer_who_is_known_is_not_asked_again() {
    let mut checkout = Checkout::at(State::Loading(Arrival::Buyer(token(), None)));
    assert_eq!(checkout.on(Event::Start), [Effect::LoadAmazon]);
    assert_eq!(
        checkout.on(Event::AmazonReady),
        [
            Effect::Notify(Notice::State),
            // For the time after the session.
            Effect::DrawButton,
            Effect::Notify(Notice::SignedIn),
            Effect::StartTimer(Timer::Session),
            Effect::FetchProfile(token()),
            draw_address_book(None),
        ]
    );
    assert_eq!(checkout.name(), StateName::Choosing);
}

#[test]
fn a_page_that_only_signs_in_makes_no_order_and_goes_on_once_it_knows_the_buyer() {
    let plan = Plan { page: Page::SignIn, ..Plan::default() };
    let chosen = KeptOrder { complete: true, ..kept(1) };
    let arrival = Arrival::Buyer(token(), Some(chosen));
    let mut checkout = Checkout::with(plan, State::Loading(arrival));
    checkout.on(Event::Start);
    assert_eq!(
        checkout.on(Event::AmazonReady),
        [
            Effect::Notify(Notice::State),
            Effect::DrawButton,
            Effect::Notify(Notice::SignedIn),
            Effect::StartTimer(Timer::Session),
            Effect::FetchProfile(token()),
        ]
    );
    assert_eq!(checkout.name(), StateName::SignedIn);
    assert_eq!(checkout.state.words(plan.page), Words::SignedIn);
    assert_eq!(
        checkout.on(Event::ProfileArrived(Ok(profile()))),
        [Effect::Notify(Notice::Profile), Effect::GoOn]
    );
    assert_eq!(reported(checkout.on(Event::PlaceOrder)), [ErrorKind::NotReady]);
    assert_eq!(checkout.on(Event::Retry), []);
    checkout.on(Event::SignOut);
    assert_eq!(checkout.name(), StateName::SignedOut);
}

#[test]
fn a_buyer_who_comes_back_without_a_sign_in_reads_why() {
    let refused = Arrival::Refused(ErrorKind::SignInDenied.into());
    let mut checkout = Checkout::at(State::Loading(refused));
    assert_eq!(reported(checkout.on(Event::AmazonReady)), [ErrorKind::SignInDenied]);
    assert_eq!(checkout.name(), StateName::SignedOut);
}

#[test]
fn a_sign_in_outlives_a_script_that_did_not_come() {
    let mut checkout = Checkout::at(State::Loading(Arrival::Buyer(token(), None)));
    checkout.on(Event::AmazonFailed(ErrorKind::AmazonTimeout.into()));
    assert_eq!(checkout.name(), StateName::Unavailable);
    assert!(checkout.on(Event::Retry).contains(&Effect::LoadAmazon));
    checkout.on(Event::AmazonReady);
    assert_eq!(checkout.name(), StateName::Choosing);

    // So does one of a buyer who was choosing already.
    checkout.on(Event::AmazonFailed(ErrorKind::AmazonThrew.into()));
    checkout.on(Event::Retry);
    checkout.on(Event::AmazonReady);
    assert_eq!(checkout.name(), StateName::Choosing);
}

#[test]
fn the_end_of_a_session_is_announced_once_and_comes() {
    let mut checkout = Checkout::ready();
    let again = Effect::StartTimer(Timer::Session);
    assert_eq!(checkout.on(Event::Clock(301)), std::slice::from_ref(&again));
    let announced = [again.clone(), Effect::Notify(Notice::Expiring)];
    assert_eq!(checkout.on(Event::Clock(300)), announced);
    assert_eq!(checkout.state.words(checkout.plan.page), Words::Expiring);
    assert_eq!(checkout.on(Event::Clock(299)), std::slice::from_ref(&again));
    assert_eq!(checkout.name(), StateName::Ready);
    assert_eq!(
        checkout.on(Event::Clock(0)),
        [
            Effect::Notify(Notice::State),
            again,
            Effect::ForgetSession(false),
            Effect::Notify(Notice::Expired),
        ]
    );
    assert_eq!(checkout.name(), StateName::Expired);
    assert!(checkout.on(Event::Clock(-10)).is_empty());
}

#[test]
fn the_next_session_goes_on_with_the_same_order_reference() {
    let mut checkout = Checkout::ready();
    checkout.on(Event::Clock(-1));
    assert_eq!(reported(checkout.on(Event::PlaceOrder)), [ErrorKind::NotReady]);
    // The widgets are still on the page, and may still say something.
    checkout.on(Event::PaymentSelected);
    assert_eq!(checkout.name(), StateName::Expired);

    checkout.on(Event::ButtonPressed(nonce(1)));
    // Denied, closed, pressed again: nothing is lost.
    let denied = SignIn { error: Some("access_denied".into()), ..SignIn::default() };
    assert_eq!(reported(checkout.on(Event::SignedIn(denied))), [ErrorKind::SignInDenied]);
    assert_eq!(checkout.name(), StateName::Expired);
    checkout.on(Event::ButtonPressed(nonce(1)));
    checkout.on(Event::ButtonPressed(nonce(2)));
    let effects = checkout.on(again());
    assert!(effects.contains(&draw_address_book(Some(order_id(1)))), "{effects:?}");
    assert!(effects.contains(&draw_wallet(Some(order_id(1)))), "{effects:?}");
    assert_eq!(checkout.name(), StateName::Choosing);
    // Its widgets say anew what is chosen, and name the order reference again.
    assert!(checkout.on(Event::OrderCreated(order_id(1))).is_empty());
    checkout.on(Event::AddressSelected);
    checkout.on(Event::PaymentSelected);
    assert_eq!(checkout.state.ready(), Some(&order_id(1)));
    assert_eq!(checkout.on(Event::Clock(3000)), [Effect::StartTimer(Timer::Session)]);
}

#[test]
fn a_sign_in_elsewhere_in_the_tab_is_taken_over() {
    for state in
        [State::SignedOut, State::SigningIn(nonce(1), None), State::Expired(Ended(Some(kept(1))))]
    {
        let mut checkout = Checkout::at(state);
        checkout.on(Event::Known(token()));
        assert_eq!(checkout.name(), StateName::Choosing);
    }
    let mut checkout = Checkout::ready();
    assert!(checkout.on(Event::Known(token())).is_empty());

    // With what the ended session has left.
    let mut checkout = Checkout::at(State::Expired(Ended(Some(kept(1)))));
    let effects = checkout.on(Event::Known(token()));
    assert!(effects.contains(&draw_wallet(Some(order_id(1)))), "{effects:?}");
    // And once Amazon is there.
    let mut checkout = Checkout::at(State::Unavailable(Arrival::Nobody));
    assert!(checkout.on(Event::Known(token())).is_empty());
    checkout.on(Event::Retry);
    checkout.on(Event::AmazonReady);
    assert_eq!(checkout.name(), StateName::Choosing);
}

#[test]
fn of_an_order_that_is_there_already_a_widget_may_be_silent_but_not_blank() {
    let mut checkout = Checkout::at(State::Expired(Ended(Some(kept(1)))));
    checkout.on(Event::Known(token()));
    for widget in [
        Widget::AddressBook,
        Widget::Wallet,
        Widget::Consent,
        Widget::AddressReview,
        Widget::WalletReview,
    ] {
        assert!(checkout.on(Event::WidgetSilent(widget, false)).is_empty());
        assert_eq!(
            reported(checkout.on(Event::WidgetSilent(widget, true))),
            [ErrorKind::WidgetTimeout]
        );
    }
}

#[test]
fn the_order_reference_of_another_buyer_is_not_kept() {
    let mut checkout = Checkout::ready();
    checkout.on(Event::WidgetFailed(Widget::Wallet, "BuyerNotAssociated".into()));
    assert_eq!(checkout.state, State::Expired(Ended(None)));
}

#[test]
fn an_order_on_its_way_outlives_the_end_of_the_session() {
    let (mut checkout, _) = Checkout::sending();
    checkout.on(Event::Clock(-1));
    assert_eq!(checkout.name(), StateName::Placing);
    checkout.on(Event::Answered(Outcome::Unknown(ErrorKind::BackendFailed.into())));
    checkout.on(Event::Clock(-1));
    assert_eq!(checkout.state.words(checkout.plan.page), Words::Unresolved);
    assert!(sent(checkout.on(Event::PlaceOrder)).is_some());
    checkout.on(Event::Answered(Outcome::Refused(ErrorKind::OrderRefused.into())));
    checkout.on(Event::Clock(-1));
    assert_eq!(checkout.name(), StateName::Expired);
}

#[test]
fn an_order_on_its_way_outlives_the_sign_out_and_nothing_else_does() {
    for end in [Event::SignOut, Event::SignedOutElsewhere] {
        for outcome in [
            Outcome::Refused(ErrorKind::OrderRefused.into()),
            declined("InvalidPaymentMethod"),
            declined("AmazonRejected"),
        ] {
            let (mut checkout, _) = Checkout::sending();
            let left = checkout.on(end.clone());
            assert!(!left.contains(&Effect::EraseWidgets), "{left:?}");
            assert_eq!(checkout.name(), StateName::Placing, "{end:?}");
            checkout.on(Event::Answered(Outcome::Unknown(ErrorKind::BackendFailed.into())));
            assert_eq!(checkout.state.words(checkout.plan.page), Words::Unresolved, "{end:?}");
            checkout.on(end.clone());
            assert!(sent(checkout.on(Event::PlaceOrder)).is_some(), "{end:?}");
            // Once its fate is known, nothing of the buyer is left.
            let effects = checkout.on(Event::Answered(outcome));
            assert!(effects.contains(&Effect::EraseWidgets), "{effects:?}");
            assert_eq!(reported(effects).len(), 1);
            assert_eq!(checkout.state, State::SignedOut);
        }
    }
}

#[test]
fn an_order_that_arrives_after_the_sign_out_shows_no_cards() {
    let (mut checkout, _) = Checkout::sending();
    checkout.on(Event::SignOut);
    let effects = checkout.on(Event::Answered(placed()));
    assert!(effects.contains(&Effect::EraseWidgets), "{effects:?}");
    assert_eq!(checkout.name(), StateName::Placed);
}

#[test]
fn what_has_not_been_sent_is_not_sent_after_the_sign_out() {
    for end in [Event::SignOut, Event::SignedOutElsewhere] {
        let mut collecting = Checkout::ready();
        collecting.on(Event::PlaceOrder);
        let mut awaiting = Checkout::signed_in();
        for event in [Event::OrderCreated(order_id(1)), Event::AddressSelected] {
            awaiting.on(event);
        }
        awaiting.on(Event::PaymentSelected);
        awaiting.on(Event::PlaceOrder);
        for mut checkout in [collecting, awaiting] {
            assert_eq!(checkout.name(), StateName::Placing);
            checkout.on(end.clone());
            assert_eq!(checkout.state, State::SignedOut);
            checkout.on(Event::ProfileArrived(Ok(profile())));
            assert!(checkout.on(collected("key-1")).is_empty());
        }
    }
}

#[test]
fn signing_out_leaves_nothing_of_the_buyer() {
    let mut checkout = Checkout::ready();
    assert_eq!(
        checkout.on(Event::SignOut),
        [
            Effect::Notify(Notice::State),
            Effect::ForgetSession(true),
            Effect::EraseWidgets,
            Effect::Notify(Notice::SignedOut),
        ]
    );
    assert_eq!(checkout.state, State::SignedOut);
    // The window of a sign-in that was given up may still answer.
    assert!(checkout.on(again()).is_empty());
    checkout.on(Event::ButtonPressed(nonce(1)));
    let effects = checkout.on(again());
    assert!(effects.contains(&draw_address_book(None)), "{effects:?}");
}

#[test]
fn a_sign_out_in_another_tab_counts_for_whoever_is_signed_in() {
    let mut checkout = Checkout::ready();
    let effects = checkout.on(Event::SignedOutElsewhere);
    assert!(effects.contains(&Effect::ForgetSession(false)), "{effects:?}");
    assert_eq!(checkout.name(), StateName::SignedOut);
    assert!(checkout.on(Event::SignedOutElsewhere).is_empty());

    checkout.on(Event::ButtonPressed(nonce(1)));
    assert!(checkout.on(Event::SignedOutElsewhere).is_empty());
    assert_eq!(checkout.name(), StateName::SigningIn);

    // A new sign-in goes on, without what the session before it has left.
    let mut checkout = Checkout::ready();
    checkout.on(Event::Clock(-1));
    checkout.on(Event::ButtonPressed(nonce(1)));
    let effects = checkout.on(Event::SignedOutElsewhere);
    assert!(effects.contains(&Effect::EraseWidgets), "{effects:?}");
    assert_eq!(checkout.state, State::SigningIn(nonce(1), None));
}

#[test]
fn signing_out_before_amazon_is_there_counts() {
    for state in [State::Loading, State::Unavailable] {
        let mut checkout = Checkout::at(state(Arrival::Buyer(token(), None)));
        let effects = checkout.on(Event::SignOut);
        assert!(effects.contains(&Effect::ForgetSession(true)), "{effects:?}");
        checkout.on(Event::Retry);
        checkout.on(Event::AmazonReady);
        assert_eq!(checkout.name(), StateName::SignedOut);
    }
}

#[test]
fn a_placed_order_stays_visible_after_the_sign_out() {
    let (mut checkout, _) = Checkout::sending();
    checkout.on(Event::Answered(placed()));
    assert!(checkout.on(Event::SignOut).contains(&Effect::EraseWidgets));
    assert_eq!(checkout.name(), StateName::Placed);
}

#[test]
fn a_window_that_was_blocked_can_be_asked_for_again() {
    let mut checkout = Checkout::at(State::SignedOut);
    checkout.on(Event::ButtonPressed(nonce(1)));
    let blocked = ErrorKind::PopupBlocked;
    assert_eq!(reported(checkout.on(Event::SignInFailed(blocked.into()))), [blocked]);
    assert_eq!(checkout.name(), StateName::SignedOut);
    assert!(
        checkout.on(Event::ButtonPressed(nonce(2))).contains(&Effect::Authorize(nonce(2), None))
    );
}

#[test]
fn no_notice_of_a_session_carries_the_token() {
    let checkout = Checkout::ready();
    for notice in [Notice::SignedIn, Notice::Expiring, Notice::Expired, Notice::SignedOut] {
        assert_eq!(format!("{:?}", view::detail(&checkout.state, notice)), "Map([])");
    }
}
