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
    /// Settings beside those of [`Postgres::run`].
    settings: Vec<&'static str>,
    data: PathBuf,
    log: PathBuf,
    port: u16,
    next_database: AtomicU32,
    creating: Mutex<()>,
}

pub(super) struct Programs {
    initdb: PathBuf,
    basebackup: PathBuf,
    dump: PathBuf,
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
        Some(Programs {
            initdb: find("initdb")?,
            basebackup: find("pg_basebackup")?,
            dump: find("pg_dump")?,
            postgres: find("postgres")?,
            psql: find("psql")?,
        })
    }

    /// The one that facts share.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<Postgres> = OnceCell::const_new();
        SHARED.get_or_init(Self::start).await
    }

    /// A new one.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// A folder for a new one.
    fn new_folder() -> PathBuf {
        let folder = new_folder("postgres");
        if let Some((user, group)) = another_user() {
            std::os::unix::fs::chown(&folder, Some(user), Some(group)).unwrap();
        }
        folder
    }

    /// A new one, with more settings.
    pub async fn start_with(settings: &[&'static str]) -> Self {
        let folder = Self::new_folder();
        let (data, log, port) = (folder.join("data"), folder.join("log"), free_port());
        let programs = Self::programs().expect("PostgreSQL was there");
        let mut initdb = as_another_user(Command::new(programs.initdb), &folder);
        initdb.args(["--auth", "trust", "--username", OWNER, "--encoding", "UTF8", "--no-locale", "--no-sync"]);
        initdb.arg("--pgdata").arg(&data);
        let ended = Process::start("initdb", initdb, &log).end(Duration::from_secs(120)).await;
        assert!(ended.success(), "initdb failed: {}", tail(&log));
        Self::run_in(data, log, port, settings.to_vec()).await
    }

    async fn run_in(data: PathBuf, log: PathBuf, port: u16, settings: Vec<&'static str>) -> Self {
        let process = Self::run(&data, &log, port, &settings).await;
        Self { process, settings, data, log, port, next_database: AtomicU32::new(0), creating: Mutex::default() }
    }

    /// A standby that has all that this one has, and gets all that it writes.
    pub async fn new_standby(&self) -> Self {
        let folder = Self::new_folder();
        let (data, log, port) = (folder.join("data"), folder.join("log"), free_port());
        let programs = Self::programs().expect("PostgreSQL was there");
        let mut copy = as_another_user(Command::new(programs.basebackup), &folder);
        copy.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", OWNER, "-c", "fast", "-X", "stream", "-R"]);
        copy.arg("--no-sync").arg("-D").arg(&data);
        let ended = Process::start("pg_basebackup", copy, &log).end(Duration::from_secs(120)).await;
        assert!(ended.success(), "pg_basebackup failed: {}", tail(&log));
        Self::run_in(data, log, port, Vec::new()).await
    }

    async fn run(data: &Path, log: &Path, port: u16, more: &[&str]) -> Process {
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
        ]
        .iter()
        .chain(more)
        {
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

    /// Where it is, `host:port`.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Runs statements on it.
    pub async fn run_sql(&self, statements: &str) {
        psql(self.port, statements).await.unwrap();
    }

    /// All rows of the database at `address`, as text; bytes in hex.
    pub async fn rows(address: &str) -> Vec<u8> {
        let programs = Self::programs().expect("PostgreSQL was there");
        let mut dump = Command::new(programs.dump);
        dump.arg("--data-only").arg("--dbname").arg(address);
        let ran = tokio::task::spawn_blocking(move || dump.output()).await.unwrap().unwrap();
        assert!(ran.status.success(), "pg_dump failed: {}", String::from_utf8_lossy(&ran.stderr));
        ran.stdout
    }

    /// Ends it, with all that goes on in it.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again, on the same port, with its data.
    pub async fn restart(&mut self) {
        self.process = Self::run(&self.data, &self.log, self.port, &self.settings).await;
    }

    /// Starts it again as a server that has been demoted: it answers reads, and takes no writes.
    pub async fn restart_demoted(&mut self) {
        std::fs::write(self.data.join("standby.signal"), "").unwrap();
        self.restart().await;
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
