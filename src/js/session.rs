//! The session in the browser: this tab's storage, the cookie of Amazon's widgets, and the clock.

use core::cell::Cell;

use wasm_bindgen::prelude::*;

use crate::domain::ids::{AccessToken, Nonce};
use crate::domain::options::Options;
use crate::domain::session::{self, Arrival};
use crate::domain::sign_in::SignIn;
use crate::domain::text::join;
use crate::js::convert::{fresh_nonce, property};
use crate::js::shared::Shared;
use crate::js::sys::Record;
use crate::prelude::*;

#[wasm_bindgen(module = "/src/js/session.js")]
extern "C" {
    fn now() -> f64;
    fn load() -> JsValue;
    fn save(session: Option<&Record>) -> bool;
    #[wasm_bindgen(js_name = announceSignOut)]
    fn announce_sign_out(name: &str);
    #[wasm_bindgen(js_name = lastSignOut)]
    fn last_sign_out() -> String;
    #[wasm_bindgen(js_name = writeCookie)]
    fn write_cookie(token: &str, seconds: u32, domain: Option<&str>);
}

/// A buyer's session, as far as the browser keeps it.
#[derive(Default)]
pub struct Session {
    /// When it ends, in milliseconds since 1970.
    ends: Cell<f64>,
    /// The newest sign-out of all tabs when the session began.
    sign_out: Shared<String>,
    /// Amazon's widgets find the token in the cookie.
    in_cookie: Cell<bool>,
}

impl Session {
    /// Finds who comes: a buyer whom an earlier page of this tab has kept, or somebody whom Amazon
    /// sends back, with these parameters.
    pub fn find(&self, options: &Options, returned: &str) -> Arrival {
        self.sign_out.set(last_sign_out());
        self.in_cookie.set(options.text("cookie", "") == Some("always"));
        let kept = load();
        let token = property(&kept, TOKEN).as_string();
        let ends = property(&kept, ENDS).as_f64().unwrap_or_default();
        match token.as_deref().and_then(AccessToken::parse) {
            // Nobody was sent away, so nobody can come back: the answer in the address is foreign.
            Some(token)
                if session::is_good_for((ends - now()) / 1000.0)
                    && property(&kept, SITE) == site(options).as_str() =>
            {
                self.ends.set(ends);
                self.in_cookie.set(property(&kept, IN_COOKIE).is_truthy());
                return Arrival::Buyer(token);
            }
            _ if returned.is_empty() => return Arrival::Nobody,
            _ => {}
        }
        // The nonce is good once.
        save(None);
        let nonce = property(&kept, NONCE).as_string();
        let sign_in = SignIn::from_return(returned, nonce.as_deref());
        match sign_in.token() {
            Ok(token) => {
                self.in_cookie.set(true);
                self.keep(options, &token, session::seconds_of(sign_in.expires_in));
                Arrival::Buyer(token)
            }
            Err(error) => Arrival::Refused(error),
        }
    }

    /// Keeps the session for so many seconds, here and for the next page.
    pub fn keep(&self, options: &Options, token: &AccessToken, seconds: u32) {
        self.sign_out.set(last_sign_out());
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
        self.ends.set(0.0);
        save(None);
        write_cookie("", 0, options.text("siteDomain", ""));
        if everywhere {
            announce_sign_out(fresh_nonce().as_str());
        }
        self.sign_out.set(last_sign_out());
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
        self.sign_out.with(|known| *known != last_sign_out())
    }
}

/// Expects a sign-in that answers to this nonce, on whatever page of this tab. False if the browser
/// keeps nothing, so that no answer could be known again.
pub fn expect(nonce: &Nonce) -> bool {
    let session = Record::new();
    session.set_text(NONCE, nonce.as_str());
    save(Some(&session))
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
