//! Sends messages. Whether a message is sent, when, and what it says is decided here, right before it is sent.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use edge_capabilities::config::ConfigError;
use edge_capabilities::http::UpstreamName;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::{DatabaseError, Db};
use edge_jobs::{JobQueue, JobRunner, NewJob};
use futures::StreamExt as _;
use http::Request;
use http::header::CONTENT_TYPE;
use serde_json::Value;

use crate::channel::Channel;
use crate::clean::is_address;
use crate::config::NotifyConfig;
use crate::directory::{Directory, Opened, Unseal};
use crate::event::{Content, Recipient};
use crate::event_types::{EventType, WORKSPACE_DIGEST};
use crate::mapping::Mappings;
use crate::once::OUTCOME_UNKNOWN;
use crate::outbox::{Message, Notifications};
use crate::preferences::{PreferenceStore, Wish};
use crate::request::{Reply, request};
use crate::retry::{FIRST_ATTEMPT, MESSAGE, MessageHandler, NewMessages, SEALED, SEND, SEND_EVERY, SendCounts};
use crate::state::MessageState;
use crate::suppression::SuppressionList;
use crate::template::render;

/// How long one worker may take to send a message before another sends it.
const LEASE: Duration = Duration::from_secs(60);

/// Messages that are sent at once.
const CONCURRENCY: usize = 16;

/// Attempts that Notify answered, after which a message is given up.
pub(crate) const MAX_ATTEMPTS: i64 = 5;

/// What came of sending messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SendResult {
    /// Messages that Notify took.
    pub sent: u32,
    /// Messages that are sent again later.
    pub failed: u32,
    /// Messages that were given up.
    pub dead: u32,
    /// Messages that were put off, or are not to be sent.
    pub unsent: u32,
}

impl SendResult {
    /// This together with `other`.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            sent: self.sent.saturating_add(other.sent),
            failed: self.failed.saturating_add(other.failed),
            dead: self.dead.saturating_add(other.dead),
            unsent: self.unsent.saturating_add(other.unsent),
        }
    }

    /// The number of messages.
    pub(crate) const fn all(self) -> u32 {
        self.sent.saturating_add(self.failed).saturating_add(self.dead).saturating_add(self.unsent)
    }
}

/// What came of a message.
pub(crate) enum Outcome {
    /// Notify took it, or it is in the person's feed.
    Sent,
    /// It is in a state from which only a replay or a report leads, or it is to be sent later; this is noted.
    Unsent,
    /// It is tried again later; this is noted.
    PutOff,
    /// It is to be tried again, for this reason.
    Retry(String),
}

/// Sends messages. The first attempt is made straight from the table; one that fails is a job from then on.
#[derive(Clone)]
pub struct Notifier {
    pub(crate) capabilities: Capabilities,
    pub(crate) db: Db,
    pub(crate) directory: Arc<dyn Directory>,
    mappings: Mappings,
    pub(crate) preferences: PreferenceStore,
    queue: JobQueue,
    /// Without any, messages with a sealed part are another's to send.
    unseal: Vec<Arc<dyn Unseal>>,
    pub(crate) suppression: Option<Arc<dyn SuppressionList>>,
}

impl Notifier {
    /// A sender of the messages in `notifications`.
    pub fn new(capabilities: &Capabilities, notifications: &Notifications, directory: Arc<dyn Directory>) -> Self {
        let db = notifications.0.clone();
        Self {
            capabilities: capabilities.clone(),
            directory,
            mappings: Mappings::new(db.clone()),
            preferences: PreferenceStore::new(db.clone()),
            queue: JobQueue::new(capabilities, &db),
            unseal: Vec::new(),
            suppression: None,
            db,
        }
    }

    /// The sender, also of messages with a sealed part, which `unseal` opens if none before it does. Of the senders that
    /// open any, each opens all that there are.
    #[must_use]
    pub fn with_unseal(mut self, unseal: Arc<dyn Unseal>) -> Self {
        self.unseal.push(unseal);
        self
    }

    /// The sender, which asks `list` whether an address may be written to.
    #[must_use]
    pub fn with_suppression(self, list: Arc<dyn SuppressionList>) -> Self {
        Self { suppression: Some(list), ..self }
    }

    /// Whether it sends messages with a sealed part.
    pub(crate) fn opens_sealed(&self) -> bool {
        !self.unseal.is_empty()
    }

    /// What `sealed` of a message of `tenant` is.
    async fn open(&self, tenant: &str, sealed: &str) -> Result<Opened, DatabaseError> {
        for unseal in &self.unseal {
            match unseal.open(tenant, sealed).await? {
                Opened::Other => {}
                opened => return Ok(opened),
            }
        }
        Ok(Opened::Other)
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
        let handler = |kind| MessageHandler { kind, notifier: self.clone(), counts: counts.clone() };
        let runner = runner.handle(MESSAGE, handler(MESSAGE));
        if self.unseal.is_empty() { runner } else { runner.handle(SEALED, handler(SEALED)) }
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
        let messages = self.claim(limit, self.now().plus(LEASE)).await?;
        let attempts = futures::stream::iter(messages).map(|message| async move {
            let kind = if message.sealed.is_some() { SEALED } else { MESSAGE };
            match self.process(config, &message).await? {
                Outcome::Sent => Ok(SendResult { sent: 1, ..SendResult::default() }),
                Outcome::Unsent => Ok(SendResult { unsent: 1, ..SendResult::default() }),
                Outcome::PutOff => Ok(SendResult { failed: 1, ..SendResult::default() }),
                Outcome::Retry(reason) if message.attempts >= MAX_ATTEMPTS && message.sealed.is_none() => {
                    self.give_up(&message, &reason).await?;
                    Ok(SendResult { dead: 1, ..SendResult::default() })
                }
                Outcome::Retry(reason) => {
                    let wait = if message.sealed.is_some() { SEALED } else { FIRST_ATTEMPT };
                    let due = self.now().plus(wait.wait(&*self.capabilities.random, 1));
                    let job = NewJob::new(kind, message.id.as_str(), due).for_tenant(message.tenant_id);
                    self.queue.reschedule(vec![job]).await?;
                    self.note_failure(&message.id, &reason, 0).await?;
                    Ok(SendResult { failed: 1, ..SendResult::default() })
                }
            }
        });
        let results: Vec<Result<SendResult, DatabaseError>> = attempts.buffer_unordered(CONCURRENCY).collect().await;
        results.into_iter().try_fold(SendResult::default(), |all, one| Ok(all.and(one?)))
    }

    /// Notes that every attempt to send a message failed, and so of what is in it, where it is a digest.
    pub(crate) async fn give_up(&self, message: &Message, reason: &str) -> Result<(), DatabaseError> {
        self.settle_in(&message.id, MessageState::Dead, reason, 0).await?;
        self.settle_gathered(message, MessageState::Dead, reason).await
    }

    /// The message `id`, unless it was sent or removed.
    pub(crate) async fn find_unsent(&self, id: &str) -> Result<Option<Message>, DatabaseError> {
        let unsent = ["queued", "dead"];
        self.db.find(edge_database::Conditions::of("id", id).and_in("status", unsent)).await
    }

    /// Decides what is to become of a message that the caller has, has it so, and notes it, but for an attempt that failed.
    pub(crate) async fn process(&self, config: &NotifyConfig, message: &Message) -> Result<Outcome, DatabaseError> {
        let now = self.now();
        if message.expires_at.is_some_and(|end| end <= now) {
            return self.settle(message, MessageState::Suppressed, "EXPIRED").await;
        }
        if message.event_type.is_none() {
            if !config.is_configured() {
                return self.settle(message, MessageState::Suppressed, "NOT_CONFIGURED").await;
            }
            return self.send(config, message, &message.path, message.body.clone(), None).await;
        }
        let Some(event_type) = message.event_type() else {
            return self.settle(message, MessageState::Failed, "UNKNOWN_EVENT_TYPE").await;
        };
        if *event_type == WORKSPACE_DIGEST {
            return self.send_digest(config, message).await;
        }
        let channel = message.channel();
        match self.wish(event_type, message, now).await? {
            Wish::Suppress => return self.settle(message, MessageState::Suppressed, "PREFERENCES").await,
            Wish::Later(at) => return self.postpone(message, at).await,
            Wish::Gather(at) if self.gather(message, at).await? => return Ok(Outcome::Unsent),
            Wish::Gather(_) | Wish::Send => {}
        }
        if channel == Channel::InApp {
            return self.put_in_feed(message).await;
        }
        if event_type.has_own_text {
            return self.send_text(config, message, channel).await;
        }
        let mapping = self.mappings.find(&message.tenant_id, event_type.name, channel).await?;
        if mapping.as_ref().is_some_and(|mapping| !mapping.is_enabled) {
            return self.settle(message, MessageState::Suppressed, "DISABLED").await;
        }
        let mut content = message.content();
        let Some(to) = self.address(message, channel, &mut content).await? else {
            return self.settle(message, MessageState::Suppressed, "NO_ADDRESS").await;
        };
        if let Some(sealed) = &message.sealed {
            match self.open(&message.tenant_id, sealed).await? {
                Opened::Other => return self.settle(message, MessageState::Failed, "UNREADABLE").await,
                Opened::Unwanted => return self.settle(message, MessageState::Suppressed, "CANCELLED").await,
                Opened::Later(at) => return self.postpone(message, at).await,
                Opened::Values(values) => content.data.extend(values),
            }
        }
        if !is_address(&to) {
            return self.settle(message, MessageState::Failed, "INVALID_ADDRESS").await;
        }
        let rendered = match render(event_type, channel, mapping.as_ref(), &content) {
            Ok(rendered) => rendered,
            Err(error) => return self.settle(message, MessageState::Failed, &error.to_string()).await,
        };
        if self.is_suppressed(event_type, message, &to).await? {
            return self.settle(message, MessageState::Suppressed, "SUPPRESSED").await;
        }
        if !config.is_configured() {
            return self.settle(message, MessageState::Suppressed, "NOT_CONFIGURED").await;
        }
        let (path, body) = request(channel, &to, &rendered);
        // A text that was made from a sealed part is not kept.
        let template = message.sealed.is_none().then_some(rendered.template.as_str());
        self.send(config, message, path, body.to_string(), template).await
    }

    /// Sends a message that brings its text with it.
    async fn send_text(
        &self,
        config: &NotifyConfig,
        message: &Message,
        channel: Channel,
    ) -> Result<Outcome, DatabaseError> {
        let Content { recipient, text, .. } = message.content();
        let Some(text) = text else {
            return self.settle(message, MessageState::Failed, "MISSING_VARIABLE: text").await;
        };
        if let Some(hours) = &text.quiet_hours {
            let tenant = match text.timezone {
                Some(_) => None,
                None => self.directory.timezone(&message.tenant_id).await?,
            };
            if let Some(end) = hours.end_in(self.now(), [text.timezone.as_deref(), tenant.as_deref()]) {
                return self.postpone(message, end).await;
            }
        }
        let to = if channel == Channel::Email { recipient.email } else { recipient.phone };
        let Some(((path, body), to)) = to.and_then(|to| Some((text.request(channel, &to)?, to))) else {
            return self.settle(message, MessageState::Suppressed, "NO_ADDRESS").await;
        };
        if let Some(sealed) = &message.sealed {
            match self.open(&message.tenant_id, sealed).await? {
                Opened::Other => return self.settle(message, MessageState::Failed, "UNREADABLE").await,
                Opened::Unwanted => return self.settle(message, MessageState::Suppressed, "CANCELLED").await,
                Opened::Later(at) => return self.postpone(message, at).await,
                Opened::Values(_) => {}
            }
        }
        let is_suppressed = match message.event_type() {
            Some(event_type) => self.is_suppressed(event_type, message, &to).await?,
            None => false,
        };
        if is_suppressed {
            return self.settle(message, MessageState::Suppressed, "SUPPRESSED").await;
        }
        if !config.is_configured() {
            return self.settle(message, MessageState::Suppressed, "NOT_CONFIGURED").await;
        }
        self.send(config, message, path, body.to_string(), Some(text.title())).await
    }

    /// What the person wants of the message.
    pub(crate) async fn wish(
        &self,
        event_type: &EventType,
        message: &Message,
        now: Timestamp,
    ) -> Result<Wish, DatabaseError> {
        let Some(user) = message.user_id.as_deref().filter(|_| !event_type.is_critical) else { return Ok(Wish::Send) };
        let preferences = self.preferences.of(&message.tenant_id, user).await?;
        if preferences == crate::Preferences::default() {
            return Ok(Wish::Send);
        }
        let zone = match preferences.timezone {
            Some(_) => None,
            None => self.directory.timezone(&message.tenant_id).await?,
        };
        Ok(preferences.wish(event_type, message.channel(), zone.as_deref(), now))
    }

    /// Where the recipient is reached over `channel`. What the tenant knows of a user is added to `content`.
    pub(crate) async fn address(
        &self,
        message: &Message,
        channel: Channel,
        content: &mut Content,
    ) -> Result<Option<String>, DatabaseError> {
        let recipient = &mut content.recipient;
        if let Some(user) = &message.user_id
            && (recipient.name.is_none() || (recipient.email.is_none() && channel == Channel::Email))
        {
            let known = self.directory.contact(&message.tenant_id, user).await?;
            recipient.name = recipient.name.take().or(known.name);
            recipient.email = recipient.email.take().or(known.email);
        }
        let Recipient { user_id, email, phone, .. } = recipient;
        Ok(match channel {
            Channel::Email | Channel::InApp => email.clone(),
            Channel::Sms | Channel::WhatsApp => phone.clone(),
            Channel::Push => user_id.clone(),
        })
    }

    /// Sends a message, unless it was cancelled meanwhile, and notes that Notify took or refused it.
    pub(crate) async fn send(
        &self,
        config: &NotifyConfig,
        message: &Message,
        path: &str,
        body: String,
        template: Option<&str>,
    ) -> Result<Outcome, DatabaseError> {
        let is_sent_once = message.event_type().is_some_and(EventType::is_sent_once);
        if is_sent_once && !self.begin(&message.id).await? || self.find_unsent(&message.id).await?.is_none() {
            return Ok(Outcome::Unsent);
        }
        let key = match message.replays {
            0 => message.id.clone(),
            replays => format!("{}.r{replays}", message.id),
        };
        let request = Request::post(format!("{}{path}", config.url))
            .header(CONTENT_TYPE, "application/json")
            .header("idempotency-key", key)
            .header("x-api-key", &config.api_key)
            .body(Bytes::from(body));
        let Ok(request) = request else {
            return Ok(Outcome::Retry("notify_url or notify_api_key cannot be sent in a request".to_owned()));
        };
        let response = self.capabilities.http.send(UpstreamName::Notify, request, config.timeout).await;
        let is_answered = response.is_ok();
        match Reply::read(response) {
            Reply::Taken(provider_id) => {
                let statement = "UPDATE notifications SET status = 'sent', reason = NULL, due_at = NULL, sealed = NULL,
                    settled_at = $2, sent_at = $2, status_at = $2, path = $3, template = $4, provider_id = $5
                    WHERE id = $1 AND status IN ('queued', 'dead')";
                let values = [
                    message.id.as_str().into(),
                    self.now().into(),
                    path.into(),
                    Value::from(template).as_str().into(),
                    provider_id.into(),
                ];
                self.db.query(statement, &values).await?;
                Ok(Outcome::Sent)
            }
            Reply::Refused(reason) => {
                self.settle_in(&message.id, MessageState::Failed, &reason, 0).await?;
                Ok(Outcome::Unsent)
            }
            Reply::NotTaken(reason) if is_sent_once => self.put_off(message, &reason).await,
            Reply::Unknown(reason) if is_sent_once => {
                self.settle_in(&message.id, MessageState::Failed, &format!("{OUTCOME_UNKNOWN}: {reason}"), 0).await?;
                Ok(Outcome::Unsent)
            }
            // What is critical is of use for minutes: its retries follow each other faster.
            Reply::NotTaken(reason) | Reply::Unknown(reason)
                if !is_answered && (message.sealed.is_none() || message.is_limited()) =>
            {
                self.wait_out(message, &reason).await
            }
            Reply::NotTaken(reason) | Reply::Unknown(reason) => Ok(Outcome::Retry(reason)),
        }
    }

    /// Notes that a message that was not sent is in `state` for good.
    pub(crate) async fn settle(
        &self,
        message: &Message,
        state: MessageState,
        reason: &str,
    ) -> Result<Outcome, DatabaseError> {
        self.settle_in(&message.id, state, reason, 1).await?;
        Ok(Outcome::Unsent)
    }

    /// Notes that a message is in `state` for good, and that `unmade` of its attempts were not made.
    pub(crate) async fn settle_in(
        &self,
        id: &str,
        state: MessageState,
        reason: &str,
        unmade: i64,
    ) -> Result<(), DatabaseError> {
        let statement =
            "UPDATE notifications SET status = $2, reason = $3, due_at = NULL, sealed = NULL, settled_at = $4,
            status_at = $4, attempts = CASE WHEN attempts > $5 THEN attempts - $5 ELSE 0 END
            WHERE id = $1 AND status IN ('queued', 'dead')";
        let values = [id.into(), state.as_str().into(), reason.into(), self.now().into(), unmade.into()];
        self.db.query(statement, &values).await.map(drop)
    }

    /// Has a message be sent at `at`.
    async fn postpone(&self, message: &Message, at: Timestamp) -> Result<Outcome, DatabaseError> {
        let statement =
            "UPDATE notifications SET due_at = $2, attempts = CASE WHEN attempts > 0 THEN attempts - 1 ELSE 0 END
            WHERE id = $1 AND status = 'queued'";
        self.db.query(statement, &[message.id.as_str().into(), at.into()]).await?;
        Ok(Outcome::Unsent)
    }

    /// Has a message that a job was to send be sent from the table at `until`. The attempts that were made stay counted.
    pub(crate) async fn hold(&self, message: &Message, until: Timestamp) -> Result<(), DatabaseError> {
        let statement = "UPDATE notifications SET due_at = $2 WHERE id = $1 AND status IN ('queued', 'dead')";
        self.db.query(statement, &[message.id.as_str().into(), until.into()]).await.map(drop)
    }

    /// Notes why an attempt failed, and `attempts` more of them; a job makes the next.
    pub(crate) async fn note_failure(&self, id: &str, reason: &str, attempts: i64) -> Result<(), DatabaseError> {
        let statement = "UPDATE notifications SET reason = $2, due_at = NULL, attempts = attempts + $3
            WHERE id = $1 AND status IN ('queued', 'dead')";
        self.db.query(statement, &[id.into(), reason.into(), attempts.into()]).await.map(drop)
    }
}
