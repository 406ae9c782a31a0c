//! What the stand-in does wrong when a test asks for it.

/// A misbehaviour, asked for by the order's field `custom5`. The table stands in [`super::crm`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The processor declines, with this reason.
    Decline(String),
    /// The same, but only for the first order on an order reference.
    DeclineOnce(String),
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
    /// `ERROR` whose message is a number.
    NumericMessage,
    /// `ERROR` with a message per field.
    Fields,
    /// `ERROR` that quotes the credentials and the token.
    Quote,
    /// An upsale comes when its order's upsell window has just closed.
    Late,
}

impl Fault {
    /// Reads `custom5`; any other text is just text.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (word, rest) = match text.split_once(':') {
            Some((word, rest)) => (word, Some(rest.to_owned())),
            None => (text, None),
        };
        Some(match (word, rest) {
            ("decline", Some(reason)) => Self::Decline(reason),
            ("decline-once", Some(reason)) => Self::DeclineOnce(reason),
            ("redirect", Some(url)) => Self::Redirect(url),
            ("html", None) => Self::Html,
            ("http-500", None) => Self::Http500,
            ("http-500", Some(result)) => Self::Http500Envelope(result),
            ("hang", None) => Self::Hang,
            ("unknown-result", None) => Self::UnknownResult,
            ("empty", None) => Self::Empty,
            ("redirect-script", None) => Self::RedirectScript,
            ("paypal", None) => Self::Paypal,
            ("lost", None) => Self::Lost,
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
    use super::Fault;

    #[test]
    fn a_fault_is_a_known_word() {
        for (text, fault) in [
            ("decline:InvalidPaymentMethod", Some(Fault::Decline("InvalidPaymentMethod".into()))),
            (
                "redirect:https://bank.example/3ds",
                Some(Fault::Redirect("https://bank.example/3ds".into())),
            ),
            ("http-500", Some(Fault::Http500)),
            ("http-500:ERROR", Some(Fault::Http500Envelope("ERROR".into()))),
            ("lost", Some(Fault::Lost)),
            ("late", Some(Fault::Late)),
            ("lost:1", None),
            ("decline", None),
            ("newsletter", None),
            ("", None),
        ] {
            assert_eq!(Fault::read(text), fault, "{text}");
        }
    }
}
