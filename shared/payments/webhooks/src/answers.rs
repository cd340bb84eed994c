//! What gateways are told. Two shapes: the ERP's own, and that of all others.

use edge_capabilities::Timestamp;
use edge_gateways::{EventKind, GatewayEvent, Provider};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::event::{Event, Verdict};

/// What is known of an event when it is answered.
pub(crate) enum Said<'a> {
    /// What came of it.
    Settled(&'a Verdict),
    /// It is stored and will be taken into effect: something that it takes cannot be had now.
    Accepted,
}

#[derive(Serialize)]
struct Answer<'a> {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct ErpAnswer<'a> {
    processed: bool,
    webhook_id: &'a str,
    organization_id: Option<Box<RawValue>>,
    event_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    processed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

/// The answer to `event`, which says `reading` where it can be read, as JSON.
pub(crate) fn answer(event: &Event, reading: Option<&GatewayEvent>, said: &Said<'_>, now: Timestamp) -> String {
    let written = if event.provider == Provider::Erp {
        let (processed, reason) = match said {
            Said::Settled(Verdict::Processed) => (true, None),
            // Heard of something later before: nothing is amiss.
            Said::Settled(Verdict::Ignored("superseded")) => (true, Some("superseded")),
            Said::Settled(verdict) => (false, verdict.reason()),
            Said::Accepted => (false, Some("accepted")),
        };
        let organization = reading.and_then(|reading| reading.tenant_json.clone());
        serde_json::to_string(&ErpAnswer {
            processed,
            webhook_id: &event.id,
            organization_id: organization.and_then(|json| RawValue::from_string(json).ok()),
            event_type: &event.event,
            processed_at: processed.then(|| now.to_rfc3339_millis()),
            reason,
        })
    } else {
        let action = reading.and_then(|reading| action(reading.kind));
        serde_json::to_string(&match said {
            Said::Settled(Verdict::Processed) => Answer { status: "success", action, reason: None },
            Said::Settled(Verdict::Ignored(reason)) => Answer { status: "ignored", action: None, reason: Some(reason) },
            Said::Settled(Verdict::Quarantined(reason)) => {
                Answer { status: "quarantined", action: None, reason: Some(reason) }
            }
            Said::Accepted => Answer { status: "accepted", action, reason: None },
        })
    };
    // Neither shape holds anything that cannot be written.
    written.unwrap_or_else(|_| "{}".to_owned())
}

/// An answer that was given before, marked as such.
pub(crate) fn again(answer: &str) -> String {
    match answer.trim_end().strip_suffix('}') {
        Some("{") | None => r#"{"duplicate":true}"#.to_owned(),
        Some(open) => format!(r#"{open},"duplicate":true}}"#),
    }
}

const fn action(kind: EventKind) -> Option<&'static str> {
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
        EventKind::SubscriptionCreated
        | EventKind::SubscriptionUpdated
        | EventKind::SeatAssigned
        | EventKind::SeatRevoked
        | EventKind::OrganizationUpdated => Some("seats_invalidated"),
        EventKind::Unhandled => None,
    }
}
