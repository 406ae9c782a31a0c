//! The journal of attempts: why a purchase is imported once, however often it is asked for, whatever
//! breaks in between, and by however many instances of this server.
//!
//! An attempt is written down before anything is sent, and again with what can be asked about at the
//! CRM right before the import goes out:
//!
//! | state | what it means | what comes next |
//! |---|---|---|
//! | `working` | somebody has the lease | its outcome; or the lease ends, and it counts as `lost`, or as `void` if nothing was sent |
//! | `lost` | sent, and no answer came | whoever asks next asks the CRM |
//! | `void` | nothing was bought | as if it had never been |
//! | `taken`, `refused`, `unclear` | the CRM has answered | nothing; the answer is kept |
//!
//! A key that was used before decides alone:
//!
//! | its attempt is … | and the content is … | then |
//! |---|---|---|
//! | `void` | any | the key is free |
//! | any other | another | `idempotency_conflict` |
//! | `working` | the same | the caller waits for the outcome |
//! | `lost` | the same | the caller asks the CRM |
//! | answered | the same | the stored answer |
//!
//! For a new key, or none, the last attempts at what the purchase uses up decide. An order reference
//! serves one purchase, and a page that has lost its key must not buy twice. The back button, a reload
//! and a second tab each bring a fresh order reference to an upsale, so an upsale uses up more: each
//! of its products at its order of the CRM, whatever their number and variant. They are asked first,
//! then the Amazon order:
//!
//! | the last attempt at it … | then |
//! |---|---|
//! | does not exist, is `void` or `refused` | it is free; the caller imports when all is |
//! | is `working`, for the same subject | the caller waits for its outcome |
//! | is `lost`, for the same subject | the caller asks the CRM |
//! | is `taken`, for the same subject | the stored answer |
//! | is `working` or `taken`, for the product among others | `product_taken` |
//! | is `unclear`, or `lost` or about another subject otherwise | `order_outcome_unknown` |
//!
//! The subject of an order is its buyer, by e-mail address; that of an upsale is its order with the
//! whole set of products. A new key that was told of an attempt stands for it from then on.
//!
//! An answer is the whole order, with name and address, and an upsale names its order by an id that
//! can be guessed or found. So the whole answer is only for the access token with which the order was
//! imported. Who shows another, be it a stranger's or a renewed one, learns what became of the
//! attempts with that token, and the order id; of other attempts at an upsale, only whether one
//! succeeded or why it was refused. A known key changes nothing of that.
//!
//! Of tokens, the journal knows digests alone.

mod sql;

use std::{collections::BTreeSet, fmt::Write, time::Duration};

use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;
use tokio::time;
use uuid::Uuid;

use crate::{
    Failure,
    crm::{Limits, Trace},
    envelope::{Envelope, Verdict},
    purchase::{Kind, Purchase, Subject},
    secret::Secret,
};

pub use sql::OpenError;
use sql::{NewAttempt, Sending, State, Tables, Written};

/// How an attempt ended.
pub type Outcome = Result<Envelope, Failure>;

/// The longest pause between two looks at an attempt that somebody else makes.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// How long to ask the CRM about an attempt that no page asks about.
const ASKED_ABOUT: Duration = Duration::from_secs(24 * 60 * 60);

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
    /// Nobody has asked for this yet: import it.
    Import(Attempt),
    /// Nobody knows what became of this: ask the CRM.
    Ask(Question),
    /// Somebody else is at it: wait.
    Wait(Waiter),
    /// This was settled before, or must not go on.
    Done(Outcome),
}

/// The right, and the duty, to import one purchase.
#[derive(Debug)]
pub struct Attempt {
    lease: Lease,
    /// Earlier attempts at the same, of which the CRM has said that it has not got them.
    pub earlier: Vec<Earlier>,
    subject: String,
    payer: String,
}

/// An attempt that came to nothing, as far as was known.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Earlier {
    /// What to look for.
    pub trace: Trace,
    subject: String,
    /// The digest of the token with which it was made.
    payer: String,
}

impl Attempt {
    /// What may be told of an earlier attempt to whoever makes this one, if the CRM has got it after all.
    ///
    /// # Errors
    /// [`Failure::OrderOutcomeUnknown`] where it is about something else.
    pub fn told_of(&self, earlier: &Earlier, order: Envelope) -> Outcome {
        if earlier.subject != self.subject {
            Err(Failure::OrderOutcomeUnknown)
        } else if earlier.payer == self.payer {
            Ok(order)
        } else {
            Ok(order.receipt())
        }
    }
}

/// The right, and the duty, to find out what became of an attempt.
#[derive(Debug)]
pub struct Question {
    lease: Lease,
    /// What it was: an order or an upsale.
    pub kind: Kind,
    /// What to look for; `None` where nothing can be asked about.
    pub trace: Option<Trace>,
    /// Whether a CRM that has no such order will not get it any more either.
    pub is_over: bool,
}

/// An attempt of which nobody knows what became.
#[derive(Debug)]
pub struct Unknown(Written);

/// Whose turn it is at an attempt.
#[derive(Debug)]
struct Lease {
    id: String,
    lease: String,
    reader: Reader,
}

/// Waits for the outcome of an attempt.
#[derive(Debug)]
pub struct Waiter {
    id: String,
    reader: Reader,
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

/// The journal.
#[derive(Debug)]
pub struct Journal {
    tables: Tables,
    limits: Limits,
}

impl Journal {
    /// Opens the journal: `sqlite:<path>`, or the address of a PostgreSQL database.
    ///
    /// # Errors
    /// A sentence for whoever set it up.
    pub async fn open(url: &Secret, limits: Limits) -> Result<Self, OpenError> {
        Ok(Self { tables: Tables::open(url).await?, limits })
    }

    /// Looks a request up, and claims its key and what it uses up when they are free. Of any number
    /// of concurrent callers, at any number of instances, one gets [`Begin::Import`].
    ///
    /// # Errors
    /// [`Failure::JournalUnavailable`].
    pub async fn begin(&self, key: Option<&Key>, purchase: &Purchase) -> Result<Begin, Failure> {
        self.try_begin(key, purchase).await.map_err(unavailable)
    }

    async fn try_begin(
        &self,
        key: Option<&Key>,
        purchase: &Purchase,
    ) -> Result<Begin, sqlx::Error> {
        let claims: Vec<_> = claims(purchase).collect();
        let key = key.map(|Key(key)| key.as_str());
        let names: Vec<_> = claims.iter().map(String::as_str).chain(key).collect();
        let mut transaction = self.tables.begin(&names).await?;
        let mut book = Book {
            tables: &self.tables,
            connection: &mut transaction,
            limits: self.limits,
            purchase,
            subject: purchase.subject().to_json(),
            payer: hex(&purchase.token_digest()),
        };
        let found = match key {
            Some(key) => book.named(key).await?,
            None => None,
        };
        let begin = match found {
            Some(begin) => begin,
            None => book.claim(key, &claims).await?,
        };
        transaction.commit().await?;
        Ok(begin)
    }

    /// Waits until an attempt has an outcome. `None` when it came to nothing, or when whoever was at
    /// work has vanished: begin anew.
    ///
    /// # Errors
    /// [`Failure::JournalUnavailable`].
    pub async fn wait(&self, waiter: &Waiter) -> Result<Option<Outcome>, Failure> {
        let mut pause = Duration::from_millis(10);
        loop {
            let attempt = self.tables.look(&waiter.id).await.map_err(unavailable)?;
            let Some(attempt) = attempt else { return Ok(None) };
            match attempt.state {
                State::Working if attempt.alive => {}
                State::Working | State::Void => return Ok(None),
                State::Lost => return Ok(Some(Err(Failure::CrmAnswerLost))),
                State::Taken | State::Refused | State::Unclear => {
                    return Ok(Some(waiter.reader.read(attempt.outcome())));
                }
            }
            time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Writes down that an attempt is about to be sent, and by what the CRM can be asked about it.
    /// Without the trace when the CRM has given the same order to another attempt: then it would tell of
    /// that one. Whether the trace may be used.
    ///
    /// # Errors
    /// [`Failure::JournalUnavailable`]: nothing may be sent.
    pub async fn sending(&self, attempt: &Attempt, trace: Option<&Trace>) -> Result<bool, Failure> {
        self.try_sending(&attempt.lease, trace).await.map_err(unavailable)?
    }

    async fn try_sending(
        &self,
        Lease { id, lease, .. }: &Lease,
        trace: Option<&Trace>,
    ) -> Result<Result<bool, Failure>, sqlx::Error> {
        let reference = trace.and_then(Trace::reference);
        let name = reference.map(|reference| format!("reference:{reference}"));
        let names: Vec<_> = name.iter().map(String::as_str).collect();
        let mut durable = self.tables.durable().await?;
        let mut transaction = durable.begin().await?;
        self.tables.lock_names(&mut transaction, &names).await?;
        let anothers = match reference {
            Some(reference) => self.tables.is_anothers(&mut transaction, reference, id).await?,
            None => false,
        };
        let trace = if anothers { None } else { trace };
        let written = trace.map(Trace::to_json);
        let sending = Sending {
            id,
            lease,
            lease_for: self.limits.send_lease(),
            reference: trace.and_then(Trace::reference),
            trace: written.as_deref(),
        };
        let is_ours = self.tables.sending(&mut transaction, &sending).await?;
        transaction.commit().await?;
        durable.end().await?;
        if !is_ours {
            // So slow that somebody else has begun anew.
            tracing::warn!(attempt = id, "lost the attempt before it was sent");
            return Ok(Err(Failure::JournalUnavailable));
        }
        Ok(Ok(trace.is_some()))
    }

    /// Writes the outcome down, and gives back what the caller may read of it.
    ///
    /// # Errors
    /// That of the outcome; and [`Failure::OrderOutcomeUnknown`] in place of what the caller may not read.
    pub async fn settle(&self, attempt: Attempt, outcome: Outcome) -> Outcome {
        self.end(attempt.lease, outcome).await
    }

    /// Writes down what the CRM says about an attempt, and gives back what the caller may read of it.
    ///
    /// # Errors
    /// [`Failure::OrderOutcomeUnknown`] in place of what the caller may not read.
    pub async fn answer(&self, question: Question, envelope: Envelope) -> Outcome {
        self.end(question.lease, Ok(envelope)).await
    }

    async fn end(&self, lease: Lease, outcome: Outcome) -> Outcome {
        for again in [true, true, false] {
            match self.write_down(&lease, &outcome).await {
                Ok(()) => break,
                Err(_) if again => time::sleep(Duration::from_secs(1)).await,
                // It is asked about at the CRM when the lease has ended. The caller knows it now.
                Err(error) => {
                    tracing::error!(%error, attempt = lease.id, "an outcome is not written down");
                }
            }
        }
        lease.reader.read(outcome)
    }

    async fn write_down(&self, lease: &Lease, outcome: &Outcome) -> Result<(), sqlx::Error> {
        match outcome {
            Ok(envelope) => {
                let state = match envelope.verdict() {
                    Verdict::Taken => State::Taken,
                    Verdict::Refused => State::Refused,
                    Verdict::Unclear => State::Unclear,
                };
                let order_id = envelope.order_id();
                self.tables.settle(&lease.id, state, order_id.as_deref(), &envelope.to_json()).await
            }
            Err(failure) => {
                let state = if failure.nothing_was_sent() { State::Void } else { State::Lost };
                self.tables.give_up(&lease.id, &lease.lease, state).await
            }
        }
    }

    /// Leaves an attempt for the next one who asks.
    pub async fn leave(&self, question: Question) {
        self.give_up(&question.lease, State::Lost).await;
    }

    /// Writes down that the CRM has no such order, and will not get it: all is free again.
    pub async fn free(&self, question: Question) {
        self.give_up(&question.lease, State::Void).await;
    }

    async fn give_up(&self, lease: &Lease, state: State) {
        if let Err(error) = self.tables.give_up(&lease.id, &lease.lease, state).await {
            tracing::error!(%error, attempt = lease.id, "an attempt could not be given up");
        }
    }

    /// The way to what became of the attempt that a key stands for, without the order itself.
    ///
    /// # Errors
    /// [`Failure::AttemptUnknown`], and [`Failure::JournalUnavailable`].
    pub async fn status(&self, Key(key): &Key) -> Result<Begin, Failure> {
        let look = async {
            let mut transaction = self.tables.begin(&[key]).await?;
            let named = self.tables.named(&mut transaction, key).await?;
            let begin = match named {
                Some((_, attempt)) if !attempt.came_to_nothing() => {
                    let reader = Reader::Other;
                    Some(
                        way_to(&self.tables, self.limits, &mut transaction, attempt, reader)
                            .await?,
                    )
                }
                _ => None,
            };
            transaction.commit().await?;
            Ok(begin)
        };
        look.await.map_err(unavailable)?.ok_or(Failure::AttemptUnknown)
    }

    /// The attempts of the last day of which nobody knows what became, and which can be asked about.
    ///
    /// # Errors
    /// [`Failure::JournalUnavailable`].
    pub async fn unknown(&self) -> Result<Vec<Unknown>, Failure> {
        let unknown = self.tables.unknown(ASKED_ABOUT).await.map_err(unavailable)?;
        Ok(unknown.into_iter().map(Unknown).collect())
    }

    /// The right to ask about one of them. `None` when somebody was faster.
    ///
    /// # Errors
    /// [`Failure::JournalUnavailable`].
    pub async fn question(&self, Unknown(attempt): Unknown) -> Result<Option<Question>, Failure> {
        let take = async {
            let mut transaction = self.tables.begin(&[]).await?;
            let taken =
                question(&self.tables, self.limits, &mut transaction, attempt, Reader::Other)
                    .await?;
            transaction.commit().await?;
            Ok(taken)
        };
        take.await.map_err(unavailable)
    }

    /// Closes the database. A SQLite file is then whole by itself, without `-wal` and `-shm` beside it.
    pub async fn close(&self) {
        self.tables.close().await;
    }

    /// Whether the database answers.
    pub async fn answers(&self) -> bool {
        self.tables.answers().await
    }

    /// Forgets the attempts that were finished longer ago than this.
    ///
    /// # Errors
    /// [`Failure::JournalUnavailable`].
    pub async fn prune(&self, age: Duration) -> Result<u64, Failure> {
        self.tables.prune(age).await.map_err(unavailable)
    }
}

fn unavailable(error: sqlx::Error) -> Failure {
    tracing::error!(%error, "the journal does not work");
    Failure::JournalUnavailable
}

/// How a caller who wants the same comes to the outcome of an attempt.
async fn way_to(
    tables: &Tables,
    limits: Limits,
    connection: &mut AnyConnection,
    attempt: Written,
    reader: Reader,
) -> Result<Begin, sqlx::Error> {
    Ok(match attempt.state {
        State::Taken | State::Refused | State::Unclear => {
            Begin::Done(reader.read(attempt.outcome()))
        }
        State::Working if attempt.alive => Begin::Wait(Waiter { id: attempt.id, reader }),
        State::Working | State::Lost | State::Void => {
            let id = attempt.id.clone();
            let question = question(tables, limits, connection, attempt, reader).await?;
            question.map_or(Begin::Wait(Waiter { id, reader }), Begin::Ask)
        }
    })
}

/// Takes the lease of an attempt of unknown outcome. `None` when somebody was faster.
async fn question(
    tables: &Tables,
    limits: Limits,
    connection: &mut AnyConnection,
    attempt: Written,
    reader: Reader,
) -> Result<Option<Question>, sqlx::Error> {
    let lease = random();
    let taken = tables.take(connection, &attempt, &lease, limits.ask_lease()).await?;
    Ok(taken.then(|| Question {
        lease: Lease { id: attempt.id, lease, reader },
        kind: attempt.kind,
        trace: attempt.trace.as_deref().and_then(Trace::from_json),
        is_over: attempt.sent_ago.is_some_and(|ago| ago >= limits.settled),
    }))
}

fn random() -> String {
    Uuid::new_v4().simple().to_string()
}

/// All that a purchase uses up.
fn claims(purchase: &Purchase) -> impl Iterator<Item = String> {
    product_claims(purchase).map(|(_, claim)| claim).chain([amazon_claim(purchase)])
}

/// The products of an upsale, each with its claim.
fn product_claims(purchase: &Purchase) -> impl Iterator<Item = (&str, String)> {
    let upsale = match purchase.subject() {
        Subject::Order { .. } => None,
        Subject::Upsale { order_id, products } => Some((order_id, products)),
    };
    upsale.into_iter().flat_map(|(order_id, products)| {
        products
            .iter()
            .map(move |product| (product.as_str(), format!("product:{order_id}:{product}")))
    })
}

fn amazon_claim(purchase: &Purchase) -> String {
    format!("amazon:{}", purchase.amazon_order_id())
}

/// The tables of this module, read for one purchase within one transaction.
struct Book<'a> {
    tables: &'a Tables,
    connection: &'a mut AnyConnection,
    limits: Limits,
    purchase: &'a Purchase,
    subject: String,
    /// The digest of its token.
    payer: String,
}

/// What the last attempt at something leaves of it.
enum Standing {
    /// All of it; and the attempts that came to nothing, as far as was known.
    Free(Vec<Earlier>),
    /// It was for the same subject: the way to its outcome, and its id.
    Same(Begin, String),
    /// It was for another subject, and has succeeded or may succeed yet.
    Taken,
    /// It may not be used.
    Closed(Failure),
}

impl Book<'_> {
    /// The table about keys. `None` when the key is free.
    async fn named(&mut self, key: &str) -> Result<Option<Begin>, sqlx::Error> {
        let Some((fingerprint, attempt)) = self.tables.named(self.connection, key).await? else {
            return Ok(None);
        };
        if attempt.came_to_nothing() {
            return Ok(None);
        }
        if fingerprint != hex(&self.purchase.fingerprint()) {
            return Ok(Some(Begin::Done(Err(Failure::IdempotencyConflict))));
        }
        self.way_to(attempt).await.map(Some)
    }

    /// Begins an attempt when all that the purchase uses up is free, and has the key stand for what is
    /// found or begun.
    async fn claim(&mut self, key: Option<&str>, claims: &[String]) -> Result<Begin, sqlx::Error> {
        let (begin, attempt) = match self.obstacle().await? {
            Standing::Free(earlier) => {
                let attempt = self.insert(earlier).await?;
                let id = attempt.lease.id.clone();
                for claim in claims {
                    self.tables.set_claim(self.connection, claim, &id).await?;
                }
                (Begin::Import(attempt), id)
            }
            Standing::Same(begin, id) => (begin, id),
            Standing::Taken => return Ok(Begin::Done(Err(Failure::OrderOutcomeUnknown))),
            Standing::Closed(failure) => return Ok(Begin::Done(Err(failure))),
        };
        if let Some(key) = key {
            let fingerprint = hex(&self.purchase.fingerprint());
            self.tables.set_key(self.connection, key, &fingerprint, &attempt).await?;
        }
        Ok(begin)
    }

    /// The table about claims.
    async fn obstacle(&mut self) -> Result<Standing, sqlx::Error> {
        let mut taken = BTreeSet::new();
        let mut nothing = Vec::new();
        // Before the Amazon order: an upsale that was bought is a better answer than a doubt about
        // the order reference that came with the second request for it.
        for (product, claim) in product_claims(self.purchase) {
            match self.standing(&claim).await? {
                Standing::Free(earlier) => nothing.extend(earlier),
                Standing::Taken => {
                    taken.insert(product.to_owned());
                }
                // A doubt about one is graver than what is certain about the others.
                known => return Ok(known),
            }
        }
        if !taken.is_empty() {
            return Ok(Standing::Closed(Failure::ProductTaken(taken)));
        }
        Ok(match self.standing(&amazon_claim(self.purchase)).await? {
            Standing::Free(earlier) => {
                nothing.extend(earlier);
                Standing::Free(nothing)
            }
            known => known,
        })
    }

    async fn standing(&mut self, claim: &str) -> Result<Standing, sqlx::Error> {
        let Some(attempt) = self.tables.last(self.connection, claim).await? else {
            return Ok(Standing::Free(Vec::new()));
        };
        if attempt.came_to_nothing() {
            return Ok(Standing::Free(attempt.earlier()));
        }
        let same = attempt.subject == self.subject;
        Ok(match attempt.state {
            State::Refused => Standing::Free(Vec::new()),
            State::Unclear => Standing::Closed(Failure::OrderOutcomeUnknown),
            _ if same => {
                let id = attempt.id.clone();
                Standing::Same(self.way_to(attempt).await?, id)
            }
            State::Working if attempt.alive => Standing::Taken,
            State::Taken => Standing::Taken,
            State::Working | State::Lost | State::Void => {
                Standing::Closed(Failure::OrderOutcomeUnknown)
            }
        })
    }

    async fn way_to(&mut self, attempt: Written) -> Result<Begin, sqlx::Error> {
        let reader = self.reader(&attempt).await?;
        way_to(self.tables, self.limits, self.connection, attempt, reader).await
    }

    /// How much of an attempt the purchase may read.
    async fn reader(&mut self, attempt: &Written) -> Result<Reader, sqlx::Error> {
        let is_payer = attempt.payer == self.payer;
        Ok(match self.purchase.subject() {
            Subject::Order { .. } if is_payer => Reader::Buyer,
            // Pages that send no address say nothing of who asks.
            Subject::Order { email } if email.is_empty() => Reader::Other,
            // Whoever shares its subject is the buyer, as far as it is known here.
            Subject::Order { .. } => Reader::Payer,
            Subject::Upsale { order_id, .. } if self.is_buyer(order_id).await? => Reader::Buyer,
            Subject::Upsale { .. } if is_payer => Reader::Payer,
            Subject::Upsale { .. } => Reader::Other,
        })
    }

    async fn is_buyer(&mut self, order_id: &str) -> Result<bool, sqlx::Error> {
        let buyer = self.tables.buyer(self.connection, order_id).await?;
        Ok(buyer.is_some_and(|buyer| buyer == self.payer))
    }

    async fn insert(&mut self, earlier: Vec<Earlier>) -> Result<Attempt, sqlx::Error> {
        let (id, lease) = (random(), random());
        let reader = match self.purchase.subject() {
            Subject::Order { .. } => Reader::Buyer,
            Subject::Upsale { order_id, .. } if self.is_buyer(order_id).await? => Reader::Buyer,
            Subject::Upsale { .. } => Reader::Payer,
        };
        let attempt = NewAttempt {
            id: &id,
            kind: self.purchase.kind(),
            subject: &self.subject,
            payer: &self.payer,
            lease: &lease,
            lease_for: self.limits.prepare_lease(),
            // Texts and numbers always become JSON.
            earlier: &serde_json::to_string(&earlier).unwrap_or_default(),
        };
        self.tables.insert(self.connection, &attempt).await?;
        let (subject, payer) = (self.subject.clone(), self.payer.clone());
        Ok(Attempt { lease: Lease { id, lease, reader }, earlier, subject, payer })
    }
}

impl Written {
    /// Whether nothing was sent, and nobody is about to.
    fn came_to_nothing(&self) -> bool {
        match self.state {
            State::Void => true,
            State::Working => !self.alive && self.sent_ago.is_none(),
            State::Lost | State::Taken | State::Refused | State::Unclear => false,
        }
    }

    /// All that was ever sent for the same, this attempt included.
    fn earlier(self) -> Vec<Earlier> {
        let mut earlier: Vec<Earlier> = serde_json::from_str(&self.earlier).unwrap_or_default();
        if let Some(trace) = self.trace.as_deref().and_then(Trace::from_json)
            // One order of the CRM's is looked for once.
            && earlier.iter().all(|known| known.trace != trace)
        {
            earlier.push(Earlier { trace, subject: self.subject, payer: self.payer });
        }
        earlier
    }

    fn outcome(&self) -> Outcome {
        let answer = self.answer.as_deref().unwrap_or_default();
        // What is written down was read before.
        Envelope::read(answer.as_bytes(), &[], "").ok_or(Failure::OrderOutcomeUnknown)
    }
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

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
