//! Between our errors and JavaScript's.

use wasm_bindgen::prelude::*;

use crate::error::Error;
use crate::js::sys::{JsError, Record, report_error};

/// A real `Error` with `name`, `code`, `audience` and, where there is one, `subject`.
pub fn to_js(error: &Error) -> JsValue {
    let js: JsValue = JsError::new(&error.message()).into();
    let record: &Record = js.unchecked_ref();
    record.set_text("name", "LanderPayError");
    record.set_text("code", error.code());
    record.set_text("audience", error.audience().name());
    if !error.subject().is_empty() {
        record.set_text("subject", error.subject());
    }
    js
}

/// Hands an exception of the page's own code to the page's own error reporting.
pub fn report(thrown: &JsValue) {
    // Where `reportError` is unknown there is nobody to tell.
    let _ = report_error(thrown);
}
