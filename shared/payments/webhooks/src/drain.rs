//! The jobs of webhooks: retries of events, what instances that died left undone, and retention. A scheduler runs them, and
//! each webhook runs a few that are due after its answer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::Timestamp;
use edge_database::DatabaseError;
use edge_jobs::{Job, JobError, JobHandler, JobKind, JobOutcome, JobResult, JobRunner, NewJob};
use edge_notifications::SendCounts;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::WebhookError;
use crate::event::{Status, WebhookEvent};
use crate::inbox::LEASE;
use crate::processor::Processor;

/// The retries of an event. Its row says when the next is made and which is the last: the queue counts only workers that
/// died.
const EVENT: JobKind = JobKind { max_attempts: 100, ..JobKind::new("webhooks.event") };

/// Looks for what instances that died left undone.
const LEFTOVERS: JobKind = JobKind::new("webhooks.leftovers");
const LEFTOVERS_EVERY: Duration = Duration::from_secs(10);

/// Removes old events and notifications.
const RETENTION: JobKind = JobKind::new("webhooks.retention");
const RETENTION_EVERY: Duration = Duration::from_mins(10);

/// How long after a removal of as many rows as it may remove the next is made.
const RETENTION_PAUSE: Duration = Duration::from_secs(30);

/// When it is looked again whether another worker settled an event.
const TAKEN: Duration = Duration::from_secs(10);

/// How long events are kept once they are settled. Gateways send again for 24 hours, and by hand for 15 days.
const KEPT: Duration = Duration::from_hours(24 * 30);

/// How long events are kept that wait for an administrator.
const KEPT_WAITING: Duration = Duration::from_hours(24 * 90);

/// Tenants in one go.
const TENANTS: u32 = 50;

/// Events in one go.
const EVENTS: u32 = 500;

/// Rows removed in one go: a removal holds the database meanwhile.
const REMOVED: u32 = 500;

/// The work that a drain did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct DrainResult {
    /// Events that were settled.
    pub(crate) settled: u32,
    /// Events of which an attempt failed.
    pub(crate) put_off: u32,
    /// Tenants whose pending changes were propagated.
    pub(crate) spread: u32,
    /// Notifications that were sent.
    pub(crate) sent: u32,
    /// Notifications that could not be sent.
    pub(crate) unsent: u32,
    /// Old events and notifications that were removed.
    pub(crate) removed: usize,
    /// Whether there is more to do right away.
    pub(crate) more: bool,
}

/// What the handlers of one drain count, and the first error that is the edge's own.
#[derive(Clone, Default)]
struct Counts(Arc<Mutex<(DrainResult, Option<WebhookError>)>>, SendCounts);

impl Counts {
    fn lock(&self) -> MutexGuard<'_, (DrainResult, Option<WebhookError>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, error: WebhookError) -> JobError {
        let reason = error.to_string();
        self.lock().1.get_or_insert(error);
        JobError::Retry(reason)
    }
}

fn add(count: &mut u32) {
    *count = count.saturating_add(1);
}

/// The job that retries `event` at `due`.
pub(crate) fn retry(id: &str, tenant: Option<&str>, due: Timestamp) -> NewJob {
    NewJob { tenant: tenant.map(ToOwned::to_owned), ..NewJob::new(EVENT, id, due) }
}

impl Processor {
    fn retries(&self, counts: &Counts) -> JobRunner {
        let runner = JobRunner::new("webhook-verification", &self.capabilities, &self.queue)
            .handle(EVENT, EventHandler(self.clone(), counts.clone()));
        self.notifier.retries(runner, &counts.1)
    }

    fn runner(&self, counts: &Counts) -> JobRunner {
        let runner = self
            .retries(counts)
            .repeat(LEFTOVERS, LEFTOVERS_EVERY, LeftoversHandler(self.clone(), counts.clone()))
            .repeat(RETENTION, RETENTION_EVERY, RetentionHandler(self.clone(), counts.clone()));
        self.notifier.first_attempts(runner, &counts.1)
    }

    /// Runs the jobs of this component.
    pub(crate) fn jobs(&self) -> JobRunner {
        self.runner(&Counts::default())
    }

    /// Runs the jobs that are due, and those that recur.
    pub(crate) async fn drain(&self) -> Result<DrainResult, WebhookError> {
        let counts = Counts::default();
        let drained = self.runner(&counts).drain_all().await?;
        let (result, failure) = std::mem::take(&mut *counts.lock());
        if let Some(failure) = failure {
            return Err(failure);
        }
        let sent = counts.1.get();
        Ok(DrainResult { sent: sent.sent, unsent: sent.failed.saturating_add(sent.dead), more: drained.more, ..result })
    }

    /// Does a little of what is due, of each kind up to `limit`, but for what it does not come to before `until`.
    pub(crate) async fn drain_some(&self, limit: u32, until: Timestamp) -> Result<(), WebhookError> {
        self.spread(limit).await?;
        self.take_up_leftovers(limit).await?;
        self.notifier.send_new(&self.notify_config().await?, limit).await?;
        self.retries(&Counts::default()).run_some(limit, until).await?;
        Ok(())
    }

    /// Does the tasks in the outboxes of up to `limit` tenants; gives of how many.
    async fn spread(&self, limit: u32) -> Result<u32, WebhookError> {
        let (now, mut spread) = (self.now(), 0);
        for tenant in &self.tenants.take_due(now, now.plus(LEASE), limit).await? {
            self.do_tasks_of(tenant).await?;
            add(&mut spread);
        }
        Ok(spread)
    }

    /// Has up to `limit` events be retried whose worker died, or that were opened again; gives how many.
    async fn take_up_leftovers(&self, limit: u32) -> Result<usize, WebhookError> {
        let now = self.now();
        let events = self.inbox.overdue(now, limit).await?;
        let jobs: Vec<NewJob> = events.iter().map(|(id, tenant)| retry(id, tenant.as_deref(), now)).collect();
        self.queue.ensure(jobs).await?;
        Ok(events.len())
    }

    /// Opens up to `limit` events of this status again, and has them be retried now; gives how many.
    pub(crate) async fn reopen_all(
        &self,
        status: Status,
        provider: Option<&str>,
        limit: u32,
    ) -> Result<usize, DatabaseError> {
        let now = self.now();
        let events = self.inbox.reopen_all(status, provider, now, limit).await?;
        // Where the instance dies here, they are leftovers.
        let jobs: Vec<NewJob> = events.iter().map(|(id, tenant)| retry(id, tenant.as_deref(), now)).collect();
        self.queue.reschedule(jobs).await?;
        Ok(events.len())
    }

    /// Opens an event again and processes it, unless it is in effect or a worker holds it.
    pub(crate) async fn replay(&self, event: &WebhookEvent) -> Result<(), DatabaseError> {
        let (now, lease) = (self.now(), self.new_lease());
        if let Some(event) = self.inbox.reopen(&event.id, &lease, now).await? {
            // For the case that the instance dies meanwhile.
            let job = retry(&event.id, event.tenant_id.as_deref(), now.plus(LEASE));
            self.queue.reschedule(vec![job]).await?;
            // The event says what came of it.
            let _ = self.process_stored(&event, &lease).await;
        }
        Ok(())
    }

    async fn remove_old(&self) -> Result<(usize, bool), WebhookError> {
        let now = self.now();
        self.db.advance_retention_time(now).await?;
        let settled = self.db.expired_before(now, KEPT).await?;
        let waiting = self.db.expired_before(now, KEPT_WAITING).await?;
        let events = self.inbox.remove(settled, waiting, REMOVED).await?;
        let notifications = self.notifications.remove(settled, REMOVED).await?;
        Ok((events.saturating_add(notifications), is_full(events, REMOVED) || is_full(notifications, REMOVED)))
    }
}

fn is_full(count: usize, limit: u32) -> bool {
    u32::try_from(count).is_ok_and(|count| count >= limit)
}

/// Retries an event. The job has the event's id as its key.
struct EventHandler(Processor, Counts);

#[async_trait]
impl JobHandler for EventHandler {
    async fn run(&self, job: &Job) -> JobResult {
        let Self(processor, counts) = self;
        let now = processor.now();
        let Some(event) = processor.inbox.find(&job.key).await?.filter(|event| event.status.is_open()) else {
            return Ok(JobOutcome::Done);
        };
        let lease = processor.new_lease();
        let taken = Ok(JobOutcome::Again(now.plus(TAKEN)));
        let Some(event) = processor.inbox.claim(&event.id, &lease, now).await? else { return taken };
        let error = match processor.process_stored(&event, &lease).await {
            Ok(_) => {
                add(&mut counts.lock().0.settled);
                return Ok(JobOutcome::Done);
            }
            Err(WebhookError::Taken) => return taken,
            Err(error) => error,
        };
        add(&mut counts.lock().0.put_off);
        let next = |event: WebhookEvent| event.due_at.filter(|_| event.status.is_open());
        match processor.inbox.find(&event.id).await?.and_then(next) {
            Some(due) => Err(JobError::RetryAt(error.to_string(), due)),
            // The event is dead, and says why.
            None => Ok(JobOutcome::Done),
        }
    }

    async fn died(&self, job: &Job, reason: &str) -> Result<(), DatabaseError> {
        self.0.inbox.give_up(&job.key, reason).await
    }
}

/// Takes up changes of tenants that are made and not propagated, and events without a job.
struct LeftoversHandler(Processor, Counts);

#[async_trait]
impl JobHandler for LeftoversHandler {
    async fn run(&self, _: &Job) -> JobResult {
        let Self(processor, counts) = self;
        let spread = processor.spread(TENANTS).await.map_err(|error| counts.failed(error))?;
        {
            let mut counts = counts.lock();
            counts.0.spread = counts.0.spread.saturating_add(spread);
        }
        let events = processor.take_up_leftovers(EVENTS).await.map_err(|error| counts.failed(error))?;
        let is_full = spread >= TENANTS || is_full(events, EVENTS);
        Ok(if is_full { JobOutcome::Again(processor.now()) } else { JobOutcome::Done })
    }
}

/// Removes what is old.
struct RetentionHandler(Processor, Counts);

#[async_trait]
impl JobHandler for RetentionHandler {
    async fn run(&self, _: &Job) -> JobResult {
        let Self(processor, counts) = self;
        let (removed, is_full) = processor.remove_old().await.map_err(|error| counts.failed(error))?;
        {
            let mut counts = counts.lock();
            counts.0.removed = counts.0.removed.saturating_add(removed);
        }
        Ok(if is_full { JobOutcome::Again(processor.now().plus(RETENTION_PAUSE)) } else { JobOutcome::Done })
    }
}
