//! Prices: a version of a plan is one price at Stripe.

use edge_gateways::stripe_units;
use edge_money::{Currency, Money};
use edge_plans::Cycle;
use edge_subscriptions::{GatewayError, PlanTerms};
use edge_upstreams::segment;
use serde::Deserialize;

use crate::api::{Api, List};
use crate::form::Form;

#[derive(Deserialize)]
struct Price {
    id: String,
    currency: String,
    unit_amount: Option<i64>,
    recurring: Option<Recurring>,
}

#[derive(Deserialize)]
struct Recurring {
    interval: String,
    interval_count: i64,
}

/// How often a plan is paid, as Stripe says it.
const fn interval(cycle: Cycle) -> (&'static str, i64) {
    match cycle {
        Cycle::Monthly => ("month", 1),
        Cycle::Quarterly => ("month", 3),
        Cycle::Annual => ("year", 1),
    }
}

/// The id of the plan's price: the one it names, or one of the edge's own under a key that names application, plan and
/// version, which is made if there is none. Err: what Stripe would charge is not what the plan costs.
pub(crate) async fn price_of(api: &Api, application: &str, plan: &PlanTerms) -> Result<String, GatewayError> {
    if let Some(named) = &plan.stripe_price {
        let price = api.get::<Price>(&format!("/v1/prices/{}", segment(named)), &Form::new()).await?.content;
        return checked(price, plan);
    }
    let lookup_key = format!("bheem-edge:{application}:{}:{}", plan.id, plan.version);
    let query = Form::new().with("lookup_keys[0]", &lookup_key).with("limit", 1);
    let known = api.get::<List<Price>>("/v1/prices", &query).await?.content;
    if let Some(price) = known.data.into_iter().next() {
        return checked(price, plan);
    }
    let (interval, count) = interval(plan.cycle);
    let form = Form::new()
        .with("currency", plan.currency.as_str().to_ascii_lowercase())
        .with("unit_amount", unit_amount(plan)?)
        .with("recurring[interval]", interval)
        .with("recurring[interval_count]", count)
        .with("product_data[name]", &plan.name)
        .with("lookup_key", &lookup_key);
    let price = api.post::<Price>("/v1/prices", Some(&format!("price-{lookup_key}")), &form).await?.content;
    checked(price, plan)
}

fn unit_amount(plan: &PlanTerms) -> Result<i64, GatewayError> {
    let price = Money { minor: plan.price, currency: plan.currency };
    stripe_units::counted(price).ok_or(GatewayError::Unsupported("Stripe cannot charge this price"))
}

fn checked(price: Price, plan: &PlanTerms) -> Result<String, GatewayError> {
    let is_recurring = price
        .recurring
        .is_some_and(|recurring| (recurring.interval.as_str(), recurring.interval_count) == interval(plan.cycle));
    let is_currency = Currency::parse(&price.currency).is_ok_and(|currency| currency == plan.currency);
    if is_recurring && is_currency && price.unit_amount == Some(unit_amount(plan)?) {
        Ok(price.id)
    } else {
        Err(GatewayError::Refused(format!("the price {} at Stripe is not the plan's", price.id)))
    }
}
