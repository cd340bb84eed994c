//! The jobs that follow contracts up: charges, renewals and ends, approvals, and what an instance that died left undone.
//!
//! The row of a contract says when something is due. A recurring job enqueues one for each contract that is due, so that the
//! queue is fair between tenants.

use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::Timestamp;
use edge_database::Db;
use edge_jobs::{Job, JobError, JobHandler, JobKind, JobOutcome, JobQueue, JobResult, NewJob};
use edge_tenants::Tenants;

use crate::service::ContractService;

/// Finds the contracts that are due.
pub(crate) const FIND_DUE: JobKind = JobKind::new("contracts.find_due");
pub(crate) const FIND_DUE_EVERY: Duration = Duration::from_secs(10);

/// Follows one contract up. It goes on however often the database fails.
pub(crate) const FOLLOW_UP: JobKind = JobKind { max_attempts: i64::MAX, ..JobKind::new("contracts.follow_up") };

/// Contracts in one go.
const BATCH: u32 = 200;

/// When a contract is found again whose job did not come to it.
const FOUND_AGAIN_AFTER: Duration = Duration::from_secs(60);

/// Runs [`FIND_DUE`].
pub(crate) struct FindDue {
    pub(crate) service: ContractService,
    pub(crate) queue: JobQueue,
}

#[async_trait]
impl JobHandler for FindDue {
    async fn run(&self, _: &Job) -> JobResult {
        let (contracts, now): (_, Timestamp) = (self.service.contracts(), self.service.now());
        let due = contracts.due(now, BATCH).await?;
        if due.is_empty() {
            return Ok(JobOutcome::Done);
        }
        let job = |(id, tenant): &(String, String)| NewJob::new(FOLLOW_UP, id, now).for_tenant(tenant);
        self.queue.ensure(due.iter().map(job).collect()).await?;
        let is_full = u32::try_from(due.len()).is_ok_and(|count| count >= BATCH);
        let ids: Vec<String> = due.into_iter().map(|(id, _)| id).collect();
        contracts.postpone(&ids, now, now.plus(FOUND_AGAIN_AFTER)).await?;
        Ok(if is_full { JobOutcome::Again(now) } else { JobOutcome::Done })
    }
}

/// Runs [`FOLLOW_UP`].
pub(crate) struct FollowUp {
    service: ContractService,
    tenants: Tenants,
}

impl FollowUp {
    pub(crate) fn new(service: ContractService, db: &Db) -> Self {
        Self { service, tenants: Tenants::new(db.clone()) }
    }
}

#[async_trait]
impl JobHandler for FollowUp {
    async fn run(&self, job: &Job) -> JobResult {
        let Some(tenant) = self.tenants.find(job.tenant().unwrap_or_default()).await? else {
            return Ok(JobOutcome::Done);
        };
        let followed = self.service.follow_up(&tenant, &job.key).await;
        let has_more = followed.map_err(|error| JobError::Retry(error.to_string()))?;
        Ok(if has_more { JobOutcome::Again(self.service.now()) } else { JobOutcome::Done })
    }
}
