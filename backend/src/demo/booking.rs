//! A booked order as the CRM tells it.

use std::{
    collections::BTreeMap,
    time::{SystemTime, UNIX_EPOCH},
};

use serde::Serialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::catalog::{self, Cents, Product};
use crate::{fields::Fields, purchase::Kind};

/// From a campaign product id to the id of the product as such: they differ, as with the real CRM.
const BASE_PRODUCTS: u32 = 10_000;

/// One product of an order.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    product: Product,
    quantity: u32,
}

impl Line {
    fn price(&self) -> Cents {
        self.product.price.times(self.quantity)
    }

    fn shipping(&self) -> Cents {
        self.product.shipping.times(self.quantity)
    }
}

/// What the buyer pays for some products.
#[must_use]
pub fn total(lines: &[Line]) -> Cents {
    lines.iter().map(|line| [line.price(), line.shipping()].into_iter().sum()).sum()
}

/// The products, from `product1_id`, `product2_id`, … or else from `orderItems` for an order, from
/// `productId` for an upsale.
///
/// # Errors
/// The field that is wrong, and what is wrong with it.
pub fn lines(kind: Kind, fields: &Fields) -> Result<Vec<Line>, (String, &'static str)> {
    let line = |id: &str, quantity: &str| {
        let product = id.parse().ok().and_then(catalog::product)?;
        let quantity = quantity.parse().ok().filter(|quantity| (1..=99).contains(quantity))?;
        Some(Line { product, quantity })
    };
    let indexed: Vec<_> = (1..)
        .map(|n| (format!("product{n}_id"), format!("product{n}_qty")))
        .map_while(|(id, quantity)| fields.get(&id).map(|value| (id.clone(), value, quantity)))
        .collect();
    if !indexed.is_empty() {
        return indexed
            .into_iter()
            .map(|(name, id, quantity)| {
                line(id, fields.get(&quantity).unwrap_or("1")).ok_or((name, "is invalid"))
            })
            .collect();
    }
    if kind == Kind::Upsale {
        let name = || "productId".to_owned();
        let id = fields.get("productId").ok_or((name(), "is required"))?;
        let line = line(id, fields.get("productQty").unwrap_or("1"));
        return Ok(vec![line.ok_or((name(), "is invalid"))?]);
    }
    let Some(items) = fields.get("orderItems") else {
        return Err(("product1_id".to_owned(), "is required"));
    };
    let wrong = || ("orderItems".to_owned(), "is invalid");
    let items: BTreeMap<String, u32> = serde_json::from_str(items).map_err(|_| wrong())?;
    if items.is_empty() {
        return Err(wrong());
    }
    items.iter().map(|(id, quantity)| line(id, &quantity.to_string()).ok_or_else(wrong)).collect()
}

/// What has become of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// A lead: nothing has been charged.
    Partial,
    /// Paid.
    Complete,
    /// Declined by the processor.
    Declined,
}

/// The order object of a success. Numbers are sometimes texts, as with the real CRM.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Booking {
    /// Opaque, such as `A1B2C3D4E5`.
    pub order_id: String,
    order_type: &'static str,
    /// What has become of it.
    pub order_status: Status,
    customer_id: usize,
    campaign_id: u32,
    campaign_name: &'static str,
    date_created: String,
    total_amount: Option<Box<RawValue>>,
    sub_total: String,
    ship_total: String,
    sales_tax: &'static str,
    currency_symbol: &'static str,
    merchant_txn_id: String,
    pay_source: &'static str,
    first_name: String,
    last_name: String,
    email_address: String,
    items: BTreeMap<u32, Item>,
    #[serde(skip)]
    lines: Vec<Line>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    /// Of the product as such, which no import takes.
    product_id: String,
    /// Of the product in this campaign.
    campaign_product_id: String,
    name: &'static str,
    qty: String,
    /// The line total, not the price of one piece.
    price: String,
    shipping: String,
    purchase_status: &'static str,
}

impl Booking {
    /// The `number`-th order of the stand-in, of nobody and without products yet.
    #[must_use]
    pub fn new(campaign_id: u32, number: usize) -> Self {
        let mut booking = Self {
            order_id: opaque_id("order", number),
            order_type: "NEW_SALE",
            order_status: Status::Partial,
            customer_id: 1000 + number,
            campaign_id,
            campaign_name: "LanderPay demo",
            date_created: date_time(SystemTime::now()),
            total_amount: None,
            sub_total: String::new(),
            ship_total: String::new(),
            sales_tax: "0.00",
            currency_symbol: "$",
            merchant_txn_id: opaque_id("transaction", number),
            pay_source: "AMAZON",
            first_name: String::new(),
            last_name: String::new(),
            email_address: String::new(),
            items: BTreeMap::new(),
            lines: Vec::new(),
        };
        booking.tell();
        booking
    }

    /// Writes down whose order it is, as the newest call says.
    pub fn set_buyer(&mut self, fields: &Fields) {
        let text = |name| fields.get(name).unwrap_or("").to_owned();
        self.first_name = text("firstName");
        self.last_name = text("lastName");
        self.email_address = text("emailAddress");
    }

    /// Adds products: the order's own, and later those of each upsale.
    pub fn add(&mut self, lines: &[Line]) {
        for line in lines {
            let known = self.lines.iter_mut().find(|known| known.product.id == line.product.id);
            match known {
                Some(known) => known.quantity = known.quantity.saturating_add(line.quantity),
                None => self.lines.push(*line),
            }
        }
        self.tell();
    }

    /// Takes a product out, for an upsale to take its place. Whether it was there.
    pub fn remove(&mut self, product_id: u32) -> bool {
        let before = self.lines.len();
        self.lines.retain(|line| line.product.id != product_id);
        self.tell();
        self.lines.len() < before
    }

    /// Writes items and amounts anew.
    fn tell(&mut self) {
        self.sub_total = self.lines.iter().map(Line::price).sum::<Cents>().to_string();
        self.ship_total = self.lines.iter().map(Line::shipping).sum::<Cents>().to_string();
        self.total_amount = RawValue::from_string(total(&self.lines).to_string()).ok();
        self.items = self.lines.iter().map(|line| (line.product.id, Item::from(line))).collect();
    }
}

impl From<&Line> for Item {
    fn from(line: &Line) -> Self {
        Self {
            product_id: (BASE_PRODUCTS + line.product.id).to_string(),
            campaign_product_id: line.product.id.to_string(),
            name: line.product.name,
            qty: line.quantity.to_string(),
            price: line.price().to_string(),
            shipping: line.shipping().to_string(),
            purchase_status: "ACTIVE",
        }
    }
}

/// An id of letters and digits in turn, such as `A1B2C3D4E5`, that tells nothing.
fn opaque_id(kind: &str, number: usize) -> String {
    let digest = Sha256::digest(format!("{kind} {number}"));
    digest
        .iter()
        .take(10)
        .enumerate()
        .map(|(at, byte)| if at % 2 == 0 { b'A' + byte % 26 } else { b'0' + byte % 10 })
        .map(char::from)
        .collect()
}

/// `2026-01-31 23:59:59`, in UTC.
fn date_time(at: SystemTime) -> String {
    let seconds = at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    // Days since 0000-03-01, so that a leap day is the last day of its year.
    let days = seconds / 86_400 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::{date_time, opaque_id};

    #[test]
    fn dates() {
        for (seconds, text) in [
            (0, "1970-01-01 00:00:00"),
            (951_827_696, "2000-02-29 12:34:56"),
            (1_798_761_599, "2026-12-31 23:59:59"),
        ] {
            assert_eq!(date_time(UNIX_EPOCH + Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn ids_are_letters_and_digits_in_turn() {
        let id = opaque_id("order", 1);
        assert_eq!(id.len(), 10);
        assert_ne!(id, opaque_id("order", 2));
    }
}
