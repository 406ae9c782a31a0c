//! What a sign-in brings back, and how it has to happen.

use crate::domain::ids::AccessToken;
use crate::domain::text::contains_ignoring_case;
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
    /// Reads the parameters with which Amazon sends the buyer back, as they stood in the address.
    /// What does not answer to our nonce says nothing: anybody can write an address.
    pub fn from_return(text: &str, nonce: Option<&str>) -> Self {
        let sign_in = Self::from_parameters(text);
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

    // Decoded exactly once: a token that is encoded twice is none.
    fn from_parameters(text: &str) -> Self {
        let mut sign_in = Self::default();
        for parameter in text.split('&') {
            let Some((name, value)) = parameter.split_once('=') else { continue };
            let Some(value) = decode_once(value) else { continue };
            match name {
                "access_token" => sign_in.token = AccessToken::parse(&value),
                "expires_in" => sign_in.expires_in = seconds(&value),
                "error" => sign_in.error = Some(value),
                "state" => sign_in.state = Some(value),
                _ => {}
            }
        }
        sign_in
    }
}

/// A whole number of seconds, as Amazon writes it.
fn seconds(text: &str) -> Option<u32> {
    let mut seconds = 0_u32;
    for byte in text.bytes() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        seconds = seconds.saturating_mul(10).saturating_add(u32::from(digit));
    }
    Some(seconds)
}

/// Nothing that we read has anything but ASCII in it.
fn decode_once(text: &str) -> Option<String> {
    let mut decoded = String::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let byte = match byte {
            b'+' => b' ',
            b'%' => hex_digit(bytes.next()?)? << 4 | hex_digit(bytes.next()?)?,
            plain => plain,
        };
        if !byte.is_ascii() {
            return None;
        }
        decoded.push(char::from(byte));
    }
    Some(decoded)
}

fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
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
    "Line/",
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
