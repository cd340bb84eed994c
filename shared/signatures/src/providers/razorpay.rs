//! Razorpay: `{"entity":"event","account_id","event","payload":{"<name>":{"entity":{…}}},"created_at"}`. Amounts are in
//! the currency's smallest unit, times in seconds, `notes` an object or, when empty, a list; the tenant is in the notes of
//! whichever entity carries them.

use http::HeaderMap;

use crate::definition::{Definition, Encoding, Scheme};
use crate::json::Object;
use crate::money::{Currency, scaled};
use crate::providers::bheempay;
use crate::reading::{Kind, Reading, Unreadable};

pub(crate) const DEFINITION: Definition = Definition {
    scheme: Scheme::Body { prefix: "", encoding: Encoding::Hex },
    signature_header: "x-razorpay-signature",
    delivery_headers: &["x-razorpay-event-id"],
    // Bodies carry none, and the header's is not signed.
    id_fields: &[],
    read,
};

fn read(body: &Object<'_>, _: &HeaderMap) -> Result<Reading, Unreadable> {
    let event = body.text("event")?.ok_or(Unreadable::Missing("event"))?;
    let kind = match event.as_str() {
        // Reports the same payment as `payment.captured`, with the same id.
        "order.paid" => Kind::PaymentCaptured,
        event => bheempay::kind(event),
    };
    let mut reading = Reading::of(kind, event);
    if kind == Kind::Unhandled {
        return Ok(reading);
    }
    reading.occurred_at = body.instant("created_at")?;
    reading.account_id = kind.needs(body.text("account_id"))?;
    let Some(payload) = body.object("payload")? else { return Ok(reading) };
    read_notes(&payload, &mut reading)?;
    if kind == Kind::PaymentRefunded {
        read_refund(&payload, &mut reading)?;
        return Ok(reading);
    }
    if let Some(payment) = entity(&payload, "payment")? {
        reading.payment_id = kind.needs(payment.text("id"))?;
        let currency = kind.needs(payment.currency("currency"))?;
        reading.amount = kind.needs(payment.money("amount", currency, paise))?;
        reading.invoice_number = kind.needs(payment.text("invoice_id"))?;
        reading.failure = payment.prose("error_description").or_else(|| payment.prose("error_code"));
    }
    if let Some(subscription) = entity(&payload, "subscription")? {
        reading.subscription_id = kind.needs(subscription.text("id"))?;
        reading.plan_id = kind.needs(subscription.text("plan_id"))?;
        reading.period_start = kind.needs(subscription.instant("current_start"))?;
        reading.period_end = kind.needs(subscription.instant("current_end"))?;
        reading.seats = subscription.count("quantity");
    }
    Ok(reading)
}

/// What was given back. The payment that it is of mostly stands beside it, with its own amount.
fn read_refund(payload: &Object<'_>, reading: &mut Reading) -> Result<(), Unreadable> {
    let Some(refund) = entity(payload, "refund")? else { return Ok(()) };
    reading.refund_id = refund.text("id")?;
    reading.payment_id = refund.text("payment_id")?;
    reading.amount = refund.money("amount", refund.currency("currency")?, paise)?;
    let payment = entity(payload, "payment")?.map_or(Ok(None), |payment| payment.text("id"))?;
    match (&reading.payment_id, payment) {
        (Some(one), Some(other)) if *one != other => return Err(Unreadable::Contradiction("payment_id")),
        (None, payment) => reading.payment_id = payment,
        _ => {}
    }
    Ok(())
}

fn paise(digits: &str, _: Currency) -> Option<i64> {
    scaled(digits, 0).ok()
}

fn entity<'a>(payload: &Object<'a>, name: &'static str) -> Result<Option<Object<'a>>, Unreadable> {
    payload.object(name)?.map_or(Ok(None), |envelope| envelope.object("entity"))
}

/// What merchants write beside a payment or a subscription. Where two entities say it, they must agree.
fn read_notes(payload: &Object<'_>, reading: &mut Reading) -> Result<(), Unreadable> {
    for (_, envelope) in payload.children("payload")? {
        let Some(entity) = envelope.object("entity")? else { continue };
        let Some(notes) = entity.object("notes")? else { continue };
        if let Some(tenant) = notes.text("tenant_id")? {
            if reading.tenant_id.as_ref().is_some_and(|other| *other != tenant) {
                return Err(Unreadable::Contradiction("tenant_id"));
            }
            reading.tenant_id = Some(tenant);
            reading.tenant_json = notes.json("tenant_id")?;
        }
        let kind = reading.kind;
        reading.plan_name = reading.plan_name.take().or_else(|| notes.prose("plan_name"));
        reading.plan_id = reading.plan_id.take().or(kind.needs(notes.text("plan_id"))?);
        reading.billing_cycle = reading.billing_cycle.take().or(kind.needs(notes.text("billing_cycle"))?);
    }
    Ok(())
}
