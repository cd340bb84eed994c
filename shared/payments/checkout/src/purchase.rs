//! What somebody wants to buy.

use edge_http::{FieldError, Problem};
use edge_plans::{Cycle, NoQuote, Order, Plan, Quote};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::return_url::ReturnHosts;

const MAX_ID_LEN: usize = 128;

/// What somebody wants to buy.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = Checkout)]
pub(crate) struct Wanted {
    /// The plan's `sku_id` or `sku_code`.
    plan_id: String,
    /// `monthly` or `annual`; without it, as often as the plan is paid.
    #[serde(default)]
    billing_cycle: Option<String>,
    /// One of the plan's tiers; without it, what the plan itself costs.
    #[serde(default)]
    tier_code: Option<String>,
    /// For how many seats; 1 unless told.
    #[serde(default)]
    #[schema(minimum = 1)]
    seats: Option<i64>,
    /// Where the customer goes who has paid: an https address at a public host, or at one of those that the tenant's
    /// setting `checkout_return_hosts` names.
    #[serde(default)]
    success_url: Option<String>,
    /// Where the customer goes who has not: the same.
    #[serde(default)]
    cancel_url: Option<String>,
    /// The request by which this very purchase was approved.
    #[serde(default)]
    approval_request_id: Option<String>,
}

/// The same, each part what it must be.
#[derive(Clone, Debug)]
pub(crate) struct Purchase {
    pub(crate) plan: String,
    pub(crate) cycle: Option<Cycle>,
    pub(crate) tier_code: Option<String>,
    pub(crate) seats: Option<i64>,
    pub(crate) success_url: Option<String>,
    pub(crate) cancel_url: Option<String>,
    pub(crate) approval: Option<String>,
}

impl Wanted {
    /// Checks each part; `hosts`: where customers may be sent.
    pub(crate) fn read(self, hosts: &ReturnHosts) -> Result<Purchase, Problem> {
        let mut errors = Vec::new();
        let mut check = |good: bool, field: &str, message: &str| {
            if !good {
                errors.push(FieldError::new(field, message));
            }
        };
        let is_valid = |text: &str| (1..=MAX_ID_LEN).contains(&text.len()) && !text.chars().any(char::is_control);
        let text = "must be 1 to 128 bytes without control characters";
        check(is_valid(&self.plan_id), "plan_id", text);
        let cycle = self.billing_cycle.as_deref().map(sold);
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
            plan: self.plan_id,
            cycle: cycle.flatten(),
            tier_code: self.tier_code,
            seats: self.seats,
            success_url: self.success_url,
            cancel_url: self.cancel_url,
            approval: self.approval_request_id,
        })
    }
}

impl Purchase {
    /// What it costs by `plan`; `is_first`: the tenant never paid before.
    pub(crate) fn quote(&self, plan: &Plan, is_first: bool) -> Result<Quote, Problem> {
        let order = Order {
            cycle: self.cycle.or(plan.cycle()).unwrap_or(Cycle::Monthly),
            tier_code: self.tier_code.as_deref(),
            seats: self.seats.unwrap_or(1),
            is_first,
        };
        plan.quote(&order).map_err(|no| {
            let field = match no {
                NoQuote::Tier => "tier_code",
                NoQuote::Seats(_) | NoQuote::Amount => "seats",
                NoQuote::Cycle(_) => "billing_cycle",
                NoQuote::Price => "plan_id",
            };
            Problem::field(field, no.to_string())
        })
    }
}

/// The cycles that are sold, as they are written.
fn sold(written: &str) -> Option<Cycle> {
    match written {
        "monthly" => Some(Cycle::Monthly),
        "annual" => Some(Cycle::Annual),
        _ => None,
    }
}
