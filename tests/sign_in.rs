//! The reader of the sign-in's answer against whatever an address bar may hold.
#![cfg(not(target_family = "wasm"))]
#![allow(clippy::unwrap_used, missing_docs)]

#[allow(dead_code, reason = "each test takes what it needs")]
mod fuzz;

use std::collections::BTreeMap;

use landerpay::domain::sign_in::SignIn;
use landerpay::domain::value::Value;
use proptest::prelude::*;

use crate::fuzz::{any_value, cases, object};

const NONCE: &str = "lp-1-2-3-4";

/// The values of an address as the URL standard reads them; of several by one name the last.
fn parameters(text: &str) -> BTreeMap<String, String> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

fn returned(text: &str, nonce: Option<&str>) -> SignIn {
    let pairs = parameters(text).into_iter().map(|(name, value)| (name, Value::Text(value)));
    SignIn::from_return(&Value::Map(pairs.collect()), nonce)
}

/// Texts that are nearly answers.
fn nearly() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("access_token=Atza%7C".to_owned()),
        Just("access_token=Atza|".to_owned()),
        Just("access_token=".to_owned()),
        Just(format!("state={NONCE}")),
        Just("state=".to_owned()),
        Just("error=".to_owned()),
        Just("expires_in=".to_owned()),
        Just("&".to_owned()),
        Just("%".to_owned()),
        Just("%25".to_owned()),
        "[0-9A-Za-z%=&+|é]{0,12}",
        ".{0,4}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// What JavaScript may tell instead of the texts of an address.
fn any_told() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(&["access_token", "state", "error", "expires_in", "a"][..]);
    const TEXTS: &[&str] = &["Atza|SECRET", NONCE, "lp-1-2-3", "3600", "access_denied", ""];
    let value = prop_oneof![
        3 => prop::sample::select(TEXTS).prop_map(Value::of),
        2 => any_value(),
    ];
    let entry = (name.prop_map(str::to_owned), value);
    prop_oneof![6 => prop::collection::vec(entry, 0..6).prop_map(object), 1 => any_value()]
}

proptest! {
    #![proptest_config(cases(20_000))]

    #[test]
    fn what_answers_to_another_state_says_nothing(
        told in any_told(),
        nonce in prop::option::of(prop::sample::select(&[NONCE, "lp-1-2-3", "lp-9-9-9-9", ""][..])),
    ) {
        let sign_in = SignIn::from_return(&told, nonce);
        let echo = told.text_of("state");
        let is_ours = nonce.is_some() && echo == nonce;
        if !is_ours {
            prop_assert_eq!(&sign_in, &SignIn::default());
        }
        match sign_in.token() {
            Ok(token) => {
                prop_assert!(is_ours && told.get("error").and_then(Value::text).is_none());
                prop_assert_eq!(told.text_of("access_token"), Some(token.expose()));
            }
            Err(error) => {
                let is_quoted = told.text_of("error").is_some_and(|it| it.contains("SECRET"));
                prop_assert!(is_quoted || !error.subject().contains("SECRET"));
            }
        }
        let shown = format!("{:?}", sign_in.token);
        prop_assert!(!shown.contains("SECRET"));
    }

    #[test]
    fn no_token_is_invented(text in nearly()) {
        prop_assert_eq!(returned(&text, None), SignIn::default());
        if let Ok(token) = returned(&text, Some(NONCE)).token() {
            let said = parameters(&text);
            prop_assert!(token.expose().starts_with("Atza|"));
            prop_assert_eq!(said.get("access_token").map(String::as_str), Some(token.expose()));
            prop_assert_eq!(said.get("state").map(String::as_str), Some(NONCE));
            prop_assert_eq!(said.get("error"), None);
        }
    }

    #[test]
    fn what_amazon_writes_is_read(
        opaque in "[!-$&-:<-~]{1,400}",
        seconds in 1_u32..100_000,
        scope in "[a-z: ]{0,60}",
    ) {
        let token = format!("Atza|{opaque}");
        let text = form_urlencoded::Serializer::new(String::new())
            .append_pair("access_token", &token)
            .append_pair("token_type", "bearer")
            .append_pair("expires_in", &seconds.to_string())
            .append_pair("scope", &scope)
            .append_pair("state", NONCE)
            .finish();
        let sign_in = returned(&text, Some(NONCE));
        let read = sign_in.token().unwrap();
        prop_assert_eq!(read.expose(), token);
        prop_assert_eq!(sign_in.expires_in, Some(seconds));
    }
}
