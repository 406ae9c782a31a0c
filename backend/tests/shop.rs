//! The demo: pages, and the command itself.
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

use std::{fs, net::Ipv4Addr, path::PathBuf, process::Stdio};

use landerpay_backend::demo::{Demo, Options, crm::Settings};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    process::{Child, Command},
};

use common::{
    Reply, amazon,
    command::{command, configured},
    order, read, start, upsale,
};

/// A folder of its own for each test.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    for (file, content) in [
        ("secret.txt", "secret".to_owned()),
        ("www/index.html", "<script src=\"%SIMULATOR%/Widgets.js\"></script>".to_owned()),
        ("www/app.js", "'%SIMULATOR%'".to_owned()),
        ("www/.env", "secret".to_owned()),
        ("www/sub/index.html", "sub".to_owned()),
        ("www/large.css", "a{color:red}".repeat(1000)),
        ("dist/landerpay_bg.wasm", "\0asm".to_owned()),
        ("npm/index.html", "npm %SIMULATOR%".to_owned()),
    ] {
        let file = folder.join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
    }
    folder
}

async fn demo(name: &str) -> Demo {
    demo_with("http://127.0.0.1:8081", name).await
}

async fn demo_with(simulator: &str, name: &str) -> Demo {
    let folder = folder(name);
    Demo::start(&Options {
        simulator: simulator.to_owned(),
        shop_port: 0,
        crm_port: 0,
        www: folder.join("www"),
        dist: folder.join("dist"),
        npm: folder.join("npm"),
        exit_with_stdin: false,
    })
    .await
    .unwrap()
}

fn client() -> Client {
    let none = reqwest::redirect::Policy::none();
    Client::builder().no_proxy().redirect(none).build().unwrap()
}

async fn get(demo: &Demo, path: &str) -> Reply {
    read(client().get(format!("{}{path}", demo.shop()))).await
}

#[tokio::test]
async fn pages_are_served_with_the_simulator_written_in() {
    let demo = demo("pages").await;
    for (path, content_type, text) in [
        (
            "/",
            "text/html; charset=utf-8",
            r#"<script src="http://127.0.0.1:8081/Widgets.js"></script>"#,
        ),
        ("/app.js", "text/javascript; charset=utf-8", "'%SIMULATOR%'"),
        ("/app.js?v=1", "text/javascript; charset=utf-8", "'%SIMULATOR%'"),
        ("/sub/", "text/html; charset=utf-8", "sub"),
        ("/landerpay/landerpay_bg.wasm", "application/wasm", "\0asm"),
        ("/npm/", "text/html; charset=utf-8", "npm http://127.0.0.1:8081"),
    ] {
        let reply = get(&demo, path).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}");
        assert_eq!(reply.headers["content-type"], content_type, "{path}");
        assert_eq!(reply.headers["cache-control"], "no-cache", "{path}");
        assert_eq!(reply.headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(reply.headers["content-security-policy"], "frame-ancestors 'self'", "{path}");
        assert_eq!(reply.text, text, "{path}");
    }
    for path in ["/sub", "//sub"] {
        let folder = get(&demo, path).await;
        assert_eq!(folder.status, StatusCode::PERMANENT_REDIRECT, "{path}");
        assert_eq!(folder.headers["location"], "/sub/", "{path}");
    }
}

#[tokio::test]
async fn no_placeholder_is_left_in_the_pages_of_this_repository() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let (www, npm) = (root.join("www"), root.join("examples/vite"));
    let pages = fs::read_dir(&www).unwrap().map(|entry| entry.unwrap().file_name());
    let pages: Vec<_> = pages
        .filter_map(|name| name.into_string().ok().filter(|name| name.ends_with(".html")))
        .map(|name| format!("/{name}"))
        .chain(["/npm/index.html".to_owned()])
        .collect();
    assert!(pages.len() > 2, "{pages:?}");

    let simulator = "http://127.0.0.1:8081".to_owned();
    let options = Options { simulator, shop_port: 0, crm_port: 0, www, npm, ..Options::default() };
    let demo = Demo::start(&options).await.unwrap();
    for path in pages {
        let reply = get(&demo, &path).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}");
        let between_percent_signs = reply.text.split('%').skip(1);
        let left: Vec<_> = between_percent_signs
            .filter(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_uppercase()))
            .collect();
        assert!(left.is_empty(), "{path}: {left:?}");
    }
}

#[tokio::test]
async fn unchanged_pages_are_not_sent_again() {
    let demo = demo("etag").await;
    let url = format!("{}/", demo.shop());
    let etag = get(&demo, "/").await.headers["etag"].clone();
    let fresh = read(client().get(&url).header("if-none-match", etag)).await;
    assert_eq!((fresh.status, &*fresh.text), (StatusCode::NOT_MODIFIED, ""));
    let stale = read(client().get(&url).header("if-none-match", "W/\"0\"")).await;
    assert_eq!(stale.status, StatusCode::OK);
}

#[tokio::test]
async fn large_files_are_compressed() {
    let demo = demo("compression").await;
    let url = format!("{}/large.css", demo.shop());
    for encoding in ["br", "gzip"] {
        let response = client().get(&url).header("accept-encoding", encoding).send().await.unwrap();
        assert_eq!(response.headers()["content-encoding"], encoding);
        assert!(response.bytes().await.unwrap().len() < 1000);
    }
}

#[tokio::test]
async fn nothing_outside_the_folders_is_served() {
    let demo = demo("traversal").await;
    std::os::unix::fs::symlink(
        "../secret.txt",
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("traversal/www/link.txt"),
    )
    .unwrap();
    let address = demo.shop().replace("http://localhost", "127.0.0.1");
    // By hand: an HTTP client would tidy the path up.
    for path in [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/sub/..%2f..%2fsecret.txt",
        "/landerpay/../../secret.txt",
        "/.env",
        "/link.txt",
        "/nothing",
        "/landerpay/nothing",
        "//etc/hostname",
    ] {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
        assert!(!answer.contains("secret\n") && !answer.ends_with("secret"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn a_purchase_in_the_demo() {
    let amazon = format!("http://{}", start(amazon()).await);
    let demo = demo_with(&amazon, "purchase").await;
    let import = async |path: &str, body: Value| {
        let post = client()
            .post(format!("{}/amazon-pay/{path}", demo.shop()))
            .header("content-type", "application/json")
            .header("origin", demo.shop())
            .body(body.to_string());
        let reply = read(post).await.json();
        assert_eq!(reply["result"], "SUCCESS", "{reply}");
        reply["message"]["orderId"].as_str().unwrap().to_owned()
    };
    let id = import("import-order", order(json!({"custom1": "<b>"}))).await;
    assert_eq!(import("import-upsale", upsale(&id, json!({}))).await, id);

    let page = read(client().get(format!("{}/", demo.crm()))).await.text;
    assert!(page.contains("&lt;b&gt;") && !page.contains("<b>"), "{page}");
    for row in
        [format!("order accepted<td>{id}<td>64.90"), format!("upsale accepted<td>{id}<td>27.50")]
    {
        assert!(page.contains(&row), "{row} in: {page}");
    }
    demo.stop().await;
}

#[tokio::test]
async fn the_demo_ends_while_a_request_hangs() {
    let demo = demo("hanging").await;
    let crm = demo.crm().replace("http://", "");
    let mut open = TcpStream::connect(&crm).await.unwrap();
    let head = "POST /order/import/ HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n";
    open.write_all(format!("{head}content-length: 9\r\n\r\n").as_bytes()).await.unwrap();
    // The server says so when it begins to wait for the body, which never comes.
    let mut answer = [0; 12];
    open.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 100");
    demo.stop().await;
    assert!(TcpStream::connect(crm).await.is_err());
}

const DEMO: [&str; 7] =
    ["demo", "--simulator", "http://127.0.0.1:8081", "--shop-port", "0", "--crm-port", "0"];

/// Starts the demo command and waits for its line.
async fn started(arguments: &[&str]) -> (Child, BufReader<tokio::process::ChildStdout>, Value) {
    let mut command = command(&[&DEMO[..], arguments].concat());
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).await.unwrap();
    assert!(line.starts_with("{\"shop\":\"http://localhost:"), "{line}");
    let origins = serde_json::from_str(&line).unwrap_or_else(|_| panic!("not JSON: {line}"));
    (child, stdout, origins)
}

#[tokio::test]
async fn the_command_prints_one_line_and_ends_with_stdin() {
    let (mut child, mut stdout, origins) = started(&["--exit-with-stdin"]).await;
    let shop = origins["shop"].as_str().unwrap();
    assert!(shop.starts_with("http://localhost:"), "{shop}");
    assert!(origins["crm"].as_str().unwrap().starts_with("http://127.0.0.1:"));
    assert_eq!(read(client().get(format!("{shop}/health"))).await.status, StatusCode::OK);

    drop(child.stdin.take());
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).await.unwrap();
    assert_eq!(rest, "");
    assert!(child.wait().await.unwrap().success());
}

async fn terminate(child: &Child) {
    let id = child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
}

#[tokio::test]
async fn the_command_ends_at_sigterm() {
    let (mut child, _stdout, _) = started(&[]).await;
    terminate(&child).await;
    assert!(child.wait().await.unwrap().success());
}

#[tokio::test]
async fn what_stops_the_command_is_said_in_a_sentence() {
    let taken = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let taken_shop = [&DEMO[..3], &["--shop-port", &port, "--crm-port", "0"]].concat();
    let taken_crm = [&DEMO[..3], &["--shop-port", "0", "--crm-port", &port]].concat();
    for (arguments, code, part) in [
        (&taken_shop[..], 1, format!("Port {port} of 127.0.0.1 is taken")),
        (&taken_crm, 1, format!("Port {port} of 127.0.0.1 is taken")),
        (&[], 1, "LANDERPAY_CRM_PASSWORD is missing".to_owned()),
        (&["demo"], 2, "--simulator".to_owned()),
    ] {
        let output = command(arguments).output().await.unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
        assert!(stderr.contains(&part), "{arguments:?}: {stderr}");
        assert!(output.stdout.is_empty());
    }
}

#[tokio::test]
async fn the_production_command_serves_and_stops() {
    let nowhere = "http://127.0.0.1:9";
    let mut serving = configured(nowhere, nowhere, &[]).spawn().unwrap();
    let mut log = BufReader::new(serving.stderr.take().unwrap()).lines();
    let line = log.next_line().await.unwrap().unwrap();
    assert!(line.contains("listening"), "{line}");
    let Settings { login_id, password, .. } = Settings::default();
    assert!(!line.contains(&password) && !line.contains(&login_id), "{line}");
    terminate(&serving).await;
    assert!(serving.wait().await.unwrap().success());
}
