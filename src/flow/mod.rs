//! The purchase as a state machine. Pure: nothing here awaits, fetches, draws or reads a clock.
//!
//! ```text
//!            AmazonReady          ButtonPressed          SignedIn
//!  Loading ─────────────▶ SignedOut ──────────▶ SigningIn ─────────▶ Choosing ◀───────────┐
//!     │ ▲                     ▲                  │    ▲               │    │  refused,     │
//!     │ │ Retry               └──────────────────┘    │ pressed again │    │  declined,    │
//!     ▼ │                      denied, failed, closed └───── Expired ◀┘    │  or unknown   │
//!  Unavailable ◀── any step that cannot go on              session over    ▼               │
//!                                                  Collecting ▶ AwaitingProfile ▶ Sending ─┤
//!                                                                           ▲  └▶ Waiting  │
//!                                                                           └───────┘      │
//!                                                          Placed ◀── Placing ─────────────┘
//!                                                         Leaving ◀──┘ (redirect)
//! ```
//!
//! A page that has placed its order already begins in `Placed`, and one that lacks what it goes on with
//! in `Unavailable`: neither loads Amazon's scripts.
//!
//! An answer that is unknown leaves its order `unresolved` in `Choosing`: it is asked about, by itself
//! too, before anything else is sent. So does coming back from where a redirect led.
//!
//! `Choosing` is shown to the page as `choosing`, as `ready` when nothing is missing, and as
//! `declined` from a decline until the next attempt.

mod choosing;
pub mod effect;
pub mod event;
mod placing;
pub mod state;
mod step;
pub mod view;

pub use effect::{EVENT_NAMES, Effect, Notice, Timer};
pub use event::Event;
pub use state::{State, StateName};
pub use step::{Effects, step};
