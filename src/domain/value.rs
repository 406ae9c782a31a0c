//! A tree of plain data: the one bridge between Rust and JavaScript, in both directions.

use crate::prelude::*;

/// JSON, plus a place for what only JavaScript can hold.
///
/// One small tree instead of serde on both sides: `Deserialize` alone would more than double the
/// module (ARCHITECTURE.md has the numbers).
#[derive(Clone, Debug, Default, PartialEq)]
#[repr(u8)]
pub enum Value {
    /// `null` and `undefined`.
    #[default]
    Null,
    /// A boolean.
    Bool(bool),
    /// A number, as JavaScript prints it: formatting floats here is dear.
    Number(String),
    /// Text.
    Text(String),
    /// An array.
    List(Vec<Value>),
    /// An object's own properties, in order.
    Map(Entries),
    /// A function, an element or anything else that is not data: its place in the reader's table.
    Opaque(usize),
}

/// Named values, in order.
pub type Entries = Vec<(String, Value)>;

/// Adds a named value.
pub fn put(entries: &mut Entries, name: &str, value: Value) {
    entries.push((name.to_owned(), value));
}

/// Adds a named text, if there is one.
pub fn put_text(entries: &mut Entries, name: &str, text: Option<&str>) {
    if let Some(text) = text {
        put(entries, name, Value::of(text));
    }
}

impl Value {
    /// A copy of a text.
    pub fn of(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// The property `key`, if this is an object that has it and it is not null.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Self::Map(entries) = self else { return None };
        for (name, value) in entries {
            if name == key && !value.is_null() {
                return Some(value);
            }
        }
        None
    }

    /// True for `null` and `undefined`.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The text of the property `key`.
    pub fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Self::text)
    }

    /// True if the property `key` is.
    pub fn is_true(&self, key: &str) -> bool {
        matches!(self.get(key), Some(Self::Bool(true)))
    }

    /// Text as it is, and numbers as JavaScript prints them: the CRM mixes both.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text),
            _ => None,
        }
    }
}
