//! The CRM's answer, read with suspicion.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use crate::purchase::TOKEN;

/// The CRM's `{"result": text, "message": any}`, checked and cleaned; ready to be sent to a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    result: String,
    members: Map<String, Value>,
}

/// What a page must know of its own purchase: the order's id, or where the buyer has to go next.
const RECEIPT: [&str; 4] = ["orderId", "url", "paypalUrl", "paypalSdkParams"];

/// What the CRM says about the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There is an order, or there will be one when the buyer has paid elsewhere.
    Taken,
    /// There is no order; for certain unless the HTTP status says that the server broke.
    Refused,
    /// A word that no document lists: there may be an order.
    Unclear,
}

impl Envelope {
    /// Reads a reply. `None` when it is not a JSON object with a text `result`.
    ///
    /// Removed from it: the `script` of a redirect, which nobody should run; fields named like a
    /// credential or the token; the `secrets` themselves wherever the CRM quotes them; and the `login_id`, which may be an
    /// ordinary word, where it is all of a text.
    #[must_use]
    pub fn read(body: &[u8], secrets: &[&str], login_id: &str) -> Option<Self> {
        let mut members: Map<String, Value> = serde_json::from_slice(body).ok()?;
        if members.get("result")?.as_str()? == "MERC_REDIRECT" {
            members.remove("script");
            if let Some(Value::Object(message)) = members.get_mut("message") {
                message.remove("script");
            }
        }
        let secrets: Vec<String> = secrets
            .iter()
            // Shorter ones would tear holes into ordinary words.
            .filter(|secret| secret.len() >= 4)
            .flat_map(|secret| {
                [(*secret).to_owned(), form_urlencoded::byte_serialize(secret.as_bytes()).collect()]
            })
            .collect();
        clean_members(&mut members, &Secrets { anywhere: secrets, whole: login_id });
        let result = members.get("result")?.as_str()?.to_owned();
        Some(Self { result, members })
    }

    /// An answer that was put together here.
    #[must_use]
    pub fn new(result: &str, message: Value) -> Self {
        let members = [("result", json!(result)), ("message", message)]
            .map(|(name, value)| (name.to_owned(), value));
        Self { result: result.to_owned(), members: members.into_iter().collect() }
    }

    /// As it goes to a page, and into the journal.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Only maps whose keys are no texts fail.
        serde_json::to_string(&self.members).unwrap_or_default()
    }

    /// The `message`, where it is a text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.members.get("message")?.as_str()
    }

    /// The orders that a query has found.
    #[must_use]
    pub fn orders(&self) -> Vec<Map<String, Value>> {
        let data = self.members.get("message").and_then(|message| message.get("data"));
        let orders: Vec<_> = match data {
            Some(Value::Array(orders)) => orders.iter().collect(),
            Some(Value::Object(orders)) => orders.values().collect(),
            _ => Vec::new(),
        };
        orders.into_iter().filter_map(|order| order.as_object().cloned()).collect()
    }

    /// The `result` text: `SUCCESS`, `ERROR`, `MERC_REDIRECT`, or whatever the CRM invents.
    #[must_use]
    pub fn result(&self) -> &str {
        &self.result
    }

    /// The CRM's id of the order that there is now.
    #[must_use]
    pub fn order_id(&self) -> Option<String> {
        match self.members.get("message")?.get("orderId")? {
            Value::String(id) => Some(id.clone()),
            // The CRM does not say which of the two it is.
            Value::Number(id) => Some(id.to_string()),
            _ => None,
        }
    }

    /// The same answer without the order: whose it is, where they live, and what else they bought. A
    /// refusal stays as it is; it is about the request.
    #[must_use]
    pub fn receipt(mut self) -> Self {
        if self.verdict() != Verdict::Refused {
            self.members.retain(|name, member| match name.as_str() {
                "result" | "url" => true,
                // A text may say anything, so it says nothing.
                "message" => member.is_object(),
                _ => false,
            });
            if let Some(Value::Object(message)) = self.members.get_mut("message") {
                message.retain(|name, _| RECEIPT.contains(&name.as_str()));
            }
        }
        self
    }

    /// Whether the buyer has to pay elsewhere first: at the bank, or at PayPal.
    #[must_use]
    pub fn awaits_payment(&self) -> bool {
        let has = |name| self.members.get("message").and_then(|it| it.get(name)).is_some();
        self.result == "MERC_REDIRECT" || has("paypalUrl") || has("paypalSdkParams")
    }

    /// What the `result` means for a second attempt at the same order.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self.result.as_str() {
            "SUCCESS" | "MERC_REDIRECT" => Verdict::Taken,
            // The two declines are in no document, but two clients know them.
            "ERROR" | "DECLINE" | "DECLINED" => Verdict::Refused,
            _ => Verdict::Unclear,
        }
    }
}

impl IntoResponse for Envelope {
    fn into_response(self) -> Response {
        let headers =
            [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
        (headers, self.to_json()).into_response()
    }
}

struct Secrets<'a> {
    anywhere: Vec<String>,
    whole: &'a str,
}

fn clean(value: &mut Value, secrets: &Secrets<'_>) {
    match value {
        Value::String(text) => {
            if !secrets.whole.is_empty() && text == secrets.whole {
                "…".clone_into(text);
            }
            for secret in &secrets.anywhere {
                if text.contains(secret) {
                    *text = text.replace(secret, "…");
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| clean(item, secrets)),
        Value::Object(members) => clean_members(members, secrets),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn clean_members(members: &mut Map<String, Value>, secrets: &Secrets<'_>) {
    members.retain(|name, _| !matches!(name.as_str(), "loginId" | "password" | TOKEN));
    members.values_mut().for_each(|member| clean(member, secrets));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::Envelope;

    fn read(body: &str) -> Option<String> {
        Envelope::read(body.as_bytes(), &["Atza|a+b", "hunter2", "id"], "shop")
            .map(|envelope| serde_json::to_string(&envelope.members).unwrap())
    }

    #[test]
    fn any_message_passes_unchanged() {
        for body in [
            r#"{"message":{"items":{"1":{"price":"59.90"}},"totalAmount":59.95},"result":"SUCCESS"}"#,
            r#"{"message":"Transaction Declined: InvalidPaymentMethod","result":"ERROR"}"#,
            r#"{"message":{"emailAddress":"is invalid"},"result":"ERROR"}"#,
            r#"{"message":12,"result":"ERROR"}"#,
            r#"{"result":"UNKNOWN"}"#,
            r#"{"message":{"url":"https://bank.example/"},"result":"MERC_REDIRECT"}"#,
        ] {
            assert_eq!(read(body).as_deref(), Some(body));
        }
    }

    #[test]
    fn what_is_not_an_envelope() {
        for body in ["", "<html>", "[]", "{}", "null", r#"{"result":1}"#, r#"{"result":"SUCCESS""#]
        {
            assert_eq!(read(body), None, "{body}");
        }
    }

    #[test]
    fn scripts_and_secrets_are_removed() {
        for (body, expected) in [
            (
                r#"{"result":"MERC_REDIRECT","script":"a()","message":{"script":"b()","url":"u"}}"#,
                r#"{"message":{"url":"u"},"result":"MERC_REDIRECT"}"#,
            ),
            (
                r#"{"result":"ERROR","message":{"loginId":"x","a":[{"password":"y","amazonAddressConsent":"z"}]}}"#,
                r#"{"message":{"a":[{}]},"result":"ERROR"}"#,
            ),
            (
                r#"{"result":"ERROR","message":"bad hunter2, Atza|a+b, Atza%7Ca%2Bb, id"}"#,
                r#"{"message":"bad …, …, …, id","result":"ERROR"}"#,
            ),
            (
                r#"{"result":"MERC_REDIRECT","message":{"url":"https://bank.example/shop/x","by":["shop"]}}"#,
                r#"{"message":{"by":["…"],"url":"https://bank.example/shop/x"},"result":"MERC_REDIRECT"}"#,
            ),
        ] {
            assert_eq!(read(body).as_deref(), Some(expected));
        }
    }
    #[test]
    fn a_receipt_tells_nothing_of_the_order() {
        for (body, expected) in [
            (
                r#"{"result":"SUCCESS","message":{"orderId":"A1","firstName":"Ada","items":{}},"customer":{}}"#,
                r#"{"message":{"orderId":"A1"},"result":"SUCCESS"}"#,
            ),
            (
                r#"{"result":"PENDING","message":{"orderId":12,"emailAddress":"a@b.example"}}"#,
                r#"{"message":{"orderId":12},"result":"PENDING"}"#,
            ),
            (
                r#"{"result":"MERC_REDIRECT","message":{"url":"u","firstName":"Ada"},"url":"v"}"#,
                r#"{"message":{"url":"u"},"result":"MERC_REDIRECT","url":"v"}"#,
            ),
            (
                r#"{"result":"SUCCESS","message":{"paypalUrl":"u","firstName":"Ada"}}"#,
                r#"{"message":{"paypalUrl":"u"},"result":"SUCCESS"}"#,
            ),
            (r#"{"result":"SUCCESS","message":[{"firstName":"Ada"}]}"#, r#"{"result":"SUCCESS"}"#),
            (
                r#"{"result":"ERROR","message":{"orderId":"is invalid","productId":"is invalid"}}"#,
                r#"{"message":{"orderId":"is invalid","productId":"is invalid"},"result":"ERROR"}"#,
            ),
            (r#"{"result":"SUCCESS","message":"Ada, 1 Main Street"}"#, r#"{"result":"SUCCESS"}"#),
            (r#"{"result":"PENDING","message":12,"url":"u"}"#, r#"{"result":"PENDING","url":"u"}"#),
            (
                r#"{"result":"ERROR","message":"Transaction Declined: x"}"#,
                r#"{"message":"Transaction Declined: x","result":"ERROR"}"#,
            ),
        ] {
            let receipt = Envelope::read(body.as_bytes(), &[], "").unwrap().receipt();
            assert_eq!(serde_json::to_string(&receipt.members).unwrap(), expected);
        }
    }

    #[test]
    fn a_payment_elsewhere_is_known() {
        for (body, awaits) in [
            (r#"{"result":"MERC_REDIRECT"}"#, true),
            (r#"{"result":"SUCCESS","message":{"paypalUrl":"u"}}"#, true),
            (r#"{"result":"SUCCESS","message":{"paypalSdkParams":{}}}"#, true),
            (r#"{"result":"SUCCESS","message":{"orderId":"A1"}}"#, false),
            (r#"{"result":"SUCCESS","message":"paypalUrl"}"#, false),
            (r#"{"result":"SUCCESS"}"#, false),
        ] {
            assert_eq!(
                Envelope::read(body.as_bytes(), &[], "").unwrap().awaits_payment(),
                awaits,
                "{body}"
            );
        }
    }

    #[test]
    fn the_order_id_is_a_text_or_a_number() {
        for (message, expected) in [
            (r#"{"orderId":"A1B2"}"#, Some("A1B2")),
            (r#"{"orderId":12}"#, Some("12")),
            (r#"{"orderId":null}"#, None),
            (r#"{"url":"u"}"#, None),
            (r#""ok""#, None),
        ] {
            let body = format!(r#"{{"result":"SUCCESS","message":{message}}}"#);
            let envelope = Envelope::read(body.as_bytes(), &[], "").unwrap();
            assert_eq!(envelope.order_id().as_deref(), expected, "{message}");
        }
    }
}
