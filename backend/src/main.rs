//! The command `landerpay-backend`: the merchant backend, and with the feature `demo` the demo.

mod args;

use std::{
    future::pending,
    io::{self, Write},
    process::ExitCode,
};

use landerpay_backend::{Backend, Config, logging, metrics, server};

use tokio::net::TcpListener;

use args::Command;

#[tokio::main]
async fn main() -> ExitCode {
    let command = match args::read(lexopt::Parser::from_env()) {
        Ok(command) => command,
        Err(sentence) => {
            complain(&format!("{sentence}\nTry: landerpay-backend --help"));
            return ExitCode::from(2);
        }
    };
    let done = match command {
        Command::Serve => serve().await,
        Command::Check => check(),
        Command::Print(text) => say(text),
        #[cfg(feature = "demo")]
        Command::Demo(options) => demo(options).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            complain(&sentence);
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), String> {
    let stop = server::stop_signal().map_err(|error| error.to_string())?;
    let config = Config::from_env().map_err(|error| error.to_string())?;
    logging::start(config.log);
    // Before the journal is opened, which has to be closed in the end.
    let metrics_listener = match config.metrics_listen {
        Some(address) => Some(server::bind(address).await?),
        None => None,
    };
    let listener = server::bind(config.listen).await?;
    let backend = Backend::new(&config).await?;
    if let Some(listener) = metrics_listener {
        log_address(&listener, "listening for metrics");
        // Until the process ends, so that the stop can be watched.
        tokio::spawn(server::run(metrics::routes(backend.clone()), listener, pending()));
    }
    log_address(&listener, "listening");
    tokio::spawn(backend.clone().tidy_up(config.journal.keep));
    server::serve(backend, listener, stop).await.map_err(|error| error.to_string())
}

fn log_address(listener: &TcpListener, message: &str) {
    if let Ok(address) = listener.local_addr() {
        tracing::info!(%address, "{message}");
    }
}

fn check() -> Result<(), String> {
    Config::from_env().map_err(|error| error.to_string())?;
    say("The configuration is complete.")
}

#[cfg(feature = "demo")]
async fn demo(options: landerpay_backend::demo::Options) -> Result<(), String> {
    let stop = server::stop_signal().map_err(|error| error.to_string())?;
    logging::start(landerpay_backend::config::LogConfig::default());
    landerpay_backend::demo::run(options, stop).await
}

fn say(text: &str) -> Result<(), String> {
    writeln!(io::stdout(), "{text}").map_err(|error| error.to_string())
}

fn complain(sentence: &str) {
    // When stderr is gone there is nobody left to tell.
    let _ = writeln!(io::stderr(), "landerpay-backend: {sentence}");
}
