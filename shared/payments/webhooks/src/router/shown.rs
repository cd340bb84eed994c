//! Events as admins see them: never a body, a signature or a secret.

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::event::{Status, WebhookEvent};

/// A webhook event.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookEvent)]
pub(crate) struct Shown {
    id: String,
    /// The sender of the event.
    provider: &'static str,
    /// The sender's name for the event type, for example `payment.captured`.
    event: String,
    tenant_id: Option<String>,
    status: Status,
    /// The reason why the event is not in effect; null if it is in effect or soon will be.
    reason: Option<String>,
    /// The sender's id of the delivery. Most senders do not sign it.
    gateway_event_id: Option<String>,
    received_at: String,
    occurred_at: String,
    /// When the event took effect or was found to have no effect.
    settled_at: Option<String>,
    /// The number of failed attempts to apply the event.
    attempts: i64,
    /// When the next attempt is made.
    next_attempt_at: Option<String>,
    /// The response that the sender received.
    #[schema(value_type = Object)]
    answer: Option<Box<RawValue>>,
    #[serde(skip)]
    pub(super) cursor: String,
}

impl From<WebhookEvent> for Shown {
    fn from(event: WebhookEvent) -> Self {
        Self {
            cursor: format!("{}.{}", event.received_at.as_millis(), event.id),
            id: event.id,
            provider: event.provider.as_str(),
            event: event.name,
            tenant_id: event.tenant_id,
            status: event.status,
            reason: event.reason,
            gateway_event_id: event.gateway_id,
            received_at: event.received_at.to_rfc3339_millis(),
            occurred_at: event.occurred_at.to_rfc3339_millis(),
            settled_at: event.settled_at.map(|at| at.to_rfc3339_millis()),
            attempts: event.attempts,
            next_attempt_at: event.due_at.filter(|_| event.status.is_open()).map(|at| at.to_rfc3339_millis()),
            answer: event.answer.and_then(|json| RawValue::from_string(json).ok()),
        }
    }
}
