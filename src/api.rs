//! The JavaScript surface: one function. What it takes and gives is described in
//! `npm/index.d.ts`.

use wasm_bindgen::prelude::*;

use crate::driver::Driver;
use crate::js::error;

/// Checks the options and begins a checkout. `returned` is what Amazon added to the address with which
/// the buyer came; it may be empty.
///
/// # Errors
/// A `LanderPayError` for options that are missing, unknown, unusable or forbidden, and for
/// containers that are not on the page.
#[wasm_bindgen(js_name = beginCheckout, skip_typescript)]
pub fn begin_checkout(options: &JsValue, returned: &str) -> Result<JsValue, JsValue> {
    Driver::begin(options, returned).map_err(|error| error::to_js(&error))
}
