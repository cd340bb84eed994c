//! The bodies of requests that create and change plans, and their validation.

use edge_capabilities::{Random, Timestamp, random};
use edge_http::{FieldError, Problem, nullable};
use edge_money::{Currency, Digits, Money};
use edge_plans::Cycle;
use serde::Deserialize;
use utoipa::ToSchema;

use super::model::ApplicationPlan;
use crate::application::request::is_valid_text;

const MAX_ID_LEN: usize = 64;
const MAX_TRIAL_DAYS: u32 = 730;
const MAX_SEATS: u32 = 1_000_000;

/// A request to create a plan.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreatePlanRequest {
    /// The plan's id within the application: 1 to 64 of `A`–`Z`, `a`–`z`, `0`–`9`, `.`, `_` and `-`. The default is a
    /// random id.
    #[serde(default)]
    id: Option<String>,
    name: String,
    /// The price of one seat for one billing cycle, not negative.
    #[schema(value_type = f64)]
    price_per_seat: Digits,
    /// The ISO 4217 code of the price's currency.
    currency: String,
    /// `monthly` (default), `quarterly` or `annual`.
    #[serde(default)]
    billing_cycle: Option<String>,
    /// The days for which a new subscription is not paid: 0 (default) to 730.
    #[serde(default)]
    trial_days: Option<u32>,
    /// The smallest number of seats that can be bought. Default: 1.
    #[serde(default)]
    min_seats: Option<u32>,
    /// The largest number of seats that can be bought; null (default): any number.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<u32>)]
    max_seats: Option<Option<u32>>,
    /// The id of the same price at Stripe.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    stripe_price_id: Option<Option<String>>,
    /// Whether the plan is sold. Default: true.
    #[serde(default)]
    active: Option<bool>,
}

/// The fields of a plan that can be updated. Omitted fields keep their values; null clears an optional field.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UpdatePlanRequest {
    #[serde(default)]
    name: Option<String>,
    /// The price of one seat for one billing cycle. Running subscriptions keep their price. If the price changes and
    /// `stripePriceId` is omitted, the plan has no price at Stripe any more.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    price_per_seat: Option<Digits>,
    /// The ISO 4217 code of the price's currency.
    #[serde(default)]
    currency: Option<String>,
    /// `monthly`, `quarterly` or `annual`.
    #[serde(default)]
    billing_cycle: Option<String>,
    /// The days for which a new subscription is not paid: 0 (default) to 730.
    #[serde(default)]
    trial_days: Option<u32>,
    /// The smallest number of seats that can be bought. Default: 1.
    #[serde(default)]
    min_seats: Option<u32>,
    /// The largest number of seats that can be bought; null (default): any number.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<u32>)]
    max_seats: Option<Option<u32>>,
    /// The id of the same price at Stripe.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    stripe_price_id: Option<Option<String>>,
    /// Whether the plan is sold. Default: true.
    #[serde(default)]
    active: Option<bool>,
}

pub(crate) fn is_plan_id(id: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=MAX_ID_LEN).contains(&id.len()) && id.bytes().all(is_allowed)
}

impl CreatePlanRequest {
    /// Validates the request; gives the first version of the plan, which has no number yet.
    pub(crate) fn read(
        self,
        application: &str,
        random: &dyn Random,
        by: &str,
        now: Timestamp,
    ) -> Result<ApplicationPlan, Problem> {
        let mut plan = ApplicationPlan {
            application: application.to_owned(),
            id: self.id.clone().unwrap_or_else(|| format!("plan_{}", random::hex::<12>(random))),
            version: 1,
            number: 0,
            name: String::new(),
            price_per_seat: Money { minor: 0, currency: Currency::INR },
            billing_cycle: Cycle::Monthly,
            trial_days: 0,
            min_seats: 1,
            max_seats: None,
            stripe_price_id: None,
            active: true,
            created_at: now,
            updated_at: now,
            updated_by: by.to_owned(),
        };
        let mut errors = Vec::new();
        if !is_plan_id(&plan.id) {
            errors.push(FieldError::new("id", "must be 1 to 64 of A–Z, a–z, 0–9, ., _ and -"));
        }
        let fields = UpdatePlanRequest {
            name: Some(self.name),
            price_per_seat: Some(self.price_per_seat),
            currency: Some(self.currency),
            billing_cycle: self.billing_cycle,
            trial_days: self.trial_days,
            min_seats: self.min_seats,
            max_seats: self.max_seats,
            stripe_price_id: self.stripe_price_id,
            active: self.active,
        };
        fields.apply(&mut plan, &mut errors);
        if errors.is_empty() { Ok(plan) } else { Err(Problem::fields(errors)) }
    }
}

impl UpdatePlanRequest {
    /// Validates the request; gives the next version of the plan; None: nothing changes.
    pub(crate) fn read(
        &self,
        before: &ApplicationPlan,
        by: &str,
        now: Timestamp,
    ) -> Result<Option<ApplicationPlan>, Problem> {
        let (mut after, mut errors) = (before.clone(), Vec::new());
        self.apply(&mut after, &mut errors);
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        let version = before.version.saturating_add(1);
        Ok((after != *before).then(|| ApplicationPlan { version, updated_at: now, updated_by: by.to_owned(), ..after }))
    }

    fn apply(&self, plan: &mut ApplicationPlan, errors: &mut Vec<FieldError>) {
        let mut wrong = |field: &str, message: &str| errors.push(FieldError::new(field, message));
        match &self.name {
            Some(name) if is_valid_text(name) => name.trim().clone_into(&mut plan.name),
            Some(_) => wrong("name", "must be 1 to 256 bytes without control characters"),
            None => {}
        }
        let before = (plan.price_per_seat, plan.billing_cycle);
        let currency = self.currency.as_deref().map_or(Ok(plan.price_per_seat.currency), Currency::parse);
        match (&self.price_per_seat, currency) {
            (_, Err(invalid)) => wrong("currency", &invalid.to_string()),
            (Some(digits), Ok(currency)) => match digits.read(currency) {
                Ok(price) if price.minor >= 0 => plan.price_per_seat = price,
                Ok(_) => wrong("pricePerSeat", "must not be below zero"),
                Err(invalid) => wrong("pricePerSeat", &invalid.to_string()),
            },
            (None, Ok(currency)) if currency != plan.price_per_seat.currency => {
                wrong("pricePerSeat", "is required with another currency");
            }
            (None, Ok(_)) => {}
        }
        match self.billing_cycle.as_deref().map(Cycle::parse) {
            Some(Some(cycle)) => plan.billing_cycle = cycle,
            Some(None) => wrong("billingCycle", "must be monthly, quarterly or annual"),
            None => {}
        }
        if before != (plan.price_per_seat, plan.billing_cycle) {
            // The price at Stripe is the earlier one, and cannot be changed there either.
            plan.stripe_price_id = None;
        }
        self.apply_limits(plan, errors);
    }

    fn apply_limits(&self, plan: &mut ApplicationPlan, errors: &mut Vec<FieldError>) {
        let mut wrong = |field: &str, message: &str| errors.push(FieldError::new(field, message));
        plan.trial_days = self.trial_days.unwrap_or(plan.trial_days);
        plan.min_seats = self.min_seats.unwrap_or(plan.min_seats);
        plan.max_seats = self.max_seats.unwrap_or(plan.max_seats);
        plan.active = self.active.unwrap_or(plan.active);
        if plan.trial_days > MAX_TRIAL_DAYS {
            wrong("trialDays", "must be a number from 0 to 730");
        }
        if !(1..=MAX_SEATS).contains(&plan.min_seats) {
            wrong("minSeats", "must be a number from 1 to 1000000");
        }
        if plan.max_seats.is_some_and(|most| most < plan.min_seats || most > MAX_SEATS) {
            wrong("maxSeats", "must be a number from minSeats to 1000000");
        }
        match &self.stripe_price_id {
            Some(Some(id)) if !is_valid_text(id) => {
                wrong("stripePriceId", "must be 1 to 256 bytes without control characters");
            }
            Some(id) => plan.stripe_price_id.clone_from(id),
            None => {}
        }
    }
}
