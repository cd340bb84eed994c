//! Events that people are told of.

use edge_capabilities::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::channel::Channel;
use crate::event_types::EventType;
use crate::text::MessageText;

/// A person who is told of an event: by an id in the tenant, by addresses, or by both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// The id of a user of the tenant, whose preferences count, and who has a feed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The e-mail address. None: that of the user, where the tenant knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The phone number, `+` and digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The name. None: that of the user, where the tenant knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The language: `en-IN`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

impl Recipient {
    /// Somebody with this e-mail address.
    pub fn by_email(email: impl Into<String>) -> Self {
        Self { email: Some(email.into()), ..Self::default() }
    }

    /// A user of the tenant.
    pub fn by_user(user: impl Into<String>) -> Self {
        Self { user_id: Some(user.into()), ..Self::default() }
    }

    /// The recipient with this name.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// The recipient with this phone number, if there is one.
    #[must_use]
    pub fn with_phone(self, phone: Option<String>) -> Self {
        Self { phone, ..self }
    }
}

/// An event to tell people of: [`crate::Notifications::raise`].
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// Its id within the tenant. Raised again under the same id it changes nothing: derive it from what happened, such as
    /// `invoice.<id>.overdue_1day`.
    pub id: String,
    /// The tenant to whom the people belong.
    pub tenant_id: String,
    /// What happened.
    pub event_type: &'static EventType,
    /// Who is told, each once.
    pub recipients: Vec<Recipient>,
    /// The values of the template's variables. A required one that is missing, null or blank fails the message.
    pub data: Map<String, Value>,
    /// The only channel that it goes out over. None: those of its type.
    pub channel: Option<Channel>,
    /// When to send. None: now.
    pub send_at: Option<Timestamp>,
    /// After when it is not sent any more. None: a message is always still of use.
    pub expires_at: Option<Timestamp>,
    /// Values that only the sender may read, as the sender seals them.
    pub sealed: Option<String>,
}

impl NewEvent {
    /// The event `id` of `tenant`, to be told at once.
    pub fn new(event_type: &'static EventType, tenant: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            tenant_id: tenant.into(),
            event_type,
            recipients: Vec::new(),
            data: Map::new(),
            channel: None,
            send_at: None,
            expires_at: None,
            sealed: None,
        }
    }

    /// The event with one more recipient.
    #[must_use]
    pub fn to(mut self, recipient: Recipient) -> Self {
        self.recipients.push(recipient);
        self
    }

    /// The event with the values of `data`, a JSON object. Values that are null are left out.
    #[must_use]
    pub fn with(mut self, data: Value) -> Self {
        if let Value::Object(fields) = data {
            self.data.extend(fields.into_iter().filter(|(_, value)| !value.is_null()));
        }
        self
    }

    /// The event, over `channel` alone.
    #[must_use]
    pub fn over(mut self, channel: Channel) -> Self {
        self.channel = Some(channel);
        self
    }

    /// The event, told at `at`.
    #[must_use]
    pub fn at(mut self, at: Timestamp) -> Self {
        self.send_at = Some(at);
        self
    }

    /// The event, told of until `at` and not after.
    #[must_use]
    pub fn until(mut self, at: Timestamp) -> Self {
        self.expires_at = Some(at);
        self
    }

    /// The id of the message to `recipient` over `channel`, which is also the idempotency key at Notify.
    pub(crate) fn message_id(&self, recipient: &Recipient, channel: Channel) -> String {
        let [user, email, phone] =
            [&recipient.user_id, &recipient.email, &recipient.phone].map(|text| text.as_deref().unwrap_or_default());
        message_id(&[&self.tenant_id, &self.id, user, email, phone, channel.as_str()])
    }
}

/// The id of the message that `parts` name: the same for the same parts.
pub(crate) fn message_id(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    let hash: Vec<u8> = hash.finalize().iter().take(16).copied().collect();
    format!("msg_{}", hex::encode(hash))
}

/// What a message holds until it is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// To whom it goes.
    pub recipient: Recipient,
    /// The event's data.
    #[serde(default)]
    pub data: Map<String, Value>,
    /// What it says, where that was ready before it was queued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<MessageText>,
}
