//! What must hold whatever happens.

use std::rc::Rc;

use landerpay::domain::amazon::Widget;
use landerpay::domain::ids::{AccessToken, AmazonOrderId};
use landerpay::domain::order::ImportOrder;
use landerpay::domain::outcome::{Outcome, Receipt};
use landerpay::domain::plan::{KeptOrder, Page, Plan};
use landerpay::domain::session::Arrival;
use landerpay::domain::sign_in::SignIn;
use landerpay::domain::value::Value;
use landerpay::error::{Error, ErrorKind};
use landerpay::flow::state::{Phase, ProfileState};
use landerpay::flow::{Effect, Event, Notice, State, Timer, step, view};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use crate::fuzz::cases;
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

const PAGES: &[Page] =
    &[Page::Checkout, Page::Choose, Page::Review, Page::Upsell, Page::ThankYou, Page::SignIn];

/// Who may come to a page: to a thank-you page whoever has placed an order, or nobody.
fn any_arrival(page: Page) -> impl Strategy<Value = Arrival> {
    let others = if page == Page::ThankYou { 0 } else { 1 };
    let Outcome::Placed(order) = placed() else { unreachable!() };
    let receipt = Receipt { amazon_order_id: order_id(9), order };
    prop_oneof![
        4 * others => Just(Arrival::Nobody),
        2 * others => Just(Arrival::Buyer(token(), None)),
        2 * others => any::<(bool, bool)>().prop_map(|(recurring, complete)| {
            Arrival::Buyer(token(), Some(KeptOrder { recurring, complete, ..kept(1) }))
        }),
        others => Just(Arrival::Refused(ErrorKind::SignInRefused.into())),
        1 => Just(Arrival::Closed(ErrorKind::FirstOrderMissing.into())),
        1 => Just(Arrival::Placed(Box::new(receipt))),
    ]
}

fn any_resumed() -> impl Strategy<Value = Rc<ImportOrder>> {
    (0_u8..4).prop_map(|number| Rc::new(ImportOrder::again("before", order_id(number))))
}

/// Everything that can happen, in no order; a new variant belongs here.
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
        4 => any::<u16>().prop_map(|key| collected(&key.to_string())),
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
        2 => prop::sample::select(&Timer::ALL[..]).prop_map(Event::TimeUp),
        1 => (any_resumed(), any::<bool>()).prop_map(|(order, left)| Event::Resume(order, left)),
        2 => (-400_i32..4000).prop_map(Event::Clock),
        1 => Just(Event::Clock(0)),
        1 => Just(Event::SignInFailed(ErrorKind::PopupBlocked.into())),
        1 => Just(Event::SignOut),
        1 => Just(Event::Known(token())),
        2 => Just(Event::SignedOutElsewhere),
    ]
}

/// What happens next: whatever may, or what a buyer, Amazon and a backend do when all goes well.
#[derive(Clone, Debug)]
enum Next {
    Any(Event),
    Well,
}

fn any_next() -> impl Strategy<Value = Next> {
    prop_oneof![3 => any_event().prop_map(Next::Any), 2 => Just(Next::Well)]
}

/// What takes a purchase one step on from here, if anything does.
fn going_well(state: &State, waits: &Waits) -> Option<Event> {
    Some(match state {
        State::Loading(_) if !waits.amazon => Event::Start,
        State::Loading(_) => Event::AmazonReady,
        State::Unavailable(_) => Event::Retry,
        State::SignedOut | State::Expired(_) => Event::ButtonPressed(nonce(1)),
        State::SigningIn(..) => Event::SignedIn(SignIn { state: None, ..good_sign_in() }),
        State::Choosing(choosing) => match choosing.choice.missing() {
            _ if state.ready().is_some() => Event::PlaceOrder,
            _ if choosing.choice.order.is_none() => Event::OrderCreated(order_id(5)),
            ["address", ..] => Event::AddressSelected,
            ["payment", ..] => Event::PaymentSelected,
            _ => Event::Consented(true),
        },
        State::Placing(_, Phase::AwaitingProfile) => Event::ProfileArrived(Ok(profile())),
        State::Placing(_, Phase::Collecting) => collected("well"),
        State::Placing(_, Phase::Sending(..)) => Event::Answered(placed()),
        State::Placing(_, Phase::Waiting(..)) => Event::TimeUp(Timer::Resend),
        State::Placing(_, Phase::Leaving(_)) | State::Placed(_) => return None,
    })
}

/// Which timers run, and which questions wait for their answers.
#[derive(Default)]
struct Waits {
    timers: Vec<Timer>,
    amazon: bool,
    profile: bool,
    fields: bool,
    /// A widget that makes an order was drawn, and is looked at after a while.
    drawn: bool,
}

impl Waits {
    fn hear(&mut self, event: &Event) {
        match event {
            Event::TimeUp(timer) => self.stop(*timer),
            // What the session's timer asks for, and what may come instead.
            Event::Clock(_) | Event::OrderUsed | Event::SignedOutElsewhere => {
                self.stop(Timer::Session);
            }
            Event::AmazonReady => self.amazon = false,
            Event::ProfileArrived(_) => self.profile = false,
            Event::OrderCollected(..) => self.fields = false,
            _ => {}
        }
    }

    fn follow(&mut self, effect: &Effect) {
        match effect {
            Effect::StartTimer(timer) => {
                self.stop(*timer);
                self.timers.push(*timer);
            }
            Effect::StopTimer(timer) => self.stop(*timer),
            Effect::LoadAmazon => self.amazon = true,
            Effect::FetchProfile(_) => self.profile = true,
            Effect::CollectOrder => self.fields = true,
            Effect::Draw(_, _, None) => self.drawn = true,
            Effect::EraseWidgets => self.drawn = false,
            _ => {}
        }
    }

    fn stop(&mut self, timer: Timer) {
        self.timers.retain(|running| *running != timer);
    }

    /// What is waited for without an end.
    fn endless(&self, state: &State) -> Option<&'static str> {
        let runs = |timer| self.timers.contains(&timer);
        let choosing = state.choosing()?;
        let is_open = match state {
            State::Placing(_, Phase::AwaitingProfile) => self.profile || runs(Timer::Profile),
            State::Placing(_, Phase::Collecting) => self.fields && runs(Timer::Collect),
            State::Placing(_, Phase::Waiting(..)) => runs(Timer::Resend),
            State::Placing(_, Phase::Leaving(_)) => runs(Timer::Leave),
            // The request has a limit of its own.
            State::Placing(_, Phase::Sending(..)) => true,
            _ => {
                // After a decline where nothing can be chosen, the buyer goes back a page.
                let page = choosing.choice.plan.page;
                let is_over = choosing.decline.is_some() && !page.chooses();
                let is_made = choosing.choice.order.is_some() || choosing.unresolved.is_some();
                // Who only signs in waits for nothing.
                let is_made = is_made || is_over || page == Page::SignIn;
                is_made || self.drawn
            }
        };
        let is_asked = !matches!(choosing.profile, ProfileState::Pending(_))
            || self.profile
            || runs(Timer::Profile);
        // Orders of unknown fate are asked about whenever the session is looked at.
        let is_counted = runs(Timer::Session);
        match (is_open, is_asked, is_counted) {
            (false, ..) => Some("the step"),
            (_, false, _) => Some("the profile"),
            (.., false) => Some("the session's end"),
            _ => None,
        }
    }
}

/// The order that an effect shows, keeps or goes on with.
fn order_of(effect: &Effect) -> Option<&AmazonOrderId> {
    match effect {
        Effect::Authorize(_, kept) | Effect::KeepSession(_, _, kept) => {
            kept.as_ref().map(|kept| &kept.id)
        }
        Effect::HandOn(kept) => Some(&kept.id),
        Effect::Draw(_, _, id) => id.as_ref(),
        Effect::Show(_, _, id) => Some(id),
        _ => None,
    }
}

fn token_of(effect: &Effect) -> Option<&AccessToken> {
    match effect {
        Effect::KeepSession(token, ..) | Effect::FetchProfile(token) => Some(token),
        _ => None,
    }
}

/// The token that a state goes on with.
fn buyer_in(state: &State) -> Option<&AccessToken> {
    match state {
        State::Loading(Arrival::Buyer(token, _)) | State::Unavailable(Arrival::Buyer(token, _)) => {
            Some(token)
        }
        state => state.choosing().map(|choosing| &choosing.token),
    }
}

/// Each buyer has a token and orders of their own.
fn token_number(buyer: usize) -> AccessToken {
    AccessToken::parse(&format!("{SECRET}-{buyer}")).unwrap()
}

fn order_number(buyer: usize, id: &AmazonOrderId) -> AmazonOrderId {
    let (_, last) = id.as_str().split_at("S01-0000000-000000".len());
    AmazonOrderId::parse(&format!("S01-{buyer:07}-000000{last}")).unwrap()
}

/// An event as it comes from this buyer's page.
fn by_buyer(buyer: usize, event: Event) -> Event {
    match event {
        Event::OrderCreated(id) => Event::OrderCreated(order_number(buyer, &id)),
        Event::Known(_) => Event::Known(token_number(buyer)),
        Event::SignedIn(SignIn { token: Some(_), expires_in, error, state }) => {
            Event::SignedIn(SignIn { token: Some(token_number(buyer)), expires_in, error, state })
        }
        event => event,
    }
}

fn tells_nothing(state: &State, effect: &Effect) -> Result<(), TestCaseError> {
    let is_told = match effect {
        Effect::Notify(notice) => holds_secret(&view::detail(state, *notice)),
        Effect::Report(error) => is_secret(error.subject()) || is_secret(error.sentence()),
        Effect::Navigate(url) => is_secret(url),
        _ => false,
    };
    prop_assert!(!is_told, "told by {:?}", effect);
    Ok(())
}

fn is_secret(text: &str) -> bool {
    text.contains("SECRET")
}

fn holds_secret(value: &Value) -> bool {
    match value {
        Value::Text(text) | Value::Number(text) => is_secret(text),
        Value::List(items) => items.iter().any(holds_secret),
        Value::Map(entries) => {
            entries.iter().any(|(name, value)| is_secret(name) || holds_secret(value))
        }
        Value::Null | Value::Bool(_) | Value::Opaque(_) => false,
    }
}

/// What a page that has no such widget must not be asked to draw.
fn has_its_widget(page: Page, effect: &Effect) -> Result<(), TestCaseError> {
    match effect {
        Effect::Draw(Widget::AddressBook, plan, _) => {
            prop_assert!(page.chooses() && !plan.digital);
        }
        Effect::Draw(Widget::Wallet, plan, None) => {
            prop_assert!(page.chooses() && plan.digital, "a Wallet without an order");
        }
        Effect::Draw(Widget::Consent, plan, id) => {
            prop_assert!(page.chooses() && plan.consent && id.is_some());
        }
        Effect::Show(Widget::AddressReview | Widget::WalletReview, plan, _) => {
            prop_assert!(plan.review);
        }
        Effect::Show(Widget::AddressBook, plan, _) => prop_assert!(!plan.digital),
        Effect::Send(_) => {
            prop_assert!(!matches!(page, Page::Choose | Page::SignIn), "nothing is placed here");
        }
        _ => {}
    }
    Ok(())
}

fn any_beginning() -> impl Strategy<Value = (Page, Vec<Plan>, Arrival)> {
    prop::sample::select(PAGES).prop_flat_map(|page| {
        (Just(page), prop::collection::vec(any_plan(page), 1..4), any_arrival(page))
    })
}

proptest! {
    #![proptest_config(cases(4_000))]

    #[test]
    fn whatever_happens(
        (page, plans, arrival) in any_beginning(),
        nexts in prop::collection::vec(any_next(), 1..50),
    ) {
        let mut plans = plans.into_iter().cycle();
        let mut plan = plans.next().unwrap();
        let was_placed = matches!(arrival, Arrival::Placed(_));
        let is_closed = matches!(arrival, Arrival::Closed(_));
        let mut state = State::Loading(arrival);
        let mut waits = Waits::default();
        // The order that was sent and not answered yet.
        let mut in_flight: Option<Rc<ImportOrder>> = None;
        // The order of whose fate nobody knows.
        let mut unknown: Option<Rc<ImportOrder>> = None;
        // The order that was sent last, and whether it was not for the first time.
        let mut last_sent: Option<Rc<ImportOrder>> = None;
        let mut is_repeated = false;
        let mut placed_once = false;
        // The order for which the browser goes to the bank.
        let mut is_leaving: Option<Rc<ImportOrder>> = None;
        // What was sent before the page was loaded again is asked about once.
        let mut resumed = false;
        // Who is there; the first one's order may have come with them.
        let mut buyer = 0;
        for next in nexts {
            let event = match next {
                Next::Any(event) => event,
                Next::Well => going_well(&state, &waits).unwrap_or(Event::PlaceOrder),
            };
            let is_possible = match event {
                // The session is looked at instead, and what is seen is told.
                Event::TimeUp(Timer::Session) => false,
                Event::TimeUp(timer) => waits.timers.contains(&timer),
                Event::AmazonReady => waits.amazon,
                // What is reviewed was chosen before.
                Event::OrderUsed => state.draft().is_some(),
                Event::PlanChanged => page != Page::Review,
                Event::OrderCreated(_) | Event::Consented(_) => page.chooses(),
                // Before the buyer can press anything, and where an order may have been sent.
                Event::Resume(..) => {
                    let sends = !matches!(page, Page::Choose | Page::SignIn);
                    matches!(state, State::Choosing(_)) && sends && !resumed
                }
                _ => true,
            };
            if !is_possible {
                continue;
            }
            resumed |= matches!(state, State::Choosing(_));
            let event = by_buyer(buyer, event);
            let was_ready = state.ready().is_some();
            let was_placing = state.is_placing();
            let is_press = event == Event::PlaceOrder;
            let resumes = match &event {
                Event::Resume(order, false) => Some(Rc::clone(order)),
                _ => None,
            };
            let is_sign_out = matches!(event, Event::SignOut | Event::SignedOutElsewhere);
            let is_answer = matches!(event, Event::Answered(_));
            let is_expected = in_flight.is_some();
            if let Event::Answered(outcome) = &event
                && let Some(sent) = in_flight.take()
            {
                unknown = None;
                match outcome {
                    // Of an order that was taken the first time Amazon says the same.
                    Outcome::Refused(error)
                        if is_repeated
                            && [ErrorKind::OrderStale, ErrorKind::TokenRefused]
                                .contains(&error.kind()) =>
                    {
                        unknown = Some(sent);
                    }
                    Outcome::Unknown(_) => unknown = Some(sent),
                    Outcome::Redirect(_) => is_leaving = Some(sent),
                    Outcome::Placed(_) => placed_once = true,
                    Outcome::Declined(_) | Outcome::Refused(_) => last_sent = None,
                }
            }
            if let Event::Resume(order, true) = &event {
                unknown = Some(Rc::clone(order));
                last_sent = Some(Rc::clone(order));
            }
            // Who comes back from the bank may have paid there.
            if matches!(event, Event::Stayed(_) | Event::TimeUp(Timer::Leave)) && is_leaving.is_some() {
                unknown = is_leaving.take();
            }
            if event == Event::PlanChanged {
                plan = plans.next().unwrap();
            }
            waits.hear(&event);
            let before = (is_answer && !is_expected).then(|| state.clone());
            let standing = view::standing(&state);
            let (next, effects) = step(plan, state, event);
            state = next;

            if let Some(before) = before {
                prop_assert_eq!(&before, &state, "an answer that nobody waits for");
                prop_assert_eq!(&effects, &[]);
            }
            let is_news = view::standing(&state) != standing;
            let news = Effect::Notify(Notice::State);
            prop_assert_eq!(effects.first() == Some(&news), is_news);
            prop_assert!(!effects.iter().skip(1).any(|effect| *effect == news), "told twice");
            if is_sign_out {
                buyer += 1;
            }
            for effect in &effects {
                waits.follow(effect);
                tells_nothing(&state, effect)?;
                has_its_widget(page, effect)?;
                match effect {
                    Effect::Send(order) => {
                        let same = in_flight.as_ref().is_none_or(|other| other == order);
                        prop_assert!(same, "two orders in flight");
                        prop_assert!(!placed_once && !was_placed, "an order after the order");
                        prop_assert!(is_leaving.is_none(), "an order after the last step");
                        if let Some(unknown) = &unknown {
                            prop_assert_eq!(unknown, order, "the first comes first");
                        } else if let Some(resumed) = &resumes {
                            prop_assert_eq!(resumed, order);
                        } else {
                            prop_assert!(was_ready || was_placing, "sent, but not all is chosen");
                            let choice = &state.choosing().unwrap().choice;
                            prop_assert_eq!(choice.complete(), Some(&order.amazon_order_id));
                        }
                        is_repeated = resumes.is_some() || last_sent.as_ref() == Some(order);
                        last_sent = Some(Rc::clone(order));
                        in_flight = Some(Rc::clone(order));
                    }
                    Effect::HandOn(kept) => {
                        prop_assert!(page == Page::Choose && is_press && was_ready);
                        prop_assert!(kept.complete);
                    }
                    Effect::GoOn => prop_assert!(placed_once || page == Page::SignIn),
                    Effect::Book(_) => prop_assert!(placed_once),
                    Effect::Navigate(_) => prop_assert!(is_leaving.is_some()),
                    Effect::ForgetAttempt => prop_assert!(is_answer && unknown.is_none()),
                    Effect::CollectOrder => prop_assert!(is_press && was_ready || was_placing),
                    Effect::Notify(Notice::Ready) => prop_assert!(state.ready().is_some()),
                    _ => {}
                }
                // An order on its way, or of unknown fate, is still the old buyer's.
                if !state.must_be_kept() && buyer > 0 {
                    let orders = order_of(effect);
                    let old = orders.filter(|id| **id != order_number(buyer, id));
                    prop_assert_eq!(old, None, "what the buyer before has chosen");
                    let old = token_of(effect).filter(|token| **token != token_number(buyer));
                    prop_assert_eq!(old, None, "the buyer before");
                }
            }
            if !state.must_be_kept() && buyer > 0 {
                let who = buyer_in(&state);
                prop_assert!(who.is_none_or(|token| *token == token_number(buyer)), "an old buyer");
            }
            prop_assert_eq!(waits.endless(&state), None, "waits for ever: {:?}", state);
            let snapshot = view::snapshot(&state);
            prop_assert!(!holds_secret(&snapshot), "{:?}", snapshot);
            prop_assert_eq!(snapshot.text_of("state"), Some(state.name().as_str()));
            prop_assert!(!state.words(page).english().is_empty());
            if placed_once {
                prop_assert!(state.receipt().is_some(), "a placed order is forgotten");
            } else {
                prop_assert!(state.receipt().is_none() || was_placed);
            }
            if is_leaving.is_some() {
                let is_there = matches!(state, State::Placing(_, Phase::Leaving(_)));
                prop_assert!(is_there, "the last step is forgotten");
            }
            if in_flight.is_some() {
                prop_assert!(state.must_be_kept(), "an order on its way is forgotten");
            }
            if unknown.is_some() {
                prop_assert!(state.must_be_kept(), "an order of unknown fate is forgotten");
            }
        }

        // From wherever this has led, the buyer gets on when all goes well.
        if matches!(page, Page::Review | Page::ThankYou | Page::SignIn) || is_closed {
            return Ok(());
        }
        for _ in 0..40 {
            let Some(event) = going_well(&state, &waits) else { return Ok(()) };
            waits.hear(&event);
            let (next, effects) = step(plan, state, event);
            effects.iter().for_each(|effect| waits.follow(effect));
            if effects.iter().any(|effect| matches!(effect, Effect::HandOn(_))) {
                return Ok(());
            }
            state = next;
        }
        prop_assert!(false, "no way on from {:?}", state);
    }
}
