//! What the pages of a funnel hand on to each other in one tab.

use crate::domain::ids::AmazonOrderId;
use crate::domain::order::Fields;
use crate::domain::outcome::{PlacedOrder, Receipt};
use crate::domain::plan::{Page, Plan};
use crate::domain::session::Arrival;
use crate::domain::text::cut;
use crate::domain::value::Value;
use crate::error::{Error, ErrorKind};
use crate::prelude::*;

/// The names in a landing page's address, and the CRM's names for them. Its sources have `c1` in
/// addresses only.
const CARRIED: [(&str, &str); 8] = [
    ("sessionId", "sessionId"),
    ("orderId", "orderId"),
    ("affId", "affId"),
    ("c1", "sourceValue1"),
    ("c2", "sourceValue2"),
    ("c3", "sourceValue3"),
    ("c4", "sourceValue4"),
    ("c5", "sourceValue5"),
];
/// As many of them go with an upsell; the rest is with its order already.
const WITH_UPSELL: usize = 1;

/// The longest that the CRM takes, in characters.
const LONGEST: usize = 200;

/// As long after the order the CRM takes upsells, unless its campaign says otherwise. In minutes.
pub const UPSELL_MINUTES: &str = "120";

/// What this tab knows of the funnel: the landing page's values by their names in its address, and
///
/// - `placed`: the order, as `orderId` and `amazonOrderId`, with `isOver`, true when it is too late
///   for upsells, and `products`, the ids of what was added since;
/// - `again`: what this very page placed, if the buyer comes back to it or loads it again.
#[derive(Debug, Default)]
pub struct Funnel(pub Value);

impl Funnel {
    /// Who comes, if the funnel knows better than the session: somebody who has placed this order
    /// already, or somebody without the order that this page needs. `fields` are the page's own, unless
    /// it tells them only when the order is placed.
    pub fn arrival(&self, plan: Plan, fields: Option<&Fields>) -> Option<Arrival> {
        let placed = self.0.get("placed");
        let known = match plan.page {
            Page::ThankYou => placed,
            _ => self.0.get("again"),
        };
        if let Some(receipt) = known.and_then(receipt) {
            return Some(Arrival::Placed(Box::new(receipt)));
        }
        let error = match plan.page {
            Page::ThankYou => ErrorKind::FirstOrderMissing.into(),
            Page::Upsell => self.upsell_order(fields.unwrap_or(&Fields::default())).err()?,
            _ => return None,
        };
        // The page's function may know the order.
        let may_come = fields.is_none() && plan.page == Page::Upsell;
        let is_open = may_come && error.kind() == ErrorKind::FirstOrderMissing;
        (!is_open).then_some(Arrival::Closed(error))
    }

    /// The order to which an upsell page adds.
    pub fn shown_order(&self, plan: Plan) -> Option<&str> {
        let placed = self.placed_id();
        if plan.page == Page::Upsell { placed } else { None }
    }

    /// The CRM's id of the order that was placed in this tab.
    fn placed_id(&self) -> Option<&str> {
        self.0.get("placed").and_then(|placed| placed.text_of("orderId"))
    }

    /// The order's fields with what the funnel adds. What the page itself says wins.
    ///
    /// # Errors
    /// For an upsell [`ErrorKind::FirstOrderMissing`], [`ErrorKind::UpsellOver`] or
    /// [`ErrorKind::UpsellTaken`].
    pub fn complete(&self, plan: Plan, mut fields: Fields) -> Result<Fields, Error> {
        let is_upsell = plan.page == Page::Upsell;
        if is_upsell {
            let order_id = self.upsell_order(&fields)?.to_owned();
            fields.add("orderId", &order_id);
        }
        for (place, (carried, name)) in CARRIED.into_iter().enumerate() {
            if let Some(text) = self.0.text_of(carried)
                && (!is_upsell || place < WITH_UPSELL)
            {
                fields.add(name, cut(text, LONGEST));
            }
        }
        Ok(fields)
    }

    /// The CRM's id of the order to which an upsell is added: the page's own word, or what was
    /// placed in this tab. Not what an address says, which anybody can write: the buyer would pay for
    /// somebody else's order.
    fn first_order<'a>(&'a self, fields: &'a Fields) -> Result<&'a str, Error> {
        if let Some(id) = fields.text("orderId") {
            return Ok(id);
        }
        let placed = self.0.get("placed");
        if placed.is_some_and(|placed| placed.is_true("isOver")) {
            return Err(ErrorKind::UpsellOver.into());
        }
        self.placed_id().ok_or_else(|| ErrorKind::FirstOrderMissing.into())
    }

    /// The same if the product is still to be had.
    fn upsell_order<'a>(&'a self, fields: &'a Fields) -> Result<&'a str, Error> {
        let order = self.first_order(fields)?;
        if self.placed_id() == Some(order) && self.is_taken(fields) {
            Err(ErrorKind::UpsellTaken.into())
        } else {
            Ok(order)
        }
    }

    fn is_taken(&self, fields: &Fields) -> bool {
        let products = self.0.get("placed").and_then(|placed| placed.get("products"));
        let Some(Value::List(products)) = products else { return false };
        let product = fields.product();
        product.is_some() && products.iter().any(|taken| taken.text() == product)
    }
}

fn receipt(placed: &Value) -> Option<Receipt> {
    let amazon_order_id = AmazonOrderId::parse(placed.text_of("amazonOrderId")?)?;
    let order_id = placed.text_of("orderId").map(str::to_owned);
    Some(Receipt { amazon_order_id, order: PlacedOrder { order_id, message: Value::Null } })
}
