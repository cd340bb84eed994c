//! A subscription that runs: changes of it, their price, its end.

use edge_capabilities::Timestamp;
use edge_gateways::stripe_units;
use edge_money::Currency;
use edge_subscriptions::{Effective, GatewayError, GatewaySubscription, Preview, PreviewLine, TermsChange};
use edge_upstreams::segment;
use serde::Deserialize;

use crate::api::{Answer, Api, List};
use crate::form::Form;
use crate::price::price_of;

#[derive(Deserialize)]
struct Subscription {
    status: String,
    #[serde(default)]
    cancel_at_period_end: bool,
    items: List<Item>,
}

#[derive(Deserialize)]
struct Item {
    id: String,
    quantity: Option<i64>,
    price: ItemPrice,
}

#[derive(Deserialize)]
struct ItemPrice {
    id: String,
}

#[derive(Deserialize)]
struct Invoice {
    currency: String,
    total: i64,
    amount_due: i64,
    lines: List<Line>,
}

#[derive(Deserialize)]
struct Line {
    amount: i64,
    description: Option<String>,
    quantity: Option<i64>,
}

/// The path of a subscription at Stripe. Err: it has not begun there.
fn path(subscription: &GatewaySubscription<'_>) -> Result<String, GatewayError> {
    let reference = subscription.terms.reference.as_deref();
    let not_begun = || GatewayError::Refused("the subscription has not begun at Stripe".into());
    Ok(format!("/v1/subscriptions/{}", segment(reference.ok_or_else(not_begun)?)))
}

/// The subscription as Stripe has it, and its one item.
async fn read(api: &Api, path: &str) -> Result<(Answer<Subscription>, Item), GatewayError> {
    let mut answer = api.get::<Subscription>(path, &Form::new()).await?;
    let item = answer.content.items.data.pop().filter(|_| answer.content.items.data.is_empty());
    let not_ours = || GatewayError::Refused("the subscription at Stripe has not one item".into());
    item.map(|item| (answer, item)).ok_or_else(not_ours)
}

/// The price after a change, where it is another than the item's.
async fn new_price(api: &Api, change: &TermsChange<'_>) -> Result<Option<String>, GatewayError> {
    let subscription = &change.subscription;
    if *change.plan == subscription.terms.plan {
        return Ok(None);
    }
    price_of(api, subscription.application, change.plan).await.map(Some)
}

/// What Stripe is to do about the time that is left of the period.
const fn proration(effective: Effective) -> &'static str {
    match effective {
        Effective::Now => "always_invoice",
        Effective::PeriodEnd => "none",
    }
}

/// Changes quantity and price. A change with the next period is made at once and not prorated: the next invoice is the first
/// to have it, and until then the edge grants what was paid.
pub(crate) async fn change(api: &Api, change: &TermsChange<'_>) -> Result<Timestamp, GatewayError> {
    if change.effective == Effective::PeriodEnd && change.plan.cycle != change.subscription.terms.plan.cycle {
        return Err(GatewayError::Unsupported(
            "another billing cycle begins at once at Stripe, not with the next period",
        ));
    }
    let path = path(&change.subscription)?;
    let price = new_price(api, change).await?;
    let (known, item) = read(api, &path).await?;
    let has_price = price.as_ref().is_none_or(|price| *price == item.price.id);
    if has_price && item.quantity == Some(change.seats) {
        // An earlier call made it, whose answer was lost.
        return Ok(known.at);
    }
    let form = Form::new()
        .with("items[0][id]", &item.id)
        .with("items[0][quantity]", change.seats)
        .with_some("items[0][price]", price)
        .with("proration_behavior", proration(change.effective))
        .with("payment_behavior", "allow_incomplete");
    Ok(api.post::<Subscription>(&path, Some(change.subscription.key), &form).await?.at)
}

/// What a change would cost, in Stripe's own words.
pub(crate) async fn preview(api: &Api, change: &TermsChange<'_>) -> Result<Preview, GatewayError> {
    let path = path(&change.subscription)?;
    let price = new_price(api, change).await?;
    let (_, item) = read(api, &path).await?;
    let is_now = change.effective == Effective::Now;
    let seconds = change.now.as_millis().div_euclid(1_000);
    let details = |name: &str| format!("subscription_details[{name}]");
    let form = Form::new()
        .with_some("subscription", change.subscription.terms.reference.as_deref())
        .with("subscription_details[items][0][id]", &item.id)
        .with("subscription_details[items][0][quantity]", change.seats)
        .with_some("subscription_details[items][0][price]", price)
        .with(&details("proration_behavior"), proration(change.effective))
        .with_some(&details("proration_date"), is_now.then_some(seconds));
    let invoice = api.post::<Invoice>("/v1/invoices/create_preview", None, &form).await?.content;
    let currency = Currency::parse(&invoice.currency).ok();
    let unreadable = || GatewayError::Unavailable("Stripe's preview has an amount that cannot be read".into());
    let currency = currency.ok_or_else(unreadable)?;
    let minor = |counted| stripe_units::minor(counted, currency).ok_or_else(unreadable);
    let line = |line: Line| {
        let quantity = line.quantity.unwrap_or(1);
        Ok(PreviewLine { description: line.description.unwrap_or_default(), quantity, amount: minor(line.amount)? })
    };
    let due_now = if is_now { minor(invoice.amount_due)? } else { 0 };
    Ok(Preview {
        lines: invoice.lines.data.into_iter().map(line).collect::<Result<_, _>>()?,
        total: minor(invoice.total)?,
        due_now,
        currency,
    })
}

/// Has the subscription end with its period, or go on after it.
pub(crate) async fn set_ending(
    api: &Api,
    subscription: &GatewaySubscription<'_>,
    ends: bool,
) -> Result<Timestamp, GatewayError> {
    let path = path(subscription)?;
    let (known, _) = read(api, &path).await?;
    if known.content.cancel_at_period_end == ends && known.content.status != "canceled" {
        return Ok(known.at);
    }
    let form = Form::new().with("cancel_at_period_end", ends);
    Ok(api.post::<Subscription>(&path, Some(subscription.key), &form).await?.at)
}

/// Ends the subscription now.
pub(crate) async fn end(
    api: &Api,
    subscription: &GatewaySubscription<'_>,
    now: Timestamp,
) -> Result<Timestamp, GatewayError> {
    // There is nothing any more where an earlier call ended it, whose answer was lost.
    Ok(api.delete::<Subscription>(&path(subscription)?).await?.map_or(now, |answer| answer.at))
}
