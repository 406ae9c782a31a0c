//! A flat list of named texts: what a page posts, and what the CRM takes.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Number, Value};
use sha2::{Digest, Sha256};

use crate::Failure;

/// The most fields that one order may have.
pub const MAX_FIELDS: usize = 100;

/// Named texts in the order in which they came. Values may be secret, so `Debug` shows names only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads a flat JSON object. Numbers keep their digits, without a `.0`, `true` and `false` become the CRM's `1`
    /// and `0`, and `null` means absent.
    ///
    /// # Errors
    /// [`Failure::BodyUnreadable`] when it is not a JSON object; [`Failure::FieldsInvalid`] for nested
    /// values, names outside `[A-Za-z0-9_]`, names repeated in any letter case, or too many fields.
    pub fn from_json(body: &[u8]) -> Result<Self, Failure> {
        let Members(members) = serde_json::from_slice(body)
            .map_err(|_| Failure::BodyUnreadable("The body is not a JSON object.".to_owned()))?;
        let mut nested = BTreeMap::new();
        let mut pairs = Vec::with_capacity(members.len());
        for (name, value) in members {
            let text = match value {
                Value::Null => continue,
                Value::Bool(flag) => if flag { "1" } else { "0" }.to_owned(),
                Value::Number(number) => whole(&number),
                Value::String(text) => text,
                Value::Array(_) | Value::Object(_) => {
                    nested
                        .insert(shown(&name), "Must be a text, a number or true/false.".to_owned());
                    continue;
                }
            };
            pairs.push((name, text));
        }
        if nested.is_empty() { Self::checked(pairs) } else { Err(Failure::FieldsInvalid(nested)) }
    }

    /// Reads an `application/x-www-form-urlencoded` body.
    ///
    /// # Errors
    /// [`Failure::FieldsInvalid`], as for [`Fields::from_json`].
    pub fn from_form(body: &[u8]) -> Result<Self, Failure> {
        Self::checked(
            form_urlencoded::parse(body).map(|(n, v)| (n.into_owned(), v.into_owned())).collect(),
        )
    }

    fn checked(pairs: Vec<(String, String)>) -> Result<Self, Failure> {
        if pairs.len() > MAX_FIELDS {
            return Err(Failure::BodyUnreadable(format!(
                "An order has at most {MAX_FIELDS} fields."
            )));
        }
        let mut fields = Self::default();
        let mut wrong = BTreeMap::new();
        for (name, value) in pairs {
            // Brackets, dots and blanks would become other names or arrays on a PHP server.
            if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                wrong.insert(
                    shown(&name),
                    "A field name is made of letters, digits and _ only.".to_owned(),
                );
            } else if fields.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
                // Nobody promises that the CRM tells them apart.
                wrong.insert(
                    shown(&name),
                    "This field is given twice; upper and lower case are the same.".to_owned(),
                );
            } else {
                fields.0.push((name, value));
            }
        }
        if wrong.is_empty() { Ok(fields) } else { Err(Failure::FieldsInvalid(wrong)) }
    }

    /// The value of a field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Replaces a field where it stands, or adds it at the end.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value.into(),
            None => self.0.push((name.to_owned(), value.into())),
        }
    }

    /// Keeps the fields for whose name `keep` says so.
    pub fn retain(&mut self, mut keep: impl FnMut(&str) -> bool) {
        self.0.retain(|(name, _)| keep(name));
    }

    /// The fields in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The body of a form post. Each value is encoded once.
    #[must_use]
    pub fn to_form(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.iter()).finish()
    }

    /// A digest of names and values that does not depend on their order; `skip` leaves fields out.
    #[must_use]
    pub fn fingerprint(&self, skip: impl Fn(&str) -> bool) -> [u8; 32] {
        let mut pairs: Vec<_> = self.iter().filter(|(name, _)| !skip(name)).collect();
        pairs.sort_unstable();
        let mut digest = Sha256::new();
        for text in pairs.into_iter().flat_map(|(name, value)| [name, value]) {
            // The length in front keeps ("ab", "c") apart from ("a", "bc").
            digest.update(text.len().to_be_bytes());
            digest.update(text);
        }
        digest.finalize().into()
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl FromIterator<(String, String)> for Fields {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// The digits of a number. In JSON, `348.0` is the whole number 348, and PHP writes it so.
fn whole(number: &Number) -> String {
    let mut text = number.to_string();
    if text.ends_with(".0") {
        text.truncate(text.len() - 2);
    }
    text
}

/// A name as a reply shows it: short enough.
fn shown(name: &str) -> String {
    cut(name, 64).into_owned()
}

/// The first `max` characters, never half of one.
#[must_use]
pub fn cut(text: &str, max: usize) -> Cow<'_, str> {
    match text.char_indices().nth(max) {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(text.chars().take(max).collect()),
    }
}

/// The members of a JSON object with repetitions, which a map would hide.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::{Fields, cut};

    fn code(result: Result<Fields, crate::Failure>) -> &'static str {
        result.unwrap_err().code()
    }

    #[test]
    fn json_scalars_become_texts() {
        let fields = Fields::from_json(
            r#"{"a":"x y","b":12,"c":0,"d":true,"e":false,"f":null,"g":59.95,"h":"","i":348.0}"#
                .as_bytes(),
        )
        .unwrap();
        assert_eq!(fields.to_form(), "a=x+y&b=12&c=0&d=1&e=0&g=59.95&h=&i=348");
    }

    #[test]
    fn a_form_is_decoded_once() {
        let fields = Fields::from_form(b"t=Atza%7Ca%252B&n=J%C3%BCrgen+M").unwrap();
        assert_eq!(fields.get("t"), Some("Atza|a%2B"));
        assert_eq!(fields.get("n"), Some("Jürgen M"));
        assert_eq!(fields.to_form(), "t=Atza%7Ca%252B&n=J%C3%BCrgen+M");
    }

    #[test]
    fn what_is_not_a_flat_object_is_refused() {
        for (json, expected) in [
            ("", "body_unreadable"),
            ("[]", "body_unreadable"),
            ("\"a\"", "body_unreadable"),
            ("{\"a\":1", "body_unreadable"),
            ("{\"a\":1} x", "body_unreadable"),
            ("{\"a\":{}}", "fields_invalid"),
            ("{\"a\":[1]}", "fields_invalid"),
            ("{\"a\":1,\"a\":2}", "fields_invalid"),
            ("{\"aB\":1,\"Ab\":2}", "fields_invalid"),
            ("{\"a[b]\":1}", "fields_invalid"),
            ("{\"a.b\":1}", "fields_invalid"),
            ("{\"\":1}", "fields_invalid"),
            ("{\"ä\":1}", "fields_invalid"),
        ] {
            assert_eq!(code(Fields::from_json(json.as_bytes())), expected, "{json}");
        }
        for form in ["a=1&a=2", "aB=1&AB=2", "a%5B%5D=1", "=1"] {
            assert_eq!(code(Fields::from_form(form.as_bytes())), "fields_invalid", "{form}");
        }
    }

    #[test]
    fn a_hundred_fields_and_no_more() {
        let form = |n: usize| (0..n).map(|i| format!("f{i}=1")).collect::<Vec<_>>().join("&");
        assert!(Fields::from_form(form(100).as_bytes()).is_ok());
        assert_eq!(code(Fields::from_form(form(101).as_bytes())), "body_unreadable");
    }

    #[test]
    fn the_fingerprint_is_about_content() {
        let print =
            |form: &str| Fields::from_form(form.as_bytes()).unwrap().fingerprint(|n| n == "skip");
        assert_eq!(print("a=1&b=2"), print("b=2&a=1&skip=3"));
        assert_ne!(print("a=1&b=2"), print("a=1&b=3"));
        assert_ne!(print("ab=c"), print("a=bc"));
    }

    #[test]
    fn cutting_keeps_characters_whole() {
        assert_eq!(cut("héllo", 2), "hé");
        assert_eq!(cut("héllo", 5), "héllo");
        assert_eq!(cut("日本語", 2), "日本");
    }

    #[test]
    fn debug_shows_names_only() {
        let fields = Fields::from_form(b"password=hunter2").unwrap();
        assert_eq!(format!("{fields:?}"), "[\"password\"]");
    }
}
