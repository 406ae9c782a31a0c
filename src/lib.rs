#![doc = include_str!("../README.md")]
//!
//! # For Rust
//!
//! [`domain`], [`flow`] and [`wire`] run anywhere: they decide, and touch no browser. A checkout is a
//! [`State`](flow::State), and [`step`](flow::step) says what an event makes of it and what is to be done.
//!
//! ```
//! use landerpay::domain::plan::Plan;
//! use landerpay::flow::{Effect, Event, Notice, State, StateName, step};
//!
//! let plan = Plan::default();
//! let (state, effects) = step(plan, State::default(), Event::Start);
//! assert_eq!(effects, [Effect::LoadAmazon]);
//!
//! let (state, effects) = step(plan, state, Event::AmazonReady);
//! assert_eq!(effects, [Effect::Notify(Notice::State), Effect::DrawButton]);
//! assert_eq!(state.name(), StateName::SignedOut);
//! ```
//!
//! Options are read from plain data, and the first problem is named:
//!
//! ```
//! use landerpay::domain::options::Options;
//! use landerpay::domain::value::Value;
//! use landerpay::error::ErrorKind;
//!
//! let options = Value::Map(vec![("environment".to_owned(), Value::of("sandbox"))]);
//! let error = Options::read(options).unwrap_err();
//! assert_eq!((error.kind(), error.subject()), (ErrorKind::MissingOption, "region"));
//! assert_eq!(error.sentence(), "The option `{}` is missing: set it.");
//! ```
//!
//! On `wasm32-unknown-unknown` there are also `driver`, which performs the effects in a page, and, with
//! the feature `npm`, `api`, the exports for JavaScript.
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
