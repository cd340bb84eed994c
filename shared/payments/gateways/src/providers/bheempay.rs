//! BheemPay, our own payment service:
//! `{"event","payload":{"metadata":{"tenant_id","billing_cycle"},"subscription_id",…},"created_at"}`. Amounts are decimal
//! numbers in the currency's main unit.

use http::HeaderMap;

use crate::definition::{Definition, Encoding, Scheme};
use crate::error::EventError;
use crate::event::{CardDispute, CardDisputeStatus, EventKind, GatewayEvent};
use crate::json::JsonObject;

/// What the names of events about card disputes begin with.
const DISPUTES: &str = "payment.dispute.";

pub(crate) const DEFINITION: Definition = Definition {
    scheme: Scheme::Body { prefix: "", encoding: Encoding::Hex },
    signature_header: "x-bheempay-signature",
    delivery_headers: &["x-bheempay-event-id"],
    // A bare `id` may be that of the thing it is about, which many events share.
    id_fields: &["event_id"],
    read,
};

fn read(body: &JsonObject<'_>, _: &HeaderMap) -> Result<GatewayEvent, EventError> {
    let event = body.text("event")?.ok_or(EventError::Missing("event"))?;
    let kind = kind(&event);
    let payload = kind.required_if_handled(body.object("payload"))?;
    let mut event = read_payload(event, payload.as_ref())?;
    event.occurred_at = kind.required_if_handled(body.instant("created_at"))?;
    Ok(event)
}

/// What an event in BheemPay's words says of a subscription.
pub(crate) fn read_payload(event: String, payload: Option<&JsonObject<'_>>) -> Result<GatewayEvent, EventError> {
    let kind = kind(&event);
    let mut event = GatewayEvent::of(kind, event);
    let Some(payload) = payload else { return Ok(event) };
    if let Some(metadata) = kind.required_if_handled(payload.object("metadata"))? {
        event.tenant_id = kind.required_if_handled(metadata.text("tenant_id"))?;
        event.tenant_json = kind.required_if_handled(metadata.json("tenant_id"))?;
        event.billing_cycle = kind.required_if_paid(metadata.text("billing_cycle"))?;
        event.seats = metadata.count("seats");
        // What cannot be read names nothing.
        event.checkout_id = metadata.text("checkout_id").unwrap_or_default();
        event.edge_subscription_id = metadata.text("edge_subscription_id").unwrap_or_default();
    }
    if kind == EventKind::Unhandled {
        return Ok(event);
    }
    match kind {
        EventKind::PaymentRefunded | EventKind::RefundFailed => {
            event.payment_id = payload.text("payment_id")?;
            event.refund_id = payload.text("refund_id")?;
            event.refund_reference = payload.text("reference")?;
            event.amount = payload.amount("amount", payload.currency("currency")?)?;
            event.failure = payload.prose("error_description").or_else(|| payload.prose("reason"));
            return Ok(event);
        }
        EventKind::PaymentDisputed => {
            event.payment_id = payload.text("payment_id")?;
            event.amount = payload.amount("amount", payload.currency("currency")?)?;
            let id = payload.text("dispute_id")?;
            event.card_dispute = Some(card_dispute(&event.name, id, payload)?);
            return Ok(event);
        }
        _ => {}
    }
    event.order_id = kind.required_if_paid(payload.text("order_id"))?;
    event.subscription_id = kind.required_if_paid(payload.text("subscription_id"))?;
    event.plan_id = kind.required_if_paid(payload.text("plan_id"))?;
    event.plan_name = payload.prose("plan_name");
    event.payment_id = kind.required_if_paid(payload.text("payment_id"))?;
    let currency = kind.required_if_paid(payload.currency("currency"))?;
    event.amount = kind.required_if_paid(payload.amount("amount", currency))?;
    event.invoice_number = kind.required_if_paid(payload.text("invoice_number"))?;
    event.period_start = payload.period("period_start");
    event.period_end = payload.period("period_end");
    event.failure = payload.prose("error_description").or_else(|| payload.prose("reason"));
    Ok(event)
}

/// The card dispute `id`, of which the event `name` tells.
pub(crate) fn card_dispute(
    name: &str,
    id: Option<String>,
    dispute: &JsonObject<'_>,
) -> Result<Box<CardDispute>, EventError> {
    let told = dispute.text("status")?.and_then(|status| CardDisputeStatus::parse(&status));
    let status = name.strip_prefix(DISPUTES).and_then(CardDisputeStatus::parse).or(told);
    Ok(Box::new(CardDispute {
        id: id.ok_or(EventError::Missing("dispute_id"))?,
        status: status.ok_or(EventError::Field("status"))?,
        reason: dispute.prose("reason_code").or_else(|| dispute.prose("reason")),
        due_by: dispute.period("respond_by"),
    }))
}

/// The words that BheemPay shares with Razorpay, on which it stands.
pub(crate) fn kind(event: &str) -> EventKind {
    match event {
        "payment.captured" => EventKind::PaymentCaptured,
        "subscription.charged" => EventKind::SubscriptionCharged,
        "subscription.cancelled" => EventKind::SubscriptionCancelled,
        "subscription.pending" => EventKind::SubscriptionPending,
        "subscription.halted" => EventKind::SubscriptionHalted,
        "subscription.paused" => EventKind::SubscriptionPaused,
        "subscription.activated" | "subscription.resumed" | "subscription.authenticated" => {
            EventKind::SubscriptionReactivated
        }
        "payment.failed" => EventKind::PaymentFailed,
        // Not `refund.created`: that one may fail.
        "refund.processed" => EventKind::PaymentRefunded,
        "refund.failed" => EventKind::RefundFailed,
        event if event.starts_with(DISPUTES) => EventKind::PaymentDisputed,
        _ => EventKind::Unhandled,
    }
}
