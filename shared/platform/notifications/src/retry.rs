//! The jobs by which messages are sent: the first attempts, and the retries of those that failed.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use edge_database::DatabaseError;
use edge_jobs::{Job, JobError, JobHandler, JobKind, JobOutcome, JobResult};

use crate::notifier::{MAX_ATTEMPTS, Notifier, Outcome, SendResult};

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

/// The retries of a message with a sealed part, which is of use for minutes only, and which only some senders can read.
pub(crate) const SEALED: JobKind = JobKind {
    first_wait: Duration::from_secs(5),
    max_wait: Duration::from_secs(60),
    ..JobKind { max_attempts: 8, ..JobKind::new("notifications.sealed") }
};

/// The first attempts of all messages.
pub(crate) const SEND: JobKind = JobKind::new("notifications.send");
pub(crate) const SEND_EVERY: Duration = Duration::from_secs(2);

/// Messages in one go: no more than are sent in two rounds, so that a message that was queued meanwhile waits for no more.
const BATCH: u32 = 32;

/// Expired messages in one go.
const EXPIRED: u32 = 500;

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
        let expired = self.notifier.expire(EXPIRED).await?;
        let result = self.notifier.send_new(&config, BATCH).await?;
        self.counts.add(result);
        let is_full = result.all() >= BATCH || u32::try_from(expired).is_ok_and(|expired| expired >= EXPIRED);
        // Where Notify does not answer, nobody hurries.
        Ok(if is_full && result.failed == 0 { JobOutcome::Again(self.notifier.now()) } else { JobOutcome::Done })
    }
}

/// Sends a message whose first attempt failed. The job has the message's id as its key.
pub(crate) struct MessageHandler {
    pub(crate) kind: JobKind,
    pub(crate) notifier: Notifier,
    pub(crate) counts: SendCounts,
}

#[async_trait]
impl JobHandler for MessageHandler {
    async fn run(&self, job: &Job) -> JobResult {
        let config = self.notifier.config().await?;
        let Some(message) = self.notifier.find_unsent(&job.key).await? else { return Ok(JobOutcome::Done) };
        if let Some(until) = self.notifier.held_until(&message).await? {
            self.notifier.hold(&message, until).await?;
            return Ok(JobOutcome::Done);
        }
        let result = match self.notifier.process(&config, &message).await? {
            Outcome::Sent => SendResult { sent: 1, ..SendResult::default() },
            Outcome::Unsent => SendResult { unsent: 1, ..SendResult::default() },
            Outcome::PutOff => SendResult { failed: 1, ..SendResult::default() },
            Outcome::Retry(reason) => {
                self.notifier.note_failure(&message.id, &reason, 1).await?;
                if self.kind == MESSAGE && message.attempts.saturating_add(1) >= MAX_ATTEMPTS {
                    return Err(JobError::Dead(reason));
                }
                let failed = u32::from(job.attempts < self.kind.max_attempts);
                self.counts.add(SendResult { failed, ..SendResult::default() });
                return Err(JobError::Retry(reason));
            }
        };
        self.counts.add(result);
        Ok(JobOutcome::Done)
    }

    async fn died(&self, job: &Job, reason: &str) -> Result<(), DatabaseError> {
        if let Some(message) = self.notifier.find_unsent(&job.key).await? {
            self.notifier.give_up(&message, reason).await?;
            self.counts.add(SendResult { dead: 1, ..SendResult::default() });
        }
        Ok(())
    }
}
