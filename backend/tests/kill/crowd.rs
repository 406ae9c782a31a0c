//! Many people buy at once, while the backend is killed and started again, and its database too.

use std::{sync::atomic::Ordering, time::Duration};

use axum::{
    Router,
    extract::Request,
    middleware::{self, Next},
};
use futures_util::{StreamExt, stream};
use landerpay_backend::Backend;
use sqlx::{AnyConnection, Connection};
use tokio::time;

use crate::{
    buyer::{Basket, Bought, Buyer, Market},
    chance::Chance,
    common::{amazon, folder, postgres::Postgres, stand_in},
    world::{Instance, LIMITS, World},
};

/// How many buy in all, and with PostgreSQL, where three instances need more of a machine.
const BUYERS: u64 = 1000;
const BUYERS_OF_THREE: u64 = 500;

const KILLS: usize = 30;

/// How many buy at a time.
const AT_ONCE: usize = 48;

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_buys_once_with_sqlite() {
    let mut chance = Chance::new();
    let folder = folder("kill/crowd-sqlite");
    let database = format!("sqlite:{}", folder.join("journal.db").display());
    let world = World::new(slow_crm(&mut chance), amazon(), database, folder.join("log")).await;
    let mut instances = [world.start().await];
    let market = Market::new(instances.iter().map(Instance::url).collect());
    let havoc = havoc(&world, &market, &mut instances, chance.split(), BUYERS);
    let (baskets, ()) = tokio::join!(buy(&market, &mut chance, BUYERS), havoc);
    settle(&world, &market, instances, &baskets).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_buys_once_with_postgres() {
    let mut chance = Chance::new();
    let folder = folder("kill/crowd-postgres");
    let mut postgres = Postgres::start();
    let log = folder.join("log");
    let world = World::new(slow_crm(&mut chance), amazon(), postgres.database(), log).await;
    let mut instances = [world.start().await, world.start().await, world.start().await];
    let market = Market::new(instances.iter().map(Instance::url).collect());
    let havoc = havoc(&world, &market, &mut instances, chance.split(), BUYERS_OF_THREE);
    let watched = &market;
    let restarts = async move {
        for threshold in [150, 350] {
            watched.have_answered(threshold).await;
            let restart = move || {
                postgres.restart();
                postgres
            };
            postgres = tokio::task::spawn_blocking(restart).await.unwrap();
        }
        postgres
    };
    let (baskets, (), _postgres) =
        tokio::join!(buy(&market, &mut chance, BUYERS_OF_THREE), havoc, restarts);
    settle(&world, &market, instances, &baskets).await;
}

/// A CRM that takes a while before it books, and then does so even if whoever asked is dead by then.
fn slow_crm(chance: &mut Chance) -> Router {
    let chance = std::sync::Arc::new(std::sync::Mutex::new(chance.split()));
    stand_in().layer(middleware::from_fn(move |request: Request, next: Next| {
        let mut chance = chance.lock().unwrap().split();
        async move {
            let answer = async move {
                if request.uri().path().ends_with("/import/") {
                    chance.pause(100).await;
                }
                next.run(request).await
            };
            tokio::spawn(answer).await.unwrap()
        }
    }))
}

/// So many orders, and the upsales to them.
async fn buy(market: &Market, chance: &mut Chance, orders: u64) -> Vec<Basket> {
    let buyers = (0..orders).map(|number| Buyer::new(market, number, chance.split()).buy());
    stream::iter(buyers.collect::<Vec<_>>()).buffer_unordered(AT_ONCE).collect().await
}

/// Kills one instance after the other, at moments spread over so many purchases.
async fn havoc(
    world: &World,
    market: &Market,
    instances: &mut [Instance],
    mut chance: Chance,
    purchases: u64,
) {
    let mut moments: Vec<_> = (0..KILLS).map(|_| chance.within(0..purchases)).collect();
    moments.sort_unstable();
    let turns = (0..instances.len()).cycle();
    for (moment, turn) in moments.into_iter().zip(turns) {
        market.have_answered(usize::try_from(moment).unwrap()).await;
        chance.pause(100).await;
        instances[turn].kill().await;
        chance.pause(200).await;
        instances[turn].start(world).await;
    }
}

impl Market {
    async fn have_answered(&self, purchases: usize) {
        while self.answered.load(Ordering::SeqCst) < purchases {
            time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// Compares what everybody was told with what the CRM has booked, and looks into the journal.
async fn settle<const N: usize>(
    world: &World,
    market: &Market,
    mut instances: [Instance; N],
    baskets: &[Basket],
) {
    let orders = baskets.iter().map(|basket| (&basket.order, "order", Some(basket.email.as_str())));
    let upsales =
        baskets.iter().filter_map(|basket| Some((basket.upsale.as_ref()?, "upsale", None)));
    let mut expected: Vec<_> = orders
        .chain(upsales)
        .map(|(bought, kind, email)| {
            [kind, &bought.order_id, &bought.total, email.unwrap_or("")].map(str::to_owned)
        })
        .collect();
    expected.sort_unstable();

    let accepted = world.accepted().await;
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("").to_owned();
    let mut booked: Vec<_> = accepted
        .iter()
        .map(|entry| {
            let email = text(&entry["fields"]["emailAddress"]);
            [text(&entry["kind"]), text(&entry["orderId"]), text(&entry["total"]), email]
        })
        .collect();
    booked.sort_unstable();
    let differing: Vec<_> = diff(&expected, &booked);
    assert!(differing.is_empty(), "told +, booked -: {differing:#?}");

    let url = &market.urls[0];
    for bought in baskets.iter().flat_map(|basket| basket.upsale.iter().chain([&basket.order])) {
        is_told_again(market, url, bought).await;
    }

    for instance in &mut instances {
        instance.kill().await;
    }
    assert_eq!(open_attempts(world).await, 0);
}

/// What is only in one of two sorted lists.
fn diff(told: &[[String; 4]], booked: &[[String; 4]]) -> Vec<String> {
    let mut rest = booked.to_vec();
    let mut differing = Vec::new();
    for one in told {
        match rest.iter().position(|other| other == one) {
            Some(at) => drop(rest.remove(at)),
            None => differing.push(format!("+ {one:?}")),
        }
    }
    differing.extend(rest.iter().map(|one| format!("- {one:?}")));
    differing
}

/// Every key that was ever sent stands for this purchase or for nothing.
async fn is_told_again(market: &Market, url: &str, bought: &Bought) {
    let receipt = serde_json::json!({"result": "SUCCESS", "message": {"orderId": bought.order_id}});
    for (at, key) in bought.keys.iter().rev().enumerate() {
        let status = market.status(url, key).await.unwrap();
        let declined = status.text.contains("Transaction Declined");
        let is_fine =
            status.json() == receipt || at > 0 && (declined || status.code() == "attempt_unknown");
        assert!(is_fine, "{bought:?}: {}", status.text);
    }
}

/// How many attempts may still be at the CRM for all that the journal knows, after everybody's time is over
/// and the CRM was asked about each.
async fn open_attempts(world: &World) -> i64 {
    time::sleep(LIMITS.settled.max(LIMITS.ask_lease())).await;
    let backend = Backend::new(&world.config()).await.unwrap();
    // The longer an attempt is open, the longer the pause between two questions.
    for _ in 0..30 {
        backend.sweep().await;
        time::sleep(Duration::from_secs(1)).await;
    }
    let mut journal = AnyConnection::connect(&world.database).await.unwrap();
    sqlx::query_scalar(
        "SELECT COUNT(*) FROM landerpay_attempts
         WHERE state = 'lost' OR (state = 'working' AND sent IS NOT NULL)",
    )
    .fetch_one(&mut journal)
    .await
    .unwrap()
}
