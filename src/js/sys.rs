//! The browser's own objects, as far as we use them.
//!
//! By hand instead of js-sys and web-sys: those bring their promise and task machinery along,
//! which no option switches off. Properties are read and written by name, because each import
//! costs twice, here and in the glue.

use crate::prelude::*;

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[derive(Clone)]
    pub type Function;
    #[wasm_bindgen(method, catch)]
    pub fn call(
        this: &Function,
        context: &JsValue,
        first: &JsValue,
        second: &JsValue,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method)]
    pub fn bind(this: &Function, context: &JsValue, first: u32, second: u32) -> Function;

    pub type Promise;
    #[wasm_bindgen(constructor)]
    pub fn new(executor: &Function) -> Promise;
    #[wasm_bindgen(static_method_of = Promise)]
    pub fn reject(reason: &JsValue) -> Promise;
    #[wasm_bindgen(static_method_of = Promise)]
    pub fn all(promises: &Array) -> Promise;
    #[wasm_bindgen(method)]
    pub fn then(this: &Promise, kept: &JsValue, broken: &JsValue) -> Promise;

    pub type Array;
    #[wasm_bindgen(constructor)]
    pub fn new() -> Array;
    #[wasm_bindgen(static_method_of = Array, js_name = isArray)]
    pub fn is_array(value: &JsValue) -> bool;
    #[wasm_bindgen(method, getter)]
    pub fn length(this: &Array) -> u32;
    #[wasm_bindgen(method, structural, indexing_getter)]
    pub fn get(this: &Array, place: u32) -> JsValue;
    #[wasm_bindgen(method)]
    pub fn push(this: &Array, value: &JsValue);

    /// An object whose properties can be set without a failure: one of ours, or an element.
    #[wasm_bindgen(js_name = Object)]
    #[derive(Clone)]
    pub type Record;
    #[wasm_bindgen(constructor, js_class = Object)]
    pub fn new() -> Record;
    #[wasm_bindgen(method, structural, indexing_setter)]
    pub fn set(this: &Record, name: &str, value: &JsValue);
    #[wasm_bindgen(method, structural, indexing_setter)]
    pub fn set_text(this: &Record, name: &str, text: &str);
    #[wasm_bindgen(js_namespace = Object, catch)]
    pub fn entries(object: &JsValue) -> Result<Array, JsValue>;
    #[wasm_bindgen(static_method_of = Array, js_name = from)]
    pub fn of_entries(form: &FormData) -> Array;
    #[wasm_bindgen(js_namespace = Reflect, js_name = get, catch)]
    pub fn property(object: &JsValue, name: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = Error)]
    pub type JsError;
    #[wasm_bindgen(constructor, js_class = Error)]
    pub fn new(message: &str) -> JsError;

    #[wasm_bindgen(js_name = String, catch)]
    pub fn to_text(value: &JsValue) -> Result<String, JsValue>;
    #[wasm_bindgen(js_name = Number)]
    pub fn to_number(text: &str) -> JsValue;
    #[wasm_bindgen(js_namespace = JSON, js_name = parse, catch)]
    pub fn parse_json(text: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = JSON, js_name = stringify, catch)]
    pub fn write_json(value: &Record) -> Result<JsValue, JsValue>;

    pub type URLSearchParams;
    #[wasm_bindgen(constructor)]
    pub fn new(fields: &Record) -> URLSearchParams;

    #[wasm_bindgen(catch)]
    pub fn fetch(url: &str, options: &Record) -> Result<Promise, JsValue>;
    pub type Response;
    #[wasm_bindgen(method, catch)]
    pub fn text(this: &Response) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = AbortSignal, js_name = timeout, catch)]
    pub fn abort_after(milliseconds: u32) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = setTimeout)]
    pub fn set_timeout(function: &Function, milliseconds: u32, told: u32) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    pub fn clear_timeout(timeout: &JsValue);
    #[wasm_bindgen(js_name = reportError, catch)]
    pub fn report_error(error: &JsValue) -> Result<(), JsValue>;

    pub type Uint32Array;
    #[wasm_bindgen(constructor)]
    pub fn new(length: u32) -> Uint32Array;
    #[wasm_bindgen(method)]
    pub fn join(this: &Uint32Array, separator: &str) -> String;
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    pub fn fill_randomly(numbers: &Uint32Array);

    #[wasm_bindgen(js_namespace = location, js_name = assign, catch)]
    pub fn navigate(url: &str) -> Result<(), JsValue>;
    /// A list, not an array, but read like one.
    #[wasm_bindgen(js_namespace = document, js_name = querySelectorAll, catch)]
    pub fn all_matches(selector: &str) -> Result<Array, JsValue>;
    #[wasm_bindgen(js_namespace = document, js_name = createElement)]
    pub fn create_element(tag: &str) -> Element;

    #[derive(Clone)]
    pub type Element;
    #[wasm_bindgen(method)]
    pub fn append(this: &Element, child: &Element);
    #[wasm_bindgen(method)]
    pub fn contains(this: &Element, other: &JsValue) -> bool;
    #[wasm_bindgen(method, js_name = setAttribute)]
    pub fn set_attribute(this: &Element, name: &str, value: &str);
    #[wasm_bindgen(method, js_name = addEventListener)]
    pub fn listen(this: &Element, event: &str, function: &Function, options: &Record);
    #[wasm_bindgen(thread_local_v2, js_name = document)]
    pub static DOCUMENT: Element;

    pub type AbortController;
    #[wasm_bindgen(constructor)]
    pub fn new() -> AbortController;
    #[wasm_bindgen(method)]
    pub fn abort(this: &AbortController);

    pub type Event;
    #[wasm_bindgen(method, js_name = preventDefault)]
    pub fn prevent_default(this: &Event);

    pub type FormData;
    #[wasm_bindgen(constructor, catch)]
    pub fn new(form: &JsValue) -> Result<FormData, JsValue>;
    #[wasm_bindgen(method, structural, catch, js_name = reportValidity)]
    pub fn report_validity(this: &Element) -> Result<bool, JsValue>;
}
