//! Owns a checkout's state, performs the effects, feeds the events. One entrance: `dispatch`.

use alloc::rc::Rc;
use core::cell::Cell;
use core::fmt;

use wasm_bindgen::prelude::*;

use crate::domain::amazon::Widget;
use crate::domain::funnel::Funnel;
use crate::domain::ids::AmazonOrderId;
use crate::domain::options::{Options, invalid};
use crate::domain::order::{Fields, ImportOrder};
use crate::domain::outcome::Outcome;
use crate::domain::plan::{self, Plan};
use crate::domain::session::Arrival;
use crate::domain::sign_in::SignIn;
use crate::domain::text::number;
use crate::domain::value::Value;
use crate::domain::words;
use crate::error::{Error, ErrorKind};
use crate::flow::effect::ERROR_EVENT;
use crate::flow::{EVENT_NAMES, Effect, Event, Notice, State, StateName, Timer, step, view};
use crate::js::amazon::Drawing;
use crate::js::page::{self, Page, REJECT, RESOLVE, fresh_nonce};
use crate::js::session::{self, Session};
use crate::js::shared::{PerPage, Shared};
use crate::js::topic::Topic;
use crate::js::{amazon, convert, error, fetch, loader};
use crate::prelude::*;
use crate::wire::konnektive;

/// The name that listens to every event.
const EVERY_EVENT: &str = "*";

// The places of `newest` behind the widgets.
const PROFILE: usize = Widget::ALL.len();
const FIELDS: usize = PROFILE + 1;
const ANSWER: usize = FIELDS + 1;

/// Every checkout of the page, by its number, until it is disposed. A number is not used again: a late
/// call must not reach a newer checkout.
static CHECKOUTS: PerPage<Shared<Vec<Option<Rc<Driver>>>>> = PerPage(Shared::new(Vec::new()));

/// A running checkout.
pub struct Driver {
    number: usize,
    options: Options,
    page: Page,
    session: Session,
    plan: Cell<Plan>,
    /// The query with which the page was opened.
    search: String,
    /// The presentment currency, if it is not the region's own.
    currency: Shared<Option<String>>,
    state: Shared<State>,
    queue: Shared<Vec<Event>>,
    /// The next page of the funnel knows of the order.
    is_booked: Cell<bool>,
    dispatching: Cell<bool>,
    disposed: Cell<bool>,
    /// Each drawing and each question is a generation of its own.
    generation: Cell<u32>,
    /// The newest drawing of each widget, then the newest question for the profile, for the page's
    /// fields, and for what became of the order. What older ones say does not count.
    newest: [Cell<u32>; ANSWER + 1],
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Driver(…)")
    }
}

impl Driver {
    /// Reads the options, finds the page's elements, and begins. `returned` is what Amazon added to
    /// the page's address, `search` the rest of its query. Gives what the page works with.
    ///
    /// # Errors
    /// Everything that [`Options::read`] refuses, [`ErrorKind::MissingContainer`], and fields of
    /// the order form that must not travel.
    pub fn begin(
        raw_options: &JsValue,
        returned: &str,
        search: &str,
        hear: &JsValue,
    ) -> Result<JsValue, Error> {
        let number = CHECKOUTS.0.with(|all| {
            all.push(None);
            all.len() - 1
        });
        let page = page::open(hear, number as i32);
        let options = Options::read(convert::read(&page::read_options(&page, raw_options)))?;
        page::find_all(&page, &options)?;
        let driver = Rc::new(Self {
            number,
            plan: Cell::new(Plan::of(&options)),
            search: search.to_owned(),
            currency: Shared::new(
                options.text("wallet", "presentmentCurrency").map(ToOwned::to_owned),
            ),
            options,
            page,
            session: Session::default(),
            state: Shared::default(),
            queue: Shared::default(),
            is_booked: Cell::default(),
            dispatching: Cell::default(),
            disposed: Cell::default(),
            generation: Cell::default(),
            newest: Default::default(),
        });
        CHECKOUTS.0.with(|all| {
            if let Some(place) = all.get_mut(number) {
                *place = Some(Rc::clone(&driver));
            }
        });
        page::listen(&driver.page, &session::shop(&driver.options));
        let arrival = driver.arrival(returned);
        driver.state.set(State::Loading(arrival));
        driver.show(None, true);
        page::show_sign_out(&driver.page, driver.session.is_open());
        Ok(page::begin(&driver.page))
    }

    /// Finds who comes: the funnel may know better than the session.
    fn arrival(&self, returned: &str) -> Arrival {
        let (plan, funnel) = (self.plan.get(), self.funnel());
        let from_session = self.session.find(&self.page, &self.options, returned);
        // What is reviewed is of the kind that was chosen.
        if let Arrival::Buyer(_, Some(kept)) = &from_session
            && plan.page == plan::Page::Review
        {
            self.plan.set(Plan::new(&self.options, kept.recurring));
        }
        let fields = self.fields(false).map(Result::unwrap_or_default);
        if let Some(id) = funnel.shown_order(plan) {
            page::show_order(&self.page, id);
        }
        funnel.arrival(plan, fields.as_ref()).unwrap_or(from_session)
    }

    fn funnel(&self) -> Funnel {
        session::read_funnel(&self.page, &self.options, &self.search)
    }

    /// Takes an event. Events that arrive while one is dealt with wait for their turn.
    pub fn dispatch(&self, event: Event) {
        self.queue.with(|queue| queue.push(event));
        if self.dispatching.replace(true) {
            return;
        }
        loop {
            let events = self.queue.take();
            if events.is_empty() {
                break;
            }
            for event in events {
                // Any handler may dispose the checkout.
                if !self.disposed.get() {
                    self.take(event);
                }
            }
        }
        self.dispatching.set(false);
    }

    fn take(&self, event: Event) {
        let (state, effects) = step(self.plan.get(), self.state.take(), event);
        self.state.set(state);
        // An error stays to be read until there is something new to say.
        let (mut error, mut is_news) = (None, false);
        for effect in &effects {
            match effect {
                Effect::Book(order) => self.book(order),
                Effect::ForgetAttempt => session::forget_attempt(&self.page),
                Effect::Report(reported) => error = Some(reported),
                Effect::Notify(Notice::State | Notice::Expiring) => is_news = true,
                _ => {}
            }
        }
        self.show(error, is_news);
        for effect in effects {
            // Any handler may dispose the checkout.
            if !self.disposed.get() {
                self.perform(effect);
            }
        }
    }

    /// Hands on what JavaScript tells one of the checkouts.
    ///
    /// # Errors
    /// [`ErrorKind::Disposed`], [`ErrorKind::UnknownEvent`], and what `other_plan` refuses.
    pub fn route(checkout: u32, topic: u32, generation: u32, told: &str) -> Result<JsValue, Error> {
        let found = CHECKOUTS.0.with(|all| all.get(checkout as usize).cloned().flatten());
        match (found, Topic::of(topic)) {
            (Some(driver), Some(topic)) => driver.hear(topic, generation, convert::read(told)),
            // What the page gets from a checkout that it has disposed. Nobody else gets anything.
            (
                None,
                Some(
                    Topic::On
                    | Topic::PlaceOrder
                    | Topic::SetAgreement
                    | Topic::SetCurrency
                    | Topic::Snapshot,
                ),
            ) => Err(ErrorKind::Disposed.into()),
            _ => Ok(JsValue::UNDEFINED),
        }
    }

    /// Turns what JavaScript told into an event, or into an answer.
    fn hear(&self, topic: Topic, generation: u32, told: Value) -> Result<JsValue, Error> {
        if self.disposed.get() {
            return Ok(JsValue::UNDEFINED);
        }
        let place = self.newest.iter().position(|newest| newest.get() == generation);
        let widget = place.and_then(|place| Widget::ALL.get(place).copied());
        let text = told.text().unwrap_or_default();
        let event = match topic {
            Topic::On if text != EVERY_EVENT && !EVENT_NAMES.contains(&text) => {
                return Err(Error::new(ErrorKind::UnknownEvent, text));
            }
            Topic::On => None,
            Topic::PlaceOrder => {
                // The machine may have slept, or another tab signed out.
                if !self.state.with(|state| state.must_be_kept()) {
                    self.dispatch(self.look());
                }
                if self.state.with(|state| state.receipt().is_some()) {
                    self.resolve(Notice::Placed);
                }
                Some(Event::PlaceOrder)
            }
            Topic::SetAgreement => {
                self.plan.set(self.other_plan(text)?);
                Some(Event::PlanChanged)
            }
            Topic::SetCurrency => {
                self.options.check_currency(text)?;
                self.currency.set(Some(text.to_owned()));
                Some(Event::CurrencyChanged)
            }
            Topic::Snapshot => return Ok(convert::to_js(&self.state.with(|s| view::snapshot(s)))),
            Topic::SignOut => Some(Event::SignOut),
            Topic::Retry => Some(Event::Retry),
            Topic::Dispose => {
                self.dispose();
                None
            }
            Topic::Begin => Some(Event::Start),
            Topic::Seen => {
                if matches!(told, Value::Bool(true)) {
                    self.dispatch(Event::Stayed(ErrorKind::OutcomeUnknown.into()));
                }
                Some(self.look())
            }
            Topic::AmazonLoaded => Some(match loader::loaded(text) {
                Ok(()) => {
                    self.dispatch(Event::AmazonReady);
                    // The machine may have slept meanwhile.
                    self.look()
                }
                Err(error) => Event::AmazonFailed(error),
            }),
            Topic::AmazonThrew => {
                Some(Event::AmazonFailed(Error::new(ErrorKind::AmazonThrew, text)))
            }
            Topic::ButtonPressed => Some(Event::ButtonPressed(fresh_nonce())),
            Topic::PopupBlocked => Some(Event::SignInFailed(ErrorKind::PopupBlocked.into())),
            Topic::SignedIn => Some(Event::SignedIn(SignIn::read(&told))),
            // The shape of the id is checked: whoever writes the address bar can put one here.
            Topic::OrderCreated if widget.is_some() => {
                AmazonOrderId::parse(text).map(Event::OrderCreated)
            }
            Topic::OrderCreated => None,
            Topic::TooLow => {
                widget.map(|widget| Event::Warned(Error::new(ErrorKind::NoHeight, widget.option())))
            }
            Topic::Chosen => match widget {
                Some(Widget::AddressBook) => Some(Event::AddressSelected),
                Some(Widget::Wallet) => Some(Event::PaymentSelected),
                Some(Widget::Consent) => amazon::consent(text).map(Event::Consented),
                _ => None,
            },
            Topic::WidgetFailed => {
                widget.map(|widget| Event::WidgetFailed(widget, text.to_owned()))
            }
            Topic::Silent => {
                widget.map(|widget| Event::WidgetSilent(widget, matches!(told, Value::Bool(true))))
            }
            Topic::Sent => AmazonOrderId::parse(told.text_of("amazonOrderId").unwrap_or_default())
                .map(|id| {
                    let key = told.text_of("key").unwrap_or_default();
                    let order = Rc::new(ImportOrder::again(key, id));
                    Event::Resume(order, told.is_true("left"))
                }),
            Topic::ProfileArrived if place == Some(PROFILE) => {
                Some(Event::ProfileArrived(fetch::profile(&told)))
            }
            Topic::FieldsGiven if place == Some(FIELDS) && self.is_placing() => {
                self.check(Fields::read(told))
            }
            Topic::FieldsChecked if place == Some(FIELDS) => Some(collected(match told {
                Value::Bool(false) => Err(ErrorKind::OrderVetoed.into()),
                fields => Fields::read(fields),
            })),
            Topic::FieldsFailed if place == Some(FIELDS) => {
                Some(collected(Err(ErrorKind::OrderFunctionFailed.into())))
            }
            Topic::ProfileArrived
            | Topic::FieldsGiven
            | Topic::FieldsChecked
            | Topic::FieldsFailed => None,
            Topic::Answered if place != Some(ANSWER) => None,
            Topic::Answered => Some(Event::Answered(match fetch::reply(&told) {
                Ok(reply) => konnektive::outcome(&reply),
                Err(error) => Outcome::Unknown(error),
            })),
            Topic::TimeUp => match Timer::ALL.get(number(text) as usize) {
                Some(Timer::Session) => Some(self.look()),
                timer => timer.copied().map(Event::TimeUp),
            },
        };
        if let Some(event) = event {
            self.dispatch(event);
        }
        Ok(JsValue::UNDEFINED)
    }

    fn perform(&self, effect: Effect) {
        let (page, options) = (&self.page, &self.options);
        match effect {
            Effect::LoadAmazon => {
                loader::load(page, &options.site.widgets_url(), options.text("nonce", ""));
            }
            Effect::DrawButton => {
                let in_cookie = self.session.is_open() && self.session.is_in_cookie();
                amazon::draw_button(page, options, in_cookie, self.ask(Widget::Button as usize));
            }
            Effect::Authorize(nonce, order) => {
                amazon::open_sign_in(page, options, &nonce, order.as_ref());
            }
            Effect::KeepSession(token, seconds, order) => {
                self.session.keep(page, options, &token, seconds, order.as_ref());
                self.welcome();
            }
            Effect::ForgetSession(everywhere) => {
                self.session.forget(page, options, everywhere);
                page::show_sign_out(page, false);
            }
            Effect::EraseWidgets => {
                self.erase_the_rest();
                self.erase(Widget::AddressBook);
            }
            Effect::Draw(widget, plan, id) => {
                // What was drawn for the order reference before has nothing to say any more.
                if widget == Widget::AddressBook {
                    self.erase_the_rest();
                } else if id.is_none() {
                    self.erase(Widget::Consent);
                }
                self.draw(widget, plan, id.as_ref(), false);
            }
            Effect::Show(widget, plan, id) => self.draw(widget, plan, Some(&id), true),
            Effect::FetchProfile(token) => {
                let url = options.site.profile_url();
                fetch::ask_for_profile(page, &url, &token, self.ask(PROFILE));
            }
            Effect::CollectOrder => self.collect_order(),
            Effect::Send(order) => {
                let token = |state: &mut State| state.choosing().map(|it| it.token.clone());
                if let Some(token) = self.state.with(token) {
                    let request = konnektive::import(options, &order, &token);
                    fetch::post(page, request, self.ask(ANSWER));
                }
            }
            // Done already.
            Effect::Book(_) | Effect::ForgetAttempt => {}
            Effect::ForgetChoice => {
                session::keep_choice(None);
            }
            Effect::HandOn(order) => {
                if session::keep_choice(Some(&order)) {
                    self.resolve(Notice::Ready);
                    self.go_on();
                } else {
                    self.dispatch(Event::Warned(ErrorKind::StorageBlocked.into()));
                }
            }
            // A page that would know nothing of the order would say that there is none.
            Effect::GoOn if !self.is_booked.get() && self.plan.get().page != plan::Page::SignIn => {
            }
            Effect::GoOn => self.go_on(),
            Effect::Navigate(url) => {
                session::leave_attempt(page);
                self.navigate(&url, true);
            }
            Effect::StartTimer(timer) => {
                page::start_timer(page, timer as i32, timer.milliseconds() as i32);
            }
            Effect::StopTimer(timer) => page::stop_timer(page, timer as i32),
            Effect::Notify(notice) => {
                let told = self.detail(notice);
                let detail = convert::to_js(&told);
                match notice {
                    Notice::Placed => page::settle(page, RESOLVE, &detail),
                    Notice::Declined => {
                        let reason = told.text_of("reason").unwrap_or_default();
                        self.reject(&Error::new(ErrorKind::Declined, reason));
                    }
                    // An order on its way will be answered yet.
                    Notice::SignedOut if !self.is_placing() => {
                        self.reject(&Error::new(ErrorKind::NotReady, notice.name()));
                    }
                    _ => {}
                }
                page::tell(page, notice.name(), &detail);
            }
            Effect::Report(error) => {
                let detail = error::to_js(&error);
                // An attempt that goes on will be answered yet.
                if !self.is_placing() {
                    page::settle(page, REJECT, &detail);
                }
                page::tell(page, ERROR_EVENT, &detail);
            }
        }
    }

    /// Tells the next pages of the funnel, and whoever waits for it. Any handler of what follows may
    /// leave the page or dispose the checkout.
    fn book(&self, order: &ImportOrder) {
        let order_id = self.state.with(|state| state.order_id().map(ToOwned::to_owned));
        let plan = self.plan.get();
        let is_kept = session::keep_placed(&self.page, plan, order, order_id.as_deref());
        self.is_booked.set(is_kept);
        self.resolve(Notice::Placed);
    }

    fn go_on(&self) {
        if let Some(next) = self.options.text("next", "") {
            // A page that signs in and leads to itself would never end.
            self.navigate(next, self.plan.get().page != plan::Page::SignIn);
        }
    }

    fn navigate(&self, url: &str, again: bool) {
        if !page::navigate(url, again) {
            self.dispatch(Event::Stayed(ErrorKind::RedirectRefused.into()));
        }
    }

    /// Draws a widget anew. What the older one says does not count any more.
    fn draw(&self, widget: Widget, plan: Plan, order: Option<&AmazonOrderId>, read_only: bool) {
        let generation = self.ask(widget as usize);
        let refused = |state: &mut State| state.choosing().is_some_and(|it| it.currency_refused);
        let is_shown = widget == Widget::Wallet && !self.state.with(refused);
        let currency = self.currency.with(|currency| currency.clone()).filter(|_| is_shown);
        let currency = currency.as_deref();
        let drawing = Drawing { widget, plan, order, read_only, currency, generation };
        amazon::draw(&self.page, &self.options, &drawing);
    }

    /// Takes a widget off the page. What it still says does not count.
    fn erase(&self, widget: Widget) {
        self.ask(widget as usize);
        page::erase(&self.page, widget as i32);
    }

    fn erase_the_rest(&self) {
        for widget in [Widget::Wallet, Widget::Consent, Widget::AddressReview, Widget::WalletReview]
        {
            self.erase(widget);
        }
    }

    /// Begins a new generation in one of the places of `newest`.
    fn ask(&self, place: usize) -> i32 {
        let generation = self.generation.get() + 1;
        self.generation.set(generation);
        if let Some(newest) = self.newest.get(place) {
            newest.set(generation);
        }
        generation as i32
    }

    /// The plan for another agreement on the same page.
    fn other_plan(&self, agreement: &str) -> Result<Plan, Error> {
        let recurring = agreement == "recurring";
        let plan = Plan::new(&self.options, recurring);
        if !plan.page.chooses() {
            Err(invalid("agreement", "what was chosen on the page before"))
        } else if plan.consent && !page::has(&self.page, Widget::Consent as i32) {
            Err(Error::new(ErrorKind::MissingOption, "consent.container"))
        } else if recurring || agreement == "one-time" {
            Ok(plan)
        } else {
            Err(invalid("agreement", "one-time, recurring"))
        }
    }

    /// Looks at the session: has it ended, when will it, or has another page begun one?
    fn look(&self) -> Event {
        if self.session.is_over_elsewhere(&self.page) {
            return Event::SignedOutElsewhere;
        }
        let is_free = !self.session.is_open() && !self.state.with(|state| state.must_be_kept());
        if is_free
            && let Arrival::Buyer(token, _) = self.session.find(&self.page, &self.options, "")
        {
            self.welcome();
            return Event::Known(token);
        }
        let draft = self.state.with(|state| state.draft().cloned());
        if draft.is_some_and(|order| session::is_placed(&self.page, &order)) {
            return Event::OrderUsed;
        }
        Event::Clock(self.session.seconds_left())
    }

    /// The page's own fields, checked by the browser too if they are those of a form. None if a
    /// function tells them when the order is placed.
    fn fields(&self, checked: bool) -> Option<Result<Fields, Error>> {
        match self.options.get("order", "") {
            None => Some(Ok(Fields::default())),
            Some(Value::Map(fields)) => Some(Fields::read(Value::Map(fields.clone()))),
            Some(Value::Opaque(place)) if page::is_function(&self.page, *place as i32) => None,
            Some(_) => Some(page::collect(&self.page, &self.options, checked)),
        }
    }

    /// The buyer is signed in: Amazon's script may know, and the page lets them out again.
    fn welcome(&self) {
        if self.session.is_in_cookie() {
            amazon::use_cookie();
        }
        page::show_sign_out(&self.page, true);
    }

    fn collect_order(&self) {
        let generation = self.ask(FIELDS);
        match (self.fields(true), self.options.get("order", "")) {
            (None, Some(Value::Opaque(place))) => {
                page::ask_for_fields(&self.page, *place as i32, generation);
            }
            (fields, _) => {
                if let Some(event) = self.check(fields.unwrap_or_else(|| Ok(Fields::default()))) {
                    self.dispatch(event);
                }
            }
        }
    }

    /// Adds what the funnel knows, and shows all of it to the page, if it wants to see it.
    fn check(&self, fields: Result<Fields, Error>) -> Option<Event> {
        let fields = fields.and_then(|fields| self.funnel().complete(self.plan.get(), fields));
        match (fields, self.options.get("beforeOrder", "")) {
            (Ok(fields), Some(Value::Opaque(place))) => {
                let fields = convert::to_js(&Value::Map(fields.entries().to_vec()));
                page::ask_about_fields(&self.page, *place as i32, &fields, self.ask(FIELDS));
                None
            }
            (fields, _) => Some(collected(fields)),
        }
    }

    fn show(&self, error: Option<&Error>, is_news: bool) {
        // Read first: what is told to an element may come back.
        let read = self.state.with(|state| {
            let order_id = state.order_id().map(ToOwned::to_owned);
            Some((
                state.name(),
                state.words(self.plan.get().page),
                state.ready().is_some(),
                order_id,
            ))
        });
        let Some((name, words, can_place, order_id)) = read else { return };
        let order_id = order_id.as_deref();
        let hides_button = !matches!(
            name,
            StateName::Loading | StateName::SignedOut | StateName::SigningIn | StateName::Expired
        );
        page::show(&self.page, name.as_str(), hides_button, can_place, order_id);
        let page = &self.page;
        match error {
            Some(error) => {
                let (key, english, subject) = words::for_error(error, words, &self.options.site);
                page::say(page, key, english, error.code(), subject);
            }
            None if !is_news => {}
            None => page::say(page, words.key(), words.english(), "", order_id.unwrap_or("")),
        }
    }

    fn is_placing(&self) -> bool {
        self.state.with(|state| state.is_placing())
    }

    fn detail(&self, notice: Notice) -> Value {
        self.state.with(|state| view::detail(state, notice))
    }

    /// Answers the promises of `placeOrder()`.
    fn resolve(&self, notice: Notice) {
        page::settle(&self.page, RESOLVE, &convert::to_js(&self.detail(notice)));
    }

    fn reject(&self, error: &Error) {
        page::settle(&self.page, REJECT, &error::to_js(error));
    }

    /// Ends the checkout: no event, timer, listener or drawing of it remains. An order on its way
    /// still arrives at the backend.
    fn dispose(&self) {
        self.disposed.set(true);
        // Nothing can be placed any more.
        self.state.set(State::Unavailable(Arrival::Nobody));
        self.show(None, true);
        page::show_sign_out(&self.page, false);
        page::close(&self.page);
        self.reject(&ErrorKind::Disposed.into());
        let gone = CHECKOUTS.0.with(|all| all.get_mut(self.number).and_then(Option::take));
        drop(gone);
    }
}

fn collected(fields: Result<Fields, Error>) -> Event {
    Event::OrderCollected(fresh_nonce(), fields)
}
