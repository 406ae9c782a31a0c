//! The reference merchant backend of LanderPay.
//!
//! A checkout page posts its orders and upsales here; this server adds what a browser must never hold
//! (the CRM's credentials, the campaign, the biller), drops what a browser must never decide (prices
//! and overrides), asks Amazon whose access token it is, and forwards the rest to the CRM as a flat form.
//! Each purchase is imported at most once, whatever the network or this machine does: see [`journal`].
//!
//! Where to start reading: [`import`] is the request, from top to bottom.

pub mod amazon;
pub mod client_address;
pub mod config;
pub mod crm;
#[cfg(feature = "demo")]
pub mod demo;
pub mod envelope;
pub mod environment;
pub mod failure;
pub mod fields;
pub mod import;
pub mod journal;
pub mod logging;
pub mod metrics;
pub mod openapi;
pub mod origin;
pub mod purchase;
pub mod rate_limit;
pub mod reconcile;
pub mod request_log;
pub mod secret;
pub mod server;

pub use config::{Config, ConfigError};
pub use failure::Failure;
pub use server::Backend;
