//! The jobs of disputes: carrying resolutions on, asking after refunds, and what was left undone about changes.

use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::Timestamp;
use edge_jobs::{Job, JobError, JobHandler, JobKind, JobOutcome, JobResult, NewJob};

use super::resolver::Resolver;
use crate::dispute::Dispute;
use crate::error::DisputesError;

/// The job that carries the resolution of a dispute on until it is final. Its key is the dispute's id.
/// It is never dead: a refund is asked after for as long as it takes.
pub const FOLLOW_UP: JobKind = JobKind { max_attempts: i64::MAX, ..JobKind::new("disputes.follow_up") };

/// The recurring job that does what was left undone about changes.
pub const LEFT: JobKind = JobKind::new("disputes.left");
pub const LEFT_EVERY: Duration = Duration::from_secs(30);

/// How long whoever changes a dispute has to do the rest.
pub(super) const GRACE: Duration = Duration::from_secs(10);

/// Disputes in one go.
const BATCH: u32 = 50;

/// The job that follows `dispute` up, due at `at`.
pub(crate) fn job(dispute: &Dispute, at: Timestamp) -> NewJob {
    NewJob::new(FOLLOW_UP, &dispute.id, at).for_tenant(&dispute.tenant)
}

/// Runs [`FOLLOW_UP`].
pub struct FollowUp(pub Resolver);

impl From<DisputesError> for JobError {
    fn from(error: DisputesError) -> Self {
        Self::Retry(error.to_string())
    }
}

#[async_trait]
impl JobHandler for FollowUp {
    async fn run(&self, job: &Job) -> JobResult {
        let Self(resolver) = self;
        let Some(tenant) = job.tenant() else { return Ok(JobOutcome::Done) };
        let Some(dispute) = resolver.keeper.disputes.find(tenant, &job.key).await? else { return Ok(JobOutcome::Done) };
        let carried_out = resolver.carry_out(&dispute, true).await?;
        let now = resolver.keeper.now();
        Ok(carried_out.again.map_or(JobOutcome::Done, |wait| JobOutcome::Again(now.plus(wait))))
    }
}

/// Runs [`LEFT`].
pub struct LeftUndone(pub Resolver);

#[async_trait]
impl JobHandler for LeftUndone {
    async fn run(&self, _: &Job) -> JobResult {
        let keeper = &self.0.keeper;
        let before =
            Timestamp::from_millis(keeper.now().as_millis().saturating_sub(edge_capabilities::clock::millis(GRACE)));
        let left = keeper.disputes.with_tasks(before, BATCH).await?;
        let is_full = u32::try_from(left.len()).is_ok_and(|count| count >= BATCH);
        for dispute in left {
            keeper.flush(dispute).await?;
        }
        // A resolution whose job is lost, whatever became of it.
        let unfinished = keeper.disputes.resolving(BATCH).await?;
        let jobs = unfinished.iter().map(|dispute| job(dispute, keeper.now().plus(GRACE))).collect();
        keeper.queue.ensure(jobs).await?;
        Ok(if is_full { JobOutcome::Again(keeper.now()) } else { JobOutcome::Done })
    }
}
