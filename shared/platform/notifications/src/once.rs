//! Messages that are sent at most once: it is noted that the sending of one begins, and whoever finds that it began and not
//! how it ended leaves the message alone.

use std::time::Duration;

use edge_capabilities::backoff;
use edge_database::DatabaseError;

use crate::notifier::{Notifier, Outcome};
use crate::outbox::Message;
use crate::state::MessageState;

/// How the reason of a message begins of which nobody knows whether Notify took it. A report of Notify may still say so.
pub(crate) const OUTCOME_UNKNOWN: &str = "OUTCOME_UNKNOWN";

/// How long a message waits that Notify did not take, at first and at most. It is sent until it expires: it costs nothing
/// that everything it says is late.
const FIRST_WAIT: Duration = Duration::from_secs(30);
const MAX_WAIT: Duration = Duration::from_mins(10);

impl Notifier {
    /// Notes that the sending of the message `id` begins; false: it began before, or the message is not to be sent any more.
    pub(crate) async fn begin(&self, id: &str) -> Result<bool, DatabaseError> {
        let statement = "UPDATE notifications SET begun_at = $2
            WHERE id = $1 AND status IN ('queued', 'dead') AND begun_at IS NULL RETURNING id";
        if !self.db.query(statement, &[id.into(), self.now().into()]).await?.is_empty() {
            return Ok(true);
        }
        self.settle_in(id, MessageState::Failed, OUTCOME_UNKNOWN, 0).await?;
        Ok(false)
    }

    /// Has a message be sent later that Notify did not take.
    pub(crate) async fn put_off(&self, message: &Message, reason: &str) -> Result<Outcome, DatabaseError> {
        let wait = backoff(&*self.capabilities.random, FIRST_WAIT, MAX_WAIT, message.attempts);
        let statement = "UPDATE notifications SET begun_at = NULL, due_at = $2, reason = $3
            WHERE id = $1 AND status IN ('queued', 'dead')";
        self.db.query(statement, &[message.id.as_str().into(), self.now().plus(wait).into(), reason.into()]).await?;
        Ok(Outcome::PutOff)
    }
}
