//! The browser: bindings and conversions. No decisions about payments live here.
//!
//! What is purely the browser's is JavaScript, in the files beside these: it is a third of the bytes. No
//! import may throw: an exception that crossed a Rust frame would leave it half done. What page or
//! vendor code throws is caught in JavaScript and told.

pub mod amazon;
pub mod convert;
pub mod error;
pub mod fetch;
pub mod loader;
pub mod page;
pub mod session;
pub mod shared;
pub mod topic;
