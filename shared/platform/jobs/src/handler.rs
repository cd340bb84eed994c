//! What runs jobs of a kind.

use async_trait::async_trait;
use edge_capabilities::Timestamp;
use edge_capabilities::config::ConfigError;
use edge_database::DatabaseError;

use crate::job::Job;

/// What came of an attempt that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobOutcome {
    /// The work is done. The job is removed; a recurring one is due again after its interval.
    Done,
    /// There is more to do: the job is due again at this time, as if it were new.
    Again(Timestamp),
}

/// Why an attempt failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobError {
    /// Another attempt may succeed: it is made after the kind's wait, unless this was the last.
    Retry(String),
    /// As [`JobError::Retry`], at a time that the handler knows better.
    RetryAt(String, Timestamp),
    /// No attempt can succeed: the job is dead.
    Dead(String),
}

impl JobError {
    pub(crate) fn reason(&self) -> &str {
        match self {
            Self::Retry(reason) | Self::RetryAt(reason, _) | Self::Dead(reason) => reason,
        }
    }
}

impl From<DatabaseError> for JobError {
    fn from(error: DatabaseError) -> Self {
        Self::Retry(error.to_string())
    }
}

impl From<ConfigError> for JobError {
    fn from(error: ConfigError) -> Self {
        Self::Retry(error.to_string())
    }
}

/// The result of an attempt.
pub type JobResult = Result<JobOutcome, JobError>;

/// Runs the jobs of a kind.
#[async_trait]
pub trait JobHandler: Send + Sync {
    /// Makes an attempt. Another worker may have made it already and died before it could say so: the work must be such
    /// that it may be done twice. An attempt that may last longer than [`crate::LEASE`] calls [`crate::JobQueue::renew`].
    async fn run(&self, job: &Job) -> JobResult;

    /// Notes that the job is dead in what it is about, before the queue notes it. May be called twice.
    async fn died(&self, _job: &Job, _reason: &str) -> Result<(), DatabaseError> {
        Ok(())
    }
}
