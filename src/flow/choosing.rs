//! The signed-in buyer: profile, address, payment method.

use crate::domain::amazon::Widget;
use crate::domain::ids::AmazonOrderId;
use crate::domain::plan::{Page, Plan};
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

/// Draws the widgets of an order, or the one that makes a new one.
pub(super) fn draw(choice: &mut Choice, effects: &mut Effects) {
    let (plan, order) = (choice.plan, choice.order.clone());
    if plan.page == Page::SignIn {
        return;
    }
    if plan.page == Page::Review {
        review(choice, Widget::AddressReview, effects);
        return review(choice, Widget::WalletReview, effects);
    }
    let first = if plan.digital { Widget::Wallet } else { Widget::AddressBook };
    effects.push(Effect::Draw(first, plan, order));
    draw_the_rest(choice, effects);
}

/// Shows what was just chosen once more.
fn review(choice: &Choice, widget: Widget, effects: &mut Effects) {
    let plan = choice.plan;
    let is_chosen = !(plan.digital && widget == Widget::AddressReview);
    if let Some(id) = choice.order.as_ref().filter(|_| plan.review && is_chosen) {
        effects.push(Effect::Show(widget, plan, id.clone()));
    }
}

/// Draws what needs the order first.
fn draw_the_rest(choice: &mut Choice, effects: &mut Effects) {
    if choice.order.is_some() && !choice.plan.digital {
        draw_wallet(choice, effects);
    }
    draw_consent(choice, effects);
}

/// Draws the Wallet of the order that there is.
pub(super) fn draw_wallet(choice: &Choice, effects: &mut Effects) {
    effects.push(Effect::Draw(Widget::Wallet, choice.plan, choice.order.clone()));
}

/// Draws the Consent widget, if the purchase needs it. It forgets what was ticked before.
pub(super) fn draw_consent(choice: &mut Choice, effects: &mut Effects) {
    choice.consent = false;
    if let Some(id) = choice.order.as_ref().filter(|_| choice.plan.consent) {
        effects.push(Effect::Draw(Widget::Consent, choice.plan, Some(id.clone())));
    }
}

pub(super) fn widget_is_silent(
    state: &State,
    widget: Widget,
    is_blank: bool,
    effects: &mut Effects,
) {
    if let State::Choosing(choosing) = state
        && (is_blank || choosing.choice.order.is_none())
    {
        effects.push(Effect::Report(Error::new(ErrorKind::WidgetTimeout, widget.option())));
    }
}

/// Shows what can no longer be changed, once: then it counts as chosen.
pub(super) fn show_only(choosing: &mut Choosing, widget: Widget, effects: &mut Effects) -> bool {
    let choice = &mut choosing.choice;
    let Some(id) = &choice.order else { return false };
    let plan = &choice.plan;
    let (chosen, fixed) = match widget {
        Widget::AddressBook if !plan.digital => (&mut choice.address, &mut choice.address_fixed),
        Widget::Wallet => (&mut choice.payment, &mut choice.payment_fixed),
        _ => return false,
    };
    *chosen = true;
    let is_news = !core::mem::replace(fixed, true);
    if is_news {
        effects.push(Effect::Show(widget, *plan, id.clone()));
    }
    is_news
}

pub(super) fn order_created(state: &mut State, id: AmazonOrderId, effects: &mut Effects) {
    let is_placing = state.is_placing();
    let Some(choosing) = state.choosing_mut() else { return };
    let choice = &mut choosing.choice;
    // While an order is on its way, an id from a widget's redraw changes nothing.
    if choice.order.as_ref() == Some(&id) || (is_placing && choice.order.is_some()) {
        return;
    }
    // A newer order reference knows nothing of what was chosen for the older one.
    let is_first = choice.order.is_none();
    choice.address &= is_first;
    choice.payment &= is_first && choice.plan.digital;
    choice.order = Some(id);
    draw_the_rest(choice, effects);
}

pub(super) fn consented(state: &mut State, given: bool, effects: &mut Effects) {
    if let Some(choosing) = state.choosing_mut()
        && choosing.choice.consent != given
    {
        choosing.choice.consent = given;
        effects.push(Effect::Notify(Notice::Consent));
    }
}

/// Begins anew with the page's kind of purchase, unless it is that one, or an order is of unknown
/// fate.
pub(super) fn follow(plan: Plan, state: &mut State, effects: &mut Effects) {
    if let State::Choosing(choosing) = state
        && choosing.unresolved.is_none()
        && choosing.choice.plan != plan
    {
        choosing.choice = Choice { plan, ..Choice::default() };
        effects.push(Effect::EraseWidgets);
        draw(&mut choosing.choice, effects);
    }
}

pub(super) fn address_selected(state: &mut State, effects: &mut Effects) {
    if let Some(choosing) = state.choosing_mut() {
        choosing.choice.address = true;
        // Amazon reloads the Wallet after each address selection and voids what was chosen there.
        choosing.choice.payment = choosing.choice.payment_fixed;
        effects.push(Effect::Notify(Notice::AddressSelected));
        review(&choosing.choice, Widget::AddressReview, effects);
    }
}

pub(super) fn payment_selected(state: &mut State, effects: &mut Effects) {
    if let Some(choosing) = state.choosing_mut() {
        choosing.choice.payment = true;
        effects.push(Effect::Notify(Notice::PaymentSelected));
        review(&choosing.choice, Widget::WalletReview, effects);
    }
}

/// Makes a new order reference, unless that was tried often enough.
pub(super) fn renew_order(choosing: &mut Choosing, effects: &mut Effects) -> bool {
    effects.push(Effect::ForgetChoice);
    let renewals = choosing.choice.renewals + 1;
    let plan = choosing.choice.plan;
    choosing.choice = Choice { plan, renewals, ..Choice::default() };
    let allowed = renewals <= RENEWALS && plan.page != Page::Review;
    if allowed {
        draw(&mut choosing.choice, effects);
    }
    allowed
}

pub(super) fn currency_changed(state: &mut State, effects: &mut Effects) {
    if let State::Choosing(choosing) = state {
        choosing.currency_refused = false;
        redraw_wallet(choosing, effects);
    }
}

/// Goes on with the region's own currency, once.
pub(super) fn use_own_currency(choosing: &mut Choosing, effects: &mut Effects) -> bool {
    let is_news = !core::mem::replace(&mut choosing.currency_refused, true);
    if is_news {
        redraw_wallet(choosing, effects);
    }
    is_news
}

/// What was chosen in the Wallet counts again when the new one says so.
fn redraw_wallet(choosing: &mut Choosing, effects: &mut Effects) {
    let Choice { plan, order, payment, .. } = &mut choosing.choice;
    let is_drawn = order.is_some() || plan.digital;
    if is_drawn && plan.page.chooses() {
        *payment = false;
        draw_wallet(&choosing.choice, effects);
    }
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
    // Whoever keeps an account of the buyer's has it by now.
    if choosing.choice.plan.page == Page::SignIn {
        effects.push(Effect::GoOn);
    }
    if let State::Placing(_, phase @ Phase::AwaitingProfile) = state {
        placing::collect(phase, effects);
    }
}
