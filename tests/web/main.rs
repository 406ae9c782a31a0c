//! The JavaScript boundary in a real browser, against fakes of Amazon and of the backend.
#![cfg(target_family = "wasm")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use js_sys::{Array, Function, Object, Promise, Reflect};
use landerpay::api;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(module = "/tests/web/fakes.js")]
extern "C" {
    fn install() -> JsValue;
    fn uninstall();
    fn options(more: &JsValue) -> JsValue;
    fn record(checkout: &JsValue) -> Array;
    #[wasm_bindgen(catch)]
    async fn until(check: &Function) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    async fn choose(fake: &JsValue) -> Result<(), JsValue>;
    fn reply(status: u16, body: &str) -> JsValue;
    fn order(id: &str) -> JsValue;
}

/// Runs JavaScript with `it` in reach: most of what is looked at here is JavaScript's.
fn eval(it: &JsValue, code: &str) -> JsValue {
    let function = Function::new_with_args("it", &format!("return ({code})"));
    function.call1(&JsValue::UNDEFINED, it).unwrap_or_else(|error| panic!("{code}: {error:?}"))
}

fn text(it: &JsValue, code: &str) -> String {
    eval(it, code).as_string().unwrap_or_else(|| panic!("{code} is no text"))
}

fn truth(it: &JsValue, code: &str) -> bool {
    eval(it, code).is_truthy()
}

/// Waits until `code` is true of `it`.
async fn wait(it: &JsValue, code: &str) {
    let check = Function::new_with_args("it", &format!("return () => ({code})"));
    let check = check.call1(&JsValue::UNDEFINED, it).unwrap();
    until(check.unchecked_ref()).await.unwrap_or_else(|error| panic!("{code}: {error:?}"));
}

fn none() -> JsValue {
    Object::new().into()
}

/// As npm/index.js calls it, but for `hear`: a test module's own exports are not in reach.
fn begin_checkout(options: &JsValue, returned: &str) -> Result<JsValue, JsValue> {
    type Hear = dyn Fn(u32, u32, u32, String) -> JsValue;
    let hear: Closure<Hear> = Closure::new(|checkout, topic, generation, told: String| {
        api::hear(checkout, topic, generation, &told)
    });
    let begun = api::begin_checkout(options, returned, "", &hear.into_js_value());
    if begun.is_instance_of::<js_sys::Error>() { Err(begun) } else { Ok(begun) }
}

fn begin(more: &str) -> JsValue {
    begin_checkout(&options(&eval(&JsValue::NULL, more)), "").expect("the options are good")
}

fn refused(more: &str) -> JsValue {
    begin_checkout(&options(&eval(&JsValue::NULL, more)), "").expect_err(more)
}

#[wasm_bindgen_test]
fn errors_are_real_errors() {
    install();
    let error = refused("{ region: undefined }");
    assert!(error.is_instance_of::<js_sys::Error>());
    assert_eq!(text(&error, "it.name"), "LanderPayError");
    assert_eq!(text(&error, "it.code"), "missing_option");
    assert_eq!(text(&error, "it.audience"), "developer");
    assert_eq!(text(&error, "it.subject"), "region");
    assert_eq!(text(&error, "it.message"), "The option `region` is missing: set it.");
    uninstall();
}

#[wasm_bindgen_test]
fn bad_options_are_refused_whatever_they_are() {
    install();
    for (more, code) in [
        ("{ button: { container: '#pay', colour: 'Gold' } }", "unknown_option"),
        ("{ wallet: '#nowhere' }", "missing_container"),
        ("{ wallet: '][' }", "missing_container"),
        ("{ wallet: document }", "missing_container"),
        ("{ wallet: 7n }", "missing_container"),
        ("{ sellerId: Symbol('A2') }", "invalid_option"),
        ("{ order: { loginId: 'x' } }", "forbidden_field"),
        ("{ order: { product1_price: 1 } }", "forbidden_field"),
        ("{ order: { custom1: new Date(0) } }", "invalid_field"),
        ("{ order: '#nowhere' }", "missing_container"),
        ("{ password: 'x' }", "forbidden_field"),
    ] {
        assert_eq!(text(&refused(more), "it.code"), code, "{more}");
    }
    for raw in ["null", "undefined", "'x'", "[]", "document.body", "(() => {})", "new Map()"] {
        let error = begin_checkout(&eval(&JsValue::NULL, raw), "").expect_err(raw);
        assert_eq!(text(&error, "it.code"), "invalid_option", "{raw}");
    }
    let cyclic = "(() => { const o = {}; o.order = o; return o })()";
    assert_eq!(text(&refused(cyclic), "it.code"), "invalid_field");
    uninstall();
}

#[wasm_bindgen_test]
fn a_polluted_prototype_sets_no_option() {
    install();
    eval(&JsValue::NULL, "Object.prototype.region = 'us'");
    let error = begin_checkout(&eval(&options(&none()), "(delete it.region, it)"), "");
    eval(&JsValue::NULL, "delete Object.prototype.region");
    assert_eq!(text(&error.unwrap_err(), "it.code"), "missing_option");
    uninstall();
}

#[wasm_bindgen_test]
async fn a_purchase() {
    let fake = install();
    let checkout = begin("{ order: () => Promise.resolve({ campaignId: 12, gift: false }) }");
    let events: JsValue = record(&checkout).into();
    assert_eq!(text(&checkout, "it.state"), "loading");
    choose(&fake).await.unwrap();

    // What Amazon got: nothing null, plain ids, text as the design, the client's id.
    assert!(truth(&fake, "it.clientIds[0] === 'amzn1.application-oa2-client.1'"));
    assert!(truth(&fake, "it.sessions[0].options.popup === true"));
    assert!(truth(&fake, "it.sessions[0].options.state.length > 20"));
    for widget in ["addressBooks[0]", "wallets[0]", "buttons[0].options"] {
        assert!(truth(&fake, &format!("Object.values(it.{widget}).every((v) => v != null)")));
    }
    for id in ["buttons[0].container", "addressBooks[0].container", "wallets[0].container"] {
        assert!(truth(&fake, &format!("/^[a-z][a-z0-9-]+$/.test(it.{id})")), "{id}");
        assert!(truth(&fake, &format!("document.getElementById(it.{id})")), "{id}");
    }
    assert!(truth(&fake, "it.wallets[0].amazonOrderReferenceId === 'S01-1234567-1234567'"));
    assert!(truth(&fake, "it.requests[0].url === 'https://api.sandbox.amazon.com/user/profile'"));
    assert!(truth(&fake, "it.requests[0].options.headers.Authorization === 'bearer Atza|SECRET'"));

    wait(&checkout, "it.snapshot().canPlace").await;
    assert!(truth(&fake, "it.page.querySelector('#place').disabled === false"));
    let placed: Promise = eval(&checkout, "it.placeOrder()").unchecked_into();
    let again: Promise = eval(&checkout, "it.placeOrder()").unchecked_into();
    wait(&fake, "it.requests.length === 2").await;
    assert!(truth(&fake, "it.page.querySelector('#place').ariaDisabled === 'true'"));
    let body = eval(&fake, "JSON.parse(it.requests[1].options.body)");
    for (name, value) in [
        ("paySource", "'AMAZON'"),
        ("amazonOrderId", "'S01-1234567-1234567'"),
        ("amazonAddressConsent", "'Atza|SECRET'"),
        ("emailAddress", "'ann@example.com'"),
        ("firstName", "'Ann'"),
        ("lastName", "'Example'"),
        ("campaignId", "12"),
        ("gift", "false"),
    ] {
        assert!(truth(&body, &format!("it.{name} === {value}")), "{name}");
    }
    assert!(truth(&fake, "it.requests[1].options.headers['Idempotency-Key'].length > 20"));
    let answer =
        reply(200, r#"{"result":"SUCCESS","message":{"orderId":"A1","totalAmount":59.95}}"#);
    let request = eval(&fake, "it.requests[1].resolve");
    request.unchecked_into::<Function>().call1(&JsValue::UNDEFINED, &answer).unwrap();
    let order = JsFuture::from(placed).await.expect("the order is placed");
    assert!(truth(&order, "it.orderId === 'A1' && it.order.totalAmount === 59.95"));
    JsFuture::from(again).await.expect("both promises have the same answer");
    assert!(truth(&fake, "it.requests.length === 2"));
    assert_eq!(text(&checkout, "it.state"), "placed");
    assert!(truth(&fake, "it.page.querySelector('#status').textContent.includes('A1')"));
    assert_eq!(
        text(&events, "it.filter((e) => e.name !== 'state').map((e) => e.name).join()"),
        "signed-in,address-selected,payment-selected,ready,profile,placed"
    );
    assert!(!truth(&events, "JSON.stringify(it).includes('SECRET')"));
    assert!(!truth(&fake, "it.page.innerHTML.includes('SECRET')"));
    eval(&checkout, "it.dispose()");
    uninstall();
}

#[wasm_bindgen_test]
async fn the_form_dialect_sends_the_same_fields() {
    let fake = install();
    let checkout = begin("{ backend: { url: '/pay', format: 'form' }, order: { custom1: 'ä&=' } }");
    choose(&fake).await.unwrap();
    wait(&checkout, "it.snapshot().canPlace").await;
    eval(&checkout, "void it.placeOrder().catch(() => {})");
    wait(&fake, "it.requests.length === 2").await;
    assert!(truth(&fake, "it.requests[1].url === location.origin + '/pay/import-order'"));
    let fields =
        eval(&fake, "Object.fromEntries(new URLSearchParams(it.requests[1].options.body))");
    assert!(truth(&fields, "it.custom1 === 'ä&=' && it.amazonAddressConsent === 'Atza|SECRET'"));
    eval(&checkout, "it.dispose()");
    uninstall();
}

#[wasm_bindgen_test]
async fn what_amazon_says_too_late_reaches_nothing() {
    let fake = install();
    let checkout = begin("{}");
    choose(&fake).await.unwrap();
    wait(&checkout, "it.snapshot().canPlace").await;

    // A second order reference: the first Wallet is abandoned, but goes on talking.
    let order = order("S01-7654321-7654321");
    eval(&fake, "(order) => it.addressBooks[0].onReady(order)")
        .unchecked_into::<Function>()
        .call1(&JsValue::UNDEFINED, &order)
        .unwrap();
    wait(&fake, "it.wallets.length === 2").await;
    eval(&fake, "it.addressBooks[0].onAddressSelect({})");
    eval(&fake, "it.wallets[0].onPaymentSelect({})");
    assert!(!truth(&checkout, "it.snapshot().canPlace"));
    eval(&fake, "it.wallets[1].onPaymentSelect({})");
    assert!(truth(&checkout, "it.snapshot().canPlace"));

    eval(&checkout, "it.dispose()");
    for call in [
        "it.addressBooks[0].onAddressSelect({})",
        "it.addressBooks[0].onOrderReferenceCreate()",
        "it.wallets[1].onError({ getErrorCode: () => 'UnknownError' })",
        "it.buttons[0].options.authorization()",
        "it.sessions[0].next({ access_token: 'Atza|LATE' })",
        "it.page.querySelector('#place').click()",
    ] {
        eval(&fake, call);
    }
    assert!(truth(&fake, "it.requests.length === 1 && it.sessions.length === 1"));
    assert!(truth(&fake, "it.page.querySelector('#cards').childNodes.length === 0"));
    uninstall();
}

#[wasm_bindgen_test]
async fn a_disposed_checkout_says_so() {
    install();
    let checkout = begin("{}");
    for _ in 0..2 {
        eval(&checkout, "it.dispose()");
    }
    eval(&checkout, "it.retry()");
    let rejected: Promise = eval(&checkout, "it.placeOrder()").unchecked_into();
    let error = JsFuture::from(rejected).await.expect_err("there is no order");
    assert_eq!(text(&error, "it.code"), "disposed");
    for call in ["it.on('state', () => {})", "it.snapshot()"] {
        let code = format!("(() => {{ try {{ {call} }} catch (e) {{ return e.code }} }})()");
        assert_eq!(text(&checkout, &code), "disposed");
    }
    uninstall();
}

#[wasm_bindgen_test]
async fn handlers_cannot_disturb_each_other() {
    let fake = install();
    let checkout = begin("{}");
    let seen = Array::new();
    Reflect::set(&checkout, &"seen".into(), &seen).unwrap();
    eval(&checkout, "it.on('state', () => { throw new Error('the page s own') })");
    eval(&checkout, "(it.off = it.on('state', ({ state }) => { it.seen.push(state); it.off() }))");
    eval(&checkout, "it.on('state', ({ state }) => it.seen.push('2 ' + state))");
    choose(&fake).await.unwrap();
    wait(&checkout, "it.state === 'ready'").await;
    // `choosing` twice: what is missing changes with the address.
    assert_eq!(
        text(&checkout, "it.seen.join()"),
        "signed-out,2 signed-out,2 signing-in,2 choosing,2 choosing,2 ready"
    );
    assert!(truth(&fake, "it.reported.length === 5"));
    assert!(truth(&fake, "it.reported.every(({ message }) => message === 'the page s own')"));
    let code = "(() => { try { it.on('nope', () => {}) } catch (e) { return e.code } })()";
    assert_eq!(text(&checkout, code), "unknown_event");
    eval(&checkout, "it.dispose()");
    uninstall();
}

#[wasm_bindgen_test]
async fn a_handler_that_arms_itself_again_hears_each_event_once() {
    let fake = install();
    let checkout = begin("{}");
    Reflect::set(&checkout, &"times".into(), &0.into()).unwrap();
    eval(&checkout, "(it.again = () => { it.times += 1; it.on('state', it.again) })()");
    wait(&fake, "it.buttons.length === 1").await;
    assert!(truth(&checkout, "it.times === 2"), "{}", text(&checkout, "String(it.times)"));
    eval(&checkout, "it.dispose()");
    uninstall();
}

#[wasm_bindgen_test]
async fn a_handler_may_dispose_its_checkout() {
    let fake = install();
    let checkout = begin("{}");
    let seen = Array::new();
    Reflect::set(&checkout, &"seen".into(), &seen).unwrap();
    eval(&checkout, "it.on('state', ({ state }) => { if (state === 'choosing') it.dispose() })");
    eval(&checkout, "it.on('*', (name, { state }) => it.seen.push(state ?? name))");
    let code = "it.buttons.length === 1";
    wait(&fake, code).await;
    eval(&fake, "it.buttons[0].options.authorization()");
    eval(&fake, "it.sessions[0].next({ status: 'complete', access_token: 'Atza|x' })");
    // The state's other handlers may still hear of it; nothing that follows is said or done.
    assert!(truth(&checkout, "it.seen.filter((said) => said === 'choosing').length <= 1"));
    assert!(truth(&checkout, "!it.seen.includes('signed-in') && it.state === 'unavailable'"));
    assert!(truth(&fake, "it.addressBooks.length === 0 && it.requests.length === 0"));
    assert!(truth(&fake, "it.page.querySelector('#place').disabled"));
    uninstall();
}

#[wasm_bindgen_test]
async fn a_throwing_amazon_is_reported_and_can_be_tried_again() {
    let fake = install();
    eval(&fake, "window.OffAmazonPayments.Button = () => { throw new TypeError('no container') }");
    let checkout = begin("{}");
    let events: JsValue = record(&checkout).into();
    wait(&checkout, "it.state === 'unavailable'").await;
    let error = eval(&events, "it.find((e) => e.name === 'error').detail");
    assert_eq!(text(&error, "it.code"), "amazon_threw");
    assert!(truth(&error, "it.subject.includes('no container')"));
    eval(
        &fake,
        "window.OffAmazonPayments.Button = (c, s, options) => it.buttons.push({ options })",
    );
    eval(&checkout, "it.retry()");
    wait(&checkout, "it.state === 'signed-out'").await;
    eval(&checkout, "it.dispose()");
    uninstall();
}

#[wasm_bindgen_test]
async fn order_functions_that_fail_end_the_attempt() {
    for order in [
        "() => { throw new Error('mine') }",
        "() => Promise.reject(new Error('mine'))",
        "() => 7",
        "() => undefined",
    ] {
        let fake = install();
        let checkout = begin(&format!("{{ order: {order} }}"));
        choose(&fake).await.unwrap();
        wait(&checkout, "it.snapshot().canPlace").await;
        let rejected: Promise = eval(&checkout, "it.placeOrder()").unchecked_into();
        let error = JsFuture::from(rejected).await.expect_err(order);
        assert_eq!(text(&error, "it.code"), "order_function_failed", "{order}");
        assert_eq!(text(&checkout, "it.state"), "ready", "{order}");
        assert!(truth(&fake, "it.requests.length === 1"), "{order}");
        eval(&checkout, "it.dispose()");
        uninstall();
    }
}

#[wasm_bindgen_test]
async fn a_forged_order_id_is_not_taken() {
    let fake = install();
    let checkout = begin("{}");
    wait(&fake, "it.buttons.length").await;
    eval(&fake, "it.buttons[0].options.authorization()");
    eval(&fake, "it.sessions[0].next({ access_token: 'Atza|SECRET' })");
    for id in ["'\"><script>'", "'S01'", "7", "null", "undefined"] {
        eval(
            &fake,
            &format!("it.addressBooks[0].onReady({{ getAmazonOrderReferenceId: () => {id} }})"),
        );
    }
    eval(&fake, "it.addressBooks[0].onReady({})");
    assert!(truth(&fake, "it.wallets.length === 0"));
    assert!(truth(&checkout, "it.snapshot().amazonOrderId === undefined"));
    eval(&checkout, "it.dispose()");
    uninstall();
}

#[wasm_bindgen_test]
async fn a_redirect_is_a_real_boolean_with_an_address_and_a_nonce_that_is_kept() {
    let fake = install();
    begin("{ popup: 'never', scope: 'profile payments:widget' }");
    wait(&fake, "it.buttons.length === 1").await;
    eval(&fake, "it.buttons[0].options.authorization()");
    let session = eval(&fake, "it.sessions[0]");
    assert!(truth(&session, "it.options.popup === false"));
    assert_eq!(text(&session, "it.options.scope"), "profile payments:widget");
    assert!(truth(&session, "it.next === location.origin + location.pathname"));
    assert!(truth(&session, "JSON.parse(sessionStorage.landerpay).nonce === it.options.state"));
    uninstall();
}

#[wasm_bindgen_test]
async fn a_return_signs_in_once_and_hands_the_cookie_to_amazon() {
    const ANSWER: &str = "access_token=Atza%7CSECRET&expires_in=3600&state=lp-1";
    let fake = install();
    let back = |nonce: &str, region: &str| {
        let kept = format!(
            "sessionStorage.landerpay = JSON.stringify({{ nonce: '{nonce}', inCookie: true, \
             site: 'sandbox {region} amzn1.application-oa2-client.1 ' }})"
        );
        eval(&JsValue::NULL, &kept);
        begin_checkout(&options(&none()), ANSWER).expect("the options are good")
    };
    for (nonce, region) in [("lp-2", "us"), ("lp-1", "uk")] {
        let refused = back(nonce, region);
        wait(&refused, "it.state === 'signed-out'").await;
        assert!(truth(&refused, "!document.cookie.includes('amazon_Login_accessToken')"));
        eval(&refused, "it.dispose()");
    }

    let checkout = back("lp-1", "us");
    wait(&checkout, "it.state === 'choosing'").await;
    assert!(truth(&fake, "it.useCookie.length === 1 && it.useCookie[0] === true"));
    assert!(truth(&fake, "document.cookie.includes('amazon_Login_accessToken=Atza|SECRET')"));
    assert!(truth(&fake, "JSON.parse(sessionStorage.landerpay).token === 'Atza|SECRET'"));

    eval(&checkout, "it.signOut()");
    assert_eq!(text(&checkout, "it.state"), "signed-out");
    assert!(truth(&fake, "it.logouts === 1 && !sessionStorage.landerpay"));
    assert!(truth(&fake, "!document.cookie.includes('amazon_Login_accessToken')"));
    uninstall();
}

#[wasm_bindgen_test]
async fn the_next_page_resumes_the_session_of_its_own_client_only() {
    let fake = install();
    let first = begin("{}");
    choose(&fake).await.unwrap();
    eval(&first, "it.dispose()");

    let foreign = begin("{ region: 'uk' }");
    wait(&foreign, "it.state === 'signed-out'").await;
    eval(&foreign, "it.dispose()");

    let next = begin("{}");
    wait(&next, "it.state === 'choosing'").await;
    assert!(truth(&fake, "it.sessions.length === 1"));
    uninstall();
}
