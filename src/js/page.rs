//! The page's own elements.

use wasm_bindgen::prelude::*;

use crate::domain::amazon::Widget;
use crate::domain::options::{Options, invalid};
use crate::domain::order::Fields;
use crate::domain::value::Value;
use crate::error::{Error, ErrorKind};
use crate::js::convert::{self, property};
use crate::js::ear::{Ear, Topic};
use crate::js::sys::{self, Array, Element, Event, FormData, Function, Record};
use crate::prelude::*;

/// The elements that a checkout draws into, writes to and reads, by the order of [`PARTS`].
pub struct Page([Vec<Element>; PARTS.len()]);

/// The options that name elements. The first four are the widgets, in their own order.
const PARTS: [&str; 9] = [
    "button",
    "addressBook",
    "wallet",
    "consent",
    "placeOrder",
    "status",
    "orderId",
    "order",
    "signOut",
];
const BUTTON: usize = Widget::Button as usize;
const PLACE_ORDER: usize = 4;
const STATUS: usize = 5;
const ORDER_ID: usize = 6;
const ORDER: usize = 7;
const SIGN_OUT: usize = 8;

/// What the page shows of a state.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    pub signed_in: bool,
    pub can_place: bool,
    pub placing: bool,
    pub order_id: Option<&'a str>,
}

impl Page {
    /// Finds every element that the options name.
    ///
    /// # Errors
    /// [`ErrorKind::MissingContainer`].
    pub fn find(options: &Options, opaque: &[JsValue]) -> Result<Self, Error> {
        let mut page = Self(Default::default());
        for (place, part) in page.0.iter_mut().zip(PARTS) {
            *place = find(options, part, opaque)?;
            // Each AddressBook would make an order reference of its own.
            if matches!(part, "addressBook" | "wallet" | "consent") {
                place.truncate(1);
            }
        }
        Ok(page)
    }

    /// True if the page has no place for a widget.
    pub fn hosts_none(&self, widget: Widget) -> bool {
        self.elements(widget as usize).is_empty()
    }

    fn elements(&self, place: usize) -> &[Element] {
        self.0.get(place).map_or(&[], Vec::as_slice)
    }

    /// Makes an empty element inside each of a widget's containers and gives the ids that Widgets.js
    /// needs: plain ones, whatever the containers' own look like.
    pub fn hosts(&self, widget: Widget) -> Vec<String> {
        let mut ids = Vec::new();
        for container in self.elements(widget as usize) {
            // Another copy of this module may draw on the same page.
            let id = convert::fresh_nonce();
            let id = id.as_str();
            let host = sys::create_element("div");
            set_text(&host, "id", id);
            if widget != Widget::Button {
                // Responsive widgets take their container's height.
                property(&host, "style").unchecked_ref::<Record>().set_text("height", "100%");
            }
            set_text(container, TEXT, "");
            container.append(&host);
            ids.push(id.to_owned());
        }
        ids
    }

    /// True if this is in one of a widget's containers.
    pub fn contains(&self, widget: Widget, element: &JsValue) -> bool {
        self.elements(widget as usize).iter().any(|container| container.contains(element))
    }

    /// Takes a widget off the page.
    pub fn erase(&self, widget: Widget) {
        for container in self.elements(widget as usize) {
            set_text(container, TEXT, "");
        }
    }

    /// Has the page's controls tell their presses, as long as `until` allows.
    pub fn listen(&self, ear: Ear, until: &Record) {
        for (place, event, topic) in PRESSES {
            for element in self.elements(place) {
                element.listen(event, &ear.on(topic), until);
            }
        }
    }

    /// Shows where the checkout stands.
    pub fn show(&self, look: Look<'_>) {
        for button in self.elements(PLACE_ORDER) {
            set_flag(button, "disabled", !look.can_place);
            button.set_attribute("aria-busy", if look.placing { "true" } else { "false" });
        }
        for button in self.elements(BUTTON) {
            set_flag(button, "hidden", look.signed_in);
        }
        if let Some(id) = look.order_id {
            for element in self.elements(ORDER_ID) {
                set_text(element, TEXT, id);
            }
        }
    }

    /// Shows the control that signs out, or hides it.
    pub fn show_sign_out(&self, open: bool) {
        for control in self.elements(SIGN_OUT) {
            set_flag(control, "hidden", !open);
        }
    }

    /// Tells the buyer, always as plain text. `code` names an error.
    pub fn say(&self, text: &str, code: &str) {
        for status in self.elements(STATUS) {
            // A live region would read an unchanged text aloud again.
            if property(status, TEXT) != text {
                set_text(status, TEXT, text);
                status.set_attribute("data-code", code);
            }
        }
    }
}

/// The events of the page's controls: where, which, and what they are for.
const PRESSES: [(usize, &str, Topic); 3] = [
    (PLACE_ORDER, "click", Topic::PlaceOrderPressed),
    (ORDER, "submit", Topic::PlaceOrderPressed),
    (SIGN_OUT, "click", Topic::SignOutPressed),
];
const TEXT: &str = "textContent";

/// Tells whenever the page comes into sight, or goes.
pub fn watch(seen: &Function, until: &Record) {
    sys::DOCUMENT.with(|document| document.listen("visibilitychange", seen, until));
}

/// A press would also submit its form and leave the page.
pub fn keep_on_page(event: &JsValue) {
    event.unchecked_ref::<Event>().prevent_default();
}

/// A form's named fields as they are now.
///
/// # Errors
/// [`ErrorKind::InvalidOption`] if it is no form, and what [`Fields::read`] refuses.
pub fn read_form(form: &Element) -> Result<Fields, Error> {
    match FormData::new(form) {
        Ok(data) => {
            let pairs = Array::of_entries(&data);
            Fields::read(Value::Map(convert::read_pairs(&pairs, &mut Vec::new(), 1)))
        }
        Err(_) => Err(invalid("order", "a form")),
    }
}

/// True if the browser finds nothing wrong with a form; otherwise it shows its own messages beside
/// the fields.
pub fn is_valid(form: &Element) -> bool {
    form.report_validity().unwrap_or_default()
}

/// Finds the form whose fields travel with the order, if the options name one.
///
/// # Errors
/// [`ErrorKind::MissingContainer`].
pub fn find_form(options: &Options, opaque: &[JsValue]) -> Result<Option<Element>, Error> {
    Ok(find(options, "order", opaque)?.into_iter().next())
}

/// Finds the elements that an option names, if it names any: itself, or all matches.
fn find(options: &Options, part: &str, opaque: &[JsValue]) -> Result<Vec<Element>, Error> {
    // `order` may also be fields or a function.
    let is_order = part == "order";
    let given = options.get(part, if is_order { "" } else { "container" });
    let mut elements = Vec::new();
    match given {
        None | Some(Value::Map(_)) => return Ok(elements),
        Some(Value::Opaque(place)) => {
            let element = opaque.get(*place).cloned().unwrap_or_default();
            if is_order && element.is_function() {
                return Ok(elements);
            }
            if property(&element, "nodeType") == 1 {
                elements.push(element.unchecked_into());
            }
        }
        Some(selector) => {
            if let Ok(found) = sys::all_matches(selector.text().unwrap_or_default()) {
                for place in 0..found.length() {
                    elements.push(found.get(place).unchecked_into());
                }
            }
        }
    }
    if elements.is_empty() {
        let wanted = given.and_then(Value::text).unwrap_or(part);
        return Err(Error::new(ErrorKind::MissingContainer, wanted));
    }
    Ok(elements)
}

fn set_text(element: &Element, name: &str, text: &str) {
    element.unchecked_ref::<Record>().set_text(name, text);
}

fn set_flag(element: &Element, name: &str, on: bool) {
    element.unchecked_ref::<Record>().set(name, &on.into());
}
