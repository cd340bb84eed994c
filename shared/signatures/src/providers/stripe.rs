//! Stripe: `{"id":"evt_…","type","created","account"?,"data":{"object":{…}}}`. Where the object keeps the subscription's
//! metadata, its id and its period depends on the object and on the API version of the endpoint; all are looked for.

use http::HeaderMap;

use crate::definition::{Definition, Scheme};
use crate::json::Object;
use crate::money::{Currency, Money, scaled};
use crate::reading::{Kind, Reading, Unreadable};

pub(crate) const DEFINITION: Definition = Definition {
    scheme: Scheme::TimeAndBody,
    signature_header: "stripe-signature",
    delivery_headers: &[],
    id_fields: &["id"],
    read,
};

fn read(body: &Object<'_>, _: &HeaderMap) -> Result<Reading, Unreadable> {
    let event = body.text("type")?.ok_or(Unreadable::Missing("type"))?;
    let data = body.object("data")?;
    let object = data.as_ref().map_or(Ok(None), |data| data.object("object"))?;
    let object = object.unwrap_or_default();
    let kind = kind(&event, &object)?;
    let mut reading = Reading::of(kind, event);
    if kind == Kind::Unhandled {
        return Ok(reading);
    }
    reading.occurred_at = body.instant("created")?;
    reading.account_id = kind.needs(body.text("account"))?;
    if reading.event.starts_with("invoice.") {
        read_invoice(&object, &mut reading)?;
    } else if reading.event.starts_with("checkout.session.") {
        read_session(&object, &mut reading)?;
    } else if kind == Kind::PaymentRefunded {
        let before = data.map_or(Ok(None), |data| data.object("previous_attributes"))?;
        read_refunded(&object, before.as_ref(), &mut reading)?;
    } else {
        reading.subscription_id = kind.needs(object.text("id"))?;
        read_metadata(&object, &mut reading)?;
        read_item(&object, &mut reading)?;
        for item in object.objects("items")? {
            read_item(&item, &mut reading)?;
        }
    }
    Ok(reading)
}

/// Several events report one payment; all of them carry its invoice.
fn kind(event: &str, object: &Object<'_>) -> Result<Kind, Unreadable> {
    Ok(match event {
        "invoice.paid" | "invoice.payment_succeeded" => match object.text("billing_reason")?.as_deref() {
            Some("subscription_cycle" | "subscription_update" | "subscription_threshold" | "subscription") => {
                Kind::SubscriptionCharged
            }
            _ => Kind::PaymentCaptured,
        },
        "checkout.session.completed" | "checkout.session.async_payment_succeeded"
            if object.text("payment_status")?.as_deref() == Some("paid") =>
        {
            Kind::PaymentCaptured
        }
        "invoice.payment_failed" | "checkout.session.async_payment_failed" => Kind::PaymentFailed,
        "charge.refunded" => Kind::PaymentRefunded,
        "invoice.payment_action_required" => Kind::SubscriptionPending,
        "customer.subscription.deleted" => Kind::SubscriptionCancelled,
        "customer.subscription.paused" => Kind::SubscriptionHalted,
        "customer.subscription.updated" => match object.text("status")?.as_deref() {
            Some("past_due") => Kind::SubscriptionPending,
            Some("unpaid" | "incomplete_expired" | "paused") => Kind::SubscriptionHalted,
            Some("canceled") => Kind::SubscriptionCancelled,
            _ => Kind::Unhandled,
        },
        _ => Kind::Unhandled,
    })
}

fn read_invoice(invoice: &Object<'_>, reading: &mut Reading) -> Result<(), Unreadable> {
    let kind = reading.kind;
    reading.payment_id = kind.needs(invoice.text("id"))?;
    reading.invoice_number = kind.needs(invoice.text("number"))?;
    reading.subscription_id = kind.needs(id_of(invoice, "subscription"))?;
    let currency = kind.needs(invoice.currency("currency"))?;
    let amount = if kind.pays() { "amount_paid" } else { "amount_due" };
    reading.amount = kind.needs(invoice.money(amount, currency, minor_units))?;
    read_metadata(invoice, reading)?;
    let parent = invoice.object("parent")?.map_or(Ok(None), |parent| parent.object("subscription_details"))?;
    for details in [invoice.object("subscription_details")?, parent].into_iter().flatten() {
        read_metadata(&details, reading)?;
        if reading.subscription_id.is_none() {
            reading.subscription_id = kind.needs(id_of(&details, "subscription"))?;
        }
    }
    // The invoice's own period is the one that came before.
    for line in invoice.objects("lines")? {
        read_metadata(&line, reading)?;
        read_item(&line, reading)?;
        if let Some(period) = line.object("period")? {
            reading.period_start = reading.period_start.max(kind.needs(period.instant("start"))?);
            reading.period_end = reading.period_end.max(kind.needs(period.instant("end"))?);
        }
    }
    reading.failure = invoice.object("last_finalization_error")?.and_then(|error| error.prose("message"));
    Ok(())
}

fn read_session(session: &Object<'_>, reading: &mut Reading) -> Result<(), Unreadable> {
    let kind = reading.kind;
    // The invoice, by which the payment is known elsewhere too; one-off payments have none.
    reading.payment_id = match kind.needs(id_of(session, "invoice"))? {
        Some(invoice) => Some(invoice),
        None => kind.needs(id_of(session, "payment_intent"))?,
    };
    reading.subscription_id = kind.needs(id_of(session, "subscription"))?;
    let currency = kind.needs(session.currency("currency"))?;
    reading.amount = kind.needs(session.money("amount_total", currency, minor_units))?;
    read_metadata(session, reading)
}

/// A charge of which something was given back. It says how much in all; what it said before is told beside it.
fn read_refunded(charge: &Object<'_>, before: Option<&Object<'_>>, reading: &mut Reading) -> Result<(), Unreadable> {
    // By the name that its payment has in `read_invoice` and `read_session`, where the API version tells it.
    let names = [id_of(charge, "invoice")?, id_of(charge, "payment_intent")?, charge.text("id")?];
    reading.payment_id = names.into_iter().flatten().next();
    let field = "amount_refunded";
    let currency = charge.currency("currency")?;
    let total = charge.money(field, currency, minor_units)?.ok_or(Unreadable::Missing(field))?;
    match before.map_or(Ok(None), |before| before.money(field, currency, minor_units))? {
        Some(before) if before.minor > total.minor => return Err(Unreadable::Contradiction(field)),
        Some(before) => reading.amount = Some(Money { minor: total.minor - before.minor, ..total }),
        None => (reading.amount, reading.is_total) = (Some(total), true),
    }
    read_metadata(charge, reading)
}

/// What merchants write beside things. Where two places say which tenant, they must agree.
fn read_metadata(object: &Object<'_>, reading: &mut Reading) -> Result<(), Unreadable> {
    let Some(metadata) = object.object("metadata")? else { return Ok(()) };
    if let Some(tenant) = metadata.text("tenant_id")? {
        if reading.tenant_id.as_ref().is_some_and(|other| *other != tenant) {
            return Err(Unreadable::Contradiction("tenant_id"));
        }
        reading.tenant_id = Some(tenant);
        reading.tenant_json = metadata.json("tenant_id")?;
    }
    let kind = reading.kind;
    reading.plan_name = reading.plan_name.take().or_else(|| metadata.prose("plan_name"));
    reading.plan_id = reading.plan_id.take().or(kind.needs(metadata.text("plan_id"))?);
    reading.billing_cycle = reading.billing_cycle.take().or(kind.needs(metadata.text("billing_cycle"))?);
    Ok(())
}

/// Plan, seats and period of a subscription, one of its items, or a line of its invoice.
fn read_item(item: &Object<'_>, reading: &mut Reading) -> Result<(), Unreadable> {
    let kind = reading.kind;
    reading.seats = reading.seats.max(item.count("quantity"));
    for name in ["price", "plan"] {
        let Some(price) = item.object(name)? else { continue };
        reading.plan_id = reading.plan_id.take().or(kind.needs(price.text("id"))?);
        reading.plan_name = reading.plan_name.take().or_else(|| price.prose("nickname"));
        let recurring = price.object("recurring")?;
        let interval = kind.needs(recurring.as_ref().unwrap_or(&price).text("interval"))?;
        let cycle = interval.map(|interval| match interval.as_str() {
            "month" => "monthly".to_owned(),
            "year" => "annual".to_owned(),
            _ => interval,
        });
        reading.billing_cycle = reading.billing_cycle.take().or(cycle);
    }
    let pricing = item.object("pricing")?.map_or(Ok(None), |pricing| pricing.object("price_details"))?;
    if let Some(pricing) = pricing {
        reading.plan_id = reading.plan_id.take().or(kind.needs(id_of(&pricing, "price"))?);
    }
    reading.period_start = reading.period_start.max(kind.needs(item.instant("current_period_start"))?);
    reading.period_end = reading.period_end.max(kind.needs(item.instant("current_period_end"))?);
    Ok(())
}

/// The id in that field, or of the object that was expanded there.
fn id_of(object: &Object<'_>, name: &'static str) -> Result<Option<String>, Unreadable> {
    match object.object(name)? {
        Some(expanded) => expanded.text("id"),
        None => object.text(name),
    }
}

/// Stripe's smallest unit is the currency's, but for three: it counts Icelandic krónur and Ugandan shillings in
/// hundredths, which they no longer have, and Malagasy ariary whole.
fn minor_units(digits: &str, currency: Currency) -> Option<i64> {
    let counted = scaled(digits, 0).ok()?;
    match currency.as_str() {
        "ISK" | "UGX" => (counted % 100 == 0).then_some(counted / 100),
        "MGA" => counted.checked_mul(100),
        _ => Some(counted),
    }
}
