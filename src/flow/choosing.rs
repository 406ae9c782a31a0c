//! The signed-in buyer: profile, address, payment method.

use crate::domain::ids::AmazonOrderId;
use crate::domain::profile::Profile;
use crate::error::{Error, ErrorKind};
use crate::flow::effect::{Effect, Notice, Timer};
use crate::flow::placing;
use crate::flow::state::{Choice, Choosing, Phase, ProfileState, State};
use crate::flow::step::Effects;

/// A profile that failed twice is reported; the backend can ask for it with the token.
const PROFILE_TRIES: u8 = 2;
/// An order reference that errs again right after its renewal will not get better.
const RENEWALS: u8 = 2;

/// Draws the widgets of an order reference, or an AddressBook that makes a new one.
pub(super) fn draw(order: Option<AmazonOrderId>, effects: &mut Effects) {
    effects.push(Effect::DrawAddressBook(order.clone()));
    match order {
        Some(id) => effects.push(Effect::DrawWallet(id)),
        // Of one that is there already the AddressBook says nothing.
        None => effects.push(Effect::StartTimer(Timer::AddressBook)),
    }
}

pub(super) fn address_book_is_silent(state: &State, effects: &mut Effects) {
    if state.choosing().is_some_and(|choosing| choosing.choice.order.is_none()) {
        effects.push(Effect::Report(ErrorKind::AddressBookTimeout.into()));
    }
}

pub(super) fn order_created(state: &mut State, id: AmazonOrderId, effects: &mut Effects) {
    // While an order is on its way, an id from a widget's redraw changes nothing.
    let State::Choosing(choosing) = state else { return };
    let choice = &mut choosing.choice;
    if choice.order.as_ref() == Some(&id) {
        return;
    }
    // A newer order reference knows nothing of what was chosen for the older one.
    choice.address &= choice.order.is_none();
    choice.payment = false;
    choice.order = Some(id.clone());
    effects.push(Effect::StopTimer(Timer::AddressBook));
    effects.push(Effect::DrawWallet(id));
}

pub(super) fn address_selected(state: &mut State, effects: &mut Effects) {
    if let Some(choosing) = state.choosing_mut() {
        choosing.choice.address = true;
        // Amazon reloads the Wallet after each address selection and voids what was chosen there.
        choosing.choice.payment = false;
        effects.push(Effect::Notify(Notice::AddressSelected));
    }
}

pub(super) fn payment_selected(state: &mut State, effects: &mut Effects) {
    if let Some(choosing) = state.choosing_mut() {
        choosing.choice.payment = true;
        effects.push(Effect::Notify(Notice::PaymentSelected));
    }
}

/// Makes a new order reference, unless that was tried often enough.
pub(super) fn renew_order(choosing: &mut Choosing, effects: &mut Effects) -> bool {
    let renewals = choosing.choice.renewals + 1;
    choosing.choice = Choice { renewals, ..Choice::default() };
    let allowed = renewals <= RENEWALS;
    if allowed {
        draw(None, effects);
    }
    allowed
}

pub(super) fn fetch_profile(state: &State, effects: &mut Effects) {
    if let Some(choosing) = state.choosing() {
        effects.push(Effect::FetchProfile(choosing.token.clone()));
    }
}

pub(super) fn profile_arrived(
    state: &mut State,
    profile: Result<Profile, Error>,
    effects: &mut Effects,
) {
    let Some(choosing) = state.choosing_mut() else { return };
    let ProfileState::Pending(tries) = &mut choosing.profile else { return };
    match profile {
        Ok(profile) => {
            choosing.profile = ProfileState::Known(profile);
            effects.push(Effect::Notify(Notice::Profile));
        }
        Err(_) if *tries < PROFILE_TRIES => {
            *tries += 1;
            effects.push(Effect::StartTimer(Timer::Profile));
            return;
        }
        Err(error) => {
            choosing.profile = ProfileState::Failed;
            effects.push(Effect::Report(error));
        }
    }
    if let State::Placing(_, phase @ Phase::AwaitingProfile) = state {
        placing::collect(phase, effects);
    }
}
