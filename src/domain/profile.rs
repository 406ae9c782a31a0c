//! The buyer's Login with Amazon profile.

use crate::domain::text::split_first_word;
use crate::domain::value::Value;

/// What Amazon tells about the buyer, by Amazon's own names: `user_id`, `name`, `email` and, if its
/// scope was granted, `postal_code`.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile(Value);

impl Profile {
    /// Reads the answer of `GET /user/profile`. An answer with neither name nor e-mail is none.
    pub fn read(answer: Value) -> Option<Self> {
        let profile = Self(answer);
        let says = profile.first_and_last_name().is_some() || profile.email().is_some();
        says.then_some(profile)
    }

    /// Everything that Amazon told.
    pub const fn value(&self) -> &Value {
        &self.0
    }

    /// The e-mail address.
    pub fn email(&self) -> Option<&str> {
        self.0.text_of("email").filter(|email| !email.is_empty())
    }

    /// First and last name, as the CRM's own kit splits them: at the first white space, and with
    /// a single blank as the last name of a one-word name, because the CRM refuses an empty one.
    pub fn first_and_last_name(&self) -> Option<(&str, &str)> {
        let (first, last) = split_first_word(self.0.text_of("name")?);
        let last = if last.is_empty() { " " } else { last };
        (!first.is_empty()).then_some((first, last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(entries: &[(&str, &str)]) -> Value {
        let entry = |(name, text): &(&str, &str)| ((*name).to_owned(), Value::of(text));
        Value::Map(entries.iter().map(entry).collect())
    }

    #[test]
    fn names_split_at_the_first_white_space() {
        for (name, first, last) in [
            ("Ann Example", "Ann", "Example"),
            ("Ann", "Ann", " "),
            ("  Ann  ", "Ann", " "),
            ("Ann   van der Berg", "Ann", "van der Berg"),
            ("Ann\u{a0}Example", "Ann", "Example"),
            ("Ann\tMary Example", "Ann", "Mary Example"),
            ("محمد بن سلمان", "محمد", "بن سلمان"),
            ("👩‍🚀 Ride", "👩‍🚀", "Ride"),
        ] {
            let profile = Profile::read(answer(&[("name", name)])).unwrap();
            assert_eq!(profile.first_and_last_name(), Some((first, last)), "{name:?}");
        }
        let nameless = Profile::read(answer(&[("name", "  "), ("email", "a@b.example")])).unwrap();
        assert_eq!(nameless.first_and_last_name(), None);
    }

    #[test]
    fn an_answer_that_says_nothing_is_no_profile() {
        for nothing in [
            Value::Null,
            answer(&[]),
            answer(&[("error", "invalid_token")]),
            answer(&[("user_id", "amzn1.account.X"), ("name", " ")]),
        ] {
            assert_eq!(Profile::read(nothing), None);
        }
        let profile = Profile::read(answer(&[("email", "a@b.example")])).unwrap();
        assert_eq!(profile.email(), Some("a@b.example"));
    }
}
