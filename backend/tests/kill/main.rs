//! The backend is killed and started again, by itself or beside others, while people buy: whoever asks
//! again has bought once, and reads the order.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    dead_code,
    missing_docs
)]

mod buyer;
mod chance;
#[path = "../common/mod.rs"]
mod common;
mod crowd;
mod moments;
mod rounds;
mod world;
