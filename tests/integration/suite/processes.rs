//! The processes that the suite starts: each in a group of its own, each stopped by its id, whatever ends the suite.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

static RUNNING: Mutex<Vec<(Pid, Signal)>> = Mutex::new(Vec::new());

/// A process that ends with its value.
pub struct Process {
    child: Child,
    group: Pid,
    /// What ends it at once.
    last_word: Signal,
    name: String,
}

impl Process {
    /// Starts `command`, whose output goes to the end of `log`.
    pub fn start(name: &str, command: Command, log: &Path) -> Self {
        Self::start_to_be_ended_by(Signal::KILL, name, command, log)
    }

    /// Starts a process that must not be ended by SIGKILL, for it would leave things behind.
    pub fn start_to_be_ended_by(last_word: Signal, name: &str, mut command: Command, log: &Path) -> Self {
        use std::os::unix::process::CommandExt as _;
        let output = File::options().create(true).append(true).open(log).unwrap();
        command.stdin(Stdio::null()).stdout(output.try_clone().unwrap()).stderr(output).process_group(0);
        let mut running = RUNNING.lock().unwrap();
        let child = command.spawn().unwrap_or_else(|error| panic!("cannot start {name} ({command:?}): {error}"));
        let group = Pid::from_child(&child);
        running.push((group, last_word));
        Self { child, group, last_word, name: name.to_owned() }
    }

    /// Its id.
    pub fn id(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// Sends a signal to it, and to whatever it started.
    pub fn signal(&self, signal: Signal) {
        // It may be gone.
        let _ = kill_process_group(self.group, signal);
    }

    /// Ends it at once.
    pub fn kill(&mut self) {
        self.signal(self.last_word);
        let _ = self.child.wait();
    }

    /// Waits for its end.
    pub async fn end(&mut self, timeout: Duration) -> ExitStatus {
        let started = Instant::now();
        loop {
            if let Some(status) = self.ended() {
                return status;
            }
            assert!(started.elapsed() < timeout, "{} does not end", self.name);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        RUNNING.lock().unwrap().retain(|(group, _)| *group != self.group);
    }
}

/// Ends whatever is still running.
pub fn kill_all() {
    let running = std::mem::take(&mut *RUNNING.lock().unwrap());
    for (group, last_word) in &running {
        let _ = kill_process_group(*group, *last_word);
    }
    if running.iter().any(|(_, last_word)| *last_word != Signal::KILL) {
        std::thread::sleep(Duration::from_secs(1));
    }
}

/// A port that nobody listens on, below those that the system gives to clients; never the same one twice.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    const FIRST: u32 = 10_000;
    const PORTS: u32 = 20_000;
    // Suites that run side by side begin at different places.
    let begin = std::process::id().wrapping_mul(331);
    loop {
        let next = u32::from(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = FIRST + begin.wrapping_add(next) % PORTS;
        let port = u16::try_from(port).unwrap();
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
