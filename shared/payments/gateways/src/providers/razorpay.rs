//! Razorpay: `{"entity":"event","account_id","event","payload":{"<name>":{"entity":{…}}},"created_at"}`. Amounts are in
//! the currency's smallest unit, times in seconds, `notes` an object or, when empty, a list; the tenant is in the notes of
//! whichever entity carries them. The payer can write the notes of a payment; those of the other entities only a server can write.

use http::HeaderMap;

use crate::definition::{Definition, Encoding, Scheme};
use crate::error::EventError;
use crate::event::{EventKind, GatewayEvent};
use crate::json::JsonObject;
use crate::providers::bheempay;
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

fn read(body: &JsonObject<'_>, _: &HeaderMap) -> Result<GatewayEvent, EventError> {
    let event = body.text("event")?.ok_or(EventError::Missing("event"))?;
    let kind = match event.as_str() {
        // Reports the same payment as `payment.captured`, with the same id.
        "order.paid" => EventKind::PaymentCaptured,
        // Reports the same payment as `subscription.charged`, and how its amount came about.
        "invoice.paid" if is_of_subscription(body) => EventKind::SubscriptionCharged,
        event => bheempay::kind(event),
    };
    let mut event = GatewayEvent::of(kind, event);
    if kind == EventKind::Unhandled {
        return Ok(event);
    }
    event.occurred_at = body.instant("created_at")?;
    event.account_id = kind.required_if_paid(body.text("account_id"))?;
    let Some(payload) = body.object("payload")? else { return Ok(event) };
    read_notes(&payload, &mut event)?;
    match kind {
        EventKind::PaymentRefunded | EventKind::RefundFailed => {
            // A refund goes to the payer, so no other proof is needed of whose it is.
            event.tenant_id = event.tenant_id.take().or_else(|| event.claimed_tenant_id.clone());
            read_refund(&payload, &mut event)?;
            return Ok(event);
        }
        EventKind::PaymentDisputed => {
            read_dispute(&payload, &mut event)?;
            return Ok(event);
        }
        _ => {}
    }
    let order = entity(&payload, "order")?;
    if let Some(order) = &order {
        event.order_id = kind.required_if_paid(order.text("id"))?;
    }
    if let Some(invoice) = entity(&payload, "invoice")? {
        read_invoice(&invoice, &mut event)?;
    }
    if let Some(payment) = entity(&payload, "payment")? {
        event.payment_id = kind.required_if_paid(payment.text("id"))?;
        event.order_id = event.order_id.take().or(kind.required_if_paid(payment.text("order_id"))?);
        let currency = kind.required_if_paid(payment.currency("currency"))?;
        event.amount = kind.required_if_paid(payment.money("amount", currency, paise))?;
        event.invoice_number = kind.required_if_paid(payment.text("invoice_id"))?.or(event.invoice_number.take());
        event.failure = payment.prose("error_description").or_else(|| payment.prose("error_code"));
        if event.bill.is_none() {
            event.bill = order.as_ref().and_then(|order| offered(order, &payment));
        }
    }
    if let Some(subscription) = entity(&payload, "subscription")? {
        event.subscription_id = kind.required_if_paid(subscription.text("id"))?;
        event.plan_id = event.plan_id.take().or(kind.required_if_paid(subscription.text("plan_id"))?);
        event.period_start = subscription.period("current_start");
        event.period_end = subscription.period("current_end");
        event.seats = subscription.count("quantity");
    }
    Ok(event)
}

/// Whether an event has the invoice of a subscription. Other invoices are no business of the edge's.
fn is_of_subscription(body: &JsonObject<'_>) -> bool {
    let invoice = body.object("payload").ok().flatten().and_then(|payload| entity(&payload, "invoice").ok().flatten());
    invoice.is_some_and(|invoice| invoice.has("subscription_id"))
}

/// The invoice of a subscription, and how its amount came about.
fn read_invoice(invoice: &JsonObject<'_>, event: &mut GatewayEvent) -> Result<(), EventError> {
    let kind = event.kind;
    event.invoice_number = kind.required_if_paid(invoice.text("id"))?;
    event.payment_id = kind.required_if_paid(invoice.text("payment_id"))?;
    event.order_id = event.order_id.take().or(kind.required_if_paid(invoice.text("order_id"))?);
    event.subscription_id = kind.required_if_paid(invoice.text("subscription_id"))?;
    let currency = kind.required_if_paid(invoice.currency("currency"))?;
    event.amount = kind.required_if_paid(invoice.money("amount_paid", currency, paise))?;
    event.period_start = invoice.period("billing_start");
    event.period_end = invoice.period("billing_end");
    event.bill = bill(invoice);
    Ok(())
}

/// How the amount of an invoice came about, where its lines show that.
fn bill(invoice: &JsonObject<'_>) -> Option<Bill> {
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
fn offered(order: &JsonObject<'_>, payment: &JsonObject<'_>) -> Option<Bill> {
    if !payment.has("offer_id") && !order.has("offer_id") {
        return None;
    }
    let (amount, paid) = (order.whole("amount")?, payment.whole("amount")?);
    let line = Line { amount, ..Line::default() };
    Some(Bill { lines: vec![line], discount: amount.checked_sub(paid)?, ..Bill::default() })
}

/// What was given back. The payment that it is of mostly stands beside it, with its own amount.
fn read_refund(payload: &JsonObject<'_>, event: &mut GatewayEvent) -> Result<(), EventError> {
    let Some(refund) = entity(payload, "refund")? else { return Ok(()) };
    event.refund_id = refund.text("id")?;
    event.refund_reference = refund.text("receipt")?;
    event.payment_id = refund.text("payment_id")?;
    event.amount = refund.money("amount", refund.currency("currency")?, paise)?;
    let payment = entity(payload, "payment")?.map_or(Ok(None), |payment| payment.text("id"))?;
    match (&event.payment_id, payment) {
        (Some(one), Some(other)) if *one != other => return Err(EventError::Contradiction("payment_id")),
        (None, payment) => event.payment_id = payment,
        _ => {}
    }
    Ok(())
}

/// What the payer disputes at the bank. The payment stands beside it.
fn read_dispute(payload: &JsonObject<'_>, event: &mut GatewayEvent) -> Result<(), EventError> {
    let dispute = entity(payload, "dispute")?.unwrap_or_default();
    event.payment_id = dispute.text("payment_id")?;
    event.amount = dispute.money("amount", dispute.currency("currency")?, paise)?;
    event.card_dispute = Some(bheempay::card_dispute(&event.name, dispute.text("id")?, &dispute)?);
    if event.payment_id.is_none() {
        event.payment_id = entity(payload, "payment")?.map_or(Ok(None), |payment| payment.text("id"))?;
    }
    Ok(())
}

fn paise(digits: &str, _: Currency) -> Option<i64> {
    scaled(digits, 0).ok()
}

fn entity<'a>(payload: &JsonObject<'a>, name: &'static str) -> Result<Option<JsonObject<'a>>, EventError> {
    payload.object(name)?.map_or(Ok(None), |envelope| envelope.object("entity"))
}

/// What is written beside things. Where two entities say which tenant, they must agree. Of what is written beside the
/// payment alone nothing but the claim is kept.
fn read_notes(payload: &JsonObject<'_>, event: &mut GatewayEvent) -> Result<(), EventError> {
    let mut tenant: Option<String> = None;
    for (name, envelope) in payload.children("payload")? {
        let Some(entity) = envelope.object("entity")? else { continue };
        let Some(notes) = entity.object("notes")? else { continue };
        let is_believed = MADE_BY_SERVERS.contains(&name);
        if let Some(said) = notes.text("tenant_id")? {
            if tenant.as_ref().is_some_and(|other| *other != said) {
                return Err(EventError::Contradiction("tenant_id"));
            }
            if is_believed {
                event.tenant_id = Some(said.clone());
                event.tenant_json = notes.json("tenant_id")?;
            } else {
                event.claimed_tenant_id = Some(said.clone());
            }
            tenant = Some(said);
        }
        if !is_believed {
            continue;
        }
        let kind = event.kind;
        event.checkout_id = event.checkout_id.take().or(notes.text("checkout_id").unwrap_or_default());
        let subscription = notes.text("edge_subscription_id").unwrap_or_default();
        event.edge_subscription_id = event.edge_subscription_id.take().or(subscription);
        event.plan_name = event.plan_name.take().or_else(|| notes.prose("plan_name"));
        event.plan_id = event.plan_id.take().or(kind.required_if_paid(notes.text("plan_id"))?);
        event.billing_cycle = event.billing_cycle.take().or(kind.required_if_paid(notes.text("billing_cycle"))?);
    }
    Ok(())
}
