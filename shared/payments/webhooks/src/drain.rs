//! Does the work that is due, and removes what is old. A scheduler calls it, and each webhook does a little of it after its
//! answer.

use std::time::Duration;

use edge_capabilities::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::WebhookError;
use crate::inbox::LEASE;
use crate::processor::Processor;

/// How long events are kept once they are settled. Gateways send again for 24 hours, and by hand for 15 days.
const KEPT: Duration = Duration::from_hours(24 * 30);

/// How long events are kept that wait for an administrator.
const KEPT_WAITING: Duration = Duration::from_hours(24 * 90);

/// Events and tenants in one go.
const BATCH: u32 = 50;

/// Rows removed in one go: a removal holds the database meanwhile.
const REMOVED: u32 = 500;

/// How long one drain goes on taking up new work.
const MAX_DURATION: Duration = Duration::from_secs(20);

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

fn add(count: &mut u32) {
    *count = count.saturating_add(1);
}

impl Processor {
    /// Does what is due, until nothing is or time is up.
    pub(crate) async fn drain(&self) -> Result<DrainResult, WebhookError> {
        let mut result = DrainResult::default();
        let until = self.now().plus(MAX_DURATION);
        result.more = true;
        while result.more && self.now() < until {
            result.more = self.drain_some(&mut result, BATCH, until).await?;
        }
        let now = self.now();
        self.db.advance_retention_time(now).await?;
        let settled = self.db.expired_before(now, KEPT).await?;
        let waiting = self.db.expired_before(now, KEPT_WAITING).await?;
        result.removed = self.inbox.remove(settled, waiting, REMOVED).await?;
        let notifications = self.notifications.remove(settled, REMOVED).await?;
        result.removed = result.removed.saturating_add(notifications);
        Ok(result)
    }

    /// Does some of what is due; gives whether there may be more.
    pub(crate) async fn drain_some(
        &self,
        result: &mut DrainResult,
        limit: u32,
        until: Timestamp,
    ) -> Result<bool, WebhookError> {
        let now = self.now();
        // Changes first: they are made, and the fence of some may not be raised yet.
        let tenants = self.tenants.take_due(now, now.plus(LEASE), limit).await?;
        for tenant in &tenants {
            self.do_tasks_of(tenant).await?;
            add(&mut result.spread);
        }
        let lease = self.new_lease();
        let events = self.inbox.claim_due(&lease, self.now(), limit).await?;
        for event in &events {
            if self.now() >= until {
                // The rest stays claimed until its lease ends, and is taken up then.
                return Ok(true);
            }
            match self.process_stored(event, &lease).await {
                Ok(_) => add(&mut result.settled),
                Err(WebhookError::Taken) => {}
                Err(_) => add(&mut result.put_off),
            }
        }
        let config = self.notify_config().await?;
        let sent = self.notifier.send_due(&config, limit).await?;
        result.sent = result.sent.saturating_add(sent.sent);
        result.unsent = result.unsent.saturating_add(sent.failed).saturating_add(sent.dead);
        let full = |count: usize| u32::try_from(count).is_ok_and(|count| count >= limit);
        Ok(full(tenants.len()) || full(events.len()) || sent.sent >= limit)
    }
}
