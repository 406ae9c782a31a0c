//! The PostgreSQL server that other tests use: it serves, and it never stays behind.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    dead_code,
    missing_docs
)]

#[path = "common/postgres.rs"]
mod postgres;

use std::{
    env, fs, io,
    io::{BufRead, BufReader},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use postgres::{Postgres, database, program};

/// What a client of its own is told, as the backend would be with this address.
fn asked(url: &str, statement: &str) -> String {
    let output = Command::new(program("psql"))
        .args(["--no-psqlrc", "--tuples-only", "--no-align", url, "--command", statement])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn each_test_has_a_database_of_its_own() {
    let [one, other] = [database(), database()];
    asked(&one, "create table orders (id int); insert into orders values (7)");
    assert_eq!(asked(&one, "select id from orders"), "7");
    let tables = "select count(*) from pg_tables where tablename = 'orders'";
    assert_eq!([asked(&one, tables), asked(&other, tables)], ["1", "0"]);
}

#[test]
fn a_server_that_is_dropped_is_gone() {
    let server = Postgres::start();
    let folder = server.folder().to_owned();
    let process = process_of(&folder);
    drop(server);
    assert!(!lives(&process));
    assert!(!folder.exists());
}

#[test]
fn a_server_dies_with_its_tests() {
    let mut tests = Command::new(env::current_exe().unwrap())
        .args(["--exact", "serves_until_killed", "--ignored", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(tests.stdout.take().unwrap()).lines();
    let folder = lines
        .map(Result::unwrap)
        .find_map(|line| line.strip_prefix("SERVING ").map(PathBuf::from))
        .expect("no server");
    let process = process_of(&folder);
    // SIGKILL: nothing of the test process can clean up.
    tests.kill().unwrap();
    tests.wait().unwrap();
    let begun = Instant::now();
    while folder.exists() {
        assert!(begun.elapsed() < Duration::from_secs(30), "the server is still there");
        thread::sleep(Duration::from_millis(20));
    }
    assert!(!lives(&process));
}

#[test]
#[ignore = "the victim of the test above"]
fn serves_until_killed() {
    let server = Postgres::start();
    println!("\nSERVING {}", server.folder().display());
    // Ends by itself if the other test does.
    let _ = io::copy(&mut io::stdin(), &mut io::sink());
}

/// The process that serves a folder, which a client can reach.
fn process_of(folder: &Path) -> String {
    UnixStream::connect(folder.join(".s.PGSQL.5432")).unwrap();
    let file = fs::read_to_string(folder.join("data/postmaster.pid")).unwrap();
    let process = file.lines().next().unwrap().to_owned();
    assert!(lives(&process));
    process
}

fn lives(process: &str) -> bool {
    let signal = Command::new("kill").args(["-0", process]).stderr(Stdio::null()).status();
    signal.unwrap().success()
}
