//! The jobs that run runs, and start them by themselves.

use std::time::Duration;

use async_trait::async_trait;
use edge_database::DatabaseError;
use edge_jobs::{Job, JobError, JobHandler, JobKind, JobOutcome, JobResult, NewJob};

use super::model::{Run, RunStatus};
use crate::error::{Reason, SyncCode};
use crate::worker::SyncWorker;

/// Goes on with a run. Its key is the run's id.
pub(crate) const SYNC: JobKind = JobKind {
    name: "integrations.sync",
    max_attempts: 10,
    first_wait: Duration::from_secs(2),
    max_wait: Duration::from_mins(10),
};

/// Goes on with runs whose jobs were lost, starts runs by themselves, deletes old entries of the log.
pub(crate) const KEEP: JobKind = JobKind::new("integrations.sync_keeper");

/// How often that is done.
pub(crate) const KEEP_EVERY: Duration = Duration::from_mins(1);

/// Who starts a run that starts by itself.
const EDGE: &str = "edge";

/// The most runs that are looked after at once.
const PAGE: u32 = 500;

/// The job of `run`.
pub(crate) fn sync_job(run: &Run) -> NewJob {
    let due = run.resume_at.unwrap_or(run.started_at);
    NewJob::new(SYNC, run.id.as_str(), due).for_tenant(run.tenant.as_str())
}

/// Runs a run.
pub(crate) struct SyncJob(pub(crate) SyncWorker);

#[async_trait]
impl JobHandler for SyncJob {
    async fn run(&self, job: &Job) -> JobResult {
        match self.0.go_on(job).await? {
            Some(at) => Ok(JobOutcome::Again(at)),
            None => Ok(JobOutcome::Done),
        }
    }

    async fn died(&self, job: &Job, reason: &str) -> Result<(), DatabaseError> {
        let runs = self.0.runs();
        if let Some(mut run) = runs.find(&job.key).await?.filter(|run| run.finished_at.is_none()) {
            run.end(RunStatus::Failed, Some(Reason::new(SyncCode::Interrupted, reason)), self.0.now());
            runs.store(&mut run).await?;
        }
        Ok(())
    }
}

/// Looks after runs.
pub(crate) struct Keeper(pub(crate) SyncWorker);

#[async_trait]
impl JobHandler for Keeper {
    async fn run(&self, _job: &Job) -> JobResult {
        let worker = &self.0;
        let open = worker.runs().all_open(PAGE).await?;
        worker.queue().ensure(open.iter().map(sync_job).collect()).await?;
        let now = worker.now();
        for integration in worker.books().recurring().await? {
            let Some(minutes) = integration.every_minutes.filter(|_| integration.is_connected) else { continue };
            let last = worker.runs().last(&integration.id).await?;
            let is_due = last.is_none_or(|last| {
                let every = Duration::from_secs(u64::from(minutes).saturating_mul(60));
                last.finished_at.is_some() && last.started_at.plus(every) <= now
            });
            if is_due {
                // One that another started meanwhile serves as well.
                let _ = worker.start(&integration, EDGE).await?;
            }
        }
        worker.logs().delete_old(now).await?;
        Ok(JobOutcome::Done)
    }
}

impl From<crate::worker::Interrupted> for JobError {
    fn from(interrupted: crate::worker::Interrupted) -> Self {
        match interrupted {
            crate::worker::Interrupted::Db(error) => error.into(),
            crate::worker::Interrupted::Lost => Self::Retry("another worker has the run".to_owned()),
        }
    }
}
