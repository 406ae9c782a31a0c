//! The journal of attempts: why a purchase is imported once, however often it is asked for.
//!
//! A key that was used before decides alone:
//!
//! | its attempt is … | and the content is … | then |
//! |---|---|---|
//! | any | another | `idempotency_conflict` |
//! | under way | the same | the caller waits for the outcome |
//! | answered | the same | the stored answer |
//! | of unknown outcome | the same | `order_outcome_unknown` |
//!
//! For a new key, or none, the last attempts at what the purchase uses up decide. An order reference
//! serves one purchase, and a page that has lost its key must not buy twice. The back button, a reload
//! and a second tab each bring a fresh order reference to an upsale, so an upsale uses up more: each
//! of its products at its order of the CRM, whatever their number and variant. They are asked first,
//! then the Amazon order:
//!
//! | the last attempt at it … | then |
//! |---|---|
//! | does not exist, or was answered `ERROR`, `DECLINE` or `DECLINED` | it is free; the caller imports when all is |
//! | is under way, for the same subject | the caller waits for its outcome |
//! | was answered `SUCCESS` or `MERC_REDIRECT`, for the same subject | the stored answer |
//! | is under way or was answered so, for the product among others | `product_taken` |
//! | was answered otherwise, is of unknown outcome, or has another subject | `order_outcome_unknown` |
//!
//! The subject of an order is its buyer, by e-mail address; that of an upsale is its order with the
//! whole set of products. Whatever a new key is told, it stands for that from then on. A failure
//! before anything was sent, `product_taken` among them, leaves the key, and all that was to be used
//! up, as if they were new.
//!
//! An answer is the whole order, with name and address, and an upsale names its order by an id that
//! can be guessed or found. So the whole answer is only for the access token with which the order was
//! imported by this process. Who shows another, be it a stranger's or a renewed one, learns what
//! became of the attempts with that token, and the order id; of other attempts at an upsale, only
//! whether one succeeded or why it was refused. A known key changes nothing of that.
//!
//! This journal lives in memory, for one process: it forgets nothing until that process ends, and
//! everything then.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use crate::{
    Failure,
    envelope::{Envelope, Verdict},
    purchase::{Kind, Purchase, Subject},
};

/// How an attempt ended.
pub type Outcome = Result<Envelope, Failure>;

/// The `Idempotency-Key` header: 16 to 128 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key(String);

impl Key {
    /// Takes the header's text when it is a valid key.
    ///
    /// # Errors
    /// [`Failure::IdempotencyKeyInvalid`].
    pub fn from_header(text: &[u8]) -> Result<Self, Failure> {
        let valid = (16..=128).contains(&text.len()) && text.iter().all(u8::is_ascii_graphic);
        match std::str::from_utf8(text) {
            Ok(text) if valid => Ok(Self(text.to_owned())),
            _ => Err(Failure::IdempotencyKeyInvalid),
        }
    }
}

/// What to do with a request.
#[derive(Debug)]
pub enum Begin {
    /// Nobody has asked for this yet: import, then [`Attempt::settle`].
    Import(Attempt, Waiter),
    /// Another request is importing this: wait for it.
    Wait(Waiter),
    /// This was settled before, or must not go on.
    Done(Outcome),
}

/// The journal. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Journal(Arc<Mutex<Book>>);

#[derive(Debug, Default)]
struct Book {
    keys: HashMap<Key, Named>,
    last: HashMap<Claim, Last>,
    /// The CRM's order id → the digest of the token with which the order was imported.
    buyers: HashMap<String, [u8; 32]>,
}

/// What a key stands for. Two keys share one answer when the second came while it was under way.
#[derive(Debug)]
struct Named {
    fingerprint: [u8; 32],
    /// The digest of the token with which it came first.
    payer: [u8; 32],
    answer: Waiter,
}

/// What a purchase uses up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Claim {
    AmazonOrder(String),
    Product { order_id: String, product: String },
}

/// The last attempt at what it claimed.
#[derive(Debug)]
struct Last {
    subject: Subject,
    /// The digest of the token with which it was made.
    payer: [u8; 32],
    attempt: Waiter,
}

/// How much of an answer somebody may read. More comes later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reader {
    /// Anybody who asks for the same: whether there is something to pay for.
    Other,
    /// Whoever shows the token of this attempt: what became of it, and nothing of the order.
    Payer,
    /// Whoever bought the order: everything.
    Buyer,
}

impl Journal {
    /// Looks a request up, and claims its key and what it uses up when they are free. Of any number
    /// of concurrent callers, one gets [`Begin::Import`].
    #[must_use]
    pub fn begin(&self, key: Option<Key>, purchase: &Purchase) -> Begin {
        let mut book = self.book();
        let known = key.as_ref().and_then(|key| book.named(key, purchase));
        if let Some(begin) = known {
            return begin;
        }
        let payer = purchase.token_digest();
        let begin = book.obstacle(purchase).unwrap_or_else(|| {
            let (sender, outcome) = watch::channel(None);
            let buys = (purchase.kind() == Kind::Order).then_some(payer);
            let attempt = Attempt { sender, journal: self.clone(), buys };
            let reader = book.reader(purchase, &payer);
            Begin::Import(attempt, Waiter { outcome, reader })
        });
        if let Begin::Import(_, attempt) = &begin {
            for claim in claims(purchase) {
                let last =
                    Last { subject: purchase.subject().clone(), payer, attempt: attempt.clone() };
                book.last.insert(claim, last);
            }
        }
        if let Some(key) = key {
            let answer = match &begin {
                Begin::Import(_, attempt) | Begin::Wait(attempt) => attempt.clone(),
                // Not the attempt itself: a stranger's key must not lead to the buyer's answer.
                Begin::Done(outcome) => Waiter::settled(outcome.clone()),
            };
            book.keys.insert(key, Named { fingerprint: purchase.fingerprint(), payer, answer });
        }
        begin
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // No code panics while it holds the lock, so a poisoned book is still whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All that a purchase uses up.
fn claims(purchase: &Purchase) -> impl Iterator<Item = Claim> {
    product_claims(purchase).map(|(_, claim)| claim).chain([amazon_claim(purchase)])
}

/// The products of an upsale, each with its claim.
fn product_claims(purchase: &Purchase) -> impl Iterator<Item = (&str, Claim)> {
    let upsale = match purchase.subject() {
        Subject::Order { .. } => None,
        Subject::Upsale { order_id, products } => Some((order_id, products)),
    };
    upsale.into_iter().flat_map(|(order_id, products)| {
        products.iter().map(|product| {
            let (order_id, id) = (order_id.clone(), product.clone());
            (product.as_str(), Claim::Product { order_id, product: id })
        })
    })
}

fn amazon_claim(purchase: &Purchase) -> Claim {
    Claim::AmazonOrder(purchase.amazon_order_id().to_owned())
}

impl Book {
    /// The first table of this module. `None` when the key is free.
    fn named(&self, key: &Key, purchase: &Purchase) -> Option<Begin> {
        let named = self.keys.get(key)?;
        let reader = self.reader(purchase, &named.payer).min(named.answer.reader);
        let answer = Waiter { reader, ..named.answer.clone() };
        let outcome = answer.outcome_so_far();
        if nothing_was_sent(outcome.as_ref()) {
            return None;
        }
        if named.fingerprint != purchase.fingerprint() {
            return Some(Begin::Done(Err(Failure::IdempotencyConflict)));
        }
        Some(match outcome {
            None => Begin::Wait(answer),
            Some(Ok(envelope)) => Begin::Done(Ok(envelope)),
            Some(Err(_)) => Begin::Done(Err(Failure::OrderOutcomeUnknown)),
        })
    }

    /// The second table of this module. `None` when all that the purchase uses up is free.
    fn obstacle(&self, purchase: &Purchase) -> Option<Begin> {
        let mut taken = BTreeSet::new();
        // Before the Amazon order: an upsale that was bought is a better answer than a doubt about
        // the order reference that came with the second request for it.
        for (product, claim) in product_claims(purchase) {
            match self.standing(&claim, purchase) {
                Standing::Free => {}
                Standing::Same(begin) => return Some(begin),
                Standing::Taken => {
                    taken.insert(product.to_owned());
                }
                // Graver than what is certain about the others.
                Standing::Doubt => return Some(Begin::Done(Err(Failure::OrderOutcomeUnknown))),
            }
        }
        if !taken.is_empty() {
            return Some(Begin::Done(Err(Failure::ProductTaken(taken))));
        }
        match self.standing(&amazon_claim(purchase), purchase) {
            Standing::Free => None,
            Standing::Same(begin) => Some(begin),
            Standing::Taken | Standing::Doubt => {
                Some(Begin::Done(Err(Failure::OrderOutcomeUnknown)))
            }
        }
    }

    /// What the last attempt at a claim leaves of it.
    fn standing(&self, claim: &Claim, purchase: &Purchase) -> Standing {
        let Some(last) = self.last.get(claim) else { return Standing::Free };
        let reader = self.reader(purchase, &last.payer);
        let attempt = Waiter { reader, ..last.attempt.clone() };
        let same = last.subject == *purchase.subject();
        match attempt.outcome_so_far() {
            outcome if nothing_was_sent(outcome.as_ref()) => Standing::Free,
            None if same => Standing::Same(Begin::Wait(attempt)),
            None => Standing::Taken,
            Some(Ok(envelope)) => match envelope.verdict() {
                Verdict::Refused => Standing::Free,
                Verdict::Taken if same => Standing::Same(Begin::Done(Ok(envelope))),
                Verdict::Taken => Standing::Taken,
                Verdict::Unclear => Standing::Doubt,
            },
            Some(Err(_)) => Standing::Doubt,
        }
    }

    /// How much a purchase may read of an attempt that was made with the token `payer`.
    fn reader(&self, purchase: &Purchase, payer: &[u8; 32]) -> Reader {
        let token = purchase.token_digest();
        match purchase.subject() {
            Subject::Order { .. } if *payer == token => Reader::Buyer,
            // Whoever shares its subject is the buyer, as far as it is known here.
            Subject::Order { .. } => Reader::Payer,
            Subject::Upsale { order_id, .. } if self.buyers.get(order_id) == Some(&token) => {
                Reader::Buyer
            }
            Subject::Upsale { .. } if *payer == token => Reader::Payer,
            Subject::Upsale { .. } => Reader::Other,
        }
    }
}

/// What the last attempt at something leaves of it.
enum Standing {
    /// All of it.
    Free,
    /// It was for the same subject: its outcome, or the wait for it.
    Same(Begin),
    /// It was for another subject, and has succeeded or may succeed yet.
    Taken,
    /// Nobody knows.
    Doubt,
}

impl Reader {
    fn read(self, outcome: Outcome) -> Outcome {
        let envelope = outcome?;
        match self {
            Self::Buyer => Ok(envelope),
            Self::Payer => Ok(envelope.receipt()),
            // Where the buyer goes to pay is nobody else's business either.
            Self::Other if envelope.awaits_payment() => Err(Failure::OrderOutcomeUnknown),
            Self::Other if envelope.verdict() == Verdict::Unclear => {
                Err(Failure::OrderOutcomeUnknown)
            }
            Self::Other => Ok(envelope.receipt()),
        }
    }
}

fn nothing_was_sent(outcome: Option<&Outcome>) -> bool {
    matches!(outcome, Some(Err(failure)) if failure.nothing_was_sent())
}

/// The right, and the duty, to import one purchase. Dropped unsettled, its outcome counts as unknown.
#[derive(Debug)]
#[must_use = "an attempt that is dropped unsettled closes its key and all that it claimed"]
pub struct Attempt {
    sender: watch::Sender<Option<Outcome>>,
    journal: Journal,
    /// The digest of the token whose order it will be.
    buys: Option<[u8; 32]>,
}

impl Attempt {
    /// Writes the outcome down and hands it to everybody who waits.
    pub fn settle(self, outcome: Outcome) {
        if let (Some(token), Ok(envelope)) = (self.buys, &outcome)
            && envelope.verdict() == Verdict::Taken
            && let Some(order_id) = envelope.order_id()
        {
            // The first stays: nobody takes an order over by importing something under its id.
            self.journal.book().buyers.entry(order_id).or_insert(token);
        }
        self.sender.send_replace(Some(outcome));
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        self.sender.send_if_modified(|outcome| {
            let unsettled = outcome.is_none();
            if unsettled {
                *outcome = Some(Err(Failure::CrmAnswerLost));
            }
            unsettled
        });
    }
}

/// Waits for the outcome of an attempt.
#[derive(Clone, Debug)]
pub struct Waiter {
    outcome: watch::Receiver<Option<Outcome>>,
    reader: Reader,
}

impl Waiter {
    fn settled(outcome: Outcome) -> Self {
        // What was told once is told again.
        Self { outcome: watch::channel(Some(outcome)).1, reader: Reader::Buyer }
    }

    fn outcome_so_far(&self) -> Option<Outcome> {
        let outcome = self.outcome.borrow().clone();
        outcome.map(|outcome| self.reader.read(outcome))
    }

    /// The outcome, as soon as there is one.
    ///
    /// # Errors
    /// The failure with which the attempt ended.
    pub async fn outcome(mut self) -> Outcome {
        match self.outcome.wait_for(Option::is_some).await {
            Ok(outcome) => {
                let outcome = outcome.clone().unwrap_or(Err(Failure::CrmAnswerLost));
                self.reader.read(outcome)
            }
            // Unreachable while `Attempt` settles on drop; and if not, unknown is the safe word.
            Err(_) => Err(Failure::CrmAnswerLost),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::{Attempt, Begin, Journal, Key, Outcome, Waiter};
    use crate::{
        Failure,
        config::Merchant,
        envelope::Envelope,
        fields::Fields,
        purchase::{Kind, Purchase},
    };

    fn order_of(email: &str, product: &str, id: &str) -> Purchase {
        let form = format!(
            "amazonOrderId={id}&amazonAddressConsent=Atza%7Cx&emailAddress={email}\
             &firstName=A&lastName=B&campaignId=1&amazonBillerId=2&product1_id={product}"
        );
        check(Kind::Order, &form)
    }

    fn check(kind: Kind, form: &str) -> Purchase {
        let fields = Fields::from_form(form.as_bytes()).unwrap();
        Purchase::check(kind, fields, &Merchant::default()).unwrap()
    }

    fn order(product: &str) -> Purchase {
        order_of("a@b.example", product, "S01-0000000-0000001")
    }

    fn key(text: &str) -> Option<Key> {
        Some(Key(text.to_owned()))
    }

    fn reply(result: &str) -> Outcome {
        Ok(Envelope::read(format!("{{\"result\":\"{result}\"}}").as_bytes(), &[]).unwrap())
    }

    fn import(begin: Begin) -> Attempt {
        match begin {
            Begin::Import(attempt, _) => attempt,
            other => panic!("expected an import, got {other:?}"),
        }
    }

    fn wait(begin: Begin) -> Waiter {
        match begin {
            Begin::Wait(waiter) => waiter,
            other => panic!("expected to wait, got {other:?}"),
        }
    }

    fn done(begin: Begin) -> Outcome {
        match begin {
            Begin::Done(outcome) => outcome,
            other => panic!("expected an outcome, got {other:?}"),
        }
    }

    /// A journal in which the order was imported once, under the key `k`.
    fn settled(outcome: Outcome) -> Journal {
        let journal = Journal::default();
        import(journal.begin(key("k"), &order("1"))).settle(outcome);
        journal
    }

    #[tokio::test]
    async fn followers_wait_for_the_first_and_share_its_answer() {
        for outcome in
            [reply("SUCCESS"), reply("ERROR"), reply("PENDING"), Err(Failure::CrmAnswerLost)]
        {
            let journal = Journal::default();
            let attempt = import(journal.begin(key("k"), &order("1")));
            let followers = [
                wait(journal.begin(key("k"), &order("1"))),
                wait(journal.begin(key("another"), &order("1"))),
                wait(journal.begin(key("third"), &order("2"))),
                wait(journal.begin(None, &order("1"))),
            ];
            attempt.settle(outcome.clone());
            for follower in followers {
                assert_eq!(follower.outcome().await, outcome);
            }
        }
    }

    #[test]
    fn a_known_key_gives_the_stored_answer() {
        for result in ["SUCCESS", "MERC_REDIRECT", "ERROR", "DECLINED", "PENDING"] {
            let journal = Journal::default();
            let attempt = import(journal.begin(key("k"), &order("1")));
            wait(journal.begin(key("follower"), &order("1")));
            attempt.settle(reply(result));
            for known in ["k", "follower"] {
                assert_eq!(done(journal.begin(key(known), &order("1"))), reply(result));
            }
        }
    }

    #[test]
    fn another_order_under_the_same_key_is_a_conflict_in_every_state() {
        for outcome in [reply("SUCCESS"), reply("ERROR"), Err(Failure::CrmAnswerLost)] {
            let journal = Journal::default();
            let attempt = import(journal.begin(key("k"), &order("1")));
            let conflict = || done(journal.begin(key("k"), &order("2")));
            assert_eq!(conflict(), Err(Failure::IdempotencyConflict));
            attempt.settle(outcome);
            assert_eq!(conflict(), Err(Failure::IdempotencyConflict));
        }
    }

    #[test]
    fn an_order_that_was_taken_gives_its_answer_under_every_key() {
        for result in ["SUCCESS", "MERC_REDIRECT"] {
            let journal = settled(reply(result));
            for (key, product) in [(key("another"), "1"), (key("third"), "2"), (None, "1")] {
                assert_eq!(done(journal.begin(key, &order(product))), reply(result));
            }
        }
    }

    #[test]
    fn an_unknown_outcome_closes_the_order_under_every_key() {
        for outcome in [
            reply("PENDING"),
            reply("success"),
            reply(""),
            Err(Failure::CrmAnswerLost),
            Err(Failure::CrmReplyUnreadable),
        ] {
            let journal = settled(outcome);
            for (key, product) in [(key("another"), "1"), (key("third"), "2"), (None, "1")] {
                assert_eq!(
                    done(journal.begin(key, &order(product))),
                    Err(Failure::OrderOutcomeUnknown)
                );
            }
        }
        let journal = settled(Err(Failure::CrmAnswerLost));
        assert_eq!(done(journal.begin(key("k"), &order("1"))), Err(Failure::OrderOutcomeUnknown));
        let another = order_of("a@b.example", "1", "S01-0000000-0000002");
        import(journal.begin(key("fourth"), &another)).settle(reply("SUCCESS"));
    }

    #[test]
    fn a_key_that_was_told_another_key_s_answer_stands_for_it() {
        let elsewhere = order_of("a@b.example", "1", "S01-0000000-0000002");
        let doubt = Err(Failure::OrderOutcomeUnknown);
        for (outcome, told) in [
            (reply("SUCCESS"), reply("SUCCESS")),
            (reply("MERC_REDIRECT"), reply("MERC_REDIRECT")),
            (reply("PENDING"), doubt.clone()),
            (Err(Failure::CrmAnswerLost), doubt),
        ] {
            let journal = settled(outcome);
            let asked = |order: &Purchase| done(journal.begin(key("another"), order));
            assert_eq!(asked(&order("1")), told);
            for other in [&order("2"), &elsewhere] {
                assert_eq!(asked(other), Err(Failure::IdempotencyConflict));
            }
            assert_eq!(asked(&order("1")), told);
        }
    }

    #[test]
    fn a_refusal_frees_the_order_for_a_new_attempt() {
        for result in ["ERROR", "DECLINE", "DECLINED"] {
            for next in [key("another"), None] {
                let journal = settled(reply(result));
                import(journal.begin(next, &order("1"))).settle(reply("SUCCESS"));
                assert_eq!(done(journal.begin(key("third"), &order("1"))), reply("SUCCESS"));
                assert_eq!(done(journal.begin(key("k"), &order("1"))), reply(result));
            }
        }
    }

    #[test]
    fn an_answer_is_for_its_buyer_only() {
        let journal = Journal::default();
        let attempt = import(journal.begin(key("k"), &order("1")));
        let stranger = order_of("x@y.example", "1", "S01-0000000-0000001");
        let asked = |key| done(journal.begin(key, &stranger));
        assert_eq!(asked(key("another")), Err(Failure::OrderOutcomeUnknown));
        attempt.settle(reply("SUCCESS"));
        for key in [key("another"), key("third"), key("third"), None] {
            assert_eq!(asked(key), Err(Failure::OrderOutcomeUnknown));
        }
    }

    #[tokio::test]
    async fn an_attempt_dropped_unsettled_is_unknown() {
        let journal = Journal::default();
        let attempt = import(journal.begin(key("k"), &order("1")));
        let follower = wait(journal.begin(key("k"), &order("1")));
        drop(attempt);
        assert_eq!(follower.outcome().await, Err(Failure::CrmAnswerLost));
        assert_eq!(done(journal.begin(key("k"), &order("1"))), Err(Failure::OrderOutcomeUnknown));
    }

    #[test]
    fn nothing_sent_frees_key_and_order() {
        for (next, product) in
            [(key("k"), "1"), (key("k"), "2"), (key("another"), "1"), (None, "1")]
        {
            let journal = settled(Err(Failure::CrmUnreachable));
            import(journal.begin(next, &order(product))).settle(reply("SUCCESS"));
            assert_eq!(done(journal.begin(None, &order("1"))), reply("SUCCESS"));
        }
    }

    #[test]
    fn keys_are_16_to_128_visible_ascii_characters() {
        for (text, valid) in [
            ("0123456789abcde".to_owned(), false),
            ("0123456789abcdef".to_owned(), true),
            ("x".repeat(128), true),
            ("x".repeat(129), false),
            ("0123456789 abcdef".to_owned(), false),
            ("0123456789abcdeé".to_owned(), false),
        ] {
            assert_eq!(Key::from_header(text.as_bytes()).is_ok(), valid, "{text}");
        }
    }

    /// An upsale to the CRM's order `A1`, by the buyer who ordered it.
    fn upsale(product: &str, id: &str) -> Purchase {
        upsale_of("A1", product, id, "x")
    }

    fn upsale_of(order_id: &str, product: &str, id: &str, token: &str) -> Purchase {
        let form = format!(
            "orderId={order_id}&productId={product}&amazonOrderId={id}\
             &amazonAddressConsent=Atza%7C{token}&amazonBillerId=2"
        );
        check(Kind::Upsale, &form)
    }

    const FIRST: &str = "S01-0000000-0000011";
    const SECOND: &str = "S01-0000000-0000012";
    const THIRD: &str = "S01-0000000-0000013";

    fn answer(body: &str) -> Outcome {
        Ok(Envelope::read(body.as_bytes(), &[]).unwrap())
    }

    fn whole() -> Outcome {
        answer(r#"{"result":"SUCCESS","message":{"orderId":"A1","firstName":"Ada"}}"#)
    }

    fn receipt() -> Outcome {
        answer(r#"{"result":"SUCCESS","message":{"orderId":"A1"}}"#)
    }

    /// A journal in which the order `A1` was imported.
    fn ordered() -> Journal {
        settled(whole())
    }

    /// The same, with an upsale of product 2 on the first order reference.
    fn upsold(outcome: Outcome) -> Journal {
        let journal = ordered();
        import(journal.begin(key("u"), &upsale("2", FIRST))).settle(outcome);
        journal
    }

    #[tokio::test]
    async fn an_upsale_under_way_is_waited_for_whatever_the_order_reference() {
        for outcome in [whole(), reply("ERROR"), reply("PENDING"), Err(Failure::CrmAnswerLost)] {
            let journal = ordered();
            let attempt = import(journal.begin(key("u"), &upsale("2", FIRST)));
            let followers = [
                wait(journal.begin(key("u"), &upsale("2", FIRST))),
                wait(journal.begin(key("v"), &upsale("2", SECOND))),
                wait(journal.begin(None, &upsale("2", THIRD))),
            ];
            attempt.settle(outcome.clone());
            for follower in followers {
                assert_eq!(follower.outcome().await, outcome);
            }
        }
    }

    #[test]
    fn an_upsale_that_was_taken_gives_its_answer_under_every_key_and_order_reference() {
        let redirect = answer(r#"{"result":"MERC_REDIRECT","message":{"url":"u"}}"#);
        for outcome in [whole(), redirect] {
            let journal = upsold(outcome.clone());
            for (key, id) in [(key("u"), FIRST), (key("v"), SECOND), (None, THIRD)] {
                assert_eq!(done(journal.begin(key, &upsale("2", id))), outcome);
            }
        }
    }

    #[test]
    fn a_declined_upsale_may_be_tried_again() {
        for result in ["ERROR", "DECLINE", "DECLINED"] {
            for id in [FIRST, SECOND] {
                let journal = upsold(reply(result));
                import(journal.begin(key("v"), &upsale("2", id))).settle(whole());
                assert_eq!(done(journal.begin(None, &upsale("2", THIRD))), whole());
                assert_eq!(done(journal.begin(key("u"), &upsale("2", FIRST))), reply(result));
            }
        }
    }

    #[test]
    fn an_upsale_of_unknown_outcome_is_closed_under_every_key_and_order_reference() {
        for outcome in [reply("PENDING"), Err(Failure::CrmAnswerLost)] {
            let journal = upsold(outcome);
            for (key, id) in [(key("v"), FIRST), (key("w"), SECOND), (None, THIRD)] {
                assert_eq!(
                    done(journal.begin(key, &upsale("2", id))),
                    Err(Failure::OrderOutcomeUnknown)
                );
            }
        }
    }

    #[test]
    fn other_products_and_other_orders_are_other_upsales() {
        let journal = upsold(whole());
        import(journal.begin(None, &upsale("3", SECOND))).settle(whole());
        import(journal.begin(None, &upsale_of("B2", "2", THIRD, "x"))).settle(reply("SUCCESS"));
    }

    /// An upsale of several products to the CRM's order `A1`.
    fn upsale_of_all(products: &[&str], id: &str) -> Purchase {
        let products: String = products
            .iter()
            .enumerate()
            .map(|(at, product)| format!("&product{}_id={product}", at + 1))
            .collect();
        check(
            Kind::Upsale,
            &format!(
                "orderId=A1&amazonOrderId={id}&amazonAddressConsent=Atza%7Cx&amazonBillerId=2{products}"
            ),
        )
    }

    fn taken(products: &[&str]) -> Outcome {
        Err(Failure::ProductTaken(products.iter().map(|&id| id.to_owned()).collect()))
    }

    #[test]
    fn a_product_is_taken_however_it_was_added() {
        let redirect = answer(r#"{"result":"MERC_REDIRECT","message":{"url":"u"}}"#);
        for outcome in [whole(), redirect] {
            let journal = ordered();
            let both = upsale_of_all(&["2", "3"], FIRST);
            let attempt = import(journal.begin(key("u"), &both));
            let asked =
                |products: &[&str]| done(journal.begin(key("v"), &upsale_of_all(products, SECOND)));
            // On its way already, and then in the order.
            for _ in 0..2 {
                assert_eq!(asked(&["2"]), taken(&["2"]));
                assert_eq!(asked(&["3", "4"]), taken(&["3"]));
                assert_eq!(asked(&["4", "3", "2"]), taken(&["2", "3"]));
            }
            attempt.settle(outcome.clone());
            assert_eq!(asked(&["3"]), taken(&["3"]));
            assert_eq!(asked(&["2", "4"]), taken(&["2"]));
            // Nothing was sent, so neither the key nor the other product is used up.
            import(journal.begin(key("v"), &upsale_of_all(&["4"], SECOND))).settle(whole());
            // One by one, they make no set that was bought.
            let three = done(journal.begin(None, &upsale_of_all(&["2", "3", "4"], THIRD)));
            assert_eq!(three, taken(&["2", "3", "4"]));
            let turned = upsale_of_all(&["3", "2"], THIRD);
            assert_eq!(done(journal.begin(None, &turned)), outcome);
        }
    }

    #[test]
    fn a_refusal_frees_each_product_of_the_set() {
        let journal = ordered();
        import(journal.begin(None, &upsale_of_all(&["2", "3"], FIRST))).settle(reply("DECLINED"));
        import(journal.begin(None, &upsale("2", FIRST))).settle(whole());
        let again = done(journal.begin(None, &upsale_of_all(&["2", "3"], SECOND)));
        assert_eq!(again, taken(&["2"]));
        import(journal.begin(None, &upsale("3", SECOND))).settle(whole());
    }

    #[test]
    fn a_doubt_about_one_product_closes_every_set_with_it() {
        let journal = upsold(Err(Failure::CrmAnswerLost));
        import(journal.begin(None, &upsale("3", SECOND))).settle(whole());
        for products in [&["2", "4"][..], &["2", "3"]] {
            let asked = done(journal.begin(None, &upsale_of_all(products, THIRD)));
            assert_eq!(asked, Err(Failure::OrderOutcomeUnknown));
        }
    }

    #[test]
    fn an_upsale_that_was_not_sent_leaves_all_as_it_was() {
        let journal = upsold(Err(Failure::CrmUnreachable));
        import(journal.begin(key("u"), &upsale("3", FIRST))).settle(whole());
        import(journal.begin(None, &upsale("2", SECOND))).settle(whole());
    }

    #[test]
    fn an_order_reference_is_spent_for_everything_else() {
        let journal = upsold(whole());
        let spent = "S01-0000000-0000001";
        for purchase in
            [&upsale("3", FIRST), &upsale("2", spent), &order_of("a@b.example", "1", FIRST)]
        {
            let expected = match purchase.amazon_order_id() {
                // Bought already: that is a better answer than a doubt about the reference.
                id if id == spent => whole(),
                _ => Err(Failure::OrderOutcomeUnknown),
            };
            assert_eq!(done(journal.begin(None, purchase)), expected);
        }
        let on_the_order_s = upsale("3", spent);
        assert_eq!(done(journal.begin(None, &on_the_order_s)), Err(Failure::OrderOutcomeUnknown));
    }

    #[test]
    fn an_order_s_key_does_not_serve_an_upsale() {
        let journal = ordered();
        let conflict = done(journal.begin(key("k"), &upsale("2", FIRST)));
        assert_eq!(conflict, Err(Failure::IdempotencyConflict));
    }

    #[test]
    fn a_stranger_who_knows_the_order_id_reads_nothing_of_the_order() {
        let stranger = |product, id| upsale_of("A1", product, id, "stranger");
        let journal = upsold(whole());
        for key in [key("v"), key("v"), None] {
            assert_eq!(done(journal.begin(key, &stranger("2", SECOND))), receipt());
        }
        // Not even for money.
        let Begin::Import(attempt, own) = journal.begin(key("w"), &stranger("3", THIRD)) else {
            panic!("another product is another upsale");
        };
        attempt.settle(whole());
        assert_eq!(own.outcome_so_far(), Some(receipt()));
        assert_eq!(done(journal.begin(key("w"), &stranger("3", THIRD))), receipt());
        assert_eq!(done(journal.begin(None, &upsale("3", SECOND))), whole());
    }

    #[tokio::test]
    async fn a_stranger_who_waits_reads_nothing_of_the_order_either() {
        let redirect = answer(r#"{"result":"MERC_REDIRECT","message":{"url":"u"}}"#);
        let pending = answer(r#"{"result":"PENDING","message":{"firstName":"Ada"}}"#);
        let declined = answer(r#"{"result":"ERROR","message":"Transaction Declined: x"}"#);
        let doubt = Err(Failure::OrderOutcomeUnknown);
        for (outcome, told) in [
            (whole(), receipt()),
            (redirect, doubt.clone()),
            (pending, doubt),
            (declined.clone(), declined),
        ] {
            let journal = ordered();
            let attempt = import(journal.begin(key("u"), &upsale("2", FIRST)));
            let stranger = wait(journal.begin(None, &upsale_of("A1", "2", SECOND, "stranger")));
            let buyer = wait(journal.begin(None, &upsale("2", THIRD)));
            attempt.settle(outcome.clone());
            assert_eq!(stranger.outcome().await, told);
            assert_eq!(buyer.outcome().await, outcome);
        }
    }

    #[test]
    fn a_redirect_is_for_the_buyer_and_for_whoever_is_to_pay() {
        let redirect = answer(r#"{"result":"MERC_REDIRECT","message":{"url":"u"}}"#);
        // Nobody has imported this order here, as after a restart.
        let journal = Journal::default();
        let Begin::Import(attempt, payer) = journal.begin(key("u"), &upsale("2", FIRST)) else {
            panic!("the first is imported");
        };
        attempt.settle(redirect.clone());
        assert_eq!(payer.outcome_so_far(), Some(redirect.clone()));
        for (key, id) in [(key("u"), FIRST), (key("v"), SECOND), (None, THIRD)] {
            assert_eq!(done(journal.begin(key, &upsale("2", id))), redirect);
        }
        let other = done(journal.begin(None, &upsale_of("A1", "2", SECOND, "stranger")));
        assert_eq!(other, Err(Failure::OrderOutcomeUnknown));
    }

    #[tokio::test]
    async fn a_key_alone_opens_no_answer() {
        let stranger = upsale_of("A1", "2", FIRST, "stranger");
        let redirect = answer(r#"{"result":"MERC_REDIRECT","message":{"url":"u"}}"#);
        let paypal = answer(r#"{"result":"SUCCESS","message":{"paypalUrl":"u"}}"#);
        let doubt = Err(Failure::OrderOutcomeUnknown);
        for (outcome, told) in [(whole(), receipt()), (redirect, doubt.clone()), (paypal, doubt)] {
            let journal = ordered();
            let attempt = import(journal.begin(key("u"), &upsale("2", FIRST)));
            let waiting = wait(journal.begin(key("u"), &stranger));
            attempt.settle(outcome.clone());
            assert_eq!(waiting.outcome().await, told);
            assert_eq!(done(journal.begin(key("u"), &stranger)), told);
            assert_eq!(done(journal.begin(key("u"), &upsale("2", FIRST))), outcome);
        }
    }

    #[test]
    fn an_order_s_answer_is_whole_for_its_token_only() {
        let form = "amazonOrderId=S01-0000000-0000001&amazonAddressConsent=Atza%7Crenewed\
            &emailAddress=a@b.example&firstName=A&lastName=B&campaignId=1&amazonBillerId=2\
            &product1_id=1";
        let renewed = check(Kind::Order, form);
        let redirect = answer(r#"{"result":"MERC_REDIRECT","message":{"url":"u"}}"#);
        for (outcome, told) in [(whole(), receipt()), (redirect.clone(), redirect)] {
            let journal = settled(outcome.clone());
            for key in [key("k"), key("another"), key("another"), None] {
                assert_eq!(done(journal.begin(key, &renewed)), told);
            }
            assert_eq!(done(journal.begin(key("k"), &order("1"))), outcome);
            // Who was told less is told no more by the same key.
            assert_eq!(done(journal.begin(key("another"), &order("1"))), told);
        }
    }

    #[test]
    fn nobody_takes_an_order_over() {
        let form = "amazonOrderId=S01-0000000-0000009&amazonAddressConsent=Atza%7Cstranger\
            &emailAddress=x%40y.example&firstName=X&lastName=Y&campaignId=1&amazonBillerId=2\
            &product1_id=1";
        let stranger_s = check(Kind::Order, form);
        let refused = answer(r#"{"result":"ERROR","message":{"orderId":"A1"}}"#);
        let journal = Journal::default();
        for (order, outcome) in
            [(&stranger_s, refused), (&order("1"), whole()), (&stranger_s, whole())]
        {
            import(journal.begin(None, order)).settle(outcome);
        }
        for (product, id, token, told) in
            [("2", FIRST, "stranger", receipt()), ("3", SECOND, "x", whole())]
        {
            let Begin::Import(attempt, own) =
                journal.begin(None, &upsale_of("A1", product, id, token))
            else {
                panic!("the first is imported");
            };
            attempt.settle(whole());
            assert_eq!(own.outcome_so_far(), Some(told));
        }
    }
}
