//! Calls to stores and upstreams, behind a circuit breaker that all instances of the application share. What opens and
//! closes is in the host's log.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use edge_capabilities::breaker::{ABANDONED_AFTER, Breaker, Change, Open, Policy, Watch};

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

    /// What `call` gives. One that its caller gives up after [`ABANDONED_AFTER`] or later counts as unanswered.
    async fn watch<T>(&self, call: impl Future<Output = T>) -> T {
        let mut wait = Wait { failed: self, began: tokio::time::Instant::now(), has_ended: false };
        let result = call.await;
        wait.has_ended = true;
        result
    }
}

/// A wait for an answer.
struct Wait<'f> {
    failed: &'f Failed,
    began: tokio::time::Instant,
    has_ended: bool,
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        if !self.has_ended && self.began.elapsed() >= ABANDONED_AFTER {
            self.failed.unanswered.fetch_add(1, Ordering::Relaxed);
        }
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

    /// What `call` gives, which is counted where its caller gives it up.
    pub async fn watch<T>(self, call: impl Future<Output = T>) -> T {
        self.failed().watch(call).await
    }

    /// How many calls it did not answer in their time since the node started, or before their callers gave them up.
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

/// A call that its caller may give up, which may open the breaker.
struct Call<'g, N: Fn() -> Duration> {
    guard: &'g Guard,
    watch: Option<Watch<'g, N>>,
}

impl<N: Fn() -> Duration> Drop for Call<'_, N> {
    fn drop(&mut self) {
        if let Some(watch) = self.watch.take_if(|watch| watch.is_overdue()) {
            self.guard.log(watch.failed());
        }
    }
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
        let mut in_progress = Call { guard: self, watch: Some(watch) };
        let result = self.store.watch(call).await;
        let Some(watch) = in_progress.watch.take() else { return Ok(result) };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_call_that_is_given_up_counts_unless_it_was_short() {
        static FAILED: Failed = Failed::none();
        for (waits, counts) in [(Duration::ZERO, 0), (ABANDONED_AFTER, 1), (ABANDONED_AFTER * 2, 2)] {
            let call = FAILED.watch(std::future::pending::<()>());
            assert!(tokio::time::timeout(waits, call).await.is_err());
            assert_eq!(FAILED.unanswered.load(Ordering::Relaxed), counts, "{waits:?}");
        }
        FAILED.watch(tokio::time::sleep(ABANDONED_AFTER * 2)).await;
        assert_eq!(FAILED.unanswered.load(Ordering::Relaxed), 2);
    }
}
