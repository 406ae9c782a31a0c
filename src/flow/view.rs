//! What a page may know of a state: snapshots and the details of events, as plain data.

use crate::domain::ids::AmazonOrderId;
use crate::domain::value::{Entries, Value, put, put_text};
use crate::flow::effect::Notice;
use crate::flow::state::{ProfileState, State, StateName};

/// What makes the page look different: the state's name, what is missing, whether the order can be
/// placed, whether an order's fate is unknown.
pub fn standing(state: &State) -> (StateName, &'static [&'static str], bool, bool) {
    (state.name(), missing(state), state.ready().is_some(), is_unresolved(state))
}

fn is_unresolved(state: &State) -> bool {
    state.choosing().is_some_and(|choosing| choosing.unresolved.is_some())
}

fn missing(state: &State) -> &'static [&'static str] {
    state.choosing().map_or(&[], |choosing| choosing.choice.missing())
}

/// The snapshot: the state's name, what is missing, whether an order's fate is unknown, the ids.
pub fn snapshot(state: &State) -> Value {
    let mut fields = Entries::new();
    put_text(&mut fields, "state", Some(state.name().as_str()));
    let names = missing(state).iter().map(|name| Value::of(name)).collect();
    put(&mut fields, "missing", Value::List(names));
    put(&mut fields, "canPlace", Value::Bool(state.ready().is_some()));
    put(&mut fields, "unresolved", Value::Bool(is_unresolved(state)));
    put_ids(state, &mut fields);
    Value::Map(fields)
}

/// The detail of an event, seen from the state that the event led to.
pub fn detail(state: &State, notice: Notice) -> Value {
    let mut fields = Entries::new();
    let choosing = state.choosing();
    match notice {
        Notice::State => return snapshot(state),
        Notice::Profile => {
            if let Some(ProfileState::Known(profile)) = choosing.map(|choosing| &choosing.profile) {
                return profile.value().clone();
            }
        }
        Notice::Declined => {
            if let Some(decline) = choosing.and_then(|choosing| choosing.decline.as_ref()) {
                put_text(&mut fields, "reason", Some(decline.reason().name()));
                put_text(&mut fields, "message", Some(decline.message()));
            }
        }
        Notice::AddressSelected | Notice::PaymentSelected | Notice::Ready => {
            put_ids(state, &mut fields);
        }
        Notice::Consent => {
            let given = choosing.is_some_and(|choosing| choosing.choice.consent);
            put(&mut fields, "given", Value::Bool(given));
        }
        Notice::Placed => {
            put_ids(state, &mut fields);
            if let Some(receipt) = state.receipt() {
                put(&mut fields, "order", receipt.order.message.clone());
            }
        }
        Notice::SignedIn | Notice::Expiring | Notice::Expired | Notice::SignedOut => {}
    }
    Value::Map(fields)
}

fn put_ids(state: &State, fields: &mut Entries) {
    let chosen = state.choosing().and_then(|choosing| choosing.choice.order.as_ref());
    let placed = state.receipt().map(|receipt| &receipt.amazon_order_id);
    put_text(fields, "amazonOrderId", chosen.or(placed).map(AmazonOrderId::as_str));
    put_text(fields, "orderId", state.order_id());
}
