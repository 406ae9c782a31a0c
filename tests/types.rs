//! The hand-written types say the same as the Rust tables.
#![cfg(not(target_family = "wasm"))]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::string_slice, missing_docs)]

use landerpay::domain::outcome::DeclineReason;
use landerpay::domain::region::REGIONS;
use landerpay::domain::words::{OTHER_KEYS, Words};
use landerpay::error::{Audience, Error, ErrorKind};
use landerpay::flow::{EVENT_NAMES, StateName};

const TYPES: &str = include_str!("../npm/index.d.ts");

/// The texts of a string union, or the keys of an interface, in the order in which they stand.
fn texts(declaration: &str, end: &str) -> Vec<&'static str> {
    let start = TYPES.find(declaration).expect("the declaration exists") + declaration.len();
    let body = &TYPES[start..];
    let body = &body[..body.find(end).expect("the declaration ends")];
    body.split('"').skip(1).step_by(2).collect()
}

#[test]
fn every_error_code_is_typed() {
    let mut codes: Vec<_> = ErrorKind::ALL.iter().map(|kind| Error::from(*kind).code()).collect();
    // What goes wrong where the module does not run.
    codes.extend(["wasm_unavailable", "module_crashed", "module_unreachable"]);
    assert_eq!(texts("type LanderPayErrorCode =", ";"), codes);
}

#[test]
fn every_sentence_for_the_buyer_is_typed() {
    let is_buyers = |error: &Error| matches!(error.audience(), Audience::Buyer | Audience::Network);
    let errors = ErrorKind::ALL.iter().map(|kind| Error::from(*kind)).filter(is_buyers);
    let own = Words::ALL.iter().map(|words| words.key());
    let mut keys: Vec<_> = own.chain(OTHER_KEYS).chain(errors.map(|error| error.code())).collect();
    keys.sort_unstable();
    let (_, body) = TYPES.split_once("interface Words {").expect("the sentences are typed");
    let (body, _) = body.split_once("\n}").expect("they end");
    for (key, english) in Words::ALL.iter().map(|words| (words.key(), words.english())) {
        assert!(body.contains(&format!("/** {english} */\n  {key}?: string;")), "{key}");
    }
    let typed = body.lines().filter_map(|line| line.trim().strip_suffix("?: string;"));
    let mut typed: Vec<_> = typed.collect();
    typed.sort_unstable();
    assert_eq!(typed, keys);
}

#[test]
fn every_region_is_typed() {
    let names: Vec<_> = REGIONS.iter().map(|region| region.name).collect();
    assert_eq!(texts("type Region =", ";"), names);
}

#[test]
fn every_state_is_typed() {
    assert_eq!(texts("type CheckoutState =", ";"), StateName::NAMES);
}

#[test]
fn every_reason_of_a_decline_is_typed() {
    let names: Vec<_> = DeclineReason::ALL.iter().map(|reason| reason.name()).collect();
    assert_eq!(texts("  reason:", ";"), names);
}

#[test]
fn every_event_is_typed() {
    let start = TYPES.find("interface CheckoutEvents {").expect("the events are typed");
    let body = &TYPES[start..];
    let body = &body[..body.find("\n}").expect("the events end")];
    for name in EVENT_NAMES {
        let key = if name.contains('-') { format!("\"{name}\": ") } else { format!("{name}: ") };
        assert!(body.contains(&format!("\n  {key}")), "{name}");
    }
    let keys = body.lines().filter(|line| line.starts_with("  ") && !line.contains('*')).count();
    assert_eq!(keys, EVENT_NAMES.len());
}
