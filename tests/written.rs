//! The reader of what JavaScript writes (`talk.js`) against every value, and against what it never
//! writes.
#![cfg(not(target_family = "wasm"))]
#![allow(missing_docs)]

extern crate alloc;

#[allow(dead_code, reason = "each test takes what it needs")]
mod fuzz;

// The reader stands beside its JavaScript and is compiled for wasm only: here is its source.
#[allow(dead_code, unsafe_code, reason = "what calls JavaScript is not called")]
#[path = "../src/js/convert.rs"]
mod convert;
mod domain {
    pub use landerpay::domain::{text, value};
}
mod prelude {
    pub use std::borrow::ToOwned;
}

use landerpay::domain::value::Value;
use proptest::prelude::*;

use crate::fuzz::{any_text, any_value, cases};

/// As `write` in talk.js does it.
fn written(value: &Value) -> String {
    let inner = |items: Vec<String>| format!("\0{}]\0", items.concat());
    match value {
        Value::Null => "0\0".to_owned(),
        Value::Bool(true) => "+\0".to_owned(),
        Value::Bool(false) => "-\0".to_owned(),
        Value::Number(number) => format!("#{number}\0"),
        Value::Text(text) => format!("'{}\0", without_nul(text)),
        Value::Opaque(place) => format!("o{place}\0"),
        Value::List(items) => format!("[{}", inner(items.iter().map(written).collect())),
        Value::Map(entries) => {
            let entry = |(name, value): &(String, Value)| {
                format!("'{}\0{}", without_nul(name), written(value))
            };
            format!("{{{}", inner(entries.iter().map(entry).collect()))
        }
    }
}

fn without_nul(text: &str) -> String {
    text.replace('\0', "")
}

/// The same value as it arrives.
fn arrived(value: Value) -> Value {
    match value {
        Value::Text(text) => Value::Text(without_nul(&text)),
        Value::List(items) => Value::List(items.into_iter().map(arrived).collect()),
        Value::Map(entries) => Value::Map(
            entries.into_iter().map(|(name, value)| (without_nul(&name), arrived(value))).collect(),
        ),
        plain => plain,
    }
}

/// Every text and number within a value.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Text(text) | Value::Number(text) => vec![text],
        Value::List(items) => items.iter().flat_map(texts).collect(),
        Value::Map(entries) => entries
            .iter()
            .flat_map(|(name, value)| [vec![name.as_str()], texts(value)].concat())
            .collect(),
        Value::Null | Value::Bool(_) | Value::Opaque(_) => vec![],
    }
}

/// Tokens in no order. Not deeper than a stack is: talk.js stops at 16.
fn any_tokens() -> impl Strategy<Value = String> {
    let kind = prop::sample::select(&["0", "+", "-", "#", "'", "[", "{", "]", "o", "é", ""][..]);
    let end = prop::sample::select(&["\0", "\0", "\0", "\0\0", ""][..]);
    let token = (kind, prop_oneof![3 => Just(String::new()), 1 => any_text()], end)
        .prop_map(|(kind, text, end)| [kind, &text, end].concat());
    prop::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat())
}

proptest! {
    #![proptest_config(cases(5_000))]

    #[test]
    fn what_is_written_is_read(value in any_value(), place in any::<prop::sample::Index>()) {
        let text = written(&value);
        prop_assert_eq!(convert::read(&text), arrived(value));

        let mut end = place.index(text.len() + 1);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let (cut, _) = text.split_at(end);
        let read = convert::read(cut);
        for known in texts(&read) {
            prop_assert!(cut.contains(known), "{:?} in {:?}", known, cut);
        }
    }

    #[test]
    fn nothing_is_invented(text in any_tokens()) {
        let read = convert::read(&text);
        for known in texts(&read) {
            prop_assert!(text.contains(known) && !known.contains('\0'), "{:?}", known);
        }
    }
}
