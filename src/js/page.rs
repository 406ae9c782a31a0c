//! The page's own elements and code.

use wasm_bindgen::prelude::*;

use crate::domain::ids::Nonce;
use crate::domain::options::{Options, invalid};
use crate::domain::order::Fields;
use crate::domain::value::Value;
use crate::error::{Error, ErrorKind};
use crate::js::convert;
use crate::prelude::*;

#[wasm_bindgen(module = "/src/js/talk.js")]
extern "C" {
    /// What a checkout holds of the page.
    pub type Page;

    /// A page on which nothing is found yet. `hear` is what this module exports by that name.
    pub fn open(hear: &JsValue, checkout: i32) -> Page;
    /// The options as [`convert::read`] reads them. What is no data among them stays here.
    #[wasm_bindgen(js_name = readOptions)]
    pub fn read_options(page: &Page, options: &JsValue) -> String;
    /// Gives what the page works with.
    pub fn begin(page: &Page) -> JsValue;
    /// Tells an event to its handlers.
    pub fn tell(page: &Page, event: &str, detail: &JsValue);
    /// Answers the promises of `placeOrder()`.
    pub fn settle(page: &Page, how: i32, with: &JsValue);
    /// Starts a timer, in place of one of the same number; tells `TimeUp`.
    #[wasm_bindgen(js_name = startTimer)]
    pub fn start_timer(page: &Page, timer: i32, milliseconds: i32);
    #[wasm_bindgen(js_name = stopTimer)]
    pub fn stop_timer(page: &Page, timer: i32);
    /// Ends the timers, and the listening on both sides.
    pub fn close(page: &Page);
    /// True if what the page has given in this place is a function.
    #[wasm_bindgen(js_name = isFunction)]
    pub fn is_function(page: &Page, place: i32) -> bool;
    /// Calls the page's order function; tells `FieldsGiven` or `FieldsFailed`.
    #[wasm_bindgen(js_name = askForFields)]
    pub fn ask_for_fields(page: &Page, place: i32, generation: i32);
    /// Shows the page all fields of an order; tells `FieldsChecked` or `FieldsFailed`.
    #[wasm_bindgen(js_name = askAboutFields)]
    pub fn ask_about_fields(page: &Page, place: i32, fields: &JsValue, generation: i32);
    /// Leaves the page, for the same address only if it is to be loaded `again`. False if the browser
    /// refuses the address.
    pub fn navigate(url: &str, again: bool) -> bool;
    #[wasm_bindgen(js_name = freshNonce)]
    fn random_text() -> String;
}

#[wasm_bindgen(module = "/src/js/page.js")]
extern "C" {
    #[wasm_bindgen(js_name = find)]
    fn find_part(page: &Page, part: i32, selector: &str, other: i32) -> bool;
    /// True if the page has named elements for a part.
    pub fn has(page: &Page, part: i32) -> bool;
    #[wasm_bindgen(js_name = readForm)]
    fn form_data(page: &Page, checked: bool) -> String;
    /// Has the page's controls tell their presses, until the page is closed; `shop` says whose orders
    /// the page keeps.
    pub fn listen(page: &Page, shop: &str);
    /// Shows where the checkout stands.
    pub fn show(
        page: &Page,
        state: &str,
        hides_button: bool,
        can_place: bool,
        order_id: Option<&str>,
    );
    /// Shows the CRM's id of an order.
    #[wasm_bindgen(js_name = showOrder)]
    pub fn show_order(page: &Page, id: &str);
    /// Shows the control that signs out, or hides it.
    #[wasm_bindgen(js_name = showSignOut)]
    pub fn show_sign_out(page: &Page, open: bool);
    /// Tells the buyer. `key` names the sentence, `code` an error; `subject` is what either is about.
    pub fn say(page: &Page, key: &str, english: &str, code: &str, subject: &str);
    /// Takes a widget off the page.
    pub fn erase(page: &Page, widget: i32);
}

/// How [`settle`] answers.
pub const RESOLVE: i32 = 0;
pub const REJECT: i32 = 1;

/// The options that name elements. The first are the widgets, in their own order.
const PARTS: [&str; 12] = [
    "button",
    "addressBook",
    "wallet",
    "consent",
    "addressReview",
    "walletReview",
    "placeOrder",
    "status",
    "orderId",
    "order",
    "signOut",
    "buyer",
];
const ORDER: &str = "order";
const ORDER_PART: i32 = 9;

/// Finds every element that the options name.
///
/// # Errors
/// [`ErrorKind::MissingContainer`], and what is wrong with the order form.
pub fn find_all(page: &Page, options: &Options) -> Result<(), Error> {
    for (place, part) in PARTS.iter().enumerate() {
        find(page, options, place as i32, part)?;
    }
    // Better found now than by the first buyer.
    if has(page, ORDER_PART) {
        read_form(page, false)?;
    }
    Ok(())
}

fn find(page: &Page, options: &Options, place: i32, part: &str) -> Result<(), Error> {
    // `order` may also be fields or a function.
    let given = options.get(part, if part == ORDER { "" } else { "container" });
    let (selector, other, wanted) = match given {
        Some(Value::Opaque(other)) => ("", *other as i32, part),
        Some(Value::Text(selector) | Value::Number(selector)) => {
            (selector.as_str(), -1, selector.as_str())
        }
        _ => ("", -1, ""),
    };
    if find_part(page, place, selector, other) || wanted.is_empty() {
        return Ok(());
    }
    Err(Error::new(ErrorKind::MissingContainer, wanted))
}

/// The fields of the page's order form as they are now, and `checked` by the browser. Found anew: the
/// page may have drawn it anew.
///
/// # Errors
/// [`ErrorKind::MissingContainer`], [`ErrorKind::FormInvalid`], [`ErrorKind::InvalidOption`] if it
/// is no form, and what [`Fields::read`] refuses.
pub fn collect(page: &Page, options: &Options, checked: bool) -> Result<Fields, Error> {
    find(page, options, ORDER_PART, ORDER)?;
    read_form(page, checked)
}

fn read_form(page: &Page, checked: bool) -> Result<Fields, Error> {
    match convert::read(&form_data(page, checked)) {
        Value::Null => Err(invalid(ORDER, "a form")),
        Value::Bool(_) => Err(ErrorKind::FormInvalid.into()),
        fields => Fields::read(fields),
    }
}

/// 128 bits of the browser's own randomness.
pub fn fresh_nonce() -> Nonce {
    Nonce::new(&random_text())
}
