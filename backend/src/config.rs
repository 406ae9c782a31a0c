//! Configuration, read from the environment once, at start.

use std::{env, ffi::OsString, fmt, net::SocketAddr, time::Duration};

use axum::http::HeaderName;
use reqwest::Url;

use crate::{crm::Limits, secret::Secret};

/// What the server needs to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// `LANDERPAY_LISTEN`: address and port to listen on; `127.0.0.1:8080` when absent.
    pub listen: SocketAddr,
    /// `LANDERPAY_SHOPPER_ADDRESS_HEADER`: where the web server in front writes the shopper's address.
    /// When absent, every shopper is whoever connects.
    pub shopper_address_header: Option<HeaderName>,
    /// The CRM and the credentials for it.
    pub crm: CrmConfig,
    /// Where tokens are checked.
    pub amazon: AmazonConfig,
    /// Where attempts are written down.
    pub journal: JournalConfig,
    /// What this merchant sells with; each wins over the field that a page sends.
    pub merchant: Merchant,
}

/// Login with Amazon.
#[derive(Clone, Debug)]
pub struct AmazonConfig {
    /// `LANDERPAY_AMAZON_CLIENT_ID`: the client id that the pages sign in with.
    pub client_id: String,
    /// `LANDERPAY_AMAZON_URL`.
    pub url: Url,
}

/// The journal of attempts.
#[derive(Clone, Debug)]
pub struct JournalConfig {
    /// `DATABASE_URL`: `sqlite:<path>` or the address of a PostgreSQL database.
    pub url: Secret,
    /// `LANDERPAY_JOURNAL_DAYS`: how long what is finished is kept.
    pub keep: Duration,
}

/// How to reach the CRM.
#[derive(Clone, Debug)]
pub struct CrmConfig {
    /// `LANDERPAY_CRM_URL`: the CRM's base address, such as `https://api.konnektive.com`.
    /// Plain `http` is accepted for a loopback host only.
    pub url: Url,
    /// `LANDERPAY_CRM_LOGIN_ID`: the login of the CRM's API user.
    pub login_id: Secret,
    /// `LANDERPAY_CRM_PASSWORD`: its password; never contains `&`, which the CRM does not take.
    pub password: Secret,
    /// How long to wait for the CRM. Not in the environment.
    pub limits: Limits,
}

/// The fields of an order that the merchant decides, not the page.
#[derive(Clone, Debug, Default)]
pub struct Merchant {
    /// `LANDERPAY_CRM_CAMPAIGN_ID`: the campaign of every order; when absent, the page names it.
    pub campaign_id: Option<String>,
    /// `LANDERPAY_AMAZON_BILLER_ID`: the CRM's id of the Amazon Pay account; when absent, the page names it.
    pub amazon_biller_id: Option<String>,
}

/// A key of the environment that is missing or wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    key: &'static str,
    problem: &'static str,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Never the value: it may be the password.
        write!(f, "The environment variable {} {}.", self.key, self.problem)
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads the environment of this process.
    ///
    /// # Errors
    /// The first key that is missing or wrong.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::read(|key| env::var_os(key))
    }

    /// Reads keys through `lookup`, which answers `None` for an absent one.
    ///
    /// # Errors
    /// The first key that is missing or wrong.
    pub fn read(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Self, ConfigError> {
        let optional = |key: &'static str| match lookup(key).map(OsString::into_string) {
            None => Ok(None),
            Some(Err(_)) => Err(ConfigError { key, problem: "is not valid UTF-8" }),
            Some(Ok(text)) if text.trim().is_empty() => Ok(None),
            Some(Ok(text)) => Ok(Some(text)),
        };
        let required = |key: &'static str| {
            optional(key)?.ok_or(ConfigError { key, problem: "is missing or empty" })
        };
        let id = |key: &'static str| match optional(key)? {
            Some(text) if !text.bytes().all(|b| b.is_ascii_alphanumeric()) => {
                Err(ConfigError { key, problem: "must be letters and digits only" })
            }
            other => Ok(other),
        };

        let listen = match optional("LANDERPAY_LISTEN")? {
            None => SocketAddr::from(([127, 0, 0, 1], 8080)),
            Some(text) => text.parse().map_err(|_| ConfigError {
                key: "LANDERPAY_LISTEN",
                problem: "must be an address and a port, such as 127.0.0.1:8080",
            })?,
        };
        let header = optional("LANDERPAY_SHOPPER_ADDRESS_HEADER")?.map(|name| name.parse());
        let password = required("LANDERPAY_CRM_PASSWORD")?;
        if password.contains('&') {
            return Err(ConfigError {
                key: "LANDERPAY_CRM_PASSWORD",
                problem: "must not contain &, which the CRM does not take",
            });
        }
        Ok(Self {
            listen,
            shopper_address_header: header.transpose().map_err(|_| ConfigError {
                key: "LANDERPAY_SHOPPER_ADDRESS_HEADER",
                problem: "must be the name of a header, such as X-Forwarded-For",
            })?,
            crm: CrmConfig {
                url: crm_url(&required("LANDERPAY_CRM_URL")?)?,
                login_id: Secret::new(required("LANDERPAY_CRM_LOGIN_ID")?),
                password: Secret::new(password),
                limits: Limits::default(),
            },
            amazon: AmazonConfig {
                client_id: required("LANDERPAY_AMAZON_CLIENT_ID")?,
                url: crm_url(
                    &optional("LANDERPAY_AMAZON_URL")?
                        .unwrap_or_else(|| "https://api.amazon.com".to_owned()),
                )?,
            },
            journal: JournalConfig {
                url: Secret::new(
                    optional("DATABASE_URL")?.unwrap_or_else(|| "sqlite:landerpay.db".to_owned()),
                ),
                keep: Duration::from_secs(200 * 24 * 60 * 60),
            },
            merchant: Merchant {
                campaign_id: id("LANDERPAY_CRM_CAMPAIGN_ID")?,
                amazon_biller_id: id("LANDERPAY_AMAZON_BILLER_ID")?,
            },
        })
    }
}

fn crm_url(text: &str) -> Result<Url, ConfigError> {
    let wrong = |problem| ConfigError { key: "LANDERPAY_CRM_URL", problem };
    let url = Url::parse(text)
        .map_err(|_| wrong("must be an address such as https://api.konnektive.com"))?;
    let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if url.scheme() != "https" && !(url.scheme() == "http" && loopback) {
        return Err(wrong("must start with https:// (http:// only for a loopback host)"));
    }
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err(wrong("must not contain credentials, a query or a fragment"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::{Config, ConfigError};

    const GOOD: [(&str, &str); 3] = [
        ("LANDERPAY_CRM_URL", "https://api.example"),
        ("LANDERPAY_CRM_LOGIN_ID", "shop"),
        ("LANDERPAY_CRM_PASSWORD", "hunter2"),
    ];

    fn read(changes: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::read(|key| {
            changes
                .iter()
                .chain(&GOOD)
                .find(|(name, _)| *name == key)
                .map(|(_, value)| (*value).into())
        })
    }

    #[test]
    fn the_smallest_configuration() {
        let config = read(&[]).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.shopper_address_header, None);
        assert_eq!(config.crm.url.as_str(), "https://api.example/");
        assert_eq!(config.crm.login_id.expose(), "shop");
        assert_eq!(config.crm.password.expose(), "hunter2");
        assert_eq!(config.merchant.campaign_id, None);
        assert!(!format!("{config:?}").contains("hunter2"));
    }

    #[test]
    fn each_bad_value_names_its_key_and_not_the_value() {
        for (key, value) in [
            ("LANDERPAY_LISTEN", "port 80"),
            ("LANDERPAY_SHOPPER_ADDRESS_HEADER", "X Forwarded For"),
            ("LANDERPAY_CRM_URL", ""),
            ("LANDERPAY_CRM_URL", "api.example"),
            ("LANDERPAY_CRM_URL", "http://api.example"),
            ("LANDERPAY_CRM_URL", "ftp://localhost"),
            ("LANDERPAY_CRM_URL", "https://u:p4ss@api.example"),
            ("LANDERPAY_CRM_URL", "https://api.example?a=b"),
            ("LANDERPAY_CRM_LOGIN_ID", ""),
            ("LANDERPAY_CRM_PASSWORD", " "),
            ("LANDERPAY_CRM_PASSWORD", "hunter&2"),
            ("LANDERPAY_CRM_CAMPAIGN_ID", "12&x=1"),
            ("LANDERPAY_AMAZON_BILLER_ID", "a b"),
        ] {
            let sentence = read(&[(key, value)]).unwrap_err().to_string();
            assert!(
                sentence.starts_with(&format!("The environment variable {key} ")),
                "{sentence}"
            );
            assert!(value.trim().is_empty() || !sentence.contains(value), "{sentence}");
        }
    }

    #[test]
    fn a_loopback_crm_may_speak_plain_http() {
        for url in ["http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1"] {
            assert!(read(&[("LANDERPAY_CRM_URL", url)]).is_ok(), "{url}");
        }
    }
}
