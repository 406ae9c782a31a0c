//! The dialect of Konnektive and CheckoutChamp: flat fields by the CRM's own names, and its
//! envelope `{"result": …, "message": …}` as the answer. `result` decides, never the HTTP status
//! alone, and `message` may be text, number, object by field, or the order.

use crate::domain::http::{Reply, Request};
use crate::domain::ids::{AccessToken, before_token};
use crate::domain::options::Options;
use crate::domain::order::ImportOrder;
use crate::domain::outcome::{Decline, DeclineReason, Outcome, PlacedOrder};
use crate::domain::plan::Page;
use crate::domain::text::{concat, contains_ignoring_case, cut};
use crate::domain::value::{Entries, Value, put, put_text};
use crate::error::{Error, ErrorKind};
use crate::prelude::*;

/// The CRM's limit for first and last name, in characters.
const NAME_LIMIT: usize = 50;

/// Writes an Import Order; on an upsell page an Import Upsale, which has neither `paySource` nor buyer:
/// its order has both.
pub fn import(options: &Options, order: &ImportOrder, token: &AccessToken) -> Request {
    let as_form = options.text("backend", "format") == Some("form");
    let mut fields = Entries::new();
    let is_upsell = Page::of(options) == Page::Upsell;
    if !is_upsell {
        put_text(&mut fields, "paySource", Some("AMAZON"));
    }
    put_text(&mut fields, "amazonBillerId", options.text("amazonBillerId", ""));
    put_text(&mut fields, "amazonOrderId", Some(order.amazon_order_id.as_str()));
    put_text(&mut fields, "amazonAddressConsent", Some(token.expose()));
    if let Some(profile) = &order.profile
        && !is_upsell
    {
        put_text(&mut fields, "emailAddress", profile.email());
        if let Some((first, last)) = profile.first_and_last_name() {
            put_text(&mut fields, "firstName", Some(cut(first, NAME_LIMIT)));
            put_text(&mut fields, "lastName", Some(cut(last, NAME_LIMIT)));
        }
    }
    // Amazon's word about the buyer wins over the page's, as in the CRM's own kit.
    for (name, value) in order.fields.entries() {
        if !fields.iter().any(|(ours, _)| ours == name) {
            let value = match value {
                // A form knows text only, and PHP takes the text "false" for true.
                Value::Bool(value) if as_form => Value::of(if *value { "1" } else { "0" }),
                value => value.clone(),
            };
            put(&mut fields, name, value);
        }
    }
    Request {
        url: concat(&[
            trim_slash(options.required("backend", "url")),
            if is_upsell { "/import-upsale" } else { "/import-order" },
        ]),
        idempotency_key: order.key.as_str().to_owned(),
        as_form,
        fields,
    }
}

fn trim_slash(url: &str) -> &str {
    url.strip_suffix("/").unwrap_or(url)
}

/// Understands the answer to an Import Order.
pub fn outcome(reply: &Reply) -> Outcome {
    let Some((body, result)) =
        reply.body.as_ref().and_then(|body| Some((body, body.text_of("result")?)))
    else {
        return Outcome::Unknown(http_error(
            if reply.status >= 500 {
                ErrorKind::BackendFailed
            } else {
                ErrorKind::BackendUnreadable
            },
            reply,
        ));
    };
    let message = body.get("message").unwrap_or(&Value::Null);
    match result {
        "SUCCESS" if message.get("paypalUrl").or(message.get("paypalSdkParams")).is_some() => {
            Outcome::Refused(ErrorKind::PaymentUnfinished.into())
        }
        "SUCCESS" => Outcome::Placed(PlacedOrder {
            order_id: message.text_of("orderId").map(str::to_owned),
            message: message.clone(),
        }),
        "ERROR" => error(reply, body.text_of("code"), &sentence(message)),
        // A server that broke cannot know that there is no order.
        "DECLINE" | "DECLINED" if reply.status >= 500 => {
            Outcome::Unknown(http_error(ErrorKind::BackendFailed, reply))
        }
        // Not known to the CRM's own kit, but named by two clients.
        "DECLINE" | "DECLINED" => {
            let message = sentence(message);
            let other = || Decline::new(DeclineReason::Other, &message);
            Outcome::Declined(Decline::read(&message).unwrap_or_else(other))
        }
        "MERC_REDIRECT" => redirect(message.get("url").or(body.get("url"))),
        unknown => Outcome::Unknown(Error::new(ErrorKind::UnknownResult, before_token(unknown))),
    }
}

fn http_error(kind: ErrorKind, reply: &Reply) -> Error {
    Error::new(kind, &reply.status_text)
}

fn error(reply: &Reply, code: Option<&str>, message: &str) -> Outcome {
    let failed = http_error(ErrorKind::BackendFailed, reply);
    match code {
        // The backend's own words: CRM or Amazon was never reached, so there is no order.
        Some(code) if code.ends_with("_unreachable") => Outcome::Refused(failed),
        Some("token_refused") => Outcome::Refused(ErrorKind::TokenRefused.into()),
        Some("product_taken") => Outcome::Refused(ErrorKind::UpsellTaken.into()),
        // The same key with another content: whatever it stands for may exist.
        Some("order_outcome_unknown" | "idempotency_conflict") => {
            Outcome::Unknown(ErrorKind::OutcomeUnknown.into())
        }
        Some("crm_answer_lost" | "crm_reply_unreadable") => Outcome::Unknown(failed),
        // Turned away before it was looked at; an earlier request of this order may not have been.
        _ if reply.status >= 500 || matches!(reply.status, 408 | 429) => Outcome::Unknown(failed),
        _ if contains_ignoring_case(message, "could not authenticate") => {
            Outcome::Refused(ErrorKind::CrmCredentials.into())
        }
        _ => match Decline::read(message) {
            Some(decline) => Outcome::Declined(decline),
            // Amazon's codes: `OrderReferenceNotModifiable`, `InvalidOrderReferenceId` and the like.
            None if ["OrderReference", "BillingAgreement"]
                .into_iter()
                .any(|name| contains_ignoring_case(message, name)) =>
            {
                Outcome::Refused(ErrorKind::OrderStale.into())
            }
            None => Outcome::Refused(Error::new(ErrorKind::OrderRefused, before_token(message))),
        },
    }
}

/// Only https: the CRM's answer must not become a script in the page.
fn redirect(url: Option<&Value>) -> Outcome {
    match url.and_then(Value::text) {
        // A `script` instead of an address; never evaluated.
        None => Outcome::Refused(ErrorKind::PaymentUnfinished.into()),
        Some(url) if url.starts_with("https://") => Outcome::Redirect(url.to_owned()),
        Some(_) => Outcome::Refused(ErrorKind::RedirectRefused.into()),
    }
}

/// The message as one line of text: its own, or one sentence for each field.
fn sentence(message: &Value) -> String {
    let mut text = String::new();
    let mut add = |part: &str| {
        if !text.is_empty() {
            text.push_str("; ");
        }
        text.push_str(part);
    };
    match message {
        Value::Map(entries) => {
            for (field, value) in entries {
                add(&concat(&[field, " ", value.text().unwrap_or_default()]));
            }
        }
        other => add(other.text().unwrap_or_default()),
    }
    if text.is_empty() { "no reason was given".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{AccessToken, AmazonOrderId, Nonce};
    use crate::domain::order::Fields;
    use crate::domain::profile::Profile;
    use serde_json::json;

    fn value(json: serde_json::Value) -> Value {
        match json {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(value) => Value::Bool(value),
            serde_json::Value::Number(number) => Value::Number(number.to_string()),
            serde_json::Value::String(text) => Value::Text(text),
            serde_json::Value::Array(items) => Value::List(items.into_iter().map(value).collect()),
            serde_json::Value::Object(map) => {
                Value::Map(map.into_iter().map(|(key, item)| (key, value(item))).collect())
            }
        }
    }

    fn read(json: &str) -> Outcome {
        read_status(200, json)
    }

    fn read_status(status: u16, json: &str) -> Outcome {
        outcome(&Reply {
            status,
            status_text: status.to_string(),
            body: serde_json::from_str(json).ok().map(value),
        })
    }

    fn order(profile: Option<Profile>, fields: &[(&str, &str)]) -> ImportOrder {
        let fields =
            fields.iter().map(|(name, text)| ((*name).to_owned(), Value::Text((*text).to_owned())));
        ImportOrder {
            key: Nonce::new("key"),
            amazon_order_id: AmazonOrderId::parse("S01-1234567-1234567").unwrap(),
            profile,
            fields: Fields::read(Value::Map(fields.collect())).unwrap(),
        }
    }

    fn profile(answer: serde_json::Value) -> Profile {
        Profile::read(value(answer)).unwrap()
    }

    fn options(more: serde_json::Value) -> Options {
        let mut options = json!({
            "environment": "sandbox", "region": "us", "sellerId": "A2X",
            "clientId": "amzn1.application-oa2-client.1", "button": "#b", "addressBook": "#a",
            "wallet": "#w", "backend": "/amazon-pay/",
        });
        options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Options::read(value(options)).unwrap()
    }

    fn field<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
        let mut named = request.fields.iter().filter(|(field, _)| field == name);
        let value = named.next();
        assert!(named.next().is_none(), "{name} twice");
        value.and_then(|(_, value)| value.text())
    }

    fn send(options: &Options, order: &ImportOrder) -> Request {
        import(options, order, &AccessToken::parse("Atza|SECRET").unwrap())
    }

    #[test]
    fn an_import_order_carries_every_field_once() {
        let profile = profile(json!({ "name": "Ann van der Berg", "email": "ann@example.com" }));
        let fields =
            [("campaignId", "12"), ("emailAddress", "typed@example.com"), ("product1_id", "345")];
        let request =
            send(&options(json!({ "amazonBillerId": 77 })), &order(Some(profile), &fields));
        assert_eq!(request.url, "/amazon-pay/import-order");
        assert_eq!(request.idempotency_key, "key");
        for (name, text) in [
            ("paySource", "AMAZON"),
            ("amazonBillerId", "77"),
            ("amazonOrderId", "S01-1234567-1234567"),
            ("amazonAddressConsent", "Atza|SECRET"),
            ("emailAddress", "ann@example.com"),
            ("firstName", "Ann"),
            ("lastName", "van der Berg"),
            ("campaignId", "12"),
            ("product1_id", "345"),
        ] {
            assert_eq!(field(&request, name), Some(text), "{name}");
        }
        assert_eq!(request.fields.len(), 9);
    }

    #[test]
    fn an_upsell_has_no_pay_source_and_no_buyer_and_an_address_of_its_own() {
        let profile = profile(json!({ "name": "Ada Lovelace", "email": "ada@example.com" }));
        let fields = [("orderId", "A1B2C3"), ("productId", "348")];
        let options = options(json!({ "page": "upsell", "amazonBillerId": "7" }));
        let request = send(&options, &order(Some(profile), &fields));
        assert_eq!(request.url, "/amazon-pay/import-upsale");
        let names: Vec<_> = request.fields.iter().map(|(name, _)| name.as_str()).collect();
        let ours = ["amazonBillerId", "amazonOrderId", "amazonAddressConsent"];
        assert_eq!(names, [&ours[..], &["orderId", "productId"]].concat());
    }

    #[test]
    fn without_a_profile_the_page_s_own_fields_stand() {
        let fields = [("emailAddress", "typed@example.com"), ("firstName", "Ann")];
        let request = send(&options(json!({})), &order(None, &fields));
        assert_eq!(field(&request, "emailAddress"), Some("typed@example.com"));
        assert_eq!(field(&request, "firstName"), Some("Ann"));
        assert_eq!(field(&request, "amazonBillerId"), None);
    }

    #[test]
    fn the_format_and_the_address_are_the_merchant_s() {
        let backend = json!({ "url": "https://shop.example/pay/", "format": "form" });
        let request = send(&options(json!({ "backend": backend })), &order(None, &[]));
        assert_eq!(request.url, "https://shop.example/pay/import-order");
        assert!(request.as_form);
        assert!(!send(&options(json!({})), &order(None, &[])).as_form);
    }

    #[test]
    fn long_names_are_cut_between_characters() {
        let profile = profile(json!({ "name": format!("{} B", "é".repeat(60)) }));
        let request = send(&options(json!({})), &order(Some(profile), &[]));
        assert_eq!(field(&request, "firstName"), Some("é".repeat(50).as_str()));
        assert_eq!(field(&request, "lastName"), Some("B"));
    }

    #[test]
    fn success_gives_the_order_whatever_its_message() {
        for (json, id) in [
            (
                r#"{"result":"SUCCESS","message":{"orderId":"A1B2C3D4E5","totalAmount":"59.95"}}"#,
                Some("A1B2C3D4E5"),
            ),
            (
                r#"{"result":"SUCCESS","message":{"orderId":12345,"items":[{"price":1}]}}"#,
                Some("12345"),
            ),
            (r#"{"result":"SUCCESS","message":"ok"}"#, None),
            (r#"{"result":"SUCCESS","message":59.95}"#, None),
            (r#"{"result":"SUCCESS"}"#, None),
        ] {
            match read(json) {
                Outcome::Placed(order) => assert_eq!(order.order_id.as_deref(), id, "{json}"),
                other => panic!("{json}: {other:?}"),
            }
        }
    }

    #[test]
    fn success_that_is_not_paid_is_not_placed() {
        for json in [
            r#"{"result":"SUCCESS","message":{"paypalUrl":"https://paypal.example"}}"#,
            r#"{"result":"SUCCESS","message":{"paypalSdkParams":{}}}"#,
        ] {
            assert_eq!(read(json), Outcome::Refused(ErrorKind::PaymentUnfinished.into()), "{json}");
        }
    }

    #[test]
    fn errors_are_declines_refusals_or_credentials() {
        let refused = |text: &str| Outcome::Refused(Error::new(ErrorKind::OrderRefused, text));
        for (json, outcome) in [
            (
                r#"{"result":"ERROR","message":"campaignId is required"}"#,
                refused("campaignId is required"),
            ),
            (
                r#"{"result":"ERROR","message":{"emailAddress":"is invalid","product1_id":"is required"}}"#,
                refused("emailAddress is invalid; product1_id is required"),
            ),
            (r#"{"result":"ERROR","message":404}"#, refused("404")),
            (r#"{"result":"ERROR","message":["a","b"]}"#, refused("no reason was given")),
            (r#"{"result":"ERROR"}"#, refused("no reason was given")),
            (r#"{"result":"ERROR","message":{}}"#, refused("no reason was given")),
            (
                r#"{"result":"ERROR","message":"Could not authenticate credentials"}"#,
                Outcome::Refused(ErrorKind::CrmCredentials.into()),
            ),
        ] {
            assert_eq!(read(json), outcome, "{json}");
        }
        for (json, reason) in [
            (
                r#"{"result":"ERROR","message":"Transaction Declined: InvalidPaymentMethod"}"#,
                DeclineReason::InvalidPaymentMethod,
            ),
            (
                r#"{"result":"ERROR","message":{"payment":"InvalidPaymentMethod"}}"#,
                DeclineReason::InvalidPaymentMethod,
            ),
            (r#"{"result":"ERROR","message":"AmazonRejected"}"#, DeclineReason::AmazonRejected),
            (r#"{"result":"DECLINED","message":"no"}"#, DeclineReason::Other),
            (
                r#"{"result":"DECLINE","message":"TransactionTimedOut"}"#,
                DeclineReason::TransactionTimedOut,
            ),
        ] {
            match read(json) {
                Outcome::Declined(decline) => assert_eq!(decline.reason(), reason, "{json}"),
                other => panic!("{json}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_token_that_the_crm_quotes_stays_untold() {
        let refused = |text: &str| Outcome::Refused(Error::new(ErrorKind::OrderRefused, text));
        for (json, outcome) in [
            (r#"{"result":"ERROR","message":"bad token Atza|SECRET."}"#, refused("bad token ")),
            (r#"{"result":"ERROR","message":"Atza%7CSECRET"}"#, refused("")),
            (
                r#"{"result":"ERROR","message":"Ersatzartikel fehlt"}"#,
                refused("Ersatzartikel fehlt"),
            ),
            (
                r#"{"result":"ERROR","message":{"amazonAddressConsent":"Atza|SECRET"}}"#,
                refused("amazonAddressConsent "),
            ),
            (
                r#"{"result":"Atza|SECRET"}"#,
                Outcome::Unknown(Error::new(ErrorKind::UnknownResult, "")),
            ),
        ] {
            assert_eq!(read(json), outcome, "{json}");
        }
        let declined = r#"{"result":"DECLINED","message":"no Atza|SECRET"}"#;
        let Outcome::Declined(decline) = read(declined) else { panic!("not declined") };
        assert_eq!(decline.message(), "no ");
    }

    #[test]
    fn redirects_go_to_https_only_and_scripts_nowhere() {
        let to = |url: &str| Outcome::Redirect(url.to_owned());
        for (json, outcome) in [
            (
                r#"{"result":"MERC_REDIRECT","message":{"url":"https://bank.example/3ds"}}"#,
                to("https://bank.example/3ds"),
            ),
            (
                r#"{"result":"MERC_REDIRECT","url":"https://bank.example/top"}"#,
                to("https://bank.example/top"),
            ),
            (
                r#"{"result":"MERC_REDIRECT","message":{"url":"javascript:alert(1)"}}"#,
                Outcome::Refused(ErrorKind::RedirectRefused.into()),
            ),
            (
                r#"{"result":"MERC_REDIRECT","message":{"url":"//bank.example"}}"#,
                Outcome::Refused(ErrorKind::RedirectRefused.into()),
            ),
            (
                r#"{"result":"MERC_REDIRECT","url":"https://bank.example?mail=a@b.example"}"#,
                to("https://bank.example?mail=a@b.example"),
            ),
            (
                r#"{"result":"MERC_REDIRECT","message":{"script":"alert(1)"}}"#,
                Outcome::Refused(ErrorKind::PaymentUnfinished.into()),
            ),
            (
                r#"{"result":"MERC_REDIRECT"}"#,
                Outcome::Refused(ErrorKind::PaymentUnfinished.into()),
            ),
        ] {
            assert_eq!(read(json), outcome, "{json}");
        }
    }

    #[test]
    fn what_is_not_the_envelope_leaves_the_outcome_unknown() {
        for (status, body, error) in [
            (200, "<html>", Error::new(ErrorKind::BackendUnreadable, "200")),
            (200, "", Error::new(ErrorKind::BackendUnreadable, "200")),
            (200, "[]", Error::new(ErrorKind::BackendUnreadable, "200")),
            (200, r#"{"ok":true}"#, Error::new(ErrorKind::BackendUnreadable, "200")),
            (200, r#"{"result":null}"#, Error::new(ErrorKind::BackendUnreadable, "200")),
            (404, "<html>", Error::new(ErrorKind::BackendUnreadable, "404")),
            (500, "<html>", Error::new(ErrorKind::BackendFailed, "500")),
            (
                502,
                r#"{"result":"ERROR","message":"bad gateway"}"#,
                Error::new(ErrorKind::BackendFailed, "502"),
            ),
            (
                408,
                r#"{"result":"ERROR","message":"Too slow."}"#,
                Error::new(ErrorKind::BackendFailed, "408"),
            ),
            (
                429,
                r#"{"result":"ERROR","message":"Too many requests."}"#,
                Error::new(ErrorKind::BackendFailed, "429"),
            ),
            (
                500,
                r#"{"result":"DECLINED","message":"no"}"#,
                Error::new(ErrorKind::BackendFailed, "500"),
            ),
            (
                409,
                r#"{"result":"ERROR","code":"order_outcome_unknown","message":"?"}"#,
                ErrorKind::OutcomeUnknown.into(),
            ),
            (200, r#"{"result":"MAYBE"}"#, Error::new(ErrorKind::UnknownResult, "MAYBE")),
            (200, r#"{"result":"success"}"#, Error::new(ErrorKind::UnknownResult, "success")),
        ] {
            assert_eq!(read_status(status, body), Outcome::Unknown(error), "{status} {body}");
        }
        for (status, code, error) in [
            (502, "crm_unreachable", Error::new(ErrorKind::BackendFailed, "502")),
            (503, "amazon_unreachable", Error::new(ErrorKind::BackendFailed, "503")),
            (401, "token_refused", ErrorKind::TokenRefused.into()),
        ] {
            let body = format!(r#"{{"result":"ERROR","code":"{code}","message":"no"}}"#);
            assert_eq!(read_status(status, &body), Outcome::Refused(error), "{code}");
        }
        for (status, code) in
            [(503, "journal_unavailable"), (504, "crm_answer_lost"), (502, "crm_reply_unreadable")]
        {
            let body = format!(r#"{{"result":"ERROR","code":"{code}","message":"?"}}"#);
            let error = Error::new(ErrorKind::BackendFailed, &status.to_string());
            assert_eq!(read_status(status, &body), Outcome::Unknown(error), "{code}");
        }
        let taken = r#"{"result":"ERROR","code":"product_taken","message":"Product 348 is …"}"#;
        assert_eq!(read_status(409, taken), Outcome::Refused(ErrorKind::UpsellTaken.into()));
        // Whatever the key stands for may exist.
        let conflict = r#"{"result":"ERROR","code":"idempotency_conflict","message":"?"}"#;
        let unknown = Outcome::Unknown(ErrorKind::OutcomeUnknown.into());
        assert_eq!(read_status(409, conflict), unknown);
        let invalid =
            r#"{"result":"ERROR","code":"fields_invalid","message":{"emailAddress":"is missing"}}"#;
        assert_eq!(
            read_status(422, invalid),
            Outcome::Refused(Error::new(ErrorKind::OrderRefused, "emailAddress is missing"))
        );
    }
}
