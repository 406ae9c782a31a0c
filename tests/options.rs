//! The reader of the options against whatever a page may give, judged by the published types.
#![cfg(not(target_family = "wasm"))]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[allow(dead_code, reason = "each test takes what it needs")]
mod fuzz;

use std::sync::LazyLock;

use landerpay::domain::options::Options;
use landerpay::domain::order::Fields;
use landerpay::domain::value::{Entries, Value};
use landerpay::error::{Error, ErrorKind};
use proptest::prelude::*;

use crate::fuzz::{SECRET, any_leaf, any_number, any_text, any_value, cases, object};

const TYPES: &str = include_str!("../npm/index.d.ts");

/// What an option may be, as its type says.
#[derive(Clone, Debug, Default)]
struct Shape {
    words: Vec<&'static str>,
    text: bool,
    element: bool,
    fields: bool,
    inner: Vec<(&'static str, Shape)>,
}

static OPTIONS: LazyLock<Vec<(&str, Shape)>> =
    LazyLock::new(|| [members("CommonOptions"), members("PageOptions")].concat());

/// The members of an interface, those that it extends and does not change among them.
fn members(interface: &str) -> Vec<(&'static str, Shape)> {
    let starts =
        [" ", "<"].map(|end| TYPES.split_once(&format!("export interface {interface}{end}")));
    let (_, rest) = starts.into_iter().flatten().next().expect(interface);
    let (head, body) = rest.split_once("{\n").unwrap();
    let (body, _) = body.split_once("\n}").unwrap();
    let own = body.lines().filter_map(|line| {
        let (name, its_type) = line.strip_prefix("  ")?.strip_suffix(';')?.split_once(": ")?;
        let name = name.trim_end_matches('?');
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        name.bytes().all(is_name).then(|| (name, shape(its_type)))
    });
    let own: Vec<_> = own.collect();
    let base = head.split_once("extends ").map_or("", |(_, base)| base.trim_start_matches("Omit<"));
    let base = base.split([' ', ',']).next().filter(|base| !base.is_empty());
    let mut all = base.map(members).unwrap_or_default();
    all.retain(|(name, _)| own.iter().all(|(known, _)| known != name));
    all.extend(own);
    all
}

fn shape(its_type: &'static str) -> Shape {
    let mut shape = Shape::default();
    for one in its_type.split(" | ") {
        match one {
            // The same as left out.
            "undefined" => {}
            "string" | "number" => shape.text = true,
            "Container" => (shape.text, shape.element) = (true, true),
            "OrderFields" => shape.fields = true,
            "HTMLFormElement" | "OrderFunction" | "BeforeOrder" => shape.element = true,
            one if one.starts_with('"') => shape.words.push(one.trim_matches('"')),
            // Those that can be more than elsewhere.
            "Button" => shape.inner = members("EuropeanButtonOptions"),
            "Wallet" => shape.inner = members("EuropeanWalletOptions"),
            one if one == "Words" || one.ends_with("Options") => shape.inner = members(one),
            alias => {
                let (_, rest) = TYPES.split_once(&format!("export type {alias} = ")).expect(alias);
                shape.words.extend(rest.split_once(';').unwrap().0.split('"').skip(1).step_by(2));
            }
        }
    }
    shape
}

/// What the comments say of the texts.
fn is_usable(name: &str, text: &str) -> bool {
    let is = |kind: fn(&char) -> bool| text.chars().all(|it| kind(&it));
    let is_path = || {
        text.starts_with('/')
            && !text.starts_with("//")
            && !text.chars().any(|it| it <= ' ' || it == '\\')
    };
    let is_address = || {
        let at_home =
            ["localhost", "127.0.0.1"].map(|host| text.strip_prefix("http://")?.strip_prefix(host));
        let at_home = at_home.into_iter().flatten().any(|rest| rest.starts_with([':', '/']));
        text.starts_with("https://") || at_home
    };
    match name {
        "clientId" => text
            .strip_prefix("amzn1.application-oa2-client.")
            .is_some_and(|id| !id.is_empty() && id.chars().all(|it| it.is_ascii_alphanumeric())),
        "sellerId" => is(char::is_ascii_alphanumeric) && text.len() <= 32,
        "next" | "simulator" | "backend.url" => (is_path() || is_address()) && !text.contains('@'),
        "returnUrl" => is_path(),
        "upsellMinutes" => is(char::is_ascii_digit),
        "siteDomain" => text.chars().all(|it| it.is_ascii_alphanumeric() || ".-".contains(it)),
        "wallet.presentmentCurrency" => text.len() == 3 && is(char::is_ascii_uppercase),
        _ => true,
    }
}

/// Credentials, prices and what else is the backend's, by README and reference.
fn is_forbidden(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let whole = "cardnumber cardsecuritycode customerid forcemerchantid forceqa paysourceid price \
                 productprice skipqa";
    let parts = "_price access_key accesskey loginid password preauth salestax secret shipprice";
    whole.split_whitespace().any(|it| it == name)
        || parts.split_whitespace().any(|it| name.contains(it))
}

fn is_ours(name: &str) -> bool {
    "paySource amazonOrderId amazonAddressConsent amazonBillerId idempotencyKey"
        .split(' ')
        .any(|it| it == name)
}

type Problem = (ErrorKind, String);

/// Everything that is wrong with these options, in no order.
fn problems(raw: &Value) -> Vec<Problem> {
    let Value::Map(given) = raw else {
        return vec![(ErrorKind::InvalidOption, "options".to_owned())];
    };
    let mut all = Vec::new();
    for (name, value) in given {
        if is_forbidden(name) {
            all.push((ErrorKind::ForbiddenField, name.clone()));
            continue;
        }
        let known = OPTIONS.iter().find(|(known, _)| known == name);
        match (known, value) {
            (None, _) => all.push((ErrorKind::UnknownOption, name.clone())),
            (Some((_, shape)), Value::Map(inner)) if !shape.inner.is_empty() => {
                for (inner, value) in inner {
                    let full =
                        if inner.is_empty() { name.clone() } else { format!("{name}.{inner}") };
                    match shape.inner.iter().find(|(known, _)| known == inner) {
                        None => all.push((ErrorKind::UnknownOption, full)),
                        Some((_, shape)) => all.extend(misfit(&full, shape, value)),
                    }
                }
            }
            (Some(_), value) if name == "words" && !value.is_null() => {
                all.push((ErrorKind::InvalidOption, name.clone()));
            }
            // The short form gives the first of a part.
            (Some((_, shape)), value) => match shape.inner.first() {
                Some((main, shape)) => all.extend(misfit(&format!("{name}.{main}"), shape, value)),
                None => all.extend(misfit(name, shape, value)),
            },
        }
    }
    let text = |name: &str| raw.text_of(name).unwrap_or("");
    if text("environment") == "live" && raw.get("simulator").is_some() {
        all.push((ErrorKind::InvalidOption, "simulator".to_owned()));
    }
    let has = |name: &str| option(raw, name).is_some();
    if !"uk de eur gbp".split(' ').any(|region| region == text("region")) {
        let european = ["button.language", "wallet.presentmentCurrency"].into_iter();
        let refused = european.filter(|name| has(name));
        all.extend(refused.map(|name| (ErrorKind::InvalidOption, name.to_owned())));
    }
    all.extend(
        needed(raw)
            .into_iter()
            .filter(|name| !has(name))
            .map(|name| (ErrorKind::MissingOption, name.to_owned())),
    );
    all
}

fn misfit(name: &str, shape: &Shape, value: &Value) -> Option<Problem> {
    let fits = match value {
        Value::Null => true,
        // JavaScript's numbers are the texts that it prints.
        Value::Text(text) | Value::Number(text) => {
            shape.words.contains(&text.as_str())
                || shape.text && !text.is_empty() && is_usable(name, text)
        }
        Value::Opaque(_) => shape.element,
        Value::Map(fields) if shape.fields => {
            let bad = fields.iter().enumerate().find_map(|(place, (name, value))| {
                let mut earlier = fields.iter().take(place);
                let is_twice = earlier.any(|(known, value)| known == name && !value.is_null());
                match value {
                    _ if is_forbidden(name) || is_ours(name) => {
                        Some((ErrorKind::ForbiddenField, name.clone()))
                    }
                    Value::List(_) | Value::Map(_) | Value::Opaque(_) => {
                        Some((ErrorKind::InvalidField, name.clone()))
                    }
                    _ => is_twice.then(|| (ErrorKind::InvalidField, name.clone())),
                }
            });
            if bad.is_some() {
                return bad;
            }
            true
        }
        Value::Bool(_) | Value::List(_) | Value::Map(_) => false,
    };
    (!fits).then(|| (ErrorKind::InvalidOption, name.to_owned()))
}

/// What must be there on such a page.
fn needed(raw: &Value) -> Vec<&'static str> {
    let is = |name, text| raw.text_of(name) == Some(text);
    let page = raw.text_of("page").unwrap_or("checkout");
    let chooses = !["review", "thank-you", "sign-in"].contains(&page);
    let scope = raw.text_of("scope").unwrap_or("").to_ascii_lowercase();
    let has_widget = is("agreement", "recurring") && !scope.contains("payments:autopay_consent");
    [
        ("environment", true),
        ("region", true),
        ("clientId", true),
        ("sellerId", true),
        ("next", page == "choose"),
        ("button.container", page != "thank-you"),
        ("addressBook.container", chooses && !is("goods", "digital")),
        ("wallet.container", chooses),
        ("consent.container", chooses && has_widget),
        ("backend.url", !["choose", "thank-you", "sign-in"].contains(&page)),
    ]
    .into_iter()
    .filter_map(|(name, is_needed)| is_needed.then_some(name))
    .collect()
}

/// An option as it was given, in its short form too.
fn option<'a>(raw: &'a Value, full_name: &str) -> Option<&'a Value> {
    let (part, name) = full_name.split_once('.').unwrap_or((full_name, ""));
    match raw.get(part)? {
        inner @ Value::Map(_) if !name.is_empty() => inner.get(name),
        short => (name.is_empty() || matches!(name, "container" | "url")).then_some(short),
    }
}

/// Texts that fit somewhere, and some that nearly do.
const TEXTS: &[&str] = &[
    "#pay",
    "amzn1.application-oa2-client.0a1b",
    "amzn1.application-oa2-client.",
    "A2EXAMPLE1234X",
    "A2EXAMPLE1234X\"><script>",
    "/amazon-pay",
    "/",
    "//evil.example",
    "/\\evil.example",
    "/\tevil",
    "https://shop.example/pay",
    "https://shop.example@evil.example",
    "HTTPS://shop.example",
    "http://shop.example",
    "http://localhost:8080",
    "http://localhost.evil.example",
    "http://127.0.0.1/",
    "http://127.0.0.1",
    ".shop.example",
    ".shop.example;secure",
    "CHF",
    "chf",
    "ＣＨＦ",
    "90",
    "９０",
    "profile payments:autopay_consent",
    "PROFILE PAYMENTS:AUTOPAY_CONSENT",
    "Sandbox",
    SECRET,
];

static WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    fn words(shape: &Shape) -> Vec<&'static str> {
        let inner = shape.inner.iter().flat_map(|(_, shape)| words(shape));
        shape.words.iter().copied().chain(inner).collect()
    }
    OPTIONS.iter().flat_map(|(_, shape)| words(shape)).collect()
});

/// Every option's full name.
static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let full = |(name, shape): &(&str, Shape)| match shape.inner.as_slice() {
        [] => vec![(*name).to_owned()],
        inner => inner.iter().map(|(inner, _)| format!("{name}.{inner}")).collect(),
    };
    OPTIONS.iter().flat_map(full).collect()
});

const STRANGE_NAMES: &[&str] = &[
    "",
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "Region",
    "clientid",
    "region ",
    "container",
    "url",
    "loginId",
    "PASSWORD",
    "product1_price",
    "product1_shipPrice",
    "Price",
    "prices",
    "client_secret",
    "customerId",
    "paySource",
    "amazonAddressConsent",
    "button\0",
    "wallet.container",
];

const FIELD_NAMES: &[&str] = &["campaignId", "product1_id", "custom1", "emailAddress", "__proto__"];

fn any_name() -> impl Strategy<Value = String> {
    let inner =
        |name: String| name.split_once('.').map(|(_, inner)| inner.to_owned()).unwrap_or(name);
    prop_oneof![
        4 => prop::sample::select(STRANGE_NAMES).prop_map(str::to_owned),
        2 => prop::sample::select(NAMES.as_slice()).prop_map(inner),
        1 => prop::sample::select(NAMES.as_slice()).prop_map(|name| name.to_uppercase()),
        1 => any_text(),
    ]
}

fn any_field() -> impl Strategy<Value = (String, Value)> {
    let name = prop_oneof![
        5 => prop::sample::select(FIELD_NAMES).prop_map(str::to_owned),
        1 => any_name(),
    ];
    (name, prop_oneof![8 => any_leaf(), 1 => any_value()])
}

fn any_option() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => prop::sample::select(WORDS.as_slice()).prop_map(Value::of),
        6 => prop::sample::select(TEXTS).prop_map(Value::of),
        2 => any_leaf(),
        1 => any_number().prop_map(Value::Number),
        2 => prop::collection::vec(any_field(), 0..4).prop_map(object),
        1 => any_value(),
    ]
}

/// One option, in the words of its own type as often as not.
fn any_entry() -> impl Strategy<Value = (String, Value)> {
    let own = prop::sample::select(NAMES.as_slice()).prop_flat_map(|name| {
        let (part, inner) = name.split_once('.').unwrap_or((name.as_str(), ""));
        let (_, shape) = OPTIONS.iter().find(|(known, _)| *known == part).unwrap();
        let shape =
            shape.inner.iter().find(|(known, _)| *known == inner).map_or(shape, |(_, it)| it);
        let words = if shape.words.is_empty() { TEXTS.to_vec() } else { shape.words.clone() };
        (Just(name), prop::sample::select(words).prop_map(Value::of))
    });
    let other = (prop::sample::select(NAMES.as_slice()), any_option());
    let strange = (any_name(), any_option());
    let nested = (prop::sample::select(NAMES.as_slice()), any_name(), any_option()).prop_map(
        |(name, inner, value)| (format!("{}.{inner}", name.split('.').next().unwrap()), value),
    );
    prop_oneof![8 => own, 4 => other, 1 => strange, 2 => nested]
}

/// Options that are enough, so that what is put into them decides.
fn enough() -> Entries {
    [
        ("environment", "sandbox"),
        ("region", "de"),
        ("clientId", "amzn1.application-oa2-client.0a1b"),
        ("sellerId", "A2EXAMPLE1234X"),
        ("next", "/thanks.html"),
        ("button", "#pay"),
        ("addressBook", "#addresses"),
        ("wallet", "#cards"),
        ("consent", "#consent"),
        ("backend", "/amazon-pay"),
    ]
    .map(|(name, text)| (name.to_owned(), Value::of(text)))
    .into()
}

/// What decides about other options.
fn any_kind() -> impl Strategy<Value = Vec<(&'static str, &'static str)>> {
    let words = |name, words: &'static [&'static str]| {
        prop::option::of((Just(name), prop::sample::select(words)))
    };
    let kind = (
        words("environment", &["live"]),
        words("region", &["uk", "us", "jp"]),
        words("page", &["choose", "review", "upsell", "thank-you", "sign-in"]),
        words("agreement", &["recurring"]),
        words("goods", &["digital"]),
    );
    kind.prop_map(|(a, b, c, d, e)| [a, b, c, d, e].into_iter().flatten().collect())
}

fn any_options() -> impl Strategy<Value = Value> {
    let entries = prop::collection::vec(any_entry(), 0..5);
    let left_out = prop::option::weighted(0.2, 0_usize..10);
    let near = (any_kind(), entries, left_out, any::<bool>());
    let near = near.prop_map(|(kind, entries, left_out, is_short)| {
        let mut all = enough();
        if let Some(place) = left_out {
            all.remove(place);
        }
        for (name, word) in kind {
            put_option(&mut all, name, Value::of(word), true);
        }
        for (name, value) in entries {
            put_option(&mut all, &name, value, is_short);
        }
        object(all)
    });
    prop_oneof![20 => near, 1 => any_value()]
}

/// Sets an option by its full name, in the short form if there is one and it is wanted.
fn put_option(all: &mut Entries, full_name: &str, value: Value, is_short: bool) {
    let (part, inner) = full_name.split_once('.').unwrap_or((full_name, ""));
    let place = all.iter().position(|(name, _)| name == part);
    let old = place.map(|place| all.remove(place).1);
    let value = if inner.is_empty() || is_short && matches!(inner, "container" | "url") {
        value
    } else {
        let mut entries = match old {
            Some(Value::Map(entries)) => entries,
            Some(main) => {
                vec![(if part == "backend" { "url" } else { "container" }.to_owned(), main)]
            }
            None => vec![],
        };
        entries.retain(|(name, _)| name != inner);
        entries.push((inner.to_owned(), value));
        Value::Map(entries)
    };
    all.push((part.to_owned(), value));
}

/// The option or field that an error is about.
fn named(error: &Error) -> String {
    let subject = error.subject();
    match error.kind() {
        // The name in its quotes, and what would be accepted.
        ErrorKind::InvalidOption => subject.split('`').nth(1).unwrap_or(subject).to_owned(),
        _ => subject.to_owned(),
    }
}

proptest! {
    #![proptest_config(cases(10_000))]

    #[test]
    fn options_are_taken_as_their_types_say(raw in any_options()) {
        let problems = problems(&raw);
        match Options::read(raw.clone()) {
            Ok(options) => {
                prop_assert!(problems.is_empty(), "taken, but {:?}", problems);
                for name in NAMES.iter() {
                    let (part, inner) = name.split_once('.').unwrap_or((name, ""));
                    prop_assert_eq!(options.get(part, inner), option(&raw, name), "{}", name);
                }
                let order = options.get("order", "").cloned();
                if let Some(fields @ Value::Map(_)) = order {
                    for (name, value) in Fields::read(fields).unwrap().entries() {
                        prop_assert!(!is_forbidden(name) && !is_ours(name) && !value.is_null());
                    }
                }
            }
            Err(error) => {
                let found = (error.kind(), named(&error));
                prop_assert!(problems.contains(&found), "{:?} is none of {:?}", found, problems);
                let told = format!("{error:?}");
                let names = format!("{:?}", found.1);
                prop_assert!(!told.contains("SECRET") || names.contains("SECRET"), "{}", told);
            }
        }
    }

    #[test]
    fn a_currency_that_comes_later_is_judged_as_one_that_was_there(
        region in prop::sample::select(&["us", "uk", "de", "eur", "gbp", "jp"][..]),
        code in prop_oneof![
            prop::sample::select(TEXTS).prop_map(str::to_owned),
            "[A-Z]{2,4}",
            any_text(),
        ],
    ) {
        let mut entries = enough();
        put_option(&mut entries, "region", Value::of(region), true);
        let options = Options::read(object(entries.clone())).unwrap();
        put_option(&mut entries, "wallet.presentmentCurrency", Value::of(&code), false);
        let at_once = Options::read(object(entries)).map(drop);
        prop_assert_eq!(options.check_currency(&code), at_once);
    }
}

#[test]
fn the_types_are_understood() {
    assert_eq!(NAMES.len(), 87);
    let words =
        |name: &str| OPTIONS.iter().find(|(known, _)| *known == name).unwrap().1.words.len();
    assert_eq!([words("region"), words("page"), words("agreement"), words("goods")], [6, 6, 2, 2]);
}
