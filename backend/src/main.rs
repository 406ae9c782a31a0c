//! The command `landerpay-backend`: the merchant backend, and with the feature `demo` the demo.

mod args;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use landerpay_backend::{Backend, Config, server};

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
    // Logs go to stderr: stdout is for answers to the caller.
    tracing_subscriber::fmt().with_writer(io::stderr).with_ansi(false).init();
    let done = match command {
        Command::Serve => serve().await,
        Command::Print(text) => writeln!(io::stdout(), "{text}").map_err(|error| error.to_string()),
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
    let backend = Backend::new(&config).await?;
    tokio::spawn(backend.clone().tidy_up(config.journal.keep));
    let listener = server::bind(config.listen).await?;
    tracing::info!(address = %config.listen, crm = %config.crm.url, "listening");
    server::serve(backend, listener, stop).await.map_err(|error| error.to_string())
}

#[cfg(feature = "demo")]
async fn demo(options: landerpay_backend::demo::Options) -> Result<(), String> {
    let stop = server::stop_signal().map_err(|error| error.to_string())?;
    landerpay_backend::demo::run(options, stop).await
}

fn complain(sentence: &str) {
    // When stderr is gone there is nobody left to tell.
    let _ = writeln!(io::stderr(), "landerpay-backend: {sentence}");
}
