//! Gets Amazon's scripts onto the page.

use wasm_bindgen::prelude::*;

use crate::error::{Error, ErrorKind};
use crate::js::page::Page;

// The drop-in's tag may be on the page already, before this module has arrived.
#[wasm_bindgen(module = "/src/js/load_amazon.js")]
extern "C" {
    #[wasm_bindgen(js_name = loadAmazon)]
    fn load_amazon(url: &str, nonce: Option<&str>) -> JsValue;
}

#[wasm_bindgen(module = "/src/js/talk.js")]
extern "C" {
    #[wasm_bindgen(js_name = tellLoaded)]
    fn tell_loaded(page: &Page, loaded: &JsValue);
}

/// Loads Widgets.js, or adopts the one that is there, and waits for Amazon's objects; tells
/// `AmazonLoaded`. A later call after a failure starts clean.
pub fn load(page: &Page, url: &str, nonce: Option<&str>) {
    tell_loaded(page, &load_amazon(url, nonce));
}

/// What the loader told.
///
/// # Errors
/// [`ErrorKind::AmazonUnreachable`], [`ErrorKind::AmazonMismatch`], [`ErrorKind::AmazonTimeout`].
pub fn loaded(told: &str) -> Result<(), Error> {
    match told {
        "ready" => Ok(()),
        "mismatch" => Err(ErrorKind::AmazonMismatch.into()),
        "unreachable" => Err(ErrorKind::AmazonUnreachable.into()),
        _ => Err(ErrorKind::AmazonTimeout.into()),
    }
}
