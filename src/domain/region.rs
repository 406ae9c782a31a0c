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
    /// The domain below `api.` (live) and `api.sandbox.` that answers with the profile.
    pub profile_domain: &'static str,
}

/// Every region. `eur` and `gbp` are the EU accounts by currency; Amazon's own server kits send
/// their profile requests to the UK host.
pub static REGIONS: [Region; 6] = [
    Region { name: "us", widgets_host: NA, build: "", profile_domain: "amazon.com" },
    Region { name: "uk", widgets_host: EU, build: "lpa/", profile_domain: "amazon.co.uk" },
    Region { name: "de", widgets_host: EU, build: "lpa/", profile_domain: "amazon.de" },
    Region { name: "eur", widgets_host: EU, build: "lpa/", profile_domain: "amazon.co.uk" },
    Region { name: "gbp", widgets_host: EU, build: "lpa/", profile_domain: "amazon.co.uk" },
    Region { name: "jp", widgets_host: FE, build: "lpa/", profile_domain: "amazon.co.jp" },
];

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

    /// The address of the buyer's profile. A token of one environment is unknown to the other's
    /// host.
    pub fn profile_url(&self) -> String {
        const PATH: &str = "/user/profile";
        match &self.simulator {
            Some(simulator) => concat(&[simulator, PATH]),
            None => {
                let sandbox = self.sandbox("sandbox.");
                concat(&["https://api.", sandbox, self.region.profile_domain, PATH])
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

    #[test]
    fn every_region_and_environment_has_its_own_script() {
        let mut seen = Vec::new();
        for region in &REGIONS {
            for environment in ENVIRONMENTS {
                let url = Site::new(region, environment, None).widgets_url();
                assert!(url.starts_with("https://static-"), "{url}");
                assert!(url.contains(&format!("/OffAmazonPayments/{}/", region.name)), "{url}");
                assert_eq!(url.contains("/sandbox/"), environment == Environment::Sandbox, "{url}");
                assert_eq!(url.contains("/lpa/"), region.name != "us", "{url}");
                assert!(!seen.contains(&url), "{url}");
                seen.push(url);
            }
        }
        assert_eq!(
            Site::new(&REGIONS[1], Environment::Sandbox, None).widgets_url(),
            "https://static-eu.payments-amazon.com/OffAmazonPayments/uk/sandbox/lpa/js/Widgets.js"
        );
    }

    #[test]
    fn a_token_never_crosses_environments() {
        for region in &REGIONS {
            let sandbox = Site::new(region, Environment::Sandbox, None).profile_url();
            let live = Site::new(region, Environment::Live, None).profile_url();
            assert_eq!(sandbox, live.replace("https://api.", "https://api.sandbox."));
        }
        let site = Site::new(&REGIONS[5], Environment::Live, None);
        assert_eq!(site.profile_url(), "https://api.amazon.co.jp/user/profile");
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
