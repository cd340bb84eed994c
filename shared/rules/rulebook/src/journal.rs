//! Decisions on their way into the database: behind the answer, several at once.
//!
//! What does not arrive is counted: a batch is counted in the key-value store as unwritten before it is written, and no
//! longer once it is. An instance that dies with a batch leaves it counted (with at least one decision, where it died
//! before it knew how many there would be). So nothing is lost without a trace: the count is shown beside the decisions.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use edge_capabilities::Capabilities;
use edge_capabilities::counters::UNWRITTEN_DECISIONS;
use edge_capabilities::key_value::StoreError;

use crate::decisions::{Decisions, Recorded};

/// How long a decision waits for others.
const LINGER: Duration = Duration::from_millis(20);

/// How long to wait before a batch is tried again; as often as there are waits.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
    Duration::from_millis(1600),
    Duration::from_millis(3200),
];

/// The most decisions in one statement.
const LARGEST_BATCH: usize = 50;

/// The most decisions that wait in an instance.
const MAX_WAITING: usize = 1000;

/// One batch in this many is followed by forgetting what is too old.
const FORGET_EVERY: u8 = 16;

/// The most that is forgotten at once.
const MAX_FORGOTTEN: u32 = 1000;

/// The variable that says for how many days decisions are kept.
const KEEP_DAYS: &str = "decisions_keep_days";

const DEFAULT_DAYS: u64 = 30;

/// Writes decisions behind the answer.
#[derive(Clone)]
pub(crate) struct DecisionLog(Arc<Inner>);

struct Inner {
    capabilities: Capabilities,
    decisions: Decisions,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    waiting: Vec<Recorded>,
    /// Somebody will write them.
    due: bool,
    /// For which there was no room.
    dropped: usize,
}

impl DecisionLog {
    pub(crate) fn new(capabilities: &Capabilities, decisions: Decisions) -> Self {
        Self(Arc::new(Inner { capabilities: capabilities.clone(), decisions, queue: Mutex::default() }))
    }

    /// Has `decision` recorded.
    pub(crate) fn note(&self, decision: Recorded) {
        let mut queue = self.queue();
        if queue.waiting.len() < MAX_WAITING {
            queue.waiting.push(decision);
        } else {
            queue.dropped = queue.dropped.saturating_add(1);
        }
        if !std::mem::replace(&mut queue.due, true) {
            let journal = self.clone();
            self.0.capabilities.background.spawn(Box::pin(async move { journal.write_all().await }));
        }
    }

    /// How many decisions are not in the database: lost, or on their way.
    pub(crate) async fn unwritten(&self) -> Result<i64, StoreError> {
        Ok(self.0.capabilities.cache.counter(UNWRITTEN_DECISIONS).await?.unwrap_or(0).max(0))
    }

    async fn write_all(&self) {
        // One at least, whatever becomes of this instance.
        let mut counted = self.count(1).await;
        self.0.capabilities.clock.sleep(LINGER).await;
        while let Some(batch) = self.next_batch() {
            self.count_dropped().await;
            let size = i64::try_from(batch.len()).unwrap_or(i64::MAX);
            counted = counted.saturating_add(self.count(size.saturating_sub(counted)).await);
            if self.write(&batch).await {
                self.count(counted.saturating_neg()).await;
            } else {
                self.lost(batch.len(), "the database could not be written");
            }
            counted = 0;
        }
    }

    /// The next batch; None: there is none, and whoever notes a decision from now on starts anew.
    fn next_batch(&self) -> Option<Vec<Recorded>> {
        let mut queue = self.queue();
        let size = queue.waiting.len().min(LARGEST_BATCH);
        let batch: Vec<Recorded> = queue.waiting.drain(..size).collect();
        queue.due = !batch.is_empty();
        queue.due.then_some(batch)
    }

    async fn write(&self, batch: &[Recorded]) -> bool {
        for pause in PAUSES.iter().map(Some).chain([None]) {
            match (self.0.decisions.add(batch).await, pause) {
                (Ok(()), _) => {
                    self.forget_the_old().await;
                    return true;
                }
                (Err(_), Some(pause)) => self.0.capabilities.clock.sleep(*pause).await,
                (Err(_), None) => {}
            }
        }
        false
    }

    /// Adds to the decisions that are not in the database; gives what was added.
    async fn count(&self, delta: i64) -> i64 {
        match delta {
            0 => 0,
            delta => self.0.capabilities.cache.increment(UNWRITTEN_DECISIONS, delta).await.map_or(0, |_| delta),
        }
    }

    async fn count_dropped(&self) {
        let dropped = std::mem::take(&mut self.queue().dropped);
        if dropped > 0 {
            self.count(i64::try_from(dropped).unwrap_or(i64::MAX)).await;
            self.lost(dropped, "too many were waiting");
        }
    }

    fn lost(&self, decisions: usize, why: &str) {
        let Capabilities { clock, log, .. } = &self.0.capabilities;
        let ts = clock.now().to_rfc3339_millis();
        let line = serde_json::json!({
            "ts": ts, "level": "error", "component": "rulebook", "outcome": "DECISIONS_LOST", "decisions": decisions,
            "cause": why,
        });
        log.write(line.to_string());
    }

    /// Forgets decisions that were kept long enough, now and then.
    async fn forget_the_old(&self) {
        let Capabilities { clock, config, random, .. } = &self.0.capabilities;
        let mut chance = [0];
        random.fill(&mut chance);
        if chance.iter().any(|chance| chance % FORGET_EVERY != 0) {
            return;
        }
        let days =
            config.get(KEEP_DAYS).await.ok().flatten().and_then(|days| days.parse().ok()).unwrap_or(DEFAULT_DAYS);
        let kept = Duration::from_secs(days.saturating_mul(24 * 60 * 60));
        // What is not forgotten now is forgotten another time.
        let _ = self.0.decisions.forget(clock.now(), kept, MAX_FORGOTTEN).await;
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
