//! What the stand-in does wrong when a test asks for it.

use std::time::Duration;

/// The misbehaviours that the field `custom5` of an order asks for: at most one for each kind of call.
/// The table stands in [`super::crm`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// For imports of orders and upsales.
    pub import: Option<Asked<Fault>>,
    /// For leads.
    pub lead: Option<Asked<Silence>>,
    /// For queries.
    pub query: Option<Asked<Silence>>,
}

/// A misbehaviour, and whether it is for the first call only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked<F> {
    /// The misbehaviour.
    pub fault: F,
    /// Whether all goes well afterwards.
    pub once: bool,
}

impl<F> Asked<F> {
    /// The misbehaviour of this call, which is the first or a later one.
    pub fn now(self, first: bool) -> Option<F> {
        (first || !self.once).then_some(self.fault)
    }
}

/// How an import goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The processor declines, with this reason.
    Decline(String),
    /// A page of HTML with status 200.
    Html,
    /// A page of HTML with status 500.
    Http500,
    /// An envelope with this `result` and status 500.
    Http500Envelope(String),
    /// No answer, and the connection stays open.
    Hang,
    /// A `result` that no document lists.
    UnknownResult,
    /// No byte of an answer, with status 200.
    Empty,
    /// `MERC_REDIRECT` to this address.
    Redirect(String),
    /// `MERC_REDIRECT` with a script to run.
    RedirectScript,
    /// `SUCCESS` that still needs a visit to PayPal.
    Paypal,
    /// The order is booked, then the connection is cut.
    Lost,
    /// The connection is cut, and nothing is booked.
    LostBefore,
    /// The order is booked at once, and answered after this time.
    Slow(Duration),
    /// `ERROR` whose message is a number.
    NumericMessage,
    /// `ERROR` with a message per field.
    Fields,
    /// `ERROR` that quotes the credentials and the token.
    Quote,
    /// An upsale comes when its order's upsell window has just closed.
    Late,
}

/// How a call that has been carried out is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// A page of HTML with status 200.
    Html,
    /// The connection is cut.
    Lost,
    /// No answer, and the connection stays open.
    Hang,
}

impl Faults {
    /// Reads `custom5`: faults with blanks between them. Any other text is just text.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut faults = Self::default();
        for word in text.split(' ') {
            let (once, word) = match word.strip_prefix("once:") {
                Some(word) => (true, word),
                None => (false, word),
            };
            match word {
                "lead-html" => faults.lead = Some(Asked { fault: Silence::Html, once }),
                "lead-lost" => faults.lead = Some(Asked { fault: Silence::Lost, once }),
                "query-html" => faults.query = Some(Asked { fault: Silence::Html, once }),
                "query-lost" => faults.query = Some(Asked { fault: Silence::Lost, once }),
                "query-hang" => faults.query = Some(Asked { fault: Silence::Hang, once }),
                _ => {
                    if let Some(fault) = Fault::read(word) {
                        faults.import = Some(Asked { fault, once });
                    }
                }
            }
        }
        faults
    }
}

impl Fault {
    fn read(word: &str) -> Option<Self> {
        let (word, rest) = match word.split_once(':') {
            Some((word, rest)) => (word, Some(rest)),
            None => (word, None),
        };
        Some(match (word, rest) {
            ("decline", Some(reason)) => Self::Decline(reason.to_owned()),
            ("redirect", Some(url)) => Self::Redirect(url.to_owned()),
            ("slow", Some(wait)) => Self::Slow(Duration::from_millis(wait.parse().ok()?)),
            ("html", None) => Self::Html,
            ("http-500", None) => Self::Http500,
            ("http-500", Some(result)) => Self::Http500Envelope(result.to_owned()),
            ("hang", None) => Self::Hang,
            ("unknown-result", None) => Self::UnknownResult,
            ("empty", None) => Self::Empty,
            ("redirect-script", None) => Self::RedirectScript,
            ("paypal", None) => Self::Paypal,
            ("lost", None) => Self::Lost,
            ("lost-before", None) => Self::LostBefore,
            ("numeric-message", None) => Self::NumericMessage,
            ("fields", None) => Self::Fields,
            ("quote", None) => Self::Quote,
            ("late", None) => Self::Late,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Asked, Fault, Faults, Silence};

    fn import(fault: Fault) -> Faults {
        Faults { import: Some(Asked { fault, once: false }), ..Faults::default() }
    }

    #[test]
    fn a_fault_is_a_known_word() {
        for (text, faults) in [
            ("decline:InvalidPaymentMethod", import(Fault::Decline("InvalidPaymentMethod".into()))),
            (
                "redirect:https://bank.example/3ds",
                import(Fault::Redirect("https://bank.example/3ds".into())),
            ),
            ("http-500", import(Fault::Http500)),
            ("http-500:ERROR", import(Fault::Http500Envelope("ERROR".into()))),
            ("slow:250", import(Fault::Slow(Duration::from_millis(250)))),
            ("lost", import(Fault::Lost)),
            ("late", import(Fault::Late)),
            ("lost:1", Faults::default()),
            ("slow:long", Faults::default()),
            ("decline", Faults::default()),
            ("newsletter", Faults::default()),
            ("once:", Faults::default()),
            ("", Faults::default()),
        ] {
            assert_eq!(Faults::read(text), faults, "{text}");
        }
    }

    #[test]
    fn each_call_has_its_own() {
        assert_eq!(
            Faults::read("once:lost lead-html once:query-hang"),
            Faults {
                import: Some(Asked { fault: Fault::Lost, once: true }),
                lead: Some(Asked { fault: Silence::Html, once: false }),
                query: Some(Asked { fault: Silence::Hang, once: true }),
            }
        );
    }
}
