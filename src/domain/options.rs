//! The options of a checkout: read once, checked completely, never guessed. The rules are data.

use crate::domain::ids::{is_client_id, is_seller_id};
use crate::domain::order::{Fields, is_forbidden};
use crate::domain::plan::Plan;
use crate::domain::region::{EUROPEAN, Environment, REGIONS, Site};
use crate::domain::text::{all_bytes, concat, join};
use crate::domain::value::Value;
use crate::error::{Error, ErrorKind};
use crate::prelude::*;

/// What an option must be.
enum Rule {
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// Text that passes a test, and the words for it.
    Text(fn(&str) -> bool, &'static str),
    /// An element, or a selector of one.
    Container,
    /// Fields, a form, its selector, or a function.
    Order,
}

/// Every option: its part, its name within the part, whether it is required, and what it must be.
/// The first option of a part is its main one, which stands for the part in the short form.
const RULES: [(&str, &str, bool, Rule); 29] = [
    ("environment", "", true, Rule::OneOf(&["live", "sandbox"])),
    ("region", "", true, Rule::OneOf(&["us", "uk", "de", "eur", "gbp", "jp"])),
    ("clientId", "", true, Rule::Text(is_client_id, "amzn1.application-oa2-client.…")),
    ("sellerId", "", true, Rule::Text(is_seller_id, "Amazon's merchant id")),
    ("agreement", "", false, Rule::OneOf(&["one-time", "recurring"])),
    ("goods", "", false, Rule::OneOf(&["physical", "digital"])),
    ("scope", "", false, Rule::Text(is_some, "text")),
    ("popup", "", false, Rule::OneOf(&["auto", "always", "never"])),
    ("returnUrl", "", false, Rule::Text(is_path, "a path on this host")),
    ("cookie", "", false, Rule::OneOf(&["auto", "always"])),
    ("siteDomain", "", false, Rule::Text(is_domain, "a domain, like .example.com")),
    ("nonce", "", false, Rule::Text(is_some, "text")),
    ("simulator", "", false, Rule::Text(is_safe_url, "an http(s) address")),
    ("button", "container", true, Rule::Container),
    // Amazon would silently draw its default for any other value.
    ("button", "type", false, Rule::OneOf(&["PwA", "LwA", "Pay", "Login", "A"])),
    ("button", "color", false, Rule::OneOf(&["Gold", "LightGray", "DarkGray"])),
    ("button", "size", false, Rule::OneOf(&["small", "medium", "large", "x-large"])),
    ("button", "language", false, Rule::OneOf(EUROPEAN)),
    ("addressBook", "container", true, Rule::Container),
    ("wallet", "container", true, Rule::Container),
    ("consent", "container", false, Rule::Container),
    ("placeOrder", "container", false, Rule::Container),
    ("signOut", "container", false, Rule::Container),
    ("status", "container", false, Rule::Container),
    ("orderId", "container", false, Rule::Container),
    ("order", "", false, Rule::Order),
    ("backend", "url", true, Rule::Text(is_safe_url, "a path or an https address")),
    ("backend", "format", false, Rule::OneOf(&["json", "form"])),
    ("amazonBillerId", "", false, Rule::Text(is_some, "an id")),
];

/// The scopes of the CRM's own sample: the order needs the buyer's name, e-mail and full address.
pub const DEFAULT_SCOPE: &str = "profile payments:widget payments:shipping_address";

/// A checkout's options, all of them usable.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Which hosts of Amazon to talk to.
    pub site: Site,
    raw: Value,
}

impl Options {
    /// Reads and checks everything; the first problem found is the error.
    ///
    /// # Errors
    /// [`ErrorKind::MissingOption`], [`ErrorKind::UnknownOption`], [`ErrorKind::InvalidOption`],
    /// [`ErrorKind::ForbiddenField`] or [`ErrorKind::InvalidField`].
    pub fn read(raw: Value) -> Result<Self, Error> {
        verify(&raw)?;
        let live = raw.text_of("environment") == Some("live");
        let environment = if live { Environment::Live } else { Environment::Sandbox };
        let region = REGIONS.iter().find(|region| raw.text_of("region") == Some(region.name));
        let region = region.unwrap_or(&REGIONS[0]);
        let site = Site::new(region, environment, raw.text_of("simulator"));
        if find(&raw, "button", "language").is_some() && site.languages().is_empty() {
            return Err(invalid("button.language", "absent in this region"));
        }
        let options = Self { site, raw };
        if Plan::of(&options).consent && options.get("consent", "container").is_none() {
            return Err(Error::new(ErrorKind::MissingOption, "consent.container"));
        }
        Ok(options)
    }

    /// The option `name` of `part`. An option without parts is its own part and has no name.
    pub fn get(&self, part: &str, name: &str) -> Option<&Value> {
        find(&self.raw, part, name)
    }

    /// The same as text.
    pub fn text(&self, part: &str, name: &str) -> Option<&str> {
        self.get(part, name).and_then(Value::text)
    }

    /// The same for a required option.
    pub fn required(&self, part: &str, name: &str) -> &str {
        self.text(part, name).unwrap_or_default()
    }

    /// What the buyer is asked to share, as Login with Amazon spells it.
    pub fn scope(&self) -> &str {
        self.text("scope", "").unwrap_or(DEFAULT_SCOPE)
    }
}

fn verify(raw: &Value) -> Result<(), Error> {
    let Value::Map(parts) = raw else { return Err(invalid("options", "an object")) };
    for (part, value) in parts {
        let main = RULES.iter().find(|(known, ..)| known == part).map_or("", |rule| rule.1);
        match value {
            Value::Map(inner) if !main.is_empty() => {
                for (name, value) in inner {
                    check(part, name, value)?;
                }
            }
            short => check(part, main, short)?,
        }
    }
    for (part, name, required, _) in &RULES {
        let is_spared = *part == "addressBook" && raw.text_of("goods") == Some("digital");
        if *required && !is_spared && find(raw, part, name).is_none() {
            return Err(Error::new(ErrorKind::MissingOption, &full_name(part, name)));
        }
    }
    if raw.text_of("environment") == Some("live") && raw.get("simulator").is_some() {
        return Err(invalid("simulator", "absent on live"));
    }
    Ok(())
}

fn find<'a>(raw: &'a Value, part: &str, name: &str) -> Option<&'a Value> {
    match raw.get(part)? {
        long @ Value::Map(_) if !name.is_empty() => long.get(name),
        // The short form gives the main option alone.
        short => matches!(name, "" | "container" | "url").then_some(short),
    }
}

fn full_name(part: &str, name: &str) -> String {
    concat(&[part, if name.is_empty() { "" } else { "." }, name])
}

fn check(part: &str, name: &str, value: &Value) -> Result<(), Error> {
    let full_name = full_name(part, name);
    if is_forbidden(part) {
        return Err(Error::new(ErrorKind::ForbiddenField, part));
    }
    let known = RULES.iter().find(|rule| rule.0 == part && rule.1 == name);
    let Some((.., rule)) = known else {
        return Err(Error::new(ErrorKind::UnknownOption, &full_name));
    };
    let text = value.text().unwrap_or_default();
    let is_text = !text.is_empty();
    let is_opaque = matches!(value, Value::Opaque(_));
    let is_good = value.is_null()
        || match rule {
            Rule::OneOf(choices) => choices.contains(&text),
            Rule::Text(fits, _) => is_text && fits(text),
            Rule::Container => is_text || is_opaque,
            Rule::Order => match value {
                Value::Map(_) => {
                    Fields::read(value.clone())?;
                    true
                }
                _ => is_text || is_opaque,
            },
        };
    if is_good {
        return Ok(());
    }
    let choices;
    let expected = match rule {
        Rule::OneOf(all) => {
            choices = join(all, ", ");
            &choices
        }
        Rule::Text(_, expected) => *expected,
        Rule::Container => "an element or a CSS selector",
        Rule::Order => "an object of fields, a function or a form",
    };
    Err(invalid(&full_name, expected))
}

/// The error about an option whose value cannot be used.
pub fn invalid(name: &str, expected: &str) -> Error {
    Error::new(ErrorKind::InvalidOption, &concat(&["`", name, "`: expected ", expected]))
}

fn is_some(_: &str) -> bool {
    true
}

/// Letters, digits, dots and hyphens: it is written into a cookie.
fn is_domain(text: &str) -> bool {
    all_bytes(text, |byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-')
}

/// The token travels there, so plain http is for the developer's own machine only.
fn is_safe_url(text: &str) -> bool {
    const BEGINNINGS: [&str; 5] = [
        "https://",
        "http://localhost:",
        "http://localhost/",
        "http://127.0.0.1:",
        "http://127.0.0.1/",
    ];
    let is_address = BEGINNINGS.iter().any(|beginning| text.starts_with(beginning));
    // An `@` would make what looks like the host a user name.
    (is_path(text) || is_address) && all_bytes(text, |byte| byte != b'@')
}

fn is_path(text: &str) -> bool {
    // Browsers read a backslash as a slash.
    text.starts_with("/") && !text.starts_with("//") && !text.starts_with("/\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    fn map(entries: &[(&str, Value)]) -> Value {
        Value::Map(
            entries.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        )
    }

    fn good() -> Vec<(&'static str, Value)> {
        vec![
            ("environment", text("sandbox")),
            ("region", text("us")),
            ("clientId", text("amzn1.application-oa2-client.0a1b")),
            ("sellerId", text("A2EXAMPLE1234X")),
            ("button", map(&[("container", text("#pay"))])),
            ("addressBook", map(&[("container", text("#addresses"))])),
            ("wallet", text("#cards")),
            ("backend", text("/amazon-pay")),
        ]
    }

    fn with(name: &'static str, value: Value) -> Result<Options, Error> {
        let mut entries = good();
        entries.retain(|(entry, _)| *entry != name);
        entries.push((name, value));
        Options::read(map(&entries))
    }

    fn assert_invalid(name: &str, read: Result<Options, Error>) {
        let error = read.expect_err(name);
        assert_eq!(error.kind(), ErrorKind::InvalidOption, "{name}");
        assert!(error.subject().contains(name), "{error:?}");
    }

    #[test]
    fn the_smallest_set_is_enough() {
        let options = Options::read(map(&good())).unwrap();
        assert_eq!(options.scope(), DEFAULT_SCOPE);
        assert_eq!(options.text("wallet", "container"), Some("#cards"));
        assert_eq!(options.text("button", "container"), Some("#pay"));
        assert_eq!(options.required("backend", "url"), "/amazon-pay");
        assert_eq!(options.get("button", "color"), None);
    }

    #[test]
    fn each_required_option_is_missed_by_name() {
        let required: Vec<_> = RULES.iter().filter(|(_, _, required, _)| *required).collect();
        assert_eq!(required.len(), good().len());
        for ((given, _), (part, name, ..)) in good().into_iter().zip(required) {
            assert_eq!(given, *part);
            let missing = Err(Error::new(ErrorKind::MissingOption, &full_name(part, name)));
            let rest: Vec<_> = good().into_iter().filter(|(entry, _)| *entry != given).collect();
            assert_eq!(Options::read(map(&rest)), missing);
            assert_eq!(with(given, Value::Null), missing);
        }
        let missing = |name| Err(Error::new(ErrorKind::MissingOption, name));
        assert_eq!(with("button", map(&[])), missing("button.container"));
        assert_eq!(with("backend", map(&[("format", text("form"))])), missing("backend.url"));
    }

    #[test]
    fn unknown_options_are_named_with_their_place() {
        let unknown = |name| Err(Error::new(ErrorKind::UnknownOption, name));
        assert_eq!(with("Region", text("us")), unknown("Region"));
        assert_eq!(with("__proto__", map(&[])), unknown("__proto__"));
        let button = map(&[("container", text("#pay")), ("colour", text("Gold"))]);
        assert_eq!(with("button", button), unknown("button.colour"));
        let wallet = map(&[("container", text("#cards")), ("size", text("400px"))]);
        assert_eq!(with("wallet", wallet), unknown("wallet.size"));
    }

    #[test]
    fn every_region_can_be_chosen() {
        for region in &REGIONS {
            let options = with("region", text(region.name)).unwrap();
            assert_eq!(options.site, Site::new(region, Environment::Sandbox, None));
        }
        let Rule::OneOf(names) = RULES[1].3 else { panic!("no choice") };
        assert!(REGIONS.iter().map(|region| region.name).eq(names.iter().copied()));
    }

    #[test]
    fn unusable_values_are_refused_not_guessed() {
        for (name, value) in [
            ("environment", text("production")),
            ("environment", text("Sandbox")),
            ("environment", Value::Bool(true)),
            ("region", text("fr")),
            ("region", text("__proto__")),
            ("clientId", text("A2EXAMPLE")),
            ("sellerId", text("A2\"><script>")),
            ("agreement", text("monthly")),
            ("simulator", text("javascript:alert(1)")),
            ("simulator", text("http://evil.example")),
            ("addressBook", text("")),
            ("wallet", Value::Bool(true)),
            ("order", Value::Bool(true)),
        ] {
            assert_invalid(name, with(name, value));
        }
        for (name, value) in
            [("type", "pwa"), ("color", "gold"), ("size", "xl"), ("language", "de")]
        {
            let button = map(&[("container", text("#pay")), (name, text(value))]);
            assert_invalid(name, with("button", button));
        }
    }

    #[test]
    fn digital_goods_need_no_address_book() {
        let without = |goods: &str| {
            let mut entries = good();
            entries.retain(|(name, _)| *name != "addressBook");
            entries.push(("goods", text(goods)));
            Options::read(map(&entries))
        };
        assert!(Plan::of(&without("digital").unwrap()).digital);
        let missing = Error::new(ErrorKind::MissingOption, "addressBook.container");
        assert_eq!(without("physical"), Err(missing));
        assert_invalid("goods", without("virtual"));
    }

    #[test]
    fn recurring_charges_need_a_place_for_the_consent_or_the_scope_for_it() {
        let missing = Error::new(ErrorKind::MissingOption, "consent.container");
        assert_eq!(with("agreement", text("recurring")), Err(missing));

        let recurring = |more: (&'static str, Value)| {
            let mut entries = good();
            entries.push(("agreement", text("recurring")));
            entries.push(more);
            Plan::of(&Options::read(map(&entries)).unwrap())
        };
        let plan = recurring(("consent", text("#consent")));
        assert!(plan.recurring && plan.consent);
        let at_sign_in = recurring(("scope", text("profile payments:autopay_consent")));
        assert!(at_sign_in.recurring && !at_sign_in.consent);
    }

    #[test]
    fn a_language_that_the_region_s_script_ignores_is_refused() {
        for region in &REGIONS {
            let mut entries = good();
            entries[1].1 = text(region.name);
            let language = map(&[("container", text("#pay")), ("language", text("de-DE"))]);
            entries[4].1 = language;
            let read = Options::read(map(&entries));
            if region.languages.is_empty() {
                assert_invalid("button.language", read);
            } else {
                assert_eq!(read.unwrap().text("button", "language"), Some("de-DE"));
            }
        }
    }

    #[test]
    fn the_buyer_comes_back_to_this_host() {
        assert!(with("returnUrl", text("/checkout?step=2#/pay")).is_ok());
        for bad in ["https://shop.example/", "//evil.example", "/\\evil.example", "checkout"] {
            assert_invalid("returnUrl", with("returnUrl", text(bad)));
        }
    }

    #[test]
    fn what_is_written_into_a_cookie_is_a_domain() {
        assert!(with("siteDomain", text(".shop.example")).is_ok());
        for bad in ["", ".shop.example;secure", "shop example", ".shop.example/x"] {
            assert_invalid("siteDomain", with("siteDomain", text(bad)));
        }
    }

    #[test]
    fn the_token_travels_by_https_or_at_home() {
        for url in [
            "/",
            "/amazon-pay/",
            "https://shop.example/pay",
            "http://localhost:8080/x",
            "http://127.0.0.1/x",
        ] {
            assert!(with("backend", text(url)).is_ok(), "{url}");
        }
        for url in [
            "",
            "amazon-pay",
            "//evil.example/x",
            "/\\evil.example/x",
            "http://shop.example",
            "http://localhost.evil.example",
            "http://127.0.0.1@evil.example",
            "http://localhost:80@evil.example",
            "ftp://x",
            "javascript:alert(1)",
        ] {
            assert!(with("backend", text(url)).is_err(), "{url}");
        }
    }

    #[test]
    fn credentials_and_prices_are_refused_wherever_they_stand() {
        for name in ["loginId", "password", "product1_price"] {
            assert_eq!(
                with(name, text("SECRET")),
                Err(Error::new(ErrorKind::ForbiddenField, name))
            );
            assert_eq!(
                with("order", map(&[(name, text("SECRET"))])),
                Err(Error::new(ErrorKind::ForbiddenField, name))
            );
        }
    }

    #[test]
    fn the_simulator_is_refused_on_live() {
        let mut entries = good();
        entries[0].1 = text("live");
        entries.push(("simulator", text("http://127.0.0.1:8081")));
        assert_invalid("simulator", Options::read(map(&entries)));
    }

    #[test]
    fn anything_but_an_object_is_refused() {
        for raw in [Value::Null, text("{}"), Value::List(vec![]), Value::Opaque(0)] {
            assert_invalid("options", Options::read(raw));
        }
    }
}
