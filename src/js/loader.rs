//! Gets Amazon's scripts onto the page.

use wasm_bindgen::prelude::*;

use crate::error::{Error, ErrorKind};
use crate::js::ear::{Ear, Topic};
use crate::js::sys::Promise;

// The drop-in's tag may be on the page already, before this module has arrived.
#[wasm_bindgen(module = "/src/js/load_amazon.js")]
extern "C" {
    #[wasm_bindgen(js_name = loadAmazon)]
    fn load_amazon(url: &str, nonce: Option<&str>) -> Promise;
}

/// Loads Widgets.js, or adopts the one that is there, and waits for Amazon's objects; tells
/// `AmazonLoaded`. A later call after a failure starts clean.
pub fn load(url: &str, nonce: Option<&str>, ear: Ear) {
    ear.follow(&load_amazon(url, nonce), Topic::AmazonLoaded, Topic::AmazonLoaded);
}

/// What the loader told.
///
/// # Errors
/// [`ErrorKind::AmazonUnreachable`], [`ErrorKind::AmazonMismatch`], [`ErrorKind::AmazonTimeout`].
pub fn loaded(told: &JsValue) -> Result<(), Error> {
    match told.as_string().as_deref() {
        Some("ready") => Ok(()),
        Some("mismatch") => Err(ErrorKind::AmazonMismatch.into()),
        Some("unreachable") => Err(ErrorKind::AmazonUnreachable.into()),
        _ => Err(ErrorKind::AmazonTimeout.into()),
    }
}
