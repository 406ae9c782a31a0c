//! The page's own elements.

use core::cell::Cell;

use wasm_bindgen::prelude::*;

use crate::domain::amazon::Widget;
use crate::domain::options::{Options, invalid};
use crate::domain::order::Fields;
use crate::domain::text::concat;
use crate::domain::value::Value;
use crate::error::{Error, ErrorKind};
use crate::js::convert::{self, property};
use crate::js::shared::PerPage;
use crate::js::sys::{self, Array, Element, Event, FormData, Function, Record};
use crate::prelude::*;

static HOSTS: PerPage<Cell<u32>> = PerPage(Cell::new(0));

/// The elements that a checkout draws into, writes to and reads, by the order of [`PARTS`].
pub struct Page([Option<Element>; PARTS.len()]);

/// The options that name elements. The first three are the widgets, in their own order.
const PARTS: [&str; 7] =
    ["button", "addressBook", "wallet", "placeOrder", "status", "orderId", "order"];
const BUTTON: usize = Widget::Button as usize;
const PLACE_ORDER: usize = 3;
const STATUS: usize = 4;
const ORDER_ID: usize = 5;
const ORDER: usize = 6;

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
        }
        Ok(page)
    }

    fn element(&self, place: usize) -> Option<&Element> {
        self.0.get(place).and_then(Option::as_ref)
    }

    /// Makes an empty element inside a widget's container and gives the id that Widgets.js needs:
    /// a plain one, whatever the container's own looks like.
    pub fn host(&self, widget: Widget) -> String {
        let number = HOSTS.0.get() + 1;
        HOSTS.0.set(number);
        let id = concat(&["landerpay-", &convert::text_of(&number.into())]);
        if let Some(container) = self.element(widget as usize) {
            let host = sys::create_element("div");
            set_text(&host, "id", &id);
            // Responsive widgets take their container's height.
            if widget != Widget::Button {
                property(&host, "style").unchecked_ref::<Record>().set_text("height", "100%");
            }
            set_text(container, TEXT, "");
            container.append(&host);
        }
        id
    }

    /// Tells each press of the page's place-order button, and of Enter in its order form.
    pub fn listen(&self, press: &Function) {
        for (place, event) in PRESSES {
            if let Some(element) = self.element(place) {
                element.listen(event, press);
            }
        }
    }

    /// Shows where the checkout stands.
    pub fn show(&self, look: Look<'_>) {
        if let Some(button) = self.element(PLACE_ORDER) {
            set_flag(button, "disabled", !look.can_place);
            button.set_attribute("aria-busy", if look.placing { "true" } else { "false" });
        }
        if let Some(button) = self.element(BUTTON) {
            set_flag(button, "hidden", look.signed_in);
        }
        if let (Some(element), Some(id)) = (self.element(ORDER_ID), look.order_id) {
            set_text(element, TEXT, id);
        }
    }

    /// Tells the buyer, always as plain text. `code` names an error.
    pub fn say(&self, text: &str, code: &str) {
        if let Some(status) = self.element(STATUS)
            // A live region would read an unchanged text aloud again.
            && property(status, TEXT) != text
        {
            set_text(status, TEXT, text);
            status.set_attribute("data-code", code);
        }
    }

    /// Ends the listening and takes everything that was drawn off the page.
    pub fn leave(&self, press: &Function) {
        for (place, event) in PRESSES {
            if let Some(element) = self.element(place) {
                element.unlisten(event, press);
            }
        }
        for widget in Widget::ALL {
            if let Some(container) = self.element(widget as usize) {
                set_text(container, TEXT, "");
            }
        }
    }
}

/// The events that place the order: where, and which.
const PRESSES: [(usize, &str); 2] = [(PLACE_ORDER, "click"), (ORDER, "submit")];
const TEXT: &str = "textContent";

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
    find(options, "order", opaque)
}

/// Finds the element that an option names, if it names one: itself, or the first match.
fn find(options: &Options, part: &str, opaque: &[JsValue]) -> Result<Option<Element>, Error> {
    // `order` may also be fields or a function.
    let is_order = part == "order";
    let given = options.get(part, if is_order { "" } else { "container" });
    let found = match given {
        None | Some(Value::Map(_)) => return Ok(None),
        Some(Value::Opaque(place)) => opaque.get(*place).cloned().unwrap_or_default(),
        Some(selector) => sys::first_match(selector.text().unwrap_or_default()).unwrap_or_default(),
    };
    if is_order && found.is_function() {
        return Ok(None);
    }
    if property(&found, "nodeType") == 1 {
        return Ok(Some(found.unchecked_into()));
    }
    let wanted = given.and_then(Value::text).unwrap_or(part);
    Err(Error::new(ErrorKind::MissingContainer, wanted))
}

fn set_text(element: &Element, name: &str, text: &str) {
    element.unchecked_ref::<Record>().set_text(name, text);
}

fn set_flag(element: &Element, name: &str, on: bool) {
    element.unchecked_ref::<Record>().set(name, &on.into());
}
