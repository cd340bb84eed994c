//! The JSON of plans in responses.

use edge_money::Money;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::plan::{Plan, Tier};

/// The plans on sale.
#[derive(Serialize, ToSchema)]
#[schema(as = Plans)]
pub(crate) struct PlansResponse<'a> {
    plans: Vec<PlanResponse<'a>>,
}

/// A plan.
#[derive(Serialize, ToSchema)]
#[schema(as = Plan)]
pub(crate) struct PlanResponse<'a> {
    sku_id: &'a str,
    sku_code: Option<&'a str>,
    name: &'a str,
    description: Option<&'a str>,
    /// The ISO 4217 currency code.
    currency: &'a str,
    /// `monthly`, `quarterly`, `annual`.
    billing_cycle: Option<&'a str>,
    #[schema(value_type = Option<f64>)]
    base_price: Amount,
    /// The price that currently applies instead of the base price.
    #[schema(value_type = Option<f64>)]
    offer_price: Amount,
    /// A one-time fee, charged in addition to the first price.
    #[schema(value_type = Option<f64>)]
    setup_fee: Amount,
    trial_period_days: Option<i64>,
    tiers: Vec<TierResponse<'a>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Tier)]
struct TierResponse<'a> {
    tier_code: &'a str,
    tier_name: Option<&'a str>,
    /// The price; null means the plan's own price.
    #[schema(value_type = Option<f64>)]
    price: Amount,
    /// The maximum number of users; null means unlimited.
    max_users: Option<i64>,
    /// The storage limit in GB; null means unlimited.
    max_storage_gb: Option<i64>,
    #[schema(value_type = Object)]
    features_included: Option<Box<RawValue>>,
    is_featured: bool,
}

/// An amount as a JSON number of all its digits.
struct Amount(Option<Money>);

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json = self.0.map(|money| RawValue::from_string(money.to_decimal()));
        json.transpose().map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl<'a> From<&'a Plan> for PlanResponse<'a> {
    fn from(plan: &'a Plan) -> Self {
        Self {
            sku_id: &plan.id,
            sku_code: plan.code.as_deref(),
            name: &plan.name,
            description: plan.description.as_deref(),
            currency: plan.currency.as_str(),
            billing_cycle: plan.billing_cycle.as_deref(),
            base_price: Amount(plan.base_price),
            offer_price: Amount(plan.offer_price),
            setup_fee: Amount(plan.setup_fee),
            trial_period_days: plan.trial_period_days,
            tiers: plan.tiers.iter().map(TierResponse::from).collect(),
        }
    }
}

impl<'a> From<&'a Tier> for TierResponse<'a> {
    fn from(tier: &'a Tier) -> Self {
        Self {
            tier_code: &tier.code,
            tier_name: tier.name.as_deref(),
            price: Amount(tier.price),
            max_users: tier.max_users,
            max_storage_gb: tier.max_storage_gb,
            features_included: tier.features.clone().and_then(|json| RawValue::from_string(json).ok()),
            is_featured: tier.is_featured,
        }
    }
}

/// One plan, as JSON.
pub(crate) fn one(plan: &Plan) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&PlanResponse::from(plan))
}

/// Plans, as JSON.
pub(crate) fn all(plans: &[Plan]) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&PlansResponse { plans: plans.iter().map(PlanResponse::from).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_written_with_every_digit_and_read_back_as_it_was() {
        let written = r#"{"sku_id":"s","sku_code":"WORKSPACE-S","name":"S","description":null,"currency":"KWD",
            "billing_cycle":"monthly","base_price":"12345678901.125","offer_price":7,"setup_fee":null,
            "trial_period_days":14,"tiers":[{"tier_code":"T","tier_name":"Tier","price":0.100,"max_users":-1,
            "max_storage_gb":10,"features_included":{"credits":100,"rate":0.1000},"is_featured":true}]}"#;
        let plan = Plan::read(written.as_bytes()).unwrap();
        let shown = String::from_utf8(one(&plan).unwrap()).unwrap();
        let expected = concat!(
            r#"{"sku_id":"s","sku_code":"WORKSPACE-S","name":"S","description":null,"currency":"KWD","#,
            r#""billing_cycle":"monthly","base_price":12345678901.125,"offer_price":7.000,"setup_fee":null,"#,
            r#""trial_period_days":14,"tiers":[{"tier_code":"T","tier_name":"Tier","price":0.100,"max_users":null,"#,
            r#""max_storage_gb":10,"features_included":{"credits":100,"rate":0.1000},"is_featured":true}]}"#,
        );
        assert_eq!(shown, expected);
        assert_eq!(Plan::read(shown.as_bytes()), Ok(plan.clone()));
        assert_eq!(String::from_utf8(all(&[plan]).unwrap()).unwrap(), format!(r#"{{"plans":[{expected}]}}"#));
    }
}
