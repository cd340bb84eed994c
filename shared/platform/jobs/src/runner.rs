//! Runs the jobs that are due.

use std::sync::Arc;
use std::time::Duration;

use edge_capabilities::{Capabilities, Log, Timestamp};
use edge_database::DatabaseError;
use futures::StreamExt as _;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::handler::{JobError, JobHandler, JobOutcome};
use crate::job::{Job, JobKind, NewJob};
use crate::queue::{JobQueue, LEASE};

/// Jobs in one claim.
const BATCH: u32 = 50;

/// Jobs at once.
const CONCURRENCY: usize = 8;

/// How long one drain goes on taking up new work.
const MAX_DURATION: Duration = Duration::from_secs(20);

/// The work that was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Drained {
    /// The number of jobs that were completed.
    pub completed: u32,
    /// The number of attempts that failed and are made again.
    pub retried: u32,
    /// The number of jobs that failed for good.
    pub dead: u32,
    /// Whether there is more to do right away.
    pub more: bool,
}

impl Drained {
    /// This together with `other`.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            completed: self.completed.saturating_add(other.completed),
            retried: self.retried.saturating_add(other.retried),
            dead: self.dead.saturating_add(other.dead),
            more: self.more || other.more,
        }
    }
}

struct Registered {
    kind: JobKind,
    /// How long after an attempt the job is due again; None: it is done once.
    every: Option<Duration>,
    handler: Arc<dyn JobHandler>,
}

/// Runs jobs of the kinds that it has handlers for. Each component has handlers for the kinds whose hosts and secrets it has.
pub struct JobRunner {
    queue: JobQueue,
    log: Arc<dyn Log>,
    component: &'static str,
    registered: Vec<Registered>,
}

impl JobRunner {
    /// A runner of `component` without handlers.
    pub fn new(component: &'static str, capabilities: &Capabilities, queue: &JobQueue) -> Self {
        Self { queue: queue.clone(), log: capabilities.log.clone(), component, registered: Vec::new() }
    }

    /// Has `handler` run jobs of `kind`.
    #[must_use]
    pub fn handle(self, kind: JobKind, handler: impl JobHandler + 'static) -> Self {
        self.register(kind, None, handler)
    }

    /// Has `handler` run the one job of `kind`, which is there by itself and due again `every` so often. It is never dead.
    #[must_use]
    pub fn repeat(self, kind: JobKind, every: Duration, handler: impl JobHandler + 'static) -> Self {
        self.register(kind, Some(every), handler)
    }

    fn register(mut self, kind: JobKind, every: Option<Duration>, handler: impl JobHandler + 'static) -> Self {
        self.registered.push(Registered { kind, every, handler: Arc::new(handler) });
        self
    }

    /// The recurring jobs, due now.
    fn recurring(&self) -> Vec<NewJob> {
        let now = self.queue.now();
        let recurring = self.registered.iter().filter(|registered| registered.every.is_some());
        recurring.map(|registered| NewJob::new(registered.kind, "", now)).collect()
    }

    /// Runs what is due, until nothing is or time is up.
    pub async fn drain(&self) -> Result<Drained, DatabaseError> {
        let longest = self.registered.iter().filter_map(|registered| registered.every).max().unwrap_or_default();
        self.queue.keep(self.recurring(), self.queue.now().plus(longest.max(LEASE))).await?;
        self.run_due().await
    }

    /// As [`JobRunner::drain`], with the recurring jobs whether they are due or not.
    pub async fn drain_all(&self) -> Result<Drained, DatabaseError> {
        self.queue.reschedule(self.recurring()).await?;
        self.run_due().await
    }

    async fn run_due(&self) -> Result<Drained, DatabaseError> {
        let until = self.queue.now().plus(MAX_DURATION);
        let mut drained = Drained { more: true, ..Drained::default() };
        while drained.more && self.queue.now() < until {
            let (some, claimed) = self.run_some(BATCH, until).await?;
            drained = Drained { more: claimed > 0, ..drained.and(some) };
        }
        Ok(drained)
    }

    /// Runs up to `limit` jobs that are due, those that it comes to before `until`; gives how many were claimed, too.
    pub async fn run_some(&self, limit: u32, until: Timestamp) -> Result<(Drained, usize), DatabaseError> {
        let kinds: Vec<&str> = self.registered.iter().map(|registered| registered.kind.name).collect();
        let jobs = self.queue.claim(&kinds, limit).await?;
        let claimed = jobs.len();
        let attempts = futures::stream::iter(jobs).map(|job| async move { self.run(&job, until).await });
        let results: Vec<Result<Drained, DatabaseError>> = attempts.buffer_unordered(CONCURRENCY).collect().await;
        let mut drained = Drained::default();
        for result in results {
            drained = drained.and(result?);
        }
        Ok((drained, claimed))
    }

    /// Makes an attempt, and notes what came of it.
    async fn run(&self, job: &Job, until: Timestamp) -> Result<Drained, DatabaseError> {
        let found = self.registered.iter().find(|registered| registered.kind.name == job.kind);
        let Some(Registered { kind, every, handler }) = found.filter(|_| self.queue.now() < until) else {
            self.queue.release(job).await?;
            return Ok(Drained::default());
        };
        let may_die = every.is_none();
        let result = if may_die && job.attempts > kind.max_attempts {
            Err(JobError::Dead("its workers died".to_owned()))
        } else {
            handler.run(job).await
        };
        let error = match result {
            Ok(JobOutcome::Again(due)) => {
                self.queue.postpone(job, due).await?;
                return Ok(Drained::default());
            }
            Ok(JobOutcome::Done) => match every {
                Some(every) => {
                    self.queue.postpone(job, self.queue.now().plus(*every)).await?;
                    return Ok(Drained::default());
                }
                None => {
                    self.queue.complete(job).await?;
                    return Ok(Drained { completed: 1, ..Drained::default() });
                }
            },
            Err(error) => error,
        };
        let is_last = matches!(error, JobError::Dead(_)) || job.attempts >= kind.max_attempts;
        if may_die && is_last {
            self.log(job, error.reason());
            handler.died(job, error.reason()).await?;
            self.queue.dead(job, error.reason()).await?;
            return Ok(Drained { dead: 1, ..Drained::default() });
        }
        let due = match error {
            JobError::RetryAt(_, due) => due,
            _ => {
                let wait = kind.wait(self.queue.random(), job.attempts);
                self.queue.now().plus(every.map_or(wait, |every| wait.min(every)))
            }
        };
        self.queue.fail(job, error.reason(), due).await?;
        Ok(Drained { retried: 1, ..Drained::default() })
    }

    fn log(&self, job: &Job, cause: &str) {
        let line = json!({
            "ts": self.queue.now().to_rfc3339_millis(), "level": "error", "component": self.component,
            "outcome": "JOB_DEAD", "kind": job.kind, "job": job.id, "tenant": job.tenant(), "cause": cause,
        });
        self.log.write(line.to_string());
    }
}
