//! Sends messages through Bheem Notify.

use std::time::Duration;

use bytes::Bytes;
use edge_capabilities::config::{ConfigError, millis, text, url};
use edge_capabilities::database::Row;
use edge_capabilities::http::UpstreamName;
use edge_capabilities::{Capabilities, Config, Timestamp};
use edge_database::{DatabaseError, Db};
use edge_jobs::{JobQueue, JobRunner, NewJob};
use http::Request;
use http::header::CONTENT_TYPE;

use crate::outbox::Notifications;
use crate::retry::{FIRST_ATTEMPT, MESSAGE, MessageHandler, NewMessages, SEND, SEND_EVERY, SendCounts};

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

impl SendResult {
    /// This together with `other`.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            sent: self.sent.saturating_add(other.sent),
            failed: self.failed.saturating_add(other.failed),
            dead: self.dead.saturating_add(other.dead),
        }
    }
}

/// Sends messages. The first attempt is made straight from the table; one that fails is a job from then on.
#[derive(Clone)]
pub struct Notifier {
    capabilities: Capabilities,
    db: Db,
    queue: JobQueue,
}

pub(crate) struct Outgoing {
    pub(crate) id: String,
    tenant: String,
    path: String,
    body: String,
}

impl Notifier {
    /// A sender of the messages in `notifications`.
    pub fn new(capabilities: &Capabilities, notifications: &Notifications) -> Self {
        let db = notifications.0.clone();
        Self { capabilities: capabilities.clone(), queue: JobQueue::new(capabilities, &db), db }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    pub(crate) async fn config(&self) -> Result<NotifyConfig, ConfigError> {
        NotifyConfig::load(&*self.capabilities.config).await
    }

    /// `runner` with the jobs of messages whose first attempt failed.
    #[must_use]
    pub fn retries(&self, runner: JobRunner, counts: &SendCounts) -> JobRunner {
        runner.handle(MESSAGE, MessageHandler { notifier: self.clone(), counts: counts.clone() })
    }

    /// `runner` with the recurring job that makes the first attempts.
    #[must_use]
    pub fn first_attempts(&self, runner: JobRunner, counts: &SendCounts) -> JobRunner {
        runner.repeat(SEND, SEND_EVERY, NewMessages { notifier: self.clone(), counts: counts.clone() })
    }

    /// Sends up to `limit` messages that are due, and up to `limit` of those whose first attempt failed. A message is sent
    /// twice where the sender ends before it notes the result: each carries its id as its Idempotency-Key.
    pub async fn send_due(&self, config: &NotifyConfig, limit: u32) -> Result<SendResult, DatabaseError> {
        let new = self.send_new(config, limit).await?;
        let counts = SendCounts::default();
        let runner = self.retries(JobRunner::new("notifications", &self.capabilities, &self.queue), &counts);
        runner.run_some(limit, self.now().plus(LEASE)).await?;
        Ok(counts.get().and(new))
    }

    /// Makes the first attempt to send up to `limit` messages.
    pub async fn send_new(&self, config: &NotifyConfig, limit: u32) -> Result<SendResult, DatabaseError> {
        let mut result = SendResult::default();
        if !config.is_configured() {
            return Ok(result);
        }
        let now = self.now();
        // Where the sender ends, the message is due again once its lease has ended.
        let statement = "UPDATE notifications SET due_at = $1, attempts = attempts + 1
            WHERE due_at <= $2 AND id IN (SELECT id FROM notifications WHERE due_at <= $2 ORDER BY due_at LIMIT $3)
            RETURNING id, tenant_id, path, body";
        let values = [now.plus(LEASE).into(), now.into(), i64::from(limit).into()];
        for row in self.db.query(statement, &values).await? {
            let message = read(&row)?;
            let count = match self.send(config, &message).await {
                Ok(()) => {
                    self.update(&message.id, "sent", None, 0).await?;
                    &mut result.sent
                }
                Err(reason) => {
                    let due = self.now().plus(FIRST_ATTEMPT.wait(&*self.capabilities.random, 1));
                    let job = NewJob::new(MESSAGE, message.id.as_str(), due).for_tenant(message.tenant);
                    self.queue.ensure(vec![job]).await?;
                    self.update(&message.id, "queued", Some(&reason), 0).await?;
                    &mut result.failed
                }
            };
            *count = count.saturating_add(1);
        }
        Ok(result)
    }

    /// The message `id`, unless it was sent or removed.
    pub(crate) async fn find_unsent(&self, id: &str) -> Result<Option<Outgoing>, DatabaseError> {
        let statement = "SELECT id, tenant_id, path, body FROM notifications
            WHERE id = $1 AND status IN ('queued', 'dead')";
        self.db.query(statement, &[id.into()]).await?.first().map(read).transpose()
    }

    pub(crate) async fn send(&self, config: &NotifyConfig, message: &Outgoing) -> Result<(), String> {
        let request = Request::post(format!("{}{}", config.url, message.path))
            .header(CONTENT_TYPE, "application/json")
            .header("idempotency-key", &message.id)
            .header("x-api-key", &config.api_key)
            .body(Bytes::from(message.body.clone()));
        let request = request.map_err(|_| "notify_url or notify_api_key cannot be sent in a request".to_owned())?;
        let response = self.capabilities.http.send(UpstreamName::Notify, request, config.timeout).await;
        let response = response.map_err(|error| error.to_string())?;
        let status = response.status();
        if status.is_success() { Ok(()) } else { Err(format!("its status is {}", status.as_u16())) }
    }

    /// Notes what came of `attempts` more attempts to send a message: it is sent, dead, or a job will send it.
    pub(crate) async fn update(
        &self,
        id: &str,
        status: &str,
        reason: Option<&str>,
        attempts: i64,
    ) -> Result<(), DatabaseError> {
        let settled = (status != "queued").then(|| self.now());
        let statement = "UPDATE notifications SET status = $1, reason = $2, due_at = NULL, settled_at = $3,
            attempts = attempts + $4 WHERE id = $5";
        let values = [status.into(), reason.into(), settled.into(), attempts.into(), id.into()];
        self.db.query(statement, &values).await.map(drop)
    }
}

fn read(row: &Row) -> Result<Outgoing, DatabaseError> {
    let text = |index| Ok::<_, DatabaseError>(row.text(index)?.to_owned());
    Ok(Outgoing { id: text(0)?, tenant: text(1)?, path: text(2)?, body: text(3)? })
}
