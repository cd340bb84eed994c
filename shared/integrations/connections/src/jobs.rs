//! The jobs of connections: what was left undone about changes, and tokens that nobody uses.

use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::Timestamp;
use edge_capabilities::clock::millis;
use edge_jobs::{Job, JobError, JobHandler, JobKind, JobOutcome, JobResult};

use crate::connections::{Connections, edge};
use crate::error::ConnectionError;

/// The recurring job that does what was left undone.
pub(crate) const LEFT: JobKind = JobKind::new("connections.left");
pub(crate) const LEFT_EVERY: Duration = Duration::from_secs(60);

/// The recurring job that renews tokens which nobody uses, before the provider forgets them.
pub(crate) const KEEP: JobKind = JobKind::new("connections.keep");
pub(crate) const KEEP_EVERY: Duration = Duration::from_hours(6);

/// How long whoever changes an integration has to do the rest. A provider may take its time to revoke tokens.
const GRACE: Duration = Duration::from_secs(60);

/// Refresh tokens are good for a month or more.
const UNUSED: Duration = Duration::from_hours(24 * 7);

/// Integrations in one go.
const BATCH: u32 = 20;

impl From<ConnectionError> for JobError {
    fn from(error: ConnectionError) -> Self {
        Self::Retry(error.to_string())
    }
}

fn before(now: Timestamp, span: Duration) -> Timestamp {
    Timestamp::from_millis(now.as_millis().saturating_sub(millis(span)))
}

/// Runs [`LEFT`].
pub(crate) struct LeftUndone(pub(crate) Connections);

#[async_trait]
impl JobHandler for LeftUndone {
    async fn run(&self, _: &Job) -> JobResult {
        let Self(connections) = self;
        let since = before(connections.now(), GRACE);
        let left = connections.integrations.with_tasks(since, BATCH).await?;
        let unerased = connections.integrations.unerased(since, BATCH).await?;
        let is_full = [left.len(), unerased.len()].iter().any(|count| u32::try_from(*count).is_ok_and(|n| n >= BATCH));
        for integration in left {
            connections.flush(integration).await?;
        }
        for integration in unerased {
            connections.erase(integration, &edge()).await?;
        }
        connections.consents.remove_expired(connections.now()).await?;
        Ok(if is_full { JobOutcome::Again(connections.now()) } else { JobOutcome::Done })
    }
}

/// Runs [`KEEP`].
pub(crate) struct KeepTokens(pub(crate) Connections);

#[async_trait]
impl JobHandler for KeepTokens {
    async fn run(&self, _: &Job) -> JobResult {
        let Self(connections) = self;
        let unused = connections.integrations.unused(before(connections.now(), UNUSED), BATCH).await?;
        for (tenant, id) in unused {
            // What stands in the way is told to people where it concerns them; the rest is tried again.
            if let Ok(open) = connections.open(&tenant, &id, &connections.capabilities.http).await {
                let _ = open.renew().await;
            }
        }
        Ok(JobOutcome::Done)
    }
}
