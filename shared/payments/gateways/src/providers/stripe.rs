//! Stripe: `{"id":"evt_…","type","created","account"?,"data":{"object":{…}}}`. Where the object keeps the subscription's
//! metadata, its id and its period depends on the object and on the API version of the endpoint; all are looked for.

use edge_capabilities::Timestamp;
use http::HeaderMap;

use crate::definition::{Definition, Scheme};
use crate::error::EventError;
use crate::event::{CardDispute, CardDisputeStatus, EventKind, GatewayEvent, SubscriptionReport};
use crate::json::JsonObject;
use crate::stripe_units::{minor as minor_units_of, read as minor_units};
use edge_money::{Bill, Line};
use edge_money::{Currency, Money};

pub(crate) const DEFINITION: Definition = Definition {
    scheme: Scheme::TimeAndBody,
    signature_header: "stripe-signature",
    delivery_headers: &[],
    id_fields: &["id"],
    read,
};

/// What the events begin with that may have an effect. Of others not even the object is read.
const FAMILIES: [&str; 5] = ["invoice.", "checkout.session.", "charge.refunded", DISPUTES, "customer.subscription."];

/// What the names of events about card disputes begin with.
const DISPUTES: &str = "charge.dispute.";

fn read(body: &JsonObject<'_>, _: &HeaderMap) -> Result<GatewayEvent, EventError> {
    let event = body.text("type")?.ok_or(EventError::Missing("type"))?;
    if !FAMILIES.iter().any(|family| event.starts_with(family)) {
        return Ok(GatewayEvent::of(EventKind::Unhandled, event));
    }
    let data = body.object("data")?;
    let object = data.as_ref().map_or(Ok(None), |data| data.object("object"))?;
    let object = object.unwrap_or_default();
    let kind = kind(&event, &object, body.period("created"))?;
    let mut event = GatewayEvent::of(kind, event);
    if kind == EventKind::Unhandled {
        return Ok(event);
    }
    event.occurred_at = body.instant("created")?;
    event.account_id = kind.required_if_paid(body.text("account"))?;
    event.customer_id = kind.required_if_paid(id_of(&object, "customer"))?;
    if event.name.starts_with("invoice.") {
        read_invoice(&object, &mut event)?;
    } else if event.name.starts_with("checkout.session.") {
        read_session(&object, &mut event)?;
    } else if kind == EventKind::PaymentRefunded {
        let before = data.map_or(Ok(None), |data| data.object("previous_attributes"))?;
        read_refunded(&object, before.as_ref(), &mut event)?;
    } else if kind == EventKind::PaymentDisputed {
        read_dispute(&object, &mut event)?;
    } else {
        event.subscription_id = kind.required_if_paid(object.text("id"))?;
        event.report = Some(SubscriptionReport {
            is_trialing: object.text("status")?.as_deref() == Some("trialing"),
            trial_end: object.period("trial_end"),
            cancel_at_period_end: object.flag("cancel_at_period_end"),
            ended_at: object.period("ended_at"),
        });
        read_metadata(&object, &mut event)?;
        read_item(&object, &mut event)?;
        for item in object.objects("items")? {
            read_item(&item, &mut event)?;
        }
    }
    Ok(event)
}

/// Several events report one payment; all of them carry its invoice.
fn kind(event: &str, object: &JsonObject<'_>, created: Option<Timestamp>) -> Result<EventKind, EventError> {
    Ok(match event {
        "invoice.paid" | "invoice.payment_succeeded" => match object.text("billing_reason")?.as_deref() {
            Some("subscription_cycle" | "subscription_update" | "subscription_threshold" | "subscription") => {
                EventKind::SubscriptionCharged
            }
            _ => EventKind::PaymentCaptured,
        },
        "checkout.session.completed" | "checkout.session.async_payment_succeeded" if is_paid(object)? => {
            EventKind::PaymentCaptured
        }
        "checkout.session.completed" => EventKind::CheckoutCompleted,
        "checkout.session.expired" => EventKind::CheckoutExpired,
        "invoice.voided" | "invoice.marked_uncollectible" => EventKind::InvoiceVoided,
        "invoice.payment_failed" | "checkout.session.async_payment_failed" => EventKind::PaymentFailed,
        "charge.refunded" => EventKind::PaymentRefunded,
        event if event.starts_with(DISPUTES) => EventKind::PaymentDisputed,
        "invoice.payment_action_required" => EventKind::SubscriptionPending,
        "customer.subscription.deleted" => EventKind::SubscriptionCancelled,
        "customer.subscription.paused" => EventKind::SubscriptionPaused,
        event if event.starts_with("customer.subscription.") => state(event, object, created)?,
        _ => EventKind::Unhandled,
    })
}

/// Whether a checkout is paid: a discount may have left nothing to pay.
fn is_paid(session: &JsonObject<'_>) -> Result<bool, EventError> {
    Ok(match session.text("payment_status")?.as_deref() {
        Some("paid") => true,
        Some("no_payment_required") => session.whole("amount_subtotal").is_some_and(|subtotal| subtotal > 0),
        _ => false,
    })
}

/// What a subscription is by its status. All events of a subscription tell it as it was when they happened.
fn state(event: &str, subscription: &JsonObject<'_>, now: Option<Timestamp>) -> Result<EventKind, EventError> {
    let is_paused = || match subscription.object("pause_collection")? {
        None => Ok::<_, EventError>(false),
        // Collected again from then on.
        Some(pause) => Ok(pause.period("resumes_at").zip(now).is_none_or(|(resumes, now)| resumes > now)),
    };
    Ok(match subscription.text("status")?.as_deref() {
        Some("canceled") => EventKind::SubscriptionCancelled,
        Some("incomplete_expired") => EventKind::SubscriptionNeverStarted,
        Some("unpaid") => EventKind::SubscriptionHalted,
        Some("paused") => EventKind::SubscriptionPaused,
        Some("active" | "trialing" | "past_due") if is_paused()? => EventKind::SubscriptionPaused,
        Some("active" | "trialing") => EventKind::SubscriptionReactivated,
        Some("past_due") => EventKind::SubscriptionOverdue,
        None if event == "customer.subscription.resumed" => EventKind::SubscriptionReactivated,
        // Nothing was bought yet.
        _ => EventKind::Unhandled,
    })
}

fn read_invoice(invoice: &JsonObject<'_>, event: &mut GatewayEvent) -> Result<(), EventError> {
    let kind = event.kind;
    event.payment_id = kind.required_if_paid(invoice.text("id"))?;
    event.invoice_number = kind.required_if_paid(invoice.text("number"))?;
    event.other_payment_id = intent_of(invoice);
    event.subscription_id = kind.required_if_paid(id_of(invoice, "subscription"))?;
    let currency = kind.required_if_paid(invoice.currency("currency"))?;
    let amount = if kind.pays() { "amount_paid" } else { "amount_due" };
    event.amount = kind.required_if_paid(invoice.money(amount, currency, minor_units))?;
    read_metadata(invoice, event)?;
    let parent = invoice.object("parent")?.map_or(Ok(None), |parent| parent.object("subscription_details"))?;
    for details in [invoice.object("subscription_details")?, parent].into_iter().flatten() {
        read_metadata(&details, event)?;
        if event.subscription_id.is_none() {
            event.subscription_id = kind.required_if_paid(id_of(&details, "subscription"))?;
        }
    }
    for line in invoice.objects("lines")? {
        read_metadata(&line, event)?;
    }
    event.bill = bill(invoice, currency);
    let of_plan = event.bill.as_ref().and_then(Bill::plan_line).cloned();
    if let Some(line) = &of_plan {
        event.plan_id = event.plan_id.take().or_else(|| line.plan_id.clone());
        event.seats = line.quantity;
    }
    // The invoice's own period is the one that came before.
    for line in invoice.objects("lines")? {
        // What is given back is no longer bought.
        if line.whole("amount").is_none_or(|amount| amount >= 0) {
            read_item(&line, event)?;
        }
        if let Some(period) = line.object("period")? {
            event.period_start = event.period_start.max(period.period("start"));
            event.period_end = event.period_end.max(period.period("end"));
        }
    }
    if let Some(line) = of_plan {
        event.seats = line.quantity.or(event.seats);
    }
    event.failure = invoice.object("last_finalization_error")?.and_then(|error| error.prose("message"));
    Ok(())
}

/// The payment intent, or else the charge, by which an invoice was paid: a card dispute of it names nothing else. Where it
/// stands depends on the API version, and what cannot be read names nothing.
fn intent_of(invoice: &JsonObject<'_>) -> Option<String> {
    let listed = || {
        let payments = invoice.objects("payments").ok()?;
        let paid_by = payments.iter().filter_map(|payment| payment.object("payment").ok().flatten());
        paid_by.filter_map(|payment| id_of(&payment, "payment_intent").ok().flatten()).next()
    };
    let own = |name| id_of(invoice, name).ok().flatten();
    own("payment_intent").or_else(listed).or_else(|| own("charge"))
}

fn read_session(session: &JsonObject<'_>, event: &mut GatewayEvent) -> Result<(), EventError> {
    let kind = event.kind;
    event.checkout_id = kind.required_if_paid(session.text("id"))?;
    // The invoice, by which the payment is known elsewhere too; one-off payments have none.
    event.payment_id = match kind.required_if_paid(id_of(session, "invoice"))? {
        Some(invoice) => Some(invoice),
        None => kind.required_if_paid(id_of(session, "payment_intent"))?,
    };
    event.subscription_id = kind.required_if_paid(id_of(session, "subscription"))?;
    let currency = kind.required_if_paid(session.currency("currency"))?;
    event.amount = kind.required_if_paid(session.money("amount_total", currency, minor_units))?;
    event.bill = bill_of_session(session, currency);
    read_metadata(session, event)
}

/// How the amount of an invoice came about, where its lines show that.
fn bill(invoice: &JsonObject<'_>, currency: Option<Currency>) -> Option<Bill> {
    let currency = currency?;
    let minor = |object: &JsonObject<'_>, name| minor_units_of(object.whole(name)?, currency);
    if invoice.object("lines").ok()?.is_some_and(|lines| lines.flag("has_more")) {
        return None;
    }
    let mut lines = Vec::new();
    for line in invoice.objects("lines").ok()? {
        let (price, plan) = (line.object("price").ok()?, line.object("plan").ok()?);
        let pricing = line.object("pricing").ok()?;
        let details = pricing.as_ref().and_then(|pricing| pricing.object("price_details").ok()?);
        let priced = [&price, &plan].into_iter().flatten();
        let ids = priced.clone().map(|price| price.text("id").ok().flatten());
        let of_details = details.as_ref().and_then(|details| id_of(details, "price").ok().flatten());
        let units = [(&price, "unit_amount"), (&plan, "amount"), (&pricing, "unit_amount_decimal")];
        lines.push(Line {
            plan_id: ids.flatten().next().or(of_details),
            amount: minor(&line, "amount")?,
            unit_amount: units.into_iter().find_map(|(price, name)| minor(price.as_ref()?, name)),
            quantity: line.count("quantity"),
            is_proration: is_proration(&line),
            is_trial: line.prose("description").is_some_and(|text| text.to_ascii_lowercase().contains("trial")),
            is_addon: false,
        });
    }
    let discounts = sum_of(invoice, "total_discount_amounts", |_| true);
    let taxes =
        sum_of(invoice, "total_taxes", |tax| tax.text("tax_behavior").ok().flatten().as_deref() != Some("inclusive"))
            .or_else(|| sum_of(invoice, "total_tax_amounts", |tax| !tax.flag("inclusive")));
    let units = |counted: Option<i64>| minor_units_of(counted.unwrap_or(0), currency);
    let balance = invoice.whole("ending_balance").zip(invoice.whole("starting_balance"));
    (!lines.is_empty()).then_some(Bill {
        lines,
        discount: units(discounts)?,
        tax: units(taxes.or_else(|| invoice.whole("tax")))?,
        total: minor(invoice, "total"),
        from_balance: balance.and_then(|(end, start)| units(end.checked_sub(start))),
    })
}

/// The sum of what counts in a list of amounts; None: there is no such list, or it cannot be read.
fn sum_of(object: &JsonObject<'_>, name: &'static str, counts: impl Fn(&JsonObject<'_>) -> bool) -> Option<i64> {
    if !object.has(name) {
        return None;
    }
    let amounts = object.objects(name).ok()?;
    amounts.iter().filter(|one| counts(one)).try_fold(0_i64, |sum, one| sum.checked_add(one.whole("amount")?))
}

fn is_proration(line: &JsonObject<'_>) -> bool {
    let parent = line.object("parent").ok().flatten();
    let details = ["subscription_item_details", "invoice_item_details"].into_iter();
    let is_of = |name| Some(parent.as_ref()?.object(name).ok()??.flag("proration"));
    line.flag("proration") || details.filter_map(is_of).any(|is_proration| is_proration)
}

/// How the amount of a checkout came about.
fn bill_of_session(session: &JsonObject<'_>, currency: Option<Currency>) -> Option<Bill> {
    let currency = currency?;
    let minor = |object: &JsonObject<'_>, name| minor_units_of(object.whole(name)?, currency);
    let (amount, total) = (minor(session, "amount_subtotal")?, minor(session, "amount_total")?);
    let details = session.object("total_details").ok()?;
    let detail = |name| details.as_ref().and_then(|details| minor(details, name)).unwrap_or(0);
    let discount = detail("amount_discount");
    // A tax that the prices include is told as well.
    let tax = if amount.checked_sub(discount) == Some(total) { 0 } else { detail("amount_tax") };
    Some(Bill {
        lines: vec![Line { amount, ..Line::default() }],
        discount,
        tax,
        total: Some(total),
        from_balance: None,
    })
}

/// A charge of which something was given back. It says how much in all; what it said before is told beside it.
fn read_refunded(
    charge: &JsonObject<'_>,
    before: Option<&JsonObject<'_>>,
    event: &mut GatewayEvent,
) -> Result<(), EventError> {
    // By the name that its payment has in `read_invoice` and `read_session`, where the API version tells it.
    let names = [id_of(charge, "invoice")?, id_of(charge, "payment_intent")?, charge.text("id")?];
    event.payment_id = names.into_iter().flatten().next();
    let field = "amount_refunded";
    let currency = charge.currency("currency")?;
    let total = charge.money(field, currency, minor_units)?.ok_or(EventError::Missing(field))?;
    match before.map_or(Ok(None), |before| before.money(field, currency, minor_units))? {
        Some(before) if before.minor > total.minor => return Err(EventError::Contradiction(field)),
        Some(before) => event.amount = Some(Money { minor: total.minor - before.minor, ..total }),
        None => (event.amount, event.is_total) = (Some(total), true),
    }
    read_metadata(charge, event)
}

/// What the payer of a charge disputes at the bank.
fn read_dispute(dispute: &JsonObject<'_>, event: &mut GatewayEvent) -> Result<(), EventError> {
    // By the names that the payment has in `read_session` and `read_invoice`.
    let [intent, charge] = [id_of(dispute, "payment_intent")?, id_of(dispute, "charge")?];
    (event.payment_id, event.other_payment_id) = match intent {
        Some(intent) => (Some(intent), charge),
        None => (charge, None),
    };
    event.amount = dispute.money("amount", dispute.currency("currency")?, minor_units)?;
    let status = dispute.text("status")?.and_then(|status| CardDisputeStatus::parse(&status));
    let evidence = dispute.object("evidence_details")?;
    event.card_dispute = Some(Box::new(CardDispute {
        id: dispute.text("id")?.ok_or(EventError::Missing("id"))?,
        status: status.ok_or(EventError::Field("status"))?,
        reason: dispute.prose("reason"),
        due_by: evidence.and_then(|evidence| evidence.period("due_by")),
    }));
    read_metadata(dispute, event)
}

/// What merchants write beside things. Where two places say which tenant, they must agree.
fn read_metadata(object: &JsonObject<'_>, event: &mut GatewayEvent) -> Result<(), EventError> {
    let Some(metadata) = object.object("metadata")? else { return Ok(()) };
    if let Some(tenant) = metadata.text("tenant_id")? {
        if event.tenant_id.as_ref().is_some_and(|other| *other != tenant) {
            return Err(EventError::Contradiction("tenant_id"));
        }
        event.tenant_id = Some(tenant);
        event.tenant_json = metadata.json("tenant_id")?;
    }
    let kind = event.kind;
    let edge_id = kind.required_if_paid(metadata.text("edge_subscription_id"))?;
    event.edge_subscription_id = event.edge_subscription_id.take().or(edge_id);
    event.plan_name = event.plan_name.take().or_else(|| metadata.prose("plan_name"));
    event.plan_id = event.plan_id.take().or(kind.required_if_paid(metadata.text("plan_id"))?);
    event.billing_cycle = event.billing_cycle.take().or(kind.required_if_paid(metadata.text("billing_cycle"))?);
    Ok(())
}

/// Plan, seats and period of a subscription, one of its items, or a line of its invoice.
fn read_item(item: &JsonObject<'_>, event: &mut GatewayEvent) -> Result<(), EventError> {
    let kind = event.kind;
    event.seats = event.seats.max(item.count("quantity"));
    for name in ["price", "plan"] {
        let Some(price) = item.object(name)? else { continue };
        event.plan_id = event.plan_id.take().or(kind.required_if_paid(price.text("id"))?);
        event.plan_name = event.plan_name.take().or_else(|| price.prose("nickname"));
        let recurring = price.object("recurring")?;
        let interval = kind.required_if_paid(recurring.as_ref().unwrap_or(&price).text("interval"))?;
        let cycle = interval.map(|interval| match interval.as_str() {
            "month" => "monthly".to_owned(),
            "year" => "annual".to_owned(),
            _ => interval,
        });
        event.billing_cycle = event.billing_cycle.take().or(cycle);
    }
    let pricing = item.object("pricing")?.map_or(Ok(None), |pricing| pricing.object("price_details"))?;
    if let Some(pricing) = pricing {
        event.plan_id = event.plan_id.take().or(kind.required_if_paid(id_of(&pricing, "price"))?);
    }
    event.period_start = event.period_start.max(item.period("current_period_start"));
    event.period_end = event.period_end.max(item.period("current_period_end"));
    Ok(())
}

/// The id in that field, or of the object that was expanded there.
fn id_of(object: &JsonObject<'_>, name: &'static str) -> Result<Option<String>, EventError> {
    match object.object(name)? {
        Some(expanded) => expanded.text("id"),
        None => object.text(name),
    }
}
