//! One purchase, and a kill at each point of it.

use std::{
    path::PathBuf,
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
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use tokio::{
    sync::Notify,
    time::{self, Instant},
};

use crate::{
    common::{
        JSON, KEY, OTHER_KEY, Reply, amazon, folder, order, postgres, read, stand_in, upsale,
    },
    world::{Instance, PATIENCE, World, client},
};

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

struct Case {
    gate: Gate,
    world: World,
    instance: Instance,
}

impl Case {
    async fn new(moment: Moment, folder: PathBuf, database: String) -> Self {
        let gate = Gate::at(moment);
        let crm = gate.in_front_of(stand_in());
        let amazon = gate.in_front_of(amazon());
        let world = World::new(crm, amazon, database, folder.join("log")).await;
        let instance = world.start().await;
        Self { gate, world, instance }
    }

    fn post(&self, path: &str, key: &str, body: &Value) -> RequestBuilder {
        let request = client().post(format!("{}/amazon-pay/{path}", self.instance.url()));
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

    /// Kills the backend in an import of this body at the moment of the gate, starts it again, and asks
    /// that again. Gives the answer, which is the same under another key.
    async fn bought_through_a_kill(&mut self, path: &str, body: &Value) -> Value {
        let moment = self.gate.moment;
        self.gate.shut();
        let mut request = tokio::spawn(self.post(path, KEY, body).send());
        tokio::select! {
            reached = time::timeout(PATIENCE, self.gate.reached.notified()) => reached.unwrap(),
            early = &mut request => panic!("{moment:?} never came: {early:?}"),
        }
        self.instance.kill().await;
        assert!(request.await.unwrap().is_err());

        self.instance.start(&self.world).await;
        let reply = self.asked(path, KEY, body).await;
        assert_eq!(reply.json()["result"], "SUCCESS", "{moment:?}: {}", reply.text);
        let other = self.asked(path, OTHER_KEY, body).await;
        assert_eq!(other.text, reply.text, "{moment:?}");
        reply.json()["message"].clone()
    }
}

async fn buys_an_order_once(moment: Moment, folder: PathBuf, database: String) {
    let mut case = Case::new(moment, folder, database).await;
    let bought = case.bought_through_a_kill("import-order", &order(agreement(1))).await;
    let accepted = case.world.accepted().await;
    assert_eq!(accepted.len(), 1, "{moment:?}: {accepted:?}");
    assert_eq!(accepted[0]["orderId"], bought["orderId"], "{moment:?}");
}

async fn buys_an_upsale_once(moment: Moment, folder: PathBuf, database: String) {
    let mut case = Case::new(moment, folder, database).await;
    let first = case.asked("import-order", "key-0123456789-0000", &order(agreement(1))).await;
    let id = first.json()["message"]["orderId"].as_str().unwrap().to_owned();
    let bought = case.bought_through_a_kill("import-upsale", &upsale(&id, agreement(2))).await;
    let accepted = case.world.accepted().await;
    let kinds: Vec<_> = accepted.iter().map(|entry| entry["kind"].clone()).collect();
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

fn sqlite(folder: &std::path::Path) -> String {
    format!("sqlite:{}", folder.join("journal.db").display())
}

#[tokio::test]
async fn an_order_is_bought_once_with_sqlite() {
    let at_each = ORDER.into_iter().enumerate();
    join_all(at_each.map(|(at, moment)| {
        let folder = folder(&format!("kill/sqlite-order-{at}"));
        let database = sqlite(&folder);
        buys_an_order_once(moment, folder, database)
    }))
    .await;
}

#[tokio::test]
async fn an_upsale_is_bought_once_with_sqlite() {
    let at_each = UPSALE.into_iter().enumerate();
    join_all(at_each.map(|(at, moment)| {
        let folder = folder(&format!("kill/sqlite-upsale-{at}"));
        let database = sqlite(&folder);
        buys_an_upsale_once(moment, folder, database)
    }))
    .await;
}

#[tokio::test]
async fn an_order_is_bought_once_with_postgres() {
    let at_each = ORDER.into_iter().enumerate();
    join_all(at_each.map(|(at, moment)| {
        let folder = folder(&format!("kill/postgres-order-{at}"));
        buys_an_order_once(moment, folder, postgres::database())
    }))
    .await;
}

#[tokio::test]
async fn an_upsale_is_bought_once_with_postgres() {
    let at_each = UPSALE.into_iter().enumerate();
    join_all(at_each.map(|(at, moment)| {
        let folder = folder(&format!("kill/postgres-upsale-{at}"));
        buys_an_upsale_once(moment, folder, postgres::database())
    }))
    .await;
}
