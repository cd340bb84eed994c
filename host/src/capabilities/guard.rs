//! Calls to stores and upstreams, behind a circuit breaker that all instances of the application share. What opens and
//! closes is in the host's log.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use edge_capabilities::breaker::{Breaker, Change, Open, Policy};

use crate::log;

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// What came of a call says about whom it was made to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// It answers.
    Well,
    /// It does not.
    Ill,
    /// Neither.
    Unknown,
}

/// A store on another machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoteStore {
    /// Redis.
    KeyValue,
    /// PostgreSQL.
    Database,
}

/// Calls to the stores of one kind that came to nothing since the node started.
struct Failed {
    unanswered: AtomicU64,
    refused: AtomicU64,
}

static KEY_VALUE: Failed = Failed::none();
static DATABASE: Failed = Failed::none();

impl Failed {
    const fn none() -> Self {
        Self { unanswered: AtomicU64::new(0), refused: AtomicU64::new(0) }
    }
}

impl RemoteStore {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::KeyValue, Self::Database];

    /// As metrics name it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::KeyValue => "key-value",
            Self::Database => "database",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::KeyValue => "the key-value store",
            Self::Database => "the database",
        }
    }

    const fn failed(self) -> &'static Failed {
        match self {
            Self::KeyValue => &KEY_VALUE,
            Self::Database => &DATABASE,
        }
    }

    /// How many calls it did not answer in their time since the node started.
    pub fn unanswered(self) -> u64 {
        self.failed().unanswered.load(Ordering::Relaxed)
    }

    /// How many calls were not made since the node started, for it had not answered those before.
    pub fn refused(self) -> u64 {
        self.failed().refused.load(Ordering::Relaxed)
    }
}

/// The breaker of one store.
pub struct Guard {
    store: RemoteStore,
    breaker: Breaker,
}

impl Guard {
    pub const fn new(store: RemoteStore, policy: Policy) -> Self {
        Self { store, breaker: Breaker::new(policy) }
    }

    /// What `call` gives, if it may be made; an error, if not. `health` says what that means.
    pub async fn run<T>(&self, call: impl Future<Output = T>, health: impl FnOnce(&T) -> Health) -> Result<T, Open> {
        let failed = self.store.failed();
        let watch = self.breaker.watch(|| START.elapsed()).inspect_err(|_| {
            failed.refused.fetch_add(1, Ordering::Relaxed);
        })?;
        let result = call.await;
        let change = match health(&result) {
            Health::Well => watch.succeeded(),
            Health::Ill => {
                failed.unanswered.fetch_add(1, Ordering::Relaxed);
                watch.failed()
            }
            Health::Unknown => {
                watch.forget();
                None
            }
        };
        self.log(change);
        Ok(result)
    }

    /// Notes an answer to a call that its caller has given up.
    pub fn answered(&self) {
        self.log(self.breaker.answered());
    }

    fn log(&self, change: Option<Change>) {
        match change {
            Some(Change::Opened) => {
                log::error(
                    "host",
                    &format!("{} does not answer: until it does, calls to it fail at once", self.store.name()),
                    "",
                );
            }
            Some(Change::Closed) => log::info("host", &format!("{} answers again", self.store.name()), ""),
            None => {}
        }
    }

    /// Whether calls fail at once.
    #[cfg(test)]
    pub fn is_open(&self) -> bool {
        self.breaker.is_open()
    }
}
