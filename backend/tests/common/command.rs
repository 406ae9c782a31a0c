//! The command `landerpay-backend`, as a process of its own.

use std::process::Stdio;

use landerpay_backend::demo::{amazon::CLIENT_ID, crm::Settings};
use tokio::process::Command;

/// The command, with nothing of this environment.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_landerpay-backend"));
    command.args(arguments).env_clear().kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What the production command needs, in front of the CRM and Amazon at these addresses.
pub fn configured(crm: &str, amazon: &str, arguments: &[&str]) -> Command {
    let settings = Settings::default();
    let mut command = command(arguments);
    command
        .env("LANDERPAY_LISTEN", "127.0.0.1:0")
        .env("LANDERPAY_AMAZON_CLIENT_ID", CLIENT_ID)
        .env("LANDERPAY_AMAZON_URL", amazon)
        .env("LANDERPAY_CRM_URL", crm)
        .env("LANDERPAY_CRM_LOGIN_ID", settings.login_id)
        .env("LANDERPAY_CRM_PASSWORD", settings.password)
        .env("LANDERPAY_CRM_CAMPAIGN_ID", settings.campaign_id.to_string())
        .env("LANDERPAY_AMAZON_BILLER_ID", settings.amazon_biller_id.to_string())
        .env("DATABASE_URL", "sqlite::memory:");
    command
}
