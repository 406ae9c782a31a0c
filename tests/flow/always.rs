//! What must hold whatever happens.

use std::rc::Rc;

use landerpay::domain::amazon::Widget;
use landerpay::domain::order::ImportOrder;
use landerpay::domain::outcome::{Outcome, Receipt};
use landerpay::domain::plan::{KeptOrder, Page, Plan};
use landerpay::domain::session::Arrival;
use landerpay::domain::sign_in::SignIn;
use landerpay::error::{Error, ErrorKind};
use landerpay::flow::{Effect, Event, State, Timer, step, view};
use proptest::prelude::*;

use crate::support::*;

fn any_plan(page: Page) -> impl Strategy<Value = Plan> {
    any::<(bool, bool, bool, bool)>().prop_map(move |(recurring, digital, consent, review)| Plan {
        page,
        recurring,
        digital,
        consent: recurring && consent,
        review: review || page == Page::Review,
    })
}

const PAGES: &[Page] = &[Page::Checkout, Page::Choose, Page::Review, Page::Upsell];

fn any_arrival() -> impl Strategy<Value = Arrival> {
    let Outcome::Placed(order) = placed() else { unreachable!() };
    let receipt = Receipt { amazon_order_id: order_id(9), order };
    prop_oneof![
        4 => Just(Arrival::Nobody),
        2 => Just(Arrival::Buyer(token(), None)),
        2 => any::<(bool, bool)>().prop_map(|(recurring, complete)| {
            Arrival::Buyer(token(), Some(KeptOrder { recurring, complete, ..kept(1) }))
        }),
        1 => Just(Arrival::Refused(ErrorKind::SignInRefused.into())),
        1 => Just(Arrival::Closed(ErrorKind::FirstOrderMissing.into())),
        1 => Just(Arrival::Placed(Box::new(receipt))),
    ]
}

fn any_event() -> impl Strategy<Value = Event> {
    let error = || Error::from(ErrorKind::BackendFailed);
    let codes = [
        "ITP",
        "AddressNotModifiable",
        "BuyerSessionExpired",
        "CurrencyUnsupported",
        "StaleOrderReference",
        "InvalidSellerId",
        "New",
        "",
    ];
    prop_oneof![
        1 => Just(Event::Start),
        1 => Just(Event::Retry),
        3 => Just(Event::AmazonReady),
        1 => Just(Event::AmazonFailed(ErrorKind::AmazonTimeout.into())),
        3 => Just(Event::ButtonPressed(nonce(1))),
        3 => Just(Event::SignedIn(good_sign_in())),
        1 => Just(Event::SignedIn(SignIn::default())),
        1 => Just(Event::SignedIn(SignIn { error: Some("access_denied".into()), ..good_sign_in() })),
        3 => (0_u8..4).prop_map(|number| Event::OrderCreated(order_id(number))),
        4 => Just(Event::AddressSelected),
        4 => Just(Event::PaymentSelected),
        3 => any::<bool>().prop_map(Event::Consented),
        1 => Just(Event::PlanChanged),
        1 => Just(Event::CurrencyChanged),
        1 => Just(Event::OrderUsed),
        1 => Just(Event::Warned(ErrorKind::NoHeight.into())),
        1 => (prop::sample::select(&Widget::ALL[..]), prop::sample::select(codes.to_vec()))
            .prop_map(|(widget, code)| Event::WidgetFailed(widget, code.into())),
        1 => (prop::sample::select(&Widget::ALL[..]), any::<bool>())
            .prop_map(|(widget, is_blank)| Event::WidgetSilent(widget, is_blank)),
        1 => Just(Event::Stayed(ErrorKind::OutcomeUnknown.into())),
        2 => Just(Event::ProfileArrived(Ok(profile()))),
        1 => Just(Event::ProfileArrived(Err(ErrorKind::ProfileFailed.into()))),
        4 => Just(Event::PlaceOrder),
        4 => "[a-z]{4}".prop_map(|key| collected(&key)),
        1 => Just(Event::OrderCollected(nonce(3), Err(ErrorKind::OrderFunctionFailed.into()))),
        1 => Just(Event::Answered(placed())),
        1 => Just(Event::Answered(Outcome::Redirect("https://bank.example".into()))),
        1 => Just(Event::Answered(declined("InvalidPaymentMethod"))),
        1 => Just(Event::Answered(declined("AmazonRejected"))),
        1 => Just(Event::Answered(Outcome::Refused(error()))),
        1 => Just(Event::Answered(Outcome::Refused(ErrorKind::OrderStale.into()))),
        1 => Just(Event::Answered(Outcome::Refused(ErrorKind::TokenRefused.into()))),
        2 => Just(Event::Answered(unreachable())),
        1 => Just(Event::Answered(Outcome::Unknown(error()))),
        1 => prop::sample::select(&Timer::ALL[..]).prop_map(Event::TimeUp),
        2 => (-400_i32..4000).prop_map(Event::Clock),
        1 => Just(Event::SignInFailed(ErrorKind::PopupBlocked.into())),
        1 => Just(Event::SignOut),
        1 => Just(Event::Known(token())),
        1 => Just(Event::SignedOutElsewhere),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn whatever_happens(
        (page, plans) in prop::sample::select(PAGES)
            .prop_flat_map(|page| (Just(page), prop::collection::vec(any_plan(page), 1..4))),
        arrival in any_arrival(),
        events in prop::collection::vec(any_event(), 1..120),
    ) {
        let mut plans = plans.into_iter().cycle();
        let mut plan = plans.next().unwrap();
        let was_placed = matches!(arrival, Arrival::Placed(_));
        let mut state = State::Loading(arrival);
        // The order that was sent and not answered yet.
        let mut in_flight: Option<Rc<ImportOrder>> = None;
        // The order of whose fate nobody knows.
        let mut unknown: Option<Rc<ImportOrder>> = None;
        let mut placed_once = false;
        for event in events {
            // The backend answers only what it was asked, and what is only read makes no order.
            match event {
                Event::Answered(_) if in_flight.is_none() => continue,
                Event::OrderCreated(_) if page == Page::Review => continue,
                _ => {}
            }
            let was_ready = state.ready().is_some();
            let was_placing = state.is_placing();
            if let Event::Answered(outcome) = &event {
                let sent = in_flight.take();
                // Who comes back from the bank may have paid there.
                let is_open = matches!(outcome, Outcome::Unknown(_) | Outcome::Redirect(_));
                unknown = sent.filter(|_| is_open);
                placed_once |= matches!(outcome, Outcome::Placed(_));
            }
            let is_press = event == Event::PlaceOrder;
            if event == Event::PlanChanged {
                plan = plans.next().unwrap();
            }
            let (next, effects) = step(plan, state, event);
            state = next;

            for effect in &effects {
                match effect {
                    Effect::Send(order) => {
                        prop_assert!(page != Page::Choose, "a page that only chooses sent an order");
                        let same = in_flight.as_ref().is_none_or(|other| other == order);
                        prop_assert!(same, "two orders in flight");
                        prop_assert!(!placed_once, "an order after the order");
                        prop_assert!(was_ready || was_placing, "sent, but not everything is chosen");
                        if let Some(unknown) = unknown.take() {
                            prop_assert_eq!(&unknown, order, "another order before the first is known");
                        } else {
                            let choice = &state.choosing().unwrap().choice;
                            prop_assert_eq!(choice.complete(), Some(&order.amazon_order_id));
                        }
                        in_flight = Some(Rc::clone(order));
                    }
                    Effect::Draw(Widget::AddressBook | Widget::Consent, ..)
                    | Effect::Draw(_, _, None) => {
                        prop_assert!(page != Page::Review, "a review page lets choose");
                    }
                    Effect::Show(Widget::AddressReview | Widget::WalletReview, drawn, _) => {
                        prop_assert!(drawn.review);
                    }
                    Effect::HandOn(kept) => {
                        prop_assert!(page == Page::Choose && is_press && was_ready);
                        prop_assert!(kept.complete);
                    }
                    Effect::Book(_) => prop_assert!(placed_once),
                    Effect::CollectOrder => prop_assert!(is_press && was_ready || was_placing),
                    Effect::Notify(notice) => {
                        let detail = format!("{:?}", view::detail(&state, *notice));
                        prop_assert!(!detail.contains("SECRET"), "{}", detail);
                    }
                    Effect::Report(error) => {
                        prop_assert!(!error.message().contains("SECRET"));
                        let shown = format!("{error:?}");
                        prop_assert!(!shown.contains("SECRET"), "{}", shown);
                    }
                    _ => {}
                }
            }
            let snapshot = view::snapshot(&state);
            let shown = format!("{snapshot:?}");
            prop_assert!(!shown.contains("SECRET"), "{}", shown);
            prop_assert_eq!(snapshot.text_of("state"), Some(state.name().as_str()));
            prop_assert!(!state.words(page).english().is_empty());
            if placed_once {
                prop_assert!(state.receipt().is_some(), "a placed order is forgotten");
            } else {
                prop_assert!(state.receipt().is_none() || was_placed);
            }
        }
    }
}
