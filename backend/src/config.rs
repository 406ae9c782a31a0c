//! Configuration, read from the environment once, at start.

use std::{env, ffi::OsString, net::SocketAddr, num::NonZeroU32, time::Duration};

use axum::http::HeaderName;
use reqwest::Url;
use tracing_subscriber::filter::LevelFilter;

use crate::{crm::Limits, environment::Environment, secret::Secret};

pub use crate::environment::ConfigError;

/// What the server needs to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// `LANDERPAY_LISTEN`: address and port to listen on; `127.0.0.1:8080` when absent.
    pub listen: SocketAddr,
    /// `LANDERPAY_SHOPPER_ADDRESS_HEADER`: where the web server in front writes the shopper's address.
    /// When absent, every shopper is whoever connects.
    pub shopper_address_header: Option<HeaderName>,
    /// `LANDERPAY_ALLOWED_ORIGINS`: other origins whose pages may order, as browsers write them.
    pub allowed_origins: Vec<String>,
    /// `LANDERPAY_RATE_LIMIT`: purchases per minute and shopper's address; 120 when absent.
    /// `None` is no limit.
    pub rate_limit: Option<NonZeroU32>,
    /// What is logged, and how.
    pub log: LogConfig,
    /// `LANDERPAY_METRICS_LISTEN`: address and port for the metrics; when absent, there are none.
    pub metrics_listen: Option<SocketAddr>,
    /// Who is asked whether a buyer's access token is good.
    pub amazon: AmazonConfig,
    /// The CRM and the credentials for it.
    pub crm: CrmConfig,
    /// Where attempts are remembered.
    pub journal: JournalConfig,
    /// What this merchant sells with; each wins over the field that a page sends.
    pub merchant: Merchant,
}

/// What is logged, and how.
#[derive(Clone, Copy, Debug)]
pub struct LogConfig {
    /// `LANDERPAY_LOG`: the least level that is logged; `info` when absent.
    pub level: LevelFilter,
    /// `LANDERPAY_LOG_FORMAT`: `json` when absent.
    pub format: LogFormat,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { level: LevelFilter::INFO, format: LogFormat::Text }
    }
}

/// How a line of the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs: one object a line.
    Json,
}

/// How to reach Amazon.
#[derive(Clone, Debug)]
pub struct AmazonConfig {
    /// `LANDERPAY_AMAZON_CLIENT_ID`: the client id of the pages, to which a token must be issued.
    pub client_id: String,
    /// `LANDERPAY_AMAZON_URL`: `https://api.amazon.com` when absent.
    /// Plain `http` is accepted for a loopback host only.
    pub url: Url,
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
    /// How long to wait for the CRM; the whole of one call is `LANDERPAY_CRM_TIMEOUT`, in seconds.
    pub limits: Limits,
}

/// Where attempts are remembered, and how long.
#[derive(Clone, Debug)]
pub struct JournalConfig {
    /// `DATABASE_URL`: may contain a password. `sqlite:landerpay.db` when absent.
    pub url: Secret,
    /// `LANDERPAY_JOURNAL_DAYS`: how long an attempt is kept; 200 days when absent.
    pub keep: Duration,
}

/// The fields of an order that the merchant decides, not the page.
#[derive(Clone, Debug, Default)]
pub struct Merchant {
    /// `LANDERPAY_CRM_CAMPAIGN_ID`: the campaign of every order; when absent, the page names it.
    pub campaign_id: Option<String>,
    /// `LANDERPAY_AMAZON_BILLER_ID`: the CRM's id of the Amazon Pay account; when absent, the page names it.
    pub amazon_biller_id: Option<String>,
}

impl Config {
    /// Reads the environment of this process.
    ///
    /// # Errors
    /// Every key that is missing or wrong.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::read_among(|key| env::var_os(key), env::vars_os().map(|(name, _)| name))
    }

    /// Reads keys through `lookup`, which answers `None` for an absent one.
    ///
    /// # Errors
    /// Every key that is missing or wrong.
    pub fn read(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Self, ConfigError> {
        Self::read_among(lookup, [])
    }

    /// Reads keys through `lookup`, and complains about those of the `names` that are none.
    fn read_among(
        lookup: impl Fn(&str) -> Option<OsString>,
        names: impl IntoIterator<Item = OsString>,
    ) -> Result<Self, ConfigError> {
        let mut env = Environment::new(lookup);
        let listen = env.with_default("LANDERPAY_LISTEN", "127.0.0.1:8080", address);
        let shopper_address_header = env.optional("LANDERPAY_SHOPPER_ADDRESS_HEADER", header);
        let allowed_origins = env.with_default("LANDERPAY_ALLOWED_ORIGINS", "", origins);
        let rate_limit = env.with_default("LANDERPAY_RATE_LIMIT", "120", rate);
        let level = env.with_default("LANDERPAY_LOG", "info", level);
        let format = env.with_default("LANDERPAY_LOG_FORMAT", "json", format);
        let metrics_listen = env.optional("LANDERPAY_METRICS_LISTEN", |text| {
            address(text).and_then(|own| other_than(own, listen))
        });
        let client_id = env.required("LANDERPAY_AMAZON_CLIENT_ID", client_id);
        let amazon_url = env.with_default("LANDERPAY_AMAZON_URL", "https://api.amazon.com", url);
        let crm_url = env.required("LANDERPAY_CRM_URL", url);
        let login_id = env.required("LANDERPAY_CRM_LOGIN_ID", secret);
        let password = env.required("LANDERPAY_CRM_PASSWORD", password);
        let crm_timeout = env.with_default("LANDERPAY_CRM_TIMEOUT", "120", seconds);
        let settled = env.with_default("LANDERPAY_CRM_SETTLED_AFTER", "180", |text| {
            seconds(text).and_then(|settled| no_shorter_than(settled, crm_timeout))
        });
        let database = env.with_default("DATABASE_URL", "sqlite:landerpay.db", database);
        let keep = env.with_default("LANDERPAY_JOURNAL_DAYS", "200", days);
        let campaign_id = env.optional("LANDERPAY_CRM_CAMPAIGN_ID", id);
        let amazon_biller_id = env.optional("LANDERPAY_AMAZON_BILLER_ID", id);

        env.refuse_unknown(names);

        let config = || {
            Some(Self {
                listen: listen?,
                shopper_address_header,
                allowed_origins: allowed_origins?,
                rate_limit: rate_limit?,
                log: LogConfig { level: level?, format: format? },
                metrics_listen,
                amazon: AmazonConfig { client_id: client_id?, url: amazon_url? },
                crm: CrmConfig {
                    url: crm_url?,
                    login_id: login_id?,
                    password: password?,
                    limits: Limits { total: crm_timeout?, settled: settled?, ..Limits::default() },
                },
                journal: JournalConfig { url: database?, keep: keep? },
                merchant: Merchant { campaign_id, amazon_biller_id },
            })
        };
        env.finish(config())
    }
}

type Read<T> = Result<T, &'static str>;

fn address(text: &str) -> Read<SocketAddr> {
    text.parse().map_err(|_| "must be an address and a port, such as 127.0.0.1:8080")
}

/// Two listeners need two addresses; port 0 is another one each time.
fn other_than(own: SocketAddr, listen: Option<SocketAddr>) -> Read<SocketAddr> {
    if own.port() != 0 && Some(own) == listen {
        return Err("must not be the address and port of LANDERPAY_LISTEN");
    }
    Ok(own)
}

fn header(text: &str) -> Read<HeaderName> {
    text.parse().map_err(|_| "must be the name of a header, such as X-Forwarded-For")
}

fn origins(list: &str) -> Read<Vec<String>> {
    let origins = list.split(',').map(str::trim).filter(|text| !text.is_empty());
    origins.map(|text| origin(text).ok_or("must be origins such as https://shop.example, separated by commas (http:// only for a loopback host)")).collect()
}

/// An origin as browsers write it: `https://SHOP.example:443/` is `https://shop.example`.
fn origin(text: &str) -> Option<String> {
    let url = url(text).ok()?;
    (url.path() == "/").then(|| url.origin().ascii_serialization())
}

fn rate(text: &str) -> Read<Option<NonZeroU32>> {
    let rate =
        text.parse().map_err(|_| "must be a number of purchases a minute, 0 for no limit")?;
    Ok(NonZeroU32::new(rate))
}

fn level(text: &str) -> Read<LevelFilter> {
    match text {
        "error" => Ok(LevelFilter::ERROR),
        "warn" => Ok(LevelFilter::WARN),
        "info" => Ok(LevelFilter::INFO),
        "debug" => Ok(LevelFilter::DEBUG),
        _ => Err("must be error, warn, info or debug"),
    }
}

fn format(text: &str) -> Read<LogFormat> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("must be text or json"),
    }
}

fn client_id(text: &str) -> Read<String> {
    let own = text.strip_prefix("amzn1.application-oa2-client.").unwrap_or("");
    if own.is_empty() || !own.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err("must be a client id such as amzn1.application-oa2-client.0a1b2c");
    }
    Ok(text.to_owned())
}

fn url(text: &str) -> Read<Url> {
    let url = Url::parse(text).map_err(|_| "must be an address such as https://api.example")?;
    let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if url.scheme() != "https" && !(url.scheme() == "http" && loopback) {
        return Err("must start with https:// (http:// only for a loopback host)");
    }
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err("must not contain credentials, a query or a fragment");
    }
    Ok(url)
}

fn secret(text: &str) -> Read<Secret> {
    Ok(Secret::new(text.to_owned()))
}

fn password(text: &str) -> Read<Secret> {
    if text.contains('&') {
        return Err("must not contain &, which the CRM does not take");
    }
    secret(text)
}

fn seconds(text: &str) -> Read<Duration> {
    within(text, 600).map(Duration::from_secs).ok_or("must be a number of seconds from 1 to 600")
}

fn no_shorter_than(settled: Duration, crm_timeout: Option<Duration>) -> Read<Duration> {
    if crm_timeout.is_some_and(|timeout| settled < timeout) {
        return Err("must be at least LANDERPAY_CRM_TIMEOUT; it is 180 when absent");
    }
    Ok(settled)
}

fn database(text: &str) -> Read<Secret> {
    if !["sqlite:", "postgres://", "postgresql://"].iter().any(|start| text.starts_with(start)) {
        return Err("must start with sqlite: or postgres://");
    }
    secret(text)
}

fn days(text: &str) -> Read<Duration> {
    let days = within(text, 3650).ok_or("must be a number of days from 1 to 3650")?;
    Ok(Duration::from_secs(days * 24 * 60 * 60))
}

/// A whole number from 1 to `most`.
fn within(text: &str, most: u64) -> Option<u64> {
    text.parse().ok().filter(|number| (1..=most).contains(number))
}

fn id(text: &str) -> Read<String> {
    if !text.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err("must be letters and digits only");
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use std::{fs, num::NonZeroU32, time::Duration};

    use tracing_subscriber::filter::LevelFilter;

    use super::{Config, ConfigError, LogFormat};

    const GOOD: [(&str, &str); 4] = [
        ("LANDERPAY_AMAZON_CLIENT_ID", "amzn1.application-oa2-client.0a1b2c"),
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

    /// A file that holds `content`, removed when the test ends.
    struct File(std::path::PathBuf);

    impl File {
        fn new(name: &str, content: &[u8]) -> Self {
            let path =
                std::env::temp_dir().join(format!("landerpay-{}-{name}", std::process::id()));
            fs::write(&path, content).unwrap();
            Self(path)
        }

        fn path(&self) -> &str {
            self.0.to_str().unwrap()
        }
    }

    impl Drop for File {
        fn drop(&mut self) {
            let _ = fs::remove_file(&self.0);
        }
    }

    #[test]
    fn the_smallest_configuration() {
        let config = read(&[]).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.shopper_address_header, None);
        assert_eq!(config.allowed_origins, Vec::<String>::new());
        assert_eq!(config.rate_limit, NonZeroU32::new(120));
        assert_eq!(config.log.level, LevelFilter::INFO);
        assert_eq!(config.log.format, LogFormat::Json);
        assert_eq!(config.metrics_listen, None);
        assert_eq!(config.amazon.client_id, "amzn1.application-oa2-client.0a1b2c");
        assert_eq!(config.amazon.url.as_str(), "https://api.amazon.com/");
        assert_eq!(config.crm.url.as_str(), "https://api.example/");
        assert_eq!(config.crm.login_id.expose(), "shop");
        assert_eq!(config.crm.password.expose(), "hunter2");
        assert_eq!(config.crm.limits.total, Duration::from_secs(120));
        assert_eq!(config.crm.limits.settled, Duration::from_secs(180));
        assert_eq!(config.journal.url.expose(), "sqlite:landerpay.db");
        assert_eq!(config.journal.keep, Duration::from_secs(200 * 24 * 60 * 60));
        assert_eq!(config.merchant.campaign_id, None);
        assert!(!format!("{config:?}").contains("hunter2"));
    }

    #[test]
    fn every_other_value() {
        let config = read(&[
            ("LANDERPAY_LISTEN", "[::]:80"),
            ("LANDERPAY_SHOPPER_ADDRESS_HEADER", "X-Real-IP"),
            ("LANDERPAY_ALLOWED_ORIGINS", " https://SHOP.example:443/, http://localhost:8080,"),
            ("LANDERPAY_RATE_LIMIT", "0"),
            ("LANDERPAY_LOG", "debug"),
            ("LANDERPAY_LOG_FORMAT", "text"),
            ("LANDERPAY_METRICS_LISTEN", "127.0.0.1:9090"),
            ("LANDERPAY_AMAZON_URL", "http://127.0.0.1:8081"),
            ("LANDERPAY_CRM_TIMEOUT", "600"),
            ("LANDERPAY_CRM_SETTLED_AFTER", "600"),
            ("DATABASE_URL", "postgres://shop:hunter3@db/landerpay"),
            ("LANDERPAY_JOURNAL_DAYS", "1"),
            ("LANDERPAY_CRM_CAMPAIGN_ID", "12"),
            ("LANDERPAY_AMAZON_BILLER_ID", "7"),
        ])
        .unwrap();
        assert_eq!(config.listen.to_string(), "[::]:80");
        assert_eq!(config.shopper_address_header.as_ref().unwrap(), "x-real-ip");
        assert_eq!(config.allowed_origins, ["https://shop.example", "http://localhost:8080"]);
        assert_eq!(config.rate_limit, None);
        assert_eq!(config.log.level, LevelFilter::DEBUG);
        assert_eq!(config.log.format, LogFormat::Text);
        assert_eq!(config.metrics_listen.unwrap().port(), 9090);
        assert_eq!(config.amazon.url.port(), Some(8081));
        assert_eq!(config.crm.limits.total, Duration::from_secs(600));
        assert_eq!(config.crm.limits.settled, Duration::from_secs(600));
        assert_eq!(config.journal.url.expose(), "postgres://shop:hunter3@db/landerpay");
        assert_eq!(config.journal.keep, Duration::from_secs(24 * 60 * 60));
        assert_eq!(config.merchant.campaign_id.as_deref(), Some("12"));
        assert_eq!(config.merchant.amazon_biller_id.as_deref(), Some("7"));
        assert!(!format!("{config:?}").contains("hunter3"));
    }

    #[test]
    fn each_bad_value_names_its_key_and_not_the_value() {
        for (key, value) in [
            ("LANDERPAY_LISTEN", "port 80"),
            ("LANDERPAY_SHOPPER_ADDRESS_HEADER", "X Forwarded For"),
            ("LANDERPAY_ALLOWED_ORIGINS", "*"),
            ("LANDERPAY_ALLOWED_ORIGINS", "null"),
            ("LANDERPAY_ALLOWED_ORIGINS", "shop.example"),
            ("LANDERPAY_ALLOWED_ORIGINS", "http://shop.example"),
            ("LANDERPAY_ALLOWED_ORIGINS", "https://shop.example/cart"),
            ("LANDERPAY_ALLOWED_ORIGINS", "https://good.example,https://shop.example?a"),
            ("LANDERPAY_RATE_LIMIT", "-1"),
            ("LANDERPAY_RATE_LIMIT", "many"),
            ("LANDERPAY_LOG", "TRACE"),
            ("LANDERPAY_LOG_FORMAT", "xml"),
            ("LANDERPAY_METRICS_LISTEN", "9090"),
            ("LANDERPAY_METRICS_LISTEN", "127.0.0.1:8080"),
            ("LANDERPAY_AMAZON_CLIENT_ID", ""),
            ("LANDERPAY_AMAZON_CLIENT_ID", "amzn1.application-oa2-client.."),
            ("LANDERPAY_AMAZON_CLIENT_ID", "amzn1.application-oa2-client.a'b"),
            ("LANDERPAY_AMAZON_CLIENT_ID", "A2EXAMPLE"),
            ("LANDERPAY_AMAZON_URL", "http://api.amazon.com"),
            ("LANDERPAY_CRM_URL", ""),
            ("LANDERPAY_CRM_URL", "api.example"),
            ("LANDERPAY_CRM_URL", "http://api.example"),
            ("LANDERPAY_CRM_URL", "ftp://localhost"),
            ("LANDERPAY_CRM_URL", "https://u:p4ss@api.example"),
            ("LANDERPAY_CRM_URL", "https://api.example?a=b"),
            ("LANDERPAY_CRM_LOGIN_ID", ""),
            ("LANDERPAY_CRM_PASSWORD", " "),
            ("LANDERPAY_CRM_PASSWORD", "hunter&2"),
            ("LANDERPAY_CRM_TIMEOUT", "0"),
            ("LANDERPAY_CRM_TIMEOUT", "601"),
            ("LANDERPAY_CRM_TIMEOUT", "1.5"),
            ("LANDERPAY_CRM_SETTLED_AFTER", "119"),
            ("LANDERPAY_CRM_SETTLED_AFTER", "601"),
            ("DATABASE_URL", "mysql://shop:hunter3@db"),
            ("LANDERPAY_JOURNAL_DAYS", "0"),
            ("LANDERPAY_CRM_CAMPAIGN_ID", "12&x=1"),
            ("LANDERPAY_AMAZON_BILLER_ID", "a b"),
        ] {
            let text = read(&[(key, value)]).unwrap_err().to_string();
            let lines: Vec<_> = text.lines().collect();
            assert_eq!(lines.len(), 3, "{text}");
            assert!(lines[1].starts_with(&format!("  {key} ")), "{text}");
            assert!(value.trim().is_empty() || !lines[1].contains(&format!(" {value}")), "{text}");
        }
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let error = Config::read(|key| (key == "LANDERPAY_LISTEN").then(|| "here".into()));
        assert_eq!(
            error.unwrap_err().to_string(),
            "The configuration is not right:
  LANDERPAY_LISTEN must be an address and a port, such as 127.0.0.1:8080.
  LANDERPAY_AMAZON_CLIENT_ID is missing or empty.
  LANDERPAY_CRM_URL is missing or empty.
  LANDERPAY_CRM_LOGIN_ID is missing or empty.
  LANDERPAY_CRM_PASSWORD is missing or empty.
Try: landerpay-backend --help"
        );
    }

    #[test]
    fn a_key_that_is_none_is_told_without_its_value() {
        let names = ["PATH", "LANDERPAY_CRM_URL_FILE", "LANDERPAY_LISTEN", "LANDERPAY_CRM_PASWORD"];
        let good = |key: &str| {
            GOOD.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).into())
        };
        let known = Config::read_among(good, names[..3].iter().map(Into::into));
        assert!(known.is_ok());
        let error = Config::read_among(good, names.iter().map(Into::into)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "The configuration is not right:
  LANDERPAY_CRM_PASWORD is no key that is known here.
Try: landerpay-backend --help"
        );
    }

    #[test]
    fn a_longer_time_limit_needs_a_longer_wait() {
        let text = read(&[("LANDERPAY_CRM_TIMEOUT", "181")]).unwrap_err().to_string();
        let both = ["LANDERPAY_CRM_SETTLED_AFTER must", "LANDERPAY_CRM_TIMEOUT"];
        assert!(both.iter().all(|part| text.contains(part)), "{text}");
        assert!(read(&[("LANDERPAY_CRM_TIMEOUT", "180")]).is_ok());
    }

    #[test]
    fn a_value_may_stand_in_a_file() {
        for (name, content, expected) in [
            ("plain", &b"hunter3"[..], "hunter3"),
            ("line", b"hunter3\n", "hunter3"),
            ("crlf", b"hunter3\r\n", "hunter3"),
            ("lines", b" hunter3 \n\n", " hunter3 \n"),
        ] {
            let file = File::new(name, content);
            let keys =
                [("LANDERPAY_CRM_PASSWORD", ""), ("LANDERPAY_CRM_PASSWORD_FILE", file.path())];
            assert_eq!(read(&keys).unwrap().crm.password.expose(), expected, "{name}");
        }
        let file = File::new("address", b"127.0.0.1:1\n");
        let config = read(&[("LANDERPAY_LISTEN_FILE", file.path())]).unwrap();
        assert_eq!(config.listen.port(), 1);
    }

    #[test]
    fn a_bad_file_names_its_key_and_neither_content_nor_path() {
        let [good, blank, bad, binary] = [
            ("good", &b"hunter3"[..]),
            ("blank", b"\n"),
            ("bad", b"hunter&3"),
            ("binary", b"hunter3\xff"),
        ]
        .map(|(name, content)| File::new(&format!("bad-{name}"), content));
        for (value, path, part) in [
            ("hunter2", good.path(), "is there twice, also as LANDERPAY_CRM_PASSWORD_FILE"),
            ("", blank.path(), "is missing or empty"),
            ("", bad.path(), "must not contain &"),
            ("", binary.path(), "LANDERPAY_CRM_PASSWORD_FILE that is not valid UTF-8"),
            ("", "/nowhere/hunter3", "LANDERPAY_CRM_PASSWORD_FILE that cannot be read"),
        ] {
            let keys = [("LANDERPAY_CRM_PASSWORD", value), ("LANDERPAY_CRM_PASSWORD_FILE", path)];
            let text = read(&keys).unwrap_err().to_string();
            assert!(text.contains("\n  LANDERPAY_CRM_PASSWORD ") && text.contains(part), "{text}");
            assert!(!text.contains("hunter") && !text.contains(path), "{text}");
        }
    }

    #[test]
    fn a_loopback_crm_may_speak_plain_http() {
        for url in ["http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1"] {
            assert!(read(&[("LANDERPAY_CRM_URL", url)]).is_ok(), "{url}");
        }
    }
}
