//! What a purchase is made of, and which page of it this is.

use crate::domain::ids::AmazonOrderId;
use crate::domain::options::Options;
use crate::domain::text::contains_ignoring_case;

/// What a purchase is made of, and so what the buyer has to choose here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What this page is for.
    pub page: Page,
    /// The buyer is charged again: a billing agreement takes the order reference's place.
    pub recurring: bool,
    /// Nothing is delivered, so no address is chosen.
    pub digital: bool,
    /// The buyer agrees in a widget of its own.
    pub consent: bool,
    /// What is chosen is also shown once more, to be read only.
    pub review: bool,
}

/// What a page of a funnel is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// The buyer chooses and places the order.
    #[default]
    Checkout,
    /// The buyer chooses; the next page places the order.
    Choose,
    /// What was chosen on the page before is shown, and the order placed.
    Review,
    /// Something is added to an order that was placed on a page before.
    Upsell,
    /// Nothing is left to do.
    ThankYou,
    /// The buyer signs in, and buys on another page.
    SignIn,
}

impl Page {
    const ALL: [Self; 6] =
        [Self::Checkout, Self::Choose, Self::Review, Self::Upsell, Self::ThankYou, Self::SignIn];

    /// The option's values, in order.
    pub const NAMES: &[&str] = &["checkout", "choose", "review", "upsell", "thank-you", "sign-in"];

    /// The page of these options.
    pub fn of(options: &Options) -> Self {
        let wanted = options.required("page", "");
        let place = Self::NAMES.iter().position(|name| *name == wanted).unwrap_or_default();
        Self::ALL.get(place).copied().unwrap_or_default()
    }

    /// True where AddressBook and Wallet are there to choose in.
    pub const fn chooses(self) -> bool {
        !matches!(self, Self::Review | Self::ThankYou | Self::SignIn)
    }
}

/// An order reference or billing agreement that outlives its page or its session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptOrder {
    /// Amazon's id of it.
    pub id: AmazonOrderId,
    /// It is a billing agreement.
    pub recurring: bool,
    /// Nothing was missing.
    pub complete: bool,
}

impl Plan {
    /// The order to go on with: one of the other kind is none, an upsell has its own, and who only signs in
    /// has no need of any.
    pub fn accept(self, kept: Option<KeptOrder>) -> Option<KeptOrder> {
        let goes_on = !matches!(self.page, Page::Upsell | Page::SignIn);
        kept.filter(|kept| kept.recurring == self.recurring && goes_on)
    }

    /// The plan of a page with these options.
    pub fn of(options: &Options) -> Self {
        Self::new(options, options.text("agreement", "") == Some("recurring"))
    }

    /// The same page's plan for the other agreement.
    pub fn new(options: &Options, recurring: bool) -> Self {
        let page = Page::of(options);
        let is_named = |part| options.get(part, "container").is_some();
        Self {
            page,
            recurring,
            digital: options.text("goods", "") == Some("digital"),
            consent: recurring && !asks_at_sign_in(options),
            review: page == Page::Review || is_named("addressReview") || is_named("walletReview"),
        }
    }
}

/// True if the sign-in asks for the consent to further charges: then no widget does.
pub fn asks_at_sign_in(options: &Options) -> bool {
    contains_ignoring_case(options.scope(), "payments:autopay_consent")
}
