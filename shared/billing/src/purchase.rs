//! What somebody wants to buy.

use edge_border::{FieldError, Problem};
use edge_plans::{Cycle, NoQuote, Order, Plan, Quote};
use serde::Deserialize;
use utoipa::ToSchema;

const LONGEST_ID: usize = 128;
const LONGEST_URL: usize = 2048;

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
    /// Where the customer goes who has paid.
    #[serde(default)]
    success_url: Option<String>,
    /// Where the customer goes who has not.
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
    /// Checks each part.
    pub(crate) fn read(self) -> Result<Purchase, Problem> {
        let mut errors = Vec::new();
        let mut check = |good: bool, field: &str, message: &str| {
            if !good {
                errors.push(FieldError::new(field, message));
            }
        };
        let sane = |text: &str| (1..=LONGEST_ID).contains(&text.len()) && !text.chars().any(char::is_control);
        let text = "must be 1 to 128 bytes without control characters";
        check(sane(&self.plan_id), "plan_id", text);
        let cycle = self.billing_cycle.as_deref().map(sold);
        check(cycle != Some(None), "billing_cycle", "must be monthly or annual");
        check(self.tier_code.as_deref().is_none_or(sane), "tier_code", text);
        check(self.seats.is_none_or(|seats| seats > 0), "seats", "must be a number from 1");
        check(self.success_url.as_deref().is_none_or(is_url), "success_url", URL);
        check(self.cancel_url.as_deref().is_none_or(is_url), "cancel_url", URL);
        check(self.approval_request_id.as_deref().is_none_or(sane), "approval_request_id", text);
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

const URL: &str = "must be an http or https address of at most 2,048 bytes";

/// Whether a customer may be sent there: nowhere but to a web page.
fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let has_host = rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '?', '#']));
    has_host && text.len() <= LONGEST_URL && !text.contains(|char: char| char.is_whitespace() || char.is_control())
}
