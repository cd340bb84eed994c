//! The jobs by which messages are sent: the first attempts, and the retries of those that failed.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use edge_database::DatabaseError;
use edge_jobs::{Job, JobError, JobHandler, JobKind, JobOutcome, JobResult};

use crate::notifier::{Notifier, Outcome, SendResult};
use crate::state::MessageState;

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
pub(crate) const SEND_EVERY: Duration = Duration::from_secs(10);

/// Messages in one go.
const BATCH: u32 = 50;

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
        Ok(if result.all() >= BATCH { JobOutcome::Again(self.notifier.now()) } else { JobOutcome::Done })
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
        let result = match self.notifier.process(&config, &message).await? {
            Outcome::Sent => SendResult { sent: 1, ..SendResult::default() },
            Outcome::Unsent => SendResult { unsent: 1, ..SendResult::default() },
            Outcome::PutOff => SendResult { failed: 1, ..SendResult::default() },
            Outcome::Retry(reason) => {
                self.notifier.note_failure(&message.id, &reason, 1).await?;
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
            self.notifier.settle_in(&message.id, MessageState::Dead, reason, 0).await?;
            self.notifier.settle_gathered(&message, MessageState::Dead, reason).await?;
            self.counts.add(SendResult { dead: 1, ..SendResult::default() });
        }
        Ok(())
    }
}
