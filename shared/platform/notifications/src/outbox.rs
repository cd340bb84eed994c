//! The table of messages.

use edge_capabilities::Timestamp;
use edge_database::{DatabaseError, Db, Value};

/// How a message reaches people, and what its body must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// An e-mail by template: `to`, `template_name`, `template_vars`.
    Email,
    /// A text message: `to`, `message`.
    Sms,
}

impl Channel {
    /// Where Notify takes messages of this channel.
    const fn path(self) -> &'static str {
        match self {
            Self::Email => "/api/v1/email/send/template",
            Self::Sms => "/api/v1/bheem-tele/sms/send",
        }
    }
}

/// A message to people.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its id, by which it is queued once, and Notify delivers it once.
    pub id: String,
    /// The tenant to whom the people belong.
    pub tenant_id: String,
    /// What it is about: a webhook event, a budget, a sync run.
    pub event_id: String,
    /// How it reaches them.
    pub channel: Channel,
    /// What is sent.
    pub body: serde_json::Value,
}

/// How many messages one statement stores at most.
const BATCH: usize = 500;

/// The messages in a database.
#[derive(Clone)]
pub struct Notifications(pub(crate) Db);

impl Notifications {
    /// The messages in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// Queues `messages`, due now. Where Notify is not configured (`is_configured`) they are only recorded. A message that
    /// was queued before stays as it is.
    pub async fn queue(
        &self,
        messages: Vec<Message>,
        is_configured: bool,
        now: Timestamp,
    ) -> Result<(), DatabaseError> {
        let (status, due) = if is_configured { ("queued", Some(now)) } else { ("recorded", None) };
        let mut messages = messages.into_iter().peekable();
        while messages.peek().is_some() {
            let (mut rows, mut values) = (Vec::new(), vec![status.into(), due.into(), now.into()]);
            for message in messages.by_ref().take(BATCH) {
                let first = values.len().saturating_add(1);
                let own: [Value; 5] = [
                    message.id.into(),
                    message.tenant_id.into(),
                    message.event_id.into(),
                    message.channel.path().into(),
                    message.body.to_string().into(),
                ];
                values.extend(own);
                let places: Vec<String> = (first..=values.len()).map(|place| format!("${place}")).collect();
                rows.push(format!("({}, $1, $2, $3, 0)", places.join(", ")));
            }
            let statement = format!(
                "INSERT INTO notifications
                    (id, tenant_id, event_id, path, body, status, due_at, created_at, attempts)
                 VALUES {} ON CONFLICT (id) DO NOTHING",
                rows.join(", ")
            );
            self.0.query(&statement, &values).await?;
        }
        Ok(())
    }

    /// Replaces `text` by `replacement` in the messages of `tenant` that are sent or given up, where it is a whole JSON
    /// string. Messages that are still to be sent stay as they are until they are sent.
    pub async fn redact(&self, tenant: &str, text: &str, replacement: &str) -> Result<(), DatabaseError> {
        // With its quotes: no other address that ends like it is touched.
        let statement = "UPDATE notifications SET body = REPLACE(body, $2, $3)
            WHERE tenant_id = $1 AND settled_at IS NOT NULL AND REPLACE(body, $2, $3) <> body";
        let json = |text: &str| Value::from(serde_json::Value::from(text).to_string());
        self.0.query(statement, &[tenant.into(), json(text), json(replacement)]).await.map(drop)
    }

    /// Removes up to `limit` messages that were queued before `before` and are no longer to be sent; gives how many.
    pub async fn remove(&self, before: Timestamp, limit: u32) -> Result<usize, DatabaseError> {
        let statement = "DELETE FROM notifications WHERE id IN (
            SELECT id FROM notifications WHERE created_at < $1 AND status <> 'queued' ORDER BY created_at LIMIT $2)
            RETURNING id";
        Ok(self.0.query(statement, &[before.into(), i64::from(limit).into()]).await?.len())
    }

    /// How many messages there are, by status.
    pub async fn count_by_status(&self) -> Result<Vec<(String, i64)>, DatabaseError> {
        let statement = "SELECT status, COUNT(*) FROM notifications GROUP BY status ORDER BY status";
        let rows = self.0.query(statement, &[]).await?;
        rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.integer(1)?))).collect()
    }
}
