//! What a run does: it collects documents, then sends those of each kind, each kind after those that it refers to.
//!
//! * [`slice`]: what a run does before it lets others on.
//! * [`attempt`]: an attempt at a document.
//!
//! All that must outlast an instance is in the rows of the run and the documents. Whoever goes on with a run goes on from
//! them, wherever the one before was interrupted.

mod attempt;
mod slice;

use std::sync::Arc;
use std::time::Duration;

use edge_capabilities::{Capabilities, Timestamp, random};
use edge_database::{DatabaseError, Db};
use edge_entities::zone_of;
use edge_jobs::{Job, JobQueue};
use edge_tenants::Tenants;
use edge_time_zones::Zone;

use crate::books::{Books, BooksError, Integration};
use crate::document::{Builder, Collector, Documents};
use crate::error::{Reason, SyncCode};
use crate::log::Logs;
use crate::run::{Run, RunStatus, Runs, sync_job};
use crate::throttle::Throttle;

use slice::{End, Slice};

/// How long a run goes on before it lets others on.
const SLICE: Duration = Duration::from_secs(15);

/// Why a run cannot go on here.
#[derive(Debug)]
pub(crate) enum Interrupted {
    /// The database failed.
    Db(DatabaseError),
    /// Another worker has it.
    Lost,
}

impl From<DatabaseError> for Interrupted {
    fn from(error: DatabaseError) -> Self {
        Self::Db(error)
    }
}

/// Starts runs, and goes on with them.
#[derive(Clone)]
pub(crate) struct SyncWorker {
    capabilities: Capabilities,
    db: Db,
    books: Arc<dyn Books>,
    queue: JobQueue,
    runs: Runs,
    documents: Documents,
    logs: Logs,
    tenants: Tenants,
    collector: Collector,
}

impl SyncWorker {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db, books: Arc<dyn Books>) -> Self {
        Self {
            queue: JobQueue::new(capabilities, db),
            runs: Runs::new(db.clone()),
            documents: Documents::new(db.clone()),
            logs: Logs::new(db.clone()),
            tenants: Tenants::new(db.clone()),
            collector: Collector::new(db),
            capabilities: capabilities.clone(),
            db: db.clone(),
            books,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    pub(crate) const fn runs(&self) -> &Runs {
        &self.runs
    }

    pub(crate) const fn logs(&self) -> &Logs {
        &self.logs
    }

    pub(crate) const fn documents(&self) -> &Documents {
        &self.documents
    }

    pub(crate) const fn queue(&self) -> &JobQueue {
        &self.queue
    }

    pub(crate) fn books(&self) -> &dyn Books {
        &*self.books
    }

    pub(crate) const fn collector(&self) -> &Collector {
        &self.collector
    }

    /// What makes documents of rows.
    pub(crate) fn builder(&self, integration: &Integration, zone: Zone, is_dry: bool) -> Builder {
        Builder::new(&self.capabilities, &self.db, integration, zone, is_dry)
    }

    /// The time zone of a tenant.
    pub(crate) async fn zone(&self, tenant: &str) -> Result<Zone, DatabaseError> {
        Ok(self.tenants.find(tenant).await?.as_ref().map_or(Zone::UTC, zone_of))
    }

    /// Starts a run of `integration`; the error is the run that is open.
    pub(crate) async fn start(
        &self,
        integration: &Integration,
        actor: &str,
    ) -> Result<Result<Run, Option<Run>>, DatabaseError> {
        let last = self.runs.last(&integration.id).await?;
        let id = format!("syn_{}", random::hex::<12>(&*self.capabilities.random));
        let mut run = Run::new(id, &integration.tenant, &integration.id, actor, self.now());
        if let Some(last) = last {
            run.throttle = last.throttle;
        }
        if !self.runs.insert(&run).await? {
            return Ok(Err(self.runs.open(&integration.id).await?));
        }
        // An instance that dies here leaves a run without a job, which the keeper finds.
        self.queue.enqueue(sync_job(&run)).await?;
        Ok(Ok(run))
    }

    /// Goes on with the run of `job`. Gives when to go on; None: it has ended.
    pub(crate) async fn go_on(&self, job: &Job) -> Result<Option<Timestamp>, Interrupted> {
        let Some(mut run) = self.runs.find(&job.key).await?.filter(|run| run.finished_at.is_none()) else {
            return Ok(None);
        };
        if let Some(at) = run.resume_at.filter(|at| *at > self.now()) {
            return Ok(Some(at));
        }
        let end = match self.books.find(&run.tenant, &run.integration).await? {
            Some(integration) if integration.is_connected => {
                run.go_on();
                self.store(&mut run).await?;
                let http = self.capabilities.http.clone();
                let throttle = Arc::new(Throttle::new(http, self.capabilities.clock.clone(), run.throttle));
                match self.books.open(&integration, throttle.clone()).await {
                    Ok(books) => {
                        throttle.limit(books.client().limits());
                        let zone = self.zone(&run.tenant).await?;
                        let slice = Slice::new(self, job, &run, &integration, books, throttle, zone);
                        slice.work(&mut run).await?
                    }
                    Err(error) => End::of_books(error)?,
                }
            }
            _ => End::Disconnected,
        };
        self.conclude(run, end).await
    }

    async fn store(&self, run: &mut Run) -> Result<(), Interrupted> {
        run.updated_at = self.now();
        if self.runs.store(run).await? { Ok(()) } else { Err(Interrupted::Lost) }
    }

    /// Notes in `run` how a slice of it ended.
    async fn conclude(&self, mut run: Run, end: End) -> Result<Option<Timestamp>, Interrupted> {
        let now = self.now();
        match end {
            End::More => {}
            End::Wait(at, reason) => run.wait(at, reason),
            End::Throttled { wait, is_daily } => self.wait_for_allowance(&mut run, wait, is_daily),
            End::Passing(reason) => self.wait_for_provider(&mut run, reason),
            End::NeedsReauth(message) => {
                run.end(RunStatus::Failed, Some(Reason::new(SyncCode::NeedsReauth, message)), now);
            }
            End::Misconfigured(message) => {
                run.end(RunStatus::Failed, Some(Reason::new(SyncCode::Misconfigured, message)), now);
            }
            End::Disconnected => {
                let reason = Reason::new(SyncCode::Disconnected, "The integration is not connected.");
                run.end(RunStatus::Stopped, Some(reason), now);
            }
            End::Finished => run.end(RunStatus::Completed, None, now),
        }
        if run.finished_at.is_some() {
            run.counts = self.documents.counts(&run.integration, Some(&run.id)).await?;
        }
        self.store(&mut run).await?;
        Ok(if run.finished_at.is_some() { None } else { Some(run.resume_at.unwrap_or(now)) })
    }

    fn wait_for_allowance(&self, run: &mut Run, wait: Option<Duration>, is_daily: bool) {
        const FIRST: Duration = Duration::from_secs(5);
        const LONGEST: Duration = Duration::from_mins(10);
        run.throttled = run.throttled.saturating_add(1);
        let now = self.now();
        let by_chance = edge_capabilities::backoff(&*self.capabilities.random, FIRST, LONGEST, run.throttled);
        let (at, code) = match (wait, is_daily) {
            (Some(wait), true) => (now.plus(wait), SyncCode::DailyLimit),
            (None, true) => (crate::throttle::next_day(now).plus(by_chance), SyncCode::DailyLimit),
            (Some(wait), false) => (now.plus(wait), SyncCode::Throttled),
            (None, false) => (now.plus(by_chance), SyncCode::Throttled),
        };
        run.wait(at, Reason::new(code, "The provider allows no more requests for now."));
    }

    fn wait_for_provider(&self, run: &mut Run, reason: Reason) {
        /// How often in succession.
        const MOST: i64 = 10;
        const FIRST: Duration = Duration::from_secs(2);
        const LONGEST: Duration = Duration::from_mins(5);
        run.failures = run.failures.saturating_add(1);
        let now = self.now();
        if run.failures >= MOST {
            return run.end(RunStatus::Failed, Some(reason), now);
        }
        run.wait(
            now.plus(edge_capabilities::backoff(&*self.capabilities.random, FIRST, LONGEST, run.failures)),
            reason,
        );
    }
}

impl End {
    fn of_books(error: BooksError) -> Result<Self, DatabaseError> {
        Ok(match error {
            BooksError::NotConnected => Self::Disconnected,
            BooksError::NeedsReauth(message) => Self::NeedsReauth(message),
            BooksError::Unavailable(message) => Self::Passing(Reason::new(SyncCode::ProviderUnavailable, message)),
            BooksError::Misconfigured(message) => Self::Misconfigured(message),
            BooksError::Db(error) => return Err(error),
        })
    }
}
