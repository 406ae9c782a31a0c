//! Validated newtypes for ids and secrets. Widgets.js puts ids unescaped into a form, so their
//! shape is checked before they reach it.

use core::fmt;

use crate::domain::text::{all_bytes, is_alphanumeric};
use crate::prelude::*;

/// True for a Login with Amazon client id: `amzn1.application-oa2-client.`, letters and digits.
pub fn is_client_id(text: &str) -> bool {
    text.strip_prefix("amzn1.application-oa2-client.").is_some_and(is_alphanumeric)
}

/// True for Amazon's id of a merchant, e.g. `A2EXAMPLE1234X`.
pub fn is_seller_id(text: &str) -> bool {
    is_alphanumeric(text) && text.len() <= 32
}

/// What Amazon calls the purchase: an order reference, such as `S01-1234567-1234567`.
///
/// Seen in a browser it is a hint: the backend checks it with Amazon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmazonOrderId(String);

impl AmazonOrderId {
    /// Takes a letter, two digits, and two groups of seven digits.
    pub fn parse(text: &str) -> Option<Self> {
        const SHAPE: &[u8] = b"A00-0000000-0000000";
        let fits = |(byte, shape): (u8, &u8)| match shape {
            b'A' => byte.is_ascii_uppercase(),
            b'0' => byte.is_ascii_digit(),
            other => byte == *other,
        };
        (text.len() == SHAPE.len() && text.bytes().zip(SHAPE).all(fits)).then(|| Self(text.into()))
    }

    /// The id as Amazon wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The buyer's access token: a bearer secret, and the `amazonAddressConsent` of an order.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken(String);

impl AccessToken {
    /// Takes a decoded token: `Atza|` and visible ASCII, 2048 bytes at most (Login with Amazon's
    /// own limit). A percent sign shows that it is still encoded, a semicolon would end its cookie.
    pub fn parse(text: &str) -> Option<Self> {
        let opaque = text.strip_prefix("Atza|")?;
        let usable = !opaque.is_empty()
            && text.len() <= 2048
            && all_bytes(opaque, |byte| byte.is_ascii_graphic() && byte != b'%' && byte != b';');
        usable.then(|| Self(text.into()))
    }

    /// The secret itself, for the two places in which it must travel.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// A text of somebody else's up to what looks like a token, encoded or not.
pub fn before_token(text: &str) -> &str {
    let token = text.as_bytes().windows(5).position(|it| matches!(it, b"Atza|" | b"Atza%"));
    text.get(..token.unwrap_or(text.len())).unwrap_or_default()
}

// By hand, so that no log or test failure prints it.
impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(…)")
    }
}

/// 128 random bits as text: names one attempt to place an order, however often it is sent, or ties
/// the answer of a sign-in to the request that we made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nonce(String);

impl Nonce {
    /// Takes visible ASCII that nobody can guess.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The text as it travels.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_ids_have_one_shape() {
        for good in ["S01-1234567-1234567", "P02-0000000-9999999", "C01-8824045-7416542"] {
            assert_eq!(AmazonOrderId::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            "S01",
            "S01-1234567",
            "S01-1234567-123456",
            "S01-1234567-12345678",
            "s01-1234567-1234567",
            "S1-1234567-1234567",
            "S01-1234567-1234567-1",
            "S01-123456a-1234567",
            " S01-1234567-1234567",
            "S01-1234567-1234567\"><script>",
            "é01-1234567-1234567",
            "S0é-1234567-1234567",
        ] {
            assert_eq!(AmazonOrderId::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn tokens_are_taken_decoded_only() {
        assert!(AccessToken::parse("Atza|IwEBI").is_some());
        let longest = format!("Atza|{}", "a".repeat(2043));
        assert!(AccessToken::parse(&longest).is_some());
        for bad in [
            "",
            "Atza",
            "Atza|",
            "Atza%7CIwEBI",
            "Atza|Iw%45",
            "Atza|Iw;domain=example",
            "Atzr|IwEBI",
            "atza|IwEBI",
            "Atza|Iw EBI",
            "Atza|Iw\nEBI",
            "Atza|Iwé",
            &format!("{longest}a"),
        ] {
            assert_eq!(AccessToken::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_token_is_never_printed() {
        let token = AccessToken::parse("Atza|SECRET").unwrap();
        assert!(!format!("{token:?}").contains("SECRET"));
    }

    #[test]
    fn merchant_ids_cannot_carry_markup() {
        assert!(is_seller_id("A2EXAMPLE1234X"));
        assert!(is_client_id("amzn1.application-oa2-client.0a1b2c"));
        for bad in ["", "A2\"", "A2 X", "<b>", &"A".repeat(33)] {
            assert!(!is_seller_id(bad), "{bad}");
        }
        for bad in ["", "amzn1.application-oa2-client.", "amzn1.application-oa2-client.a'b", "A2X"]
        {
            assert!(!is_client_id(bad), "{bad}");
        }
    }
}
