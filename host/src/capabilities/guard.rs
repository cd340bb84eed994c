//! Calls to stores and upstreams, behind a circuit breaker that all instances of the application share. What opens and
//! closes is in the host's log.

use std::sync::LazyLock;
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

/// The breaker of one store or upstream.
pub struct Guard {
    name: String,
    breaker: Breaker,
}

impl Guard {
    /// For what operators know as `name`.
    pub fn new(name: String, policy: Policy) -> Self {
        Self { name, breaker: Breaker::new(policy) }
    }

    /// What `call` gives, if it may be made; an error, if not. `health` says what that means.
    pub async fn run<T>(&self, call: impl Future<Output = T>, health: impl FnOnce(&T) -> Health) -> Result<T, Open> {
        let watch = self.breaker.watch(|| START.elapsed())?;
        let result = call.await;
        let change = match health(&result) {
            Health::Well => watch.succeeded(),
            Health::Ill => watch.failed(),
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
                    &format!("{} does not answer: until it does, calls to it fail at once", self.name),
                    "",
                );
            }
            Some(Change::Closed) => log::info("host", &format!("{} answers again", self.name), ""),
            None => {}
        }
    }

    /// Whether calls fail at once.
    #[cfg(test)]
    pub fn is_open(&self) -> bool {
        self.breaker.is_open()
    }
}
