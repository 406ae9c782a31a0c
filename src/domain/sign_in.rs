//! What a sign-in brings back, and how it has to happen.

use crate::domain::ids::AccessToken;
use crate::domain::text::{contains_ignoring_case, number};
use crate::domain::value::Value;
use crate::error::{Error, ErrorKind};
use crate::prelude::*;

/// The answer of the sign-in; what it is worth is decided in the flow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignIn {
    /// The token, if it looks like one.
    pub token: Option<AccessToken>,
    /// For how many seconds the token is good, if Amazon said so.
    pub expires_in: Option<u32>,
    /// The SDK's error value.
    pub error: Option<String>,
    /// The echo of our nonce, where the SDK gives one.
    pub state: Option<String>,
}

impl SignIn {
    /// Reads what the SDK answers, or the parameters with which Amazon sends the buyer back.
    pub fn read(told: &Value) -> Self {
        let text = |name| told.text_of(name);
        Self {
            token: text("access_token").and_then(AccessToken::parse),
            expires_in: text("expires_in").map(number).filter(|seconds| *seconds > 0),
            error: text("error").map(ToOwned::to_owned),
            state: text("state").map(ToOwned::to_owned),
        }
    }

    /// The same from an address, which anybody can write: what does not answer to our nonce says
    /// nothing.
    pub fn from_return(told: &Value, nonce: Option<&str>) -> Self {
        let sign_in = Self::read(told);
        let is_ours = nonce.is_some() && sign_in.state.as_deref() == nonce;
        if is_ours { sign_in } else { Self::default() }
    }

    /// The token.
    ///
    /// # Errors
    /// [`ErrorKind::SignInDenied`], [`ErrorKind::SignInFailed`], [`ErrorKind::SignInRefused`].
    pub fn token(&self) -> Result<AccessToken, Error> {
        match (self.error.as_deref(), &self.token) {
            (None, Some(token)) => Ok(token.clone()),
            (None, None) => Err(ErrorKind::SignInRefused.into()),
            (Some("access_denied"), _) => Err(ErrorKind::SignInDenied.into()),
            (Some(error), _) => Err(Error::new(ErrorKind::SignInFailed, error)),
        }
    }
}

/// Where a page runs, as far as it matters to a pop-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surroundings {
    /// https, or the developer's own machine.
    pub secure: bool,
    /// A mouse or the like: no phone, no tablet.
    pub fine_pointer: bool,
    /// The window's width in CSS pixels.
    pub width: u32,
    /// The browser's description of itself.
    pub user_agent: String,
}

/// Amazon's pop-up is 520 pixels wide.
const POPUP_WIDTH: u32 = 600;

/// The browsers inside Facebook, Instagram, Line, WeChat, TikTok, Snapchat, Pinterest, LinkedIn and
/// X, and Android's bare view. Their pop-ups replace the page, or do not open at all.
const IN_APP: [&str; 11] = [
    "FBAN",
    "FBAV",
    "Instagram",
    " Line/",
    "MicroMessenger",
    "BytedanceWebview",
    "Snapchat",
    "Pinterest/",
    "LinkedInApp",
    "Twitter for",
    "; wv)",
];

impl Surroundings {
    /// True where a pop-up can be expected to open, and to come back with an answer.
    pub fn suit_a_popup(&self) -> bool {
        let in_app = |mark: &&str| contains_ignoring_case(&self.user_agent, mark);
        self.secure && self.fine_pointer && self.width >= POPUP_WIDTH && !IN_APP.iter().any(in_app)
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;

    const NONCE: &str = "lp-1-2-3-4";

    /// As the browser reads an address.
    fn parameters(text: &str) -> Value {
        let pairs = form_urlencoded::parse(text.as_bytes());
        Value::Map(pairs.map(|(name, value)| (name.into(), Value::of(&value))).collect())
    }

    fn returned(text: &str) -> Result<String, ErrorKind> {
        let token = SignIn::from_return(&parameters(text), Some(NONCE)).token();
        token.map(|token| token.expose().to_owned()).map_err(|error| error.kind())
    }

    #[test]
    fn a_token_is_decoded_exactly_once() {
        for (written, read) in [
            ("Atza%7CIwEBI", Ok("Atza|IwEBI".to_owned())),
            ("Atza%7cIw%45BI", Ok("Atza|IwEBI".to_owned())),
            ("Atza|IwEBI", Ok("Atza|IwEBI".to_owned())),
            ("Atza|Iw%2BI%2FI%3D%3D", Ok("Atza|Iw+I/I==".to_owned())),
            ("Atza|Iw=I==", Ok("Atza|Iw=I==".to_owned())),
            // Encoded twice.
            ("Atza%257CIwEBI", Err(ErrorKind::SignInRefused)),
            ("Atza%7CIw%2545BI", Err(ErrorKind::SignInRefused)),
            ("Atza%7", Err(ErrorKind::SignInRefused)),
            ("Atza%7CIw%zz", Err(ErrorKind::SignInRefused)),
            ("Atza%7CIw+EBI", Err(ErrorKind::SignInRefused)),
            ("Atza%7CIw%C3%A9", Err(ErrorKind::SignInRefused)),
            ("Atzr%7CIwEBI", Err(ErrorKind::SignInRefused)),
            ("", Err(ErrorKind::SignInRefused)),
        ] {
            let text = format!("access_token={written}&token_type=bearer&state={NONCE}");
            assert_eq!(returned(&text), read, "{written}");
        }
    }

    #[test]
    fn an_answer_to_another_nonce_says_nothing() {
        let answer = "access_token=Atza%7CIwEBI&expires_in=3600";
        let read = |text: &str, nonce| SignIn::from_return(&parameters(text), nonce);
        let good = format!("{answer}&state={NONCE}");
        assert_eq!(read(&good, Some(NONCE)).expires_in, Some(3600));
        assert_eq!(read(&good, Some("lp-9")), SignIn::default());
        assert_eq!(read(&good, None), SignIn::default());
        assert_eq!(read(answer, Some(NONCE)), SignIn::default());
        assert_eq!(read(answer, None), SignIn::default());
        let denied = "error=access_denied&error_description=x";
        assert_eq!(read(denied, Some(NONCE)), SignIn::default());
    }

    #[test]
    fn errors_come_first() {
        for (answer, kind) in [
            ("error=access_denied&error_description=The+buyer%20said+no", ErrorKind::SignInDenied),
            ("error=server_error", ErrorKind::SignInFailed),
            ("error=access_denied&access_token=Atza%7CIwEBI", ErrorKind::SignInDenied),
        ] {
            assert_eq!(returned(&format!("{answer}&state={NONCE}")), Err(kind), "{answer}");
        }
    }

    #[test]
    fn seconds_are_whole_and_never_too_many() {
        for (text, seconds) in [
            ("3226", Some(3226)),
            ("99999999999999999999", Some(u32::MAX)),
            ("0", None),
            ("-1", None),
            ("", None),
        ] {
            assert_eq!(
                SignIn::read(&parameters(&format!("expires_in={text}"))).expires_in,
                seconds
            );
        }
    }

    #[test]
    fn a_popup_wants_a_secure_page_a_mouse_some_width_and_a_real_browser() {
        const CHROME: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like \
            Gecko) Chrome/140.0.0.0 Safari/537.36";
        let at_a_desk = Surroundings {
            secure: true,
            fine_pointer: true,
            width: 1280,
            user_agent: CHROME.to_owned(),
        };
        assert!(at_a_desk.suit_a_popup());
        assert!(!Surroundings { secure: false, ..at_a_desk.clone() }.suit_a_popup());
        assert!(!Surroundings { fine_pointer: false, ..at_a_desk.clone() }.suit_a_popup());
        assert!(!Surroundings { width: 599, ..at_a_desk.clone() }.suit_a_popup());
        for mark in [
            "[FBAN/FBIOS;FBAV/440.0]",
            "Instagram 312.0.0.0",
            "Safari Line/13.1",
            "MicroMessenger/8.0",
            "BytedanceWebview/d8a21c6",
            "Version/4.0 (; wv)",
        ] {
            let user_agent = format!("{CHROME} {mark}");
            assert!(!Surroundings { user_agent, ..at_a_desk.clone() }.suit_a_popup(), "{mark}");
        }
    }
}
