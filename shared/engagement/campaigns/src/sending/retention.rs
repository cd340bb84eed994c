//! Removes enrolments that ended long ago, and what became of their steps.

use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::{DatabaseError, Db, Value, places};
use edge_jobs::{Job, JobHandler, JobKind, JobOutcome, JobResult};

use crate::enrolment::Enrolments;

/// The recurring job that does it.
pub(crate) const REMOVE_ENDED: JobKind = JobKind::new("campaigns.remove_ended");

/// How often.
pub(crate) const REMOVE_EVERY: Duration = Duration::from_hours(1);

/// How long an enrolment is kept that ended, as replies and clicks are.
const KEPT: Duration = Duration::from_hours(24 * 400);

/// Enrolments removed at once.
const BATCH: u32 = 500;

/// Removes old enrolments.
pub(crate) struct RemoveEnded {
    pub(crate) capabilities: Capabilities,
    pub(crate) db: Db,
}

#[async_trait]
impl JobHandler for RemoveEnded {
    async fn run(&self, _: &Job) -> JobResult {
        let now = self.capabilities.clock.now();
        let before = self.db.expired_before(now, KEPT).await?;
        let removed = Enrolments::new(self.db.clone()).remove_ended(before, BATCH).await?;
        let is_full = u32::try_from(removed).is_ok_and(|removed| removed >= BATCH);
        Ok(if is_full { JobOutcome::Again(now) } else { JobOutcome::Done })
    }
}

impl Enrolments {
    /// Removes up to `limit` enrolments that ended before `before`; gives how many.
    async fn remove_ended(&self, before: Timestamp, limit: u32) -> Result<usize, DatabaseError> {
        let old = "SELECT id FROM campaign_enrolments WHERE completed_at < $1 ORDER BY completed_at LIMIT $2";
        let mut ids: Vec<Value> = Vec::new();
        for row in self.db().query(old, &[before.into(), i64::from(limit).into()]).await? {
            ids.push(row.text(0)?.into());
        }
        if ids.is_empty() {
            return Ok(0);
        }
        // The steps first: whoever dies in between comes to the enrolments again.
        let these = places(1, ids.len());
        self.db().query(&format!("DELETE FROM campaign_sends WHERE enrolment_id IN ({these})"), &ids).await?;
        self.db().query(&format!("DELETE FROM campaign_enrolments WHERE id IN ({these})"), &ids).await?;
        Ok(ids.len())
    }
}
