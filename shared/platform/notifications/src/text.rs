//! Messages whose text is ready before they are queued, such as the steps of a campaign.

use edge_capabilities::Timestamp;
use edge_database::{DatabaseError, Value};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::channel::Channel;
use crate::clean::single_line;
use crate::event::{Content, Recipient, message_id};
use crate::event_types::EventType;
use crate::outbox::Notifications;
use crate::preferences::QuietHours;
use crate::state::MessageState;

/// What a message says, and when it may not be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageText {
    /// The subject of an e-mail, one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The text; of an e-mail HTML.
    pub body: String,
    /// The part of the day in which it is not sent, whatever its user prefers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet_hours: Option<QuietHours>,
    /// The time zone of `quiet_hours`. None: the tenant's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// The link by which the recipient of an e-mail unsubscribes with one click: mail programs show a button of their own
    /// for it (RFC 8058).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsubscribe_url: Option<String>,
}

impl MessageText {
    /// The path and the body that send it to `to`; None: there is no way to send a text over `channel`.
    pub(crate) fn request(&self, channel: Channel, to: &str) -> Option<(&'static str, serde_json::Value)> {
        let Self { subject, body, unsubscribe_url, .. } = self;
        let subject = subject.as_deref().map(single_line);
        match channel {
            Channel::Email => {
                let mut email = json!({"to": to, "subject": subject, "body": body, "is_html": true});
                if let (Some(url), Some(fields)) = (unsubscribe_url, email.as_object_mut()) {
                    let headers = json!({
                        "List-Unsubscribe": format!("<{url}>"), "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                    });
                    fields.insert("headers".to_owned(), headers);
                }
                Some(("/api/v1/email/send", email))
            }
            Channel::Sms => Some(("/api/v1/bheem-tele/sms/send", json!({"to": to, "message": body}))),
            Channel::WhatsApp => Some(("/api/v1/whatsapp/send/text", json!({"to": to, "message": body}))),
            Channel::Push | Channel::InApp => None,
        }
    }

    /// What of it stands in the place of a template's name.
    pub(crate) fn title(&self) -> &str {
        self.subject.as_deref().unwrap_or(&self.body)
    }
}

/// A message with its text: [`Notifications::queue`].
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// Its id, from [`NewMessage::id_of`]. Queued again under the same id it changes nothing.
    pub id: String,
    /// The tenant to whom the person belongs.
    pub tenant_id: String,
    /// What it is about, such as `campaign.<id>.<step>`.
    pub event_id: String,
    /// What it is, whose category the person's preferences count for.
    pub event_type: &'static EventType,
    /// E-mail, text message or WhatsApp.
    pub channel: Channel,
    /// To whom it goes. The preferences of its `user_id` count; nobody's address is looked up.
    pub recipient: Recipient,
    /// What it says.
    pub text: MessageText,
    /// After when it is not sent any more.
    pub expires_at: Timestamp,
    /// What its [`crate::Unseal`] is asked about right before it is sent.
    pub sealed: Option<String>,
}

impl NewMessage {
    /// The id of the message that `parts` name: the same for the same parts.
    pub fn id_of(parts: &[&str]) -> String {
        message_id(parts)
    }
}

impl Notifications {
    /// Queues `messages`. Those that are there stay as they are.
    pub async fn queue(&self, messages: &[NewMessage], now: Timestamp) -> Result<(), DatabaseError> {
        let head =
            "INSERT INTO notifications (id, tenant_id, event_id, event_type, channel, user_id, path, body, sealed,
            status, due_at, created_at, expires_at, attempts)";
        let row = |message: &NewMessage| -> Result<Vec<Value>, DatabaseError> {
            let content = Content {
                recipient: message.recipient.clone(),
                text: Some(message.text.clone()),
                ..Content::default()
            };
            let body = serde_json::to_string(&content).map_err(|error| DatabaseError::Refused(error.to_string()))?;
            Ok(vec![
                message.id.as_str().into(),
                message.tenant_id.as_str().into(),
                message.event_id.as_str().into(),
                message.event_type.name.into(),
                message.channel.as_str().into(),
                message.recipient.user_id.clone().into(),
                "".into(),
                body.into(),
                message.sealed.clone().into(),
                MessageState::Queued.as_str().into(),
                now.into(),
                now.into(),
                message.expires_at.into(),
                Value::Integer(0),
            ])
        };
        let rows = messages.iter().map(row).collect::<Result<Vec<_>, _>>()?;
        self.0.insert_rows(head, rows, "ON CONFLICT (id) DO NOTHING").await.map(drop)
    }
}
