//! What outlives the backend, and the processes that do not.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::PathBuf,
    process::Stdio,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use axum::Router;
use landerpay_backend::{Config, crm::Limits, secret::Secret};
use reqwest::Client;
use serde_json::Value;
use tokio::{
    process::Child,
    time::{self, Instant},
};

use crate::common::{ADDRESS_HEADER, command::configured, config, read, start};

/// Long enough for a lease to end on a machine under load.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The time limit of the CRM: the shortest, because the leases follow it.
const CRM_TIMEOUT: Duration = Duration::from_secs(1);
const SETTLED_AFTER: Duration = Duration::from_secs(2);

pub const LIMITS: Limits =
    Limits { connect: CRM_TIMEOUT, total: CRM_TIMEOUT, settled: SETTLED_AFTER };

pub struct World {
    pub crm: String,
    amazon: String,
    pub database: String,
    /// What the backends log, for whoever looks for the cause of a failure.
    log: PathBuf,
}

impl World {
    /// With a folder of this name for what the backends write.
    pub async fn new(crm: Router, amazon: Router, database: String, log: PathBuf) -> Self {
        let [crm, amazon] =
            [start(crm).await, start(amazon).await].map(|at| format!("http://{at}"));
        Self { crm, amazon, database, log }
    }

    /// Starts an instance of the production command.
    pub async fn start(&self) -> Instance {
        let address = free_address();
        let mut instance = Instance { address, child: None };
        instance.start(self).await;
        instance
    }

    /// What an instance in the test's own process would be told.
    pub fn config(&self) -> Config {
        let crm = self.crm.trim_start_matches("http://").parse().unwrap();
        let mut config = config(crm);
        config.crm.limits = LIMITS;
        config.journal.url = Secret::new(self.database.clone());
        config
    }

    /// What the CRM has booked, oldest first.
    pub async fn accepted(&self) -> Vec<Value> {
        let ledger = read(client().get(format!("{}/stand-in/orders", self.crm))).await.json();
        let accepted = |entry: &&Value| entry["outcome"] == "accepted";
        ledger.as_array().unwrap().iter().filter(accepted).cloned().collect()
    }
}

/// The production command, which may be killed and started again at the same address.
pub struct Instance {
    address: SocketAddr,
    child: Option<Child>,
}

impl Instance {
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// As often as it takes: its database may be starting, too.
    pub async fn start(&mut self, world: &World) {
        let begun = Instant::now();
        let ready = format!("{}/ready", self.url());
        let client = client();
        while !is_ready(&client, &ready).await {
            assert!(begun.elapsed() < PATIENCE, "no start; see {}", world.log.display());
            let ended = match &mut self.child {
                Some(child) => child.try_wait().unwrap().is_some(),
                None => true,
            };
            if ended {
                self.child = Some(self.spawn(world));
            }
            time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn spawn(&self, world: &World) -> Child {
        let log = fs::File::options().create(true).append(true).open(&world.log).unwrap();
        configured(&world.crm, &world.amazon, &[])
            .env("LANDERPAY_LISTEN", self.address.to_string())
            .env("LANDERPAY_SHOPPER_ADDRESS_HEADER", ADDRESS_HEADER)
            // Buyers here are in a hurry.
            .env("LANDERPAY_RATE_LIMIT", "0")
            .env("LANDERPAY_CRM_TIMEOUT", CRM_TIMEOUT.as_secs().to_string())
            .env("LANDERPAY_CRM_SETTLED_AFTER", SETTLED_AFTER.as_secs().to_string())
            .env("DATABASE_URL", &world.database)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap()
    }

    /// SIGKILL: nothing of it can clean up.
    pub async fn kill(&mut self) {
        self.child.take().unwrap().kill().await.unwrap();
    }
}

async fn is_ready(client: &Client, url: &str) -> bool {
    client.get(url).send().await.is_ok_and(|answer| answer.status().is_success())
}

pub fn client() -> Client {
    Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap()
}

/// An address that stays free while nobody listens on it: below the ports that systems hand out.
fn free_address() -> SocketAddr {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let next = std::process::id() * 101 + NEXT.fetch_add(1, Ordering::SeqCst);
        let port = u16::try_from(20_000 + next % 12_000).unwrap();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}
