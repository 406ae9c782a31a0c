#![doc = include_str!("../README.md")]
// Without std, a panic is nothing but a trap: its messages and their formatting stay out.
#![cfg_attr(all(target_family = "wasm", feature = "bare"), no_std)]
// A trap ends the whole module, so nothing here may panic: errors are values.
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

extern crate alloc;

pub mod domain;
pub mod error;
pub mod flow;
pub mod wire;

#[cfg(target_family = "wasm")]
pub mod driver;
#[cfg(target_family = "wasm")]
mod js;

#[cfg(all(target_family = "wasm", feature = "npm"))]
pub mod api;
#[cfg(all(target_family = "wasm", feature = "bare"))]
mod bare;

/// What std's prelude has of alloc.
mod prelude {
    pub use alloc::borrow::ToOwned;
    pub use alloc::boxed::Box;
    pub use alloc::string::String;
    pub use alloc::vec::Vec;
}
