//! Events as admins see them: never a body, a signature or a secret.

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::event::{Event, Status};

/// A webhook event.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookEvent)]
pub(crate) struct Shown {
    id: String,
    /// Who sent it.
    provider: &'static str,
    /// What the sender calls the event: `payment.captured`.
    event: String,
    tenant_id: Option<String>,
    status: Status,
    /// Why it is not in effect; null: it is, or soon will be.
    reason: Option<String>,
    /// What the sender calls the delivery. Mostly not signed.
    gateway_event_id: Option<String>,
    received_at: String,
    occurred_at: String,
    /// When it came into effect, or was found to have none.
    settled_at: Option<String>,
    /// How often it could not be taken into effect.
    attempts: i64,
    /// When it is tried again.
    next_attempt_at: Option<String>,
    /// What the sender was told.
    #[schema(value_type = Object)]
    answer: Option<Box<RawValue>>,
    #[serde(skip)]
    pub(super) cursor: String,
}

impl From<Event> for Shown {
    fn from(event: Event) -> Self {
        Self {
            cursor: format!("{}.{}", event.received_at.as_millis(), event.id),
            id: event.id,
            provider: event.provider.as_str(),
            event: event.event,
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
