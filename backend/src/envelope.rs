//! The CRM's answer, read with suspicion.

use axum::{
    body::Bytes,
    http::header,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value};

use crate::order::TOKEN;

/// The CRM's `{"result": text, "message": any}`, checked and cleaned; ready to be sent to a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    result: String,
    json: Bytes,
}

/// What the CRM says about the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There is an order, or there will be one when the buyer has come back from the bank.
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
    /// credential or the token; and the `secrets` themselves wherever the CRM quotes them.
    #[must_use]
    pub fn read(body: &[u8], secrets: &[&str]) -> Option<Self> {
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
        let mut reply = Value::Object(members);
        clean(&mut reply, &secrets);
        let result = reply.get("result")?.as_str()?.to_owned();
        Some(Self { result, json: Bytes::from(reply.to_string()) })
    }

    /// The `result` text: `SUCCESS`, `ERROR`, `MERC_REDIRECT`, or whatever the CRM invents.
    #[must_use]
    pub fn result(&self) -> &str {
        &self.result
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
        (headers, self.json).into_response()
    }
}

fn clean(value: &mut Value, secrets: &[String]) {
    match value {
        Value::String(text) => {
            for secret in secrets {
                if text.contains(secret) {
                    *text = text.replace(secret, "…");
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| clean(item, secrets)),
        Value::Object(members) => {
            members.retain(|name, _| !matches!(name.as_str(), "loginId" | "password" | TOKEN));
            members.values_mut().for_each(|member| clean(member, secrets));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::Envelope;

    fn read(body: &str) -> Option<String> {
        Envelope::read(body.as_bytes(), &["Atza|a+b", "hunter2", "id"])
            .map(|envelope| String::from_utf8(envelope.json.to_vec()).unwrap())
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
        ] {
            assert_eq!(read(body).as_deref(), Some(expected));
        }
    }
}
