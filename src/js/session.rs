//! The session in the browser: this tab's storage, the cookie of Amazon's widgets, and the clock.

use core::cell::Cell;

use wasm_bindgen::prelude::*;

use crate::domain::funnel::{self, Funnel};
use crate::domain::ids::{AccessToken, AmazonOrderId, Nonce};
use crate::domain::options::Options;
use crate::domain::order::ImportOrder;
use crate::domain::plan::{self, KeptOrder, Plan, asks_at_sign_in};
use crate::domain::session::{self, Arrival};
use crate::domain::sign_in::SignIn;
use crate::domain::text::join;
use crate::domain::value::Value;
use crate::js::convert;
use crate::js::page::Page;
use crate::js::shared::Shared;
use crate::prelude::*;

#[wasm_bindgen(module = "/src/js/session.js")]
extern "C" {
    fn now() -> f64;
    fn load() -> String;
    #[wasm_bindgen(js_name = endOf)]
    fn end_of_loaded() -> f64;
    #[wasm_bindgen(js_name = keepSession)]
    fn keep_session(
        token: &str,
        site: &str,
        in_cookie: bool,
        ends: f64,
        order: Option<&str>,
        recurring: bool,
        complete: bool,
    );
    #[wasm_bindgen(js_name = expectSignIn)]
    fn expect_sign_in(
        nonce: &str,
        site: &str,
        in_cookie: bool,
        order: Option<&str>,
        recurring: bool,
        complete: bool,
        with_address: bool,
    ) -> bool;
    #[wasm_bindgen(js_name = forget)]
    fn forget_here();
    #[wasm_bindgen(js_name = readReturn)]
    fn read_return(returned: &str) -> String;
    #[wasm_bindgen(js_name = keepChoice)]
    fn keep_order(order: Option<&str>, recurring: bool) -> bool;
    #[wasm_bindgen(js_name = readFunnel)]
    fn find_funnel(page: &Page, search: &str, minutes: &str) -> String;
    #[wasm_bindgen(js_name = keepPlaced)]
    fn keep_receipt(
        page: &Page,
        amazon_order_id: &str,
        order_id: Option<&str>,
        product: Option<&str>,
    ) -> bool;
    /// Forgets the order that this page has sent: its fate is known.
    #[wasm_bindgen(js_name = forgetAttempt)]
    pub fn forget_attempt(page: &Page);
    /// The page is left for a further step of the order that it has sent.
    #[wasm_bindgen(js_name = leaveAttempt)]
    pub fn leave_attempt(page: &Page);
    #[wasm_bindgen(js_name = isPlaced)]
    fn was_placed(page: &Page, amazon_order_id: &str) -> bool;
    #[wasm_bindgen(js_name = sawSignOut)]
    fn saw_sign_out(page: &Page) -> bool;
    #[wasm_bindgen(js_name = writeCookie)]
    fn write_cookie(token: &str, seconds: i32, domain: Option<&str>);
    #[wasm_bindgen(js_name = endSession)]
    fn end_session(page: &Page, token: &str, everywhere: bool, domain: Option<&str>);
}

/// A buyer's session, as far as the browser keeps it.
#[derive(Default)]
pub struct Session {
    token: Shared<String>,
    /// When it ends, in milliseconds since 1970.
    ends: Cell<f64>,
    /// Amazon's widgets find the token in the cookie.
    in_cookie: Cell<bool>,
}

impl Session {
    /// Finds who comes: a buyer whom an earlier page of this tab has kept, or somebody whom Amazon
    /// sends back, with these parameters.
    pub fn find(&self, page: &Page, options: &Options, returned: &str) -> Arrival {
        saw_sign_out(page);
        let kept = convert::read(&load());
        let text = |name| kept.text_of(name);
        // What is kept is good for one client in one environment of one region.
        let is_ours = text(SITE).is_some_and(|kept| kept.starts_with(site(options).as_str()));
        let always = options.text("cookie", "") == Some("always");
        let in_cookie = always || kept.is_true(IN_COOKIE);
        self.in_cookie.set(always);
        if let Some(token) = text(TOKEN).and_then(AccessToken::parse)
            && is_ours
        {
            let ends = end_of_loaded();
            if session::is_good_for((ends - now()) / 1000.0) {
                // Nobody was sent away, so nobody can come back: what is returned is foreign.
                self.in_cookie.set(in_cookie);
                self.begin(options, &token, ends);
                return Arrival::Buyer(token, kept_order(&kept));
            }
            forget_here();
        }
        if returned.is_empty() {
            return Arrival::Nobody;
        }
        // The nonce is good once.
        forget_here();
        let nonce = text(NONCE).filter(|_| is_ours);
        let sign_in = SignIn::from_return(&convert::read(&read_return(returned)), nonce);
        match sign_in.token() {
            Ok(token) => {
                self.in_cookie.set(in_cookie);
                let (seconds, order) = (session::seconds_of(sign_in.expires_in), kept_order(&kept));
                self.keep(page, options, &token, seconds, order.as_ref());
                Arrival::Buyer(token, order)
            }
            Err(error) => Arrival::Refused(error),
        }
    }

    /// Keeps the session for so many seconds, here and for the next page, with the order with which it
    /// goes on.
    pub fn keep(
        &self,
        page: &Page,
        options: &Options,
        token: &AccessToken,
        seconds: u32,
        order: Option<&KeptOrder>,
    ) {
        saw_sign_out(page);
        self.begin(options, token, now() + f64::from(seconds) * 1000.0);
        let (id, recurring, complete) = parts(order);
        let (site, in_cookie, ends) = (site(options), self.in_cookie.get(), self.ends.get());
        keep_session(token.expose(), &site, in_cookie, ends, id, recurring, complete);
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
    pub fn forget(&self, page: &Page, options: &Options, everywhere: bool) {
        self.ends.set(0.0);
        end_session(page, &self.token.take(), everywhere, options.text("siteDomain", ""));
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
    pub fn is_over_elsewhere(&self, page: &Page) -> bool {
        saw_sign_out(page)
    }
}

/// What the pages of a funnel know of each other. `search` is the query with which this one was
/// opened.
pub fn read_funnel(page: &Page, options: &Options, search: &str) -> Funnel {
    let minutes = options.text("upsellMinutes", "").unwrap_or(funnel::UPSELL_MINUTES);
    Funnel(convert::read(&find_funnel(page, search, minutes)))
}

/// Keeps a placed order, or what was added to one, for the funnel's next pages. False if the browser
/// keeps nothing.
pub fn keep_placed(page: &Page, plan: Plan, order: &ImportOrder, order_id: Option<&str>) -> bool {
    let product = order.fields.product().unwrap_or_default();
    let added = (plan.page == plan::Page::Upsell).then_some(product);
    keep_receipt(page, order.amazon_order_id.as_str(), order_id, added)
}

/// True if a later page has placed this order.
pub fn is_placed(page: &Page, order: &AmazonOrderId) -> bool {
    was_placed(page, order.as_str())
}

/// Keeps a whole choice for the next page, or forgets it. False if the browser keeps nothing.
pub fn keep_choice(order: Option<&KeptOrder>) -> bool {
    let (id, recurring, _) = parts(order);
    keep_order(id, recurring)
}

/// What crosses to JavaScript of an order.
fn parts(order: Option<&KeptOrder>) -> (Option<&str>, bool, bool) {
    order.map_or((None, false, false), |it| (Some(it.id.as_str()), it.recurring, it.complete))
}

/// Expects a sign-in that answers to this nonce, on whatever page of this tab, `with_address`: what the
/// way back leaves out of the page's address is put back then. False if the browser keeps nothing, so
/// that no answer could be known again. In a window, Amazon's script keeps the token itself.
pub fn expect(
    options: &Options,
    nonce: &Nonce,
    order: Option<&KeptOrder>,
    with_address: bool,
    in_window: bool,
) -> bool {
    let (id, recurring, complete) = parts(order);
    let site = site(options);
    expect_sign_in(nonce.as_str(), &site, !in_window, id, recurring, complete, with_address)
}

// What session.js keeps.
const TOKEN: &str = "token";
const SITE: &str = "site";
const IN_COOKIE: &str = "inCookie";
const NONCE: &str = "nonce";
const ORDER: &str = "order";
const RECURRING: &str = "recurring";
const COMPLETE: &str = "complete";

fn kept_order(kept: &Value) -> Option<KeptOrder> {
    let id = AmazonOrderId::parse(kept.text_of(ORDER)?)?;
    let (recurring, complete) = (kept.is_true(RECURRING), kept.is_true(COMPLETE));
    Some(KeptOrder { id, recurring, complete })
}

/// A seller and client in one environment of one region.
pub fn shop(options: &Options) -> String {
    join(&[options.required("sellerId", ""), &site(options)], " ")
}

/// A client in one environment of one region, and last a consent that is given with the sign-in: a page
/// that counts on it has no use for a session without.
fn site(options: &Options) -> String {
    let of = |name| options.required(name, "");
    let consent = if asks_at_sign_in(options) { "consent" } else { "" };
    join(&[of("environment"), of("region"), of("clientId"), consent], " ")
}
