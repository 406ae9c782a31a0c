//! What the stand-in asks of the fields of a call.

use std::{collections::BTreeMap, net::IpAddr};

use super::crm::Settings;
use crate::{fields::Fields, purchase::Kind};

const PAY_SOURCES: [&str; 10] = [
    "CREDITCARD",
    "CHECK",
    "ACCTONFILE",
    "PREPAID",
    "COD",
    "DIRECTDEBIT",
    "PAYPAL",
    "AMAZON",
    "APPLEPAY",
    "GOOGLEPAY",
];

/// The problems of one call's fields.
#[derive(Debug)]
pub struct Checks<'a> {
    fields: &'a Fields,
    problems: BTreeMap<String, &'static str>,
}

impl<'a> Checks<'a> {
    /// Checks an import, its products excepted.
    #[must_use]
    pub fn import(kind: Kind, fields: &'a Fields, settings: &Settings) -> Self {
        let mut checks = Self { fields, problems: BTreeMap::new() };
        match kind {
            Kind::Order => {
                checks.required("paySource", |source| PAY_SOURCES.contains(&source));
                checks.names();
                checks.required("emailAddress", is_email);
                checks.required("campaignId", |id| id.parse::<u32>().is_ok());
            }
            Kind::Upsale => checks.required("orderId", |id| id.len() <= 32),
        }
        if kind == Kind::Upsale || fields.get("paySource") == Some("AMAZON") {
            checks.required("amazonBillerId", |id| id.parse::<u32>().is_ok());
            checks.required("amazonOrderId", |id| id.len() == 19);
            checks.required("amazonAddressConsent", |token| token.starts_with("Atza|"));
        }
        checks.common(settings);
        checks
    }

    /// Checks a lead. Products are for the import to judge.
    #[must_use]
    pub fn lead(fields: &'a Fields, settings: &Settings) -> Self {
        let mut checks = Self { fields, problems: BTreeMap::new() };
        checks.names();
        let phone = fields.get("phoneNumber").is_some_and(|phone| !phone.is_empty());
        if !phone || fields.get("emailAddress").is_some() {
            checks.required("emailAddress", is_email);
        }
        checks.required("campaignId", |id| id.parse::<u32>().is_ok());
        checks.common(settings);
        checks
    }

    fn names(&mut self) {
        self.required("firstName", |name| name.chars().count() <= 50);
        self.required("lastName", |name| name.chars().count() <= 50);
    }

    fn required(&mut self, name: &str, valid: fn(&str) -> bool) {
        match self.fields.get(name) {
            None | Some("") => self.add(name.to_owned(), "is required"),
            Some(value) if !valid(value) => self.add(name.to_owned(), "is invalid"),
            Some(_) => {}
        }
    }

    fn common(&mut self, settings: &Settings) {
        if self.fields.get("ipAddress").is_some() {
            self.required("ipAddress", |ip| ip.parse::<IpAddr>().is_ok());
        }
        if self.fields.get("phoneNumber").is_some_and(|phone| !phone.is_empty()) {
            self.required("phoneNumber", |phone| {
                phone.bytes().all(|b| b.is_ascii_digit() || b" -()".contains(&b))
            });
        }
        for (name, expected) in
            [("campaignId", settings.campaign_id), ("amazonBillerId", settings.amazon_biller_id)]
        {
            let given = self.fields.get(name).and_then(|id| id.parse().ok());
            if given.is_some_and(|id: u32| id != expected) {
                self.add(name.to_owned(), "is invalid");
            }
        }
    }

    /// Adds one more problem.
    pub fn add(&mut self, name: String, text: &'static str) {
        self.problems.insert(name, text);
    }

    /// # Errors
    /// The problems, if there are any.
    pub fn passed(self) -> Result<(), BTreeMap<String, &'static str>> {
        if self.problems.is_empty() { Ok(()) } else { Err(self.problems) }
    }
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && !domain.contains('@')
            && !text.contains(char::is_whitespace)
    })
}
