//! A PostgreSQL server.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tokio::sync::{Mutex, OnceCell};

use super::{find, new_folder, tail};
use crate::processes::{Process, free_port};

/// A PostgreSQL server on a private port, in a folder of its own.
pub struct Postgres {
    process: Process,
    data: PathBuf,
    log: PathBuf,
    port: u16,
    next_database: AtomicU32,
    creating: Mutex<()>,
}

pub(super) struct Programs {
    initdb: PathBuf,
    postgres: PathBuf,
    psql: PathBuf,
}

/// It refuses to run as root: these are the users to run it as, the first that is there.
const USERS: [&str; 2] = ["postgres", "nobody"];

const OWNER: &str = "edge";

impl Postgres {
    pub(super) fn programs() -> Option<Programs> {
        // Debian keeps them out of PATH, in a folder for each version.
        let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let mut folders: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
        folders.sort();
        folders.reverse();
        let find = |program| find(program, &folders);
        Some(Programs { initdb: find("initdb")?, postgres: find("postgres")?, psql: find("psql")? })
    }

    /// The one that facts share.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<Postgres> = OnceCell::const_new();
        SHARED.get_or_init(Self::start).await
    }

    /// A new one.
    pub async fn start() -> Self {
        let folder = new_folder("postgres");
        let (data, log, port) = (folder.join("data"), folder.join("log"), free_port());
        if let Some((user, group)) = another_user() {
            std::os::unix::fs::chown(&folder, Some(user), Some(group)).unwrap();
        }
        let programs = Self::programs().expect("PostgreSQL was there");
        let mut initdb = as_another_user(Command::new(programs.initdb), &folder);
        initdb.args(["--auth", "trust", "--username", OWNER, "--encoding", "UTF8", "--no-locale", "--no-sync"]);
        initdb.arg("--pgdata").arg(&data);
        let ended = Process::start("initdb", initdb, &log).end(Duration::from_secs(120)).await;
        assert!(ended.success(), "initdb failed: {}", tail(&log));
        let process = Self::run(&data, &log, port).await;
        Self { process, data, log, port, next_database: AtomicU32::new(0), creating: Mutex::default() }
    }

    async fn run(data: &Path, log: &Path, port: u16) -> Process {
        let programs = Self::programs().expect("PostgreSQL was there");
        let mut postgres = as_another_user(Command::new(programs.postgres), data);
        postgres.arg("-D").arg(data).args(["-p", &port.to_string()]);
        for setting in [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "max_connections=600",
            "shared_buffers=64MB",
            "fsync=off",
            "autovacuum=off",
        ] {
            postgres.args(["-c", setting]);
        }
        let mut process = Process::start_to_be_ended_by(Signal::QUIT, "postgres", postgres, log);
        let started = Instant::now();
        while psql(port, "SELECT 1").await.is_err() {
            assert!(process.ended().is_none(), "postgres ended: {}", tail(log));
            assert!(started.elapsed() < Duration::from_secs(120), "postgres does not answer: {}", tail(log));
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        process
    }

    /// The address of a new and empty database, and its host and port.
    pub async fn new_database(&self) -> (String, String) {
        let name = format!("edge_{}", self.next_database.fetch_add(1, Ordering::Relaxed));
        // Databases are copied from a template, one at a time.
        let _alone = self.creating.lock().await;
        psql(self.port, &format!("CREATE DATABASE {name}")).await.unwrap();
        let host = format!("127.0.0.1:{}", self.port);
        (format!("postgres://{OWNER}@{host}/{name}?sslmode=disable"), host)
    }

    /// Ends it, with all that goes on in it.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again, on the same port, with its data.
    pub async fn restart(&mut self) {
        self.process = Self::run(&self.data, &self.log, self.port).await;
    }
}

async fn psql(port: u16, statement: &str) -> Result<(), String> {
    let programs = Postgres::programs().expect("PostgreSQL was there");
    let mut psql = Command::new(programs.psql);
    psql.args(["-h", "127.0.0.1", "-p", &port.to_string(), "-U", OWNER, "-d", "postgres", "-X", "-q", "-c", statement]);
    let ran = tokio::task::spawn_blocking(move || psql.output()).await.unwrap().unwrap();
    if ran.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&ran.stderr).into_owned()) }
}

/// The user to be instead of root.
fn another_user() -> Option<(u32, u32)> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let ids = |user: &str| {
        let mut fields = users.lines().find(|line| line.split(':').next() == Some(user))?.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    USERS.into_iter().find_map(ids)
}

fn as_another_user(mut command: Command, folder: &Path) -> Command {
    use std::os::unix::process::CommandExt as _;
    if let Some((user, group)) = another_user() {
        command.uid(user).gid(group);
    }
    command.current_dir(folder);
    command
}
