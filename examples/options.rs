//! Prints a program in TypeScript that gives `createCheckout` options of every kind. What the rules
//! refuse is marked, so that tsc says where the types say otherwise.

use std::io::{self, Write};

use landerpay::domain::options::Options;
use landerpay::domain::plan::Page;
use landerpay::domain::region::REGIONS;
use landerpay::domain::value::{Entries, Value};
use serde_json::{Map, json};

const CONSENT_SCOPE: &str = "profile payments:widget payments:autopay_consent";

/// What some pages need.
const PARTS: [(&str, &str); 6] = [
    ("button", "#pay"),
    ("addressBook", "#addresses"),
    ("wallet", "#cards"),
    ("consent", "#consent"),
    ("backend", "/amazon-pay"),
    ("next", "/next"),
];

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "import {{ createCheckout }} from \"landerpay\";\n")?;
    for options in by_kind().into_iter().chain(by_account()) {
        if let Err(error) = Options::read(value_of(&options)) {
            writeln!(out, "// @ts-expect-error {} {}", error.code(), error.subject())?;
        }
        writeln!(out, "createCheckout({});", serde_json::Value::Object(options))?;
    }
    Ok(())
}

type Object = Map<String, serde_json::Value>;

/// Each page, with and without each part, for each kind of purchase.
fn by_kind() -> Vec<Object> {
    let mut all = Vec::new();
    for page in choices(Page::NAMES) {
        for goods in choices(&["physical", "digital"]) {
            for agreement in choices(&["one-time", "recurring"]) {
                for scope in choices(&[CONSENT_SCOPE]) {
                    let kind = [
                        ("page", page),
                        ("goods", goods),
                        ("agreement", agreement),
                        ("scope", scope),
                    ];
                    let left_out = PARTS.iter().map(|(name, _)| *name);
                    all.extend([""].into_iter().chain(left_out).map(|left_out| {
                        let mut options = enough();
                        options.remove(left_out);
                        let given = kind.iter().filter_map(|(name, word)| Some((*name, (*word)?)));
                        options.extend(given.map(|(name, word)| (name.to_owned(), json!(word))));
                        options
                    }));
                }
            }
        }
    }
    all
}

/// Each region and environment, with what only some of them have.
fn by_account() -> Vec<Object> {
    let button = ("button", json!({ "container": "#pay", "language": "de-DE" }));
    let wallet = ("wallet", json!({ "container": "#cards", "presentmentCurrency": "CHF" }));
    let simulator = ("simulator", json!("http://127.0.0.1:8081"));
    let extras = [None, Some(button), Some(wallet), Some(simulator)];
    let mut all = Vec::new();
    for region in &REGIONS {
        for environment in ["live", "sandbox"] {
            all.extend(extras.iter().map(|extra| {
                let mut options = enough();
                options.insert("region".to_owned(), json!(region.name));
                options.insert("environment".to_owned(), json!(environment));
                options.extend(extra.iter().map(|(name, it)| ((*name).to_owned(), it.clone())));
                options
            }));
        }
    }
    for name in ["environment", "region", "clientId", "sellerId"] {
        let mut options = enough();
        options.remove(name);
        all.push(options);
    }
    all
}

/// Each of these, and none.
fn choices<'a>(words: &'a [&'a str]) -> Vec<Option<&'a str>> {
    words.iter().copied().map(Some).chain([None]).collect()
}

/// Options that are enough for every page.
fn enough() -> Object {
    let account = [
        ("environment", "sandbox"),
        ("region", "us"),
        ("clientId", "amzn1.application-oa2-client.0a1b"),
        ("sellerId", "A2EXAMPLE1234X"),
    ];
    account.into_iter().chain(PARTS).map(|(name, text)| (name.to_owned(), json!(text))).collect()
}

fn value_of(options: &Object) -> Value {
    let one = |(name, value): (&String, &serde_json::Value)| {
        let value = match value {
            serde_json::Value::Object(inner) => value_of(inner),
            text => Value::of(text.as_str().unwrap_or_default()),
        };
        (name.clone(), value)
    };
    Value::Map(options.iter().map(one).collect::<Entries>())
}
