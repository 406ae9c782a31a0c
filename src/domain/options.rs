//! The options of a checkout: read once, checked completely, never guessed. The rules are data.

use crate::domain::ids::{is_client_id, is_seller_id};
use crate::domain::order::{Fields, is_forbidden};
use crate::domain::plan::{Page, Plan};
use crate::domain::region::{EUROPEAN, Environment, REGIONS, Site};
use crate::domain::text::{all_bytes, concat, join};
use crate::domain::value::Value;
use crate::domain::words;
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
    /// A function.
    Function,
    /// Sentences for the buyer by their keys.
    Sentences,
}

/// When an option is required.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Never,
    Always,
    /// Where a buyer may have to sign in.
    SignIn,
    /// Where a delivery address is chosen.
    Address,
    /// Where a payment method is chosen.
    Choice,
    /// Where the buyer agrees to further charges.
    Consent,
    /// Where something is placed.
    Sending,
    /// Where a page only prepares the next one.
    OnTheWay,
}

impl Need {
    fn is_felt(self, plan: Plan) -> bool {
        let chooses = plan.page.chooses();
        match self {
            Self::Never => false,
            Self::Always => true,
            Self::SignIn => plan.page != Page::ThankYou,
            Self::Address => chooses && !plan.digital,
            Self::Choice => chooses,
            Self::Consent => chooses && plan.consent,
            Self::Sending => !matches!(plan.page, Page::Choose | Page::ThankYou | Page::SignIn),
            Self::OnTheWay => plan.page == Page::Choose,
        }
    }
}

/// Every option: its part, its name within the part, when it is required, and what it must be.
/// The first option of a part is its main one, which stands for the part in the short form.
const RULES: [(&str, &str, Need, Rule); 44] = [
    ("environment", "", Need::Always, Rule::OneOf(&["live", "sandbox"])),
    ("region", "", Need::Always, Rule::OneOf(&["us", "uk", "de", "eur", "gbp", "jp"])),
    ("clientId", "", Need::Always, Rule::Text(is_client_id, "amzn1.application-oa2-client.…")),
    ("sellerId", "", Need::Always, Rule::Text(is_seller_id, "Amazon's merchant id")),
    ("page", "", Need::Never, Rule::OneOf(Page::NAMES)),
    ("next", "", Need::OnTheWay, Rule::Text(is_safe_url, "a path or an https address")),
    ("upsellMinutes", "", Need::Never, Rule::Text(is_count, "minutes")),
    ("agreement", "", Need::Never, Rule::OneOf(&["one-time", "recurring"])),
    ("goods", "", Need::Never, Rule::OneOf(&["physical", "digital"])),
    ("scope", "", Need::Never, Rule::Text(is_some, "text")),
    ("popup", "", Need::Never, Rule::OneOf(&["auto", "always", "never"])),
    ("returnUrl", "", Need::Never, Rule::Text(is_path, "a path on this host")),
    ("cookie", "", Need::Never, Rule::OneOf(&["auto", "always"])),
    ("siteDomain", "", Need::Never, Rule::Text(is_domain, "a domain, like .example.com")),
    ("nonce", "", Need::Never, Rule::Text(is_some, "text")),
    // These three are npm/index.js's business.
    ("language", "", Need::Never, Rule::Text(is_some, "text")),
    ("words", "", Need::Never, Rule::Sentences),
    ("wasm", "", Need::Never, Rule::Text(is_some, "the address of landerpay.wasm")),
    ("simulator", "", Need::Never, Rule::Text(is_safe_url, "an http(s) address")),
    ("button", "container", Need::SignIn, Rule::Container),
    // Amazon would silently draw its default for any other value.
    ("button", "type", Need::Never, Rule::OneOf(&["PwA", "LwA", "Pay", "Login", "A"])),
    ("button", "color", Need::Never, Rule::OneOf(&["Gold", "LightGray", "DarkGray"])),
    ("button", "size", Need::Never, Rule::OneOf(&["small", "medium", "large", "x-large"])),
    ("button", "language", Need::Never, Rule::OneOf(EUROPEAN)),
    ("addressBook", "container", Need::Address, Rule::Container),
    ("addressBook", "design", Need::Never, Rule::OneOf(DESIGNS)),
    ("wallet", "container", Need::Choice, Rule::Container),
    ("wallet", "design", Need::Never, Rule::OneOf(DESIGNS)),
    (CURRENCY.0, CURRENCY.1, Need::Never, Rule::Text(is_currency, "a code like EUR")),
    ("consent", "container", Need::Consent, Rule::Container),
    ("addressReview", "container", Need::Never, Rule::Container),
    ("addressReview", "design", Need::Never, Rule::OneOf(DESIGNS)),
    ("walletReview", "container", Need::Never, Rule::Container),
    ("walletReview", "design", Need::Never, Rule::OneOf(DESIGNS)),
    ("placeOrder", "container", Need::Never, Rule::Container),
    ("signOut", "container", Need::Never, Rule::Container),
    ("buyer", "container", Need::Never, Rule::Container),
    ("status", "container", Need::Never, Rule::Container),
    ("orderId", "container", Need::Never, Rule::Container),
    ("order", "", Need::Never, Rule::Order),
    ("beforeOrder", "", Need::Never, Rule::Function),
    ("backend", "url", Need::Sending, Rule::Text(is_safe_url, "a path or an https address")),
    ("backend", "format", Need::Never, Rule::OneOf(&["json", "form"])),
    ("amazonBillerId", "", Need::Never, Rule::Text(is_some, "an id")),
];

/// The option that may also come later.
const CURRENCY: (&str, &str) = ("wallet", "presentmentCurrency");

/// How a widget takes its place: all of its container, or a fold-out for smartphones.
const DESIGNS: &[&str] = &["responsive", "smartphoneCollapsible"];

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
        let options = Self { site, raw };
        options.verify_presence()?;
        for (part, name) in [("button", "language"), CURRENCY] {
            if options.get(part, name).is_some() && options.site.languages().is_empty() {
                return Err(invalid(&full_name(part, name), "absent in this region"));
            }
        }
        Ok(options)
    }

    fn verify_presence(&self) -> Result<(), Error> {
        let plan = Plan::of(self);
        for (part, name, need, _) in &RULES {
            if need.is_felt(plan) && self.get(part, name).is_none() {
                return Err(Error::new(ErrorKind::MissingOption, &full_name(part, name)));
            }
        }
        Ok(())
    }

    /// Checks a presentment currency that comes later.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidOption`].
    pub fn check_currency(&self, code: &str) -> Result<(), Error> {
        let (part, name) = CURRENCY;
        check(part, name, &Value::of(code))?;
        self.site
            .languages()
            .first()
            .map(drop)
            .ok_or_else(|| invalid(&full_name(part, name), "absent in this region"))
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
            Rule::Function => is_opaque,
            Rule::Sentences => match value {
                Value::Map(sentences) => {
                    for (key, sentence) in sentences {
                        check_sentence(key, sentence)?;
                    }
                    true
                }
                _ => false,
            },
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
        Rule::Function => "a function",
        Rule::Sentences => "sentences by their keys",
        Rule::Order => "an object of fields, a function or a form",
    };
    Err(invalid(&full_name, expected))
}

fn check_sentence(key: &str, sentence: &Value) -> Result<(), Error> {
    let full_name = full_name("words", key);
    if !words::is_key(key) {
        return Err(Error::new(ErrorKind::UnknownOption, &full_name));
    }
    let is_text = sentence.text().is_some_and(|text| !text.is_empty());
    if is_text || sentence.is_null() { Ok(()) } else { Err(invalid(&full_name, "text")) }
}

/// The error about an option whose value cannot be used.
pub fn invalid(name: &str, expected: &str) -> Error {
    Error::new(ErrorKind::InvalidOption, &concat(&["`", name, "`: expected ", expected]))
}

fn is_some(_: &str) -> bool {
    true
}

fn is_count(text: &str) -> bool {
    all_bytes(text, |byte| byte.is_ascii_digit())
}

/// Widgets.js puts it unescaped into a form.
fn is_currency(text: &str) -> bool {
    text.len() == 3 && all_bytes(text, |byte| byte.is_ascii_uppercase())
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
    // Browsers read a backslash as a slash, and leave tabs and line ends out.
    let is_plain = all_bytes(text, |byte| byte > b' ' && byte != b'\\');
    is_plain && text.starts_with("/") && !text.starts_with("//")
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
        let plan = Plan::default();
        let required: Vec<_> = RULES.iter().filter(|(_, _, need, _)| need.is_felt(plan)).collect();
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
            ("page", text("thanks")),
            ("next", text("javascript:alert(1)")),
            ("next", text("//evil.example")),
            ("upsellMinutes", text("2 h")),
            ("beforeOrder", text("hook")),
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
    fn each_page_of_a_funnel_needs_what_it_is_for() {
        let without = |page: &str, left_out: &[&str]| {
            let mut entries = good();
            entries.retain(|(name, _)| !left_out.contains(name));
            entries.push(("page", text(page)));
            Options::read(map(&entries)).err()
        };
        let missing = |name| Some(Error::new(ErrorKind::MissingOption, name));
        let nothing = ["button", "addressBook", "wallet", "backend"];
        assert_eq!(without("upsell", &["backend"]), missing("backend.url"));
        assert_eq!(without("upsell", &["wallet"]), missing("wallet.container"));
        assert_eq!(without("review", &["addressBook", "wallet"]), None);
        assert_eq!(without("review", &["backend"]), missing("backend.url"));
        assert_eq!(without("review", &["button"]), missing("button.container"));
        assert_eq!(without("thank-you", &nothing), None);
        assert_eq!(without("sign-in", &nothing), missing("button.container"));
        assert_eq!(without("sign-in", &["addressBook", "wallet", "backend"]), None);
        assert_eq!(without("choose", &["backend"]), missing("next"));
        let mut choose = good();
        choose.retain(|(name, _)| *name != "backend");
        choose.extend([("page", text("choose")), ("next", text("/review.html"))]);
        assert!(Options::read(map(&choose)).is_ok());
        // The consent was given on the page before.
        let recurring = [("agreement", text("recurring")), ("page", text("review"))];
        assert!(Options::read(map(&[good().as_slice(), &recurring].concat())).is_ok());
    }

    #[test]
    fn a_presentment_currency_is_a_code_in_a_region_that_has_it() {
        let wallet = |region: &str, code: &str| {
            let wallet = map(&[("container", text("#cards")), ("presentmentCurrency", text(code))]);
            let mut entries = good();
            entries.retain(|(name, _)| !matches!(*name, "wallet" | "region"));
            entries.extend([("wallet", wallet), ("region", text(region))]);
            Options::read(map(&entries))
        };
        for region in ["uk", "de", "eur", "gbp"] {
            assert!(wallet(region, "CHF").is_ok(), "{region}");
        }
        for (region, code) in
            [("us", "CHF"), ("jp", "CHF"), ("de", "chf"), ("de", "C\"F"), ("de", "EURO")]
        {
            assert_invalid("wallet.presentmentCurrency", wallet(region, code));
        }
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
