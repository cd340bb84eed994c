//! A subscription as callers see it.

use edge_money::{DecimalAmount, Money};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::terms::{GatewayName, Scheduled, UnpaidIncrease};
use crate::gateway::Preview;
use crate::movement::StoredSubscription;

/// A subscription.
#[derive(Serialize, ToSchema)]
#[schema(as = Subscription)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubscriptionResponse {
    id: String,
    organization_id: String,
    application_slug: String,
    plan_id: String,
    /// The version of the plan that the subscription was sold under.
    plan_version: i64,
    gateway: GatewayName,
    /// `INCOMPLETE`, `TRIALING`, `ACTIVE`, `PAST_DUE`, `CANCELLED`, `SUSPENDED` or `EXPIRED`.
    status: &'static str,
    seats: SeatCounts,
    /// The price of a seat for one billing cycle.
    #[schema(value_type = f64)]
    price_per_seat: DecimalAmount,
    currency: String,
    /// `monthly`, `quarterly` or `annual`.
    billing_cycle: &'static str,
    /// Null: the first period has not begun.
    current_period_start: Option<String>,
    current_period_end: Option<String>,
    /// When the trial ends or ended; null: there was none.
    trial_end: Option<String>,
    /// Whether the subscription ends with its period.
    cancel_at_period_end: bool,
    /// When it ended; null: it has not.
    ended_at: Option<String>,
    /// What changes later; null: nothing.
    scheduled: Option<ScheduledResponse>,
    /// The gateway's page where it is paid; omitted once it is paid, and where the gateway has no such page.
    #[serde(skip_serializing_if = "Option::is_none")]
    checkout_url: Option<String>,
    /// What your own page needs to take the payment, of a gateway that has orders: `order_id`, `amount`, `currency`,
    /// `key_id`, `gateway_response`. Omitted once it is paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    checkout: Option<Box<RawValue>>,
    /// Seats that count already and are still to be paid; omitted where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    unpaid_increase: Option<UnpaidIncreaseResponse>,
    created_at: String,
    /// Increases with every change of the subscription. Send it as `If-Match` to change it only if nobody else has.
    version: i64,
}

/// The seats of a subscription.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SeatCounts {
    purchased: i64,
    /// The seats that users have.
    assigned: i64,
    /// The invitations that may still be accepted.
    pending: i64,
    /// The seats that may be assigned.
    available: i64,
    /// How many more seats are in use than are purchased: the number fell. Nobody loses a seat by that, but none is
    /// assigned until enough are taken away.
    over_assigned: i64,
}

/// A change of a subscription that takes effect later.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ScheduledResponse {
    #[serde(skip_serializing_if = "Option::is_none")]
    seats: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan_id: Option<String>,
    /// When.
    at: String,
}

/// More seats that count already and go unless they are paid in time.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct UnpaidIncreaseResponse {
    /// The number of seats with them.
    seats: i64,
    /// When they go.
    lapses_at: String,
    /// The gateway's page where they are paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    checkout_url: Option<String>,
    /// What your own page needs to take the payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    checkout: Option<Box<RawValue>>,
}

/// The JSON in `text`.
fn raw(text: String) -> Option<Box<RawValue>> {
    RawValue::from_string(text).ok()
}

impl From<UnpaidIncrease> for UnpaidIncreaseResponse {
    fn from(increase: UnpaidIncrease) -> Self {
        Self {
            seats: increase.seats,
            lapses_at: increase.lapses_at.to_rfc3339_millis(),
            checkout_url: increase.checkout.url,
            checkout: increase.checkout.order.and_then(raw),
        }
    }
}

impl From<Scheduled> for ScheduledResponse {
    fn from(scheduled: Scheduled) -> Self {
        Self {
            seats: scheduled.seats,
            plan_id: scheduled.plan.map(|plan| plan.id),
            at: scheduled.at.to_rfc3339_millis(),
        }
    }
}

impl SubscriptionResponse {
    /// `expired` invitations are free without being noted as such.
    pub(crate) fn new(stored: StoredSubscription, expired: i64) -> Self {
        let StoredSubscription { account, id, terms, version, assigned, pending, .. } = stored;
        let pending = pending.saturating_sub(expired).max(0);
        let used = assigned.saturating_add(pending);
        let (start, end) = terms.period.map_or((None, None), |(start, end)| (Some(start), Some(end)));
        let checkout = terms.checkout.clone();
        let (checkout_url, checkout) = checkout.map_or((None, None), |checkout| (checkout.url, checkout.order));
        let price = Money { minor: terms.plan.price, currency: terms.plan.currency };
        Self {
            seats: SeatCounts {
                purchased: terms.seats,
                assigned,
                pending,
                available: terms.purchased().saturating_sub(used).max(0),
                over_assigned: if terms.status.is_live() { used.saturating_sub(terms.seats).max(0) } else { 0 },
            },
            id,
            organization_id: account.organization,
            application_slug: account.application,
            plan_version: terms.plan.version,
            gateway: terms.gateway,
            status: terms.status.as_str(),
            price_per_seat: DecimalAmount(price),
            currency: terms.plan.currency.as_str().to_owned(),
            billing_cycle: terms.plan.cycle.as_str(),
            plan_id: terms.plan.id,
            current_period_start: start.map(|at| at.to_rfc3339_millis()),
            current_period_end: end.map(|at| at.to_rfc3339_millis()),
            trial_end: terms.trial_end.map(|at| at.to_rfc3339_millis()),
            cancel_at_period_end: terms.cancel_at_period_end,
            ended_at: terms.ended_at.map(|at| at.to_rfc3339_millis()),
            scheduled: terms.scheduled.map(Into::into),
            checkout_url,
            checkout: checkout.and_then(raw),
            unpaid_increase: terms.unpaid_increase.map(Into::into),
            created_at: terms.created_at.to_rfc3339_millis(),
            version,
        }
    }

    /// The version in the header `ETag`.
    pub(crate) fn etag(&self) -> String {
        format!("\"{}\"", self.version)
    }
}

/// What a change costs.
#[derive(Serialize, ToSchema)]
#[schema(as = SubscriptionPreview)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PreviewResponse {
    /// The lines, each rounded by itself.
    lines: Vec<PreviewLineResponse>,
    /// Their sum; negative: a credit.
    #[schema(value_type = f64)]
    total: DecimalAmount,
    currency: String,
    /// What is due at once.
    #[schema(value_type = f64)]
    due_now: DecimalAmount,
}

/// A line of a preview.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PreviewLineResponse {
    description: String,
    quantity: i64,
    #[schema(value_type = f64)]
    amount: DecimalAmount,
}

impl From<Preview> for PreviewResponse {
    fn from(preview: Preview) -> Self {
        let currency = preview.currency;
        let amount = |minor| DecimalAmount(Money { minor, currency });
        let lines = preview.lines.into_iter().map(|line| PreviewLineResponse {
            description: line.description,
            quantity: line.quantity,
            amount: amount(line.amount),
        });
        Self {
            lines: lines.collect(),
            total: amount(preview.total),
            due_now: amount(preview.due_now),
            currency: currency.as_str().to_owned(),
        }
    }
}
