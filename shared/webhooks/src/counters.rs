//! How often things happened, for operators. Counted in the cache, which all instances share, behind the answers; what
//! a lost cache or a killed instance takes with it is lost.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use edge_capabilities::key_value::StoreError;
use edge_capabilities::{Background, Capabilities, KeyValue};

/// Counters.
#[derive(Clone)]
pub(crate) struct Counters(Arc<Inner>);

struct Inner {
    background: Arc<dyn Background>,
    cache: Arc<dyn KeyValue>,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    counts: BTreeMap<String, i64>,
    /// Whether somebody is writing counts down; then whatever more comes is written with the next round.
    being_written: bool,
}

impl Counters {
    pub(crate) fn new(capabilities: &Capabilities) -> Self {
        let Capabilities { background, cache, .. } = capabilities;
        Self(Arc::new(Inner { background: background.clone(), cache: cache.clone(), waiting: Mutex::default() }))
    }

    /// Counts one more of `name`, behind the answer. However many come at once, few writes are made of them.
    pub(crate) fn count(&self, name: String) {
        {
            let mut waiting = self.waiting();
            let count = waiting.counts.entry(name).or_default();
            *count = count.saturating_add(1);
            if std::mem::replace(&mut waiting.being_written, true) {
                return;
            }
        }
        let counters = self.clone();
        self.0.background.spawn(Box::pin(async move { counters.write_down().await }));
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn write_down(&self) {
        loop {
            let counts = {
                let mut waiting = self.waiting();
                if waiting.counts.is_empty() {
                    waiting.being_written = false;
                    return;
                }
                std::mem::take(&mut waiting.counts)
            };
            for (name, count) in counts {
                // A count that cannot be written is lost.
                let _ = self.0.cache.increment(&key(&name), count).await;
            }
        }
    }

    /// How often `name` was counted.
    pub(crate) async fn read(&self, name: &str) -> Result<i64, StoreError> {
        Ok(self.0.cache.counter(&key(name)).await?.unwrap_or(0))
    }
}

fn key(name: &str) -> String {
    format!("count:{name}")
}
