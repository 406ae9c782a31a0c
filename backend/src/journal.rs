//! The journal of attempts: why a purchase is imported once, however often it is asked for.
//!
//! | the key is … | and the content is … | then |
//! |---|---|---|
//! | new | | the caller imports |
//! | under way | the same | the caller waits for that attempt's outcome |
//! | answered | the same | the stored answer |
//! | known | another | `idempotency_conflict` |
//! | of unknown outcome | the same | `order_outcome_unknown`, and nothing is sent |
//!
//! A failure before anything was sent frees the key. So does a plain `ERROR` from the CRM when the
//! client gave no key of its own: without one, a buyer who has corrected a declined card could not
//! try again on the same order reference.
//!
//! While an attempt is under way or its outcome unknown, the Amazon order id is closed to every other
//! key too: a page that has lost its key must not buy twice.
//!
//! This journal lives in memory, for one process, and forgets nothing until that process ends.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use crate::{Failure, envelope::Envelope, order::Order};

/// How an attempt ended.
pub type Outcome = Result<Envelope, Failure>;

/// What identifies an attempt.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// The `Idempotency-Key` header: 16 to 128 visible ASCII characters.
    Given(String),
    /// The Amazon order id, for a client that sends no key.
    AmazonOrderId(String),
}

impl Key {
    /// Takes the header's text when it is a valid key.
    ///
    /// # Errors
    /// [`Failure::IdempotencyKeyInvalid`].
    pub fn from_header(text: &[u8]) -> Result<Self, Failure> {
        let valid = (16..=128).contains(&text.len()) && text.iter().all(u8::is_ascii_graphic);
        match std::str::from_utf8(text) {
            Ok(text) if valid => Ok(Self::Given(text.to_owned())),
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
    entries: HashMap<Key, Entry>,
    /// Amazon order ids of entries that are under way or unknown.
    open: HashMap<String, Key>,
}

#[derive(Debug)]
struct Entry {
    fingerprint: [u8; 32],
    state: State,
}

#[derive(Debug)]
enum State {
    UnderWay(Waiter),
    Answered(Envelope),
    Unknown,
}

impl Journal {
    /// Looks a request up, and claims its key when it is new. Of any number of concurrent callers,
    /// one gets [`Begin::Import`].
    #[must_use]
    pub fn begin(&self, key: Key, order: &Order) -> Begin {
        let mut book = self.book();
        let fingerprint = order.fingerprint();
        if let Some(entry) = book.entries.get(&key) {
            if entry.fingerprint != fingerprint {
                return Begin::Done(Err(Failure::IdempotencyConflict));
            }
            return match &entry.state {
                State::UnderWay(waiter) => Begin::Wait(waiter.clone()),
                State::Answered(envelope) => Begin::Done(Ok(envelope.clone())),
                State::Unknown => Begin::Done(Err(Failure::OrderOutcomeUnknown)),
            };
        }
        let id = order.amazon_order_id();
        if book.open.contains_key(id) {
            return Begin::Done(Err(Failure::OrderOutcomeUnknown));
        }
        let (sender, receiver) = watch::channel(None);
        let waiter = Waiter(receiver);
        book.open.insert(id.to_owned(), key.clone());
        book.entries
            .insert(key.clone(), Entry { fingerprint, state: State::UnderWay(waiter.clone()) });
        let attempt = Attempt {
            journal: self.clone(),
            key,
            amazon_order_id: id.to_owned(),
            sender,
            settled: false,
        };
        Begin::Import(attempt, waiter)
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // No code panics while it holds the lock, so a poisoned book is still whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right, and the duty, to import one order. Dropped unsettled, its outcome counts as unknown.
#[derive(Debug)]
#[must_use = "an attempt that is dropped unsettled blocks its key"]
pub struct Attempt {
    journal: Journal,
    key: Key,
    amazon_order_id: String,
    sender: watch::Sender<Option<Outcome>>,
    settled: bool,
}

impl Attempt {
    /// Writes the outcome down and hands it to everybody who waits.
    pub fn settle(mut self, outcome: Outcome) {
        self.write(outcome);
    }

    fn write(&mut self, outcome: Outcome) {
        self.settled = true;
        let mut book = self.journal.book();
        let next = match &outcome {
            Err(failure) if failure.nothing_was_sent() => None,
            Err(_) => Some(State::Unknown),
            Ok(envelope)
                if envelope.result() == "ERROR" && matches!(self.key, Key::AmazonOrderId(_)) =>
            {
                None
            }
            Ok(envelope) => Some(State::Answered(envelope.clone())),
        };
        if !matches!(next, Some(State::Unknown)) {
            book.open.remove(&self.amazon_order_id);
        }
        match next {
            None => {
                book.entries.remove(&self.key);
            }
            Some(state) => {
                if let Some(entry) = book.entries.get_mut(&self.key) {
                    entry.state = state;
                }
            }
        }
        drop(book);
        self.sender.send_replace(Some(outcome));
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if !self.settled {
            self.write(Err(Failure::CrmAnswerLost));
        }
    }
}

/// Waits for the outcome of an attempt that is under way.
#[derive(Clone, Debug)]
pub struct Waiter(watch::Receiver<Option<Outcome>>);

impl Waiter {
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

    fn order(product: &str, id: &str) -> Order {
        let form = format!(
            "amazonOrderId={id}&amazonAddressConsent=Atza%7Cx&emailAddress=a%40b.example\
             &firstName=A&lastName=B&campaignId=1&amazonBillerId=2&product1_id={product}"
        );
        Order::check(Fields::from_form(form.as_bytes()).unwrap(), &Merchant::default()).unwrap()
    }

    const ID: &str = "S01-0000000-0000001";

    fn given(text: &str) -> Key {
        Key::Given(text.to_owned())
    }

    fn derived() -> Key {
        Key::AmazonOrderId(ID.to_owned())
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

    #[tokio::test]
    async fn followers_wait_for_the_first_and_share_its_answer() {
        let journal = Journal::default();
        let attempt = import(journal.begin(given("k"), &order("1", ID)));
        let followers = [0; 3].map(|_| wait(journal.begin(given("k"), &order("1", ID))));
        attempt.settle(reply("SUCCESS"));
        for follower in followers {
            assert_eq!(follower.outcome().await, reply("SUCCESS"));
        }
        assert_eq!(done(journal.begin(given("k"), &order("1", ID))), reply("SUCCESS"));
    }

    #[test]
    fn another_order_under_the_same_key_is_a_conflict_in_every_state() {
        for outcome in [reply("SUCCESS"), reply("ERROR"), Err(Failure::CrmAnswerLost)] {
            let journal = Journal::default();
            let attempt = import(journal.begin(given("k"), &order("1", ID)));
            let conflict = || done(journal.begin(given("k"), &order("2", ID)));
            assert_eq!(conflict(), Err(Failure::IdempotencyConflict));
            attempt.settle(outcome);
            assert_eq!(conflict(), Err(Failure::IdempotencyConflict));
        }
    }

    #[test]
    fn an_unknown_outcome_closes_key_and_order() {
        for failure in [Failure::CrmAnswerLost, Failure::CrmReplyUnreadable] {
            let journal = Journal::default();
            import(journal.begin(given("k"), &order("1", ID))).settle(Err(failure));
            for key in [given("k"), given("another"), derived()] {
                assert_eq!(
                    done(journal.begin(key, &order("1", ID))),
                    Err(Failure::OrderOutcomeUnknown)
                );
            }
            let other = order("1", "S01-0000000-0000002");
            import(journal.begin(given("third"), &other)).settle(reply("SUCCESS"));
        }
    }

    #[test]
    fn one_order_is_not_under_way_under_two_keys() {
        let journal = Journal::default();
        let attempt = import(journal.begin(given("k"), &order("1", ID)));
        let second = || journal.begin(given("another"), &order("1", ID));
        assert_eq!(done(second()), Err(Failure::OrderOutcomeUnknown));
        attempt.settle(reply("ERROR"));
        // Declined for certain: a new key may try again.
        import(second()).settle(reply("SUCCESS"));
    }

    #[test]
    fn an_attempt_dropped_unsettled_is_unknown() {
        let journal = Journal::default();
        drop(import(journal.begin(given("k"), &order("1", ID))));
        assert_eq!(
            done(journal.begin(given("k"), &order("1", ID))),
            Err(Failure::OrderOutcomeUnknown)
        );
    }

    #[test]
    fn nothing_sent_frees_the_key() {
        let journal = Journal::default();
        import(journal.begin(given("k"), &order("1", ID))).settle(Err(Failure::CrmUnreachable));
        import(journal.begin(given("k"), &order("1", ID))).settle(reply("SUCCESS"));
    }

    #[test]
    fn a_decline_stays_under_a_given_key_and_frees_a_derived_one() {
        let journal = Journal::default();
        import(journal.begin(derived(), &order("1", ID))).settle(reply("ERROR"));
        import(journal.begin(derived(), &order("1", ID))).settle(reply("SUCCESS"));
        assert_eq!(done(journal.begin(derived(), &order("1", ID))), reply("SUCCESS"));

        let journal = Journal::default();
        import(journal.begin(given("k"), &order("1", ID))).settle(reply("ERROR"));
        assert_eq!(done(journal.begin(given("k"), &order("1", ID))), reply("ERROR"));
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
