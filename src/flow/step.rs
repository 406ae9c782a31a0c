//! One step: an event meets a state.

use crate::domain::amazon::{Reaction, SignIn, Widget, reaction};
use crate::domain::ids::Nonce;
use crate::error::{Error, ErrorKind};
use crate::flow::effect::{Effect, Notice, Timer};
use crate::flow::event::Event;
use crate::flow::state::{Choosing, State};
use crate::flow::{choosing, placing, view};
use crate::prelude::*;

/// What has to be done, in order.
pub type Effects = Vec<Effect>;

/// Takes one event to the next state and to what has to be done. Never fails: an event that has no
/// meaning in a state leaves it as it is.
pub fn step(mut state: State, event: Event) -> (State, Effects) {
    let before = view::standing(&state);
    let was_ready = state.ready().is_some();
    let mut done = Effects::new();
    take(&mut state, event, &mut done);
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

fn take(state: &mut State, event: Event, effects: &mut Effects) {
    match event {
        Event::Start => effects.push(Effect::LoadAmazon),
        Event::Retry => retry(state, effects),
        Event::AmazonReady => {
            if matches!(state, State::Loading) {
                *state = State::SignedOut;
                effects.push(Effect::DrawButton);
            }
        }
        Event::AmazonFailed(error) => give_up(state, error, effects),
        Event::ButtonPressed(nonce) => button_pressed(state, nonce, effects),
        Event::SignedIn(sign_in) => signed_in(state, sign_in, effects),
        Event::OrderCreated(id) => choosing::order_created(state, id, effects),
        Event::AddressSelected => choosing::address_selected(state, effects),
        Event::PaymentSelected => choosing::payment_selected(state, effects),
        Event::WidgetFailed(widget, code) => widget_failed(state, widget, &code, effects),
        Event::ProfileArrived(profile) => choosing::profile_arrived(state, profile, effects),
        Event::PlaceOrder => placing::place_order(state, effects),
        Event::OrderCollected(key, fields) => placing::collected(state, key, fields, effects),
        Event::Answered(outcome) => placing::answered(state, outcome, effects),
        Event::TimeUp(timer) => match timer {
            Timer::AddressBook => choosing::address_book_is_silent(state, effects),
            Timer::Profile => choosing::fetch_profile(state, effects),
            Timer::Collect => placing::collecting_took_too_long(state, effects),
            Timer::Resend => placing::resend(state, effects),
        },
    }
}

fn retry(state: &mut State, effects: &mut Effects) {
    match state {
        State::Unavailable => {
            *state = State::Loading;
            effects.push(Effect::LoadAmazon);
        }
        State::Choosing(choosing) => match &choosing.choice.order {
            None => choosing::draw_address_book(effects),
            Some(id) if !choosing.choice.payment => effects.push(Effect::DrawWallet(id.clone())),
            Some(_) => {}
        },
        _ => {}
    }
}

fn button_pressed(state: &mut State, nonce: Nonce, effects: &mut Effects) {
    // The SDK says nothing about a closed window, so a press always starts anew. Under the same
    // nonce, because the first window may still be open and the one that answers.
    let nonce = match state {
        State::SigningIn(pending) => pending.clone(),
        State::SignedOut | State::Expired => nonce,
        _ => return,
    };
    *state = State::SigningIn(nonce.clone());
    effects.push(Effect::Authorize(nonce));
}

fn signed_in(state: &mut State, sign_in: SignIn, effects: &mut Effects) {
    let State::SigningIn(nonce) = state else { return };
    let foreign = sign_in.state.is_some_and(|echo| echo != nonce.as_str());
    match (sign_in.error, sign_in.token) {
        (None, Some(token)) if !foreign => {
            *state = State::Choosing(Choosing::new(token));
            effects.push(Effect::Notify(Notice::SignedIn));
            choosing::fetch_profile(state, effects);
            choosing::draw_address_book(effects);
        }
        (error, _) => {
            *state = State::SignedOut;
            effects.push(Effect::Report(match error.as_deref() {
                Some("access_denied") => ErrorKind::SignInDenied.into(),
                Some(error) => Error::new(ErrorKind::SignInFailed, error),
                None => ErrorKind::SignInRefused.into(),
            }));
        }
    }
}

fn widget_failed(state: &mut State, widget: Widget, code: &str, effects: &mut Effects) {
    let error = Error::new(widget.error(), code);
    match (reaction(code), &mut *state) {
        (Reaction::Ignore, _) => return,
        // An order of unknown fate is asked about first; that needs no session.
        (_, State::Choosing(choosing)) if choosing.unresolved.is_some() => {}
        (Reaction::SignInAgain, State::Choosing(_)) => {
            *state = State::Expired;
            effects.push(Effect::Notify(Notice::Expired));
        }
        (Reaction::GiveUp, _) => return give_up(state, error, effects),
        (Reaction::NewOrder, State::Choosing(choosing)) => {
            if !choosing::renew_order(choosing, effects) {
                return give_up(state, error, effects);
            }
        }
        // Nothing that could be mended, or an order is on its way and must not be disturbed.
        (Reaction::Report | Reaction::SignInAgain | Reaction::NewOrder, _) => {}
    }
    effects.push(Effect::Report(error));
}

/// Ends in `Unavailable`, unless an order is on its way, of unknown fate, or placed: that must not
/// be forgotten.
fn give_up(state: &mut State, error: Error, effects: &mut Effects) {
    let keep = match state {
        State::Placing(..) | State::Placed(_) => true,
        State::Choosing(choosing) => choosing.unresolved.is_some(),
        _ => false,
    };
    if !keep {
        *state = State::Unavailable;
    }
    effects.push(Effect::Report(error));
}
