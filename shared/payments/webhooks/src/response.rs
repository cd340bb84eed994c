//! The answers to gateways. They have two formats: the ERP's, and that of all others.

use edge_capabilities::Timestamp;
use edge_gateways::{EventKind, GatewayEvent, Provider};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::action::is_shop;
use crate::event::{EventOutcome, WebhookEvent};

#[derive(Serialize)]
struct GatewayResponse<'a> {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct ErpResponse<'a> {
    processed: bool,
    webhook_id: &'a str,
    organization_id: Option<Box<RawValue>>,
    event_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    processed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

/// The answer to a webhook, as JSON. Without an outcome, the event is stored and takes effect later, when an upstream gives what
/// is needed.
pub(crate) fn response_body(
    stored: &WebhookEvent,
    event: Option<&GatewayEvent>,
    outcome: Option<&EventOutcome>,
    now: Timestamp,
) -> String {
    let written = if stored.provider == Provider::Erp {
        let (processed, reason) = match outcome {
            Some(EventOutcome::Processed) => (true, None),
            // A later event was there first: nothing is amiss.
            Some(EventOutcome::Ignored("superseded")) => (true, Some("superseded")),
            Some(outcome) => (false, outcome.reason()),
            None => (false, Some("accepted")),
        };
        let organization = event.and_then(|event| event.tenant_json.clone());
        serde_json::to_string(&ErpResponse {
            processed,
            webhook_id: &stored.id,
            organization_id: organization.and_then(|json| RawValue::from_string(json).ok()),
            event_type: &stored.name,
            processed_at: processed.then(|| now.to_rfc3339_millis()),
            reason,
        })
    } else {
        let action = if is_shop(stored.provider) {
            Some("order_updated")
        } else {
            event.and_then(|event| action_name(event.kind))
        };
        let (status, action) = match outcome {
            Some(EventOutcome::Processed) => ("success", action),
            Some(outcome) => (outcome.status().as_str(), None),
            None => ("accepted", action),
        };
        serde_json::to_string(&GatewayResponse { status, action, reason: outcome.and_then(EventOutcome::reason) })
    };
    // Neither format holds anything that cannot be written.
    written.unwrap_or_else(|_| "{}".to_owned())
}

/// An answer that was given before, marked as a duplicate's.
pub(crate) fn mark_duplicate(answer: &str) -> String {
    match answer.trim_end().strip_suffix('}') {
        Some("{") | None => r#"{"duplicate":true}"#.to_owned(),
        Some(open) => format!(r#"{open},"duplicate":true}}"#),
    }
}

const fn action_name(kind: EventKind) -> Option<&'static str> {
    match kind {
        EventKind::PaymentCaptured => Some("subscription_activated"),
        EventKind::SubscriptionCharged => Some("subscription_renewed"),
        EventKind::SubscriptionCancelled => Some("subscription_cancelled"),
        EventKind::SubscriptionPending | EventKind::SubscriptionOverdue => Some("payment_pending"),
        EventKind::SubscriptionHalted | EventKind::SubscriptionNeverStarted => Some("tenant_suspended"),
        EventKind::SubscriptionPaused => Some("tenant_paused"),
        EventKind::SubscriptionReactivated => Some("subscription_reactivated"),
        EventKind::PaymentFailed => Some("payment_failed"),
        EventKind::PaymentRefunded => Some("payment_refunded"),
        EventKind::RefundFailed => Some("refund_failed"),
        EventKind::PaymentDisputed => Some("payment_disputed"),
        EventKind::CheckoutCompleted => Some("checkout_completed"),
        EventKind::CheckoutExpired => Some("checkout_expired"),
        EventKind::InvoiceVoided => Some("invoice_voided"),
        EventKind::SubscriptionCreated
        | EventKind::SubscriptionUpdated
        | EventKind::SeatAssigned
        | EventKind::SeatRevoked
        | EventKind::OrganizationUpdated => Some("seats_invalidated"),
        EventKind::UserDeleted | EventKind::MembershipDeleted => Some("membership_removed"),
        EventKind::Unhandled => None,
    }
}
