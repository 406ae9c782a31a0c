//! Prints what JavaScript needs to know from Rust. For the build: the address of Widgets.js by
//! environment and region. With the argument `docs`, for the documentation: regions, states, events
//! and errors, with the words that stand beside them in the source.

use std::{
    env,
    io::{self, Write},
};

use landerpay::domain::region::{Environment, REGIONS, Region, Site};
use landerpay::error::{Error, ErrorKind};
use landerpay::flow::{EVENT_NAMES, StateName};
use serde_json::{Map, Value, json};

const EFFECTS: &str = include_str!("../src/flow/effect.rs");
const ERRORS: &str = include_str!("../src/error.rs");

fn main() -> io::Result<()> {
    let facts = match env::args().nth(1).as_deref() {
        Some("docs") => json!({
            "regions": REGIONS.iter().map(hosts).collect::<Vec<_>>(),
            "events": events(),
            "states": StateName::NAMES,
            "errors": errors(),
        }),
        _ => json!({
            "live": widgets_urls(Environment::Live),
            "sandbox": widgets_urls(Environment::Sandbox),
        }),
    };
    writeln!(io::stdout(), "{facts}")
}

fn widgets_urls(environment: Environment) -> Map<String, Value> {
    REGIONS
        .iter()
        .map(|region| {
            let url = Site::new(region, environment, None).widgets_url();
            (region.name.to_owned(), Value::String(url))
        })
        .collect()
}

/// What LanderPay itself asks for in a region.
fn hosts(region: &'static Region) -> Value {
    let site = |environment| {
        let site = Site::new(region, environment, None);
        json!({ "widgets": site.widgets_url(), "profile": site.profile_url() })
    };
    json!({
        "name": region.name,
        "live": site(Environment::Live),
        "sandbox": site(Environment::Sandbox),
    })
}

/// Errors come last, and are no [`Notice`](landerpay::flow::Notice).
fn events() -> Vec<Value> {
    let mut meanings = comments(EFFECTS, "pub enum Notice {");
    meanings.push("Something went wrong: the detail is the error.".to_owned());
    assert_eq!(meanings.len(), EVENT_NAMES.len(), "each event has its comment");
    let pairs = EVENT_NAMES.iter().zip(meanings);
    pairs.map(|(name, meaning)| json!({ "name": name, "meaning": meaning })).collect()
}

fn errors() -> Vec<Value> {
    let comments = comments(ERRORS, "\nerrors! {");
    assert_eq!(comments.len(), ErrorKind::ALL.len(), "each error has its comment");
    let kinds = ErrorKind::ALL.iter().zip(comments);
    kinds
        .map(|(kind, meaning)| {
            let error = Error::new(*kind, "…");
            json!({
                "code": error.code(),
                "audience": error.audience().name(),
                "sentence": error.sentence().replace("{}", "…"),
                "meaning": meaning,
            })
        })
        .collect()
}

/// The comment of each item in the block that begins so, as one text.
fn comments(source: &str, begin: &str) -> Vec<String> {
    let block = source.split(begin).nth(1).and_then(|rest| rest.split("\n}").next());
    let mut all = Vec::new();
    let mut lines: Vec<&str> = Vec::new();
    for line in block.unwrap_or_default().lines().map(str::trim) {
        if let Some(words) = line.strip_prefix("/// ") {
            lines.push(words);
        } else if !lines.is_empty() {
            all.push(lines.join(" "));
            lines.clear();
        }
    }
    all
}
