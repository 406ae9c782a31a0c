//! What the demo sells. Prices come from here, never from a request.

use std::{fmt, iter::Sum};

/// An amount in the minor unit of its currency: US cents here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cents(pub u64);

impl Cents {
    /// The amount for a number of pieces.
    #[must_use]
    pub fn times(self, quantity: u32) -> Self {
        Self(self.0.saturating_mul(u64::from(quantity)))
    }
}

impl Sum for Cents {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        Self(amounts.fold(0, |total, amount| total.saturating_add(amount.0)))
    }
}

impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// A campaign product.
#[derive(Clone, Copy, Debug)]
pub struct Product {
    /// The campaign product id.
    pub id: u32,
    /// What it is called.
    pub name: &'static str,
    /// The price of one piece.
    pub price: Cents,
    /// The shipping of one piece.
    pub shipping: Cents,
}

const PRODUCTS: [Product; 5] = [
    Product { id: 345, name: "Tea sampler", price: Cents(59_95), shipping: Cents(4_95) },
    Product { id: 346, name: "Tea of the month", price: Cents(19_90), shipping: Cents(0) },
    Product { id: 347, name: "The tea book (PDF)", price: Cents(9_00), shipping: Cents(0) },
    Product { id: 348, name: "Glass teapot", price: Cents(24_50), shipping: Cents(3_00) },
    Product { id: 349, name: "Set of four cups", price: Cents(17_05), shipping: Cents(2_95) },
];

/// The product with this campaign product id.
#[must_use]
pub fn product(id: u32) -> Option<Product> {
    PRODUCTS.into_iter().find(|product| product.id == id)
}

#[cfg(test)]
mod tests {
    use super::Cents;

    #[test]
    fn amounts_have_two_digits_after_the_point() {
        for (cents, text) in [(0, "0.00"), (5, "0.05"), (64_90, "64.90"), (123_456, "1234.56")] {
            assert_eq!(Cents(cents).to_string(), text);
        }
        assert_eq!([Cents(59_95).times(2), Cents(5)].into_iter().sum::<Cents>(), Cents(11_995));
    }
}
