//! Between JavaScript values and [`Value`]: as one text, which `talk.js` writes and reads too.

use wasm_bindgen::prelude::*;

use crate::domain::text::number;
use crate::domain::value::{Entries, Value};
use crate::prelude::*;

#[wasm_bindgen(module = "/src/js/talk.js")]
extern "C" {
    #[wasm_bindgen(js_name = read)]
    fn read_in_js(written: &str) -> JsValue;
}

/// Ends each token, and stands in none: JavaScript takes it out of all texts that come in. A text,
/// because `push` of a character would bring its encoding along.
const END: &str = "\0";

/// Reads what JavaScript has written.
pub fn read(mut written: &str) -> Value {
    read_next(&mut written).unwrap_or_default()
}

/// None at the end of a list, and where there is nothing more.
fn read_next(rest: &mut &str) -> Option<Value> {
    let end = rest.bytes().position(|byte| byte == 0)?;
    let (kind, text) = (rest.bytes().next()?, rest.get(1..end).unwrap_or_default());
    *rest = rest.get(end + 1..).unwrap_or_default();
    Some(match kind {
        b'+' => Value::Bool(true),
        b'-' => Value::Bool(false),
        b'#' => Value::Number(text.to_owned()),
        b'\'' => Value::Text(text.to_owned()),
        b'[' => {
            let mut items = Vec::new();
            while let Some(item) = read_next(rest) {
                items.push(item);
            }
            Value::List(items)
        }
        b'{' => {
            let mut entries = Entries::new();
            while let Some(Value::Text(name)) = read_next(rest) {
                entries.push((name, read_next(rest)?));
            }
            Value::Map(entries)
        }
        b'o' => Value::Opaque(number(text) as usize),
        b']' => return None,
        _ => Value::Null,
    })
}

/// Plain data for JavaScript.
pub fn to_js(value: &Value) -> JsValue {
    let mut text = String::new();
    write(value, &mut text);
    read_in_js(&text)
}

fn write(value: &Value, to: &mut String) {
    let (kind, text) = match value {
        Value::Null | Value::Opaque(_) => ("0", ""),
        Value::Bool(true) => ("+", ""),
        Value::Bool(false) => ("-", ""),
        Value::Number(text) => ("#", text.as_str()),
        Value::Text(text) => ("'", text.as_str()),
        Value::List(_) => ("[", ""),
        Value::Map(_) => ("{", ""),
    };
    put(to, kind, text);
    match value {
        Value::List(items) => {
            for item in items {
                write(item, to);
            }
        }
        Value::Map(entries) => {
            for (name, value) in entries {
                put(to, "'", name);
                write(value, to);
            }
        }
        _ => return,
    }
    put(to, "]", "");
}

fn put(to: &mut String, kind: &str, text: &str) {
    to.push_str(kind);
    to.push_str(text);
    to.push_str(END);
}
