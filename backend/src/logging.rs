//! The log of the process, on stderr: stdout is for answers to the caller.

use std::io;

use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::config::{LogConfig, LogFormat};

/// Starts to log, once in a process.
pub fn start(config: LogConfig) {
    // Others' libraries may quote what they carry when they tell much.
    let targets = Targets::new()
        .with_default(config.level.min(LevelFilter::WARN))
        .with_target(env!("CARGO_CRATE_NAME"), config.level);
    let lines = fmt::layer().with_writer(io::stderr);
    let registry = tracing_subscriber::registry().with(targets);
    match config.format {
        LogFormat::Text => registry.with(lines.with_ansi(false)).init(),
        LogFormat::Json => {
            registry.with(lines.json().flatten_event(true).with_span_list(false)).init();
        }
    }
}
