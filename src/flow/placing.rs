//! From the buyer's last click to an order that exists, or to a truthful word about why not.

use alloc::rc::Rc;

use crate::domain::amazon::Widget;
use crate::domain::ids::Nonce;
use crate::domain::order::{Fields, ImportOrder};
use crate::domain::outcome::{Decline, Outcome, Receipt, WayOn};
use crate::domain::plan::Page;
use crate::domain::text::join;
use crate::error::{Error, ErrorKind};
use crate::flow::choosing;
use crate::flow::effect::{Effect, Notice, Timer};
use crate::flow::state::{Asking, Choice, Choosing, Phase, ProfileState, Session, State};
use crate::flow::step::{self, Effects};
use crate::prelude::*;

/// What is sent for the second time may have been taken at the first.
const AGAIN: u8 = 2;
/// How often the page asks by itself: for some minutes. The buyer may have paid another way since.
const ROUNDS: u8 = 30;
/// How often an order whose answer is lost is sent in a row, always with the same key.
const SENDS: u8 = 3;

pub(super) fn place_order(state: &mut State, effects: &mut Effects) {
    if matches!(state, State::Placing(..) | State::Placed(_)) {
        return;
    }
    if state.ready().is_none() {
        let error = match state.choosing() {
            Some(choosing) => not_ready(&choosing.choice),
            None => Error::new(ErrorKind::NotReady, state.name().as_str()),
        };
        return effects.push(Effect::Report(error));
    }
    if let State::Choosing(choosing) = state
        && choosing.choice.plan.page == Page::Choose
    {
        return effects.extend(choosing.choice.kept().map(Effect::HandOn));
    }
    if let State::Choosing(mut choosing) = core::mem::take(state) {
        choosing.decline = None;
        // What became of the last attempt comes first: a second order must not pass it by.
        let phase = if let Some(order) = choosing.unresolved.take() {
            effects.push(Effect::Send(Rc::clone(&order)));
            Phase::Sending(order, AGAIN)
        } else {
            let mut phase = Phase::AwaitingProfile;
            if !matches!(choosing.profile, ProfileState::Pending(_)) {
                collect(&mut phase, effects);
            }
            phase
        };
        *state = State::Placing(choosing, phase);
    }
}

/// Asks by itself what became of an order whose answer is lost, by sending it once more. The page goes on
/// saying so.
pub(super) fn ask(state: &mut State, effects: &mut Effects) {
    if let State::Choosing(choosing) = state
        && let Some(order) = &choosing.unresolved
        && let Asking::Soon(round) = choosing.asking
    {
        choosing.asking = Asking::UnderWay(round);
        effects.push(Effect::Send(Rc::clone(order)));
    }
}

/// Who comes back from the bank may have paid there or not.
pub(super) fn stayed(state: &mut State, error: Error, effects: &mut Effects) {
    if let State::Placing(choosing, Phase::Leaving(order)) = state {
        choosing.unresolved = Some(Rc::clone(order));
        // The answer would lead there again.
        choosing.asking = Asking::OnPress;
        choose_again(state, error, effects);
    } else if error.kind() == ErrorKind::RedirectRefused {
        effects.push(Effect::Report(error));
    }
}

/// Asks what became of an order before anything else may be sent.
pub(super) fn resume(state: &mut State, order: Rc<ImportOrder>, left: bool, effects: &mut Effects) {
    *state = match core::mem::take(state) {
        State::Choosing(choosing) if left => State::Placing(choosing, Phase::Leaving(order)),
        State::Choosing(choosing) => {
            effects.push(Effect::Send(Rc::clone(&order)));
            State::Placing(choosing, Phase::Sending(order, AGAIN))
        }
        other => other,
    };
    stayed(state, ErrorKind::OutcomeUnknown.into(), effects);
}

pub(super) fn collect(phase: &mut Phase, effects: &mut Effects) {
    *phase = Phase::Collecting;
    effects.push(Effect::CollectOrder);
    effects.push(Effect::StartTimer(Timer::Collect));
}

pub(super) fn collected(
    state: &mut State,
    key: Nonce,
    fields: Result<Fields, Error>,
    effects: &mut Effects,
) {
    let State::Placing(choosing, phase @ Phase::Collecting) = state else { return };
    effects.push(Effect::StopTimer(Timer::Collect));
    let fields = match fields {
        Ok(fields) => fields,
        Err(error) => return choose_again(state, error, effects),
    };
    // The choice may have been voided while the page took its time.
    let Some(amazon_order_id) = choosing.choice.complete().cloned() else {
        let error = not_ready(&choosing.choice);
        return choose_again(state, error, effects);
    };
    let profile = match &choosing.profile {
        ProfileState::Known(profile) => Some(profile.clone()),
        ProfileState::Pending(_) | ProfileState::Failed => None,
    };
    let order = Rc::new(ImportOrder { key, amazon_order_id, profile, fields });
    effects.push(Effect::Send(Rc::clone(&order)));
    *phase = Phase::Sending(order, 1);
}

fn not_ready(choice: &Choice) -> Error {
    let missing = match choice.missing() {
        [] => &["amazonOrderId"],
        missing => missing,
    };
    Error::new(ErrorKind::NotReady, &join(missing, ", "))
}

pub(super) fn collecting_took_too_long(state: &mut State, effects: &mut Effects) {
    if matches!(state, State::Placing(_, Phase::Collecting)) {
        choose_again(state, ErrorKind::OrderFunctionTimeout.into(), effects);
    }
}

pub(super) fn resend(state: &mut State, effects: &mut Effects) {
    if let State::Placing(_, phase) = state
        && let Phase::Waiting(order, times) = phase
    {
        effects.push(Effect::Send(Rc::clone(order)));
        *phase = Phase::Sending(Rc::clone(order), *times + 1);
    }
}

pub(super) fn answered(state: &mut State, outcome: Outcome, effects: &mut Effects) {
    // What was asked by itself.
    if let State::Choosing(choosing) = state
        && let Some(order) = &choosing.unresolved
        && let Asking::UnderWay(round) = choosing.asking
    {
        if matches!(outcome, Outcome::Unknown(_)) {
            let is_last = round == ROUNDS;
            choosing.asking = if is_last { Asking::OnPress } else { Asking::Soon(round + 1) };
            return;
        }
        let phase = Phase::Sending(Rc::clone(order), SENDS);
        if let State::Choosing(mut choosing) = core::mem::take(state) {
            choosing.unresolved = None;
            *state = State::Placing(choosing, phase);
        }
    }
    let State::Placing(choosing, phase) = state else { return };
    let Phase::Sending(sent, times) = phase else { return };
    let outcome = match outcome {
        // Of an order that was taken the first time Amazon says the same.
        Outcome::Refused(error)
            if *times >= AGAIN
                && matches!(error.kind(), ErrorKind::OrderStale | ErrorKind::TokenRefused) =>
        {
            Outcome::Unknown(error)
        }
        outcome => outcome,
    };
    if !matches!(outcome, Outcome::Unknown(_) | Outcome::Redirect(_)) {
        effects.push(Effect::ForgetAttempt);
    }
    match outcome {
        Outcome::Placed(order) => {
            let is_left = choosing.session == Session::Left;
            // The next buyer of this tab has nothing to add to it.
            effects.push(if is_left {
                Effect::EraseWidgets
            } else {
                Effect::Book(Rc::clone(sent))
            });
            let amazon_order_id = sent.amazon_order_id.clone();
            *state = State::Placed(Box::new(Receipt { amazon_order_id, order }));
            effects.push(Effect::Notify(Notice::Placed));
            if !is_left {
                effects.push(Effect::GoOn);
            }
        }
        Outcome::Redirect(url) => {
            *phase = Phase::Leaving(Rc::clone(sent));
            effects.push(Effect::Navigate(url));
            effects.push(Effect::StartTimer(Timer::Leave));
        }
        Outcome::Declined(decline) if choosing.session == Session::Left => {
            let error = Error::new(ErrorKind::Declined, decline.reason().name());
            choose_again(state, error, effects);
        }
        Outcome::Declined(decline) => {
            declined(choosing, decline, effects);
            choose_again_quietly(state, effects);
        }
        Outcome::Refused(error) => {
            let kind = error.kind();
            choose_again(state, error, effects);
            match kind {
                ErrorKind::OrderStale => step::order_used(state, effects),
                ErrorKind::TokenRefused => step::expire(state, effects),
                _ => {}
            }
        }
        Outcome::Unknown(error)
            if error.kind() == ErrorKind::BackendUnreachable && *times < SENDS =>
        {
            *phase = Phase::Waiting(Rc::clone(sent), *times);
            effects.push(Effect::StartTimer(Timer::Resend));
        }
        Outcome::Unknown(error) => {
            choosing.unresolved = Some(Rc::clone(sent));
            choosing.asking = Asking::Soon(1);
            choose_again(state, error, effects);
        }
    }
}

fn declined(choosing: &mut Choosing, decline: Decline, effects: &mut Effects) {
    effects.push(Effect::Notify(Notice::Declined));
    match (decline.reason().way_on(), &choosing.choice.order) {
        (WayOn::TryAgain, _) => {}
        (WayOn::AnotherPayment, Some(id)) => {
            // The order's address stays: Amazon knows it.
            if !choosing.choice.plan.digital {
                let plan = choosing.choice.plan;
                effects.push(Effect::Show(Widget::AddressBook, plan, id.clone()));
                choosing.choice.address_fixed = true;
            }
            choosing::draw_wallet(&choosing.choice, effects);
            choosing.choice.payment = false;
        }
        (WayOn::AnotherPayment | WayOn::StartOver, _) => {
            let plan = choosing.choice.plan;
            choosing.choice = Choice { plan, ..Choice::default() };
            effects.push(Effect::ForgetChoice);
            choosing::draw(&mut choosing.choice, effects);
        }
    }
    choosing.decline = Some(decline);
}

fn choose_again(state: &mut State, error: Error, effects: &mut Effects) {
    choose_again_quietly(state, effects);
    effects.push(Effect::Report(error));
}

fn choose_again_quietly(state: &mut State, effects: &mut Effects) {
    if let State::Placing(choosing, _) = core::mem::take(state) {
        let is_over = choosing.session == Session::Left && choosing.unresolved.is_none();
        *state = if is_over {
            effects.push(Effect::EraseWidgets);
            State::SignedOut
        } else {
            State::Choosing(choosing)
        };
    }
}
