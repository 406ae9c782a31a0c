//! What starts the backend on a server: the unit for systemd and the image.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::{
    cell::RefCell,
    collections::BTreeSet,
    fs,
    io::{self, Write},
    path::Path,
    process::Command,
};

use landerpay_backend::Config;

const UNIT: &str = include_str!("../landerpay-backend.service");
const IMAGE: &str = include_str!("../Dockerfile");

/// The values of all lines that begin with this word.
fn lines<'a>(text: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
    text.lines().filter_map(move |line| line.strip_prefix(start))
}

#[test]
fn only_keys_that_are_read_are_set() {
    let known = RefCell::new(BTreeSet::new());
    let nothing = Config::read(|key| {
        known.borrow_mut().insert(key.to_owned());
        None
    });
    assert!(nothing.is_err());
    let known = known.into_inner();

    let set: Vec<_> = lines(UNIT, "Environment=").chain(lines(IMAGE, "ENV ")).collect();
    assert_eq!(set.len(), 3, "{set:?}");
    for pair in set {
        let (key, value) = pair.split_once('=').unwrap();
        assert!(known.contains(key), "{key}");
        if let Some(name) = value.strip_prefix("%d/") {
            let given = format!("{name}:/etc/landerpay/{name}");
            assert!(lines(UNIT, "LoadCredential=").any(|credential| credential == given), "{name}");
        }
    }
}

#[test]
fn the_image_copies_what_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let copies: Vec<_> = lines(IMAGE, "COPY ").filter(|copy| !copy.starts_with("--from")).collect();
    assert_eq!(copies.len(), 3, "{copies:?}");
    for copy in copies {
        let (sources, _) = copy.rsplit_once(' ').unwrap();
        for source in sources.split(' ') {
            assert!(root.join(source).exists(), "{source}");
        }
    }
}

/// Where there is no systemd, its judgement is not to be had.
#[test]
fn systemd_finds_the_unit_valid_and_safe() {
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        // Past the test runner, which keeps what a test that passes has printed.
        writeln!(io::stderr(), "SKIPPED the unit's judgement: there is no systemd-analyze")
            .unwrap();
        return;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("unit");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("landerpay-backend.service");
    let program = env!("CARGO_BIN_EXE_landerpay-backend");
    let unit = UNIT.replace("/usr/local/bin/landerpay-backend\n", &format!("{program}\n"));
    assert_ne!(unit, UNIT);
    fs::write(&file, unit).unwrap();

    for arguments in [&["verify"][..], &["security", "--offline=true", "--threshold=15"]] {
        let judged = Command::new("systemd-analyze").args(arguments).arg(&file).output().unwrap();
        let stderr = String::from_utf8_lossy(&judged.stderr);
        assert!(judged.status.success(), "{arguments:?}: {stderr}");
        // It calls a unit with a misspelt line valid, too.
        assert!(!stderr.contains("landerpay-backend.service"), "{arguments:?}: {stderr}");
    }
}
