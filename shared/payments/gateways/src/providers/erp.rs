//! The Bheem Core ERP: `{"event_type","organization_id","billing_data":{"amount","currency","description","invoice_id"},
//! "timestamp"}`. It numbers its organisations; ids that are strings are read as well.

use http::HeaderMap;

use crate::definition::{Definition, Encoding, Scheme};
use crate::json::Object;
use crate::reading::{GatewayEvent, Kind, Unreadable};

pub(crate) const DEFINITION: Definition = Definition {
    scheme: Scheme::Body { prefix: "sha256=", encoding: Encoding::Hex },
    signature_header: "x-webhook-signature",
    delivery_headers: &[],
    // A bare `id` may be that of the thing it is about, which many events share.
    id_fields: &["event_id"],
    read,
};

fn read(body: &Object<'_>, _: &HeaderMap) -> Result<GatewayEvent, Unreadable> {
    let event = body.text("event_type")?.ok_or(Unreadable::Missing("event_type"))?;
    let kind = match event.as_str() {
        "payment_received" => Kind::PaymentCaptured,
        "payment_failed" => Kind::PaymentFailed,
        "subscription_cancelled" => Kind::SubscriptionCancelled,
        "subscription_created" => Kind::SubscriptionCreated,
        "subscription_updated" => Kind::SubscriptionUpdated,
        "seat_assigned" => Kind::SeatAssigned,
        "seat_revoked" => Kind::SeatRevoked,
        "organization_updated" => Kind::OrganizationUpdated,
        _ => Kind::Unhandled,
    };
    let mut reading = GatewayEvent::of(kind, event);
    reading.tenant_id = kind.minds(body.text("organization_id"))?;
    reading.tenant_json = kind.minds(body.json("organization_id"))?;
    if kind == Kind::Unhandled {
        return Ok(reading);
    }
    reading.occurred_at = body.instant("timestamp")?;
    let Some(billing) = body.object("billing_data")? else { return Ok(reading) };
    let currency = kind.needs(billing.currency("currency"))?;
    reading.amount = kind.needs(billing.amount("amount", currency))?;
    reading.invoice_number = kind.needs(billing.text("invoice_id"))?;
    // An invoice is paid once, whatever it is called.
    reading.payment_id = kind.needs(billing.text("payment_id"))?.or_else(|| reading.invoice_number.clone());
    reading.subscription_id = kind.needs(billing.text("subscription_id"))?;
    reading.plan_id = kind.needs(billing.text("plan_id"))?;
    reading.plan_name = billing.prose("plan_name");
    reading.period_end = billing.period("period_end");
    reading.failure = billing.prose("description").filter(|_| kind == Kind::PaymentFailed);
    Ok(reading)
}
