//! The journal's tables, in SQLite or PostgreSQL. One SQL for both, but for what [`Dialect`] holds.

use std::{fs::File, io, path::Path, time::Duration};

use sha2::{Digest, Sha256};
use sqlx::{
    Any, AnyConnection, AnyPool, Connection, Executor, Row, Transaction,
    any::{AnyPoolOptions, AnyRow, install_default_drivers},
    pool::PoolConnection,
};

use crate::{purchase::Kind, secret::Secret};

/// Told by [`Tables::open`], for people.
#[derive(Debug)]
pub struct OpenError(String);

impl std::fmt::Display for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for OpenError {}

impl From<sqlx::Error> for OpenError {
    fn from(error: sqlx::Error) -> Self {
        Self(match error {
            // May quote the address, and with it the password.
            sqlx::Error::Configuration(_) => {
                "DATABASE_URL must be an address such as sqlite:landerpay.db or postgres://user:password@host/database.".to_owned()
            }
            other => format!("The journal's database cannot be opened: {other}."),
        })
    }
}

/// What the two databases say differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// The database's clock, in milliseconds since 1970: several instances have one.
    fn now(self) -> &'static str {
        match self {
            Self::Sqlite => "CAST(unixepoch('subsec') * 1000 AS BIGINT)",
            Self::Postgres => "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)",
        }
    }

    /// Whether an attempt ended before it was sent, with nobody left to say so.
    fn abandoned(self) -> String {
        let now = self.now();
        format!("(state = 'working' AND sent IS NULL AND lease_ends < {now})")
    }

    /// SQLite: a transaction that begins by reading cannot always go on to write.
    fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            // Whatever the server's own settings say: who waits for a lock must see what was done before it.
            Self::Postgres => "BEGIN ISOLATION LEVEL READ COMMITTED",
        }
    }
}

const SCHEMA_VERSION: i64 = 1;

/// Times are milliseconds since 1970.
const SCHEMA: [&str; 7] = [
    "CREATE TABLE IF NOT EXISTS landerpay_schema (version BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS landerpay_attempts (
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        payer TEXT NOT NULL,
        state TEXT NOT NULL,
        lease TEXT NOT NULL,
        lease_ends BIGINT NOT NULL,
        started BIGINT NOT NULL,
        sent BIGINT,
        reference TEXT,
        trace TEXT,
        earlier TEXT NOT NULL,
        order_id TEXT,
        answer TEXT
    )",
    "CREATE INDEX IF NOT EXISTS landerpay_attempts_order_id ON landerpay_attempts (order_id)",
    "CREATE INDEX IF NOT EXISTS landerpay_attempts_reference ON landerpay_attempts (reference)",
    "CREATE INDEX IF NOT EXISTS landerpay_attempts_state ON landerpay_attempts (state, sent)",
    "CREATE TABLE IF NOT EXISTS landerpay_keys (
        name TEXT PRIMARY KEY,
        fingerprint TEXT NOT NULL,
        attempt TEXT NOT NULL
    )",
    "CREATE TABLE IF NOT EXISTS landerpay_claims (
        name TEXT PRIMARY KEY,
        attempt TEXT NOT NULL
    )",
];

/// The database.
#[derive(Debug)]
pub struct Tables {
    pool: AnyPool,
    dialect: Dialect,
    /// Held as long as this process uses a SQLite file.
    _lock: Option<File>,
}

/// Where an attempt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Somebody has the lease.
    Working,
    /// It was sent, and no answer came.
    Lost,
    /// It came to nothing before it was sent, or the CRM says that it has no such order.
    Void,
    /// The CRM has the order.
    Taken,
    /// The CRM has refused it.
    Refused,
    /// The CRM's answer says neither.
    Unclear,
}

impl State {
    const ALL: [Self; 6] =
        [Self::Working, Self::Lost, Self::Void, Self::Taken, Self::Refused, Self::Unclear];

    fn word(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::Lost => "lost",
            Self::Void => "void",
            Self::Taken => "taken",
            Self::Refused => "refused",
            Self::Unclear => "unclear",
        }
    }
}

/// An attempt as it is written down.
#[derive(Clone, Debug)]
pub struct Written {
    pub id: String,
    pub kind: Kind,
    pub subject: String,
    pub payer: String,
    pub state: State,
    /// Whose turn it is: changes whenever somebody takes the attempt over.
    pub lease: String,
    /// Whether whoever has the lease may still be at work.
    pub alive: bool,
    /// How long ago it was last sent to the CRM, if it was.
    pub sent_ago: Option<Duration>,
    pub trace: Option<String>,
    /// Earlier attempts at the same that came to nothing.
    pub earlier: String,
    pub answer: Option<String>,
}

impl Tables {
    /// Opens the database and makes what is missing in it.
    pub async fn open(url: &Secret) -> Result<Self, OpenError> {
        install_default_drivers();
        let url = url.expose();
        let tables = match url.strip_prefix("sqlite:") {
            Some(path) => Self::open_sqlite(path.trim_start_matches("//")).await?,
            None => Self::open_postgres(url).await?,
        };
        tables.create().await?;
        if tables.dialect == Dialect::Sqlite {
            tables.abandon_all().await?;
        }
        Ok(tables)
    }

    async fn open_sqlite(path: &str) -> Result<Self, OpenError> {
        let memory = path == ":memory:";
        let lock = if memory { None } else { Some(lock(path)?) };
        let pool = AnyPoolOptions::new()
            // One writer at a time anyway; and a database in memory belongs to its connection.
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    for pragma in [
                        "PRAGMA journal_mode = WAL",
                        // Survives the process, not the power; see `begin_durable`.
                        "PRAGMA synchronous = NORMAL",
                        "PRAGMA busy_timeout = 5000",
                    ] {
                        connection.execute(pragma).await?;
                    }
                    Ok(())
                })
            })
            .connect(&format!("sqlite:{path}"))
            .await?;
        Ok(Self { pool, dialect: Dialect::Sqlite, _lock: lock })
    }

    async fn open_postgres(url: &str) -> Result<Self, OpenError> {
        let pool = AnyPoolOptions::new()
            .max_connections(10)
            .acquire_timeout(Duration::from_secs(5))
            .after_connect(|connection, _| {
                Box::pin(async move {
                    for setting in [
                        // An instance that has lost its network must not hold the others up.
                        "SET lock_timeout = '5s'",
                        "SET statement_timeout = '10s'",
                        "SET idle_in_transaction_session_timeout = '10s'",
                        // What is said to be written stays, whatever the server's own settings say.
                        "SET synchronous_commit = on",
                    ] {
                        connection.execute(setting).await?;
                    }
                    Ok(())
                })
            })
            .connect(url)
            .await?;
        Ok(Self { pool, dialect: Dialect::Postgres, _lock: None })
    }

    async fn create(&self) -> Result<(), OpenError> {
        let mut transaction = self.begin(&["schema"]).await?;
        for statement in SCHEMA {
            transaction.execute(statement).await?;
        }
        let version: Option<i64> = sqlx::query_scalar("SELECT version FROM landerpay_schema")
            .fetch_optional(&mut *transaction)
            .await?;
        match version {
            None => {
                sqlx::query("INSERT INTO landerpay_schema (version) VALUES ($1)")
                    .bind(SCHEMA_VERSION)
                    .execute(&mut *transaction)
                    .await?;
            }
            Some(SCHEMA_VERSION) => {}
            Some(other) => {
                return Err(OpenError(format!(
                    "The journal is of version {other}, this program reads version {SCHEMA_VERSION}."
                )));
            }
        }
        Ok(transaction.commit().await?)
    }

    /// The file belongs to this process alone, so whoever was at work has died.
    async fn abandon_all(&self) -> Result<(), sqlx::Error> {
        sqlx::query(
            "UPDATE landerpay_attempts SET state = CASE WHEN sent IS NULL THEN 'void' ELSE 'lost' END
             WHERE state = 'working'",
        )
        .execute(&self.pool)
        .await
        .map(|_| ())
    }

    /// A transaction during which nobody else in a transaction has one of these names.
    pub async fn begin(&self, names: &[&str]) -> Result<Transaction<'static, Any>, sqlx::Error> {
        let mut transaction = self.pool.begin_with(self.dialect.begin()).await?;
        self.lock_names(&mut transaction, names).await?;
        Ok(transaction)
    }

    /// A connection whose commits, with all that was committed before, also survive the power's
    /// failure. For the word "sent": whatever else is lost leaves an attempt that was never sent, or
    /// one that the CRM is asked about.
    pub async fn durable(&self) -> Result<Durable, sqlx::Error> {
        let mut connection = self.pool.acquire().await?;
        if self.dialect == Dialect::Sqlite {
            connection.execute("PRAGMA synchronous = FULL").await?;
        }
        Ok(Durable { connection, dialect: self.dialect })
    }

    pub async fn lock_names(
        &self,
        connection: &mut AnyConnection,
        names: &[&str],
    ) -> Result<(), sqlx::Error> {
        if self.dialect == Dialect::Sqlite {
            return Ok(());
        }
        let mut locks: Vec<_> = names.iter().map(|name| number(name)).collect();
        // In one order for all, so that no two wait for each other.
        locks.sort_unstable();
        locks.dedup();
        for lock in locks {
            sqlx::query("SELECT CAST(pg_advisory_xact_lock($1) AS TEXT)")
                .bind(lock)
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }

    /// Waits until no connection is in use, and closes all.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Whether the database answers.
    pub async fn answers(&self) -> bool {
        match self.pool.acquire().await {
            Ok(mut connection) => connection.ping().await.is_ok(),
            Err(_) => false,
        }
    }

    /// The attempt that a key stands for, with the fingerprint of what it came with.
    pub async fn named(
        &self,
        connection: &mut AnyConnection,
        key: &str,
    ) -> Result<Option<(String, Written)>, sqlx::Error> {
        let row = sqlx::query("SELECT fingerprint, attempt FROM landerpay_keys WHERE name = $1")
            .bind(key)
            .fetch_optional(&mut *connection)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let attempt = self.attempt(connection, row.try_get("attempt")?).await?;
        let fingerprint = row.try_get("fingerprint")?;
        Ok(attempt.map(|attempt| (fingerprint, attempt)))
    }

    /// The last attempt at a claim.
    pub async fn last(
        &self,
        connection: &mut AnyConnection,
        claim: &str,
    ) -> Result<Option<Written>, sqlx::Error> {
        let id: Option<String> =
            sqlx::query_scalar("SELECT attempt FROM landerpay_claims WHERE name = $1")
                .bind(claim)
                .fetch_optional(&mut *connection)
                .await?;
        match id {
            Some(id) => self.attempt(connection, &id).await,
            None => Ok(None),
        }
    }

    pub async fn attempt(
        &self,
        connection: &mut AnyConnection,
        id: &str,
    ) -> Result<Option<Written>, sqlx::Error> {
        let select = self.select("WHERE id = $1");
        let row = sqlx::query(&select).bind(id).fetch_optional(connection).await?;
        row.as_ref().map(Written::read).transpose()
    }

    /// [`Tables::attempt`] outside a transaction.
    pub async fn look(&self, id: &str) -> Result<Option<Written>, sqlx::Error> {
        let mut connection = self.pool.acquire().await?;
        self.attempt(&mut connection, id).await
    }

    /// The attempts that were sent since, of which nobody knows what became, and which can be asked about.
    pub async fn unknown(&self, age: Duration) -> Result<Vec<Written>, sqlx::Error> {
        let now = self.dialect.now();
        let select = self.select(&format!(
            "WHERE state IN ('lost', 'working') AND trace IS NOT NULL AND sent > {now} - $1
                -- Less and less often: each question moves the end of the lease.
                AND lease_ends + ({now} - sent) / 10 < {now}
             ORDER BY lease_ends LIMIT 50"
        ));
        let rows = sqlx::query(&select).bind(milliseconds(age)).fetch_all(&self.pool).await?;
        rows.iter().map(Written::read).collect()
    }

    fn select(&self, condition: &str) -> String {
        let now = self.dialect.now();
        format!(
            "SELECT id, kind, subject, payer, state, lease, lease_ends - {now} AS remaining,
                {now} - sent AS sent_ago, trace, earlier, answer
             FROM landerpay_attempts {condition}"
        )
    }

    /// The digest of the token with which the order was imported that the CRM has under this number.
    pub async fn buyer(
        &self,
        connection: &mut AnyConnection,
        order_id: &str,
    ) -> Result<Option<String>, sqlx::Error> {
        sqlx::query_scalar("SELECT payer FROM landerpay_attempts WHERE order_id = $1 LIMIT 1")
            .bind(order_id)
            .fetch_optional(connection)
            .await
    }

    pub async fn insert(
        &self,
        connection: &mut AnyConnection,
        attempt: &NewAttempt<'_>,
    ) -> Result<(), sqlx::Error> {
        let now = self.dialect.now();
        let insert = format!(
            "INSERT INTO landerpay_attempts
                (id, kind, subject, payer, state, lease, lease_ends, started, earlier)
             VALUES ($1, $2, $3, $4, 'working', $5, {now} + $6, {now}, $7)"
        );
        sqlx::query(&insert)
            .bind(attempt.id)
            .bind(attempt.kind.word())
            .bind(attempt.subject)
            .bind(attempt.payer)
            .bind(attempt.lease)
            .bind(milliseconds(attempt.lease_for))
            .bind(attempt.earlier)
            .execute(connection)
            .await
            .map(|_| ())
    }

    pub async fn set_claim(
        &self,
        connection: &mut AnyConnection,
        claim: &str,
        attempt: &str,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO landerpay_claims (name, attempt) VALUES ($1, $2)
             ON CONFLICT (name) DO UPDATE SET attempt = excluded.attempt",
        )
        .bind(claim)
        .bind(attempt)
        .execute(connection)
        .await
        .map(|_| ())
    }

    pub async fn set_key(
        &self,
        connection: &mut AnyConnection,
        key: &str,
        fingerprint: &str,
        attempt: &str,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO landerpay_keys (name, fingerprint, attempt) VALUES ($1, $2, $3)
             ON CONFLICT (name) DO UPDATE
             SET fingerprint = excluded.fingerprint, attempt = excluded.attempt",
        )
        .bind(key)
        .bind(fingerprint)
        .bind(attempt)
        .execute(connection)
        .await
        .map(|_| ())
    }

    /// Takes an attempt over from whoever left it. Whether nobody was faster.
    pub async fn take(
        &self,
        connection: &mut AnyConnection,
        attempt: &Written,
        lease: &str,
        lease_for: Duration,
    ) -> Result<bool, sqlx::Error> {
        let now = self.dialect.now();
        let update = format!(
            "UPDATE landerpay_attempts SET state = 'working', lease = $3, lease_ends = {now} + $4
             WHERE id = $1 AND lease = $2 AND state = $5"
        );
        sqlx::query(&update)
            .bind(&attempt.id)
            .bind(&attempt.lease)
            .bind(lease)
            .bind(milliseconds(lease_for))
            .bind(attempt.state.word())
            .execute(connection)
            .await
            .map(|done| done.rows_affected() == 1)
    }

    /// Notes that the next step is to send. Whether the attempt is still the caller's.
    pub async fn sending(
        &self,
        connection: &mut AnyConnection,
        sending: &Sending<'_>,
    ) -> Result<bool, sqlx::Error> {
        let now = self.dialect.now();
        let update = format!(
            "UPDATE landerpay_attempts
             SET sent = {now}, lease_ends = {now} + $3, reference = $4, trace = $5
             WHERE id = $1 AND lease = $2 AND state = 'working' AND lease_ends >= {now}"
        );
        sqlx::query(&update)
            .bind(sending.id)
            .bind(sending.lease)
            .bind(milliseconds(sending.lease_for))
            .bind(sending.reference)
            .bind(sending.trace)
            .execute(connection)
            .await
            .map(|done| done.rows_affected() == 1)
    }

    /// Whether another attempt may be the one that the CRM has under this reference. One whose maker died
    /// before it was sent is not.
    pub async fn is_anothers(
        &self,
        connection: &mut AnyConnection,
        reference: &str,
        id: &str,
    ) -> Result<bool, sqlx::Error> {
        let abandoned = self.dialect.abandoned();
        let select = format!(
            "SELECT COUNT(*) FROM landerpay_attempts
             WHERE reference = $1 AND id <> $2
                AND state NOT IN ('void', 'refused') AND NOT {abandoned}"
        );
        sqlx::query_scalar::<_, i64>(&select)
            .bind(reference)
            .bind(id)
            .fetch_one(connection)
            .await
            .map(|others| others > 0)
    }

    /// Gives the attempt up as `lost` or `void`, if it is still the caller's.
    pub async fn give_up(&self, id: &str, lease: &str, state: State) -> Result<(), sqlx::Error> {
        sqlx::query(
            "UPDATE landerpay_attempts SET state = $3
             WHERE id = $1 AND lease = $2 AND state = 'working'",
        )
        .bind(id)
        .bind(lease)
        .bind(state.word())
        .execute(&self.pool)
        .await
        .map(|_| ())
    }

    /// Writes the CRM's answer down, whoever has the lease: it is what happened. The first order under a
    /// number of the CRM's keeps it: nobody takes an order over by importing something under its number.
    pub async fn settle(
        &self,
        id: &str,
        state: State,
        order_id: Option<&str>,
        answer: &str,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "UPDATE landerpay_attempts SET state = $2, answer = $4, order_id = CASE
                WHEN kind = 'order' AND $2 = 'taken' AND NOT EXISTS
                    (SELECT 1 FROM landerpay_attempts AS other WHERE other.order_id = $3)
                THEN $3 END
             WHERE id = $1 AND state IN ('working', 'lost', 'void')",
        )
        .bind(id)
        .bind(state.word())
        .bind(order_id)
        .bind(answer)
        .execute(&self.pool)
        .await
        .map(|_| ())
    }

    /// Forgets what was finished so long ago. What is unknown stays.
    pub async fn prune(&self, age: Duration) -> Result<u64, sqlx::Error> {
        let (now, abandoned) = (self.dialect.now(), self.dialect.abandoned());
        let old = format!(
            "FROM landerpay_attempts
             WHERE started < {now} - $1 AND (state NOT IN ('working', 'lost') OR {abandoned})"
        );
        let mut transaction = self.begin(&[]).await?;
        // What stands for an attempt goes first: none of it may be of one that has begun meanwhile.
        for table in ["landerpay_keys", "landerpay_claims"] {
            let delete = format!("DELETE FROM {table} WHERE attempt IN (SELECT id {old})");
            sqlx::query(&delete).bind(milliseconds(age)).execute(&mut *transaction).await?;
        }
        let gone = sqlx::query(&format!("DELETE {old}"))
            .bind(milliseconds(age))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(gone.rows_affected())
    }
}

/// See [`Tables::durable`].
#[derive(Debug)]
pub struct Durable {
    connection: PoolConnection<Any>,
    dialect: Dialect,
}

impl Durable {
    pub async fn begin(&mut self) -> Result<Transaction<'_, Any>, sqlx::Error> {
        self.connection.begin_with(self.dialect.begin()).await
    }

    /// Back to the others. One that is dropped instead stays durable, which is slower and no worse.
    pub async fn end(mut self) -> Result<(), sqlx::Error> {
        if self.dialect == Dialect::Sqlite {
            self.connection.execute("PRAGMA synchronous = NORMAL").await?;
        }
        Ok(())
    }
}

/// What [`Tables::insert`] writes.
#[derive(Debug)]
pub struct NewAttempt<'a> {
    pub id: &'a str,
    pub kind: Kind,
    pub subject: &'a str,
    pub payer: &'a str,
    pub lease: &'a str,
    pub lease_for: Duration,
    pub earlier: &'a str,
}

/// What [`Tables::sending`] writes.
#[derive(Debug)]
pub struct Sending<'a> {
    pub id: &'a str,
    pub lease: &'a str,
    pub lease_for: Duration,
    pub reference: Option<&'a str>,
    pub trace: Option<&'a str>,
}

impl Written {
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        let sent_ago: Option<i64> = row.try_get("sent_ago")?;
        let remaining: i64 = row.try_get("remaining")?;
        let word: &str = row.try_get("state")?;
        let kind: &str = row.try_get("kind")?;
        Ok(Self {
            id: row.try_get("id")?,
            kind: if kind == Kind::Upsale.word() { Kind::Upsale } else { Kind::Order },
            subject: row.try_get("subject")?,
            payer: row.try_get("payer")?,
            // A word of a later version: somebody else's business.
            state: State::ALL.into_iter().find(|s| s.word() == word).unwrap_or(State::Unclear),
            lease: row.try_get("lease")?,
            alive: remaining >= 0,
            sent_ago: sent_ago.map(|ms| Duration::from_millis(ms.try_into().unwrap_or(0))),
            trace: row.try_get("trace")?,
            earlier: row.try_get("earlier")?,
            answer: row.try_get("answer")?,
        })
    }
}

/// Makes the file, readable by this user alone, and locks it for this process.
fn lock(path: &str) -> Result<File, OpenError> {
    let open = |path: &Path| {
        let mut options = File::options();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path)
    };
    let failed =
        |error: io::Error| OpenError(format!("The journal {path} cannot be opened: {error}."));
    open(Path::new(path)).map_err(failed)?;
    // A file beside it: SQLite's own locks on the database must not meet this one.
    let lock = open(Path::new(&format!("{path}.lock"))).map_err(failed)?;
    lock.try_lock().map_err(|error| match error {
        std::fs::TryLockError::WouldBlock => OpenError(format!(
            "Another backend uses the journal {path}. For several instances, set DATABASE_URL to a PostgreSQL database."
        )),
        std::fs::TryLockError::Error(error) => failed(error),
    })?;
    Ok(lock)
}

fn milliseconds(time: Duration) -> i64 {
    time.as_millis().try_into().unwrap_or(i64::MAX)
}

/// A name as PostgreSQL's advisory locks want it. Two names that meet only wait for each other.
fn number(name: &str) -> i64 {
    let digest = Sha256::digest(name);
    digest.iter().take(8).fold(0, |number, byte| number << 8 | i64::from(*byte))
}
