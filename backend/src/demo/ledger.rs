//! What the stand-in has received, for tests and for people.

use std::fmt::Write;

use serde::Serialize;

use crate::{fields::Fields, purchase::Kind};

/// What became of an import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "camelCase")]
pub enum Outcome {
    /// Booked.
    #[serde(rename_all = "camelCase")]
    Accepted {
        /// The CRM's order id.
        order_id: String,
        /// What the buyer pays for this import, such as `64.90`.
        total: String,
    },
    /// Declined by the processor.
    Declined {
        /// Why.
        reason: String,
    },
    /// Wrong credentials or fields; the processor never saw it.
    Refused,
    /// Neither booked nor declined: a redirect, or a fault.
    Unfinished,
}

/// One import.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// `order` or `upsale`.
    pub kind: Kind,
    /// The fields exactly as received and in their order, but for the password.
    pub fields: Fields,
}

/// All imports since the start, oldest first.
#[derive(Debug, Default)]
pub struct Ledger(Vec<Entry>);

impl Ledger {
    /// Writes an import down.
    pub fn record(&mut self, kind: Kind, mut fields: Fields, outcome: Outcome) {
        if fields.get("password").is_some() {
            fields.set("password", "***");
        }
        self.0.push(Entry { outcome, kind, fields });
    }

    /// All imports.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// What became of the earlier imports of an Amazon order.
    pub fn outcomes_of<'a>(
        &'a self,
        amazon_order_id: &'a str,
    ) -> impl Iterator<Item = &'a Outcome> {
        self.0
            .iter()
            .filter(move |entry| entry.fields.get("amazonOrderId") == Some(amazon_order_id))
            .map(|entry| &entry.outcome)
    }

    /// The page for people, newest order first.
    #[must_use]
    pub fn page(&self) -> String {
        let mut rows = String::new();
        for entry in self.0.iter().rev() {
            let (status, detail, total) = match &entry.outcome {
                Outcome::Accepted { order_id, total } => {
                    ("accepted", order_id.as_str(), total.as_str())
                }
                Outcome::Declined { reason } => ("declined", reason.as_str(), ""),
                Outcome::Refused => ("refused", "", ""),
                Outcome::Unfinished => ("unfinished", "", ""),
            };
            let kind = entry.kind.word();
            let field = |name| escape(entry.fields.get(name).unwrap_or(""));
            // Writing to a String cannot fail.
            let _ = write!(
                rows,
                "<tr><td>{kind} {status}<td>{}<td>{}<td>{} {}<td>{}<td>{}<td><details><summary>{} fields</summary><dl>",
                escape(detail),
                escape(total),
                field("firstName"),
                field("lastName"),
                field("emailAddress"),
                field("amazonOrderId"),
                entry.fields.iter().count(),
            );
            for (name, value) in entry.fields.iter() {
                let _ = write!(rows, "<dt>{}<dd>{}", escape(name), escape(value));
            }
            rows.push_str("</dl></details>");
        }
        if rows.is_empty() {
            rows.push_str("<tr><td colspan=7>No order yet.");
        }
        format!("{HEAD}{rows}</table>")
    }
}

const HEAD: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>CRM stand-in</title>\
<style>body{font:16px/1.4 system-ui;margin:2rem}table{border-collapse:collapse}\
th,td{text-align:left;vertical-align:top;padding:.3rem .8rem;border-bottom:1px solid #ccc}\
dd{overflow-wrap:anywhere}</style><h1>Orders at the CRM stand-in</h1>\
<p>For programs: <a href=/stand-in/orders>/stand-in/orders</a></p>\
<table><tr><th>Status<th>Order<th>Total<th>Buyer<th>E-mail<th>Amazon order<th>Received";

/// Makes text safe inside an HTML element.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::{Ledger, Outcome};
    use crate::{fields::Fields, purchase::Kind};

    #[test]
    fn the_password_is_masked_and_the_page_escaped() {
        let mut ledger = Ledger::default();
        let form = b"firstName=%3Cscript%3E&password=hunter2";
        ledger.record(Kind::Order, Fields::from_form(form).unwrap(), Outcome::Refused);
        assert_eq!(
            serde_json::to_string(ledger.entries()).unwrap(),
            r#"[{"outcome":"refused","kind":"order","fields":{"firstName":"<script>","password":"***"}}]"#
        );
        let page = ledger.page();
        assert!(page.contains("&lt;script&gt;") && !page.contains("<script>"), "{page}");
    }
}
