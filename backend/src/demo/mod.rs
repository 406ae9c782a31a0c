//! The demo: a shop that a person or a test can buy from, and a stand-in for the CRM behind it.
//!
//! Nothing here is part of a production build; the feature `demo` brings it in.

pub mod amazon;
pub mod booking;
pub mod books;
pub mod catalog;
pub mod checks;
pub mod crm;
pub mod faults;
pub mod ledger;
pub mod pages;
pub mod reply;

use std::{
    future::Future,
    io::{self, Read, Write},
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    thread,
    time::Duration,
};

use axum::Router;
use reqwest::Url;
use serde_json::json;
use tokio::{net::TcpListener, sync::oneshot, task::JoinSet, time};
use tokio_util::sync::CancellationToken;

use crate::{
    Backend, Config,
    config::{AmazonConfig, CrmConfig, JournalConfig, LogConfig, Merchant},
    crm::Limits,
    secret::Secret,
    server,
};

use crm::{Settings, StandIn};
use pages::Pages;

/// The client id of the pages.
const CLIENT_ID: &str = "amzn1.application-oa2-client.0a1b2c3d4e5f";

/// How long open requests may take to end. Short: a request that the stand-in lets hang never ends.
const GRACE: Duration = Duration::from_secs(1);

/// What the demo is told on its command line.
#[derive(Clone, Debug)]
pub struct Options {
    /// The origin of the Amazon simulator, written into the pages.
    pub simulator: String,
    /// The shop's port; 0 means any free one.
    pub shop_port: u16,
    /// The CRM stand-in's port; 0 means any free one.
    pub crm_port: u16,
    /// The folder with the pages.
    pub www: PathBuf,
    /// The folder with the built module.
    pub dist: PathBuf,
    /// The folder with the built npm example.
    pub npm: PathBuf,
    /// Whether to end when stdin ends, so that no demo outlives the program that started it.
    pub exit_with_stdin: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            simulator: String::new(),
            shop_port: 8080,
            crm_port: 8082,
            www: "www".into(),
            dist: "dist".into(),
            npm: "examples/vite/dist".into(),
            exit_with_stdin: false,
        }
    }
}

/// A running demo.
#[derive(Debug)]
pub struct Demo {
    shop: String,
    crm: String,
    stop: CancellationToken,
    servers: JoinSet<()>,
}

impl Demo {
    /// Starts the shop and the stand-in; both listen when this returns.
    ///
    /// # Errors
    /// A sentence: a port is taken, or TLS does not work on this machine.
    pub async fn start(options: &Options) -> Result<Self, String> {
        let crm_listener = server::bind((Ipv4Addr::LOCALHOST, options.crm_port).into()).await?;
        let crm_address = crm_listener.local_addr().map_err(|error| error.to_string())?;
        let (shop_port, shop_listeners) = bind_localhost(options.shop_port).await?;
        let crm = format!("http://{crm_address}");

        // All who buy here come from one address: a lead that one leaves open is not another's.
        let settings = Settings { reuse_leads: false, ..Settings::default() };
        let backend = Backend::new(&config(options, &settings, &crm)?).await?;
        let pages = Pages::new(options);
        pages.warn_of_missing_folders();
        let shop = backend.routes().fallback_service(pages.routes());

        let mut demo = Self {
            shop: format!("http://localhost:{shop_port}"),
            crm,
            stop: CancellationToken::new(),
            servers: JoinSet::new(),
        };
        demo.serve(Arc::new(StandIn::new(settings)).routes(), crm_listener);
        for listener in shop_listeners {
            demo.serve(shop.clone(), listener);
        }
        Ok(demo)
    }

    fn serve(&mut self, router: Router, listener: TcpListener) {
        let stop = self.stop.clone().cancelled_owned();
        self.servers.spawn(server::run(server::with_security_headers(router), listener, stop));
    }

    /// The shop's origin, such as `http://localhost:8080`.
    #[must_use]
    pub fn shop(&self) -> &str {
        &self.shop
    }

    /// The stand-in's origin, such as `http://127.0.0.1:8082`.
    #[must_use]
    pub fn crm(&self) -> &str {
        &self.crm
    }

    /// What the command prints: one line of JSON with the two origins.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{{\"shop\":{},\"crm\":{}}}", json!(self.shop), json!(self.crm))
    }

    /// Ends both servers, with a short grace for open requests.
    pub async fn stop(mut self) {
        self.stop.cancel();
        let ended = async { while self.servers.join_next().await.is_some() {} };
        if time::timeout(GRACE, ended).await.is_err() {
            tracing::info!("ended with requests still open");
        }
    }
}

/// Runs the demo until `stop` resolves, or stdin ends when the options say so. Prints one line of
/// JSON with the two origins when both listen.
///
/// # Errors
/// A sentence, as for [`Demo::start`].
pub async fn run(options: Options, stop: impl Future<Output = ()>) -> Result<(), String> {
    let demo = Demo::start(&options).await?;
    let mut stdout = io::stdout();
    writeln!(stdout, "{}", demo.line())
        .and_then(|()| stdout.flush())
        .map_err(|error| error.to_string())?;

    let stdin = async {
        if options.exit_with_stdin {
            stdin_end().await;
        } else {
            std::future::pending().await
        }
    };
    tokio::select! {
        () = stop => {}
        () = stdin => {}
    }
    demo.stop().await;
    Ok(())
}

/// Resolves when stdin ends. In a plain thread: the runtime would wait for one of its own at exit.
async fn stdin_end() {
    let (sender, receiver) = oneshot::channel::<()>();
    thread::spawn(move || {
        let _held_until_the_end = sender;
        let mut stdin = io::stdin().lock();
        let mut ignored = [0; 256];
        loop {
            match stdin.read(&mut ignored) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
    });
    // The error is the signal: the thread dropped its end.
    let _ = receiver.await;
}

/// Binds one port on both loopback addresses, because browsers try `::1` for `localhost` first: on
/// a port that somebody else has there, they would meet the wrong server.
async fn bind_localhost(port: u16) -> Result<(u16, Vec<TcpListener>), String> {
    const TRIES: usize = 20;
    for _ in 0..TRIES {
        let v4 = server::bind((Ipv4Addr::LOCALHOST, port).into()).await?;
        let bound = v4.local_addr().map_err(|error| error.to_string())?.port();
        match TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, bound))).await {
            Ok(v6) => return Ok((bound, vec![v4, v6])),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                if port != 0 {
                    return Err(format!("Port {port} of ::1 is taken by another program."));
                }
            }
            // A machine without IPv6.
            Err(_) => return Ok((bound, vec![v4])),
        }
    }
    Err("Found no port that is free on both 127.0.0.1 and ::1.".to_owned())
}

fn config(options: &Options, settings: &Settings, crm: &str) -> Result<Config, String> {
    Ok(Config {
        listen: (Ipv4Addr::LOCALHOST, 0).into(),
        shopper_address_header: None,
        allowed_origins: Vec::new(),
        rate_limit: None,
        log: LogConfig::default(),
        metrics_listen: None,
        crm: CrmConfig {
            url: Url::parse(crm).map_err(|error| error.to_string())?,
            login_id: Secret::new(settings.login_id.clone()),
            password: Secret::new(settings.password.clone()),
            limits: Limits::default(),
        },
        amazon: AmazonConfig {
            client_id: CLIENT_ID.to_owned(),
            url: Url::parse(&options.simulator).map_err(|error| error.to_string())?,
        },
        journal: JournalConfig {
            // What the demo sells is forgotten when it ends.
            url: Secret::new("sqlite::memory:".to_owned()),
            keep: Duration::MAX,
        },
        merchant: Merchant {
            campaign_id: Some(settings.campaign_id.to_string()),
            amazon_biller_id: Some(settings.amazon_biller_id.to_string()),
        },
    })
}
