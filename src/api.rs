//! The JavaScript surface: one function for the page, and one for what JavaScript tells. What they
//! take and give is described in `npm/index.d.ts` and `js/talk.js`. Errors are given, and thrown in
//! JavaScript: a function that may throw costs more.

use wasm_bindgen::prelude::*;

use crate::driver::Driver;
use crate::js::error;

/// Checks the options and begins a checkout. `returned` is what Amazon added to the address with which
/// the buyer came; it may be empty. `search` is what else its query has, `hear` the function below. Gives
/// a `LanderPayError` for options that are missing, unknown, unusable or forbidden, and for containers
/// that are not on the page.
#[wasm_bindgen(js_name = beginCheckout, skip_typescript)]
pub fn begin_checkout(options: &JsValue, returned: &str, search: &str, hear: &JsValue) -> JsValue {
    Driver::begin(options, returned, search, hear).unwrap_or_else(|error| error::to_js(&error))
}

/// Tells a checkout something, and gives its answer: a `LanderPayError` for what it refuses.
#[wasm_bindgen(skip_typescript)]
pub fn hear(checkout: u32, topic: u32, generation: u32, told: &str) -> JsValue {
    Driver::route(checkout, topic, generation, told).unwrap_or_else(|error| error::to_js(&error))
}
