//! The journal, in SQLite and in PostgreSQL: the same cases for both.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::duplicate_mod,
    dead_code,
    missing_docs
)]

#[cfg(unix)]
mod postgres;
#[cfg(unix)]
#[path = "../common/postgres.rs"]
mod server;
mod sqlite;

use std::time::Duration;

use landerpay_backend::{crm::Limits, journal::Journal, secret::Secret};

/// How long an attempt may take here until it counts as abandoned: a little more.
const PATIENCE: Duration = Duration::from_millis(300);

async fn open(url: &str) -> Journal {
    let limits = Limits { connect: PATIENCE, total: PATIENCE, settled: 4 * PATIENCE };
    Journal::open(&Secret::new(url.to_owned()), limits).await.unwrap()
}
