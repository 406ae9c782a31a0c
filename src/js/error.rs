//! Our errors as JavaScript's.

use wasm_bindgen::prelude::*;

use crate::error::Error;

#[wasm_bindgen(module = "/src/js/talk.js")]
extern "C" {
    #[wasm_bindgen(js_name = makeError)]
    fn make_error(sentence: &str, code: &str, audience: &str, subject: &str) -> JsValue;
}

/// A real `Error` with `name`, `code`, `audience` and, where there is one, `subject`.
pub fn to_js(error: &Error) -> JsValue {
    make_error(error.sentence(), error.code(), error.audience().name(), error.subject())
}
