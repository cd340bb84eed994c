//! The jobs by which messages are sent: the first attempts, and the retries of those that failed.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::Timestamp;
use edge_database::DatabaseError;
use edge_jobs::{Job, JobError, JobHandler, JobKind, JobOutcome, JobResult};

use crate::notifier::{Notifier, SendResult};

/// How long after the first failure a message is sent again; doubled each time.
const FIRST_WAIT: Duration = Duration::from_secs(30);

/// The retries of one message. After four, and the first attempt before them, it is given up.
pub(crate) const MESSAGE: JobKind = JobKind {
    max_attempts: 4,
    first_wait: Duration::from_secs(60),
    max_wait: Duration::from_hours(1),
    ..JobKind::new("notifications.message")
};

/// The wait before the first retry.
pub(crate) const FIRST_ATTEMPT: JobKind = JobKind { first_wait: FIRST_WAIT, ..MESSAGE };

/// The first attempts of all messages.
pub(crate) const SEND: JobKind = JobKind::new("notifications.send");
pub(crate) const SEND_EVERY: Duration = Duration::from_secs(10);

/// Messages in one go.
const BATCH: u32 = 50;

/// When it is looked again whether Notify is configured.
const UNCONFIGURED: Duration = Duration::from_mins(1);

/// What came of sending messages, as handlers count it.
#[derive(Clone, Default)]
pub struct SendCounts(Arc<Mutex<SendResult>>);

impl SendCounts {
    /// The counts so far.
    pub fn get(&self) -> SendResult {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, result: SendResult) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *all = all.and(result);
    }
}

/// Makes first attempts.
pub(crate) struct NewMessages {
    pub(crate) notifier: Notifier,
    pub(crate) counts: SendCounts,
}

#[async_trait]
impl JobHandler for NewMessages {
    async fn run(&self, _: &Job) -> JobResult {
        let config = self.notifier.config().await?;
        let result = self.notifier.send_new(&config, BATCH).await?;
        self.counts.add(result);
        let is_full = result.sent.saturating_add(result.failed) >= BATCH;
        Ok(if is_full { JobOutcome::Again(self.notifier.now()) } else { JobOutcome::Done })
    }
}

/// Sends a message whose first attempt failed. The job has the message's id as its key.
pub(crate) struct MessageHandler {
    pub(crate) notifier: Notifier,
    pub(crate) counts: SendCounts,
}

impl MessageHandler {
    fn in_a_while(&self) -> Timestamp {
        self.notifier.now().plus(UNCONFIGURED)
    }
}

#[async_trait]
impl JobHandler for MessageHandler {
    async fn run(&self, job: &Job) -> JobResult {
        let config = self.notifier.config().await?;
        if !config.is_configured() {
            return Ok(JobOutcome::Again(self.in_a_while()));
        }
        let Some(message) = self.notifier.find_unsent(&job.key).await? else { return Ok(JobOutcome::Done) };
        match self.notifier.send(&config, &message).await {
            Ok(()) => {
                self.notifier.update(&message.id, "sent", None, 1).await?;
                self.counts.add(SendResult { sent: 1, ..SendResult::default() });
                Ok(JobOutcome::Done)
            }
            Err(reason) => {
                self.notifier.update(&message.id, "queued", Some(&reason), 1).await?;
                let failed = u32::from(job.attempts < MESSAGE.max_attempts);
                self.counts.add(SendResult { failed, ..SendResult::default() });
                Err(JobError::Retry(reason))
            }
        }
    }

    async fn died(&self, job: &Job, reason: &str) -> Result<(), DatabaseError> {
        if self.notifier.find_unsent(&job.key).await?.is_some() {
            self.notifier.update(&job.key, "dead", Some(reason), 0).await?;
            self.counts.add(SendResult { dead: 1, ..SendResult::default() });
        }
        Ok(())
    }
}
