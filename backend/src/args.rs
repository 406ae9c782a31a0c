//! The command line.

use lexopt::{Arg, Parser};

#[cfg(feature = "demo")]
use landerpay_backend::demo::Options;

/// What the command line asks for.
#[derive(Debug)]
pub enum Command {
    /// Run the merchant backend, configured by the environment.
    Serve,
    /// Judge the environment, and end.
    Check,
    /// Run the demo shop and the stand-in for the CRM.
    #[cfg(feature = "demo")]
    Demo(Options),
    /// Print a text and end.
    Print(&'static str),
}

const HELP: &str = "\
The merchant backend of LanderPay.

Usage:
  landerpay-backend            run the backend, configured by the environment:
    LANDERPAY_AMAZON_CLIENT_ID     required: the client id of the pages,
                                   such as amzn1.application-oa2-client.0a1b2c
    LANDERPAY_CRM_URL              required: the CRM, such as https://api.konnektive.com
    LANDERPAY_CRM_LOGIN_ID         required: its API user
    LANDERPAY_CRM_PASSWORD         required: and password, without &
    LANDERPAY_CRM_CAMPAIGN_ID      the campaign of every order
    LANDERPAY_AMAZON_BILLER_ID     the CRM's id of the Amazon Pay account
    LANDERPAY_CRM_TIMEOUT          how long one call of the CRM may take, in seconds, default 120
    LANDERPAY_CRM_SETTLED_AFTER    after how many seconds without an answer the CRM is no longer
                                   at an import, default 180; no less than that time
    LANDERPAY_AMAZON_URL           who judges access tokens, default https://api.amazon.com
    LANDERPAY_LISTEN               address and port, default 127.0.0.1:8080
    LANDERPAY_SHOPPER_ADDRESS_HEADER
                                   the header in which the web server in front writes
                                   the shopper's address, such as X-Forwarded-For
    LANDERPAY_ALLOWED_ORIGINS      other origins whose pages may order, separated by commas,
                                   such as https://shop.example
    LANDERPAY_RATE_LIMIT           purchases a minute and shopper's address, default 120;
                                   0 is no limit
    DATABASE_URL                   the journal of attempts, default sqlite:landerpay.db,
                                   or postgres://…
    LANDERPAY_JOURNAL_DAYS         how long it keeps them, default 200
    LANDERPAY_LOG                  error, warn, info (default) or debug
    LANDERPAY_LOG_FORMAT           json (default) or text
    LANDERPAY_METRICS_LISTEN       address and port of /metrics, for Prometheus; default none
    With _FILE behind its name, each key names a file that holds the value.

  landerpay-backend check      say what is wrong with that configuration

  landerpay-backend demo …     run the demo shop (in builds with the feature demo):
    --simulator <origin>           origin of the Amazon simulator (required)
    --shop-port <port>             default 8080; 0 means any free port
    --crm-port <port>              of the stand-in for the CRM, default 8082; 0 means any free port
    --www <folder>                 the pages, default www
    --dist <folder>                the built module, default dist
    --npm <folder>                 the built npm example, default examples/vite/dist
    --exit-with-stdin              end when stdin ends

  landerpay-backend --version";

/// Reads the command line.
///
/// # Errors
/// A sentence for the person who typed it.
pub fn read(mut parser: Parser) -> Result<Command, String> {
    match parser.next().map_err(|error| error.to_string())? {
        None => Ok(Command::Serve),
        Some(Arg::Short('h') | Arg::Long("help")) => Ok(Command::Print(HELP)),
        Some(Arg::Short('V') | Arg::Long("version")) => {
            Ok(Command::Print(concat!("landerpay-backend ", env!("CARGO_PKG_VERSION"))))
        }
        Some(Arg::Value(word)) if word == "check" => match parser.next() {
            Ok(None) => Ok(Command::Check),
            Ok(Some(other)) => Err(other.unexpected().to_string()),
            Err(error) => Err(error.to_string()),
        },
        Some(Arg::Value(word)) if word == "demo" => demo(parser),
        Some(other) => Err(other.unexpected().to_string()),
    }
}

#[cfg(not(feature = "demo"))]
fn demo(_: Parser) -> Result<Command, String> {
    Err("this build contains no demo; build it with --features demo".to_owned())
}

#[cfg(feature = "demo")]
fn demo(mut parser: Parser) -> Result<Command, String> {
    use lexopt::ValueExt;

    let mut simulator = None;
    let mut options = Options::default();
    let port = |parser: &mut Parser, name: &str| {
        let value = parser.value().map_err(|error| error.to_string())?;
        value.parse::<u16>().map_err(|_| format!("{name} must be a number from 0 to 65535"))
    };
    while let Some(arg) = parser.next().map_err(|error| error.to_string())? {
        match arg {
            Arg::Long("simulator") => {
                let value = parser.value().and_then(|value| value.string());
                simulator = Some(origin(&value.map_err(|error| error.to_string())?)?);
            }
            Arg::Long("shop-port") => options.shop_port = port(&mut parser, "--shop-port")?,
            Arg::Long("crm-port") => options.crm_port = port(&mut parser, "--crm-port")?,
            Arg::Long("www") => options.www = folder(&mut parser)?,
            Arg::Long("dist") => options.dist = folder(&mut parser)?,
            Arg::Long("npm") => options.npm = folder(&mut parser)?,
            Arg::Long("exit-with-stdin") => options.exit_with_stdin = true,
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Print(HELP)),
            other => return Err(other.unexpected().to_string()),
        }
    }
    options.simulator = simulator.ok_or("--simulator <origin> is missing")?;
    Ok(Command::Demo(options))
}

#[cfg(feature = "demo")]
fn folder(parser: &mut Parser) -> Result<std::path::PathBuf, String> {
    parser.value().map(Into::into).map_err(|error| error.to_string())
}

/// Takes `https://host:port` without a path. It is written into pages as it stands.
#[cfg(feature = "demo")]
fn origin(text: &str) -> Result<String, String> {
    let url = reqwest::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    match url {
        Some(url) if url.origin().ascii_serialization() == text.trim_end_matches('/') => {
            Ok(url.origin().ascii_serialization())
        }
        _ => Err("--simulator must be an origin such as http://127.0.0.1:8081".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use std::{cell::RefCell, collections::BTreeSet};

    use landerpay_backend::Config;

    use super::{Command, HELP, read};

    fn parse(line: &str) -> Result<Command, String> {
        read(lexopt::Parser::from_args(line.split_whitespace()))
    }

    #[test]
    fn no_word_serves() {
        assert!(matches!(parse(""), Ok(Command::Serve)));
        assert!(matches!(parse("--help"), Ok(Command::Print(_))));
        assert!(matches!(parse("-V"), Ok(Command::Print(_))));
        assert!(matches!(parse("check"), Ok(Command::Check)));
    }

    #[test]
    fn the_help_names_every_key() {
        let asked = RefCell::new(BTreeSet::new());
        let nothing = Config::read(|key| {
            asked.borrow_mut().insert(key.to_owned());
            None
        });
        assert!(nothing.is_err());
        let asked = asked.into_inner();
        let told: BTreeSet<_> = HELP
            .split_whitespace()
            .filter(|word| word.starts_with("LANDERPAY_") || *word == "DATABASE_URL")
            .flat_map(|key| [key.to_owned(), format!("{key}_FILE")])
            .collect();
        assert_eq!(asked, told);
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (line, part) in [("serve", "serve"), ("--port 1", "--port"), ("check x", "x")] {
            assert!(parse(line).unwrap_err().contains(part), "{line}");
        }
    }

    #[cfg(not(feature = "demo"))]
    #[test]
    fn a_production_build_has_no_demo() {
        assert!(parse("demo --simulator http://127.0.0.1:8081").unwrap_err().contains("no demo"));
    }

    #[cfg(feature = "demo")]
    #[test]
    fn demo_options() {
        let line = "demo --simulator http://127.0.0.1:8081/ --shop-port 0 --crm-port=9 \
                    --exit-with-stdin --www a --dist b --npm c";
        let Ok(Command::Demo(options)) = parse(line) else { panic!("not a demo") };
        assert_eq!(options.simulator, "http://127.0.0.1:8081");
        assert_eq!((options.shop_port, options.crm_port), (0, 9));
        assert!(options.exit_with_stdin);
        assert_eq!(
            [options.www, options.dist, options.npm],
            ["a", "b", "c"].map(std::path::PathBuf::from)
        );

        for (line, part) in [
            ("demo", "--simulator"),
            ("demo --simulator", "--simulator"),
            ("demo --simulator 127.0.0.1:8081", "origin"),
            ("demo --simulator http://a/b", "origin"),
            ("demo --simulator javascript:1", "origin"),
            ("demo --simulator http://a --shop-port 70000", "--shop-port"),
            ("demo --simulator http://a --crm-port x", "--crm-port"),
            ("demo --simulator http://a --colour", "--colour"),
        ] {
            assert!(parse(line).unwrap_err().contains(part), "{line}");
        }
    }
}
