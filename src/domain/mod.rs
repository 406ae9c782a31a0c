//! The vocabulary: ids, secrets, regions, options, buyers, orders. Pure.

pub mod amazon;
pub mod funnel;
pub mod http;
pub mod ids;
pub mod options;
pub mod order;
pub mod outcome;
pub mod plan;
pub mod profile;
pub mod region;
pub mod session;
pub mod sign_in;
pub mod text;
pub mod value;
pub mod words;
