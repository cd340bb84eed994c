//! The bodies of requests that create and update budgets, and their validation.

use edge_capabilities::{Random, Timestamp, random};
use edge_http::{FieldError, InvalidText, Problem, Text};
use edge_money::{Currency, Digits};
use edge_time_zones::Zone;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::model::{Budget, Change, Severity, Threshold};
use super::period::PeriodLength;

const MAX_LEN: usize = 256;

/// The thresholds of a budget that is created without any.
const DEFAULT_THRESHOLDS: [Threshold; 2] =
    [Threshold { percent: 80, severity: Severity::Soft }, Threshold { percent: 100, severity: Severity::Hard }];

const MAX_THRESHOLDS: usize = 10;
const MAX_PERCENT: u32 = 1000;

/// Whether a text can be an id of the edge's own.
pub(crate) fn is_id(text: &str) -> bool {
    Text::<64>::accepts(text)
}

/// Reads an amount that is not negative.
pub(crate) fn read_amount(digits: &Digits, currency: Currency) -> Result<i64, String> {
    match digits.read(currency) {
        Ok(money) if money.minor >= 0 => Ok(money.minor),
        Ok(_) => Err("must not be below zero".to_owned()),
        Err(invalid) => Err(invalid.to_string()),
    }
}

/// A budget to create.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct CreateBudgetRequest {
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
    /// The entity that the budget covers. Default: all entities.
    #[serde(default)]
    entity_id: Option<String>,
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
pub(crate) struct UpdateBudgetRequest {
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
    /// Whether the budget is enforced. Only one budget can be active for each tenant, entity, department and
    /// cost centre.
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
    entity_id: Option<String>,
    /// Cannot be changed.
    #[serde(default)]
    department_id: Option<String>,
    /// Cannot be changed.
    #[serde(default)]
    cost_centre: Option<String>,
}

/// The caller who makes a change, and the time.
pub(crate) struct Changer {
    pub(crate) actor: String,
    pub(crate) address: Option<String>,
    /// Whether the caller has `tenants:admin`.
    pub(crate) is_admin: bool,
    pub(crate) at: Timestamp,
}

impl Changer {
    fn change(&self, fields: Value) -> Change {
        let (actor, address) = (self.actor.clone(), self.address.clone());
        Change { at: self.at.to_rfc3339_millis(), actor, address, by_admin: self.is_admin, fields }
    }
}

/// Whether `name` can be a name: blanks around it do not count, for they are not stored.
fn is_name(name: &str) -> bool {
    Text::<MAX_LEN>::accepts(name.trim()) && !name.chars().any(char::is_control)
}

fn check_thresholds(thresholds: &[Threshold], errors: &mut Vec<FieldError>) {
    let mut percents: Vec<u32> = thresholds.iter().map(|threshold| threshold.percent).collect();
    percents.sort_unstable();
    percents.dedup();
    let in_range = percents.iter().all(|percent| (1..=MAX_PERCENT).contains(percent));
    if !in_range || percents.len() != thresholds.len() || percents.len() > MAX_THRESHOLDS {
        errors.push(FieldError::new(
            "thresholds",
            "must be at most 10 thresholds, each at a different percentage from 1 to 1000",
        ));
    }
}

impl CreateBudgetRequest {
    /// Validates the request; gives the budget of `tenant` to create.
    pub(crate) fn read(self, tenant: &str, random: &dyn Random, by: &Changer) -> Result<Budget, Problem> {
        let mut errors = Vec::new();
        let mut wrong = |field: &str, message: &str| errors.push(FieldError::new(field, message));
        let text = InvalidText::<MAX_LEN>.to_string();
        let optional = [
            ("entity_id", &self.entity_id),
            ("department_id", &self.department_id),
            ("cost_centre", &self.cost_centre),
        ];
        if !is_name(&self.name) {
            wrong("name", &text);
        }
        for (field, value) in optional {
            if value.as_ref().is_some_and(|value| !is_name(value)) {
                wrong(field, &text);
            }
        }
        let currency = Currency::parse(&self.currency);
        if let Err(invalid) = currency {
            wrong("currency", &invalid.to_string());
        }
        let period_length = PeriodLength::parse(&self.period);
        if period_length.is_none() {
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
        let thresholds = self.thresholds.unwrap_or(DEFAULT_THRESHOLDS.to_vec());
        check_thresholds(&thresholds, &mut errors);
        let (Ok(currency), Some(period_length), Some(zone), Ok(limit), true) =
            (currency, period_length, zone, limit, errors.is_empty())
        else {
            return Err(Problem::fields(errors));
        };
        let mut budget = Budget {
            id: format!("bud_{}", random::hex::<12>(random)),
            tenant: tenant.to_owned(),
            entity: self.entity_id.unwrap_or_default(),
            department: self.department_id.unwrap_or_default(),
            cost_centre: self.cost_centre.unwrap_or_default(),
            name: self.name.trim().to_owned(),
            currency,
            period_length,
            zone,
            carry_over: self.carry_over.unwrap_or_default(),
            limits: Vec::new(),
            thresholds,
            is_active: true,
            created_at: by.at,
            updated_at: by.at,
            history: Vec::new(),
            revision: 1,
        };
        let first = budget.period(by.at)?;
        budget.set_limit(first, limit);
        let fields = json!({
            "name": budget.name, "limit": budget.money(limit).to_decimal(), "carry_over": budget.carry_over,
            "thresholds": budget.thresholds, "is_active": true,
        });
        budget.history.push(by.change(fields));
        Ok(budget)
    }
}

impl UpdateBudgetRequest {
    /// Applies the changes to `budget`; gives whether there were any.
    pub(crate) fn apply(&self, budget: &mut Budget, by: &Changer) -> Result<bool, Problem> {
        let mut errors = Vec::new();
        let fixed = [
            ("currency", &self.currency, budget.currency.as_str()),
            ("period", &self.period, budget.period_length.as_str()),
            ("time_zone", &self.time_zone, budget.zone.as_str()),
            ("entity_id", &self.entity_id, budget.entity.as_str()),
            ("department_id", &self.department_id, budget.department.as_str()),
            ("cost_centre", &self.cost_centre, budget.cost_centre.as_str()),
        ];
        for (field, new, present) in fixed {
            if new.as_ref().is_some_and(|new| new != present) {
                errors.push(FieldError::new(field, "cannot be changed; create another budget"));
            }
        }
        if self.name.as_ref().is_some_and(|name| !is_name(name)) {
            errors.push(FieldError::new("name", InvalidText::<MAX_LEN>.to_string()));
        }
        let limit = self.limit.as_ref().map(|limit| read_amount(limit, budget.currency)).transpose();
        if let Err(message) = &limit {
            errors.push(FieldError::new("limit", message));
        }
        if let Some(thresholds) = &self.thresholds {
            check_thresholds(thresholds, &mut errors);
        }
        let (Ok(limit), true) = (limit, errors.is_empty()) else { return Err(Problem::fields(errors)) };
        let period = budget.period(by.at)?;
        let before = budget.clone();
        let mut fields = Map::new();
        if let Some(limit) = limit.filter(|limit| *limit != before.limit_of(period)) {
            budget.set_limit(period, limit);
            fields.insert("limit".into(), budget.money(limit).to_decimal().into());
        }
        if let Some(name) = self.name.as_ref().map(|name| name.trim()).filter(|name| *name != before.name) {
            name.clone_into(&mut budget.name);
            fields.insert("name".into(), name.into());
        }
        if let Some(carry_over) = self.carry_over.filter(|carry_over| *carry_over != before.carry_over) {
            budget.carry_over = carry_over;
            fields.insert("carry_over".into(), carry_over.into());
        }
        if let Some(thresholds) = self.thresholds.as_ref().filter(|thresholds| **thresholds != before.thresholds) {
            budget.thresholds.clone_from(thresholds);
            fields.insert("thresholds".into(), json!(thresholds));
        }
        if let Some(is_active) = self.is_active.filter(|is_active| *is_active != before.is_active) {
            budget.is_active = is_active;
            fields.insert("is_active".into(), is_active.into());
        }
        if fields.is_empty() {
            return Ok(false);
        }
        budget.updated_at = by.at;
        budget.history.push(by.change(fields.into()));
        Ok(true)
    }
}
