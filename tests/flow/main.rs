//! Whole purchases as event scripts, and what must hold whatever happens.
#![cfg(not(target_family = "wasm"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

#[allow(dead_code, reason = "each test takes what it needs")]
#[path = "../fuzz/mod.rs"]
mod fuzz;

mod always;
mod funnel;
mod kinds;
mod purchase;
mod session;
mod support;
