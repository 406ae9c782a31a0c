//! The pages of a funnel: choose, review, order, upsells, thank-you.

use landerpay::domain::amazon::Widget;
use landerpay::domain::funnel::Funnel;
use landerpay::domain::order::Fields;
use landerpay::domain::outcome::Outcome;
use landerpay::domain::plan::{KeptOrder, Page, Plan};
use landerpay::domain::session::Arrival;
use landerpay::domain::value::Value;
use landerpay::domain::words::Words;
use landerpay::error::{Error, ErrorKind};
use landerpay::flow::{Effect, Event, Notice, State, StateName};

use crate::support::*;

const CHOOSE: Plan = plan(Page::Choose);
const REVIEW: Plan = plan(Page::Review);
const UPSELL: Plan = plan(Page::Upsell);

const fn plan(page: Page) -> Plan {
    let review = matches!(page, Page::Review);
    Plan { page, recurring: false, digital: false, consent: false, review }
}

fn map(entries: &[(&str, Value)]) -> Value {
    let own = |(name, value): &(&str, Value)| ((*name).to_owned(), value.clone());
    Value::Map(entries.iter().map(own).collect())
}

fn texts(entries: &[(&str, &str)]) -> Value {
    map(&entries.iter().map(|(name, text)| (*name, Value::of(text))).collect::<Vec<_>>())
}

fn fields(entries: &[(&str, &str)]) -> Fields {
    Fields::read(texts(entries)).unwrap()
}

fn complete(funnel: Value, plan: Plan, page: &[(&str, &str)]) -> Result<Fields, Error> {
    Funnel(funnel).complete(plan, fields(page))
}

fn placed_order(extra: &[(&str, Value)]) -> Value {
    let ids = [("orderId", "A1B2C3"), ("amazonOrderId", "S01-0000000-0000001")];
    let ids = ids.map(|(name, id)| (name, Value::of(id)));
    map(&[("placed", map(&[ids.as_slice(), extra].concat()))])
}

fn arrive(plan: Plan, arrival: Arrival) -> (Checkout, Vec<Effect>) {
    let mut checkout = Checkout::with(plan, State::Loading(arrival));
    let effects = checkout.on(Event::Start).to_vec();
    (checkout, effects)
}

/// A buyer on the review page with what another page has kept.
fn review(kept: Option<KeptOrder>) -> (Checkout, Vec<Effect>) {
    let (mut checkout, _) = arrive(REVIEW, Arrival::Buyer(token(), kept));
    let effects = checkout.on(Event::AmazonReady).to_vec();
    (checkout, effects)
}

fn chosen() -> KeptOrder {
    KeptOrder { complete: true, ..kept(1) }
}

#[test]
fn what_the_landing_page_s_address_said_goes_with_the_order_by_the_crm_s_names() {
    let landing = texts(&[("sessionId", "s1"), ("affId", "77"), ("c1", "mail"), ("c5", "x")]);
    let sent = complete(landing.clone(), Plan::default(), &[("affId", "own"), ("sessionId", "")]);
    let expected =
        [("affId", "own"), ("sessionId", "s1"), ("sourceValue1", "mail"), ("sourceValue5", "x")];
    assert_eq!(sent, Ok(fields(&expected)));
    // The order has the sources already.
    let page = [("orderId", "A1B2C3"), ("productId", "348")];
    let sent = complete(landing, UPSELL, &page);
    assert_eq!(sent, Ok(fields(&[&page[..], &[("sessionId", "s1")]].concat())));
}

#[test]
fn a_value_of_an_address_is_no_longer_than_the_crm_takes() {
    let long = "é".repeat(201);
    let sent = complete(texts(&[("c1", &long)]), Plan::default(), &[]).unwrap();
    assert_eq!(sent.text("sourceValue1"), Some(&*"é".repeat(200)));
}

#[test]
fn an_upsell_is_added_to_the_page_s_order_or_to_the_tab_s_and_never_to_an_address_s() {
    let order_id = |funnel: Value, page: &[(&str, &str)]| {
        complete(funnel, UPSELL, page).map(|sent| sent.text("orderId").map(str::to_owned))
    };
    let landing = texts(&[("orderId", "PARTIAL")]);
    let Value::Map(mut both) = landing.clone() else { unreachable!() };
    let Value::Map(placed) = placed_order(&[]) else { unreachable!() };
    both.extend(placed);
    let both = Value::Map(both);
    assert_eq!(order_id(both.clone(), &[("orderId", "OWN")]), Ok(Some("OWN".into())));
    assert_eq!(order_id(both, &[]), Ok(Some("A1B2C3".into())));
    assert_eq!(order_id(landing, &[]), Err(ErrorKind::FirstOrderMissing.into()));
    assert_eq!(order_id(texts(&[]), &[]), Err(ErrorKind::FirstOrderMissing.into()));
}

#[test]
fn an_upsell_has_its_time_and_is_taken_once() {
    let late = placed_order(&[("isOver", Value::Bool(true))]);
    assert_eq!(complete(late, UPSELL, &[]), Err(ErrorKind::UpsellOver.into()));
    let list = Value::List(vec![Value::of("348"), Value::Number("349".into())]);
    let some = placed_order(&[("isOver", Value::Bool(false)), ("products", list)]);
    for field in ["productId", "product1_id"] {
        for (product, taken) in [("348", true), ("349", true), ("350", false), ("34", false)] {
            let sent = complete(some.clone(), UPSELL, &[(field, product)]);
            let error = sent.err().map(|error| error.kind());
            assert_eq!(error, taken.then_some(ErrorKind::UpsellTaken), "{field} {product}");
        }
    }
    // It was added to another order.
    let page = [("orderId", "OWN"), ("productId", "348")];
    assert!(complete(some.clone(), UPSELL, &page).is_ok());
    // Without a product the backend says what is missing.
    assert!(complete(some, UPSELL, &[]).is_ok());
}

#[test]
fn an_upsell_page_without_its_order_says_so_at_once() {
    let funnel = Funnel::default();
    let none = Fields::default();
    let Some(Arrival::Closed(error)) = funnel.arrival(UPSELL, Some(&none)) else {
        panic!("let in")
    };
    assert_eq!(error.kind(), ErrorKind::FirstOrderMissing);
    // The page's own form may have it.
    assert_eq!(funnel.arrival(UPSELL, Some(&fields(&[("orderId", "A1")]))), None);
    // Or its function; but not more time.
    assert_eq!(funnel.arrival(UPSELL, None), None);
    let late = Funnel(placed_order(&[("isOver", Value::Bool(true))]));
    let over = Arrival::Closed(ErrorKind::UpsellOver.into());
    assert_eq!(late.arrival(UPSELL, None), Some(over));
    assert_eq!(funnel.arrival(Plan::default(), Some(&none)), None);

    let (mut checkout, effects) = arrive(UPSELL, Arrival::Closed(error));
    assert_eq!(reported(&effects), [ErrorKind::FirstOrderMissing]);
    assert!(!effects.contains(&Effect::LoadAmazon), "{effects:?}");
    assert_eq!(checkout.name(), StateName::Unavailable);
    assert_eq!(reported(checkout.on(Event::Retry)), [ErrorKind::FirstOrderMissing]);
}

#[test]
fn a_page_that_placed_an_order_shows_it_again_and_tells_nobody_twice() {
    let receipt = texts(&[("orderId", "A1B2C3"), ("amazonOrderId", "S01-0000000-0000001")]);
    for plan in [Plan::default(), UPSELL] {
        let funnel = Funnel(map(&[("again", receipt.clone())]));
        let arrival = funnel.arrival(plan, None).unwrap();
        let (mut checkout, effects) = arrive(plan, arrival);
        assert_eq!(effects, [Effect::Notify(Notice::State)]);
        assert_eq!(checkout.state.order_id(), Some("A1B2C3"));
        assert!(checkout.on(Event::PlaceOrder).is_empty());
    }
}

#[test]
fn a_thank_you_page_shows_the_order_or_says_that_there_is_none() {
    let thanks = plan(Page::ThankYou);
    let Some(Arrival::Placed(receipt)) = Funnel(placed_order(&[])).arrival(thanks, None) else {
        panic!("no order")
    };
    assert_eq!(receipt.order.order_id.as_deref(), Some("A1B2C3"));
    let missing = Arrival::Closed(ErrorKind::FirstOrderMissing.into());
    assert_eq!(Funnel::default().arrival(thanks, None), Some(missing));
}

#[test]
fn a_page_that_only_chooses_hands_on_and_never_sends() {
    let mut checkout = Checkout::with(CHOOSE, State::SigningIn(nonce(1), None));
    checkout.on(Event::SignedIn(good_sign_in()));
    checkout.on(Event::OrderCreated(order_id(1)));
    checkout.on(Event::AddressSelected);
    assert_eq!(reported(checkout.on(Event::PlaceOrder)), [ErrorKind::NotReady]);
    checkout.on(Event::PaymentSelected);
    assert_eq!(checkout.state.words(checkout.plan.page), Words::GoOn);
    assert_eq!(checkout.on(Event::PlaceOrder), [Effect::HandOn(chosen())]);
    // Back from the next page, the buyer may change something and go on again.
    assert_eq!(checkout.name(), StateName::Ready);
    assert_eq!(checkout.on(Event::PlaceOrder), [Effect::HandOn(chosen())]);
}

#[test]
fn a_review_page_shows_what_was_chosen_and_places_it() {
    let (mut checkout, effects) = review(Some(chosen()));
    for widget in [Widget::AddressReview, Widget::WalletReview] {
        let drawn = Effect::Show(widget, REVIEW, order_id(1));
        assert!(effects.contains(&drawn), "{effects:?}");
    }
    assert_eq!(checkout.name(), StateName::Ready);
    checkout.on(Event::ProfileArrived(Ok(profile())));
    checkout.on(Event::PlaceOrder);
    let order = sent(checkout.on(collected("key-1"))).unwrap();
    assert_eq!(order.amazon_order_id, order_id(1));
    let effects = checkout.on(Event::Answered(placed()));
    let expected = [
        Effect::Notify(Notice::State),
        Effect::ForgetAttempt,
        Effect::Book(order),
        Effect::Notify(Notice::Placed),
        Effect::GoOn,
    ];
    assert_eq!(effects, expected);
}

#[test]
fn a_review_page_without_a_whole_choice_sends_the_buyer_back() {
    let other = KeptOrder { recurring: true, ..chosen() };
    for kept in [None, Some(kept(1)), Some(other)] {
        let (checkout, effects) = review(kept);
        assert_eq!(reported(&effects), [ErrorKind::NothingToReview]);
        assert_eq!(checkout.name(), StateName::Unavailable);
    }
}

#[test]
fn a_session_that_ends_on_the_review_page_goes_on_there() {
    let (mut checkout, _) = review(Some(chosen()));
    checkout.on(Event::Clock(0));
    assert_eq!(checkout.name(), StateName::Expired);
    checkout.on(Event::ButtonPressed(nonce(1)));
    checkout.on(Event::SignedIn(good_sign_in()));
    assert_eq!(checkout.name(), StateName::Ready);
}

#[test]
fn a_review_page_makes_no_order_of_its_own() {
    for code in ["StaleOrderReference", "InvalidOrderReferenceId"] {
        let (mut checkout, _) = review(Some(chosen()));
        checkout.on(Event::WidgetFailed(Widget::WalletReview, code.into()));
        assert_eq!(checkout.name(), StateName::Unavailable, "{code}");
    }
    let (mut checkout, _) = review(Some(chosen()));
    checkout.on(Event::ProfileArrived(Ok(profile())));
    checkout.on(Event::PlaceOrder);
    checkout.on(collected("key-1"));
    checkout.on(Event::Answered(declined("AmazonRejected")));
    assert_eq!(checkout.name(), StateName::Declined);
    assert_eq!(checkout.state.ready(), None);
}

#[test]
fn a_review_beside_the_choice_is_drawn_anew_with_each_change() {
    let plan = Plan { review: true, ..Plan::default() };
    let mut checkout = Checkout::with(plan, State::SigningIn(nonce(1), None));
    checkout.on(Event::SignedIn(good_sign_in()));
    checkout.on(Event::OrderCreated(order_id(1)));
    let address = Effect::Show(Widget::AddressReview, plan, order_id(1));
    let payment = Effect::Show(Widget::WalletReview, plan, order_id(1));
    for _ in 0..2 {
        let effects = checkout.on(Event::AddressSelected);
        assert!(effects.contains(&address) && !effects.contains(&payment), "{effects:?}");
        let effects = checkout.on(Event::PaymentSelected);
        assert!(effects.contains(&payment) && !effects.contains(&address), "{effects:?}");
    }
}

#[test]
fn a_currency_that_amazon_refuses_gives_way_once() {
    let refuse = || Event::WidgetFailed(Widget::Wallet, "CurrencyUnsupported".into());
    let mut checkout = Checkout::ready();
    let effects = checkout.on(refuse());
    assert!(effects.contains(&draw_wallet(Some(order_id(1)))), "{effects:?}");
    assert_eq!(reported(effects), [ErrorKind::CurrencyRefused]);
    assert_eq!(checkout.name(), StateName::Choosing);
    checkout.on(Event::PaymentSelected);
    let effects = checkout.on(refuse());
    assert_eq!(reported(effects), [ErrorKind::WalletError]);
    assert!(!effects.contains(&draw_wallet(Some(order_id(1)))), "{effects:?}");
    assert_eq!(checkout.name(), StateName::Ready);
    // Another one of the page's gets its own chance.
    assert!(checkout.on(Event::CurrencyChanged).contains(&draw_wallet(Some(order_id(1)))));
    assert!(checkout.on(refuse()).contains(&draw_wallet(Some(order_id(1)))));
}

#[test]
fn a_review_page_has_no_wallet_whose_currency_could_change() {
    let refuse = |widget| Event::WidgetFailed(widget, "CurrencyUnsupported".into());
    let (mut checkout, _) = review(Some(chosen()));
    assert!(checkout.on(Event::CurrencyChanged).is_empty());
    let effects = checkout.on(refuse(Widget::WalletReview));
    assert_eq!(reported(effects), [ErrorKind::WalletError]);
    assert_eq!(checkout.name(), StateName::Ready);
}

#[test]
fn the_wallet_that_makes_the_order_changes_its_currency_before_there_is_one() {
    let digital = Plan { digital: true, ..Plan::default() };
    let mut checkout = Checkout::with(digital, State::SigningIn(nonce(1), None));
    checkout.on(Event::SignedIn(good_sign_in()));
    let refused = Event::WidgetFailed(Widget::Wallet, "CurrencyUnsupported".into());
    let effects = checkout.on(refused);
    assert!(effects.contains(&Effect::Draw(Widget::Wallet, digital, None)), "{effects:?}");
}

#[test]
fn an_upsell_takes_no_order_that_was_chosen_elsewhere() {
    for (plan, drawn) in [(UPSELL, None), (Plan::default(), Some(order_id(1)))] {
        let (mut checkout, _) = arrive(plan, Arrival::Buyer(token(), Some(chosen())));
        let effects = checkout.on(Event::AmazonReady);
        assert!(effects.contains(&Effect::Draw(Widget::AddressBook, plan, drawn)), "{effects:?}");
    }
}

#[test]
fn an_order_that_a_later_page_has_placed_is_made_anew() {
    let mut checkout = Checkout::ready();
    let effects = checkout.on(Event::OrderUsed);
    assert!(effects.contains(&draw_address_book(None)), "{effects:?}");
    assert!(effects.contains(&Effect::ForgetChoice), "{effects:?}");
    assert_eq!(checkout.state.draft(), None);
    let (mut checkout, _) = review(Some(chosen()));
    assert_eq!(reported(checkout.on(Event::OrderUsed)), [ErrorKind::NothingToReview]);
    // What was sent is asked about, whoever placed it.
    let (mut checkout, _) = Checkout::sending();
    assert!(checkout.on(Event::OrderUsed).is_empty());
}

#[test]
fn an_order_that_is_of_no_more_use_is_not_handed_on_again() {
    for (outcome, is_over) in [
        (declined("AmazonRejected"), true),
        // Who comes back from the bank comes to the same review.
        (Outcome::Redirect("https://bank.example".into()), false),
    ] {
        let (mut checkout, _) = review(Some(chosen()));
        checkout.on(Event::ProfileArrived(Ok(profile())));
        checkout.on(Event::PlaceOrder);
        checkout.on(collected("key-1"));
        let effects = checkout.on(Event::Answered(outcome));
        assert_eq!(effects.contains(&Effect::ForgetChoice), is_over, "{effects:?}");
    }
}

#[test]
fn whoever_signed_out_meanwhile_leaves_no_order_for_the_next_buyer() {
    let (mut checkout, _) = Checkout::sending();
    checkout.on(Event::SignOut);
    let effects = checkout.on(Event::Answered(placed()));
    assert!(effects.contains(&Effect::Notify(Notice::Placed)), "{effects:?}");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Book(_) | Effect::GoOn)));
}

#[test]
fn a_sign_out_opens_no_page_that_is_closed() {
    let closed = || Arrival::Closed(ErrorKind::FirstOrderMissing.into());
    let (mut checkout, _) = arrive(UPSELL, closed());
    checkout.on(Event::SignOut);
    assert_eq!(checkout.state, State::Unavailable(closed()));
    checkout.on(Event::Known(token()));
    assert_eq!(checkout.state, State::Unavailable(closed()));
}

#[test]
fn another_currency_without_a_wallet_on_the_page_draws_nothing() {
    let mut checkout = Checkout::signed_in();
    assert!(checkout.on(Event::CurrencyChanged).is_empty());
    let (mut checkout, _) = Checkout::sending();
    assert!(checkout.on(Event::CurrencyChanged).is_empty());
}
