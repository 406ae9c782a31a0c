//! One step: an event meets a state.

use crate::domain::amazon::{Reaction, Widget, reaction};
use crate::domain::ids::{AccessToken, Nonce};
use crate::domain::plan::{KeptOrder, Page, Plan};
use crate::domain::session::{self, Arrival};
use crate::domain::sign_in::SignIn;
use crate::error::{Error, ErrorKind};
use crate::flow::effect::{Effect, Notice, Timer};
use crate::flow::event::Event;
use crate::flow::state::{Choosing, Ended, Phase, Session, State};
use crate::flow::{choosing, placing, view};
use crate::prelude::*;

/// What has to be done, in order.
pub type Effects = Vec<Effect>;

/// Takes one event to the next state and to what has to be done. Never fails: an event that has no
/// meaning in a state leaves it as it is.
pub fn step(plan: Plan, mut state: State, event: Event) -> (State, Effects) {
    let before = view::standing(&state);
    let was_ready = state.ready().is_some();
    let mut done = Effects::new();
    take(plan, &mut state, event, &mut done);
    choosing::follow(plan, &mut state, &mut done);
    let mut effects = Effects::new();
    // First, so that whoever draws the page by its state does not overwrite what follows.
    if view::standing(&state) != before {
        effects.push(Effect::Notify(Notice::State));
    }
    effects.append(&mut done);
    if state.ready().is_some() && !was_ready {
        effects.push(Effect::Notify(Notice::Ready));
    }
    (state, effects)
}

fn take(plan: Plan, state: &mut State, event: Event, effects: &mut Effects) {
    match event {
        Event::Start => start(state, effects),
        Event::Retry => retry(plan, state, effects),
        Event::AmazonReady => amazon_ready(plan, state, effects),
        Event::AmazonFailed(error) => give_up(state, error, effects),
        Event::ButtonPressed(nonce) => button_pressed(state, nonce, effects),
        Event::SignedIn(sign_in) => signed_in(plan, state, sign_in, effects),
        Event::SignInFailed(error) => sign_in_failed(state, error, effects),
        Event::OrderCreated(id) => choosing::order_created(state, id, effects),
        Event::AddressSelected => choosing::address_selected(state, effects),
        Event::PaymentSelected => choosing::payment_selected(state, effects),
        Event::Consented(given) => choosing::consented(state, given, effects),
        // Every event lets the choice follow the plan, as soon as it can.
        Event::PlanChanged => {
            if let State::Choosing(choosing) = state {
                choosing.decline = None;
            }
        }
        Event::CurrencyChanged => choosing::currency_changed(state, effects),
        Event::OrderUsed => order_used(state, effects),
        Event::Warned(error) => effects.push(Effect::Report(error)),
        Event::WidgetFailed(widget, code) => widget_failed(state, widget, &code, effects),
        Event::WidgetSilent(widget, is_blank) => {
            choosing::widget_is_silent(state, widget, is_blank, effects);
        }
        Event::ProfileArrived(profile) => choosing::profile_arrived(state, profile, effects),
        Event::PlaceOrder => placing::place_order(state, effects),
        Event::Resume(order, left) => placing::resume(state, order, left, effects),
        Event::OrderCollected(key, fields) => placing::collected(state, key, fields, effects),
        Event::Answered(outcome) => placing::answered(state, outcome, effects),
        Event::Stayed(error) => placing::stayed(state, error, effects),
        Event::TimeUp(timer) => match timer {
            Timer::Profile => choosing::fetch_profile(state, effects),
            Timer::Collect => placing::collecting_took_too_long(state, effects),
            Timer::Resend => placing::resend(state, effects),
            Timer::Leave => placing::stayed(state, ErrorKind::OutcomeUnknown.into(), effects),
            Timer::Session => {}
        },
        Event::Known(token) => known(plan, state, token, effects),
        Event::Clock(seconds) => clock(state, seconds, effects),
        Event::SignOut => sign_out(state, true, effects),
        Event::SignedOutElsewhere => sign_out(state, false, effects),
    }
}

fn start(state: &mut State, effects: &mut Effects) {
    let State::Loading(arrival) = state else { return };
    match arrival {
        Arrival::Placed(receipt) => *state = State::Placed(receipt.clone()),
        Arrival::Closed(error) => {
            let error = error.clone();
            give_up(state, error, effects);
        }
        _ => effects.push(Effect::LoadAmazon),
    }
}

fn retry(plan: Plan, state: &mut State, effects: &mut Effects) {
    match state {
        State::Unavailable(arrival) => {
            *state = State::Loading(core::mem::take(arrival));
            start(state, effects);
        }
        State::Choosing(choosing) => match choosing.choice.missing() {
            _ if choosing.choice.order.is_none() => choosing::draw(&mut choosing.choice, effects),
            [] if plan.page != Page::Review => {}
            ["consent"] => choosing::draw_consent(&mut choosing.choice, effects),
            ["payment", ..] => choosing::draw_wallet(&choosing.choice, effects),
            _ => choosing::draw(&mut choosing.choice, effects),
        },
        _ => {}
    }
}

fn amazon_ready(plan: Plan, state: &mut State, effects: &mut Effects) {
    let State::Loading(arrival) = state else { return };
    let arrival = core::mem::take(arrival);
    *state = State::SignedOut;
    effects.push(Effect::DrawButton);
    match arrival {
        Arrival::Nobody | Arrival::Closed(_) | Arrival::Placed(_) => {}
        Arrival::Buyer(token, order) => begin_choosing(plan, state, token, order, effects),
        Arrival::Refused(error) => effects.push(Effect::Report(error)),
    }
}

fn button_pressed(state: &mut State, nonce: Nonce, effects: &mut Effects) {
    // The SDK says nothing about a closed window, so each press asks for one. Under the same nonce,
    // because the first window may still be open and the one that answers.
    let (nonce, ended) = match core::mem::take(state) {
        State::SigningIn(pending, ended) => (pending, ended),
        State::SignedOut => (nonce, None),
        State::Expired(ended) => (nonce, Some(ended)),
        other => {
            *state = other;
            return;
        }
    };
    let order = ended.clone().and_then(|ended| ended.0);
    *state = State::SigningIn(nonce.clone(), ended);
    effects.push(Effect::Authorize(nonce, order));
}

fn signed_in(plan: Plan, state: &mut State, sign_in: SignIn, effects: &mut Effects) {
    let State::SigningIn(nonce, ended) = state else { return };
    // Some SDKs give no echo. This one was called by us.
    let foreign = sign_in.state.as_ref().is_some_and(|echo| echo != nonce.as_str());
    let sign_in = if foreign { SignIn::default() } else { sign_in };
    match sign_in.token() {
        Ok(token) => {
            let order = ended.take().and_then(|ended| ended.0);
            let seconds = session::seconds_of(sign_in.expires_in);
            effects.push(Effect::KeepSession(token.clone(), seconds, order.clone()));
            begin_choosing(plan, state, token, order, effects);
        }
        Err(error) => sign_in_failed(state, error, effects),
    }
}

fn sign_in_failed(state: &mut State, error: Error, effects: &mut Effects) {
    if let State::SigningIn(_, ended) = state {
        *state = ended.take().map_or(State::SignedOut, State::Expired);
        effects.push(Effect::Report(error));
    }
}

/// Goes on with a session that another page has begun.
fn known(plan: Plan, state: &mut State, token: AccessToken, effects: &mut Effects) {
    let ended = match state {
        State::SignedOut => None,
        State::SigningIn(_, ended) => ended.take(),
        State::Expired(ended) => Some(ended.clone()),
        State::Loading(arrival) | State::Unavailable(arrival) if arrival.may_change() => {
            *arrival = Arrival::Buyer(token, None);
            return;
        }
        _ => return,
    };
    begin_choosing(plan, state, token, ended.and_then(|ended| ended.0), effects);
}

/// Begins to choose, or goes on with the order reference of the session before.
fn begin_choosing(
    plan: Plan,
    state: &mut State,
    token: AccessToken,
    order: Option<KeptOrder>,
    effects: &mut Effects,
) {
    effects.push(Effect::Notify(Notice::SignedIn));
    effects.push(Effect::StartTimer(Timer::Session));
    let order = plan.accept(order);
    let was_complete = order.as_ref().is_some_and(|order| order.complete);
    let is_review = plan.page == Page::Review;
    if is_review && !was_complete {
        *state = State::Unavailable(Arrival::Buyer(token, None));
        return effects.push(Effect::Report(ErrorKind::NothingToReview.into()));
    }
    let mut choosing = Choosing::new(token, plan, order.map(|order| order.id));
    let choice = &mut choosing.choice;
    let is_settled = !plan.page.chooses();
    (choice.address, choice.payment, choice.consent) = (is_settled, is_settled, is_settled);
    effects.push(Effect::FetchProfile(choosing.token.clone()));
    choosing::draw(&mut choosing.choice, effects);
    *state = State::Choosing(choosing);
}

fn clock(state: &mut State, seconds: i32, effects: &mut Effects) {
    placing::ask(state, effects);
    let Some(choosing) = state.choosing_mut() else { return };
    effects.push(Effect::StartTimer(Timer::Session));
    if seconds <= 0 {
        expire(state, effects);
    } else if seconds <= session::WARNING && choosing.session == Session::Good {
        choosing.session = Session::Ending;
        effects.push(Effect::Notify(Notice::Expiring));
    }
}

/// Ends the session; what was chosen stays for the next one. An order on its way or of unknown
/// fate needs no session, and comes first.
pub(super) fn expire(state: &mut State, effects: &mut Effects) {
    if let State::Choosing(choosing) = state
        && choosing.unresolved.is_none()
    {
        *state = State::Expired(Ended(choosing.choice.kept()));
        effects.push(Effect::ForgetSession(false));
        effects.push(Effect::Notify(Notice::Expired));
    }
}

fn sign_out(state: &mut State, everywhere: bool, effects: &mut Effects) {
    match state {
        State::SignedOut
        | State::SigningIn(_, None)
        | State::Loading(Arrival::Nobody)
        | State::Unavailable(Arrival::Nobody)
            if !everywhere =>
        {
            return;
        }
        State::Loading(arrival) | State::Unavailable(arrival) => {
            if arrival.may_change() {
                *arrival = Arrival::Nobody;
            }
        }
        // The new sign-in is not what was signed out of.
        State::SigningIn(_, ended) if !everywhere => *ended = None,
        State::Placing(choosing, Phase::Sending(..) | Phase::Waiting(..) | Phase::Leaving(_)) => {
            choosing.session = Session::Left
        }
        State::Choosing(choosing) if choosing.unresolved.is_some() => {
            choosing.session = Session::Left;
        }
        State::Placed(_) => {}
        // What has not been sent is not sent any more.
        _ => *state = State::SignedOut,
    }
    effects.push(Effect::ForgetSession(everywhere));
    effects.push(if state.choosing().is_some() {
        // What becomes of the order is asked whenever the session is looked at.
        Effect::StartTimer(Timer::Session)
    } else {
        Effect::EraseWidgets
    });
    effects.push(Effect::Notify(Notice::SignedOut));
}

pub(super) fn order_used(state: &mut State, effects: &mut Effects) {
    if let State::Choosing(choosing) = state
        && choosing.unresolved.is_none()
    {
        choosing.decline = None;
        // It came in place of what the session's timer asks for.
        effects.push(Effect::StartTimer(Timer::Session));
        if !choosing::renew_order(choosing, effects) {
            let is_review = choosing.choice.plan.page == Page::Review;
            let kind = if is_review { ErrorKind::NothingToReview } else { ErrorKind::OrderStale };
            give_up(state, kind.into(), effects);
        }
    }
}

fn widget_failed(state: &mut State, widget: Widget, code: &str, effects: &mut Effects) {
    let error = Error::new(widget.error(), code);
    match (reaction(code), &mut *state) {
        // What stands on the page of an order that exists is of no more interest.
        (Reaction::Ignore, _) | (_, State::Placed(_)) => return,
        // An order of unknown fate is asked about first; that needs no session.
        (_, State::Choosing(choosing)) if choosing.unresolved.is_some() => {}
        (Reaction::SignInAgain, State::Choosing(_)) => expire(state, effects),
        (Reaction::AnotherBuyer, State::Choosing(choosing)) => {
            choosing.choice.order = None;
            expire(state, effects);
        }
        (Reaction::OwnCurrency, State::Choosing(choosing)) if widget == Widget::Wallet => {
            if choosing::use_own_currency(choosing, effects) {
                return effects.push(Effect::Report(Error::new(ErrorKind::CurrencyRefused, code)));
            }
        }
        (Reaction::ReadOnly, State::Choosing(choosing)) => {
            if choosing::show_only(choosing, widget, effects) {
                return;
            }
        }
        (Reaction::GiveUp, _) => return give_up(state, error, effects),
        (Reaction::NewOrder, State::Choosing(choosing)) => {
            if !choosing::renew_order(choosing, effects) {
                return give_up(state, error, effects);
            }
        }
        // Nothing that could be mended, or an order is on its way and must not be disturbed.
        (
            Reaction::Report
            | Reaction::SignInAgain
            | Reaction::AnotherBuyer
            | Reaction::NewOrder
            | Reaction::OwnCurrency
            | Reaction::ReadOnly,
            _,
        ) => {}
    }
    effects.push(Effect::Report(error));
}

/// Ends in `Unavailable`, unless what there is must be kept.
fn give_up(state: &mut State, error: Error, effects: &mut Effects) {
    if !state.must_be_kept() {
        let arrival = match core::mem::take(state) {
            State::Loading(arrival) | State::Unavailable(arrival) => arrival,
            State::Choosing(choosing) => Arrival::Buyer(choosing.token, None),
            _ => Arrival::Nobody,
        };
        *state = State::Unavailable(arrival);
        // Nothing stays on the page that does not work.
        effects.push(Effect::EraseWidgets);
    }
    effects.push(Effect::Report(error));
}
