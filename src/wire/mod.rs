//! The protocol with the merchant's backend. Pure: a command becomes a request, a reply an
//! outcome. One file per dialect.

pub mod konnektive;
