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
//! For a new key, or none, the last attempt at the Amazon order decides. An order reference serves one
//! purchase, and a page that has lost its key must not buy twice:
//!
//! | that attempt … | then |
//! |---|---|
//! | does not exist, or was answered `ERROR`, `DECLINE` or `DECLINED` | the caller imports |
//! | is under way | the caller waits for its outcome |
//! | was answered `SUCCESS` or `MERC_REDIRECT` | the stored answer |
//! | was answered otherwise, or is of unknown outcome | `order_outcome_unknown` |
//!
//! The answer holds the buyer's name and address, so under a new key it is only for the same e-mail
//! address; anybody else is told `order_outcome_unknown`. Whatever a new key is told, it stands for
//! that from then on. A failure before anything was sent leaves both key and order as if they were new.
//!
//! This journal lives in memory, for one process: it forgets nothing until that process ends, and
//! everything then.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use crate::{
    Failure,
    envelope::{Envelope, Verdict},
    order::Order,
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
    /// The last attempt at each Amazon order.
    orders: HashMap<String, Last>,
}

/// What a key stands for. Two keys share one answer when the second came while it was under way.
#[derive(Debug)]
struct Named {
    fingerprint: [u8; 32],
    answer: Waiter,
}

#[derive(Debug)]
struct Last {
    email: String,
    attempt: Waiter,
}

impl Journal {
    /// Looks a request up, and claims its key and its Amazon order when they are free. Of any number
    /// of concurrent callers, one gets [`Begin::Import`].
    #[must_use]
    pub fn begin(&self, key: Option<Key>, order: &Order) -> Begin {
        let mut book = self.book();
        let named = key.as_ref().and_then(|key| book.keys.get(key));
        if let Some(begin) = named.and_then(|named| named.begin(order)) {
            return begin;
        }
        let last = book.orders.get(order.amazon_order_id());
        let begin = last.and_then(|last| last.begin(order)).unwrap_or_else(|| {
            let (sender, receiver) = watch::channel(None);
            Begin::Import(Attempt { sender }, Waiter(receiver))
        });
        if let Begin::Import(_, attempt) = &begin {
            let last = Last { email: order.email().to_owned(), attempt: attempt.clone() };
            book.orders.insert(order.amazon_order_id().to_owned(), last);
        }
        if let Some(key) = key {
            let answer = match &begin {
                Begin::Import(_, attempt) | Begin::Wait(attempt) => attempt.clone(),
                // Not the attempt itself: a stranger's key must not lead to the buyer's answer.
                Begin::Done(outcome) => Waiter::settled(outcome.clone()),
            };
            book.keys.insert(key, Named { fingerprint: order.fingerprint(), answer });
        }
        begin
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // No code panics while it holds the lock, so a poisoned book is still whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Named {
    /// The first table of this module. `None` when the key is free.
    fn begin(&self, order: &Order) -> Option<Begin> {
        let outcome = self.answer.outcome_so_far();
        if nothing_was_sent(outcome.as_ref()) {
            return None;
        }
        if self.fingerprint != order.fingerprint() {
            return Some(Begin::Done(Err(Failure::IdempotencyConflict)));
        }
        Some(match outcome {
            None => Begin::Wait(self.answer.clone()),
            Some(Ok(envelope)) => Begin::Done(Ok(envelope)),
            Some(Err(_)) => Begin::Done(Err(Failure::OrderOutcomeUnknown)),
        })
    }
}

impl Last {
    /// The second table of this module. `None` when the Amazon order is free.
    fn begin(&self, order: &Order) -> Option<Begin> {
        let outcome = self.attempt.outcome_so_far();
        let refused =
            matches!(&outcome, Some(Ok(envelope)) if envelope.verdict() == Verdict::Refused);
        if refused || nothing_was_sent(outcome.as_ref()) {
            return None;
        }
        let same_buyer = self.email == order.email();
        Some(match outcome {
            None if same_buyer => Begin::Wait(self.attempt.clone()),
            Some(Ok(envelope)) if same_buyer && envelope.verdict() == Verdict::Taken => {
                Begin::Done(Ok(envelope))
            }
            _ => Begin::Done(Err(Failure::OrderOutcomeUnknown)),
        })
    }
}

fn nothing_was_sent(outcome: Option<&Outcome>) -> bool {
    matches!(outcome, Some(Err(failure)) if failure.nothing_was_sent())
}

/// The right, and the duty, to import one order. Dropped unsettled, its outcome counts as unknown.
#[derive(Debug)]
#[must_use = "an attempt that is dropped unsettled closes its key and its Amazon order"]
pub struct Attempt {
    sender: watch::Sender<Option<Outcome>>,
}

impl Attempt {
    /// Writes the outcome down and hands it to everybody who waits.
    pub fn settle(self, outcome: Outcome) {
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
pub struct Waiter(watch::Receiver<Option<Outcome>>);

impl Waiter {
    fn settled(outcome: Outcome) -> Self {
        Self(watch::channel(Some(outcome)).1)
    }

    fn outcome_so_far(&self) -> Option<Outcome> {
        self.0.borrow().clone()
    }

    /// The outcome, as soon as there is one.
    ///
    /// # Errors
    /// The failure with which the attempt ended.
    pub async fn outcome(mut self) -> Outcome {
        match self.0.wait_for(Option::is_some).await {
            Ok(outcome) => outcome.clone().unwrap_or(Err(Failure::CrmAnswerLost)),
            // Unreachable while `Attempt` settles on drop; and if not, unknown is the safe word.
            Err(_) => Err(Failure::CrmAnswerLost),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::{Attempt, Begin, Journal, Key, Outcome, Waiter};
    use crate::{Failure, config::Merchant, envelope::Envelope, fields::Fields, order::Order};

    fn order_of(email: &str, product: &str, id: &str) -> Order {
        let form = format!(
            "amazonOrderId={id}&amazonAddressConsent=Atza%7Cx&emailAddress={email}\
             &firstName=A&lastName=B&campaignId=1&amazonBillerId=2&product1_id={product}"
        );
        Order::check(Fields::from_form(form.as_bytes()).unwrap(), &Merchant::default()).unwrap()
    }

    fn order(product: &str) -> Order {
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
            let asked = |order: &Order| done(journal.begin(key("another"), order));
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
}
