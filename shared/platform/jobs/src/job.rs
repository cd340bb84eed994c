//! Jobs and their kinds.

use std::time::Duration;

use edge_capabilities::{Random, Timestamp, backoff};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::handler::JobError;

/// A kind of jobs, and how often one that fails is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobKind {
    /// Its name: `webhooks.event`.
    pub name: &'static str,
    /// After this many attempts a job is dead.
    pub max_attempts: i64,
    /// How long a job waits after the first failure, at most. Each further failure doubles it.
    pub first_wait: Duration,
    /// The longest that a job waits after a failure.
    pub max_wait: Duration,
}

impl JobKind {
    /// A kind whose jobs are tried ten times within some hour.
    pub const fn new(name: &'static str) -> Self {
        Self { name, max_attempts: 10, first_wait: Duration::from_secs(10), max_wait: Duration::from_hours(1) }
    }

    /// How long a job waits after its failure number `failures`, from 1: at least half of the doubled wait, the rest by
    /// chance.
    pub fn wait(&self, random: &dyn Random, failures: i64) -> Duration {
        backoff(random, self.first_wait, self.max_wait, failures)
    }
}

/// A job to enqueue.
#[derive(Clone, Debug, PartialEq)]
pub struct NewJob {
    /// The name of its kind.
    pub kind: &'static str,
    /// What it is about, unique within the kind: the same key again is the same job.
    pub key: String,
    /// The tenant that it is done for, among whom the queue is fair. None: it is done for no tenant.
    pub tenant: Option<String>,
    /// What its handler needs to know.
    pub payload: Value,
    /// When it is to be done.
    pub due: Timestamp,
}

impl NewJob {
    /// A job of `kind` about `key` for no tenant, with no payload.
    pub fn new(kind: JobKind, key: impl Into<String>, due: Timestamp) -> Self {
        Self { kind: kind.name, key: key.into(), tenant: None, payload: Value::Null, due }
    }

    /// The job for `tenant`.
    #[must_use]
    pub fn for_tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = Some(tenant.into());
        self
    }

    /// The job with this payload.
    #[must_use]
    pub fn with(mut self, payload: Value) -> Self {
        self.payload = payload;
        self
    }
}

/// A job in the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// The name of its kind.
    pub kind: String,
    /// What it is about, unique within the kind.
    pub key: String,
    pub(crate) tenant: String,
    pub(crate) payload: String,
    /// When it is next taken up. While a worker has it: when the worker's lease ends. None: it is dead.
    pub due_at: Option<Timestamp>,
    /// The worker that has it.
    pub(crate) lease: Option<String>,
    /// How often it was taken up, since it was enqueued or last did what it could.
    pub attempts: i64,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// When it was enqueued.
    pub created_at: Timestamp,
}

edge_database::record! {
    Job in "jobs" {
        id, kind, key, tenant: "tenant_id", payload, due_at, lease, attempts, error, created_at
    }
}

impl Job {
    /// The tenant that it is done for.
    pub fn tenant(&self) -> Option<&str> {
        Some(self.tenant.as_str()).filter(|tenant| !tenant.is_empty())
    }

    /// Reads the payload. One that cannot be read never can be: the job is dead.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T, JobError> {
        serde_json::from_str(&self.payload).map_err(|error| JobError::Dead(format!("its payload: {error}")))
    }

    /// Its state at `now`.
    pub fn state(&self, now: Timestamp) -> JobState {
        match (self.due_at, &self.lease) {
            (None, _) => JobState::Dead,
            (Some(due), Some(_)) if due > now => JobState::Running,
            _ => JobState::Queued,
        }
    }
}

/// The state of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// It waits until it is due, or until a worker takes it up.
    Queued,
    /// A worker has it.
    Running,
    /// Every attempt failed; it waits for a replay.
    Dead,
}

impl JobState {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Queued, Self::Running, Self::Dead];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Dead => "dead",
        }
    }

    /// The state of that name.
    pub fn parse(written: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == written)
    }
}
