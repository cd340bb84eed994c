//! Takes in what Notify reports of people: once for each event, whatever dies in between.

use std::sync::Arc;

use async_trait::async_trait;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::{DatabaseError, Db};
use edge_notifications::{Channel, Message};

use super::model::{Activity, ActivityKind};
use super::store::Activities;
use crate::contact::{Contact, Contacts};
use crate::suppression::{SuppressionReason, Suppressions, normalized};
use crate::unsubscribe::Wish;

/// The longest reply or URL that is kept, characters.
const MAX_DETAIL: usize = 1_000;

/// What Notify reports that a person did.
#[derive(Clone, Debug)]
pub struct Feedback {
    /// The id of the event: reported again under it, nothing more happens.
    pub id: String,
    /// What the person did.
    pub kind: ActivityKind,
    /// The message that it is about, where there is one.
    pub message: Option<Message>,
    /// Over which channel. None: that of the message.
    pub channel: Option<Channel>,
    /// The person's address. None: to whom the message went.
    pub address: Option<String>,
    /// A reply's text, a click's URL.
    pub detail: Option<String>,
    /// Whether a message that came back may be delivered another time, as where a mailbox is full.
    pub is_transient: bool,
    /// When it happened.
    pub occurred_at: Timestamp,
}

/// Is told what people did, before it is noted: an instance that dies in between is told again.
#[async_trait]
pub trait ActivityListener: Send + Sync {
    /// Somebody did this. May be called twice.
    async fn happened(&self, activity: &Activity) -> Result<(), DatabaseError>;
}

/// Takes in what people did.
#[derive(Clone)]
pub struct FeedbackReceiver {
    capabilities: Capabilities,
    activities: Activities,
    contacts: Contacts,
    suppressions: Suppressions,
    listener: Option<Arc<dyn ActivityListener>>,
}

/// Somebody of a tenant who did something.
struct Author {
    tenant: String,
    contact: Option<Contact>,
}

impl FeedbackReceiver {
    /// A receiver for the contacts in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            capabilities: capabilities.clone(),
            activities: Activities::new(db.clone()),
            contacts: Contacts::new(db.clone()),
            suppressions: Suppressions::new(capabilities, db),
            listener: None,
        }
    }

    /// The receiver, which tells `listener` what people did.
    #[must_use]
    pub fn with_listener(self, listener: Option<Arc<dyn ActivityListener>>) -> Self {
        Self { listener, ..self }
    }

    /// Notes what a person did and has it take effect: who unsubscribes, complains, or cannot be reached is not written to
    /// any more over that channel. Gives whether it is known whose doing it is.
    pub async fn receive(&self, feedback: &Feedback) -> Result<bool, DatabaseError> {
        if self.activities.is_noted(&feedback.id).await? {
            return Ok(true);
        }
        let message = feedback.message.as_ref();
        let Some(channel) = feedback.channel.or_else(|| message.map(Message::channel)) else { return Ok(false) };
        let recipient = message.map(|message| message.content().recipient).unwrap_or_default();
        let of_message = if channel == Channel::Email { recipient.email } else { recipient.phone };
        let address = feedback.address.clone().or(of_message);
        let Some(address) = address.and_then(|address| normalized(channel, &address)) else { return Ok(false) };
        let authors = self.authors(message, channel, &address).await?;
        let wish = match (feedback.kind, &feedback.detail) {
            (ActivityKind::Reply, Some(text)) => Wish::read(text),
            _ => None,
        };
        // A reply that names no message, from somebody whom several tenants write to: its text may be for any of them. That
        // nothing more is wanted is for all.
        if authors.len() > 1 && wish != Some(Wish::Stop) {
            return Ok(false);
        }
        let now = self.capabilities.clock.now();
        for author in &authors {
            self.apply(&author.tenant, feedback, wish, channel, &address, now).await?;
        }
        // At last: an event that is noted has taken effect.
        for author in &authors {
            let contact = author.contact.as_ref().map(|contact| contact.id.clone());
            let is_of_one = authors.len() == 1;
            let detail = feedback.detail.as_ref().filter(|_| contact.is_some() && is_of_one);
            let activity = Activity {
                id: feedback.id.clone(),
                tenant: author.tenant.clone(),
                contact,
                kind: feedback.kind,
                channel,
                message: message.map(|message| message.id.clone()),
                detail: detail.map(|text| text.chars().filter(|char| *char != '\0').take(MAX_DETAIL).collect()),
                occurred_at: feedback.occurred_at,
                received_at: now,
            };
            if let Some(listener) = &self.listener {
                listener.happened(&activity).await?;
            }
            self.activities.note(&activity).await?;
        }
        Ok(!authors.is_empty())
    }

    /// Who did it: the one whom the message went to, else whoever has the address.
    async fn authors(
        &self,
        message: Option<&Message>,
        channel: Channel,
        address: &str,
    ) -> Result<Vec<Author>, DatabaseError> {
        let Some(message) = message else {
            let contacts = self.contacts.with_address(channel, address).await?;
            let author = |contact: Contact| Author { tenant: contact.tenant.clone(), contact: Some(contact) };
            return Ok(contacts.into_iter().map(author).collect());
        };
        let tenant = message.tenant_id.clone();
        // What campaigns send is for the contact as a user; its address may be another one by now.
        let named = match &message.user_id {
            Some(user) => self.contacts.get(&tenant, user).await?,
            None => None,
        };
        let contact = match (named, channel) {
            (Some(contact), _) => Some(contact),
            (None, Channel::Email) => self.contacts.by_email(&tenant, address).await?,
            (None, Channel::Sms | Channel::WhatsApp) => self.contacts.by_phone(&tenant, address).await?,
            (None, Channel::Push | Channel::InApp) => None,
        };
        Ok(vec![Author { tenant, contact }])
    }

    /// Suppresses the address, or ends that.
    async fn apply(
        &self,
        tenant: &str,
        feedback: &Feedback,
        wish: Option<Wish>,
        channel: Channel,
        address: &str,
        now: Timestamp,
    ) -> Result<(), DatabaseError> {
        let reason = match (feedback.kind, wish) {
            (ActivityKind::Reply, Some(Wish::Stop)) => SuppressionReason::Replied,
            (ActivityKind::Reply, Some(Wish::Start)) => {
                let own = [SuppressionReason::Replied, SuppressionReason::Unsubscribed];
                let found = self.suppressions.find(tenant, channel, address).await?;
                if let Some(suppression) = found.filter(|known| own.contains(&known.reason)) {
                    self.suppressions.remove(tenant, &suppression.id).await?;
                }
                return Ok(());
            }
            (ActivityKind::Bounce, _) if !feedback.is_transient => SuppressionReason::Bounced,
            (ActivityKind::Complaint, _) => SuppressionReason::Complained,
            (ActivityKind::Unsubscribe, _) => SuppressionReason::Unsubscribed,
            (ActivityKind::Reply | ActivityKind::Click | ActivityKind::Bounce, _) => return Ok(()),
        };
        self.suppressions.add(tenant, channel, address, reason, now).await.map(drop)
    }
}
