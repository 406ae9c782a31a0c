//! The backend is killed in the middle of an import and started again: whoever asks again has bought
//! once, and reads the order.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    dead_code,
    missing_docs
)]

mod common;

use std::{
    fs,
    path::PathBuf,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::Request,
    middleware::{self, Next},
};
use futures_util::future::join_all;
use landerpay_backend::demo::{amazon::CLIENT_ID, crm::Settings};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, ChildStderr, Command},
    sync::Notify,
    time::{self, Instant},
};

use common::{JSON, KEY, OTHER_KEY, Reply, address_of, order, postgres, read, upsale};

/// Long enough for a lease to end on a machine under load.
const PATIENCE: Duration = Duration::from_secs(60);

/// A point in an import: a call has arrived, or has been carried out and its answer is on the way.
#[derive(Clone, Copy, Debug)]
struct Moment {
    path: &'static str,
    carried_out: bool,
}

const fn before(path: &'static str) -> Moment {
    Moment { path, carried_out: false }
}

const fn after(path: &'static str) -> Moment {
    Moment { path, carried_out: true }
}

/// Lets every call pass, but for the first one of a moment after it was shut: that one never ends.
#[derive(Clone)]
struct Gate {
    moment: Moment,
    is_open: Arc<AtomicBool>,
    reached: Arc<Notify>,
}

impl Gate {
    /// Open, so that what comes before the import in question passes.
    fn at(moment: Moment) -> Self {
        Self { moment, is_open: Arc::new(AtomicBool::new(true)), reached: Arc::default() }
    }

    fn in_front_of(&self, routes: Router) -> Router {
        let gate = self.clone();
        routes.layer(middleware::from_fn(move |request: Request, next: Next| {
            let gate = gate.clone();
            async move {
                let path = request.uri().path().to_owned();
                gate.pass(&path, false).await;
                let answer = next.run(request).await;
                gate.pass(&path, true).await;
                answer
            }
        }))
    }

    async fn pass(&self, path: &str, carried_out: bool) {
        let here = path == self.moment.path && carried_out == self.moment.carried_out;
        if here && !self.is_open.swap(true, Ordering::SeqCst) {
            self.reached.notify_one();
            std::future::pending::<()>().await;
        }
    }

    fn shut(&self) {
        self.is_open.store(false, Ordering::SeqCst);
    }
}

/// What outlives the backend.
struct World {
    gate: Gate,
    crm: String,
    amazon: String,
    database: String,
}

impl World {
    async fn new(moment: Moment, database: String) -> Self {
        let gate = Gate::at(moment);
        let crm = address_of(gate.in_front_of(common::stand_in())).await;
        let amazon = address_of(gate.in_front_of(common::amazon())).await;
        Self { gate, crm, amazon, database }
    }

    /// Starts the production command.
    async fn start(&self) -> Running {
        let settings = Settings::default();
        let mut child = Command::new(env!("CARGO_BIN_EXE_landerpay-backend"))
            .env_clear()
            .env("LANDERPAY_LISTEN", "127.0.0.1:0")
            .env("LANDERPAY_AMAZON_CLIENT_ID", CLIENT_ID)
            .env("LANDERPAY_AMAZON_URL", &self.amazon)
            .env("LANDERPAY_CRM_URL", &self.crm)
            .env("LANDERPAY_CRM_LOGIN_ID", settings.login_id)
            .env("LANDERPAY_CRM_PASSWORD", settings.password)
            .env("LANDERPAY_CRM_CAMPAIGN_ID", settings.campaign_id.to_string())
            .env("LANDERPAY_AMAZON_BILLER_ID", settings.amazon_biller_id.to_string())
            // The shortest, because the leases follow it.
            .env("LANDERPAY_CRM_TIMEOUT", "1")
            .env("DATABASE_URL", &self.database)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let url = time::timeout(PATIENCE, listening(&mut log)).await.expect("no start");
        // Read on, so that the command never waits for somebody to read its log.
        tokio::spawn(async move { tokio::io::copy(&mut log, &mut tokio::io::sink()).await });
        Running { child, url }
    }

    async fn accepted(&self) -> Vec<Value> {
        let ledger = read(client().get(format!("{}/stand-in/orders", self.crm))).await.json();
        let accepted = |entry: &&Value| entry["outcome"] == "accepted";
        ledger.as_array().unwrap().iter().filter(accepted).cloned().collect()
    }
}

async fn listening(log: &mut BufReader<ChildStderr>) -> String {
    let mut logged = String::new();
    loop {
        let mut line = String::new();
        assert_ne!(log.read_line(&mut line).await.unwrap(), 0, "no start: {logged}");
        let entry: Value = serde_json::from_str(&line).unwrap_or_default();
        if entry["message"] == "listening" {
            return format!("http://{}", entry["address"].as_str().unwrap());
        }
        logged += &line;
    }
}

fn client() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

/// The production command while it runs.
struct Running {
    child: Child,
    url: String,
}

impl Running {
    /// SIGKILL: nothing of it can clean up.
    async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    fn post(&self, path: &str, key: &str, body: &Value) -> RequestBuilder {
        let request = client().post(format!("{}/amazon-pay/{path}", self.url));
        request.header(JSON.0, JSON.1).header("idempotency-key", key).body(body.to_string())
    }

    /// Asks as a page does, until there is an answer that stays.
    async fn asked(&self, path: &str, key: &str, body: &Value) -> Reply {
        let begun = Instant::now();
        loop {
            let reply = read(self.post(path, key, body)).await;
            let is_open = matches!(
                &*reply.code(),
                "crm_answer_lost" | "crm_unreachable" | "amazon_unreachable"
            );
            if !is_open || begun.elapsed() > PATIENCE {
                return reply;
            }
            time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// Kills the backend in an import of this body at the moment of the world's gate, starts another one, and
/// asks that again. Gives the answer, which is the same under another key.
async fn bought_through_a_kill(world: &World, running: Running, path: &str, body: &Value) -> Value {
    world.gate.shut();
    let mut request = tokio::spawn(running.post(path, KEY, body).send());
    tokio::select! {
        reached = time::timeout(PATIENCE, world.gate.reached.notified()) => reached.unwrap(),
        early = &mut request => panic!("{:?} never came: {early:?}", world.gate.moment),
    }
    running.kill().await;
    assert!(request.await.unwrap().is_err());

    let running = world.start().await;
    let reply = running.asked(path, KEY, body).await;
    let moment = world.gate.moment;
    assert_eq!(reply.json()["result"], "SUCCESS", "{moment:?}: {}", reply.text);
    let other = running.asked(path, OTHER_KEY, body).await;
    assert_eq!(other.text, reply.text, "{moment:?}");
    reply.json()["message"].clone()
}

async fn buys_an_order_once(moment: Moment, database: String) {
    let world = World::new(moment, database).await;
    let running = world.start().await;
    let bought = bought_through_a_kill(&world, running, "import-order", &order(agreement(1))).await;
    let accepted = world.accepted().await;
    assert_eq!(accepted.len(), 1, "{moment:?}: {accepted:?}");
    assert_eq!(accepted[0]["orderId"], bought["orderId"], "{moment:?}");
}

async fn buys_an_upsale_once(moment: Moment, database: String) {
    let world = World::new(moment, database).await;
    let running = world.start().await;
    let first = running.asked("import-order", "key-0123456789-0000", &order(agreement(1))).await;
    let id = first.json()["message"]["orderId"].as_str().unwrap().to_owned();
    let body = upsale(&id, agreement(2));
    let bought = bought_through_a_kill(&world, running, "import-upsale", &body).await;
    let kinds: Vec<_> = world.accepted().await.iter().map(|entry| entry["kind"].clone()).collect();
    assert_eq!(kinds, ["order", "upsale"], "{moment:?}");
    assert_eq!(bought["orderId"], *id, "{moment:?}");
}

const ORDER: [Moment; 6] = [
    before("/auth/o2/tokeninfo"),
    before("/user/profile"),
    before("/leads/import/"),
    after("/leads/import/"),
    before("/order/import/"),
    after("/order/import/"),
];

const UPSALE: [Moment; 5] = [
    before("/auth/o2/tokeninfo"),
    before("/order/query/"),
    after("/order/query/"),
    before("/upsale/import/"),
    after("/upsale/import/"),
];

/// The stand-in, as Amazon, would decline a second purchase on an order reference. On a billing agreement
/// nobody but the backend prevents it.
fn agreement(number: u32) -> Value {
    json!({"amazonOrderId": format!("C01-0000000-000000{number}")})
}

/// A file of its own for each test.
fn sqlite(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("kill").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    format!("sqlite:{}", folder.join("journal.db").display())
}

#[tokio::test]
async fn an_order_is_bought_once_with_sqlite() {
    let file = |at| sqlite(&format!("order-{at}"));
    let at_each = ORDER.into_iter().enumerate();
    join_all(at_each.map(|(at, moment)| buys_an_order_once(moment, file(at)))).await;
}

#[tokio::test]
async fn an_upsale_is_bought_once_with_sqlite() {
    let file = |at| sqlite(&format!("upsale-{at}"));
    let at_each = UPSALE.into_iter().enumerate();
    join_all(at_each.map(|(at, moment)| buys_an_upsale_once(moment, file(at)))).await;
}

#[tokio::test]
async fn an_order_is_bought_once_with_postgres() {
    join_all(ORDER.map(|moment| buys_an_order_once(moment, postgres::database()))).await;
}

#[tokio::test]
async fn an_upsale_is_bought_once_with_postgres() {
    join_all(UPSALE.map(|moment| buys_an_upsale_once(moment, postgres::database()))).await;
}
