//! The reader of a backend's answer against whatever a backend, a CRM or a gateway may answer.
#![cfg(not(target_family = "wasm"))]
#![allow(clippy::unwrap_used, clippy::string_slice, missing_docs)]

#[allow(dead_code, reason = "each test takes what it needs")]
mod fuzz;

use landerpay::domain::http::Reply;
use landerpay::domain::outcome::{DeclineReason, Outcome};
use landerpay::domain::value::Value;
use landerpay::error::ErrorKind;
use landerpay::wire::konnektive::outcome;
use proptest::prelude::*;

use crate::fuzz::{SECRET, any_leaf, any_number, any_text, any_value, cases, object};

/// The envelope's `result`: what the CRM says, and what it nearly says.
const RESULTS: &[&str] = &[
    "SUCCESS",
    "ERROR",
    "DECLINE",
    "DECLINED",
    "MERC_REDIRECT",
    "UNKNOWN",
    "success",
    "Error",
    " SUCCESS",
    "SUCCESS ",
    "SUCCESS\0",
    "declined",
    "MERC_REDIRECT\n",
    "",
    SECRET,
];

const SENTENCES: &[&str] = &[
    "campaignId is required",
    "Could not authenticate credentials for AccountNo 1",
    "Amazon: OrderReferenceNotModifiable",
    "invalidbillingagreementid",
    "COULD NOT AUTHENTICATE",
    "Transaction Declined: InvalidPaymentMethod",
    "Transaction Declined: Debit Cards Are Not Accepted",
    "amazonrejected",
    "ProcessingFailure",
    "TransactionTimedOut (soft)",
    "DECLIN",
    "decli",
    "no stock.",
    "amazonAddressConsent Atza|SECRET is invalid",
    "Atza%7CSECRET",
];

const URLS: &[&str] = &[
    "https://bank.example/3ds?mail=ann@shop.example#a\\b",
    "https://bank.example",
    "https://[::1]/",
    "https://bank.example:8443/3ds?name=Ann Lee",
    "https://user:password@bank.example/",
    "https://shop.example@evil.example/3ds",
    "https:///user@evil.example/",
    "https://\\user@evil.example/",
    "https://bank.example\\@evil.example/",
    "https://bank.example/\u{1}",
    "https://bank\n.example/",
    "https:/\t/bank.example/",
    "https://",
    "https:bank.example",
    "HTTPS://bank.example/",
    " https://bank.example/",
    "http://bank.example/",
    "//bank.example/",
    "javascript:alert(1)//https://",
];

/// What the backend says in its own words.
const CODES: &[&str] = &[
    "crm_unreachable",
    "product_taken",
    "token_refused",
    "order_outcome_unknown",
    "idempotency_conflict",
    "crm_answer_lost",
    "crm_reply_unreadable",
    "fields_invalid",
    "CRM_UNREACHABLE",
];

fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = Value> {
    prop::sample::select(texts).prop_map(Value::of)
}

fn any_url() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => one_of(URLS),
        2 => "https?://[a-z@:/?#\\\\ \t.]{0,12}".prop_map(Value::Text),
        1 => any_leaf(),
    ]
}

/// A message and its parts, at the top level too.
fn any_member() -> impl Strategy<Value = (String, Value)> {
    let named = |name: &str| Just(name.to_owned());
    prop_oneof![
        3 => (named("orderId"), prop_oneof![
            any_number().prop_map(Value::Number),
            "[A-Z0-9]{0,10}".prop_map(Value::Text),
            any_value(),
        ]),
        2 => (named("url"), any_url()),
        1 => (named("script"), any_leaf()),
        1 => (named("paypalUrl"), any_url()),
        1 => (named("paypalSdkParams"), any_value()),
        1 => (named("items"), any_value()),
        1 => (named("totalAmount"), any_leaf()),
        2 => (prop::sample::select(&["emailAddress", "product1_id", "payment", "could not"][..])
            .prop_map(str::to_owned), prop_oneof![3 => one_of(SENTENCES), 1 => any_leaf()]),
        1 => (any_text(), any_value()),
    ]
}

fn any_message() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => one_of(SENTENCES),
        4 => prop::collection::vec(any_member(), 0..5).prop_map(object),
        1 => prop::collection::vec(one_of(SENTENCES), 0..3).prop_map(Value::List),
        2 => any_value(),
    ]
}

fn any_body() -> impl Strategy<Value = Option<Value>> {
    let result = prop_oneof![9 => one_of(RESULTS), 1 => any_value()];
    let code = prop_oneof![4 => one_of(CODES), 1 => any_leaf()];
    let envelope = (
        result,
        prop::option::weighted(0.9, any_message()),
        prop::option::weighted(0.2, code),
        prop::collection::vec(any_member(), 0..3),
        any::<bool>(),
    );
    let envelope = envelope.prop_map(|(result, message, code, mut members, is_last)| {
        members.extend(message.map(|message| ("message".to_owned(), message)));
        members.extend(code.map(|code| ("code".to_owned(), code)));
        let place = if is_last { members.len() } else { 0 };
        members.insert(place, ("result".to_owned(), result));
        Some(object(members))
    });
    prop_oneof![12 => envelope, 1 => any_value().prop_map(Some), 1 => Just(None)]
}

fn any_reply() -> impl Strategy<Value = Reply> {
    let status = prop_oneof![
        6 => Just(200),
        3 => prop::sample::select(&[400, 409, 422, 499, 500, 501, 502, 504][..]),
        1 => any::<u16>(),
    ];
    (status, any_body()).prop_map(|(status, body)| Reply {
        status,
        status_text: status.to_string(),
        body,
    })
}

/// What an answer means. Reasons are left out where the CRM's words decide.
#[derive(Debug, PartialEq)]
enum Fate {
    Placed,
    Redirect,
    Declined,
    Refused(ErrorKind),
    Unknown(ErrorKind),
}

/// The same as the reader, from the CRM's description and slowly.
fn fate(reply: &Reply) -> Fate {
    let broken = (500..=u16::MAX).contains(&reply.status);
    let member = |name| reply.body.as_ref().and_then(|body| body.get(name));
    let inner = |name| member("message").and_then(|message| message.get(name));
    let Some(Value::Text(result) | Value::Number(result)) = member("result") else {
        return Fate::Unknown(if broken {
            ErrorKind::BackendFailed
        } else {
            ErrorKind::BackendUnreadable
        });
    };
    let code = member("code").and_then(Value::text).unwrap_or("");
    let words = words(member("message")).to_lowercase();
    let declines = DeclineReason::ALL.map(|reason| reason.name().to_lowercase());
    let declined = words.contains("declin")
        || declines.iter().any(|name| name != "other" && words.contains(name.as_str()));
    match (result.as_str(), code) {
        ("SUCCESS", _) if inner("paypalUrl").is_some() || inner("paypalSdkParams").is_some() => {
            Fate::Refused(ErrorKind::PaymentUnfinished)
        }
        ("SUCCESS", _) => Fate::Placed,
        ("MERC_REDIRECT", _) => match inner("url").or(member("url")).and_then(Value::text) {
            None => Fate::Refused(ErrorKind::PaymentUnfinished),
            Some(url) if url.starts_with("https://") => Fate::Redirect,
            Some(_) => Fate::Refused(ErrorKind::RedirectRefused),
        },
        ("ERROR", "crm_unreachable") => Fate::Refused(ErrorKind::BackendFailed),
        ("ERROR", "token_refused") => Fate::Refused(ErrorKind::TokenRefused),
        ("ERROR", "product_taken") => Fate::Refused(ErrorKind::UpsellTaken),
        ("ERROR", "order_outcome_unknown" | "idempotency_conflict") => {
            Fate::Unknown(ErrorKind::OutcomeUnknown)
        }
        ("ERROR", "crm_answer_lost" | "crm_reply_unreadable") => {
            Fate::Unknown(ErrorKind::BackendFailed)
        }
        // A server that broke cannot know that there is no order.
        ("ERROR" | "DECLINE" | "DECLINED", _) if broken => Fate::Unknown(ErrorKind::BackendFailed),
        ("DECLINE" | "DECLINED", _) => Fate::Declined,
        ("ERROR", _) if words.contains("could not authenticate") => {
            Fate::Refused(ErrorKind::CrmCredentials)
        }
        ("ERROR", _) if declined => Fate::Declined,
        ("ERROR", _) if words.contains("orderreference") || words.contains("billingagreement") => {
            Fate::Refused(ErrorKind::OrderStale)
        }
        ("ERROR", _) => Fate::Refused(ErrorKind::OrderRefused),
        _ => Fate::Unknown(ErrorKind::UnknownResult),
    }
}

/// A message's own words, or its fields'.
fn words(message: Option<&Value>) -> String {
    let text = |value: &Value| value.text().unwrap_or("").to_owned();
    match message {
        Some(Value::Map(fields)) => fields
            .iter()
            .map(|(name, value)| format!("{name} {}", text(value)))
            .collect::<Vec<_>>()
            .join("; "),
        Some(message) => text(message),
        None => String::new(),
    }
}

/// The same up to what looks like a token.
fn untold(words: &str) -> &str {
    let end = ["Atza|", "Atza%"].iter().filter_map(|token| words.find(token)).min();
    &words[..end.unwrap_or(words.len())]
}

fn is_told(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Declined(decline) => decline.message().to_owned(),
        Outcome::Refused(error) | Outcome::Unknown(error) => {
            format!("{error:?}")
        }
        Outcome::Placed(_) | Outcome::Redirect(_) => String::new(),
    }
}

proptest! {
    #![proptest_config(cases(20_000))]

    #[test]
    fn an_answer_is_read_as_it_is_meant(reply in any_reply()) {
        let read = outcome(&reply);
        let meant = match &read {
            Outcome::Placed(_) => Fate::Placed,
            Outcome::Redirect(_) => Fate::Redirect,
            Outcome::Declined(_) => Fate::Declined,
            Outcome::Refused(error) => Fate::Refused(error.kind()),
            Outcome::Unknown(error) => Fate::Unknown(error.kind()),
        };
        prop_assert_eq!(meant, fate(&reply));
        prop_assert_eq!(&outcome(&reply.clone()), &read, "the same answer, another outcome");
        let told = is_told(&read);
        prop_assert!(!told.contains("SECRET"), "{}", told);

        let message = reply.body.as_ref().and_then(|body| body.get("message"));
        match read {
            Outcome::Placed(order) => {
                prop_assert_eq!(&order.message, message.unwrap_or(&Value::Null));
                let id = message.and_then(|message| message.get("orderId"));
                prop_assert_eq!(order.order_id.as_deref(), id.and_then(Value::text));
            }
            Outcome::Redirect(url) => {
                let body = reply.body.as_ref().unwrap();
                let inner = message.and_then(|message| message.text_of("url"));
                let given = [inner, body.text_of("url")];
                prop_assert!(given.contains(&Some(url.as_str())));
            }
            Outcome::Declined(decline) => {
                let words = words(message);
                if !words.is_empty() {
                    prop_assert_eq!(decline.message(), untold(&words));
                }
            }
            Outcome::Refused(_) | Outcome::Unknown(_) => {}
        }
    }

    #[test]
    fn a_step_at_the_bank_is_taken(
        host in "[a-z]{1,8}\\.example(:[0-9]{1,4})?",
        rest in "([/?#][ -~]{0,20})?",
    ) {
        let url = format!("https://{host}{rest}");
        let member = ("url".to_owned(), Value::of(&url));
        let result = ("result".to_owned(), Value::of("MERC_REDIRECT"));
        let message = ("message".to_owned(), Value::Map(vec![member.clone()]));
        for body in [vec![result.clone(), message], vec![member, result]] {
            let body = Some(Value::Map(body));
            let reply = Reply { status: 200, status_text: "200".into(), body };
            prop_assert_eq!(outcome(&reply), Outcome::Redirect(url.clone()));
        }
    }
}
