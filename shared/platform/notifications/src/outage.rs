//! Messages while Notify does not answer at all: they wait for it. An attempt that is answered counts, and a message is given
//! up after five; one that nobody heard of says nothing of the message.

use std::time::Duration;

use edge_capabilities::backoff;
use edge_database::DatabaseError;

use crate::notifier::{Notifier, Outcome};
use crate::outbox::Message;

/// How long a message waits for Notify, unless it expires before.
const MAX_AGE: Duration = Duration::from_hours(24 * 7);

/// How long it waits for the next attempt, at least and at most: a quarter of the time that it has waited.
const MIN_WAIT: Duration = Duration::from_secs(30);
const MAX_WAIT: Duration = Duration::from_mins(10);

impl Notifier {
    /// Has a message be sent later that Notify did not answer to, as the table has it be due: within its tenant's limit.
    pub(crate) async fn wait_out(&self, message: &Message, reason: &str) -> Result<Outcome, DatabaseError> {
        let now = self.now();
        let since = message.status_at.or(message.send_at).unwrap_or(message.created_at);
        let waited = Duration::from_millis(now.millis_since(since).try_into().unwrap_or(0));
        if waited >= MAX_AGE {
            self.give_up(message, reason).await?;
            return Ok(Outcome::Unsent);
        }
        let wait = (waited / 4).clamp(MIN_WAIT, MAX_WAIT);
        let due = now.plus(backoff(&*self.capabilities.random, wait, wait, 1));
        let statement = "UPDATE notifications SET due_at = $2, reason = $3,
                attempts = CASE WHEN attempts > 0 THEN attempts - 1 ELSE 0 END
            WHERE id = $1 AND status IN ('queued', 'dead')";
        self.db.query(statement, &[message.id.as_str().into(), due.into(), reason.into()]).await?;
        Ok(Outcome::PutOff)
    }
}
