//! The feed of a user: what they were told of, in the order in which it reached them.
//!
//! A place in the feed is given in the statement that makes the entry visible, and a unique index has two writers take
//! turns: whoever has read up to a place has missed nothing before it. Places are at least the time in milliseconds, so that
//! they do not begin anew once old entries were removed.

use edge_capabilities::Timestamp;
use edge_database::{DatabaseError, Value, columns, places, read_all};

use crate::channel::Channel;
use crate::notifier::{Notifier, Outcome};
use crate::outbox::{Message, Notifications};

/// How often a place is taken again because another writer was faster.
const MAX_ATTEMPTS: u32 = 50;

impl Notifier {
    /// Makes an entry visible in the feed of its user.
    pub(crate) async fn put_in_feed(&self, message: &Message) -> Result<Outcome, DatabaseError> {
        let statement = "UPDATE notifications SET status = 'delivered', reason = NULL, due_at = NULL, settled_at = $2,
            sent_at = $2, status_at = $2, position = (SELECT CASE WHEN COALESCE(MAX(f.position), 0) < $2 THEN $2
                ELSE MAX(f.position) + 1 END FROM notifications f
                WHERE f.tenant_id = $3 AND f.user_id = $4 AND f.position IS NOT NULL)
            WHERE id = $1 AND status = 'queued'";
        let values: [Value; 4] = [
            message.id.as_str().into(),
            self.now().into(),
            message.tenant_id.as_str().into(),
            message.user_id.clone().into(),
        ];
        for _ in 0..MAX_ATTEMPTS {
            match self.db.query(statement, &values).await {
                Ok(_) => return Ok(Outcome::Sent),
                Err(DatabaseError::Duplicate(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Outcome::Retry("too many writers change the feed at once".to_owned()))
    }
}

impl Notifications {
    /// Up to `limit` entries of a user's feed after the place `after`, oldest first.
    pub async fn feed(&self, tenant: &str, user: &str, after: i64, limit: u32) -> Result<Vec<Message>, DatabaseError> {
        let statement = format!(
            "SELECT {} FROM notifications WHERE tenant_id = $1 AND user_id = $2 AND position > $3
             ORDER BY position LIMIT $4",
            columns::<Message>()
        );
        let values = [tenant.into(), user.into(), Value::Integer(after), i64::from(limit).into()];
        read_all(&self.0.query(&statement, &values).await?)
    }

    /// How many entries of a user's feed are not read.
    pub async fn count_unread(&self, tenant: &str, user: &str) -> Result<i64, DatabaseError> {
        let statement = "SELECT COUNT(*) FROM notifications
            WHERE tenant_id = $1 AND user_id = $2 AND position IS NOT NULL AND status = 'delivered'";
        let rows = self.0.query(statement, &[tenant.into(), user.into()]).await?;
        rows.first().map_or(Ok(0), |row| row.integer(0))
    }

    /// Notes that a user has read entries of their feed: those with these ids, or all up to the place `up_to`. Gives how
    /// many that were.
    pub async fn mark_read(
        &self,
        tenant: &str,
        user: &str,
        ids: &[String],
        up_to: i64,
        now: Timestamp,
    ) -> Result<usize, DatabaseError> {
        let mut values: Vec<Value> =
            vec![tenant.into(), user.into(), now.into(), Channel::InApp.as_str().into(), up_to.into()];
        values.extend(ids.iter().map(|id| Value::from(id.as_str())));
        let named = if ids.is_empty() { String::new() } else { format!("OR id IN ({})", places(6, ids.len())) };
        let statement = format!(
            "UPDATE notifications SET status = 'read', status_at = $3
             WHERE tenant_id = $1 AND user_id = $2 AND channel = $4 AND position IS NOT NULL AND status = 'delivered'
                AND (position <= $5 {named}) RETURNING id"
        );
        Ok(self.0.query(&statement, &values).await?.len())
    }
}
