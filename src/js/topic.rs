//! What JavaScript tells us, all of it through one function, `hear`.
//!
//! Amazon's widgets are never unregistered. An abandoned one goes on calling its callbacks, and a
//! closure of ours that was dropped by then would throw inside Amazon's code; one closure for each
//! would leak instead. Therefore JavaScript's own callbacks call an export of the module with
//! numbers: which checkout, what it is about, and in which generation. What is told to a checkout
//! that has gone goes nowhere.

/// What is told. `talk.js` has the same numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// The page wants to hear of this event.
    On,
    /// The page or the buyer wants the order placed.
    PlaceOrder,
    /// The page offers this agreement.
    SetAgreement,
    /// The page has prices in this currency.
    SetCurrency,
    /// The page wants to know where the checkout stands.
    Snapshot,
    /// The page or the buyer wants to sign out.
    SignOut,
    /// The page wants another try.
    Retry,
    /// The page is done with the checkout.
    Dispose,
    /// The page's handlers are in place.
    Begin,
    /// The page came into sight, or went; true if it was left and is back as it was.
    Seen,
    /// The loader of Amazon's script is done.
    AmazonLoaded,
    /// A call into Amazon's script threw this.
    AmazonThrew,
    /// Amazon's button was pressed.
    ButtonPressed,
    /// The browser did not let Amazon's window open.
    PopupBlocked,
    /// The sign-in answered.
    SignedIn,
    /// A widget's container is too low for it.
    TooLow,
    /// A widget made an order reference with this id.
    OrderCreated,
    /// Something was selected in a widget. The Consent widget tells its status.
    Chosen,
    /// A widget reported this error code.
    WidgetFailed,
    /// A widget was drawn a while ago; true if nothing of it shows.
    Silent,
    /// The page has sent this order before it was loaded again.
    Sent,
    /// The profile is there, or the request failed.
    ProfileArrived,
    /// The page's order function answered.
    FieldsGiven,
    /// The page has seen all fields, and what it made of them.
    FieldsChecked,
    /// A function of the page's failed.
    FieldsFailed,
    /// The order was answered, or the answer was lost.
    Answered,
    /// The timer of this number ran out.
    TimeUp,
}

impl Topic {
    const ALL: [Self; 27] = [
        Self::On,
        Self::PlaceOrder,
        Self::SetAgreement,
        Self::SetCurrency,
        Self::Snapshot,
        Self::SignOut,
        Self::Retry,
        Self::Dispose,
        Self::Begin,
        Self::Seen,
        Self::AmazonLoaded,
        Self::AmazonThrew,
        Self::ButtonPressed,
        Self::PopupBlocked,
        Self::SignedIn,
        Self::TooLow,
        Self::OrderCreated,
        Self::Chosen,
        Self::WidgetFailed,
        Self::Silent,
        Self::Sent,
        Self::ProfileArrived,
        Self::FieldsGiven,
        Self::FieldsChecked,
        Self::FieldsFailed,
        Self::Answered,
        Self::TimeUp,
    ];

    /// The topic with this number.
    pub fn of(number: u32) -> Option<Self> {
        Self::ALL.get(number as usize).copied()
    }
}
