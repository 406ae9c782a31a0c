//! Owns a checkout's state, performs the effects, feeds the events. One entrance: `dispatch`.

use alloc::rc::Rc;
use core::cell::Cell;
use core::fmt;

use wasm_bindgen::prelude::*;

use crate::domain::amazon::Widget;
use crate::domain::options::{Options, invalid};
use crate::domain::order::Fields;
use crate::domain::outcome::Outcome;
use crate::domain::plan::Plan;
use crate::domain::session::Arrival;
use crate::domain::value::{Entries, Value};
use crate::domain::words;
use crate::error::{Error, ErrorKind};
use crate::flow::effect::ERROR_EVENT;
use crate::flow::{EVENT_NAMES, Effect, Event, Notice, State, StateName, Timer, step, view};
use crate::js::ear::{Ear, Listener, Told, Topic};
use crate::js::page::{self, Look, Page};
use crate::js::session::Session;
use crate::js::shared::Shared;
use crate::js::sys::{self, AbortController, Function, Promise, Record};
use crate::js::{amazon, convert, error, fetch, loader};
use crate::prelude::*;
use crate::wire::konnektive;

/// The name that listens to every event.
const EVERY_EVENT: &str = "*";

// The places of `newest` behind the widgets.
const PROFILE: usize = Widget::ALL.len();
const FIELDS: usize = PROFILE + 1;

const RESOLVE: usize = 0;
const REJECT: usize = 1;

/// A running checkout.
pub struct Driver {
    options: Options,
    /// The functions and elements among the options.
    opaque: Vec<JsValue>,
    page: Page,
    /// What the page holds in its hands.
    face: Record,
    /// None before the beginning and once disposed.
    ear: Cell<Option<Ear>>,
    /// Ends the listening to the page's controls.
    until: AbortController,
    session: Session,
    plan: Cell<Plan>,
    state: Shared<State>,
    queue: Shared<Vec<Event>>,
    dispatching: Cell<bool>,
    /// Each drawing and each handler is a generation of its own.
    generation: Cell<u32>,
    /// The newest drawing of each widget, then the newest question for the profile and for the
    /// page's fields. What older ones say does not count.
    newest: [Cell<u32>; Widget::ALL.len() + 2],
    /// By the order of `Timer`.
    timers: Shared<[JsValue; Timer::ALL.len()]>,
    handlers: Shared<Vec<Rc<Handler>>>,
    /// The promises of `placeOrder()`: how to resolve and how to reject each.
    waiting: Shared<Vec<[JsValue; 2]>>,
}

struct Handler {
    generation: u32,
    event: String,
    function: Function,
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Driver(…)")
    }
}

impl Driver {
    /// Reads the options, finds the page's elements, and begins. `returned` is what Amazon added to
    /// the page's address. Gives what the page works with: `state`, `snapshot`, `on`, `placeOrder`,
    /// `setAgreement`, `signOut`, `retry`, `dispose`.
    ///
    /// # Errors
    /// Everything that [`Options::read`] refuses, [`ErrorKind::MissingContainer`], and fields of
    /// the order form that must not travel.
    pub fn begin(raw_options: &JsValue, returned: &str) -> Result<JsValue, Error> {
        let mut opaque = Vec::new();
        let options = Options::read(convert::read(raw_options, &mut opaque))?;
        let page = Page::find(&options, &opaque)?;
        // Better found now than by the first buyer.
        if let Some(form) = page::find_form(&options, &opaque)? {
            page::read_form(&form)?;
        }
        let driver = Rc::new(Self {
            plan: Cell::new(Plan::of(&options)),
            options,
            opaque,
            page,
            face: Record::new(),
            ear: Cell::default(),
            until: AbortController::new(),
            session: Session::default(),
            state: Shared::default(),
            queue: Shared::default(),
            dispatching: Cell::default(),
            generation: Cell::default(),
            newest: Default::default(),
            timers: Shared::default(),
            handlers: Shared::default(),
            waiting: Shared::default(),
        });
        // The listener owns the driver, until `dispose` closes the ear.
        let listened = Rc::clone(&driver);
        let listener: Listener = Rc::new(move |told| listened.hear(told));
        let ear = Ear::new(listener);
        driver.ear.set(Some(ear));
        let face = &driver.face;
        face.set("on", &ear.on(Topic::On));
        face.set("placeOrder", &ear.on(Topic::PlaceOrder));
        face.set("setAgreement", &ear.on(Topic::SetAgreement));
        face.set("snapshot", &ear.on(Topic::Snapshot));
        face.set("signOut", &ear.on(Topic::SignOut));
        face.set("retry", &ear.on(Topic::Retry));
        face.set("dispose", &ear.on(Topic::Dispose));
        driver.listen(ear);
        let arrival = driver.session.find(&driver.options, returned);
        driver.state.set(State::Loading(arrival));
        driver.state.with(|state| driver.show(state, None, true));
        driver.page.show_sign_out(driver.session.is_open());
        // Later, so that the caller's handlers are in place before the first event.
        sys::set_timeout(&ear.on(Topic::Begin), 0, 0);
        Ok(driver.face.clone().into())
    }

    fn listen(&self, ear: Ear) {
        let until = Record::new();
        until.set("signal", &convert::property(&self.until, "signal"));
        self.page.listen(ear, &until);
        // A page that comes back may be older than its session.
        page::watch(&ear.on(Topic::Seen), &until);
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
                if let Some(ear) = self.ear.get() {
                    self.take(event, ear);
                }
            }
        }
        self.dispatching.set(false);
    }

    fn take(&self, event: Event, ear: Ear) {
        let (state, effects) = step(self.plan.get(), self.state.take(), event);
        self.state.set(state);
        // An error stays to be read until there is something new to say.
        let (mut error, mut is_news) = (None, false);
        for effect in &effects {
            match effect {
                Effect::Report(reported) => error = Some(reported),
                Effect::Notify(Notice::State | Notice::Expiring) => is_news = true,
                _ => {}
            }
        }
        self.state.with(|state| self.show(state, error, is_news));
        for effect in effects {
            // Any handler may dispose the checkout.
            if self.ear.get().is_some() {
                self.perform(effect, ear);
            }
        }
    }

    /// Turns what JavaScript told into an event, or into an answer.
    fn hear(&self, told: Told) -> Result<JsValue, JsValue> {
        let Told { topic, generation, value, other } = told;
        let Some(ear) = self.ear.get() else { return Ok(JsValue::UNDEFINED) };
        let is_new =
            |place: usize| self.newest.get(place).is_some_and(|newest| newest.get() == generation);
        let event = match topic {
            Topic::On => return self.on(ear, value, other),
            Topic::Off => {
                self.handlers.with(|all| all.retain(|one| one.generation != generation));
                None
            }
            Topic::PlaceOrder => {
                let promise = Promise::new(&ear.on(Topic::Promised));
                if self.state.with(|state| state.receipt().is_some()) {
                    self.settle(RESOLVE, &self.detail(Notice::Placed));
                }
                self.dispatch(Event::PlaceOrder);
                return Ok(promise.into());
            }
            Topic::Promised => {
                self.waiting.with(|waiting| waiting.push([value, other]));
                None
            }
            // A button of the page's own in the order form, say for a coupon.
            Topic::PlaceOrderPressed if convert::property(&value, "submitter").is_truthy() => None,
            Topic::PlaceOrderPressed => {
                page::keep_on_page(&value);
                Some(Event::PlaceOrder)
            }
            Topic::SignOutPressed => {
                page::keep_on_page(&value);
                Some(Event::SignOut)
            }
            Topic::SignOut => Some(Event::SignOut),
            Topic::Seen => Some(self.look()),
            Topic::Snapshot => return Ok(convert::to_js(&self.state.with(|s| view::snapshot(s)))),
            Topic::Retry => Some(Event::Retry),
            Topic::Dispose => {
                self.dispose(ear);
                None
            }
            Topic::Begin => Some(Event::Start),
            Topic::AmazonLoaded => Some(match loader::loaded(&value) {
                Ok(()) => {
                    self.dispatch(Event::AmazonReady);
                    // The machine may have slept meanwhile.
                    self.look()
                }
                Err(error) => Event::AmazonFailed(error),
            }),
            Topic::ButtonPressed => Some(Event::ButtonPressed(convert::fresh_nonce())),
            Topic::ButtonFailed => failed(Widget::Button, &value),
            Topic::SignedIn => Some(Event::SignedIn(amazon::sign_in(&value))),
            Topic::OrderCreated
                if is_new(self.first_widget() as usize) && self.is_our_order(ear) =>
            {
                amazon::order_id(self.drawn(), &value).map(Event::OrderCreated)
            }
            Topic::AddressSelected if is_new(Widget::AddressBook as usize) => {
                Some(Event::AddressSelected)
            }
            Topic::AddressBookFailed if is_new(Widget::AddressBook as usize) => {
                failed(Widget::AddressBook, &value)
            }
            Topic::PaymentSelected if is_new(Widget::Wallet as usize) => {
                Some(Event::PaymentSelected)
            }
            Topic::WalletFailed if is_new(Widget::Wallet as usize) => {
                failed(Widget::Wallet, &value)
            }
            Topic::Consented
                if is_new(Widget::Consent as usize)
                    && amazon::speaks_from(&self.page, Widget::Consent, true) =>
            {
                amazon::consent(&value).map(Event::Consented)
            }
            Topic::ConsentFailed if is_new(Widget::Consent as usize) => {
                failed(Widget::Consent, &value)
            }
            Topic::SetAgreement => {
                self.plan.set(self.other_plan(&convert::text_of(&value))?);
                Some(Event::PlanChanged)
            }
            Topic::OrderCreated
            | Topic::Consented
            | Topic::ConsentFailed
            | Topic::AddressSelected
            | Topic::AddressBookFailed
            | Topic::PaymentSelected
            | Topic::WalletFailed => None,
            Topic::ProfileResponse => {
                let ear = ear.generation(generation);
                fetch::read_body(&value, ear, Topic::ProfileBody, Topic::ProfileBody);
                None
            }
            Topic::ProfileBody if !is_new(PROFILE) => None,
            Topic::FieldsGiven | Topic::FieldsFailed if !is_new(FIELDS) => None,
            Topic::ProfileBody => Some(Event::ProfileArrived(fetch::profile(&value))),
            Topic::FieldsGiven => Some(collected(Fields::read(convert::read_data(&value)))),
            Topic::FieldsFailed => {
                error::report(&value);
                Some(collected(Err(ErrorKind::OrderFunctionFailed.into())))
            }
            Topic::OrderResponse => {
                fetch::read_body(&value, ear, Topic::OrderBody, Topic::OrderLost);
                None
            }
            Topic::OrderBody => Some(Event::Answered(konnektive::outcome(&fetch::reply(&value)))),
            Topic::OrderLost => Some(Event::Answered(Outcome::Unknown(fetch::lost(&value)))),
            Topic::TimeUp => {
                let number = value.as_f64().unwrap_or_default() as usize;
                match Timer::ALL.get(number) {
                    Some(Timer::Session) => Some(self.look()),
                    timer => timer.copied().map(Event::TimeUp),
                }
            }
        };
        if let Some(event) = event {
            self.dispatch(event);
        }
        Ok(JsValue::UNDEFINED)
    }

    fn perform(&self, effect: Effect, ear: Ear) {
        let options = &self.options;
        let asked = match effect {
            Effect::LoadAmazon => {
                let (url, nonce) = (options.site.widgets_url(), options.text("nonce", ""));
                return loader::load(&url, nonce, ear);
            }
            Effect::DrawButton => {
                let in_cookie = self.session.is_open() && self.session.is_in_cookie();
                amazon::set_up(options, in_cookie).and_then(|()| {
                    self.draw(Widget::Button, ear, |ear, host| {
                        amazon::draw_button(options, ear, host)
                    })
                })
            }
            Effect::Authorize(nonce, order) => {
                match amazon::open_sign_in(options, ear, &nonce, order.as_ref()) {
                    Err(error) if error.kind() == ErrorKind::PopupBlocked => {
                        return self.dispatch(Event::SignInFailed(error));
                    }
                    opened => opened,
                }
            }
            Effect::KeepSession(token, seconds) => {
                self.session.keep(options, &token, seconds);
                if self.session.is_in_cookie() {
                    amazon::use_cookie();
                }
                return self.page.show_sign_out(true);
            }
            Effect::ForgetSession(everywhere) => {
                self.session.forget(options, everywhere);
                return self.page.show_sign_out(false);
            }
            Effect::EraseWidgets => {
                self.erase_the_rest();
                return self.erase(Widget::AddressBook);
            }
            Effect::DrawAddressBook(plan, id) => {
                // What was drawn for the order reference before has nothing to say any more.
                self.erase_the_rest();
                self.draw(Widget::AddressBook, ear, |ear, host| {
                    ear.expect_order();
                    amazon::draw_address_book(options, plan, ear, id.as_ref(), host)
                })
            }
            Effect::DrawWallet(plan, id) => {
                if id.is_none() {
                    self.erase(Widget::Consent);
                }
                self.draw(Widget::Wallet, ear, |ear, host| {
                    if plan.digital {
                        ear.expect_order();
                    }
                    amazon::draw_wallet(options, plan, ear, id.as_ref(), host)
                })
            }
            Effect::DrawConsent(id) => self.draw(Widget::Consent, ear, |ear, host| {
                amazon::draw_consent(options, ear, &id, host)
            }),
            Effect::FetchProfile(token) => {
                let ear = self.ask(PROFILE, ear);
                return fetch::ask_for_profile(&options.site.profile_url(), &token, ear);
            }
            Effect::CollectOrder => return self.collect_order(ear),
            Effect::Send(order) => {
                return fetch::post(&konnektive::import_order(options, &order), ear);
            }
            Effect::Navigate(url) => {
                let refused = |_| ErrorKind::RedirectRefused.into();
                sys::navigate(&url).map_err(refused)
            }
            Effect::StartTimer(timer) => {
                let (time, number) = (timer.milliseconds(), timer as u32);
                let timeout = sys::set_timeout(&ear.on(Topic::TimeUp), time, number);
                return self.set_timer(timer, timeout);
            }
            Effect::StopTimer(timer) => return self.set_timer(timer, JsValue::UNDEFINED),
            Effect::Notify(notice) => {
                let detail = self.detail(notice);
                match notice {
                    Notice::Placed => self.settle(RESOLVE, &detail),
                    Notice::Declined => {
                        let reason = convert::text_of(&convert::property(&detail, "reason"));
                        let error = Error::new(ErrorKind::Declined, &reason);
                        self.settle(REJECT, &error::to_js(&error));
                    }
                    // An order on its way will be answered yet.
                    Notice::SignedOut if !self.state.with(|state| state.is_placing()) => {
                        let error = Error::new(ErrorKind::NotReady, notice.name());
                        self.settle(REJECT, &error::to_js(&error));
                    }
                    _ => {}
                }
                return self.tell(notice.name(), &detail);
            }
            Effect::Report(error) => {
                let detail = error::to_js(&error);
                // An attempt that goes on will be answered yet.
                if !self.state.with(|state| state.is_placing()) {
                    self.settle(REJECT, &detail);
                }
                return self.tell(ERROR_EVENT, &detail);
            }
        };
        if let Err(error) = asked {
            self.dispatch(Event::AmazonFailed(error));
        }
    }

    /// Draws a widget anew. What the older one says does not count any more.
    fn draw(
        &self,
        widget: Widget,
        ear: Ear,
        draw: impl Fn(Ear, &str) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let ear = self.ask(widget as usize, ear);
        self.page.hosts(widget).iter().try_for_each(|host| draw(ear, host))
    }

    /// Takes a widget off the page. What it still says does not count.
    fn erase(&self, widget: Widget) {
        if let Some(newest) = self.newest.get(widget as usize) {
            newest.set(self.next_generation());
        }
        self.page.erase(widget);
    }

    fn erase_the_rest(&self) {
        self.erase(Widget::Wallet);
        self.erase(Widget::Consent);
    }

    /// The widget that makes the order reference.
    fn first_widget(&self) -> Widget {
        if self.drawn().digital { Widget::Wallet } else { Widget::AddressBook }
    }

    /// The plan of the widgets that are on the page, which may be older than the page's.
    fn drawn(&self) -> Plan {
        let plan = |state: &mut State| state.choosing().map(|choosing| choosing.choice.plan);
        self.state.with(plan).unwrap_or(self.plan.get())
    }

    /// True if the order reference that Amazon tells of was made here.
    fn is_our_order(&self, ear: Ear) -> bool {
        amazon::speaks_from(&self.page, self.first_widget(), ear.expects_order())
    }

    /// The plan for another agreement on the same page.
    fn other_plan(&self, agreement: &str) -> Result<Plan, JsValue> {
        let recurring = agreement == "recurring";
        let plan = Plan::new(&self.options, recurring);
        let error = if plan.consent && self.page.hosts_none(Widget::Consent) {
            Error::new(ErrorKind::MissingOption, "consent.container")
        } else if recurring || agreement == "one-time" {
            return Ok(plan);
        } else {
            invalid("agreement", "one-time, recurring")
        };
        Err(error::to_js(&error))
    }

    /// Looks at the session: has it ended, when will it, or has another page begun one?
    fn look(&self) -> Event {
        if self.session.is_over_elsewhere() {
            return Event::SignedOutElsewhere;
        }
        let is_free = !self.session.is_open() && !self.state.with(|state| state.must_be_kept());
        if is_free && let Arrival::Buyer(token, _) = self.session.find(&self.options, "") {
            self.page.show_sign_out(true);
            if self.session.is_in_cookie() {
                amazon::use_cookie();
            }
            return Event::Known(token);
        }
        Event::Clock(self.session.seconds_left())
    }

    /// Begins a new generation in one of the places of `newest`.
    fn ask(&self, place: usize, ear: Ear) -> Ear {
        let generation = self.next_generation();
        if let Some(newest) = self.newest.get(place) {
            newest.set(generation);
        }
        ear.generation(generation)
    }

    fn next_generation(&self) -> u32 {
        let generation = self.generation.get() + 1;
        self.generation.set(generation);
        generation
    }

    fn set_timer(&self, timer: Timer, timeout: JsValue) {
        self.timers.with(|timers| {
            if let Some(place) = timers.get_mut(timer as usize) {
                sys::clear_timeout(place);
                *place = timeout;
            }
        });
    }

    fn collect_order(&self, ear: Ear) {
        // Found anew: the page may have drawn its form anew.
        let fields = match page::find_form(&self.options, &self.opaque) {
            Err(error) => Err(error),
            Ok(Some(form)) if page::is_valid(&form) => page::read_form(&form),
            Ok(Some(_)) => Err(ErrorKind::FormInvalid.into()),
            Ok(None) => match self.options.get("order", "") {
                Some(Value::Opaque(place)) => {
                    let function = self.opaque.get(*place).cloned().unwrap_or_default();
                    return fetch::ask_for_fields(&function, self.ask(FIELDS, ear));
                }
                fields => Fields::read(fields.cloned().unwrap_or(Value::Map(Entries::new()))),
            },
        };
        self.dispatch(collected(fields));
    }

    fn show(&self, state: &State, error: Option<&Error>, is_news: bool) {
        let name = state.name();
        let order_id = state.order_id();
        self.face.set_text("state", name.as_str());
        self.page.show(Look {
            signed_in: !matches!(
                name,
                StateName::Loading
                    | StateName::SignedOut
                    | StateName::SigningIn
                    | StateName::Expired
                    | StateName::Unavailable
            ),
            can_place: state.ready().is_some(),
            placing: name == StateName::Placing,
            order_id,
        });
        match error {
            Some(error) => {
                let text = words::for_error(error, state.words(), &self.options.site);
                self.page.say(&text, error.code());
            }
            None if !is_news => {}
            None => self.page.say(&words::for_state(state.words(), order_id), ""),
        }
    }

    fn detail(&self, notice: Notice) -> JsValue {
        convert::to_js(&self.state.with(|state| view::detail(state, notice)))
    }

    fn tell(&self, event: &str, detail: &JsValue) {
        // One by one: a handler may add and remove handlers. Those that it adds hear the next event.
        let (mut last, newest) = (0, self.generation.get());
        let next = |last| {
            move |all: &mut Vec<Rc<Handler>>| {
                let is_next = |it: &&Rc<Handler>| it.generation > last && it.generation <= newest;
                all.iter().find(is_next).cloned()
            }
        };
        while let Some(handler) = self.handlers.with(next(last)) {
            last = handler.generation;
            let name = JsValue::from(event);
            let (first, second) = match handler.event.as_str() {
                EVERY_EVENT => (&name, detail),
                listened if listened == event => (detail, &JsValue::UNDEFINED),
                _ => continue,
            };
            // The page's own mistake, and not ours to stumble over.
            if let Err(thrown) = handler.function.call(&JsValue::UNDEFINED, first, second) {
                error::report(&thrown);
            }
        }
    }

    /// Answers the promises of `placeOrder()`.
    fn settle(&self, how: usize, with: &JsValue) {
        for promise in self.waiting.take() {
            if let Some(function) = promise.get(how) {
                let function: &Function = function.unchecked_ref();
                let _ = function.call(&JsValue::UNDEFINED, with, &JsValue::UNDEFINED);
            }
        }
    }

    /// Calls a function for each event of a name, or for every event by the name `*`. Gives the
    /// function that ends it.
    fn on(&self, ear: Ear, event: JsValue, function: JsValue) -> Result<JsValue, JsValue> {
        let event = convert::text_of(&event);
        if event != EVERY_EVENT && !EVENT_NAMES.contains(&event.as_str()) {
            return Err(error::to_js(&Error::new(ErrorKind::UnknownEvent, &event)));
        }
        let generation = self.next_generation();
        let function = function.unchecked_into();
        self.handlers.with(|all| all.push(Rc::new(Handler { generation, event, function })));
        Ok(ear.generation(generation).on(Topic::Off).into())
    }

    /// Ends the checkout: no event, timer, listener or drawing of it remains. An order on its way
    /// still arrives at the backend.
    fn dispose(&self, ear: Ear) {
        self.ear.set(None);
        // Nothing can be placed any more.
        self.show(&State::Unavailable(Arrival::Nobody), None, true);
        self.page.show_sign_out(false);
        self.until.abort();
        for widget in Widget::ALL {
            self.page.erase(widget);
        }
        for timer in Timer::ALL {
            self.set_timer(timer, JsValue::UNDEFINED);
        }
        self.settle(REJECT, &error::to_js(&ErrorKind::Disposed.into()));
        ear.close();
    }
}

fn failed(widget: Widget, told: &JsValue) -> Option<Event> {
    Some(Event::WidgetFailed(widget, amazon::error_code(told)))
}

fn collected(fields: Result<Fields, Error>) -> Event {
    Event::OrderCollected(convert::fresh_nonce(), fields)
}
