//! The session in the browser: this tab's storage, the cookie of Amazon's widgets, and the clock.

use core::cell::Cell;

use wasm_bindgen::prelude::*;

use crate::domain::funnel::{self, Funnel};
use crate::domain::ids::{AccessToken, AmazonOrderId, Nonce};
use crate::domain::options::Options;
use crate::domain::order::ImportOrder;
use crate::domain::plan::{KeptOrder, Page, Plan, asks_at_sign_in};
use crate::domain::session::{self, Arrival};
use crate::domain::sign_in::SignIn;
use crate::domain::text::join;
use crate::js::amazon;
use crate::js::convert::{self, fresh_nonce, property};
use crate::js::shared::Shared;
use crate::js::sys::Record;
use crate::prelude::*;

#[wasm_bindgen(module = "/src/js/session.js")]
extern "C" {
    fn now() -> f64;
    fn load() -> JsValue;
    fn save(session: Option<&Record>) -> bool;
    #[wasm_bindgen(js_name = keepChoice)]
    fn keep_choice(order: &str, recurring: bool) -> bool;
    #[wasm_bindgen(js_name = funnel)]
    fn read(search: &str, minutes: &str) -> JsValue;
    fn book(receipt: Option<&Record>, product: Option<&str>);
    #[wasm_bindgen(js_name = announceSignOut)]
    fn announce_sign_out(name: &str);
    #[wasm_bindgen(js_name = lastSignOut)]
    fn last_sign_out() -> String;
    #[wasm_bindgen(js_name = writeCookie)]
    fn write_cookie(token: &str, seconds: i32, domain: Option<&str>);
    #[wasm_bindgen(js_name = forgetAtAmazon)]
    fn forget_at_amazon(token: &str, everywhere: bool, domain: Option<&str>);
}

/// A buyer's session, as far as the browser keeps it.
#[derive(Default)]
pub struct Session {
    token: Shared<String>,
    /// When it ends, in milliseconds since 1970.
    ends: Cell<f64>,
    /// The newest sign-out of all tabs that is known here.
    sign_out: Shared<String>,
    /// Amazon's widgets find the token in the cookie.
    in_cookie: Cell<bool>,
}

impl Session {
    /// Finds who comes: a buyer whom an earlier page of this tab has kept, or somebody whom Amazon
    /// sends back, with these parameters.
    pub fn find(&self, options: &Options, returned: &str) -> Arrival {
        self.sign_out.set(last_sign_out());
        let kept = load();
        let text = |name| property(&kept, name).as_string();
        // What is kept is good for one client in one environment of one region.
        let is_ours = text(SITE).is_some_and(|kept| kept.starts_with(site(options).as_str()));
        let always = options.text("cookie", "") == Some("always");
        let in_cookie = always || property(&kept, IN_COOKIE).is_truthy();
        self.in_cookie.set(always);
        if let Some(token) = text(TOKEN).as_deref().and_then(AccessToken::parse)
            && is_ours
        {
            let ends = property(&kept, ENDS).as_f64().unwrap_or_default();
            if session::is_good_for((ends - now()) / 1000.0) {
                // Nobody was sent away, so nobody can come back: what is returned is foreign.
                self.in_cookie.set(in_cookie);
                self.begin(options, &token, ends);
                return Arrival::Buyer(token, kept_order(&kept));
            }
            save(None);
        }
        if returned.is_empty() {
            return Arrival::Nobody;
        }
        // The nonce is good once.
        save(None);
        let nonce = text(NONCE).filter(|_| is_ours);
        let sign_in = SignIn::from_return(returned, nonce.as_deref());
        match sign_in.token() {
            Ok(token) => {
                self.in_cookie.set(in_cookie);
                self.keep(options, &token, session::seconds_of(sign_in.expires_in));
                Arrival::Buyer(token, kept_order(&kept))
            }
            Err(error) => Arrival::Refused(error),
        }
    }

    /// Keeps the session for so many seconds, here and for the next page.
    pub fn keep(&self, options: &Options, token: &AccessToken, seconds: u32) {
        self.sign_out.set(last_sign_out());
        self.begin(options, token, now() + f64::from(seconds) * 1000.0);
        let session = Record::new();
        session.set_text(TOKEN, token.expose());
        session.set_text(SITE, &site(options));
        session.set(ENDS, &self.ends.get().into());
        session.set(IN_COOKIE, &self.in_cookie.get().into());
        save(Some(&session));
    }

    fn begin(&self, options: &Options, token: &AccessToken, ends: f64) {
        self.token.set(token.expose().to_owned());
        self.ends.set(ends);
        if self.in_cookie.get() {
            let domain = options.text("siteDomain", "");
            write_cookie(token.expose(), self.seconds_left(), domain);
        }
    }

    /// Forgets the session: everywhere, or only what is left of this one. Another tab may have begun
    /// the next.
    pub fn forget(&self, options: &Options, everywhere: bool) {
        let token = self.token.take();
        self.ends.set(0.0);
        let kept = load();
        if everywhere || kept.is_undefined() || property(&kept, TOKEN) == token.as_str() {
            save(None);
        }
        forget_at_amazon(&token, everywhere, options.text("siteDomain", ""));
        if everywhere {
            book(None, None);
            amazon::close_window();
            announce_sign_out(fresh_nonce().as_str());
        }
        self.sign_out.set(last_sign_out());
    }

    /// True while a buyer is signed in.
    pub fn is_open(&self) -> bool {
        self.ends.get() > 0.0
    }

    /// True where Amazon's widgets have to look into the cookie.
    pub fn is_in_cookie(&self) -> bool {
        self.in_cookie.get()
    }

    /// For how many seconds more the session is good.
    pub fn seconds_left(&self) -> i32 {
        ((self.ends.get() - now()) / 1000.0) as i32
    }

    /// True, once, if the buyer has signed out in another tab.
    pub fn is_over_elsewhere(&self) -> bool {
        let newest = last_sign_out();
        let is_new = self.sign_out.with(|known| *known != newest);
        self.sign_out.set(newest);
        is_new
    }
}

/// What the pages of a funnel know of each other. `search` is the query with which this one was
/// opened.
pub fn read_funnel(options: &Options, search: &str) -> Funnel {
    let minutes = options.text("upsellMinutes", "").unwrap_or(funnel::UPSELL_MINUTES);
    Funnel(convert::read_data(&read(search, minutes)))
}

/// Keeps a placed order for the funnel's next pages.
pub fn keep_placed(plan: Plan, order: &ImportOrder, order_id: Option<&str>) {
    let receipt = Record::new();
    receipt.set_text("amazonOrderId", order.amazon_order_id.as_str());
    if let Some(id) = order_id {
        receipt.set_text("orderId", id);
    }
    let is_upsell = plan.page == Page::Upsell;
    let product = order.fields.product().unwrap_or_default();
    book(Some(&receipt), is_upsell.then_some(product));
}

/// Keeps a whole choice for the next page. False if the browser keeps nothing.
pub fn keep_order(order: &KeptOrder) -> bool {
    keep_choice(order.id.as_str(), order.recurring)
}

/// Expects a sign-in that answers to this nonce, on whatever page of this tab. False if the browser
/// keeps nothing, so that no answer could be known again. `address` is what the page's address had
/// and the way back leaves out; in a window, Amazon's script keeps the token itself.
pub fn expect(
    options: &Options,
    nonce: &Nonce,
    order: Option<&KeptOrder>,
    address: Option<&str>,
    in_window: bool,
) -> bool {
    let session = Record::new();
    session.set_text(NONCE, nonce.as_str());
    session.set_text(SITE, &site(options));
    session.set(IN_COOKIE, &(!in_window).into());
    if let Some(order) = order {
        session.set_text(ORDER, order.id.as_str());
        session.set(RECURRING, &order.recurring.into());
        session.set(COMPLETE, &order.complete.into());
    }
    if let Some(address) = address {
        session.set_text(ADDRESS, address);
    }
    save(Some(&session))
}

const TOKEN: &str = "token";
const ENDS: &str = "ends";
const SITE: &str = "site";
const IN_COOKIE: &str = "inCookie";
// The two that npm/return.js reads.
const NONCE: &str = "nonce";
const ADDRESS: &str = "address";
const ORDER: &str = "order";
const RECURRING: &str = "recurring";
const COMPLETE: &str = "complete";

fn kept_order(kept: &JsValue) -> Option<KeptOrder> {
    let id = AmazonOrderId::parse(&property(kept, ORDER).as_string()?)?;
    let [recurring, complete] = [RECURRING, COMPLETE].map(|name| property(kept, name).is_truthy());
    Some(KeptOrder { id, recurring, complete })
}

/// A client in one environment of one region, and last a consent that is given with the sign-in: a page
/// that counts on it has no use for a session without.
fn site(options: &Options) -> String {
    let [environment, region, client] =
        ["environment", "region", "clientId"].map(|name| options.required(name, ""));
    let consent = if asks_at_sign_in(options) { "consent" } else { "" };
    join(&[environment, region, client, consent], " ")
}
