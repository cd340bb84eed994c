//! The table of messages.

use edge_capabilities::Timestamp;
use edge_database::{Conditions, Cursor, DatabaseError, Db, Value, columns, places, read_all};

use crate::channel::Channel;
use crate::event::{Content, NewEvent};
use crate::event_types::EventType;
use crate::once::OUTCOME_UNKNOWN;
use crate::state::MessageState;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id, by which Notify delivers it once.
    pub id: String,
    /// The tenant to whom the people belong.
    pub tenant_id: String,
    /// The event that it is about.
    pub event_id: String,
    /// The name of the event's type. None: the message was queued by an earlier version, ready to be sent.
    pub event_type: Option<String>,
    pub(crate) channel: Option<Channel>,
    /// The user that it is for.
    pub user_id: Option<String>,
    /// What was sent: the template's name, or the text.
    pub template: Option<String>,
    /// Where Notify was sent it.
    pub(crate) path: String,
    pub(crate) body: String,
    pub(crate) sealed: Option<String>,
    /// Notify's id of it.
    pub provider_id: Option<String>,
    /// Its state.
    pub status: MessageState,
    /// Why it is in this state.
    pub reason: Option<String>,
    /// How often it was sent.
    pub attempts: i64,
    /// How often somebody had it be sent anew.
    pub replays: i64,
    pub(crate) due_at: Option<Timestamp>,
    /// When it was queued.
    pub created_at: Timestamp,
    /// When it was to be sent first.
    pub send_at: Option<Timestamp>,
    /// After when it is not sent any more.
    pub expires_at: Option<Timestamp>,
    /// When Notify took it.
    pub sent_at: Option<Timestamp>,
    /// When its state last changed.
    pub status_at: Option<Timestamp>,
    /// Its place in the user's feed.
    pub position: Option<i64>,
}

edge_database::record! {
    Message in "notifications" {
        id, tenant_id, event_id, event_type, channel, user_id, template, path, body, sealed, provider_id, status, reason,
        attempts, replays, due_at, created_at, send_at, expires_at, sent_at, status_at, position,
    }
}

impl Message {
    /// How it reaches the person.
    pub fn channel(&self) -> Channel {
        self.channel.unwrap_or(if self.path.contains("/sms/") { Channel::Sms } else { Channel::Email })
    }

    /// Its type; None: it is not known, or it was queued by an earlier version.
    pub fn event_type(&self) -> Option<&'static EventType> {
        self.event_type.as_deref().and_then(EventType::parse)
    }

    /// Whether its tenant's limit applies.
    pub(crate) fn is_limited(&self) -> bool {
        is_limited(self.event_type(), self.channel())
    }

    /// To whom it goes, and the event's data.
    pub fn content(&self) -> Content {
        if self.event_type.is_none() {
            return Content::default();
        }
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// Whether a tenant's limit applies to messages of `event_type` over `channel`.
pub(crate) fn is_limited(event_type: Option<&EventType>, channel: Channel) -> bool {
    channel != Channel::InApp && !event_type.is_some_and(|event_type| event_type.is_critical)
}

/// Which messages a list holds.
#[derive(Clone, Debug, Default)]
pub struct MessageFilter {
    /// Only messages in this state.
    pub state: Option<MessageState>,
    /// Only messages over this channel. None: all but the entries of feeds.
    pub channel: Option<Channel>,
    /// Only messages of this type of events.
    pub event_type: Option<String>,
    /// Only messages about this event.
    pub event_id: Option<String>,
    /// Only messages for this user.
    pub user_id: Option<String>,
}

/// The messages in a database: the one outbox of everything that people are told.
#[derive(Clone)]
pub struct Notifications(pub(crate) Db);

impl Notifications {
    /// The messages in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// Queues a message for each recipient of `event` and each channel of its type, and an entry of the feed of each
    /// recipient who is a user. Raised again under the same id the event changes nothing.
    ///
    /// Whether a message is still wanted is decided when it is sent: by the preferences and quiet hours of its user, its
    /// expiry, and [`Notifications::cancel`].
    pub async fn raise(&self, event: &NewEvent, now: Timestamp) -> Result<(), DatabaseError> {
        self.raise_all(std::slice::from_ref(event), now).await
    }

    /// As [`Notifications::raise`], for many events in few statements.
    pub async fn raise_all(&self, events: &[NewEvent], now: Timestamp) -> Result<(), DatabaseError> {
        let head =
            "INSERT INTO notifications (id, tenant_id, event_id, event_type, channel, user_id, path, body, sealed,
            status, due_at, created_at, send_at, expires_at, attempts, is_limited)";
        let mut rows: Vec<Vec<Value>> = Vec::new();
        for event in events {
            let (mut channels, mut ids) = (event.event_type.channels(), Vec::new());
            channels.retain(|channel| event.channel.is_none_or(|only| only == *channel));
            channels.push(Channel::InApp);
            for recipient in &event.recipients {
                let content = Content { recipient: recipient.clone(), data: event.data.clone(), text: None };
                let body =
                    serde_json::to_string(&content).map_err(|error| DatabaseError::Refused(error.to_string()))?;
                for channel in &channels {
                    let id = event.message_id(recipient, *channel);
                    if (*channel == Channel::InApp && recipient.user_id.is_none()) || ids.contains(&id) {
                        continue;
                    }
                    ids.push(id.clone());
                    rows.push(vec![
                        id.into(),
                        event.tenant_id.as_str().into(),
                        event.id.as_str().into(),
                        event.event_type.name.into(),
                        channel.as_str().into(),
                        recipient.user_id.clone().into(),
                        "".into(),
                        body.as_str().into(),
                        event.sealed.clone().into(),
                        MessageState::Queued.as_str().into(),
                        event.send_at.unwrap_or(now).into(),
                        now.into(),
                        event.send_at.into(),
                        event.expires_at.into(),
                        Value::Integer(0),
                        Value::Integer(i64::from(is_limited(Some(event.event_type), *channel))),
                    ]);
                }
            }
        }
        self.0.insert_rows(head, rows, "ON CONFLICT (id) DO NOTHING").await.map(drop)
    }

    /// Has what is still queued of an event not be sent; gives how many messages that were. One that a sender has handed to
    /// Notify by then is sent.
    pub async fn cancel(&self, tenant: &str, event_id: &str, now: Timestamp) -> Result<usize, DatabaseError> {
        let statement =
            "UPDATE notifications SET status = 'suppressed', reason = 'CANCELLED', due_at = NULL, sealed = NULL,
            settled_at = $3, status_at = $3 WHERE tenant_id = $1 AND event_id = $2 AND status = 'queued' RETURNING id";
        Ok(self.0.query(statement, &[tenant.into(), event_id.into(), now.into()]).await?.len())
    }

    /// The message `id` of a tenant.
    pub async fn find(&self, tenant: &str, id: &str) -> Result<Option<Message>, DatabaseError> {
        self.0.find(Conditions::of("id", id).and("tenant_id", tenant)).await
    }

    /// The message that Notify names by `id`: its own id, or Notify's.
    pub async fn find_reported(&self, id: &str) -> Result<Option<Message>, DatabaseError> {
        // A replayed message has another key at Notify.
        let own = id.split_once(".r").map_or(id, |(id, _)| id);
        match self.0.find(Conditions::of("id", own)).await? {
            Some(message) => Ok(Some(message)),
            None => self.0.find(Conditions::of("provider_id", id)).await,
        }
    }

    /// The messages with these ids, in no order.
    pub async fn find_all(&self, ids: &[String]) -> Result<Vec<Message>, DatabaseError> {
        let mut found = Vec::new();
        for ids in ids.chunks(edge_database::MAX_ROWS) {
            let of = Conditions::default().and_in("id", ids.iter().map(String::as_str));
            found.extend(self.0.select::<Message>(of, "id").await?);
        }
        Ok(found)
    }

    /// The messages about an event, in no order, without the entries of feeds.
    pub async fn of_event(&self, tenant: &str, event_id: &str) -> Result<Vec<Message>, DatabaseError> {
        let of = Conditions::of("tenant_id", tenant).and("event_id", event_id).and_where("channel <> ?", "IN_APP");
        self.0.select(of, "id").await
    }

    /// Up to `limit` messages of `tenant`, newest first, from after `cursor`.
    pub async fn list(
        &self,
        tenant: &str,
        filter: &MessageFilter,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Message>, DatabaseError> {
        let of = Conditions::of("tenant_id", tenant);
        let of = match filter.channel {
            Some(channel) => of.and("channel", channel.as_str()),
            None => of.and_where("COALESCE(channel, '') <> ?", Channel::InApp.as_str()),
        };
        let of = match filter.state {
            Some(MessageState::Suppressed) => of.and_in("status", ["suppressed", "recorded"]),
            state => of.and_if("status", state.map(MessageState::as_str)),
        };
        let of = of
            .and_if("event_type", filter.event_type.as_deref())
            .and_if("event_id", filter.event_id.as_deref())
            .and_if("user_id", filter.user_id.as_deref());
        self.0.page(of, "created_at", cursor, limit).await
    }

    /// Has a message be sent again that failed, was suppressed or given up, whatever its expiry; gives it as it is now.
    /// None: the tenant has no such message. One that Notify took before and could not deliver gets a new idempotency key.
    pub async fn replay(&self, tenant: &str, id: &str, now: Timestamp) -> Result<Option<Message>, DatabaseError> {
        let own = columns::<Message>();
        let statement = format!(
            "UPDATE notifications SET status = 'queued', reason = NULL, due_at = $3, settled_at = NULL, status_at = $3,
                replays = replays + CASE WHEN sent_at IS NULL THEN 0 ELSE 1 END, provider_id = NULL, sent_at = NULL,
                digest = NULL, attempts = 0, expires_at = NULL, begun_at = NULL
             WHERE id = $1 AND tenant_id = $2 AND status IN ('failed', 'suppressed', 'dead', 'recorded')
                AND COALESCE(event_type, '') <> $4 RETURNING {own}"
        );
        // A code that was not sent in time is of no use to anybody.
        let otp = crate::event_types::WORKSPACE_OTP.name;
        let rows = self.0.query(&statement, &[id.into(), tenant.into(), now.into(), otp.into()]).await?;
        match read_all(&rows)?.pop() {
            Some(message) => Ok(Some(message)),
            None => self.find(tenant, id).await,
        }
    }

    /// Notes Notify's report that the message with this id, its own or Notify's, is in `state`. The report of a state that
    /// the message has left, or cannot reach any more, changes nothing. Gives the state that it is in; None: there is no
    /// such message.
    pub async fn report(
        &self,
        id: &str,
        state: MessageState,
        reason: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<MessageState>, DatabaseError> {
        let after: Vec<Value> = state.reported_after().iter().map(|state| state.as_str().into()).collect();
        // A replayed message has another key at Notify.
        let own = id.split_once(".r").map_or(id, |(id, _)| id);
        if !after.is_empty() {
            let statement = format!(
                "UPDATE notifications SET status = $3, reason = $4, status_at = $5, due_at = NULL, sealed = NULL,
                    settled_at = COALESCE(settled_at, $5), sent_at = COALESCE(sent_at, $5)
                 WHERE (id = $1 OR provider_id = $2)
                    AND (status IN ({}) OR status = 'failed' AND reason LIKE '{OUTCOME_UNKNOWN}%') RETURNING status",
                places(6, after.len())
            );
            let mut values: Vec<Value> = vec![own.into(), id.into(), state.as_str().into(), reason.into(), now.into()];
            values.extend(after);
            if !self.0.query(&statement, &values).await?.is_empty() {
                return Ok(Some(state));
            }
        }
        let statement = "SELECT status FROM notifications WHERE id = $1 OR provider_id = $2";
        let rows = self.0.query(statement, &[own.into(), id.into()]).await?;
        Ok(rows.first().map(|row| row.text(0)).transpose()?.and_then(MessageState::parse))
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
        let statement = "SELECT status, COUNT(*) FROM notifications WHERE COALESCE(channel, '') <> 'IN_APP'
            GROUP BY status ORDER BY status";
        let rows = self.0.query(statement, &[]).await?;
        rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.integer(1)?))).collect()
    }
}
