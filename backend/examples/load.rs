//! How many purchases the backend takes in a second, and how long each waits: beside a bare handler that
//! reads the same body and does nothing, in the same process and the same run. So the ratios mean
//! something on any machine, and the figures next to nothing on another.
//!
//! The journal is a real one, in a folder that is removed afterwards, or where `--database-url` says. The
//! CRM and Amazon answer at once from memory: what is measured is what the backend adds. The demo's CRM
//! keeps a ledger that grows, so there is a smaller one here.

use std::{
    env, fs, future,
    io::{self, Write},
    net::Ipv4Addr,
    path::PathBuf,
    process::{self, ExitCode},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use axum::{Router, body::Bytes, http::header, response::IntoResponse, routing::post};
use landerpay_backend::{
    Backend, Config,
    demo::amazon::{Amazon, CLIENT_ID},
    server,
};
use lexopt::{Arg, Parser, ValueExt};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinSet};

const HELP: &str = "\
Measures the merchant backend beside a bare handler.

Usage: cargo run --release -p landerpay-backend --features demo --example load -- [options]
  --database-url <url>   the journal, such as postgres://…; it keeps what is written.
                         Default: SQLite, in a folder that is removed afterwards
  --at-once <list>       how many connections send at the same time, default 1,8,64
  --seconds <number>     for each case, after a quarter of that to warm up, default 3";

#[derive(Debug)]
struct Options {
    database_url: Option<String>,
    at_once: Vec<usize>,
    time: Duration,
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match read(Parser::from_env()) {
        Ok(Some(options)) => run(&options).await,
        Ok(None) => print(HELP),
        Err(error) => Err(format!("{error}\nTry: --help")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            // When stderr is gone there is nobody left to tell.
            let _ = writeln!(io::stderr(), "{sentence}");
            ExitCode::FAILURE
        }
    }
}

/// `None` asks for help.
fn read(mut parser: Parser) -> Result<Option<Options>, lexopt::Error> {
    let mut options =
        Options { database_url: None, at_once: vec![1, 8, 64], time: Duration::from_secs(3) };
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("database-url") => options.database_url = Some(parser.value()?.string()?),
            Arg::Long("at-once") => {
                let list = parser.value()?.string()?;
                let numbers = list.split(',').map(str::parse).collect::<Result<_, _>>();
                options.at_once = numbers.map_err(|_| "--at-once takes numbers such as 1,8,64")?;
            }
            Arg::Long("seconds") => {
                let seconds = Duration::try_from_secs_f64(parser.value()?.parse()?);
                options.time = seconds.map_err(|_| "--seconds takes a number such as 3")?;
            }
            Arg::Short('h') | Arg::Long("help") => return Ok(None),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Some(options))
}

async fn run(options: &Options) -> Result<(), String> {
    // Each request is logged as in operation, and the lines go nowhere.
    tracing_subscriber::fmt().json().with_writer(io::sink).init();
    let folder = Folder::new()?;
    let database_url = options.database_url.clone();
    let database_url = database_url.unwrap_or_else(|| folder.database_url());
    let imported = Arc::new(AtomicU64::new(0));
    let crm = serve(crm(imported.clone())).await?;
    let amazon = serve(Arc::new(Amazon::new(CLIENT_ID)).routes()).await?;
    let targets = Targets {
        bare: serve(Router::new().route("/", post(bare))).await?,
        backend: start_backend(&crm, &amazon, &database_url).await?,
    };
    let sender = Sender::new(targets)?;

    print(&format!(
        "{:<24}{:>8}{:>12}{:>10}{:>10}{:>16}{:>12}",
        "case", "at once", "requests/s", "p50 ms", "p99 ms", "rate, of bare's", "p50, × bare"
    ))?;
    for &at_once in &options.at_once {
        let mut bare = None;
        for case in Case::ALL {
            let figures = measure(&sender, case, at_once, options.time).await?;
            let bare = bare.get_or_insert(figures);
            print(&format!(
                "{:<24}{at_once:>8}{:>12.0}{:>10.2}{:>10.2}{:>15.1}%{:>12.1}",
                case.name(),
                figures.rate,
                figures.p50,
                figures.p99,
                100.0 * figures.rate / bare.rate,
                figures.p50 / bare.p50,
            ))?;
        }
    }
    let (sent, imported) = (sender.orders(), imported.load(Ordering::Relaxed));
    if sent == imported {
        print(&format!("{sent} orders, each imported once."))
    } else {
        Err(format!("{sent} orders were sent, and {imported} imported."))
    }
}

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    /// To the bare handler.
    Bare,
    /// To the backend: an order without e-mail address.
    Bad,
    /// The same order with the same key, which is answered already.
    Replay,
    /// Each time another order.
    New,
}

impl Case {
    /// The bare one first: the others are compared with it.
    const ALL: [Self; 4] = [Self::Bare, Self::Bad, Self::Replay, Self::New];

    fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare handler",
            Self::Bad => "bad input, 422",
            Self::Replay => "stored answer",
            Self::New => "new order",
        }
    }
}

#[derive(Debug)]
struct Targets {
    bare: String,
    backend: String,
}

/// Sends over connections that are kept.
#[derive(Clone, Debug)]
struct Sender {
    http: Client,
    targets: Arc<Targets>,
    first: u64,
    next: Arc<AtomicU64>,
}

impl Sender {
    fn new(targets: Targets) -> Result<Self, String> {
        let http = Client::builder().no_proxy().build().map_err(|error| error.to_string())?;
        // A database that is kept must not know the numbers of the next run.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let first = (now.as_millis() % 10_000_000_000) as u64 * 10_000;
        Ok(Self { http, targets: Arc::new(targets), first, next: Arc::new(first.into()) })
    }

    /// How many orders there must be now: the replayed one, and each new one.
    fn orders(&self) -> u64 {
        1 + self.next.load(Ordering::Relaxed) - self.first
    }

    async fn send(&self, case: Case) -> Result<(), String> {
        let number = match case {
            Case::New => 1 + self.next.fetch_add(1, Ordering::Relaxed),
            Case::Bare | Case::Bad | Case::Replay => self.first,
        };
        let url = match case {
            Case::Bare => self.targets.bare.clone(),
            Case::Bad | Case::Replay | Case::New => {
                format!("{}/amazon-pay/import-order", self.targets.backend)
            }
        };
        let request = self
            .http
            .post(url)
            .header(header::CONTENT_TYPE, "application/json")
            .header("idempotency-key", format!("load-{number:016}"))
            .body(order(number, case != Case::Bad));
        let response = request.send().await.map_err(|error| error.to_string())?;
        let status = response.status();
        let body = response.bytes().await.map_err(|error| error.to_string())?;
        let expected =
            if case == Case::Bad { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        // The figures of failures would be none.
        if status == expected && (case == Case::Bad || body.starts_with(SUCCESS)) {
            Ok(())
        } else {
            Err(format!("{}: {status} {}", case.name(), String::from_utf8_lossy(&body)))
        }
    }
}

/// With what an answer begins that has an order.
const SUCCESS: &[u8] = br#"{"message":{"orderId":"#;

/// An order as a page sends it.
fn order(number: u64, has_email: bool) -> String {
    let (high, low) = (number / 10_000_000, number % 10_000_000);
    let mut fields = json!({
        "paySource": "AMAZON",
        "amazonOrderId": format!("S01-{high:07}-{low:07}"),
        "amazonAddressConsent": "Atza|of-the-load-test",
        "firstName": "Ada",
        "lastName": "Lovelace",
        "product1_id": "345",
        "product1_qty": "1",
    });
    if has_email {
        fields["emailAddress"] = json!("ada@example.com");
    }
    fields.to_string()
}

#[derive(Clone, Copy, Debug)]
struct Figures {
    rate: f64,
    p50: f64,
    p99: f64,
}

/// Sends for a while from each of some connections, one request after the other.
async fn measure(
    sender: &Sender,
    case: Case,
    at_once: usize,
    time: Duration,
) -> Result<Figures, String> {
    // Whatever is measured, the order to be replayed is there.
    sender.send(Case::Replay).await?;
    let begin = Instant::now() + time / 4;
    let end = begin + time;
    let mut connections = JoinSet::new();
    for _ in 0..at_once {
        let sender = sender.clone();
        connections.spawn(async move {
            let mut took = Vec::new();
            loop {
                let sent = Instant::now();
                if sent >= end {
                    return Ok::<_, String>(took);
                }
                sender.send(case).await?;
                if sent >= begin {
                    took.push(sent.elapsed());
                }
            }
        });
    }
    let mut took = Vec::new();
    while let Some(ended) = connections.join_next().await {
        took.extend(ended.map_err(|error| error.to_string())??);
    }
    took.sort_unstable();
    let percentile = |percent: usize| {
        took.get(took.len() * percent / 100).map_or(f64::NAN, |it| it.as_secs_f64() * 1000.0)
    };
    Ok(Figures {
        rate: took.len() as f64 / begin.elapsed().as_secs_f64(),
        p50: percentile(50),
        p99: percentile(99),
    })
}

/// Reads the body, as the backend has to, and answers as short as the backend does.
async fn bare(body: Bytes) -> impl IntoResponse {
    let fields: Value = serde_json::from_slice(&body).unwrap_or_default();
    answer(json!({"orderId": fields["amazonOrderId"]}))
}

/// A CRM that has every order it is asked for, and forgets it at once.
fn crm(imported: Arc<AtomicU64>) -> Router {
    let lead = Arc::new(AtomicU64::new(0));
    Router::new()
        .route(
            "/leads/import/",
            post(async move || {
                let id = format!("L{:09}", lead.fetch_add(1, Ordering::Relaxed));
                answer(json!({"orderId": id, "orderStatus": "PARTIAL"}))
            }),
        )
        .route(
            "/order/import/",
            post(async move |body: Bytes| {
                imported.fetch_add(1, Ordering::Relaxed);
                let id = form_urlencoded::parse(&body).find(|(name, _)| name == "orderId");
                let id = id.map_or_else(|| "A1B2C3D4E5".into(), |(_, id)| id);
                answer(json!({"orderId": id, "orderStatus": "COMPLETE"}))
            }),
        )
}

fn answer(message: Value) -> impl IntoResponse {
    let body = json!({"message": message, "result": "SUCCESS"}).to_string();
    ([(header::CONTENT_TYPE, "application/json")], body)
}

/// The backend as it runs in operation. Its limit of requests for one address is off: all are from here.
async fn start_backend(crm: &str, amazon: &str, database_url: &str) -> Result<String, String> {
    let settings = [
        ("LANDERPAY_CRM_URL", crm),
        ("LANDERPAY_CRM_LOGIN_ID", "load"),
        ("LANDERPAY_CRM_PASSWORD", "test-password"),
        ("LANDERPAY_CRM_CAMPAIGN_ID", "12"),
        ("LANDERPAY_AMAZON_BILLER_ID", "7"),
        ("LANDERPAY_AMAZON_CLIENT_ID", CLIENT_ID),
        ("LANDERPAY_AMAZON_URL", amazon),
        ("LANDERPAY_RATE_LIMIT", "0"),
        ("DATABASE_URL", database_url),
    ];
    let find = |key: &str| settings.iter().find(|(name, _)| *name == key);
    let config = Config::read(|key| find(key).map(|(_, value)| (*value).into()));
    let backend = Backend::new(&config.map_err(|error| error.to_string())?).await?;
    let (listener, url) = listen().await?;
    tokio::spawn(server::serve(backend, listener, future::pending()));
    Ok(url)
}

async fn serve(router: Router) -> Result<String, String> {
    let (listener, url) = listen().await?;
    tokio::spawn(server::run(router, listener, future::pending()));
    Ok(url)
}

async fn listen() -> Result<(TcpListener, String), String> {
    let listener = server::bind((Ipv4Addr::LOCALHOST, 0).into()).await?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    Ok((listener, format!("http://{address}")))
}

fn print(text: &str) -> Result<(), String> {
    writeln!(io::stdout(), "{text}").map_err(|error| error.to_string())
}

/// A folder for the journal, removed in the end.
#[derive(Debug)]
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self, String> {
        let path = env::temp_dir().join(format!("landerpay-load-{}", process::id()));
        fs::create_dir(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(path))
    }

    fn database_url(&self) -> String {
        format!("sqlite:{}", self.0.join("journal.db").display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is in the system's folder for such files.
        let _ = fs::remove_dir_all(&self.0);
    }
}
