//! Between JavaScript values and [`Value`].

use wasm_bindgen::prelude::*;

use crate::domain::ids::Nonce;
use crate::domain::text::concat;
use crate::domain::value::{Entries, Value};
use crate::js::sys::{self, Array, Record, Uint32Array};
use crate::prelude::*;

/// Deeper than any option or reply of ours, shallower than the stack.
const DEPTH: u8 = 16;

/// Copies plain data out of JavaScript. What is no data goes into `opaque`, in order.
///
/// Only own properties are read: a polluted `Object.prototype` must not set an option.
pub fn read(value: &JsValue, opaque: &mut Vec<JsValue>) -> Value {
    read_to_depth(value, opaque, DEPTH)
}

/// The same for what cannot hold anything but data.
pub fn read_data(value: &JsValue) -> Value {
    read(value, &mut Vec::new())
}

fn read_to_depth(value: &JsValue, opaque: &mut Vec<JsValue>, depth: u8) -> Value {
    if value.is_null() || value.is_undefined() {
        return Value::Null;
    }
    if let Some(value) = value.as_bool() {
        return Value::Bool(value);
    }
    if let Some(text) = value.as_string() {
        return Value::Text(text);
    }
    if value.as_f64().is_some() {
        return Value::Number(text_of(value));
    }
    if depth > 0 {
        let depth = depth - 1;
        if Array::is_array(value) {
            let array: &Array = value.unchecked_ref();
            let mut items = Vec::new();
            for place in 0..array.length() {
                items.push(read_to_depth(&array.get(place), opaque, depth));
            }
            return Value::List(items);
        }
        if is_plain(value)
            && let Ok(pairs) = sys::entries(value)
        {
            return Value::Map(read_pairs(&pairs, opaque, depth));
        }
    }
    opaque.push(value.clone());
    Value::Opaque(opaque.len() - 1)
}

/// The entries in pairs of name and value.
pub fn read_pairs(pairs: &Array, opaque: &mut Vec<JsValue>, depth: u8) -> Entries {
    let mut entries = Entries::new();
    for place in 0..pairs.length() {
        let pair: Array = pairs.get(place).unchecked_into();
        let value = read_to_depth(&pair.get(1), opaque, depth);
        entries.push((text_of(&pair.get(0)), value));
    }
    entries
}

/// True for an object that is neither a function nor a special one of the browser's. An object
/// without a prototype has no text at all.
fn is_plain(value: &JsValue) -> bool {
    match sys::to_text(value) {
        Ok(text) => text == "[object Object]",
        Err(_) => value.is_object(),
    }
}

/// A value's text, as JavaScript prints it; empty if it refuses.
pub fn text_of(value: &JsValue) -> String {
    sys::to_text(value).unwrap_or_default()
}

/// Plain data for JavaScript.
pub fn to_js(value: &Value) -> JsValue {
    match value {
        Value::Null | Value::Opaque(_) => JsValue::NULL,
        Value::Bool(value) => (*value).into(),
        Value::Number(text) => sys::to_number(text),
        Value::Text(text) => text.as_str().into(),
        Value::List(items) => {
            let array = Array::new();
            for item in items {
                array.push(&to_js(item));
            }
            array.into()
        }
        Value::Map(entries) => record(entries).into(),
    }
}

/// An object with these properties.
pub fn record(entries: &[(String, Value)]) -> Record {
    let record = Record::new();
    for (name, value) in entries {
        record.set(name, &to_js(value));
    }
    record
}

/// A property of anything at all; undefined if there is none.
pub fn property(object: &JsValue, name: &str) -> JsValue {
    sys::property(object, name).unwrap_or_default()
}

/// 128 bits of the browser's own randomness. The beginning tells npm/return.js whose it is.
pub fn fresh_nonce() -> Nonce {
    let numbers = Uint32Array::new(4);
    sys::fill_randomly(&numbers);
    Nonce::new(&concat(&["lp-", &numbers.join("-")]))
}
