//! Razorpay: `{"entity":"event","account_id","event","payload":{"<name>":{"entity":{…}}},"created_at"}`. Amounts are in
//! the currency's smallest unit, times in seconds, `notes` an object or, when empty, a list; the tenant is in the notes of
//! whichever entity carries them. Whoever pays can write the notes of a payment: of the other entities only a server can.

use http::HeaderMap;

use crate::definition::{Definition, Encoding, Scheme};
use crate::json::Object;
use crate::providers::bheempay;
use crate::reading::{GatewayEvent, Kind, Unreadable};
use edge_money::{Bill, Line};
use edge_money::{Currency, scaled};

pub(crate) const DEFINITION: Definition = Definition {
    scheme: Scheme::Body { prefix: "", encoding: Encoding::Hex },
    signature_header: "x-razorpay-signature",
    delivery_headers: &["x-razorpay-event-id"],
    // Bodies carry none, and the header's is not signed.
    id_fields: &[],
    read,
};

/// The entities whose notes only a server can write.
const MADE_BY_SERVERS: [&str; 5] = ["order", "subscription", "invoice", "payment_link", "refund"];

fn read(body: &Object<'_>, _: &HeaderMap) -> Result<GatewayEvent, Unreadable> {
    let event = body.text("event")?.ok_or(Unreadable::Missing("event"))?;
    let kind = match event.as_str() {
        // Reports the same payment as `payment.captured`, with the same id.
        "order.paid" => Kind::PaymentCaptured,
        // Reports the same payment as `subscription.charged`, and how its amount came about.
        "invoice.paid" if is_of_subscription(body) => Kind::SubscriptionCharged,
        event => bheempay::kind(event),
    };
    let mut reading = GatewayEvent::of(kind, event);
    if kind == Kind::Unhandled {
        return Ok(reading);
    }
    reading.occurred_at = body.instant("created_at")?;
    reading.account_id = kind.needs(body.text("account_id"))?;
    let Some(payload) = body.object("payload")? else { return Ok(reading) };
    read_notes(&payload, &mut reading)?;
    if kind == Kind::PaymentRefunded {
        // What is given back is given to whoever spent it: that it is theirs needs no other proof.
        reading.tenant_id = reading.tenant_id.take().or_else(|| reading.claimed_tenant_id.clone());
        read_refund(&payload, &mut reading)?;
        return Ok(reading);
    }
    let order = entity(&payload, "order")?;
    if let Some(order) = &order {
        reading.order_id = kind.needs(order.text("id"))?;
    }
    if let Some(invoice) = entity(&payload, "invoice")? {
        read_invoice(&invoice, &mut reading)?;
    }
    if let Some(payment) = entity(&payload, "payment")? {
        reading.payment_id = kind.needs(payment.text("id"))?;
        reading.order_id = reading.order_id.take().or(kind.needs(payment.text("order_id"))?);
        let currency = kind.needs(payment.currency("currency"))?;
        reading.amount = kind.needs(payment.money("amount", currency, paise))?;
        reading.invoice_number = kind.needs(payment.text("invoice_id"))?.or(reading.invoice_number.take());
        reading.failure = payment.prose("error_description").or_else(|| payment.prose("error_code"));
        if reading.bill.is_none() {
            reading.bill = order.as_ref().and_then(|order| offered(order, &payment));
        }
    }
    if let Some(subscription) = entity(&payload, "subscription")? {
        reading.subscription_id = kind.needs(subscription.text("id"))?;
        reading.plan_id = reading.plan_id.take().or(kind.needs(subscription.text("plan_id"))?);
        reading.period_start = subscription.period("current_start");
        reading.period_end = subscription.period("current_end");
        reading.seats = subscription.count("quantity");
    }
    Ok(reading)
}

/// Whether an event has the invoice of a subscription. Other invoices are no business of the edge's.
fn is_of_subscription(body: &Object<'_>) -> bool {
    let invoice = body.object("payload").ok().flatten().and_then(|payload| entity(&payload, "invoice").ok().flatten());
    invoice.is_some_and(|invoice| invoice.has("subscription_id"))
}

/// The invoice of a subscription, and how its amount came about.
fn read_invoice(invoice: &Object<'_>, reading: &mut GatewayEvent) -> Result<(), Unreadable> {
    let kind = reading.kind;
    reading.invoice_number = kind.needs(invoice.text("id"))?;
    reading.payment_id = kind.needs(invoice.text("payment_id"))?;
    reading.order_id = reading.order_id.take().or(kind.needs(invoice.text("order_id"))?);
    reading.subscription_id = kind.needs(invoice.text("subscription_id"))?;
    let currency = kind.needs(invoice.currency("currency"))?;
    reading.amount = kind.needs(invoice.money("amount_paid", currency, paise))?;
    reading.period_start = invoice.period("billing_start");
    reading.period_end = invoice.period("billing_end");
    reading.bill = bill(invoice);
    Ok(())
}

/// How the amount of an invoice came about, where its lines show that.
fn bill(invoice: &Object<'_>) -> Option<Bill> {
    let mut lines = Vec::new();
    let mut is_tax_included = false;
    for line in invoice.objects("line_items").ok()? {
        let (unit, quantity) = (line.whole("unit_amount").or_else(|| line.whole("amount")), line.count("quantity"));
        let whole = unit.and_then(|unit| unit.checked_mul(quantity.unwrap_or(1)));
        is_tax_included |= line.flag("tax_inclusive");
        lines.push(Line {
            plan_id: None,
            amount: line.whole("gross_amount").or(whole)?,
            unit_amount: unit,
            quantity,
            is_proration: false,
            is_trial: false,
            is_addon: line.text("type").ok().flatten().is_some_and(|kind| kind == "addon"),
        });
    }
    let discounts = ["discount_amount", "offer_amount", "discount"];
    let discount = discounts.into_iter().find_map(|name| invoice.whole(name)).unwrap_or(0);
    let tax = if is_tax_included { 0 } else { invoice.whole("tax_amount").unwrap_or(0) };
    (!lines.is_empty()).then(|| Bill { lines, discount, tax, total: invoice.whole("amount"), from_balance: None })
}

/// How the amount of a payment came about that was less than its order for an offer of the merchant's.
fn offered(order: &Object<'_>, payment: &Object<'_>) -> Option<Bill> {
    if !payment.has("offer_id") && !order.has("offer_id") {
        return None;
    }
    let (amount, paid) = (order.whole("amount")?, payment.whole("amount")?);
    let line = Line { amount, ..Line::default() };
    Some(Bill { lines: vec![line], discount: amount.checked_sub(paid)?, ..Bill::default() })
}

/// What was given back. The payment that it is of mostly stands beside it, with its own amount.
fn read_refund(payload: &Object<'_>, reading: &mut GatewayEvent) -> Result<(), Unreadable> {
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

/// What is written beside things. Where two entities say which tenant, they must agree. Of what is written beside the
/// payment alone nothing but the claim is kept.
fn read_notes(payload: &Object<'_>, reading: &mut GatewayEvent) -> Result<(), Unreadable> {
    let mut tenant: Option<String> = None;
    for (name, envelope) in payload.children("payload")? {
        let Some(entity) = envelope.object("entity")? else { continue };
        let Some(notes) = entity.object("notes")? else { continue };
        let is_believed = MADE_BY_SERVERS.contains(&name);
        if let Some(said) = notes.text("tenant_id")? {
            if tenant.as_ref().is_some_and(|other| *other != said) {
                return Err(Unreadable::Contradiction("tenant_id"));
            }
            if is_believed {
                reading.tenant_id = Some(said.clone());
                reading.tenant_json = notes.json("tenant_id")?;
            } else {
                reading.claimed_tenant_id = Some(said.clone());
            }
            tenant = Some(said);
        }
        if !is_believed {
            continue;
        }
        let kind = reading.kind;
        reading.plan_name = reading.plan_name.take().or_else(|| notes.prose("plan_name"));
        reading.plan_id = reading.plan_id.take().or(kind.needs(notes.text("plan_id"))?);
        reading.billing_cycle = reading.billing_cycle.take().or(kind.needs(notes.text("billing_cycle"))?);
    }
    Ok(())
}
