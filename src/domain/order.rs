//! What the page adds to an order, and the command that places it.

use crate::domain::ids::{AmazonOrderId, Nonce};
use crate::domain::profile::Profile;
use crate::domain::text::contains_ignoring_case;
use crate::domain::value::{Entries, Value, put_text};
use crate::error::{Error, ErrorKind};
use crate::prelude::*;

/// Order fields by the CRM's own names, e.g. `campaignId`, `product1_id`. Text, numbers and
/// booleans only; checked, so that no credential and no price can travel from a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields(Entries);

impl Fields {
    /// Reads the page's object of fields. Absent values (`null`) are dropped; `0`, `false` and
    /// empty text are kept.
    ///
    /// # Errors
    /// [`ErrorKind::ForbiddenField`], [`ErrorKind::InvalidField`], or
    /// [`ErrorKind::OrderFunctionFailed`] when it is no object at all.
    pub fn read(source: Value) -> Result<Self, Error> {
        let Value::Map(given) = source else {
            return Err(ErrorKind::OrderFunctionFailed.into());
        };
        let mut fields = Entries::new();
        for (name, value) in given {
            if is_forbidden(&name) || OURS.contains(&name.as_str()) {
                return Err(Error::new(ErrorKind::ForbiddenField, &name));
            }
            // Of two values under one name the CRM would take one.
            let is_twice = fields.iter().any(|(given, _): &(String, Value)| *given == name);
            match value {
                _ if is_twice => return Err(Error::new(ErrorKind::InvalidField, &name)),
                Value::List(_) | Value::Map(_) | Value::Opaque(_) => {
                    return Err(Error::new(ErrorKind::InvalidField, &name));
                }
                Value::Null => {}
                value => fields.push((name, value)),
            }
        }
        Ok(Self(fields))
    }

    /// The fields in the page's order.
    pub fn entries(&self) -> &[(String, Value)] {
        &self.0
    }

    /// A field's text, unless it is empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        let field = self.0.iter().find(|(known, _)| known == name);
        field.and_then(|(_, value)| value.text()).filter(|text| !text.is_empty())
    }

    /// Adds a field, unless the page has given it.
    pub fn add(&mut self, name: &str, text: &str) {
        for (known, value) in &mut self.0 {
            if known == name {
                if value.text() == Some("") {
                    *value = Value::of(text);
                }
                return;
            }
        }
        put_text(&mut self.0, name, Some(text));
    }

    /// The product of an upsell.
    pub fn product(&self) -> Option<&str> {
        self.text("productId").or(self.text("product1_id"))
    }
}

/// Fields that LanderPay fills in itself.
const OURS: [&str; 5] =
    ["paySource", "amazonOrderId", "amazonAddressConsent", "amazonBillerId", "idempotencyKey"];

/// True for names that would carry credentials, a price or another override that the CRM takes
/// from its caller: whoever controls the page would set the price.
pub fn is_forbidden(name: &str) -> bool {
    const NAMES: [&str; 9] = [
        "cardNumber",
        "cardSecurityCode",
        "customerId",
        "forceMerchantId",
        "forceQA",
        "paySourceId",
        "price",
        "productPrice",
        "skipQA",
    ];
    const PARTS: [&str; 9] = [
        "_price",
        "access_key",
        "accessKey",
        "loginId",
        "password",
        "preAuth",
        "salesTax",
        "secret",
        "shipPrice",
    ];
    NAMES.iter().any(|forbidden| name.eq_ignore_ascii_case(forbidden))
        || PARTS.iter().any(|part| contains_ignoring_case(name, part))
}

/// Place this order: the whole content of one Import Order or Import Upsale, but for the token, which is
/// the session's.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportOrder {
    /// The same for every repetition of this attempt.
    pub key: Nonce,
    /// Amazon's id of the purchase.
    pub amazon_order_id: AmazonOrderId,
    /// The buyer, unless Amazon would not tell; the backend can ask with the token.
    pub profile: Option<Profile>,
    /// The page's own fields.
    pub fields: Fields,
}

impl ImportOrder {
    /// An order that was sent under this key before. Its content is what was sent then, and the browser
    /// has it (`js/session.js`).
    pub fn again(key: &str, amazon_order_id: AmazonOrderId) -> Self {
        let (key, fields) = (Nonce::new(key), Fields::default());
        Self { key, amazon_order_id, profile: None, fields }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(entries: &[(&str, Value)]) -> Result<Fields, Error> {
        Fields::read(Value::Map(
            entries.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        ))
    }

    #[test]
    fn zero_false_and_empty_text_are_values() {
        let fields = [
            ("billShipSame", Value::Number("0".into())),
            ("insureShipment", Value::Bool(false)),
            ("couponCode", Value::Text(String::new())),
        ];
        assert_eq!(read(&fields).unwrap().entries().len(), 3);
        assert_eq!(read(&[("couponCode", Value::Null)]).unwrap().entries(), []);
    }

    #[test]
    fn credentials_prices_and_our_own_fields_are_refused_by_name() {
        for name in [
            "loginId",
            "password",
            "PASSWORD",
            "product1_price",
            "product12_shipPrice",
            "product1_Price",
            "product1_salesTax",
            "salesTax",
            "productPrice",
            "forceMerchantId",
            "customerId",
            "preAuthBillerId",
            "cardNumber",
            "client_secret",
            "paySource",
            "amazonOrderId",
            "amazonAddressConsent",
        ] {
            let error = read(&[(name, Value::Text("SECRET".into()))]).unwrap_err();
            assert_eq!(error, Error::new(ErrorKind::ForbiddenField, name));
            assert!(!error.subject().contains("SECRET"));
        }
        for name in
            ["product1_id", "product1_qty", "campaignId", "emailAddress", "custom1", "priceGroup"]
        {
            assert!(read(&[(name, Value::Text("1".into()))]).is_ok(), "{name}");
        }
    }

    #[test]
    fn only_flat_values_travel() {
        for value in [Value::List(vec![]), Value::Map(vec![]), Value::Opaque(0)] {
            assert_eq!(
                read(&[("custom1", value)]),
                Err(Error::new(ErrorKind::InvalidField, "custom1"))
            );
        }
        assert_eq!(
            Fields::read(Value::Text("a=b".into())),
            Err(ErrorKind::OrderFunctionFailed.into())
        );
    }
}
