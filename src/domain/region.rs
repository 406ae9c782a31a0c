//! Which of Amazon's hosts serve which region and environment: the one table.
//!
//! Source: Amazon's Login and Pay integration guide for UK and DE, and the addresses that shipped
//! integrations of the US, currency-scoped EU and JP regions use.

use crate::domain::text::concat;
use crate::prelude::*;

/// Where the merchant's Amazon account lives.
#[derive(Debug, PartialEq, Eq)]
pub struct Region {
    /// The option's spelling, and Amazon's path segment.
    pub name: &'static str,
    /// The host that serves Widgets.js.
    pub widgets_host: &'static str,
    /// The part of the path that selects the build with Login with Amazon; the US has no other.
    pub build: &'static str,
    /// The domain below `api.` (live) and `api.sandbox.` of Login with Amazon.
    pub login_domain: &'static str,
    /// The languages of the button. Where there are none, Amazon's script knows its own only.
    pub languages: &'static [&'static str],
}

/// The languages of the European scripts.
pub const EUROPEAN: &[&str] = &["en-GB", "de-DE", "fr-FR", "it-IT", "es-ES"];

/// Every region. `eur` and `gbp` are the EU accounts by currency; Amazon's own server kits send
/// their profile requests to the UK host.
pub static REGIONS: [Region; 6] = [
    region("us", NA, "", "amazon.com", &[]),
    region("uk", EU, "lpa/", "amazon.co.uk", EUROPEAN),
    region("de", EU, "lpa/", "amazon.de", EUROPEAN),
    region("eur", EU, "lpa/", "amazon.co.uk", EUROPEAN),
    region("gbp", EU, "lpa/", "amazon.co.uk", EUROPEAN),
    region("jp", FE, "lpa/", "amazon.co.jp", &[]),
];

const fn region(
    name: &'static str,
    widgets_host: &'static str,
    build: &'static str,
    login_domain: &'static str,
    languages: &'static [&'static str],
) -> Region {
    Region { name, widgets_host, build, login_domain, languages }
}

const NA: &str = "https://static-na.payments-amazon.com";
const EU: &str = "https://static-eu.payments-amazon.com";
const FE: &str = "https://static-fe.payments-amazon.com";

/// Real money or play money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// Real purchases.
    Live,
    /// Amazon's sandbox, or the simulator.
    Sandbox,
}

/// The addresses that one checkout talks to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    region: &'static Region,
    environment: Environment,
    simulator: Option<String>,
}

impl Site {
    /// Joins the three. `simulator` is the base address of Amazon's stand-in; it has no effect on
    /// live, where it would send real buyers to a fake.
    pub fn new(region: &'static Region, environment: Environment, simulator: Option<&str>) -> Self {
        let base = match simulator {
            Some(base) if environment == Environment::Sandbox => {
                Some(base.strip_suffix("/").unwrap_or(base).to_owned())
            }
            _ => None,
        };
        Self { region, environment, simulator: base }
    }

    /// Real money or play money.
    pub const fn environment(&self) -> Environment {
        self.environment
    }

    /// The address of Widgets.js.
    pub fn widgets_url(&self) -> String {
        let host = self.simulator.as_deref().unwrap_or(self.region.widgets_host);
        let sandbox = self.sandbox("sandbox/");
        let path = "/OffAmazonPayments/";
        concat(&[host, path, self.region.name, "/", sandbox, self.region.build, "js/Widgets.js"])
    }

    /// The languages that the button can have.
    pub const fn languages(&self) -> &'static [&'static str] {
        self.region.languages
    }

    /// The address of the buyer's profile. A token of one environment is unknown to the other's
    /// host.
    pub fn profile_url(&self) -> String {
        self.login_url("/user/profile")
    }

    /// The address that tells whose a token is; for servers.
    pub fn tokeninfo_url(&self) -> String {
        self.login_url("/auth/o2/tokeninfo")
    }

    fn login_url(&self, path: &str) -> String {
        match &self.simulator {
            Some(simulator) => concat(&[simulator, path]),
            None => {
                let sandbox = self.sandbox("sandbox.");
                concat(&["https://api.", sandbox, self.region.login_domain, path])
            }
        }
    }

    fn sandbox(&self, part: &'static str) -> &'static str {
        if self.environment == Environment::Sandbox { part } else { "" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENVIRONMENTS: [Environment; 2] = [Environment::Live, Environment::Sandbox];

    /// Every address as Amazon writes it: region, environment, Widgets.js, Login with Amazon.
    const ADDRESSES: [(&str, Environment, &str, &str); 12] = {
        use Environment::{Live, Sandbox};
        [
            ("us", Live, "na/us/js", "https://api.amazon.com"),
            ("us", Sandbox, "na/us/sandbox/js", "https://api.sandbox.amazon.com"),
            ("uk", Live, "eu/uk/lpa/js", "https://api.amazon.co.uk"),
            ("uk", Sandbox, "eu/uk/sandbox/lpa/js", "https://api.sandbox.amazon.co.uk"),
            ("de", Live, "eu/de/lpa/js", "https://api.amazon.de"),
            ("de", Sandbox, "eu/de/sandbox/lpa/js", "https://api.sandbox.amazon.de"),
            ("eur", Live, "eu/eur/lpa/js", "https://api.amazon.co.uk"),
            ("eur", Sandbox, "eu/eur/sandbox/lpa/js", "https://api.sandbox.amazon.co.uk"),
            ("gbp", Live, "eu/gbp/lpa/js", "https://api.amazon.co.uk"),
            ("gbp", Sandbox, "eu/gbp/sandbox/lpa/js", "https://api.sandbox.amazon.co.uk"),
            ("jp", Live, "fe/jp/lpa/js", "https://api.amazon.co.jp"),
            ("jp", Sandbox, "fe/jp/sandbox/lpa/js", "https://api.sandbox.amazon.co.jp"),
        ]
    };

    #[test]
    fn every_region_and_environment_has_its_own_addresses() {
        let mut rows = ADDRESSES.into_iter();
        for region in &REGIONS {
            for environment in ENVIRONMENTS {
                let (name, of, script, login) = rows.next().unwrap();
                assert_eq!((name, of), (region.name, environment));
                let site = Site::new(region, environment, None);
                let (host, path) = script.split_once('/').unwrap();
                assert_eq!(
                    site.widgets_url(),
                    format!(
                        "https://static-{host}.payments-amazon.com/OffAmazonPayments/{path}/Widgets.js"
                    )
                );
                assert_eq!(site.profile_url(), format!("{login}/user/profile"));
                assert_eq!(site.tokeninfo_url(), format!("{login}/auth/o2/tokeninfo"));
            }
        }
        assert_eq!(rows.next(), None);
    }

    #[test]
    fn only_the_european_scripts_know_languages() {
        for region in &REGIONS {
            let is_european = region.widgets_host == EU;
            assert_eq!(!region.languages.is_empty(), is_european, "{}", region.name);
        }
    }

    #[test]
    fn the_simulator_serves_the_sandbox_only() {
        let simulator = Some("http://127.0.0.1:8081/");
        let de = &REGIONS[2];
        let sandbox = Site::new(de, Environment::Sandbox, simulator);
        assert_eq!(
            sandbox.widgets_url(),
            "http://127.0.0.1:8081/OffAmazonPayments/de/sandbox/lpa/js/Widgets.js"
        );
        assert_eq!(sandbox.profile_url(), "http://127.0.0.1:8081/user/profile");
        let live = Site::new(de, Environment::Live, simulator);
        assert_eq!(live, Site::new(de, Environment::Live, None));
    }
}
