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

/// The comments on the codes are those of the table, each behind its audience.
#[test]
fn every_error_code_is_explained_as_in_the_table() {
    let source = include_str!("../src/error.rs");
    let (_, table) = source.split_once("\nerrors! {\n").expect("the table begins");
    let (table, _) = table.split_once("\n}\n").expect("the table ends");
    let explained = comments("type LanderPayErrorCode =", ";");
    let mut explanations = explained.iter();
    let mut comment = String::new();
    for line in table.lines().map(str::trim) {
        if let Some(words) = line.strip_prefix("///") {
            comment.push_str(words);
        } else if let Some(code) = line.split('"').nth(1).filter(|_| !comment.is_empty()) {
            let kind = ErrorKind::ALL.iter().find(|kind| Error::from(**kind).code() == code);
            let audience = Error::from(*kind.expect(code)).audience().name();
            let told = explanations.next().expect(code).replace("`subject`: ", "Subject: ");
            assert_eq!(
                told.to_lowercase(),
                format!("{audience}:{comment}").to_lowercase(),
                "{code}"
            );
            comment.clear();
        }
    }
    assert_eq!(explanations.count(), 3, "what goes wrong where the module does not run");
}

/// The doc comments in a declaration, each on one line.
fn comments(declaration: &str, end: &str) -> Vec<String> {
    let start = TYPES.find(declaration).expect("the declaration exists");
    let body = &TYPES[start..];
    let body = &body[..body.find(end).expect("the declaration ends")];
    let all = body.split("/**").skip(1).filter_map(|rest| rest.split("*/").next());
    all.map(|comment| {
        let lines = comment.lines().map(|line| line.trim().trim_start_matches('*').trim());
        lines.collect::<Vec<_>>().join(" ").trim().to_owned()
    })
    .collect()
}

#[test]
fn every_audience_is_typed() {
    let mut typed = texts("type Audience =", ";");
    let mut known: Vec<_> =
        ErrorKind::ALL.iter().map(|kind| Error::from(*kind).audience().name()).collect();
    typed.sort_unstable();
    known.sort_unstable();
    known.dedup();
    assert_eq!(typed, known);
}

#[test]
fn everything_public_is_explained_and_nothing_is_of_any_type() {
    for types in [TYPES, include_str!("../npm/drop-in.d.ts")] {
        let lines: Vec<_> =
            types.lines().filter(|line| !line.contains("// biome-ignore")).collect();
        let mut is_inside = false;
        for (line, next) in lines.iter().zip(&lines[1..]) {
            is_inside = line.starts_with("export interface") || is_inside && *line != "}";
            let member = next.strip_prefix("  ").unwrap_or("*");
            let is_member =
                is_inside && member.starts_with(|it: char| it.is_alphabetic() || it == '"');
            if is_member || next.starts_with("export ") {
                assert!(line.ends_with("*/"), "no comment on {next}");
            }
            if !next.trim_start().starts_with(['*', '/']) {
                let mut words = next.split(|it: char| !it.is_alphanumeric());
                assert!(!words.any(|word| word == "any"), "{next}");
            }
        }
    }
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
        assert!(
            body.contains(&format!("/** {english} */\n  {key}?: string | undefined;")),
            "{key}"
        );
    }
    let typed = body.lines().filter_map(|line| line.trim().strip_suffix("?: string | undefined;"));
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
    assert_eq!(texts("type DeclineReason =", ";"), names);
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
