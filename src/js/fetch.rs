//! Requests, and what comes back.

use wasm_bindgen::prelude::*;

use crate::domain::http::{Reply, Request};
use crate::domain::ids::AccessToken;
use crate::domain::profile::Profile;
use crate::domain::text::number;
use crate::domain::value::Value;
use crate::error::{Error, ErrorKind};
use crate::js::convert;
use crate::js::page::Page;
use crate::prelude::*;

#[wasm_bindgen(module = "/src/js/talk.js")]
extern "C" {
    #[wasm_bindgen(js_name = post)]
    fn post_fields(
        page: &Page,
        url: &str,
        key: &str,
        as_form: bool,
        fields: &JsValue,
        limit: i32,
        generation: i32,
    );
    #[wasm_bindgen(js_name = askForProfile)]
    fn get_profile(page: &Page, url: &str, token: &str, limit: i32, generation: i32);
}

/// A CRM waits for its processor: 30 to 120 seconds are normal.
const ORDER_LIMIT_MS: i32 = 150_000;
const PROFILE_LIMIT_MS: i32 = 10_000;

/// Posts an order, and keeps it for whoever loads the page again; tells `Answered`. The same key has the
/// same content as when it was first posted.
pub fn post(page: &Page, request: Request, generation: i32) {
    let Request { url, idempotency_key, as_form, fields } = request;
    let fields = convert::to_js(&Value::Map(fields));
    post_fields(page, &url, &idempotency_key, as_form, &fields, ORDER_LIMIT_MS, generation);
}

/// Asks for the buyer's profile; tells `ProfileArrived`.
pub fn ask_for_profile(page: &Page, url: &str, token: &AccessToken, generation: i32) {
    get_profile(page, url, token.expose(), PROFILE_LIMIT_MS, generation);
}

/// The reply, or why it is lost: then the order may exist.
///
/// # Errors
/// [`ErrorKind::BackendTimeout`], [`ErrorKind::BackendUnreachable`].
pub fn reply(told: &Value) -> Result<Reply, Error> {
    let Some(status) = told.text_of("status") else {
        let timed_out = told.text() == Some("TimeoutError");
        let lost =
            if timed_out { ErrorKind::BackendTimeout } else { ErrorKind::BackendUnreachable };
        return Err(lost.into());
    };
    Ok(Reply {
        // An HTTP status has three digits.
        status: number(status) as u16,
        status_text: status.to_owned(),
        body: told.get("body").cloned(),
    })
}

/// The profile in a reply.
///
/// # Errors
/// [`ErrorKind::ProfileFailed`].
pub fn profile(told: &Value) -> Result<Profile, Error> {
    let body = told.get("body").cloned();
    body.and_then(Profile::read).ok_or_else(|| ErrorKind::ProfileFailed.into())
}
