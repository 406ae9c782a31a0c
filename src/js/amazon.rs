//! Amazon's own objects: `amazon.Login` and `OffAmazonPayments`. What they throw is told as
//! `AmazonThrew`.

use wasm_bindgen::prelude::*;

use crate::domain::amazon::Widget;
use crate::domain::ids::{AmazonOrderId, Nonce};
use crate::domain::options::Options;
use crate::domain::plan::{KeptOrder, Plan};
use crate::domain::sign_in::Surroundings;
use crate::domain::text::number;
use crate::domain::value::{Entries, Value, put_text};
use crate::js::convert;
use crate::js::page::Page;
use crate::js::session;
use crate::prelude::*;

#[wasm_bindgen(module = "/src/js/amazon.js")]
extern "C" {
    #[wasm_bindgen(js_name = drawButton)]
    fn draw_amazon_button(
        page: &Page,
        generation: i32,
        seller_id: &str,
        look: &JsValue,
        client_id: &str,
        site_domain: Option<&str>,
        in_cookie: bool,
    );
    #[wasm_bindgen(js_name = drawWidget)]
    fn draw_amazon_widget(
        page: &Page,
        widget: i32,
        generation: i32,
        given: &JsValue,
        design: &str,
        asked: &str,
    );
    /// Tells Amazon's script that the token is in the cookie.
    #[wasm_bindgen(js_name = useCookie)]
    pub fn use_cookie();
    #[wasm_bindgen(js_name = surroundings)]
    fn describe_surroundings() -> String;
    fn authorize(
        page: &Page,
        scope: &str,
        in_window: bool,
        state: &str,
        comes_back: bool,
        address: Option<&str>,
    );
}

/// Tells Amazon's script who we are and whether the token is in the cookie, and draws its button.
pub fn draw_button(page: &Page, options: &Options, in_cookie: bool, generation: i32) {
    let mut look = Entries::new();
    // What is not chosen is absent, not null: null throws.
    for name in ["type", "color", "size", "language"] {
        put_text(&mut look, name, options.text("button", name));
    }
    draw_amazon_button(
        page,
        generation,
        options.required("sellerId", ""),
        &convert::to_js(&Value::Map(look)),
        options.required("clientId", ""),
        options.text("siteDomain", ""),
        in_cookie,
    );
}

/// How a widget is drawn.
pub struct Drawing<'a> {
    /// Which one.
    pub widget: Widget,
    /// For what kind of purchase.
    pub plan: Plan,
    /// Of which order.
    pub order: Option<&'a AmazonOrderId>,
    /// The buyer changes nothing in it.
    pub read_only: bool,
    /// The presentment currency, if it is not the region's own.
    pub currency: Option<&'a str>,
    /// Which drawing it is.
    pub generation: i32,
}

/// Draws a widget of an order, or one that makes a new one: the AddressBook or, for digital goods,
/// the Wallet. Otherwise without the id the payment method may end up on no order at all. What is only
/// shown makes none.
pub fn draw(page: &Page, options: &Options, drawing: &Drawing<'_>) {
    let Drawing { widget, plan, order, read_only, currency, generation } = *drawing;
    let makes_order = match widget {
        _ if read_only => false,
        Widget::AddressBook => true,
        Widget::Wallet => plan.digital,
        _ => false,
    };
    let (id, asked) = if plan.recurring {
        ("amazonBillingAgreementId", "getAmazonBillingAgreementId")
    } else {
        ("amazonOrderReferenceId", "getAmazonOrderReferenceId")
    };
    let mut given = Entries::new();
    put_text(&mut given, "sellerId", options.text("sellerId", ""));
    put_text(&mut given, "scope", Some(options.scope()));
    put_text(&mut given, "agreementType", plan.recurring.then_some("BillingAgreement"));
    put_text(&mut given, id, order.map(AmazonOrderId::as_str));
    put_text(&mut given, "displayMode", read_only.then_some("Read"));
    put_text(&mut given, "presentmentCurrency", currency);
    let design = options.text(widget.option(), "design").unwrap_or("responsive");
    let given = convert::to_js(&Value::Map(given));
    // Who has an order already is told of no other: the page's address can say one too.
    let asked = if makes_order && order.is_none() { asked } else { "" };
    draw_amazon_widget(page, widget as i32, generation, &given, design, asked);
}

/// Opens the sign-in: in a window, or in place of the page; tells `SignedIn` or `PopupBlocked`. Only
/// inside the buyer's click do browsers let a window open.
pub fn open_sign_in(page: &Page, options: &Options, nonce: &Nonce, order: Option<&KeptOrder>) {
    let wanted = match options.text("popup", "") {
        Some("always") => true,
        Some("never") => false,
        _ => read_surroundings().suit_a_popup(),
    };
    let chosen = options.text("returnUrl", "");
    // A page that remembers nothing cannot know its own buyer again: then only a window is left.
    let comes_back = (!wanted || chosen.is_some())
        && session::expect(options, nonce, order, chosen.is_none(), wanted);
    let in_window = wanted || !comes_back;
    authorize(page, options.scope(), in_window, nonce.as_str(), comes_back, chosen);
}

fn read_surroundings() -> Surroundings {
    let told = convert::read(&describe_surroundings());
    Surroundings {
        secure: told.is_true("secure"),
        fine_pointer: told.is_true("finePointer"),
        width: number(told.text_of("width").unwrap_or_default()),
        user_agent: told.text_of("userAgent").unwrap_or_default().to_owned(),
    }
}

/// Reads a Consent widget's status: a text, of which `"false"` is one too. None where nothing is known
/// yet.
pub fn consent(status: &str) -> Option<bool> {
    match status {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}
