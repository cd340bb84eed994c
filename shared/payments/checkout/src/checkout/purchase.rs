//! What is bought.

use edge_http::{FieldError, InvalidText, Problem, Text};
use edge_plans::Cycle;
use serde::Deserialize;
use utoipa::ToSchema;

use super::return_url::ReturnHosts;

const MAX_ID_LEN: usize = 128;

/// A purchase of a plan.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct CreateCheckoutRequest {
    /// The plan's `sku_id` or `sku_code`.
    plan_id: String,
    /// `monthly` or `annual`. Default: the plan's own billing cycle.
    #[serde(default)]
    billing_cycle: Option<String>,
    /// The code of one of the plan's tiers. Default: the plan itself, at its own price.
    #[serde(default)]
    tier_code: Option<String>,
    /// The number of seats. Default: 1.
    #[serde(default)]
    #[schema(minimum = 1)]
    seats: Option<i64>,
    /// Where the customer is sent after paying: an https URL at a public host. If the tenant's setting
    /// `checkout_return_hosts` lists hosts, it must be one of those.
    #[serde(default)]
    success_url: Option<String>,
    /// Where the customer is sent after cancelling. The same hosts are allowed.
    #[serde(default)]
    cancel_url: Option<String>,
    /// The id of the approval request by which this purchase was approved.
    #[serde(default)]
    approval_request_id: Option<String>,
}

/// A purchase whose fields are valid.
#[derive(Clone, Debug)]
pub(crate) struct Purchase {
    pub(crate) plan_id: String,
    pub(crate) cycle: Option<Cycle>,
    pub(crate) tier_code: Option<String>,
    pub(crate) seats: Option<i64>,
    pub(crate) success_url: Option<String>,
    pub(crate) cancel_url: Option<String>,
    pub(crate) approval_request_id: Option<String>,
}

impl CreateCheckoutRequest {
    /// Checks each field; `hosts`: where customers may be sent.
    pub(crate) fn validate(self, hosts: &ReturnHosts) -> Result<Purchase, Problem> {
        let mut errors = Vec::new();
        let mut check = |good: bool, field: &str, message: &str| {
            if !good {
                errors.push(FieldError::new(field, message));
            }
        };
        let is_valid = Text::<MAX_ID_LEN>::accepts;
        let text = &InvalidText::<MAX_ID_LEN>.to_string();
        check(is_valid(&self.plan_id), "plan_id", text);
        let cycle = self.billing_cycle.as_deref().map(sold_cycle);
        check(cycle != Some(None), "billing_cycle", "must be monthly or annual");
        check(self.tier_code.as_deref().is_none_or(is_valid), "tier_code", text);
        check(self.seats.is_none_or(|seats| seats > 0), "seats", "must be a number from 1");
        for (field, url) in [("success_url", &self.success_url), ("cancel_url", &self.cancel_url)] {
            if let Some(Err(wrong)) = url.as_deref().map(|url| hosts.check(url)) {
                check(false, field, wrong);
            }
        }
        check(self.approval_request_id.as_deref().is_none_or(is_valid), "approval_request_id", text);
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        Ok(Purchase {
            plan_id: self.plan_id,
            cycle: cycle.flatten(),
            tier_code: self.tier_code,
            seats: self.seats,
            success_url: self.success_url,
            cancel_url: self.cancel_url,
            approval_request_id: self.approval_request_id,
        })
    }
}

/// The billing cycles that are sold.
fn sold_cycle(written: &str) -> Option<Cycle> {
    match written {
        "monthly" => Some(Cycle::Monthly),
        "annual" => Some(Cycle::Annual),
        _ => None,
    }
}
