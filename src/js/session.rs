//! The session in the browser: this tab's storage, the cookie of Amazon's widgets, and the clock.

use core::cell::Cell;

use wasm_bindgen::prelude::*;

use crate::domain::ids::{AccessToken, Nonce};
use crate::domain::options::Options;
use crate::domain::session::{Arrival, seconds_of};
use crate::domain::sign_in::SignIn;
use crate::domain::text::join;
use crate::js::convert::property;
use crate::js::sys::Record;
use crate::prelude::*;

#[wasm_bindgen(module = "/src/js/session.js")]
extern "C" {
    fn now() -> f64;
    fn load() -> JsValue;
    fn save(session: Option<&Record>);
    #[wasm_bindgen(js_name = announceSignOut)]
    fn announce_sign_out();
    #[wasm_bindgen(js_name = signedOutSince)]
    fn signed_out_since(time: f64) -> bool;
    #[wasm_bindgen(js_name = writeCookie)]
    fn write_cookie(token: &str, seconds: u32, domain: Option<&str>);
}

/// A buyer's session, as far as the browser keeps it.
#[derive(Default)]
pub struct Session {
    /// When it ends, in milliseconds since 1970.
    ends: Cell<f64>,
    /// A sign-out in another tab counts from here on, in milliseconds since 1970.
    since: Cell<f64>,
    /// Amazon's widgets find the token in the cookie.
    in_cookie: Cell<bool>,
}

impl Session {
    /// Finds who comes: somebody whom Amazon sends back, with these parameters, or a buyer whom an
    /// earlier page of this tab has kept.
    pub fn find(&self, options: &Options, returned: &str) -> Arrival {
        self.since.set(now());
        self.in_cookie.set(options.text("cookie", "") == Some("always"));
        let kept = load();
        if !returned.is_empty() {
            // The nonce is good once.
            save(None);
            let nonce = property(&kept, NONCE).as_string();
            let sign_in = SignIn::from_return(returned, nonce.as_deref());
            return match sign_in.token() {
                Ok(token) => {
                    self.in_cookie.set(true);
                    self.keep(options, &token, seconds_of(sign_in.expires_in));
                    Arrival::Buyer(token)
                }
                Err(error) => Arrival::Refused(error),
            };
        }
        let token = property(&kept, TOKEN).as_string();
        let ends = property(&kept, ENDS).as_f64().unwrap_or_default();
        match token.as_deref().and_then(AccessToken::parse) {
            Some(token) if ends > now() && property(&kept, SITE) == site(options).as_str() => {
                self.ends.set(ends);
                self.in_cookie.set(property(&kept, IN_COOKIE).is_truthy());
                Arrival::Buyer(token)
            }
            _ => Arrival::Nobody,
        }
    }

    /// Keeps the session for so many seconds, here and for the next page.
    pub fn keep(&self, options: &Options, token: &AccessToken, seconds: u32) {
        self.since.set(now());
        self.ends.set(now() + f64::from(seconds) * 1000.0);
        if self.in_cookie.get() {
            write_cookie(token.expose(), seconds, options.text("siteDomain", ""));
        }
        let session = Record::new();
        session.set_text(TOKEN, token.expose());
        session.set_text(SITE, &site(options));
        session.set(ENDS, &self.ends.get().into());
        session.set(IN_COOKIE, &self.in_cookie.get().into());
        save(Some(&session));
    }

    /// Forgets the session and, if the buyer wants it, has the other tabs forget theirs.
    pub fn forget(&self, options: &Options, everywhere: bool) {
        save(None);
        write_cookie("", 0, options.text("siteDomain", ""));
        if everywhere {
            announce_sign_out();
        }
        self.since.set(now());
    }

    /// True where Amazon's widgets have to look into the cookie.
    pub fn is_in_cookie(&self) -> bool {
        self.in_cookie.get()
    }

    /// For how many seconds more the session is good.
    pub fn seconds_left(&self) -> i32 {
        ((self.ends.get() - now()) / 1000.0) as i32
    }

    /// True if the buyer has signed out in another tab.
    pub fn is_over_elsewhere(&self) -> bool {
        signed_out_since(self.since.get())
    }
}

/// Expects a sign-in that answers to this nonce, on whatever page of this tab.
pub fn expect(nonce: &Nonce) {
    let session = Record::new();
    session.set_text(NONCE, nonce.as_str());
    save(Some(&session));
}

const TOKEN: &str = "token";
const ENDS: &str = "ends";
const SITE: &str = "site";
const IN_COOKIE: &str = "inCookie";
const NONCE: &str = "nonce";

/// A token is good for one client in one environment of one region.
fn site(options: &Options) -> String {
    let parts = ["environment", "region", "clientId"].map(|name| options.required(name, ""));
    join(&parts, " ")
}
