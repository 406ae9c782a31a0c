//! What the stand-in remembers.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use serde::Serialize;

use super::{
    booking::{self, Booking, Line, Status},
    faults::{Asked, Silence},
    ledger::{Ledger, Outcome},
};
use crate::{fields::Fields, purchase::Kind};

/// How long an order takes upsales. The real CRM has this as a setting of the campaign.
pub const UPSELL_WINDOW: Duration = Duration::from_secs(2 * 60 * 60);

/// All that has happened since the start.
#[derive(Debug, Default)]
pub struct Books {
    /// The imports.
    pub ledger: Ledger,
    /// How often each address was called.
    pub calls: Calls,
    /// Leads and orders, oldest first.
    sales: Vec<Sale>,
    /// Who has been a lead.
    leads: HashSet<String>,
}

/// How often each address was called, whatever the answer.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Calls {
    /// Import Lead.
    pub leads: usize,
    /// Import Order.
    pub orders: usize,
    /// Import Upsale.
    pub upsales: usize,
    /// Order Query.
    pub queries: usize,
}

/// A lead, or the order that came of it, with what upsales have made of that.
#[derive(Clone, Debug)]
pub struct Sale {
    /// As it is told.
    pub booking: Booking,
    /// When it was paid; before that, when it began.
    first: Instant,
    /// The shopper's address of the lead.
    ip_address: Option<String>,
    /// What goes wrong when somebody asks for it.
    query: Option<Asked<Silence>>,
}

impl Books {
    /// Whether this lead, by its Amazon order or else its e-mail address, is the first of its kind.
    pub fn is_first_lead(&mut self, fields: &Fields) -> bool {
        let who = fields.get("amazonOrderId").or_else(|| fields.get("emailAddress"));
        self.leads.insert(who.unwrap_or("").to_owned())
    }

    /// The order with this id.
    pub fn sale(&mut self, order_id: &str) -> Option<&mut Sale> {
        self.sales.iter_mut().find(|sale| sale.booking.order_id == order_id)
    }

    /// The newest lead from an address that nothing has come of yet.
    pub fn open_lead(&mut self, ip_address: &str) -> Option<&mut Sale> {
        self.sales.iter_mut().rev().find(|sale| {
            sale.booking.order_status == Status::Partial
                && sale.ip_address.as_deref() == Some(ip_address)
        })
    }

    /// Begins an order.
    pub fn begin(&mut self, fields: &Fields, campaign_id: u32) -> Sale {
        Sale {
            booking: Booking::new(campaign_id, self.sales.len()),
            first: Instant::now(),
            ip_address: fields.get("ipAddress").map(str::to_owned),
            query: None,
        }
    }

    /// Writes an order down, anew or for the first time.
    pub fn keep(&mut self, sale: Sale) {
        match self.sale(&sale.booking.order_id) {
            Some(known) => *known = sale,
            None => self.sales.push(sale),
        }
    }

    /// Books products as part of a sale.
    pub fn book(&mut self, mut sale: Sale, lines: &[Line]) -> (Outcome, Booking) {
        if sale.booking.order_status != Status::Complete {
            sale.booking.order_status = Status::Complete;
            sale.first = Instant::now();
        }
        sale.booking.add(lines);
        let order = sale.booking.clone();
        self.keep(sale);
        let accepted = Outcome::Accepted {
            order_id: order.order_id.clone(),
            total: booking::total(lines).to_string(),
        };
        (accepted, order)
    }

    /// The order that an import is about: a new one, a lead's, or the one that an upsale is for.
    ///
    /// # Errors
    /// Why there is none.
    pub fn sale_for(
        &mut self,
        kind: Kind,
        fields: &Fields,
        campaign_id: u32,
        late: bool,
    ) -> Result<Sale, &'static str> {
        match kind {
            Kind::Order => {
                let mut sale = match fields.get("orderId") {
                    None => self.begin(fields, campaign_id),
                    Some(id) => self.sale(id).ok_or("orderId is invalid")?.clone(),
                };
                if sale.booking.order_status == Status::Complete {
                    // Unknown in reality: nobody has recorded a second import of a paid order.
                    return Err("Order has already been completed");
                }
                sale.booking.set_buyer(fields);
                Ok(sale)
            }
            Kind::Upsale => {
                let known = fields.get("orderId").and_then(|id| self.sale(id)).map(|sale| &*sale);
                known.ok_or("orderId is invalid")?.for_upsale(fields, late)
            }
        }
    }
}

impl Sale {
    /// The order as an upsale finds it, without the product that it replaces.
    fn for_upsale(&self, fields: &Fields, late: bool) -> Result<Self, &'static str> {
        if self.booking.order_status != Status::Complete {
            return Err("orderId is invalid");
        }
        let later = if late { UPSELL_WINDOW } else { Duration::ZERO };
        if self.first.elapsed() + later >= UPSELL_WINDOW {
            return Err("The upsell window of this order has closed");
        }
        let mut sale = self.clone();
        if let Some(id) = fields.get("replaceProductId") {
            let replaced = id.parse().is_ok_and(|id| sale.booking.remove(id));
            replaced.then_some(()).ok_or("replaceProductId is invalid")?;
        }
        Ok(sale)
    }

    /// Remembers what is to go wrong when somebody asks for it: a query has no field for that.
    pub fn plan_query(&mut self, fault: Option<Asked<Silence>>, first: bool) {
        if let Some(fault) = fault.filter(|fault| first || !fault.once) {
            self.query = Some(fault);
        }
    }

    /// What goes wrong with this query.
    pub fn query_fault(&mut self) -> Option<Silence> {
        let fault = self.query.clone()?;
        if fault.once {
            self.query = None;
        }
        Some(fault.fault)
    }
}
