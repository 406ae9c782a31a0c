//! What an order must contain, and what a page has no say in.

use std::collections::BTreeMap;

use crate::{
    Failure,
    config::Merchant,
    fields::{Fields, cut},
};

/// The field that carries the buyer's access token.
pub const TOKEN: &str = "amazonAddressConsent";

/// The longest token that is forwarded, in bytes.
const MAX_TOKEN: usize = 2048;
/// The longest name that the CRM takes, in characters.
const MAX_NAME: usize = 50;

/// An order that may be sent to the CRM once the server has added what it owns.
#[derive(Clone, Debug)]
pub struct Order {
    fields: Fields,
    amazon_order_id: String,
}

impl Order {
    /// Checks what a page posted, drops what the page has no say in, and adds what the merchant decided.
    ///
    /// # Errors
    /// [`Failure::FieldsInvalid`] with one sentence for each field that is wrong.
    pub fn check(mut fields: Fields, merchant: &Merchant) -> Result<Self, Failure> {
        fields.retain(|name| {
            let keep = !is_merchants(name, merchant);
            if !keep {
                // The name only: the value may be a password or a card number.
                tracing::warn!(field = name, "dropped a field that a page must not set");
            }
            keep
        });

        let mut wrong = BTreeMap::new();
        let mut check = |name: &str, problem: Option<&'static str>| {
            if let Some(sentence) = problem {
                wrong.insert(name.to_owned(), sentence.to_owned());
            }
        };
        for (name, _) in fields.iter() {
            check(name, spelling_problem(name));
        }
        check("amazonOrderId", order_id_problem(fields.get("amazonOrderId")));
        check(TOKEN, token_problem(fields.get(TOKEN)));
        check("paySource", pay_source_problem(fields.get("paySource")));
        for name in ["emailAddress", "firstName", "lastName"] {
            check(name, text_problem(name, fields.get(name)));
        }
        for (name, configured) in
            [("campaignId", &merchant.campaign_id), ("amazonBillerId", &merchant.amazon_biller_id)]
        {
            if configured.is_none() {
                check(name, text_problem(name, fields.get(name)));
            }
        }
        let amazon_order_id = match fields.get("amazonOrderId") {
            Some(id) if wrong.is_empty() => id.to_owned(),
            _ => return Err(Failure::FieldsInvalid(wrong)),
        };

        for name in ["firstName", "lastName"] {
            let short = cut(fields.get(name).unwrap_or(""), MAX_NAME).into_owned();
            fields.set(name, short);
        }
        fields.set("paySource", "AMAZON");
        if let Some(id) = &merchant.campaign_id {
            fields.set("campaignId", id.as_str());
        }
        if let Some(id) = &merchant.amazon_biller_id {
            fields.set("amazonBillerId", id.as_str());
        }
        Ok(Self { fields, amazon_order_id })
    }

    /// The fields for the CRM, credentials and shopper's address excepted.
    #[must_use]
    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    /// Amazon's order reference id or billing agreement id.
    #[must_use]
    pub fn amazon_order_id(&self) -> &str {
        &self.amazon_order_id
    }

    /// The buyer's e-mail address.
    #[must_use]
    pub fn email(&self) -> &str {
        self.fields.get("emailAddress").unwrap_or("")
    }

    /// A digest of what is bought and by whom. The token is no part of it: the same purchase with a
    /// renewed token is still the same purchase.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        self.fields.fingerprint(|name| name == TOKEN)
    }
}

/// Whether a field is the merchant's business, not the page's. Compared without regard to case, as
/// nobody promises that the CRM does otherwise.
fn is_merchants(name: &str, merchant: &Merchant) -> bool {
    const NAMES: [&str; 15] = [
        "loginid",
        "password",
        "ipaddress",
        "productprice",
        "productshipprice",
        "productsalestax",
        "salestax",
        "forcemerchantid",
        "forceqa",
        "skipqa",
        "customerid",
        "paysourceid",
        "iban",
        "ddbic",
        "accountholder",
    ];
    let name = name.to_ascii_lowercase();
    NAMES.contains(&name.as_str())
        || ["_price", "_shipprice", "_salestax"].iter().any(|end| name.ends_with(end))
        || ["preauth", "card", "ach"].iter().any(|start| name.starts_with(start))
        || (name == "campaignid" && merchant.campaign_id.is_some())
        || (name == "amazonbillerid" && merchant.amazon_biller_id.is_some())
}

/// Refuses the fields that are read or written here in any other letter case: unseen by the checks, they
/// would travel to the CRM beside ours.
fn spelling_problem(name: &str) -> Option<&'static str> {
    const SPELLINGS: [(&str, &str); 8] = [
        ("amazonOrderId", "This field is spelled amazonOrderId."),
        (TOKEN, "This field is spelled amazonAddressConsent."),
        ("paySource", "This field is spelled paySource."),
        ("emailAddress", "This field is spelled emailAddress."),
        ("firstName", "This field is spelled firstName."),
        ("lastName", "This field is spelled lastName."),
        ("campaignId", "This field is spelled campaignId."),
        ("amazonBillerId", "This field is spelled amazonBillerId."),
    ];
    SPELLINGS
        .iter()
        .find(|(ours, _)| name != *ours && name.eq_ignore_ascii_case(ours))
        .map(|(_, sentence)| *sentence)
}

fn order_id_problem(id: Option<&str>) -> Option<&'static str> {
    let Some(id) = id else { return Some("The field amazonOrderId is missing.") };
    // S01-1234567-1234567: a letter, then digits in groups of 2, 7 and 7.
    let shape = id.bytes().enumerate().all(|(at, b)| match at {
        0 => b.is_ascii_uppercase(),
        3 | 11 => b == b'-',
        _ => b.is_ascii_digit(),
    });
    (!shape || id.len() != 19)
        .then_some("This is not an Amazon order reference or billing agreement id.")
}

fn token_problem(token: Option<&str>) -> Option<&'static str> {
    let Some(token) = token else {
        return Some("The field amazonAddressConsent, the buyer's access token, is missing.");
    };
    if token.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("Atza%7C")) {
        Some("The access token is still percent-encoded. Decode it once before sending it.")
    } else if !token.starts_with("Atza|") {
        Some("This is not an access token: it must start with Atza|.")
    } else if token.len() > MAX_TOKEN {
        Some("The access token is longer than 2048 bytes.")
    } else if !token.bytes().all(|b| b.is_ascii_graphic()) {
        // Mostly a + that was put into a form without encoding.
        Some(
            "The access token contains a blank or a foreign character. Encode it once when sending a form.",
        )
    } else {
        None
    }
}

fn pay_source_problem(source: Option<&str>) -> Option<&'static str> {
    (!matches!(source, None | Some("AMAZON"))).then_some("Only AMAZON is taken here.")
}

fn text_problem(name: &str, text: Option<&str>) -> Option<&'static str> {
    match text {
        None => Some("This field is missing."),
        // The vendor's own kit sends one blank as the last name of a buyer with a one-word name.
        Some(" ") if name == "lastName" => None,
        Some(text) if text.trim().is_empty() => Some("This field must not be empty."),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::Order;
    use crate::{Failure, config::Merchant, fields::Fields};

    const GOOD: [(&str, &str); 5] = [
        ("amazonOrderId", "S01-1234567-7654321"),
        ("amazonAddressConsent", "Atza|token+/="),
        ("emailAddress", "ada@example.com"),
        ("firstName", "Ada"),
        ("lastName", "Lovelace"),
    ];

    fn merchant() -> Merchant {
        Merchant { campaign_id: Some("12".into()), amazon_biller_id: Some("7".into()) }
    }

    /// The good order with some fields replaced, added, or (`None`) left out.
    fn check(changes: &[(&str, Option<&str>)], merchant: &Merchant) -> Result<Order, Failure> {
        let mut fields: Fields = GOOD.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect();
        for (name, value) in changes {
            match value {
                Some(value) => fields.set(name, *value),
                None => fields.retain(|known| known != *name),
            }
        }
        Order::check(fields, merchant)
    }

    #[test]
    fn a_good_order_gets_what_the_merchant_decided() {
        let order = check(&[], &merchant()).unwrap();
        assert_eq!(
            order.fields().to_form(),
            "amazonOrderId=S01-1234567-7654321&amazonAddressConsent=Atza%7Ctoken%2B%2F%3D\
             &emailAddress=ada%40example.com&firstName=Ada&lastName=Lovelace\
             &paySource=AMAZON&campaignId=12&amazonBillerId=7"
        );
        assert_eq!(order.amazon_order_id(), "S01-1234567-7654321");
    }

    #[test]
    fn each_wrong_field_is_named() {
        let long = format!("Atza|{}", "x".repeat(2044));
        for (name, value, part) in [
            ("amazonOrderId", None, "missing"),
            ("amazonOrderId", Some(""), "not an Amazon"),
            ("amazonOrderId", Some("S01-1234567-765432"), "not an Amazon"),
            ("amazonOrderId", Some("S01-1234567-76543210"), "not an Amazon"),
            ("amazonOrderId", Some("s01-1234567-7654321"), "not an Amazon"),
            ("amazonOrderId", Some("S011-234567-7654321"), "not an Amazon"),
            ("amazonAddressConsent", None, "missing"),
            ("amazonAddressConsent", Some("Atza%7Cabc"), "percent-encoded"),
            ("amazonAddressConsent", Some("Atza%7cabc"), "percent-encoded"),
            ("amazonAddressConsent", Some("abc"), "must start with"),
            ("amazonAddressConsent", Some("Atza|a b"), "blank"),
            ("amazonAddressConsent", Some(long.as_str()), "2048"),
            ("paySource", Some("CREDITCARD"), "Only AMAZON"),
            ("paySource", Some(""), "Only AMAZON"),
            ("emailAddress", None, "missing"),
            ("emailAddress", Some(" "), "empty"),
            ("firstName", None, "missing"),
            ("firstName", Some(" "), "empty"),
            ("lastName", None, "missing"),
            ("lastName", Some(""), "empty"),
            ("lastName", Some("  "), "empty"),
        ] {
            let Err(Failure::FieldsInvalid(wrong)) = check(&[(name, value)], &merchant()) else {
                panic!("{name}={value:?} was taken");
            };
            assert_eq!(wrong.len(), 1, "{name}={value:?}: {wrong:?}");
            assert!(wrong[name].contains(part), "{name}={value:?}: {wrong:?}");
        }
    }

    #[test]
    fn our_own_fields_have_one_spelling() {
        // Beside the right ones, as they would travel to the CRM, and in place of them.
        for (name, spelling) in [
            ("AMAZONORDERID", "amazonOrderId"),
            ("amazonaddressconsent", "amazonAddressConsent"),
            ("PAYSOURCE", "paySource"),
            ("EmailAddress", "emailAddress"),
            ("firstname", "firstName"),
            ("LASTNAME", "lastName"),
        ] {
            for right in [spelling, "unused"] {
                let changes = [(right, None), (name, Some("PREPAID"))];
                let Err(Failure::FieldsInvalid(wrong)) = check(&changes, &merchant()) else {
                    panic!("{name} was taken");
                };
                assert_eq!(wrong[name], format!("This field is spelled {spelling}."));
            }
        }
        for (name, spelling) in [("campaignid", "campaignId"), ("AMAZONBILLERID", "amazonBillerId")]
        {
            let Err(Failure::FieldsInvalid(wrong)) =
                check(&[(name, Some("1"))], &Merchant::default())
            else {
                panic!("{name} was taken");
            };
            assert_eq!(wrong[name], format!("This field is spelled {spelling}."));
            let order = check(&[(name, Some("1"))], &merchant()).unwrap();
            assert_eq!(order.fields().get(name), None);
        }
    }

    #[test]
    fn odd_but_good_values_pass() {
        let exact = format!("Atza|{}", "x".repeat(2043));
        for (name, value) in [
            ("amazonOrderId", "C01-0000000-0000000"),
            ("amazonAddressConsent", exact.as_str()),
            ("paySource", "AMAZON"),
            ("lastName", " "),
        ] {
            let order = check(&[(name, Some(value))], &merchant()).unwrap();
            assert_eq!(order.fields().get(name), Some(value));
        }
    }

    #[test]
    fn long_names_are_cut_between_characters() {
        let order = check(&[("firstName", Some(&"é".repeat(51)))], &merchant()).unwrap();
        assert_eq!(order.fields().get("firstName"), Some("é".repeat(50).as_str()));
    }

    #[test]
    fn a_page_sets_no_price_and_no_credential() {
        for name in [
            "product1_price",
            "product12_shipPrice",
            "product1_salesTax",
            "Product1_Price",
            "productPrice",
            "productShipPrice",
            "productSalesTax",
            "salesTax",
            "forceMerchantId",
            "forceQA",
            "skipQA",
            "customerId",
            "paySourceId",
            "preAuthBillerId",
            "loginId",
            "LOGINID",
            "password",
            "ipAddress",
            "cardNumber",
            "cardSecurityCode",
            "achAccountNumber",
            "iban",
        ] {
            let order = check(&[(name, Some("1"))], &merchant()).unwrap();
            assert_eq!(order.fields().get(name), None, "{name}");
        }
        for name in ["product1_id", "product1_qty", "billShipSame", "couponCode", "custom1"] {
            let order = check(&[(name, Some("0"))], &merchant()).unwrap();
            assert_eq!(order.fields().get(name), Some("0"), "{name}");
        }
    }

    #[test]
    fn campaign_and_biller_come_from_the_page_only_when_not_configured() {
        let page = [("campaignId", Some("99")), ("amazonBillerId", Some("98"))];
        let order = check(&page, &merchant()).unwrap();
        assert_eq!(order.fields().get("campaignId"), Some("12"));
        assert_eq!(order.fields().get("amazonBillerId"), Some("7"));

        let order = check(&page, &Merchant::default()).unwrap();
        assert_eq!(order.fields().get("campaignId"), Some("99"));
        assert_eq!(order.fields().get("amazonBillerId"), Some("98"));

        let Err(Failure::FieldsInvalid(wrong)) = check(&[], &Merchant::default()) else {
            panic!("an order without campaign and biller was taken");
        };
        assert_eq!(wrong.keys().collect::<Vec<_>>(), ["amazonBillerId", "campaignId"]);
    }

    #[test]
    fn a_renewed_token_is_the_same_purchase() {
        let print =
            |changes: &[(&str, Option<&str>)]| check(changes, &merchant()).unwrap().fingerprint();
        assert_eq!(print(&[]), print(&[("amazonAddressConsent", Some("Atza|renewed"))]));
        assert_ne!(print(&[]), print(&[("product1_id", Some("1"))]));
    }
}
