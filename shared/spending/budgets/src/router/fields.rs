//! What a budget is asked to be, each part what it must be.

use edge_capabilities::database::DatabaseError;
use edge_capabilities::{Random, Timestamp, random};
use edge_http::{FieldError, Problem};
use edge_money::{Currency, Digits};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::budget::{Budget, Change, Severity, Threshold};
use crate::period::{BudgetPeriod, Zone};

const MAX_LEN: usize = 256;

/// What a budget has where nothing else is asked for: people are told at four fifths, and there is no going past it.
const DEFAULT: [Threshold; 2] =
    [Threshold { percent: 80, severity: Severity::Soft }, Threshold { percent: 100, severity: Severity::Hard }];

const MAX_THRESHOLDS: usize = 10;
const HIGHEST: u32 = 1000;

/// The amount, from nothing up.
pub(super) fn read_amount(digits: &Digits, currency: Currency) -> Result<i64, String> {
    match digits.read(currency) {
        Ok(money) if money.minor >= 0 => Ok(money.minor),
        Ok(_) => Err("must not be below zero".to_owned()),
        Err(invalid) => Err(invalid.to_string()),
    }
}

/// A budget to create.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct NewBudget {
    /// The budget's name for display: 1 to 256 bytes.
    name: String,
    /// The amount that may be spent in each period.
    #[schema(value_type = f64)]
    limit: Digits,
    /// The ISO 4217 code of the currency of all the budget's amounts.
    currency: String,
    /// The length of a period: `monthly`, `quarterly` or `yearly`.
    period: String,
    /// The IANA time zone in which periods begin and end, such as `Asia/Kolkata`. Default: `UTC`.
    #[serde(default)]
    time_zone: Option<String>,
    /// Whether the amount left at the end of a period may be spent in the next. Default: `false`.
    #[serde(default)]
    carry_over: Option<bool>,
    /// The department that the budget covers. Default: the whole tenant.
    #[serde(default)]
    department_id: Option<String>,
    /// The cost centre that the budget covers. Default: all cost centres.
    #[serde(default)]
    cost_centre: Option<String>,
    /// At most 10 thresholds, each at another percentage. Default: soft at 80 percent and hard at 100 percent.
    #[serde(default)]
    thresholds: Option<Vec<Threshold>>,
}

/// The changes to a budget. Fields that are absent keep their values.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct BudgetChanges {
    /// The budget's name for display: 1 to 256 bytes.
    #[serde(default)]
    name: Option<String>,
    /// The amount that may be spent in each period, from the current period on.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    limit: Option<Digits>,
    /// Whether the amount left at the end of a period may be spent in the next.
    #[serde(default)]
    carry_over: Option<bool>,
    /// At most 10 thresholds, each at another percentage. They replace the present ones.
    #[serde(default)]
    thresholds: Option<Vec<Threshold>>,
    /// Whether the budget is enforced. Only one budget can be active for each tenant, department and cost centre.
    #[serde(default)]
    is_active: Option<bool>,
    /// Cannot be changed: create another budget instead.
    #[serde(default)]
    currency: Option<String>,
    /// Cannot be changed.
    #[serde(default)]
    period: Option<String>,
    /// Cannot be changed.
    #[serde(default)]
    time_zone: Option<String>,
    /// Cannot be changed.
    #[serde(default)]
    department_id: Option<String>,
    /// Cannot be changed.
    #[serde(default)]
    cost_centre: Option<String>,
}

/// Whoever makes a change, and when.
pub(crate) struct Hand {
    pub(crate) actor: String,
    pub(crate) address: Option<String>,
    /// Whether they have `tenants:admin`.
    pub(crate) is_admin: bool,
    pub(crate) at: Timestamp,
}

impl Hand {
    fn change(&self, fields: Value) -> Change {
        let (actor, address) = (self.actor.clone(), self.address.clone());
        Change { at: self.at.to_rfc3339_millis(), actor, address, by_admin: self.is_admin, fields }
    }
}

fn is_sane(text: &str) -> bool {
    (1..=MAX_LEN).contains(&text.trim().len()) && !text.chars().any(char::is_control)
}

fn check_thresholds(thresholds: &[Threshold], errors: &mut Vec<FieldError>) {
    let mut percents: Vec<u32> = thresholds.iter().map(|threshold| threshold.percent).collect();
    percents.sort_unstable();
    percents.dedup();
    let in_range = percents.iter().all(|percent| (1..=HIGHEST).contains(percent));
    if !in_range || percents.len() != thresholds.len() || percents.len() > MAX_THRESHOLDS {
        errors.push(FieldError::new(
            "thresholds",
            "must be at most 10 thresholds, each at a different percentage from 1 to 1000",
        ));
    }
}

impl NewBudget {
    /// The budget of `tenant` that is asked for.
    pub(crate) fn read(self, tenant: &str, random: &dyn Random, hand: &Hand) -> Result<Budget, Problem> {
        let mut errors = Vec::new();
        let mut wrong = |field: &str, message: &str| errors.push(FieldError::new(field, message));
        let text = "must be 1 to 256 bytes without control characters";
        let optional = [("department_id", &self.department_id), ("cost_centre", &self.cost_centre)];
        if !is_sane(&self.name) {
            wrong("name", text);
        }
        for (field, value) in optional {
            if value.as_ref().is_some_and(|value| !is_sane(value)) {
                wrong(field, text);
            }
        }
        let currency = Currency::parse(&self.currency);
        if let Err(invalid) = currency {
            wrong("currency", &invalid.to_string());
        }
        let every = BudgetPeriod::parse(&self.period);
        if every.is_none() {
            wrong("period", "must be monthly, quarterly or yearly");
        }
        let zone = Zone::parse(self.time_zone.as_deref().unwrap_or("UTC"));
        if zone.is_none() {
            wrong("time_zone", "must be an IANA time zone, such as Asia/Kolkata");
        }
        let limit = currency.map(|currency| read_amount(&self.limit, currency)).unwrap_or(Ok(0));
        if let Err(message) = &limit {
            wrong("limit", message);
        }
        let thresholds = self.thresholds.unwrap_or(DEFAULT.to_vec());
        check_thresholds(&thresholds, &mut errors);
        let (Ok(currency), Some(every), Some(zone), Ok(limit), true) =
            (currency, every, zone, limit, errors.is_empty())
        else {
            return Err(Problem::fields(errors));
        };
        let mut budget = Budget {
            id: format!("bud_{}", random::hex::<12>(random)),
            tenant: tenant.to_owned(),
            department: self.department_id.unwrap_or_default(),
            cost_centre: self.cost_centre.unwrap_or_default(),
            name: self.name.trim().to_owned(),
            currency,
            every,
            zone,
            carry_over: self.carry_over.unwrap_or_default(),
            limits: Vec::new(),
            thresholds,
            is_active: true,
            created_at: hand.at,
            updated_at: hand.at,
            history: Vec::new(),
            revision: 1,
        };
        let first = budget.period(hand.at)?;
        budget.set_limit(first, limit);
        let fields = json!({
            "name": budget.name, "limit": budget.money(limit).to_decimal(), "carry_over": budget.carry_over,
            "thresholds": budget.thresholds, "is_active": true,
        });
        budget.history.push(hand.change(fields));
        Ok(budget)
    }
}

impl BudgetChanges {
    /// Makes the changes; gives whether there were any.
    pub(crate) fn apply(&self, budget: &mut Budget, hand: &Hand) -> Result<bool, Problem> {
        let mut errors = Vec::new();
        let fixed = [
            ("currency", &self.currency, budget.currency.as_str()),
            ("period", &self.period, budget.every.as_str()),
            ("time_zone", &self.time_zone, budget.zone.name()),
            ("department_id", &self.department_id, budget.department.as_str()),
            ("cost_centre", &self.cost_centre, budget.cost_centre.as_str()),
        ];
        for (field, asked, is) in fixed {
            if asked.as_ref().is_some_and(|asked| asked != is) {
                errors.push(FieldError::new(field, "cannot be changed: create another budget"));
            }
        }
        if self.name.as_ref().is_some_and(|name| !is_sane(name)) {
            errors.push(FieldError::new("name", "must be 1 to 256 bytes without control characters"));
        }
        let limit = self.limit.as_ref().map(|limit| read_amount(limit, budget.currency)).transpose();
        if let Err(message) = &limit {
            errors.push(FieldError::new("limit", message));
        }
        if let Some(thresholds) = &self.thresholds {
            check_thresholds(thresholds, &mut errors);
        }
        let (Ok(limit), true) = (limit, errors.is_empty()) else { return Err(Problem::fields(errors)) };
        let now = budget.period(hand.at)?;
        let before = (budget.limit_of(now), budget.clone());
        let mut fields = Map::new();
        if let Some(limit) = limit.filter(|limit| *limit != before.0) {
            budget.set_limit(now, limit);
            fields.insert("limit".into(), budget.money(limit).to_decimal().into());
        }
        if let Some(name) = self.name.as_ref().map(|name| name.trim()).filter(|name| *name != before.1.name) {
            name.clone_into(&mut budget.name);
            fields.insert("name".into(), name.into());
        }
        if let Some(carry_over) = self.carry_over.filter(|carry_over| *carry_over != before.1.carry_over) {
            budget.carry_over = carry_over;
            fields.insert("carry_over".into(), carry_over.into());
        }
        if let Some(thresholds) = self.thresholds.as_ref().filter(|thresholds| **thresholds != before.1.thresholds) {
            budget.thresholds.clone_from(thresholds);
            fields.insert("thresholds".into(), json!(thresholds));
        }
        if let Some(is_active) = self.is_active.filter(|is_active| *is_active != before.1.is_active) {
            budget.is_active = is_active;
            fields.insert("is_active".into(), is_active.into());
        }
        if fields.is_empty() {
            return Ok(false);
        }
        budget.updated_at = hand.at;
        budget.history.push(hand.change(fields.into()));
        Ok(true)
    }
}

/// A budget in use for the same part of the tenant stands in the way.
pub(crate) fn taken(error: DatabaseError) -> Problem {
    match error {
        DatabaseError::Duplicate(_) => {
            let detail = "This tenant, department and cost centre already have an active budget.";
            Problem::new(edge_http::Code::AlreadyExists, detail)
        }
        error => error.into(),
    }
}
