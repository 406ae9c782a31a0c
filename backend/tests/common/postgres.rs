//! A PostgreSQL server of the tests' own, for one test binary.
//!
//! It listens on a Unix socket in a folder of its own, so that it takes nobody's port, and keeps nothing:
//! when the test binary ends, however that happens, the server and its folder are gone.

use std::{
    env, fs,
    io::Write,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{self, Child, Command, Stdio},
    sync::{
        LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// Long, because a machine under load takes its time for `initdb`.
const START: Duration = Duration::from_secs(60);

/// Ends the server when its own input ends, which happens when the test process does, even by SIGKILL.
const GUARDIAN: &str = r#"
# Ctrl+C goes to the whole group: the one who cleans up must survive it.
trap '' HUP INT TERM
mkdir -m 700 "$FOLDER" && cd "$FOLDER" || exit 1
exec >log 2>&1
"$BIN"initdb --pgdata=data --username=postgres --auth=trust --no-locale --encoding=UTF8 --no-sync ||
    exit 1
serve() {
    "$BIN"postgres -D data -k "$FOLDER" -c listen_addresses= -c max_connections=300 \
        -c fsync=off -c synchronous_commit=off -c full_page_writes=off &
}
serve
# Each line asks for a restart, which cuts all connections.
while read -r _; do
    kill -INT $!
    wait
    serve
done
kill -QUIT $!
wait
cd / && rm -rf "$FOLDER"
"#;

/// A running server.
pub struct Postgres {
    guardian: Child,
    folder: PathBuf,
    databases: AtomicUsize,
}

/// The address of a new database on the server that all tests of this binary share.
pub fn database() -> String {
    static SERVER: LazyLock<Postgres> = LazyLock::new(Postgres::start);
    SERVER.database()
}

impl Postgres {
    /// Starts a server; it accepts connections when this returns.
    pub fn start() -> Self {
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let number = STARTED.fetch_add(1, Ordering::SeqCst);
        // Not below target/: a server that root starts runs as somebody who may not look in there.
        let name = format!("landerpay-postgres-{}-{number}", process::id());
        let folder = env::temp_dir().join(name);
        // Of a process that had this number before, on a machine that lost its power.
        let _ = fs::remove_dir_all(&folder);
        let mut command = Command::new("sh");
        command
            .args(["-c", GUARDIAN])
            .env("FOLDER", &folder)
            // With its slash at the end, or empty.
            .env("BIN", program(""))
            .current_dir("/")
            .stdin(Stdio::piped());
        if id(&["-u"]) == Some(0) {
            // PostgreSQL refuses to run as root.
            let user = ["postgres", "nobody"].into_iter().find(|user| id(&["-u", user]).is_some());
            let user = user.expect("neither postgres nor nobody is a user of this machine");
            command.uid(id(&["-u", user]).unwrap()).gid(id(&["-g", user]).unwrap());
        }
        let guardian = command.spawn().unwrap();
        let mut server = Self { guardian, folder, databases: AtomicUsize::new(0) };
        server.wait();
        server
    }

    fn wait(&mut self) {
        let begun = Instant::now();
        while !self.accepts() {
            let ended = self.guardian.try_wait().unwrap();
            if ended.is_some() || begun.elapsed() > START {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                let _ = fs::remove_dir_all(&self.folder);
                panic!(
                    "PostgreSQL does not start. `npm test` installs it; otherwise set POSTGRES_BIN to \
                     the folder of initdb, postgres and psql.\n{log}"
                );
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn accepts(&self) -> bool {
        self.folder.join(".s.PGSQL.5432").exists() && psql(&self.folder, "select 1").is_some()
    }

    /// Creates a database, and gives its address for `DATABASE_URL`.
    pub fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::SeqCst));
        psql(&self.folder, &format!("create database {name}")).expect("no database");
        format!("postgres://postgres@localhost/{name}?host={}", self.folder.display())
    }

    /// Stops the server, whoever is connected, and starts it again.
    pub fn restart(&mut self) {
        let before = self.process();
        self.guardian.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
        let begun = Instant::now();
        while self.process() == before {
            assert!(begun.elapsed() < START, "PostgreSQL does not stop");
            thread::sleep(Duration::from_millis(20));
        }
        self.wait();
    }

    /// The number of the server's process, while it has one.
    fn process(&self) -> Option<String> {
        let file = fs::read_to_string(self.folder.join("data/postmaster.pid")).ok()?;
        file.lines().next().map(str::to_owned)
    }

    /// Where its socket is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.guardian.stdin.take());
        let _ = self.guardian.wait();
    }
}

/// Runs one statement on the server in a folder, and gives what it says; nothing when it fails.
fn psql(folder: &Path, statement: &str) -> Option<String> {
    let output = Command::new(program("psql"))
        .args(["--no-psqlrc", "--tuples-only", "--no-align", "--username=postgres"])
        .args(["--dbname=postgres", "--command", statement])
        .arg("--host")
        .arg(folder)
        .output()
        .expect("psql is not here: `npm test` installs it, with PostgreSQL");
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap().trim().to_owned())
}

/// A program of PostgreSQL: in the folder that `npm test` has found, or on the path.
pub fn program(name: &str) -> PathBuf {
    match env::var_os("POSTGRES_BIN") {
        Some(folder) => PathBuf::from(folder).join(name),
        None => name.into(),
    }
}

fn id(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).stderr(Stdio::null()).output().unwrap();
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
