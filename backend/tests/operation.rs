//! The backend in operation: its configuration, its limits, its log, its numbers, its end.
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
    collections::BTreeMap, io::ErrorKind, num::NonZeroU32, path::Path, process::Output,
    time::Duration,
};

use landerpay_backend::{demo::crm::Settings, metrics};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines},
    net::TcpStream,
    process::{Child, ChildStderr, Command},
    time::{self, Instant},
};

use common::{
    ADDRESS_HEADER, HeldCrm, JSON, KEY, OTHER_KEY, Reply, Shop, TOKEN, amazon, assert_accepted,
    command, config, folder, impatient, listener, order, read, serve_forever, stand_in, start,
    upsale,
};

const ORIGIN: &str = "https://lander.example";
const FOREIGN: &str = "https://evil.example";

/// What the production command needs, in front of the CRM at this address and an Amazon of its own.
async fn configured(crm: &str, arguments: &[&str]) -> Command {
    command::configured(crm, &format!("http://{}", start(amazon()).await), arguments)
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// The production command while it runs.
struct Running {
    child: Child,
    log: Lines<BufReader<ChildStderr>>,
    url: String,
    /// What was logged until now.
    logged: Vec<Value>,
}

impl Running {
    async fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut running = Self { child, log, url: String::new(), logged: Vec::new() };
        let line = running.line("listening").await;
        running.url = format!("http://{}", line["address"].as_str().unwrap());
        running
    }

    /// Reads on to the line with this message.
    async fn line(&mut self, message: &str) -> Value {
        let read = async {
            loop {
                let line = self.log.next_line().await.unwrap();
                let line = line.unwrap_or_else(|| panic!("no {message} in {:?}", self.logged));
                let line: Value = serde_json::from_str(&line)
                    .unwrap_or_else(|_| panic!("a line that is not JSON: {line}"));
                self.logged.push(line.clone());
                if line["message"] == message {
                    return line;
                }
            }
        };
        time::timeout(Duration::from_secs(30), read).await.expect("the line never came")
    }

    fn post(&self, order: &Value) -> RequestBuilder {
        let url = format!("{}/amazon-pay/import-order", self.url);
        client().post(url).header(JSON.0, JSON.1).body(order.to_string())
    }

    async fn signal(&self, name: &str) {
        let id = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args([name, &id]).status().await.unwrap().success());
    }

    async fn exit_code(&mut self) -> Option<i32> {
        let end = time::timeout(Duration::from_secs(30), self.child.wait());
        end.await.expect("the command did not end").unwrap().code()
    }
}

fn client() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

async fn stand_in_url() -> String {
    format!("http://{}", start(stand_in()).await)
}

async fn output(mut command: Command) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command.output().await.unwrap();
    (status.code(), text(stdout), text(stderr))
}

#[tokio::test]
async fn a_good_configuration_is_called_complete() {
    let said = output(configured("https://api.example", &["check"]).await).await;
    let complete = "The configuration is complete.\n".to_owned();
    assert_eq!(said, (Some(0), complete, String::new()));
}

#[tokio::test]
async fn whatever_is_wrong_with_the_configuration_is_said_at_once() {
    for arguments in [&["check"][..], &[]] {
        let mut command = configured("http://api.example/p4ss", arguments).await;
        command.env("LANDERPAY_RATE_LIMIT", "p4ss").env("LANDERPAY_CRM_PASSWORD", "p4ss&");
        command.env("LANDERPAY_CRM_LOGIN_ID_FILE", "/nowhere/p4ss");
        let (code, stdout, stderr) = output(command).await;
        assert_eq!((code, &*stdout), (Some(1), ""), "{stderr}");
        for key in ["RATE_LIMIT", "CRM_URL", "CRM_LOGIN_ID", "CRM_PASSWORD"] {
            assert!(stderr.contains(&format!("\n  LANDERPAY_{key} ")), "{stderr}");
        }
        assert!(stderr.ends_with("\nTry: landerpay-backend --help\n"), "{stderr}");
        assert!(!stderr.contains("p4ss"), "{stderr}");
    }
}

/// A shop that takes orders of [`ORIGIN`], too.
async fn shop_with_origin() -> Shop {
    let crm = listener().await;
    let mut config = config(crm.local_addr().unwrap());
    serve_forever(stand_in(), crm);
    config.allowed_origins = vec![ORIGIN.to_owned()];
    Shop::with(&config).await
}

async fn preflight(shop: &Shop, origin: &str) -> Reply {
    let url = format!("{}/amazon-pay/import-order", shop.url);
    let request = shop
        .client
        .request(Method::OPTIONS, url)
        .header("origin", origin)
        .header("sec-fetch-site", "cross-site")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type,idempotency-key");
    read(request).await
}

#[tokio::test]
async fn a_preflight_of_a_configured_origin_is_answered() {
    let shop = shop_with_origin().await;
    let reply = preflight(&shop, ORIGIN).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.headers["access-control-allow-origin"], ORIGIN);
    assert_eq!(reply.headers["access-control-allow-methods"], "POST,GET");
    assert_eq!(reply.headers["access-control-allow-headers"], "content-type,idempotency-key");
    assert_eq!(reply.headers["access-control-max-age"], "3600");
    assert!(!reply.headers.contains_key("access-control-allow-credentials"));

    let plain = Shop::start().await;
    for reply in [preflight(&shop, FOREIGN).await, preflight(&plain, ORIGIN).await] {
        assert!(!reply.headers.contains_key("access-control-allow-origin"), "{reply:?}");
    }
}

#[tokio::test]
async fn a_page_of_a_configured_origin_orders_and_reads_the_answer() {
    let shop = shop_with_origin().await;
    let from = |origin| [JSON, ("origin", origin), ("sec-fetch-site", "cross-site")];
    let body = order(json!({})).to_string();

    let refused = shop.post(&from(FOREIGN), body.clone()).await;
    assert_eq!((refused.status, &*refused.code()), (StatusCode::FORBIDDEN, "foreign_origin"));
    assert!(!refused.headers.contains_key("access-control-allow-origin"));
    assert!(shop.ledger().await.is_empty());

    let taken = shop.post(&from(ORIGIN), body).await;
    assert_accepted(&taken);
    // The refusals of this server, too.
    let invalid = shop.post(&from(ORIGIN), "{}").await;
    assert_eq!(invalid.code(), "fields_invalid");
    for reply in [taken, invalid] {
        assert_eq!(reply.headers["access-control-allow-origin"], ORIGIN);
        assert!(reply.headers["vary"].to_str().unwrap().contains("origin"), "{reply:?}");
    }

    let health = shop.client.get(format!("{}/health", shop.url)).header("origin", ORIGIN);
    assert!(!read(health).await.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn an_address_that_sends_too_much_is_told_when_to_come_back() {
    let crm = listener().await;
    let mut config = config(crm.local_addr().unwrap());
    serve_forever(stand_in(), crm);
    config.rate_limit = NonZeroU32::new(2);
    config.allowed_origins = vec![ORIGIN.to_owned()];
    let shop = Shop::with(&config).await;
    let send = async |address: &str| {
        let headers = [JSON, (ADDRESS_HEADER, address), ("origin", ORIGIN)];
        shop.post(&headers, "{}").await
    };
    for address in ["203.0.113.7", "2001:db8::1"] {
        assert_eq!(send(address).await.code(), "fields_invalid");
    }
    // Whatever a shopper writes in front of it, and for both addresses of the API together.
    let headers = [JSON, (ADDRESS_HEADER, "6.6.6.6, 203.0.113.7")];
    assert_eq!(shop.post_upsale(&headers, "{}").await.code(), "fields_invalid");
    assert_eq!(send("2001:db8::2").await.code(), "fields_invalid");
    for address in ["203.0.113.7", "::ffff:203.0.113.7", "6.6.6.7, 203.0.113.7", "2001:db8::3"] {
        let refused = send(address).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "{address}");
        assert_eq!(refused.code(), "rate_limited");
        let seconds: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=31).contains(&seconds), "{seconds}");
        assert_eq!(refused.headers["access-control-expose-headers"], "retry-after");
    }
    for address in ["203.0.113.8", "2001:db8:0:1::1"] {
        assert_eq!(send(address).await.code(), "fields_invalid", "{address}");
    }
    for _ in 0..3 {
        assert_eq!(shop.get("/health").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn every_reply_is_of_no_use_to_another_page() {
    let shop = shop_with_origin().await;
    for reply in [
        shop.get("/health").await,
        shop.get("/ready").await,
        shop.post(&[JSON], "{}").await,
        shop.post(&[JSON], order(json!({})).to_string()).await,
        preflight(&shop, ORIGIN).await,
    ] {
        for (name, value) in [
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("cross-origin-resource-policy", "same-origin"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "SAMEORIGIN"),
            ("referrer-policy", "strict-origin-when-cross-origin"),
        ] {
            assert_eq!(reply.headers[name], value, "{reply:?}");
        }
    }
}

/// Writes as a client does that sends by hand.
async fn open(shop: &Shop, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(shop.url.trim_start_matches("http://")).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

async fn rest(mut stream: TcpStream) -> String {
    let mut rest = Vec::new();
    let read = time::timeout(Duration::from_secs(600), stream.read_to_end(&mut rest)).await;
    read.expect("the connection did not end").unwrap();
    text(rest)
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_not_waited_for() {
    let shop = Shop::start().await;
    let stream = open(
        &shop,
        "POST /amazon-pay/import-order HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n\
         Content-Length: 1000\r\n\r\n{",
    )
    .await;
    // From now on, time passes as fast as nothing happens.
    time::pause();
    let started = Instant::now();
    let reply = rest(stream).await;
    assert!(reply.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{reply}");
    assert!(reply.contains(r#""code":"body_timeout""#), "{reply}");
    assert_eq!(started.elapsed().as_secs(), 10);
}

#[tokio::test]
async fn a_head_that_does_not_arrive_is_not_waited_for() {
    let shop = Shop::start().await;
    let stream = open(&shop, "POST /amazon-pay/import-order HTTP/1.1\r\nHost: sh").await;
    time::pause();
    let started = Instant::now();
    rest(stream).await;
    assert_eq!(started.elapsed().as_secs(), 75);
}

#[tokio::test]
async fn the_numbers_tell_what_happened() {
    let crm = listener().await;
    let mut config = config(crm.local_addr().unwrap());
    serve_forever(stand_in(), crm);
    config.rate_limit = NonZeroU32::new(4);
    let shop = Shop::with(&config).await;
    let listener = listener().await;
    let url = format!("http://{}/metrics", listener.local_addr().unwrap());
    serve_forever(metrics::routes(shop.backend.clone()), listener);
    let numbers = async || -> BTreeMap<String, f64> {
        let reply = read(client().get(&url)).await;
        assert!(reply.headers["content-type"].to_str().unwrap().starts_with("application/openm"));
        assert!(reply.text.ends_with("# EOF\n"), "{}", reply.text);
        let lines = reply.text.lines().filter(|line| !line.starts_with('#'));
        let pairs = lines.map(|line| line.rsplit_once(' ').unwrap());
        pairs.map(|(name, value)| (name.to_owned(), value.parse().unwrap())).collect()
    };
    let before = numbers().await;
    assert_eq!(before["landerpay_imports_under_way"], 0.0);
    assert_eq!(before["landerpay_dropped_fields_total"], 0.0);
    assert_eq!(before["landerpay_rate_limited_total"], 0.0);
    assert!(!before.keys().any(|name| name.contains("duration")), "{before:?}");

    let first = shop.order(KEY, &order(json!({"password": "x", "product1_price": 1}))).await;
    let id = first.json()["message"]["orderId"].as_str().unwrap().to_owned();
    let other = json!({"amazonOrderId": "S01-0000000-0000002", "custom5": "decline:x"});
    shop.order(OTHER_KEY, &order(other)).await;
    assert_accepted(&shop.upsale("key-0123456789-0003", &upsale(&id, json!({}))).await);
    for code in ["content_type_unsupported", "rate_limited"] {
        assert_eq!(shop.post(&[("content-type", "text/plain")], "").await.code(), code);
    }
    shop.get("/no/such/page").await;

    let after = numbers().await;
    let order = r#"route="/amazon-pay/import-order""#;
    for (name, value) in [
        (r#"landerpay_import_duration_seconds_count{kind="order",outcome="taken"}"#, 1.0),
        (r#"landerpay_import_duration_seconds_count{kind="order",outcome="refused"}"#, 1.0),
        (r#"landerpay_import_duration_seconds_count{kind="upsale",outcome="taken"}"#, 1.0),
        (&format!(r#"landerpay_request_duration_seconds_count{{{order},status="200"}}"#), 2.0),
        (&format!(r#"landerpay_request_duration_seconds_count{{{order},status="415"}}"#), 1.0),
        (&format!(r#"landerpay_request_duration_seconds_count{{{order},status="429"}}"#), 1.0),
        (r#"landerpay_request_duration_seconds_count{route="none",status="404"}"#, 1.0),
        ("landerpay_dropped_fields_total", 2.0),
        ("landerpay_rate_limited_total", 1.0),
        ("landerpay_imports_under_way", 0.0),
    ] {
        assert_eq!(after.get(name), Some(&value), "{name}: {after:#?}");
    }
    assert!(!after.keys().any(|name| name.contains("no/such")), "{after:?}");
}

#[tokio::test]
async fn an_import_that_is_under_way_is_counted() {
    let (crm, shop) = HeldCrm::start("/order/import/").await;
    let listener = listener().await;
    let url = format!("http://{}/metrics", listener.local_addr().unwrap());
    serve_forever(metrics::routes(shop.backend.clone()), listener);
    let body = order(json!({}));
    let watch = async {
        crm.import_arrived().await;
        let text = read(client().get(url)).await.text;
        assert!(text.contains("\nlanderpay_imports_under_way 1\n"), "{text}");
        crm.allowed.add_permits(1);
    };
    let (reply, ()) = tokio::join!(shop.order(KEY, &body), watch);
    assert_accepted(&reply);
}

#[tokio::test]
async fn each_request_has_a_line_with_its_id_and_without_its_secrets() {
    let mut shop = Running::start(configured(&stand_in_url().await, &[]).await).await;
    let id = "4bf92f35-77b3_4da6";
    let given = shop.post(&order(json!({"password": "from-the-page"})));
    let reply = read(given.header("x-request-id", id).header("idempotency-key", KEY)).await;
    assert_accepted(&reply);
    assert_eq!(reply.headers["x-request-id"], id);

    let line = shop.line("request").await;
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["span"]["request_id"], id);
    assert_eq!(line["method"], "POST");
    assert_eq!(line["route"], "/amazon-pay/import-order");
    assert_eq!(line["status"], 200);
    assert!(line["milliseconds"].is_u64(), "{line}");
    let import = shop.logged.iter().find(|line| line["message"] == "import order");
    assert!(import.unwrap()["milliseconds"].is_u64(), "{import:?}");
    for message in ["import order", "dropped a field that a page must not set"] {
        let line = shop.logged.iter().find(|line| line["message"] == message);
        assert_eq!(line.unwrap()["span"]["request_id"], id, "{message}");
    }

    // What a page writes into an address or an id stays out, and there is an id all the same.
    let url = format!("{}/{TOKEN}?access_token={TOKEN}", shop.url);
    let reply = read(client().get(url).header("x-request-id", TOKEN)).await;
    assert_eq!(reply.code(), "not_found");
    let line = shop.line("request").await;
    assert_eq!((&line["route"], &line["status"]), (&json!("none"), &json!(404)));
    assert_eq!(line["span"]["request_id"], reply.headers["x-request-id"].to_str().unwrap());

    shop.signal("-TERM").await;
    shop.line("stopping").await;
    assert_eq!(shop.exit_code().await, Some(0));
    let log = json!(shop.logged).to_string();
    let Settings { login_id, password, .. } = Settings::default();
    for secret in ["Atza", "secret+token", "ada@", "from-the-page", &*login_id, &*password] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[tokio::test]
async fn the_log_may_be_text_and_quiet() {
    let mut command = configured(&stand_in_url().await, &[]).await;
    command.env("LANDERPAY_LOG_FORMAT", "text").env("LANDERPAY_METRICS_LISTEN", "127.0.0.1:0");
    let mut child = command.spawn().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
    for message in ["listening for metrics", "listening"] {
        let line = log.next_line().await.unwrap().unwrap();
        assert!(line.contains(&format!(" {message} address=127.0.0.1:")), "{line}");
        if message == "listening for metrics" {
            let address = line.rsplit_once('=').unwrap().1;
            let numbers = read(client().get(format!("http://{address}/metrics"))).await;
            assert_eq!(numbers.status, StatusCode::OK);
        }
    }
    drop(child);

    let mut command = configured(&stand_in_url().await, &[]).await;
    command.env("LANDERPAY_LOG", "error").env("LANDERPAY_LISTEN", "192.0.2.1:1");
    let (code, _, stderr) = output(command).await;
    assert_eq!(code, Some(1));
    assert!(stderr.starts_with("landerpay-backend: Cannot listen on 192.0.2.1:1"), "{stderr}");
}

#[tokio::test]
async fn who_is_stopping_is_not_ready() {
    let (crm, shop) = HeldCrm::start("/order/import/").await;
    let ready = shop.get("/ready").await;
    assert_eq!((ready.status, &*ready.text), (StatusCode::OK, r#"{"status":"ready"}"#));

    let body = order(json!({}));
    let stop = async {
        crm.import_arrived().await;
        let mut asking = open(&shop, "GET /ready HTTP/1.1\r\nHost: sh").await;
        // One thread serves all, in turn: this answer comes after that half of a head.
        shop.get("/health").await;
        shop.stop.cancel();
        let address = shop.url.trim_start_matches("http://");
        let closed = async { while TcpStream::connect(address).await.is_ok() {} };
        time::timeout(Duration::from_secs(30), closed).await.expect("still listening");
        assert!(!shop.backend.is_ready().await);
        asking.write_all(b"op\r\n\r\n").await.unwrap();
        let answer = rest(asking).await;
        assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
        assert!(answer.ends_with(r#"{"status":"not ready"}"#), "{answer}");
        crm.allowed.add_permits(1);
    };
    let (reply, ()) = tokio::join!(shop.order(KEY, &body), stop);
    assert_accepted(&reply);
}

#[tokio::test]
async fn a_signal_lets_an_import_end() {
    for signal in ["-TERM", "-INT"] {
        let (crm, held) = HeldCrm::start("/order/import/").await;
        let mut shop = Running::start(configured(&held.crm, &[]).await).await;
        let buyer = tokio::spawn(read(shop.post(&order(json!({})))));
        crm.import_arrived().await;
        shop.signal(signal).await;
        assert_eq!(shop.line("stopping").await["imports"], 1);
        crm.allowed.add_permits(1);
        assert_accepted(&buyer.await.unwrap());
        assert_eq!(shop.exit_code().await, Some(0));
        assert_eq!(crm.received(), 1);
    }
}

/// The command with a journal in a folder of its own.
async fn with_journal(crm: &str, folder: &Path) -> Command {
    let mut command = configured(crm, &[]).await;
    command.env("DATABASE_URL", format!("sqlite:{}/landerpay.db", folder.display()));
    command
}

#[tokio::test]
async fn after_a_stop_the_journal_is_one_file() {
    let folder = folder("operation-journal");
    let beside = ["landerpay.db-wal", "landerpay.db-shm"].map(|name| folder.join(name));
    let mut shop = Running::start(with_journal(&stand_in_url().await, &folder).await).await;
    assert_accepted(&read(shop.post(&order(json!({})))).await);
    assert!(beside.iter().all(|file| file.exists()));
    shop.signal("-TERM").await;
    assert_eq!(shop.exit_code().await, Some(0));
    assert!(beside.iter().all(|file| !file.exists()));
    assert!(folder.join("landerpay.db").exists());
}

#[tokio::test]
async fn an_attempt_that_is_asked_about_has_its_order_in_the_log() {
    let folder = folder("operation-sweep");
    let crm = stand_in_url().await;
    let mut command = with_journal(&crm, &folder).await;
    command.env("LANDERPAY_CRM_TIMEOUT", "1");
    let mut shop = Running::start(command).await;
    let lost = read(shop.post(&order(json!({"custom5": "lost"})))).await;
    assert_eq!(lost.code(), "crm_answer_lost");
    shop.signal("-TERM").await;
    assert_eq!(shop.exit_code().await, Some(0));

    // Nobody asks before the one who sent it would have given up.
    time::sleep(Duration::from_secs(3)).await;
    let mut again = Running::start(with_journal(&crm, &folder).await).await;
    let line = again.line("asked about an attempt of unknown outcome").await;
    assert_eq!(line["found"], "SUCCESS");
    let ledger = read(client().get(format!("{crm}/stand-in/orders"))).await.json();
    assert_eq!(line["order_id"], ledger[0]["fields"]["orderId"]);
}

#[tokio::test]
async fn who_is_told_that_nobody_knows_raises_an_alarm() {
    let mut command = configured(&stand_in_url().await, &[]).await;
    command.env("LANDERPAY_METRICS_LISTEN", "127.0.0.1:0");
    let mut shop = Running::start(command).await;
    let address = shop.logged[0]["address"].as_str().unwrap().to_owned();
    let told = async || {
        let text = read(client().get(format!("http://{address}/metrics"))).await.text;
        let lines =
            text.lines().filter(|line| line.starts_with("landerpay_outcome_unknown_total "));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let unclear = read(shop.post(&order(json!({"custom5": "unknown-result"})))).await;
    assert_eq!(unclear.status, StatusCode::OK, "{}", unclear.text);
    assert_eq!(told().await, ["landerpay_outcome_unknown_total 0"]);
    let refused = shop.post(&order(json!({}))).header("idempotency-key", KEY);
    assert_eq!(read(refused).await.code(), "order_outcome_unknown");
    assert_eq!(told().await, ["landerpay_outcome_unknown_total 1"]);
    let line = shop.line("nobody knows what became of an order").await;
    assert_eq!(line["level"], "WARN");
    assert_eq!(line["amazon_order_id"], "S01-0000000-0000001");
}

#[tokio::test]
async fn a_crm_that_refuses_the_credentials_is_an_error_in_the_log() {
    let mut command = configured(&stand_in_url().await, &[]).await;
    command.env("LANDERPAY_CRM_PASSWORD", "another");
    let mut shop = Running::start(command).await;
    let refused = read(shop.post(&order(json!({})))).await;
    assert_eq!(refused.json()["result"], "ERROR", "{}", refused.text);
    let line = shop.line("the CRM refuses the credentials, or this server's address").await;
    assert_eq!(line["level"], "ERROR");
}

#[tokio::test]
async fn a_key_that_is_misspelt_ends_the_start() {
    let mut command = configured("https://api.example", &["check"]).await;
    command.env("LANDERPAY_RATE_LIMITS", "hunter2");
    let (code, _, stderr) = output(command).await;
    assert_eq!(code, Some(1));
    assert!(stderr.contains("\n  LANDERPAY_RATE_LIMITS is no key"), "{stderr}");
    assert!(!stderr.contains("hunter2"), "{stderr}");
}

#[tokio::test]
async fn a_second_signal_ends_at_once() {
    let (crm, held) = HeldCrm::start("/order/import/").await;
    let mut shop = Running::start(configured(&held.crm, &[]).await).await;
    let buyer = tokio::spawn(shop.post(&order(json!({}))).send());
    crm.import_arrived().await;
    shop.signal("-TERM").await;
    shop.line("stopping").await;
    shop.signal("-TERM").await;
    assert_eq!(shop.exit_code().await, Some(1));
    assert!(buyer.await.unwrap().is_err());
}

#[tokio::test]
async fn a_stop_has_an_end() {
    let nobody = listener().await;
    let shop = Shop::in_front_of(nobody.local_addr().unwrap(), impatient()).await;
    let _half = open(&shop, "GET /ready HTTP/1.1\r\nHost: sh").await;
    shop.get("/health").await;
    time::pause();
    let started = Instant::now();
    shop.stop.cancel();
    assert_eq!(shop.server.await.unwrap().unwrap_err().kind(), ErrorKind::TimedOut);
    let limits = impatient();
    let limit = limits.prepare_lease() + limits.send_lease();
    assert_eq!(started.elapsed().as_secs(), limit.as_secs());
}
