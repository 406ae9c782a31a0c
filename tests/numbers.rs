//! JavaScript has the same numbers as Rust for what crosses between them.
#![cfg(not(target_family = "wasm"))]
#![allow(clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use landerpay::domain::amazon::Widget;

const TOPICS: &str = include_str!("../src/js/topic.rs");
const PAGE: &str = include_str!("../src/js/page.rs");
const TALK_JS: &str = include_str!("../src/js/talk.js");
const PAGE_JS: &str = include_str!("../src/js/page.js");
const FUNNEL: &str = include_str!("../src/domain/funnel.rs");
const SESSION_JS: &str = include_str!("../src/js/session.js");
const AMAZON_JS: &str = include_str!("../src/js/amazon.js");

/// The `const NAME = 7;` of a script, exported or not.
fn constants(script: &str) -> impl Iterator<Item = (&str, usize)> {
    script.lines().filter_map(|line| {
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (name, number) = line.strip_prefix("const ")?.strip_suffix(';')?.split_once(" = ")?;
        Some((name, number.parse().ok()?))
    })
}

/// `OrderCreated` and `orderCreated` as `ORDER_CREATED`.
fn shouted(name: &str) -> String {
    let mut shouted = String::new();
    for (place, letter) in name.char_indices() {
        if place > 0 && letter.is_uppercase() {
            shouted.push('_');
        }
        shouted.extend(letter.to_uppercase());
    }
    shouted
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).expect(start);
    rest.split_once(end).expect(end).0
}

#[test]
fn topics() {
    let list = between(TOPICS, "const ALL: [Self; ", "];");
    let names = list.lines().filter_map(|line| line.trim().strip_prefix("Self::"));
    let topics: Vec<_> = names.map(|name| shouted(name.trim_end_matches(','))).collect();
    let numbers: Vec<_> = constants(TALK_JS).take(topics.len()).collect();
    assert_eq!(numbers, topics.iter().map(String::as_str).zip(0..).collect::<Vec<_>>());
}

#[test]
fn what_an_address_carries() {
    let rust = between(FUNNEL, "const CARRIED: ", "\n];");
    let carried: Vec<_> = rust.split("(\"").skip(1).filter_map(|it| it.split('"').next()).collect();
    let sources = between(SESSION_JS, "const SOURCES = [", "];");
    let all = between(SESSION_JS, "const CARRIED = [", "];").replace("...SOURCES", sources);
    let names: Vec<_> = all.split('"').skip(1).step_by(2).collect();
    assert_eq!(names, carried);
}

#[test]
fn parts() {
    let list = between(PAGE, "const PARTS: [&str; ", "];");
    let parts = list.split('"').skip(1).step_by(2).map(shouted);
    let parts: Vec<_> = parts.collect();
    for (name, place) in constants(PAGE_JS) {
        assert_eq!(parts.get(place).map(String::as_str), Some(name));
    }
    let order = parts.iter().position(|part| part == "ORDER").expect("the order is a part");
    assert!(PAGE.contains(&format!("const ORDER_PART: i32 = {order};")));
}

#[test]
fn widgets() {
    let list = between(AMAZON_JS, "const WIDGETS = [", "\n];");
    let lines: Vec<_> = list.trim().lines().collect();
    assert_eq!(lines.len(), Widget::ALL.len());
    for (line, widget) in lines.iter().zip(Widget::ALL) {
        let amazons = match widget {
            Widget::AddressReview => Widget::AddressBook,
            Widget::WalletReview => Widget::Wallet,
            widget => widget,
        };
        assert!(line.contains(&format!("[\"{amazons:?}\"")), "{line}");
    }
    let names = Widget::ALL.map(|widget| shouted(&format!("{widget:?}")));
    let numbers: Vec<_> = constants(AMAZON_JS).filter(|(_, it)| *it < names.len()).collect();
    assert!(!numbers.is_empty());
    for (name, place) in numbers {
        assert_eq!(names[place], name);
    }
}
