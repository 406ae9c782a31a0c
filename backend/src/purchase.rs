//! What an order or an upsale must contain, and what a page has no say in.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    Failure,
    amazon::Profile,
    config::Merchant,
    fields::{Fields, cut},
};

/// The field that carries the buyer's access token.
pub const TOKEN: &str = "amazonAddressConsent";

/// The longest token that is forwarded, in bytes.
const MAX_TOKEN: usize = 2048;
/// The longest name that the CRM takes, in characters.
const MAX_NAME: usize = 50;
/// The longest e-mail address that the CRM takes, in bytes.
const MAX_EMAIL: usize = 255;
/// The longest order id of the CRM, in characters.
const MAX_ORDER_ID: usize = 32;

/// As much of a field's name as is logged, in characters.
const MAX_LOGGED_NAME: usize = 64;

/// What a page may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Import Order: the first purchase of a funnel.
    Order,
    /// Import Upsale: more products for an order that the CRM has.
    Upsale,
}

impl Kind {
    /// `order` or `upsale`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Upsale => "upsale",
        }
    }

    /// The fields that are read here for this kind only.
    fn own_fields(self) -> &'static [&'static str] {
        match self {
            Self::Order => &["emailAddress", "firstName", "lastName", "orderId"],
            Self::Upsale => &["orderId", "productId"],
        }
    }
}

/// What a purchase is about, beside Amazon's id: two requests that agree in it want the same thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// The order of a buyer.
    Order {
        /// The buyer's e-mail address.
        email: String,
    },
    /// These products, in whatever number and variant, for one order of the CRM.
    Upsale {
        /// The CRM's id of that order.
        order_id: String,
        /// Campaign product ids.
        products: BTreeSet<String>,
    },
}

/// A purchase that may be sent to the CRM once the server has added what it owns.
#[derive(Clone, Debug)]
pub struct Purchase {
    fields: Fields,
    amazon_order_id: String,
    subject: Subject,
    dropped_fields: usize,
}

impl Subject {
    /// One text for one subject.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Texts and sets of texts always become JSON.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Purchase {
    /// Checks what a page posted, drops what the page has no say in, and adds what the merchant decided.
    ///
    /// # Errors
    /// [`Failure::FieldsInvalid`] with one sentence for each field that is wrong.
    pub fn check(kind: Kind, mut fields: Fields, merchant: &Merchant) -> Result<Self, Failure> {
        drop_what_agrees(&mut fields, merchant);
        let dropped_fields = drop_fields(&mut fields, |name| is_merchants(name, merchant));

        let mut problems = Problems::default();
        for (name, _) in fields.iter() {
            problems.add(name, spelling_problem(kind, name));
        }
        problems.add("amazonOrderId", amazon_order_id_problem(fields.get("amazonOrderId")));
        problems.add(TOKEN, token_problem(fields.get(TOKEN)));
        problems.add("paySource", pay_source_problem(fields.get("paySource")));
        if merchant.amazon_biller_id.is_none() {
            problems.add_text_problem("amazonBillerId", &fields);
        }
        let subject = match kind {
            Kind::Order => {
                // Without them, Amazon's own word is enough.
                for name in ["emailAddress", "firstName", "lastName"] {
                    if fields.get(name).is_some() {
                        problems.add_text_problem(name, &fields);
                    }
                }
                if fields.get("emailAddress").is_some_and(|email| email.len() > MAX_EMAIL) {
                    problems
                        .add("emailAddress", Some("This address is longer than 255 characters."));
                }
                // That of a lead which the page has imported before.
                if fields.get("orderId").is_some() {
                    problems.order_id(&fields);
                }
                if merchant.campaign_id.is_none() {
                    problems.add_text_problem("campaignId", &fields);
                }
                Subject::Order { email: fields.get("emailAddress").unwrap_or("").to_owned() }
            }
            Kind::Upsale => Subject::Upsale {
                order_id: problems.order_id(&fields),
                products: problems.products(&fields),
            },
        };
        let amazon_order_id = match fields.get("amazonOrderId") {
            Some(id) if problems.0.is_empty() => id.to_owned(),
            _ => return Err(Failure::FieldsInvalid(problems.0)),
        };

        match kind {
            Kind::Order => fields.set("paySource", "AMAZON"),
            // The CRM's list of an upsale's fields has none.
            Kind::Upsale => fields.retain(|name| name != "paySource"),
        }
        if let Some(id) = &merchant.campaign_id {
            fields.set("campaignId", id.as_str());
        }
        if let Some(id) = &merchant.amazon_biller_id {
            fields.set("amazonBillerId", id.as_str());
        }
        Ok(Self { fields, amazon_order_id, subject, dropped_fields })
    }

    /// The fields for the CRM, as the page wishes and the merchant allows.
    #[must_use]
    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    /// The buyer's access token.
    #[must_use]
    pub fn token(&self) -> &str {
        self.fields.get(TOKEN).unwrap_or("")
    }

    /// The fields with the name and the e-mail address that Amazon tells. What it does not tell is
    /// taken from the page.
    ///
    /// # Errors
    /// [`Failure::FieldsInvalid`] when neither tells.
    pub fn of_buyer(&self, profile: Profile) -> Result<Fields, Failure> {
        let mut fields = self.fields.clone();
        let name = profile.name.as_deref().map_or("", str::trim);
        if !name.is_empty() {
            // As the vendor's own kit splits it. An empty last name is refused by the CRM, a blank is not.
            let (first, last) = name.split_once(char::is_whitespace).unwrap_or((name, " "));
            fields.set("firstName", first);
            fields.set("lastName", if last.trim().is_empty() { last } else { last.trim_start() });
        }
        if let Some(email) = profile.email.filter(|email| !email.trim().is_empty()) {
            fields.set("emailAddress", email.trim());
        }
        let mut problems = Problems::default();
        for name in ["emailAddress", "firstName", "lastName"] {
            problems.add_text_problem(name, &fields);
        }
        if !problems.0.is_empty() {
            return Err(Failure::FieldsInvalid(problems.0));
        }
        for name in ["firstName", "lastName"] {
            let short = cut(fields.get(name).unwrap_or(""), MAX_NAME).into_owned();
            fields.set(name, short);
        }
        Ok(fields)
    }

    /// Amazon's order reference id or billing agreement id.
    #[must_use]
    pub fn amazon_order_id(&self) -> &str {
        &self.amazon_order_id
    }

    /// What it is about.
    #[must_use]
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// How many fields of the page were dropped.
    #[must_use]
    pub fn dropped_fields(&self) -> usize {
        self.dropped_fields
    }

    /// Which of the two it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.subject {
            Subject::Order { .. } => Kind::Order,
            Subject::Upsale { .. } => Kind::Upsale,
        }
    }

    /// A digest of what is bought and by whom. The token is no part of it: the same purchase with a
    /// renewed token is still the same purchase.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        self.fields.fingerprint(|name| name == TOKEN)
    }

    /// A digest of the buyer's access token, by which it is known again and cannot be read.
    #[must_use]
    pub fn token_digest(&self) -> [u8; 32] {
        Sha256::digest(self.token()).into()
    }
}

/// Drops the campaign and the biller of a page that says the same as the merchant.
fn drop_what_agrees(fields: &mut Fields, merchant: &Merchant) {
    let agrees = |&(name, value): &(&str, &str)| decided(name, merchant) == Some(value);
    let agreeing: Vec<_> = fields.iter().filter(agrees).map(|(name, _)| name.to_owned()).collect();
    fields.retain(|name| !agreeing.iter().any(|agreeing| agreeing == name));
}

/// Drops fields that a page must not set, and counts them.
fn drop_fields(fields: &mut Fields, is_dropped: impl Fn(&str) -> bool) -> usize {
    let mut count = 0;
    fields.retain(|name| {
        let dropped = is_dropped(name);
        if dropped {
            count += 1;
            // The name only: the value may be a password or a card number.
            let field = &*cut(name, MAX_LOGGED_NAME);
            tracing::warn!(field, "dropped a field that a page must not set");
        }
        !dropped
    });
    count
}

/// What is wrong: field name → sentence.
#[derive(Default)]
struct Problems(BTreeMap<String, String>);

impl Problems {
    fn add(&mut self, name: &str, problem: Option<impl Into<String>>) {
        if let Some(sentence) = problem {
            self.0.insert(name.to_owned(), sentence.into());
        }
    }

    fn add_text_problem(&mut self, name: &str, fields: &Fields) {
        self.add(name, text_problem(name, fields.get(name)));
    }

    /// The CRM's id of the order that an upsale belongs to.
    fn order_id(&mut self, fields: &Fields) -> String {
        let id = fields.get("orderId");
        self.add("orderId", order_id_problem(id));
        id.unwrap_or("").to_owned()
    }

    /// The products of an upsale: from `productId`, or else from `product1_id`, `product2_id`, ….
    fn products(&mut self, fields: &Fields) -> BTreeSet<String> {
        let single = fields.get("productId");
        let named = |(name, _): &(&str, &str)| *name == "productId" || is_indexed_product(name);
        let products: Vec<_> = fields.iter().filter(named).collect();
        if single.is_none() && fields.get("product1_id").is_none() {
            self.add("productId", Some("Name the product by productId, or by product1_id."));
        } else if single.is_some() && products.len() > 1 {
            // The CRM documents neither, and might charge for both.
            self.add(
                "productId",
                Some("Name the product by productId or by product1_id, not by both."),
            );
        }
        for (name, id) in &products {
            self.add(name, product_problem(id));
        }
        products.into_iter().map(|(_, id)| id.to_owned()).collect()
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
        || decided(&name, merchant).is_some()
}

/// What the merchant has decided of what a page may say, too.
fn decided<'a>(name: &str, merchant: &'a Merchant) -> Option<&'a str> {
    match name.to_ascii_lowercase().as_str() {
        "campaignid" => merchant.campaign_id.as_deref(),
        "amazonbillerid" => merchant.amazon_biller_id.as_deref(),
        _ => None,
    }
}

/// Refuses the fields that are read or written here in any other letter case: unseen by the checks, they
/// would travel to the CRM beside ours.
fn spelling_problem(kind: Kind, name: &str) -> Option<String> {
    const SHARED: [&str; 5] = ["amazonOrderId", TOKEN, "paySource", "campaignId", "amazonBillerId"];
    let lower = name.to_ascii_lowercase();
    let ours = if is_indexed_product(&lower) {
        lower.as_str()
    } else if kind == Kind::Upsale && lower == "orderitems" {
        // Its products would be sold without having been compared with those of earlier upsales.
        return Some("Name the product of an upsale by productId, or by product1_id.".to_owned());
    } else {
        SHARED.iter().chain(kind.own_fields()).find(|ours| name.eq_ignore_ascii_case(ours))?
    };
    (name != ours).then(|| format!("This field is spelled {ours}."))
}

/// `product1_id`, `product2_id`, ….
fn is_indexed_product(name: &str) -> bool {
    name.strip_prefix("product")
        .and_then(|rest| rest.strip_suffix("_id"))
        .is_some_and(|index| !index.is_empty() && index.bytes().all(|b| b.is_ascii_digit()))
}

fn order_id_problem(id: Option<&str>) -> Option<&'static str> {
    let Some(id) = id else {
        return Some("The field orderId, the CRM's id of the order, is missing.");
    };
    let shape = id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    (!shape || !(1..=MAX_ORDER_ID).contains(&id.len())).then_some(
        "This is not an order id of the CRM: 1 to 32 letters, digits, hyphens and underscores.",
    )
}

/// One text for one product, so that an upsale is known again.
fn product_problem(id: &str) -> Option<&'static str> {
    let digits = !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit());
    (!digits || id.starts_with('0'))
        .then_some("This is not a campaign product id: digits without a zero in front.")
}

fn amazon_order_id_problem(id: Option<&str>) -> Option<&'static str> {
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

    use super::{Kind, Purchase};
    use crate::{Failure, amazon::Profile, config::Merchant, fields::Fields};

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
    fn check(changes: &[(&str, Option<&str>)], merchant: &Merchant) -> Result<Purchase, Failure> {
        changed(Kind::Order, &GOOD, changes, merchant)
    }

    fn changed(
        kind: Kind,
        good: &[(&str, &str)],
        changes: &[(&str, Option<&str>)],
        merchant: &Merchant,
    ) -> Result<Purchase, Failure> {
        let mut fields: Fields = good.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect();
        for (name, value) in changes {
            match value {
                Some(value) => fields.set(name, *value),
                None => fields.retain(|known| known != *name),
            }
        }
        Purchase::check(kind, fields, merchant)
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
            ("emailAddress", Some(" "), "empty"),
            ("emailAddress", Some(&*format!("{}@a.example", "x".repeat(250))), "255"),
            ("orderId", Some("A 1"), "order id"),
            ("firstName", Some(" "), "empty"),
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
            ("Product1_ID", "product1_id"),
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
    fn the_buyer_s_name_is_amazon_s_split_at_its_first_blank_and_cut_between_characters() {
        let long = "é".repeat(51);
        for (name, first, last) in [
            (Some("Maria Bennett"), "Maria", "Bennett"),
            (Some("  Ana  Maria de Souza "), "Ana", "Maria de Souza"),
            (Some("Cher"), "Cher", " "),
            (Some(long.as_str()), &*"é".repeat(50), " "),
            (Some(" "), "Ada", "Lovelace"),
            (None, "Ada", "Lovelace"),
        ] {
            let profile = Profile { name: name.map(str::to_owned), email: None };
            let fields = check(&[], &merchant()).unwrap().of_buyer(profile).unwrap();
            let told = (fields.get("firstName"), fields.get("lastName"));
            assert_eq!(told, (Some(first), Some(last)), "{name:?}");
            assert_eq!(fields.get("emailAddress"), Some("ada@example.com"));
        }
        let named = check(&[("firstName", Some(&long))], &merchant()).unwrap();
        let fields = named.of_buyer(Profile::default()).unwrap();
        assert_eq!(fields.get("firstName"), Some("é".repeat(50).as_str()));
    }

    #[test]
    fn what_neither_amazon_nor_the_page_tells_is_named() {
        for missing in ["emailAddress", "firstName", "lastName"] {
            let order = check(&[(missing, None)], &merchant()).unwrap();
            let Err(Failure::FieldsInvalid(wrong)) = order.of_buyer(Profile::default()) else {
                panic!("{missing}");
            };
            assert_eq!(wrong.keys().collect::<Vec<_>>(), [missing]);
        }
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
    fn only_what_a_page_must_not_say_is_counted() {
        for (name, value, count) in [
            ("campaignId", "12", 0),
            ("CAMPAIGNID", "12", 0),
            ("amazonBillerId", "7", 0),
            ("paySource", "AMAZON", 0),
            ("campaignId", "13", 1),
            ("amazonBillerId", "12", 1),
            ("product1_price", "1", 1),
        ] {
            let change = [(name, Some(value))];
            for purchase in [check(&change, &merchant()), upsale(&change, &merchant())] {
                assert_eq!(purchase.unwrap().dropped_fields(), count, "{name}={value}");
            }
        }
    }

    #[test]
    fn a_renewed_token_is_the_same_purchase() {
        let print =
            |changes: &[(&str, Option<&str>)]| check(changes, &merchant()).unwrap().fingerprint();
        assert_eq!(print(&[]), print(&[("amazonAddressConsent", Some("Atza|renewed"))]));
        assert_ne!(print(&[]), print(&[("product1_id", Some("1"))]));
    }

    const GOOD_UPSALE: [(&str, &str); 4] = [
        ("orderId", "A1B2C3D4E5"),
        ("productId", "348"),
        ("amazonOrderId", "S01-1234567-7654321"),
        ("amazonAddressConsent", "Atza|token+/="),
    ];

    /// The good upsale with some fields replaced, added, or (`None`) left out.
    fn upsale(changes: &[(&str, Option<&str>)], merchant: &Merchant) -> Result<Purchase, Failure> {
        changed(Kind::Upsale, &GOOD_UPSALE, changes, merchant)
    }

    #[test]
    fn a_good_upsale_gets_what_the_merchant_decided_and_no_pay_source() {
        for pay_source in [None, Some("AMAZON")] {
            let changes = [("paySource", pay_source), ("amazonBillerId", Some("99"))];
            let upsale = upsale(&changes, &merchant()).unwrap();
            assert_eq!(
                upsale.fields().to_form(),
                "orderId=A1B2C3D4E5&productId=348&amazonOrderId=S01-1234567-7654321\
                 &amazonAddressConsent=Atza%7Ctoken%2B%2F%3D&campaignId=12&amazonBillerId=7"
            );
            assert_eq!(upsale.kind(), Kind::Upsale);
        }
    }

    #[test]
    fn each_wrong_field_of_an_upsale_is_named() {
        let long = "x".repeat(33);
        for (name, value, part) in [
            ("orderId", None, "missing"),
            ("orderId", Some(""), "not an order id of the CRM"),
            ("orderId", Some(long.as_str()), "not an order id of the CRM"),
            ("orderId", Some("A1 B2"), "not an order id of the CRM"),
            ("orderId", Some("A1/B2"), "not an order id of the CRM"),
            ("orderId", Some("Ä1"), "not an order id of the CRM"),
            ("productId", None, "by productId, or by product1_id"),
            ("productId", Some(""), "not a campaign product id"),
            ("productId", Some("0348"), "not a campaign product id"),
            ("productId", Some("348.0"), "not a campaign product id"),
            ("productId", Some("teapot"), "not a campaign product id"),
            ("product2_id", Some("349"), "not by both"),
            ("amazonOrderId", None, "missing"),
            ("amazonOrderId", Some("A1B2C3D4E5"), "not an Amazon"),
            ("amazonAddressConsent", None, "missing"),
            ("amazonAddressConsent", Some("Atza%7Cabc"), "percent-encoded"),
            ("paySource", Some("CREDITCARD"), "Only AMAZON"),
            ("orderItems", Some(r#"{"349":1}"#), "by productId, or by product1_id"),
            ("ORDERITEMS", Some(r#"{"349":1}"#), "by productId, or by product1_id"),
        ] {
            let Err(Failure::FieldsInvalid(wrong)) = upsale(&[(name, value)], &merchant()) else {
                panic!("{name}={value:?} was taken");
            };
            assert_eq!(wrong.len(), 1, "{name}={value:?}: {wrong:?}");
            let (_, sentence) = wrong.first_key_value().unwrap();
            assert!(sentence.contains(part), "{name}={value:?}: {wrong:?}");
        }
    }

    #[test]
    fn odd_but_good_upsales_pass() {
        let exact = "x".repeat(32);
        for (name, value) in [
            ("orderId", exact.as_str()),
            ("orderId", "12"),
            ("orderId", "-_"),
            ("productQty", "2"),
            ("amazonOrderId", "C01-0000000-0000000"),
            ("sessionId", "x"),
            ("affId", "x"),
            ("sourceValue5", "x"),
            ("replaceProductId", "345"),
            ("variantDetailId", "7"),
        ] {
            let upsale = upsale(&[(name, Some(value))], &merchant()).unwrap();
            assert_eq!(upsale.fields().get(name), Some(value));
        }
    }

    #[test]
    fn the_fields_of_an_upsale_have_one_spelling() {
        for (name, spelling) in [
            ("ORDERID", "orderId"),
            ("productid", "productId"),
            ("Product1_ID", "product1_id"),
            ("PAYSOURCE", "paySource"),
        ] {
            for right in [spelling, "unused"] {
                let changes = [(right, None), (name, Some("1"))];
                let Err(Failure::FieldsInvalid(wrong)) = upsale(&changes, &merchant()) else {
                    panic!("{name} was taken");
                };
                assert_eq!(wrong[name], format!("This field is spelled {spelling}."));
            }
        }
    }

    #[test]
    fn an_upsale_sets_no_price_and_no_credential() {
        for name in [
            "productPrice",
            "productShipPrice",
            "productSalesTax",
            "product1_price",
            "loginId",
            "password",
            "ipAddress",
            "forceMerchantId",
            "customerId",
            "cardNumber",
        ] {
            let upsale = upsale(&[(name, Some("1"))], &merchant()).unwrap();
            assert_eq!(upsale.fields().get(name), None, "{name}");
        }
    }

    #[test]
    fn an_upsale_needs_the_page_s_biller_but_no_campaign_where_none_is_configured() {
        let Err(Failure::FieldsInvalid(wrong)) = upsale(&[], &Merchant::default()) else {
            panic!("an upsale without biller was taken");
        };
        assert_eq!(wrong.keys().collect::<Vec<_>>(), ["amazonBillerId"]);
        let page = [("campaignId", Some("99")), ("amazonBillerId", Some("98"))];
        let upsale = upsale(&page, &Merchant::default()).unwrap();
        assert_eq!(upsale.fields().get("campaignId"), Some("99"));
        assert_eq!(upsale.fields().get("amazonBillerId"), Some("98"));
    }

    #[test]
    fn the_same_products_for_the_same_order_are_the_same_subject() {
        let subject = |changes: &[(&str, Option<&str>)]| {
            upsale(changes, &merchant()).unwrap().subject().clone()
        };
        let indexed = [("productId", None), ("product1_id", Some("348"))];
        let two = [indexed[0], indexed[1], ("product2_id", Some("349"))];
        let turned = [indexed[0], ("product2_id", Some("348")), ("product1_id", Some("349"))];
        for same in [
            &indexed[..],
            &[("productQty", Some("2"))],
            &[("variantDetailId", Some("7"))],
            &[("amazonOrderId", Some("S01-0000000-0000000"))],
        ] {
            assert_eq!(subject(same), subject(&[]), "{same:?}");
        }
        assert_eq!(subject(&two), subject(&turned));
        for other in [&two[..], &[("productId", Some("349"))], &[("orderId", Some("Z9"))]] {
            assert_ne!(subject(other), subject(&[]), "{other:?}");
        }
    }
}
