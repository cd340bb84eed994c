//! The Bheem Core ERP: `{"event_type","organization_id","billing_data":{"amount","currency","description","invoice_id"},
//! "timestamp"}`. It numbers its organisations; ids that are strings are read as well.

use http::HeaderMap;

use crate::definition::{Definition, Encoding, Scheme};
use crate::error::EventError;
use crate::event::{EventKind, GatewayEvent};
use crate::json::JsonObject;

pub(crate) const DEFINITION: Definition = Definition {
    scheme: Scheme::Body { prefix: "sha256=", encoding: Encoding::Hex },
    signature_header: "x-webhook-signature",
    delivery_headers: &[],
    // A bare `id` may be that of the thing it is about, which many events share.
    id_fields: &["event_id"],
    read,
};

fn read(body: &JsonObject<'_>, _: &HeaderMap) -> Result<GatewayEvent, EventError> {
    let event = body.text("event_type")?.ok_or(EventError::Missing("event_type"))?;
    let kind = match event.as_str() {
        "payment_received" => EventKind::PaymentCaptured,
        "payment_failed" => EventKind::PaymentFailed,
        "subscription_cancelled" => EventKind::SubscriptionCancelled,
        "subscription_created" => EventKind::SubscriptionCreated,
        "subscription_updated" => EventKind::SubscriptionUpdated,
        "seat_assigned" => EventKind::SeatAssigned,
        "seat_revoked" => EventKind::SeatRevoked,
        "organization_updated" => EventKind::OrganizationUpdated,
        _ => EventKind::Unhandled,
    };
    let mut event = GatewayEvent::of(kind, event);
    event.tenant_id = kind.required_if_handled(body.text("organization_id"))?;
    event.tenant_json = kind.required_if_handled(body.json("organization_id"))?;
    if kind == EventKind::Unhandled {
        return Ok(event);
    }
    event.occurred_at = body.instant("timestamp")?;
    let Some(billing) = body.object("billing_data")? else { return Ok(event) };
    let currency = kind.required_if_paid(billing.currency("currency"))?;
    event.amount = kind.required_if_paid(billing.amount("amount", currency))?;
    event.invoice_number = kind.required_if_paid(billing.text("invoice_id"))?;
    // An invoice is paid once, whatever it is called.
    event.payment_id = kind.required_if_paid(billing.text("payment_id"))?.or_else(|| event.invoice_number.clone());
    event.subscription_id = kind.required_if_paid(billing.text("subscription_id"))?;
    event.plan_id = kind.required_if_paid(billing.text("plan_id"))?;
    event.plan_name = billing.prose("plan_name");
    event.period_end = billing.period("period_end");
    event.failure = billing.prose("description").filter(|_| kind == EventKind::PaymentFailed);
    Ok(event)
}
