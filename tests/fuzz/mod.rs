//! What the property tests share: how many cases they see, and data that nobody expects.

use landerpay::domain::value::{Entries, Value};
use proptest::prelude::*;

/// What must not be found where it does not belong.
pub const SECRET: &str = "Atza|SECRET";

/// A number of cases for every day; `npm run fuzz` sets another one, and the seed.
pub fn cases(few: u32) -> ProptestConfig {
    let config = ProptestConfig::default();
    let is_set = std::env::var_os("PROPTEST_CASES").is_some();
    ProptestConfig { cases: if is_set { config.cases } else { few }, ..config }
}

/// Short texts of all kinds, with what JavaScript, an address or a form would stumble over.
pub fn any_text() -> impl Strategy<Value = String> {
    const KNOWN: &[&str] = &[
        "",
        " ",
        "\0",
        "0",
        "false",
        "null",
        "undefined",
        "[object Object]",
        "__proto__",
        "constructor",
        "hasOwnProperty",
        "<script>alert(1)</script>",
        "javascript:alert(1)",
        "\u{202e}\u{feff}",
        "é\u{301}👩‍🚀",
        SECRET,
    ];
    prop_oneof![
        6 => prop::sample::select(KNOWN).prop_map(str::to_owned),
        3 => "[ -~]{0,8}",
        2 => ".{0,4}",
        1 => (1_usize..12).prop_map(|power| "long ".repeat(1 << power)),
    ]
}

/// What is neither list nor map.
pub fn any_leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::Bool),
        2 => any_number().prop_map(Value::Number),
        4 => any_text().prop_map(Value::Text),
        1 => (0_usize..3).prop_map(Value::Opaque),
    ]
}

/// A number as JavaScript prints it.
pub fn any_number() -> impl Strategy<Value = String> {
    const KNOWN: &[&str] = &["0", "1", "-1", "59.95", "1e21", "1.5e-7", "9007199254740993"];
    prop_oneof![
        prop::sample::select(KNOWN).prop_map(str::to_owned),
        any::<u32>().prop_map(|number| number.to_string()),
    ]
}

/// Any tree of a few values.
pub fn any_value() -> impl Strategy<Value = Value> {
    any_leaf().prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            prop::collection::vec((any_text(), inner), 0..4).prop_map(Value::Map),
        ]
    })
}

/// An object in which each name stands once, as JavaScript has it; the first of several stays.
pub fn object(entries: impl IntoIterator<Item = (String, Value)>) -> Value {
    let mut once = Entries::new();
    for (name, value) in entries {
        if !once.iter().any(|(known, _)| *known == name) {
            once.push((name, value));
        }
    }
    Value::Map(once)
}
