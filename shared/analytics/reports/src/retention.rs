//! Removes the days of users that are no longer kept.

use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::Capabilities;
use edge_database::Db;
use edge_jobs::{Job, JobHandler, JobKind, JobOutcome, JobResult};
use edge_seats::{ACTIVITY_KEPT, SeatActivity};

/// The recurring job that does it.
pub(crate) const REMOVE_ACTIVITY: JobKind = JobKind::new("seats.remove_activity");

/// How often.
pub(crate) const REMOVE_EVERY: Duration = Duration::from_hours(6);

/// Rows removed in one statement.
const REMOVED: u32 = 500;

/// Removes old days.
pub(crate) struct RemoveActivity {
    pub(crate) capabilities: Capabilities,
    pub(crate) db: Db,
}

#[async_trait]
impl JobHandler for RemoveActivity {
    async fn run(&self, _: &Job) -> JobResult {
        let now = self.capabilities.clock.now();
        let before = self.db.expired_before(now, ACTIVITY_KEPT).await?;
        let removed = SeatActivity::new(self.db.clone()).remove(before, REMOVED).await?;
        let is_full = u32::try_from(removed).is_ok_and(|removed| removed >= REMOVED);
        Ok(if is_full { JobOutcome::Again(now) } else { JobOutcome::Done })
    }
}
