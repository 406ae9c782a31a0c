//! Requests, performed.

use wasm_bindgen::prelude::*;

use crate::domain::http::{Reply, Request};
use crate::domain::ids::AccessToken;
use crate::domain::profile::Profile;
use crate::domain::text::concat;
use crate::error::{Error, ErrorKind};
use crate::js::convert::{self, property, text_of};
use crate::js::ear::{Ear, Topic};
use crate::js::sys::{self, Array, Promise, Record, Response, URLSearchParams};

/// A CRM waits for its processor: 30 to 120 seconds are normal.
const ORDER_LIMIT_MS: u32 = 150_000;
const PROFILE_LIMIT_MS: u32 = 10_000;

/// Posts an order; tells `OrderResponse` or `OrderLost`.
pub fn post(request: &Request, ear: Ear) {
    let fields = convert::record(&request.fields);
    let (content_type, body) = if request.as_form {
        ("application/x-www-form-urlencoded", text_of(&URLSearchParams::new(&fields)))
    } else {
        ("application/json", text_of(&sys::write_json(&fields).unwrap_or_default()))
    };
    let headers = Record::new();
    headers.set_text("Content-Type", content_type);
    headers.set_text("Idempotency-Key", &request.idempotency_key);
    let options = options(&headers, ORDER_LIMIT_MS);
    options.set_text("method", "POST");
    options.set_text("body", &body);
    start(&request.url, &options, ear, Topic::OrderResponse, Topic::OrderLost);
}

/// Asks for the buyer's profile; tells `ProfileResponse` or `ProfileBody`. The token travels in a
/// header: an address would be logged.
pub fn ask_for_profile(url: &str, token: &AccessToken, ear: Ear) {
    let headers = Record::new();
    headers.set_text("Authorization", &concat(&["bearer ", token.expose()]));
    let options = options(&headers, PROFILE_LIMIT_MS);
    start(url, &options, ear, Topic::ProfileResponse, Topic::ProfileBody);
}

fn options(headers: &Record, limit_ms: u32) -> Record {
    let options = Record::new();
    options.set("headers", headers);
    // Where the browser has no limits of its own, its network stack ends the wait.
    if let Ok(signal) = sys::abort_after(limit_ms) {
        options.set("signal", &signal);
    }
    options
}

fn start(url: &str, options: &Record, ear: Ear, kept: Topic, broken: Topic) {
    let answer = sys::fetch(url, options).unwrap_or_else(|thrown| Promise::reject(&thrown));
    ear.follow(&answer, kept, broken);
}

/// Reads a response's body; tells the pair of status and text.
pub fn read_body(response: &JsValue, ear: Ear, kept: Topic, broken: Topic) {
    // A page may have replaced `fetch` by one that answers with anything.
    let text = response.unchecked_ref::<Response>().text();
    let pair = Array::new();
    pair.push(&property(response, "status"));
    pair.push(&text.unwrap_or_else(|thrown| Promise::reject(&thrown).into()));
    ear.follow(&Promise::all(&pair), kept, broken);
}

/// The reply in such a pair.
pub fn reply(told: &JsValue) -> Reply {
    let pair: &Array = told.unchecked_ref();
    let status = pair.get(0);
    let body = sys::parse_json(&pair.get(1));
    Reply {
        status_text: text_of(&status),
        // An HTTP status has three digits.
        status: status.as_f64().unwrap_or_default() as u16,
        body: body.ok().map(|body| convert::read_data(&body)),
    }
}

/// The profile in such a pair, or anything else if the request failed.
///
/// # Errors
/// [`ErrorKind::ProfileFailed`].
pub fn profile(told: &JsValue) -> Result<Profile, Error> {
    let body = if Array::is_array(told) { reply(told).body } else { None };
    body.and_then(Profile::read).ok_or_else(|| ErrorKind::ProfileFailed.into())
}

/// Why an answer is lost. The order may exist.
pub fn lost(thrown: &JsValue) -> Error {
    let timed_out = property(thrown, "name") == "TimeoutError";
    if timed_out { ErrorKind::BackendTimeout } else { ErrorKind::BackendUnreachable }.into()
}

/// Calls the page's order function; tells `FieldsGiven` or `FieldsFailed`.
pub fn ask_for_fields(function: &JsValue, ear: Ear) {
    // Inside a promise, so that a function that throws is one that fails.
    let given = Promise::all(&Array::new()).then(function, &JsValue::UNDEFINED);
    ear.follow(&given, Topic::FieldsGiven, Topic::FieldsFailed);
}
