//! The jobs of syncs: runs whose workers died are resumed, and those that are due are started.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use axum::extract::{FromRef, State};
use edge_access::{DrainAccess, ErpAdmin};
use edge_audit::Actor;
use edge_capabilities::Timestamp;
use edge_capabilities::clock::millis;
use edge_http::{Json, Problem};
use edge_jobs::{Job, JobError, JobHandler, JobKind, JobOutcome, JobResult, JobRunner, NewJob};
use edge_tenants::Mode;
use serde::Serialize;
use utoipa::ToSchema;

use super::api::StartRequest;
use super::{Kind, Status};
use crate::router::{AppState, config_unavailable};

/// The maximum number of tenants for which a run is started at once.
const BATCH: u32 = 20;

/// The maximum number of abandoned runs for which jobs are enqueued at once.
const RUNS: u32 = 100;

/// Watches a run whose worker died once, until it is over.
const RUN: JobKind = JobKind { max_attempts: i64::MAX, ..JobKind::new("erp_sync.run") };

/// Looks for runs whose workers died, and for those that are due.
const SCHEDULE: JobKind = JobKind::new("erp_sync.schedule");
const SCHEDULE_EVERY: Duration = Duration::from_secs(20);

/// The work that was done.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[schema(as = SyncDrained)]
pub(crate) struct DrainResponse {
    /// The number of resumed runs.
    taken_up: usize,
    /// The number of due runs that were started.
    started: usize,
}

/// What the handlers of one drain count, and the first error.
#[derive(Clone, Default)]
struct Counts(Arc<Mutex<(DrainResponse, Option<Problem>)>>);

impl Counts {
    fn lock(&self) -> MutexGuard<'_, (DrainResponse, Option<Problem>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, problem: Problem) -> JobError {
        let reason = problem.code().as_str().to_owned();
        self.lock().1.get_or_insert(problem);
        JobError::Retry(reason)
    }
}

/// Resume and start sync runs
///
/// A scheduler calls this, or better `POST /api/v1/jobs/drain`. It resumes runs whose worker died, and starts the next run
/// where a run ended `erp_sync_every_minutes` ago. The value of the variable `drain_key` is accepted as a credential too.
#[utoipa::path(
    post, path = "/api/v1/erp-sync/drain", operation_id = "drain_sync_runs",
    tag = "ERP sync", security(("key" = ["erp:admin"])),
    responses((status = 200, description = "The work that was done.", body = DrainResponse)),
)]
pub(crate) async fn drain(
    State(state): State<AppState>,
    _: DrainAccess<ErpAdmin>,
) -> Result<Json<DrainResponse>, Problem> {
    let counts = Counts::default();
    state.runner(&counts).drain_all().await?;
    let (drained, problem) = std::mem::take(&mut *counts.lock());
    problem.map_or(Ok(Json(drained)), Err)
}

impl FromRef<AppState> for Arc<JobRunner> {
    fn from_ref(state: &AppState) -> Self {
        Self::new(state.runner(&Counts::default()))
    }
}

impl AppState {
    fn runner(&self, counts: &Counts) -> JobRunner {
        JobRunner::new("erp-sync", &self.capabilities, &self.queue)
            .handle(RUN, RunHandler(self.clone(), counts.clone()))
            .repeat(SCHEDULE, SCHEDULE_EVERY, ScheduleHandler(self.clone(), counts.clone()))
    }

    /// Enqueues jobs for runs whose leases are over; returns how many there are.
    async fn watch_abandoned(&self) -> Result<usize, Problem> {
        let now = self.worker.now();
        let runs = self.worker.runs().find_abandoned(now, RUNS).await?;
        let jobs = runs.iter().map(|(id, tenant)| NewJob::new(RUN, id.as_str(), now).for_tenant(tenant.as_str()));
        self.queue.ensure(jobs.collect()).await?;
        Ok(runs.len())
    }

    /// Starts runs that are due; gives how many.
    async fn start_due(&self) -> Result<usize, Problem> {
        let settings = self.worker.settings().await.map_err(|error| config_unavailable(&error))?;
        let Some(interval) = settings.interval else { return Ok(0) };
        let before = Timestamp::from_millis(self.worker.now().as_millis().saturating_sub(millis(interval)));
        let author = Actor { id: "scheduler".to_owned(), address: None };
        let mut started = 0_usize;
        for kind in Kind::ALL {
            for id in self.worker.runs().find_due_tenants(kind, before, BATCH).await? {
                let Some(tenant) = self.tenants.find(&id).await? else { continue };
                let is_due = tenant.mode == Mode::Internal && tenant.is_active;
                if is_due && self.start_once(kind, &tenant, &author, &StartRequest::default()).await?.is_some() {
                    started = started.saturating_add(1);
                }
            }
        }
        Ok(started)
    }

    /// Resumes the run `id` if its lease is over; returns when to look again, or None once the run has ended.
    async fn resume_if_abandoned(&self, tenant: &str, id: &str, counts: &Counts) -> Result<Option<Timestamp>, Problem> {
        let worker = &self.worker;
        let run = worker.runs().find(tenant, id).await?.filter(|run| run.status == Status::Running);
        let Some(run) = run else { return Ok(None) };
        let now = worker.now();
        if run.leased_until > now {
            return Ok(Some(run.leased_until));
        }
        let until = now.plus(worker.settings().await.map_err(|error| config_unavailable(&error))?.lease);
        if let Some(run) = worker.runs().claim(&run, &worker.new_lease(), now, until).await? {
            let mut counts = counts.lock();
            counts.0.taken_up = counts.0.taken_up.saturating_add(1);
            worker.start(run);
        }
        Ok(Some(until))
    }
}

/// Resumes a run. The job has the run's id as its key.
struct RunHandler(AppState, Counts);

#[async_trait]
impl JobHandler for RunHandler {
    async fn run(&self, job: &Job) -> JobResult {
        let Self(state, counts) = self;
        let tenant = job.tenant().unwrap_or_default();
        let next =
            state.resume_if_abandoned(tenant, &job.key, counts).await.map_err(|problem| counts.failed(problem))?;
        Ok(next.map_or(JobOutcome::Done, JobOutcome::Again))
    }
}

/// Looks for runs to resume and to start.
struct ScheduleHandler(AppState, Counts);

#[async_trait]
impl JobHandler for ScheduleHandler {
    async fn run(&self, _: &Job) -> JobResult {
        let Self(state, counts) = self;
        state.watch_abandoned().await.map_err(|problem| counts.failed(problem))?;
        let started = state.start_due().await.map_err(|problem| counts.failed(problem))?;
        {
            let mut counts = counts.lock();
            counts.0.started = counts.0.started.saturating_add(started);
        }
        Ok(JobOutcome::Done)
    }
}
