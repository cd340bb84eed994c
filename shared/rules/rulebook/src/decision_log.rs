//! Writes decisions into the database in the background, in batches.
//!
//! Lost decisions are counted: the key-value store counts a batch as unwritten until it is written. An instance that
//! dies with a batch leaves it counted (as at least one decision, if it died before the size of the batch was known).
//! So no decision is lost without a trace: the API returns the count with the decisions.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use edge_capabilities::Capabilities;
use edge_capabilities::counters::UNWRITTEN_DECISIONS;
use edge_capabilities::key_value::StoreError;

use crate::decisions::{Decisions, Recorded};

/// How long a decision waits for others to share its batch.
const BATCH_DELAY: Duration = Duration::from_millis(20);

/// The delays before a batch is retried; there are as many retries as delays.
const RETRY_DELAYS: [Duration; 5] = [
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
    Duration::from_millis(1600),
    Duration::from_millis(3200),
];

/// The maximum number of decisions in one statement.
const MAX_BATCH: usize = 50;

/// The maximum number of decisions in the queue of an instance.
const MAX_QUEUED: usize = 1000;

/// After one batch in this many, expired decisions are deleted.
const EXPIRE_EVERY: u8 = 16;

/// How many decisions are deleted at once.
const MAX_EXPIRED: u32 = 1000;

/// The variable with the number of days that decisions are kept.
const RETENTION_DAYS: &str = "decisions_keep_days";

const DEFAULT_RETENTION_DAYS: u64 = 30;

/// Writes decisions in the background.
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
    /// Whether a task is running that writes them.
    has_writer: bool,
    /// Decisions that did not fit into the queue.
    dropped: usize,
}

impl DecisionLog {
    pub(crate) fn new(capabilities: &Capabilities, decisions: Decisions) -> Self {
        Self(Arc::new(Inner { capabilities: capabilities.clone(), decisions, queue: Mutex::default() }))
    }

    /// Queues `decision` to be written.
    pub(crate) fn push(&self, decision: Recorded) {
        let mut queue = self.queue();
        if queue.waiting.len() < MAX_QUEUED {
            queue.waiting.push(decision);
        } else {
            queue.dropped = queue.dropped.saturating_add(1);
        }
        if !std::mem::replace(&mut queue.has_writer, true) {
            let decision_log = self.clone();
            self.0.capabilities.background.spawn(Box::pin(async move { decision_log.write_all().await }));
        }
    }

    /// How many decisions are not in the database: they are lost or still queued.
    pub(crate) async fn unwritten(&self) -> Result<i64, StoreError> {
        Ok(self.0.capabilities.cache.counter(UNWRITTEN_DECISIONS).await?.unwrap_or(0).max(0))
    }

    async fn write_all(&self) {
        // At least one is counted, should this instance die.
        let mut counted = self.count(1).await;
        self.0.capabilities.clock.sleep(BATCH_DELAY).await;
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

    /// The next batch; None: the queue is empty, and the next decision starts a new writer.
    fn next_batch(&self) -> Option<Vec<Recorded>> {
        let mut queue = self.queue();
        let size = queue.waiting.len().min(MAX_BATCH);
        let batch: Vec<Recorded> = queue.waiting.drain(..size).collect();
        queue.has_writer = !batch.is_empty();
        queue.has_writer.then_some(batch)
    }

    async fn write(&self, batch: &[Recorded]) -> bool {
        for pause in RETRY_DELAYS.iter().map(Some).chain([None]) {
            match (self.0.decisions.add(batch).await, pause) {
                (Ok(()), _) => {
                    self.delete_expired().await;
                    return true;
                }
                (Err(_), Some(pause)) => self.0.capabilities.clock.sleep(*pause).await,
                (Err(_), None) => {}
            }
        }
        false
    }

    /// Adds `delta` to the count of unwritten decisions; returns what was added.
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

    /// Deletes expired decisions, after some of the batches.
    async fn delete_expired(&self) {
        let Capabilities { clock, config, random, .. } = &self.0.capabilities;
        let mut chance = [0];
        random.fill(&mut chance);
        if chance.iter().any(|chance| chance % EXPIRE_EVERY != 0) {
            return;
        }
        let days = config
            .get(RETENTION_DAYS)
            .await
            .ok()
            .flatten()
            .and_then(|days| days.parse().ok())
            .unwrap_or(DEFAULT_RETENTION_DAYS);
        let kept = Duration::from_secs(days.saturating_mul(24 * 60 * 60));
        // After a failure they are deleted another time.
        let _ = self.0.decisions.delete_expired(clock.now(), kept, MAX_EXPIRED).await;
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
