//! Prints what the JavaScript build needs to know from Rust: the address of Widgets.js by
//! environment and region.

use std::io::{self, Write};

use landerpay::domain::region::{Environment, REGIONS, Site};
use serde_json::{Map, Value, json};

fn main() -> io::Result<()> {
    let facts = json!({
        "live": widgets_urls(Environment::Live),
        "sandbox": widgets_urls(Environment::Sandbox),
    });
    writeln!(io::stdout(), "{facts}")
}

fn widgets_urls(environment: Environment) -> Map<String, Value> {
    REGIONS
        .iter()
        .map(|region| {
            let url = Site::new(region, environment, None).widgets_url();
            (region.name.to_owned(), Value::String(url))
        })
        .collect()
}
