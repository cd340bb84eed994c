//! Sends messages through Bheem Notify.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use edge_capabilities::config::{ConfigError, millis, text, url};
use edge_capabilities::http::UpstreamName;
use edge_capabilities::{Capabilities, Clock, Config, Http, Random, Timestamp, backoff};
use edge_database::{DatabaseError, Db};
use http::Request;
use http::header::CONTENT_TYPE;

use crate::outbox::Notifications;

/// After this many failures a message is given up.
const MAX_ATTEMPTS: i64 = 5;

/// How long after the first failure a message is sent again; doubled each time.
const FIRST_WAIT: Duration = Duration::from_secs(30);
const MAX_WAIT: Duration = Duration::from_hours(1);

/// How long one worker may take to send a message before another sends it.
const LEASE: Duration = Duration::from_secs(60);

/// The longest that Notify is waited for: messages are also sent behind the answers of webhooks.
const MAX_TIMEOUT: Duration = Duration::from_secs(3);

/// The variables by which messages are sent.
#[derive(Clone, Debug)]
pub struct NotifyConfig {
    /// `notify_url`, without a slash at its end; empty: nothing is sent.
    url: String,
    /// `notify_api_key`.
    api_key: String,
    /// `upstream_timeout_ms`, three seconds at most.
    timeout: Duration,
}

impl NotifyConfig {
    /// Reads the variables.
    pub async fn load(config: &dyn Config) -> Result<Self, ConfigError> {
        Ok(Self {
            url: url(config, "notify_url").await?,
            api_key: text(config, "notify_api_key").await?,
            timeout: millis(config, "upstream_timeout_ms", 2_000).await?.min(MAX_TIMEOUT),
        })
    }

    /// Whether there is an address to send messages to.
    pub fn is_configured(&self) -> bool {
        !self.url.is_empty()
    }
}

/// Whether there is an address to send messages to, where nothing else is needed of [`NotifyConfig`].
pub async fn is_configured(config: &dyn Config) -> Result<bool, ConfigError> {
    Ok(!url(config, "notify_url").await?.is_empty())
}

/// What came of sending messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SendResult {
    /// Messages that Notify took.
    pub sent: u32,
    /// Messages that are sent again later.
    pub failed: u32,
    /// Messages that were given up.
    pub dead: u32,
}

/// Sends the messages that are due.
#[derive(Clone)]
pub struct Notifier {
    db: Db,
    clock: Arc<dyn Clock>,
    http: Arc<dyn Http>,
    random: Arc<dyn Random>,
}

struct DueMessage {
    id: String,
    path: String,
    body: String,
    attempts: i64,
}

impl Notifier {
    /// A sender of the messages in `notifications`.
    pub fn new(capabilities: &Capabilities, notifications: &Notifications) -> Self {
        let Capabilities { clock, http, random, .. } = capabilities;
        Self { db: notifications.0.clone(), clock: clock.clone(), http: http.clone(), random: random.clone() }
    }

    /// Sends up to `limit` messages that are due. A message is sent twice where the sender ends before it notes the result:
    /// each carries its id as its Idempotency-Key.
    pub async fn send_due(&self, config: &NotifyConfig, limit: u32) -> Result<SendResult, DatabaseError> {
        let mut result = SendResult::default();
        if !config.is_configured() {
            return Ok(result);
        }
        let now = self.clock.now();
        let statement = "UPDATE notifications SET due_at = $1, attempts = attempts + 1
            WHERE due_at <= $2 AND id IN (SELECT id FROM notifications WHERE due_at <= $2 ORDER BY due_at LIMIT $3)
            RETURNING id, path, body, attempts";
        let values = [now.plus(LEASE).into(), now.into(), i64::from(limit).into()];
        for row in self.db.query(statement, &values).await? {
            let message = DueMessage {
                id: row.text(0)?.to_owned(),
                path: row.text(1)?.to_owned(),
                body: row.text(2)?.to_owned(),
                attempts: row.integer(3)?,
            };
            let count = match self.send(config, &message).await {
                Ok(()) => {
                    self.update(&message.id, "sent", None, None).await?;
                    &mut result.sent
                }
                Err(reason) if message.attempts >= MAX_ATTEMPTS => {
                    self.update(&message.id, "dead", Some(&reason), None).await?;
                    &mut result.dead
                }
                Err(reason) => {
                    let wait = backoff(&*self.random, FIRST_WAIT, MAX_WAIT, message.attempts);
                    let due = self.clock.now().plus(wait);
                    self.update(&message.id, "queued", Some(&reason), Some(due)).await?;
                    &mut result.failed
                }
            };
            *count = count.saturating_add(1);
        }
        Ok(result)
    }

    async fn send(&self, config: &NotifyConfig, message: &DueMessage) -> Result<(), String> {
        let request = Request::post(format!("{}{}", config.url, message.path))
            .header(CONTENT_TYPE, "application/json")
            .header("idempotency-key", &message.id)
            .header("x-api-key", &config.api_key)
            .body(Bytes::from(message.body.clone()));
        let request = request.map_err(|_| "notify_url or notify_api_key cannot be sent in a request".to_owned())?;
        let response = self.http.send(UpstreamName::Notify, request, config.timeout).await;
        let response = response.map_err(|error| error.to_string())?;
        let status = response.status();
        if status.is_success() { Ok(()) } else { Err(format!("its status is {}", status.as_u16())) }
    }

    /// Notes what came of sending a message, which is due again at `due`, where there is one.
    async fn update(
        &self,
        id: &str,
        status: &str,
        reason: Option<&str>,
        due: Option<Timestamp>,
    ) -> Result<(), DatabaseError> {
        let settled = due.is_none().then(|| self.clock.now());
        let statement = "UPDATE notifications SET status = $1, reason = $2, due_at = $3, settled_at = $4 WHERE id = $5";
        let values = [status.into(), reason.into(), due.into(), settled.into(), id.into()];
        self.db.query(statement, &values).await.map(drop)
    }
}
