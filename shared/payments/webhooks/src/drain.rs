//! Whatever was left undone is taken up again, and what is old is removed. A scheduler calls for it, and each webhook
//! does a little of it behind its answer.

use std::time::Duration;

use edge_capabilities::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::inbox::LEASE;
use crate::processing::{Processing, WebhookError};

/// How long events are kept once they are settled. Gateways send again for 24 hours, and by hand for 15 days.
const KEPT: Duration = Duration::from_hours(24 * 30);

/// How long events are kept that wait for somebody.
const KEPT_WAITING: Duration = Duration::from_hours(24 * 90);

/// Events and tenants in one go.
const BATCH: u32 = 50;

/// Rows removed in one go: they all hold the database meanwhile.
const REMOVED: u32 = 500;

/// How long one drain goes on taking up new work.
const MAX_DURATION: Duration = Duration::from_secs(20);

/// What a drain did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Drained {
    /// Events that were settled.
    pub(crate) settled: u32,
    /// Events that are put off again.
    pub(crate) put_off: u32,
    /// Tenants whose changes were spread.
    pub(crate) spread: u32,
    /// Notifications that were sent.
    pub(crate) sent: u32,
    /// Notifications that were not.
    pub(crate) unsent: u32,
    /// Old events and notifications that were removed.
    pub(crate) removed: usize,
    /// Whether there is more to do right away.
    pub(crate) more: bool,
}

fn add(count: &mut u32) {
    *count = count.saturating_add(1);
}

impl Processing {
    /// Does what is due, until nothing is or time is up.
    pub(crate) async fn drain(&self) -> Result<Drained, WebhookError> {
        let mut drained = Drained::default();
        let until = self.now().plus(MAX_DURATION);
        drained.more = true;
        while drained.more && self.now() < until {
            drained.more = self.drain_some(&mut drained, BATCH, until).await?;
        }
        let now = self.now();
        self.db.advance_retention_time(now).await?;
        let settled = self.db.expired_before(now, KEPT).await?;
        let waiting = self.db.expired_before(now, KEPT_WAITING).await?;
        drained.removed = self.inbox.remove(settled, waiting, REMOVED).await?;
        let notifications = self.notifications.remove(settled, REMOVED).await?;
        drained.removed = drained.removed.saturating_add(notifications);
        Ok(drained)
    }

    /// Does some of what is due; gives whether there may be more.
    pub(crate) async fn drain_some(
        &self,
        drained: &mut Drained,
        limit: u32,
        until: Timestamp,
    ) -> Result<bool, WebhookError> {
        let now = self.now();
        // Changes first: they are made, and the fence of some may not be raised yet.
        let tenants = self.tenants.take_due(now, now.plus(LEASE), limit).await?;
        for tenant in &tenants {
            self.spread(tenant).await?;
            add(&mut drained.spread);
        }
        let lease = self.new_lease();
        let events = self.inbox.claim_due(&lease, self.now(), limit).await?;
        for event in &events {
            if self.now() >= until {
                // The rest stays claimed until its lease ends, and is taken up then.
                return Ok(true);
            }
            match self.work(event, &lease).await {
                Ok(_) => add(&mut drained.settled),
                Err(WebhookError::Taken) => {}
                Err(_) => add(&mut drained.put_off),
            }
        }
        let config = self.notify_config().await?;
        let sent = self.notifier.send_due(&config, limit).await?;
        drained.sent = drained.sent.saturating_add(sent.sent);
        drained.unsent = drained.unsent.saturating_add(sent.failed).saturating_add(sent.dead);
        let full = |count: usize| u32::try_from(count).is_ok_and(|count| count >= limit);
        Ok(full(tenants.len()) || full(events.len()) || sent.sent >= limit)
    }
}
