//! A Redis server.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::OnceCell;

use super::{find, new_folder, tail};
use crate::processes::{Process, free_port};

/// A Redis server on a private port. It keeps nothing when it is stopped.
pub struct Redis {
    process: Process,
    folder: PathBuf,
    port: u16,
    next_database: AtomicU32,
}

const DATABASES: u32 = 512;

impl Redis {
    pub(super) fn program() -> Option<PathBuf> {
        find("redis-server", &[])
    }

    /// The one that facts share.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<Redis> = OnceCell::const_new();
        SHARED.get_or_init(Self::start).await
    }

    /// A new one.
    pub async fn start() -> Self {
        let (folder, port) = (new_folder("redis"), free_port());
        let process = Self::run(&folder, port).await;
        Self { process, folder, port, next_database: AtomicU32::new(0) }
    }

    async fn run(folder: &std::path::Path, port: u16) -> Process {
        let mut command = Command::new(Self::program().expect("redis-server was there"));
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no"]);
        command.args(["--port", &port.to_string(), "--databases", &DATABASES.to_string()]);
        command.arg("--dir").arg(folder).current_dir(folder);
        let log = folder.join("log");
        let mut process = Process::start("redis-server", command, &log);
        let started = Instant::now();
        while !answers(port).await {
            assert!(process.ended().is_none(), "redis-server ended: {}", tail(&log));
            assert!(started.elapsed() < Duration::from_secs(60), "redis-server does not answer: {}", tail(&log));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        process
    }

    /// The URL of a database that nobody uses.
    pub fn new_database(&self) -> String {
        let database = self.next_database.fetch_add(1, Ordering::Relaxed);
        assert!(database < DATABASES, "more databases are used than Redis was started with");
        format!("redis://127.0.0.1:{}/{database}", self.port)
    }

    /// Ends it.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Where it is, `host:port`.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Has it write a dump of what it holds: [`Redis::restart`] comes back with that.
    pub async fn save(&self) {
        self.tell("SAVE").await;
    }

    /// Gives it a command that it answers with OK.
    pub async fn tell(&self, command: &str) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        stream.write_all(format!("{command}\r\n").as_bytes()).await.unwrap();
        let mut answer = [0; 3];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"+OK", "{command}");
    }

    /// Waits until it has all that its primary has.
    pub async fn is_in_sync(&self) {
        crate::edge::eventually("a replica in sync", async || {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
            stream.write_all(b"ROLE\r\nQUIT\r\n").await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            answer.contains("\r\nconnected\r\n").then_some(())
        })
        .await;
    }

    /// Starts it again, on the same port and without its data, but for the last dump.
    pub async fn restart(&mut self) {
        self.process = Self::run(&self.folder, self.port).await;
    }
}

async fn answers(port: u16) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
        stream.write_all(b"PING\r\n").await.ok()?;
        let mut answer = [0; 5];
        stream.read_exact(&mut answer).await.ok()?;
        (&answer == b"+PONG").then_some(())
    };
    tokio::time::timeout(Duration::from_secs(5), ask).await.ok().flatten().is_some()
}
