//! BheemPay, our own payment service:
//! `{"event","payload":{"metadata":{"tenant_id","billing_cycle"},"subscription_id",…},"created_at"}`. Amounts are decimal
//! numbers in the currency's main unit.

use http::HeaderMap;

use crate::definition::{Definition, Encoding, Scheme};
use crate::json::Object;
use crate::reading::{GatewayEvent, Kind, Unreadable};

pub(crate) const DEFINITION: Definition = Definition {
    scheme: Scheme::Body { prefix: "", encoding: Encoding::Hex },
    signature_header: "x-bheempay-signature",
    delivery_headers: &["x-bheempay-event-id"],
    // A bare `id` may be that of the thing it is about, which many events share.
    id_fields: &["event_id"],
    read,
};

fn read(body: &Object<'_>, _: &HeaderMap) -> Result<GatewayEvent, Unreadable> {
    let event = body.text("event")?.ok_or(Unreadable::Missing("event"))?;
    let kind = kind(&event);
    let payload = kind.minds(body.object("payload"))?;
    let mut reading = read_payload(event, payload.as_ref())?;
    reading.occurred_at = kind.minds(body.instant("created_at"))?;
    Ok(reading)
}

/// What an event in BheemPay's words says of a subscription.
pub(crate) fn read_payload(event: String, payload: Option<&Object<'_>>) -> Result<GatewayEvent, Unreadable> {
    let kind = kind(&event);
    let mut reading = GatewayEvent::of(kind, event);
    let Some(payload) = payload else { return Ok(reading) };
    if let Some(metadata) = kind.minds(payload.object("metadata"))? {
        reading.tenant_id = kind.minds(metadata.text("tenant_id"))?;
        reading.tenant_json = kind.minds(metadata.json("tenant_id"))?;
        reading.billing_cycle = kind.needs(metadata.text("billing_cycle"))?;
        reading.seats = metadata.count("seats");
    }
    if kind == Kind::Unhandled {
        return Ok(reading);
    }
    if kind == Kind::PaymentRefunded {
        reading.payment_id = payload.text("payment_id")?;
        reading.refund_id = payload.text("refund_id")?;
        reading.amount = payload.amount("amount", payload.currency("currency")?)?;
        return Ok(reading);
    }
    reading.subscription_id = kind.needs(payload.text("subscription_id"))?;
    reading.plan_id = kind.needs(payload.text("plan_id"))?;
    reading.plan_name = payload.prose("plan_name");
    reading.payment_id = kind.needs(payload.text("payment_id"))?;
    let currency = kind.needs(payload.currency("currency"))?;
    reading.amount = kind.needs(payload.amount("amount", currency))?;
    reading.invoice_number = kind.needs(payload.text("invoice_number"))?;
    reading.period_start = payload.period("period_start");
    reading.period_end = payload.period("period_end");
    reading.failure = payload.prose("error_description").or_else(|| payload.prose("reason"));
    Ok(reading)
}

/// The words that BheemPay shares with Razorpay, on which it stands.
pub(crate) fn kind(event: &str) -> Kind {
    match event {
        "payment.captured" => Kind::PaymentCaptured,
        "subscription.charged" => Kind::SubscriptionCharged,
        "subscription.cancelled" => Kind::SubscriptionCancelled,
        "subscription.pending" => Kind::SubscriptionPending,
        "subscription.halted" => Kind::SubscriptionHalted,
        "subscription.paused" => Kind::SubscriptionPaused,
        "subscription.activated" | "subscription.resumed" | "subscription.authenticated" => {
            Kind::SubscriptionReactivated
        }
        "payment.failed" => Kind::PaymentFailed,
        // Not `refund.created`: that one may fail.
        "refund.processed" => Kind::PaymentRefunded,
        _ => Kind::Unhandled,
    }
}
