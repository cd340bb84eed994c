//! What is left to do about changes whose makers have died.

use std::time::Duration;

use async_trait::async_trait;
use edge_jobs::{Job, JobError, JobHandler, JobKind, JobOutcome, JobResult};

use crate::service::Subscriptions;

/// The recurring job that does it.
pub const SETTLE: JobKind = JobKind::new("subscriptions.settle");

/// How often it is done.
pub const SETTLE_EVERY: Duration = Duration::from_secs(20);

/// How many accounts are settled at once.
const BATCH: u32 = 100;

/// Raises the fences and writes the audit entries of changes whose makers have died before they could.
pub struct SettleMovements(Subscriptions);

impl SettleMovements {
    /// Of the movements of `subscriptions`.
    pub const fn new(subscriptions: Subscriptions) -> Self {
        Self(subscriptions)
    }
}

#[async_trait]
impl JobHandler for SettleMovements {
    async fn run(&self, _: &Job) -> JobResult {
        let settled = self.0.drain(BATCH).await.map_err(|error| JobError::Retry(error.to_string()))?;
        let is_full = u32::try_from(settled).is_ok_and(|settled| settled >= BATCH);
        Ok(if is_full { JobOutcome::Again(self.0.now()) } else { JobOutcome::Done })
    }
}
