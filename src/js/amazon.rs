//! Amazon's own objects: `amazon.Login` and `OffAmazonPayments`.

use wasm_bindgen::prelude::*;

use crate::domain::amazon::Widget;
use crate::domain::ids::{AccessToken, AmazonOrderId, Nonce};
use crate::domain::options::Options;
use crate::domain::plan::{KeptOrder, Plan};
use crate::domain::sign_in::{SignIn, Surroundings};
use crate::error::{Error, ErrorKind};
use crate::js::convert::{property, text_of};
use crate::js::ear::{Ear, Topic};
use crate::js::page::Page;
use crate::js::session;
use crate::js::sys::Record;
use crate::prelude::*;

// Functions, not statics: Amazon's objects arrive late, and a static would be read once.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["amazon", "Login"], js_name = setClientId, catch)]
    fn set_client_id(id: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(js_namespace = ["amazon", "Login"], js_name = setUseCookie, catch)]
    fn set_use_cookie(on: bool) -> Result<(), JsValue>;

    #[wasm_bindgen(js_namespace = ["amazon", "Login"], js_name = setSiteDomain, catch)]
    fn set_site_domain(domain: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(js_namespace = OffAmazonPayments, js_name = Button, catch)]
    fn button(container: &str, seller_id: &str, options: &Record) -> Result<(), JsValue>;

    #[wasm_bindgen(js_namespace = ["OffAmazonPayments", "Widgets"])]
    type AddressBook;
    #[wasm_bindgen(constructor, js_namespace = ["OffAmazonPayments", "Widgets"], catch)]
    fn new(options: &Record) -> Result<AddressBook, JsValue>;

    #[wasm_bindgen(js_namespace = ["OffAmazonPayments", "Widgets"])]
    type Wallet;
    #[wasm_bindgen(constructor, js_namespace = ["OffAmazonPayments", "Widgets"], catch)]
    fn new(options: &Record) -> Result<Wallet, JsValue>;

    #[wasm_bindgen(js_namespace = ["OffAmazonPayments", "Widgets"])]
    type Consent;
    #[wasm_bindgen(constructor, js_namespace = ["OffAmazonPayments", "Widgets"], catch)]
    fn new(options: &Record) -> Result<Consent, JsValue>;

    /// What every widget is.
    type Drawable;
    #[wasm_bindgen(method, catch)]
    fn bind(this: &Drawable, container: &str) -> Result<JsValue, JsValue>;

    /// What every order reference and every error of Amazon's answers to; anything may be told.
    type Told;
    #[wasm_bindgen(method, structural, catch, js_name = getAmazonOrderReferenceId)]
    fn order_reference_id(this: &Told) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, structural, catch, js_name = getAmazonBillingAgreementId)]
    fn billing_agreement_id(this: &Told) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, structural, catch, js_name = getConsentStatus)]
    fn consent_status(this: &Told) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, structural, catch, js_name = getErrorCode)]
    fn error_code(this: &Told) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen(module = "/src/js/amazon.js")]
extern "C" {
    fn surroundings() -> JsValue;
    #[wasm_bindgen(js_name = speakingFrame)]
    fn speaking_frame() -> JsValue;
    /// Closes Amazon's window, if it is open.
    #[wasm_bindgen(js_name = closeWindow)]
    pub fn close_window();
    #[wasm_bindgen(js_name = makePressable)]
    fn make_pressable(container: &str, type_: Option<&str>);
    #[wasm_bindgen(js_name = returnAddress)]
    fn return_address(chosen: Option<&str>) -> String;
    #[wasm_bindgen(js_name = restOfAddress)]
    fn rest_of_address() -> String;
    // `amazon.Login.authorize`, watched.
    #[wasm_bindgen(catch)]
    fn authorize(options: &Record, next: &JsValue) -> Result<bool, JsValue>;
}

/// Tells the SDK who we are, and whether the token is in the cookie.
///
/// # Errors
/// [`ErrorKind::AmazonThrew`], as for everything of Amazon's here.
pub fn set_up(options: &Options, in_cookie: bool) -> Result<(), Error> {
    let mut called = set_client_id(options.required("clientId", ""));
    if let Some(domain) = options.text("siteDomain", "") {
        called = called.and_then(|()| set_site_domain(domain));
    }
    if in_cookie {
        called = called.and_then(|()| set_use_cookie(true));
    }
    done(called)
}

/// Tells the SDK that the token is in the cookie. Not before it is: there may be another one.
pub fn use_cookie() {
    // The widgets say so if they find no token.
    let _ = set_use_cookie(true);
}

/// True if the frame that makes Amazon's script speak is in this widget's containers, and if there is
/// no such frame, `otherwise`.
pub fn speaks_from(page: &Page, widget: Widget, otherwise: bool) -> bool {
    let frame = speaking_frame();
    if frame.is_undefined() { otherwise } else { page.contains(widget, &frame) }
}

/// Draws the button into the element with this id.
pub fn draw_button(options: &Options, ear: Ear, container: &str) -> Result<(), Error> {
    let given = Record::new();
    given.set("authorization", &ear.on(Topic::ButtonPressed));
    given.set("onError", &ear.on(Topic::ButtonFailed));
    // What is not chosen is absent, not null: null throws.
    for look in ["type", "color", "size", "language"] {
        if let Some(value) = options.text("button", look) {
            given.set_text(look, value);
        }
    }
    make_pressable(container, options.text("button", "type"));
    done(button(container, options.required("sellerId", ""), &given))
}

/// Opens the sign-in: in a window, or in place of the page. Only inside the buyer's click do
/// browsers let a window open.
///
/// # Errors
/// [`ErrorKind::PopupBlocked`] if they do not, or [`ErrorKind::AmazonThrew`].
pub fn open_sign_in(
    options: &Options,
    ear: Ear,
    nonce: &Nonce,
    order: Option<&KeptOrder>,
) -> Result<(), Error> {
    let wanted = match options.text("popup", "") {
        Some("always") => true,
        Some("never") => false,
        _ => read_surroundings().suit_a_popup(),
    };
    let chosen = options.text("returnUrl", "");
    // A page that remembers nothing cannot know its own buyer again: then only a window is left.
    let rest = if chosen.is_none() { Some(rest_of_address()) } else { None };
    let comes_back = (!wanted || chosen.is_some())
        && session::expect(options, nonce, order, rest.as_deref(), wanted);
    let popup = wanted || !comes_back;
    let given = Record::new();
    given.set_text("scope", options.scope());
    // A real boolean: the samples' text "false" would count as true.
    given.set("popup", &popup.into());
    given.set_text("state", nonce.as_str());
    let next =
        if comes_back { return_address(chosen).into() } else { ear.on(Topic::SignedIn).into() };
    match authorize(&given, &next) {
        Ok(true) => Ok(()),
        Ok(false) => Err(ErrorKind::PopupBlocked.into()),
        Err(value) => Err(thrown(&value)),
    }
}

fn read_surroundings() -> Surroundings {
    let told = surroundings();
    Surroundings {
        secure: property(&told, "secure").is_truthy(),
        fine_pointer: property(&told, "finePointer").is_truthy(),
        width: property(&told, "width").as_f64().unwrap_or_default() as u32,
        user_agent: text_of(&property(&told, "userAgent")),
    }
}

/// Draws the AddressBook of an order, or one that makes a new one.
pub fn draw_address_book(
    options: &Options,
    plan: Plan,
    ear: Ear,
    order: Option<&AmazonOrderId>,
    container: &str,
) -> Result<(), Error> {
    let given = widget_options(options, plan.recurring, ear, order, Topic::AddressBookFailed);
    tell_created(&given, ear);
    given.set("onAddressSelect", &ear.on(Topic::AddressSelected));
    draw(AddressBook::new(&given).map(JsValue::from), container)
}

/// Draws the Wallet of an order, or, for digital goods, one that makes a new one. Otherwise without
/// the id the payment method may end up on no order at all.
pub fn draw_wallet(
    options: &Options,
    plan: Plan,
    ear: Ear,
    order: Option<&AmazonOrderId>,
    container: &str,
) -> Result<(), Error> {
    let given = widget_options(options, plan.recurring, ear, order, Topic::WalletFailed);
    if plan.digital {
        tell_created(&given, ear);
    }
    given.set("onPaymentSelect", &ear.on(Topic::PaymentSelected));
    draw(Wallet::new(&given).map(JsValue::from), container)
}

/// Draws the Consent widget of a billing agreement.
pub fn draw_consent(
    options: &Options,
    ear: Ear,
    order: &AmazonOrderId,
    container: &str,
) -> Result<(), Error> {
    let given = widget_options(options, true, ear, Some(order), Topic::ConsentFailed);
    let consented = ear.on(Topic::Consented);
    given.set("onReady", &consented);
    given.set("onConsent", &consented);
    draw(Consent::new(&given).map(JsValue::from), container)
}

fn tell_created(given: &Record, ear: Ear) {
    let created = ear.on(Topic::OrderCreated);
    given.set("onOrderReferenceCreate", &created);
    // Tells the same id, of a billing agreement too; some builds call only one of the two.
    given.set("onReady", &created);
}

/// What every widget needs. `design` is mandatory.
fn widget_options(
    options: &Options,
    recurring: bool,
    ear: Ear,
    order: Option<&AmazonOrderId>,
    failed: Topic,
) -> Record {
    let design = Record::new();
    design.set_text("designMode", "responsive");
    let given = Record::new();
    given.set_text("sellerId", options.required("sellerId", ""));
    given.set_text("scope", options.scope());
    given.set("design", &design);
    given.set("onError", &ear.on(failed));
    let id = if recurring {
        given.set_text("agreementType", "BillingAgreement");
        "amazonBillingAgreementId"
    } else {
        "amazonOrderReferenceId"
    };
    if let Some(order) = order {
        given.set_text(id, order.as_str());
    }
    given
}

fn draw(widget: Result<JsValue, JsValue>, container: &str) -> Result<(), Error> {
    done(widget.and_then(|widget| widget.unchecked_ref::<Drawable>().bind(container)))
}

fn done<T>(called: Result<T, JsValue>) -> Result<(), Error> {
    called.map(drop).map_err(|value| thrown(&value))
}

fn thrown(value: &JsValue) -> Error {
    Error::new(ErrorKind::AmazonThrew, &text_of(value))
}

/// Reads an AuthorizeRequest.
pub fn sign_in(told: &JsValue) -> SignIn {
    SignIn {
        token: property(told, "access_token").as_string().as_deref().and_then(AccessToken::parse),
        error: property(told, "error").as_string(),
        state: property(told, "state").as_string(),
        expires_in: property(told, "expires_in").as_f64().map(|seconds| seconds as u32),
    }
}

/// Reads an order reference. The shape of its id is checked: whoever writes the address bar can
/// put one here.
pub fn order_id(plan: Plan, told: &JsValue) -> Option<AmazonOrderId> {
    let told: &Told = told.unchecked_ref();
    let id = if plan.recurring { told.billing_agreement_id() } else { told.order_reference_id() };
    AmazonOrderId::parse(&id.ok()?.as_string()?)
}

/// Reads a Consent widget's status: a text, of which `"false"` is one too. None where nothing is known
/// yet.
pub fn consent(told: &JsValue) -> Option<bool> {
    let status = told.unchecked_ref::<Told>().consent_status().ok()?;
    match text_of(&status).as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Reads the code of a widget's error.
pub fn error_code(told: &JsValue) -> String {
    let code = told.unchecked_ref::<Told>().error_code().ok();
    code.and_then(|code| code.as_string()).unwrap_or_default()
}
