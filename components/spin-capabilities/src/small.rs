//! Time, chance, variables, background work and the log.

use std::io::Write as _;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant as Moment, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use edge_capabilities::config::ConfigError;
use edge_capabilities::{Background, Clock, Config, Log, Random, Timestamp};
use futures::future::BoxFuture;
use spin_sdk::variables;
use spin_sdk::wasip3;

pub(crate) struct HostClock;

#[async_trait]
impl Clock for HostClock {
    fn now(&self) -> Timestamp {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
    }

    fn elapsed(&self) -> Duration {
        static START: OnceLock<Moment> = OnceLock::new();
        START.get_or_init(Moment::now).elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        spin_sdk::time::sleep(duration).await;
    }
}

pub(crate) struct HostRandom;

impl Random for HostRandom {
    fn fill(&self, bytes: &mut [u8]) {
        let wanted = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        for (to, from) in bytes.iter_mut().zip(wasip3::random::random::get_random_bytes(wanted)) {
            *to = from;
        }
    }
}

pub(crate) struct Variables;

#[async_trait]
impl Config for Variables {
    async fn get(&self, name: &str) -> Result<Option<String>, ConfigError> {
        match variables::get(name).await {
            Ok(value) => Ok(Some(value)),
            Err(variables::Error::Undefined(_)) => Ok(None),
            Err(error) => Err(ConfigError { name: name.to_owned(), reason: error.to_string() }),
        }
    }
}

pub(crate) struct Spawn;

impl Background for Spawn {
    fn spawn(&self, work: BoxFuture<'static, ()>) {
        wasip3::spawn(work);
    }
}

/// The component's log, on standard error. Lines are written a few at a time, shortly after the requests they are about:
/// a write for each would cost more than answering from the cache does. An instance that traps takes its last lines
/// with it; the host says so.
pub(crate) struct StandardError;

/// How long a line may wait.
const LINGER: Duration = Duration::from_millis(20);

/// With this many bytes waiting they are written at once.
const MAX_WAITING: usize = 16 << 10;

#[derive(Default)]
struct Waiting {
    lines: Vec<u8>,
    /// Somebody will write them.
    due: bool,
}

static WAITING: Mutex<Waiting> = Mutex::new(Waiting { lines: Vec::new(), due: false });

impl Log for StandardError {
    fn write(&self, line: String) {
        let mut waiting = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.lines.extend_from_slice(line.as_bytes());
        waiting.lines.push(b'\n');
        if waiting.lines.len() >= MAX_WAITING {
            write_out(&mut waiting);
        } else if !waiting.due {
            waiting.due = true;
            wasip3::spawn(async {
                spin_sdk::time::sleep(LINGER).await;
                let mut waiting = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
                waiting.due = false;
                write_out(&mut waiting);
            });
        }
    }
}

fn write_out(waiting: &mut Waiting) {
    // A log that cannot be written has nowhere to complain.
    let _ = std::io::stderr().write_all(&waiting.lines);
    waiting.lines.clear();
}
