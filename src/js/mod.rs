//! The browser: bindings and conversions. No decisions about payments live here.
//!
//! Everything that page or vendor code could throw from is bound with `catch`: an exception that
//! crossed a Rust frame would leave it half done.

pub mod amazon;
pub mod convert;
pub mod ear;
pub mod error;
pub mod fetch;
pub mod loader;
pub mod page;
pub mod session;
pub mod shared;
pub mod sys;
