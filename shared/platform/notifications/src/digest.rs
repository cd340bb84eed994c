//! The e-mails of a day as one. It is a message itself, whose id is of the person and the day: two messages that are gathered
//! at the same moment are in the same digest. Once its sending has begun nothing is added to it.

use edge_capabilities::Timestamp;
use edge_database::{Conditions, DatabaseError};
use serde_json::{Value, json};

use crate::channel::Channel;
use crate::clean::is_address;
use crate::config::NotifyConfig;
use crate::event::{Content, message_id};
use crate::event_types::WORKSPACE_DIGEST;
use crate::notifier::{Notifier, Outcome};
use crate::outbox::Message;
use crate::preferences::Wish;
use crate::request::request;
use crate::state::MessageState;
use crate::template::render;

impl Notifier {
    /// Adds `message` to the digest that is sent at `at`; false: its sending has begun.
    pub(crate) async fn gather(&self, message: &Message, at: Timestamp) -> Result<bool, DatabaseError> {
        let user = message.user_id.as_deref().unwrap_or_default();
        let digest = message_id(&[&message.tenant_id, user, &at.as_millis().to_string()]);
        let recipient = message.content().recipient;
        let body = serde_json::to_string(&Content { recipient, ..Content::default() });
        let body = body.map_err(|error| DatabaseError::Refused(error.to_string()))?;
        let now = self.now();
        let statement =
            "INSERT INTO notifications (id, tenant_id, event_id, event_type, channel, user_id, path, body, status,
                due_at, created_at, send_at, attempts)
            VALUES ($1, $2, $1, $3, 'EMAIL', $4, '', $5, 'queued', $6, $7, $6, 0) ON CONFLICT (id) DO NOTHING";
        let values = [
            digest.as_str().into(),
            message.tenant_id.as_str().into(),
            WORKSPACE_DIGEST.name.into(),
            user.into(),
            body.into(),
            at.into(),
            now.into(),
        ];
        self.db.query(statement, &values).await?;
        let statement = "UPDATE notifications SET digest = $2, due_at = NULL, attempts = 0
            WHERE id = $1 AND status = 'queued' AND EXISTS (SELECT 1 FROM notifications digest
                WHERE digest.id = $2 AND digest.status = 'queued' AND digest.attempts = 0) RETURNING id";
        let values = [message.id.as_str().into(), digest.into()];
        Ok(!self.db.query(statement, &values).await?.is_empty())
    }

    /// Sends what was gathered in the digest `message` and is still wanted.
    pub(crate) async fn send_digest(&self, config: &NotifyConfig, message: &Message) -> Result<Outcome, DatabaseError> {
        // Where a sender died after it had noted the messages and before it noted the digest, they are sent ones.
        let of = Conditions::of("digest", message.id.as_str()).and_in("status", ["queued", "sent"]);
        let gathered: Vec<Message> = self.db.select(of, "created_at, id").await?;
        let now = self.now();
        let mut items = Vec::new();
        for one in &gathered {
            let Some(event_type) = one.event_type() else { continue };
            let is_expired = one.expires_at.is_some_and(|end| end <= now);
            if is_expired || self.wish(event_type, one, now).await? == Wish::Suppress {
                let reason = if is_expired { "EXPIRED" } else { "PREFERENCES" };
                self.settle_in(&one.id, MessageState::Suppressed, reason, 0).await?;
                continue;
            }
            items.push(json!({
                "event_type": event_type.name, "description": event_type.description, "data": one.content().data,
            }));
        }
        if items.is_empty() {
            return self.settle(message, MessageState::Suppressed, "EMPTY").await;
        }
        let mut content = message.content();
        content.data.insert("count".to_owned(), items.len().into());
        content.data.insert("items".to_owned(), Value::Array(items));
        let Some(to) = self.address(message, Channel::Email, &mut content).await? else {
            return self.settle_digest(message, MessageState::Suppressed, "NO_ADDRESS").await;
        };
        if self.is_suppressed(&WORKSPACE_DIGEST, message, &to).await? {
            return self.settle_digest(message, MessageState::Suppressed, "SUPPRESSED").await;
        }
        if !config.is_configured() {
            return self.settle_digest(message, MessageState::Suppressed, "NOT_CONFIGURED").await;
        }
        if !is_address(&to) {
            return self.settle_digest(message, MessageState::Failed, "INVALID_ADDRESS").await;
        }
        let rendered = match render(&WORKSPACE_DIGEST, Channel::Email, None, &content) {
            Ok(rendered) => rendered,
            Err(missing) => return self.settle_digest(message, MessageState::Failed, &missing.to_string()).await,
        };
        let (path, body) = request(Channel::Email, &to, &rendered);
        let outcome = self.send(config, message, path, body.to_string(), Some(&rendered.template)).await?;
        match outcome {
            Outcome::Sent => self.settle_gathered(message, MessageState::Sent, "DIGEST").await?,
            // Notify refused it.
            Outcome::Unsent => self.settle_gathered(message, MessageState::Failed, "DIGEST").await?,
            Outcome::PutOff | Outcome::Retry(_) => {}
        }
        Ok(outcome)
    }

    /// Notes that a digest, and what is in it, is in `state` for good.
    async fn settle_digest(
        &self,
        digest: &Message,
        state: MessageState,
        reason: &str,
    ) -> Result<Outcome, DatabaseError> {
        self.settle_gathered(digest, state, reason).await?;
        self.settle(digest, state, reason).await
    }

    /// Notes what became of the messages in a digest.
    pub(crate) async fn settle_gathered(
        &self,
        digest: &Message,
        state: MessageState,
        reason: &str,
    ) -> Result<(), DatabaseError> {
        let statement =
            "UPDATE notifications SET status = $2, reason = $3, due_at = NULL, settled_at = $4, status_at = $4,
            sent_at = CASE WHEN $2 = 'sent' THEN $4 ELSE sent_at END WHERE digest = $1 AND status = 'queued'";
        let values = [digest.id.as_str().into(), state.as_str().into(), reason.into(), self.now().into()];
        self.db.query(statement, &values).await.map(drop)
    }
}
