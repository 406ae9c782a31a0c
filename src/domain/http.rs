//! What travels to and from a backend, before and after it is traffic.

use crate::domain::value::{Entries, Value};
use crate::prelude::*;

/// A request.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The whole address.
    pub url: String,
    /// The value of the `Idempotency-Key` header.
    pub idempotency_key: String,
    /// True for `application/x-www-form-urlencoded`, false for JSON.
    pub as_form: bool,
    /// The fields in order.
    pub fields: Entries,
}

/// A reply.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The same as text: formatting a number here would cost more than asking JavaScript.
    pub status_text: String,
    /// The body, if it is JSON.
    pub body: Option<Value>,
}
