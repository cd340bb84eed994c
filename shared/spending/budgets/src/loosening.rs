//! What loosens a budget: whatever may let something be spent that it did not let before.
//!
//! To loosen takes `tenants:admin`. And whoever loosened a budget is held by it as it was, with all their keys and those
//! whom they put in charge, until somebody else with that right has changed the budget: that is how they agree to it.

use std::collections::BTreeMap;

use edge_capabilities::database::DatabaseError;
use edge_money::Money;
use edge_tenants::Party;
use serde_json::Value;

use crate::budget::{Budget, Change, Severity, Threshold};
use crate::period::Period;

/// What of a budget holds those who spend.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Terms {
    /// What a period gives, in the currency's smallest unit.
    limit: i64,
    carry_over: bool,
    thresholds: Vec<Threshold>,
    is_active: bool,
}

impl Terms {
    fn of(budget: &Budget, period: Period) -> Self {
        Self {
            limit: budget.limit_of(period),
            carry_over: budget.carry_over,
            thresholds: budget.thresholds.clone(),
            is_active: budget.is_active,
        }
    }

    /// The percentage that nothing goes past.
    fn hard(&self) -> Option<u32> {
        let hard = self.thresholds.iter().filter(|threshold| threshold.severity == Severity::Hard);
        hard.map(|threshold| threshold.percent).min()
    }

    /// The same after a change that is written so.
    fn after(mut self, budget: &Budget, change: &Change) -> Result<Self, DatabaseError> {
        let broken = |field: &str| DatabaseError::Refused(format!("budgets.history: {field} cannot be read"));
        let field = |name: &str| change.fields.get(name);
        if let Some(limit) = field("limit") {
            let limit = limit.as_str().and_then(|decimal| Money::parse(decimal, budget.currency).ok());
            self.limit = limit.ok_or_else(|| broken("limit"))?.minor;
        }
        if let Some(carry_over) = field("carry_over") {
            self.carry_over = carry_over.as_bool().ok_or_else(|| broken("carry_over"))?;
        }
        if let Some(thresholds) = field("thresholds") {
            self.thresholds = serde_json::from_value(Value::clone(thresholds)).map_err(|_| broken("thresholds"))?;
        }
        if let Some(is_active) = field("is_active") {
            self.is_active = is_active.as_bool().ok_or_else(|| broken("is_active"))?;
        }
        Ok(self)
    }
}

/// Whether `after` lets more be spent than `before`, in the period `period`.
pub(crate) fn is_looser(before: &Budget, after: &Budget, period: Period) -> bool {
    let (before, after) = (Terms::of(before, period), Terms::of(after, period));
    let hard = |terms: &Terms| terms.hard().unwrap_or(u32::MAX);
    before.is_active
        && (!after.is_active
            || after.limit > before.limit
            || (after.carry_over && !before.carry_over)
            || hard(&after) > hard(&before))
}

/// How a budget holds what a party spends.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Held {
    /// As this budget does.
    By(Box<Budget>),
    /// One of the party took it out of use, and nobody else has agreed to it.
    Withdrawn,
}

/// How `budget` holds what `party` spends in `period`: as it is now, and as it was before each change that one of the party
/// made since somebody else with `tenants:admin` changed it last. `roots` tell who acts as one.
pub(crate) fn held_for(
    budget: &Budget,
    period: Period,
    party: &Party,
    roots: &BTreeMap<String, String>,
) -> Result<Held, DatabaseError> {
    let is_of_party = |change: &Change| party.includes(roots.get(&change.actor).map(String::as_str));
    let is_agreed = |change: &Change| change.by_admin && !is_of_party(change);
    let agreed = budget.history.iter().rposition(is_agreed);
    let mut was: Option<Terms> = None;
    let mut held = Terms::of(budget, period);
    for (index, change) in budget.history.iter().enumerate() {
        if let Some(was) = &was
            && agreed.is_none_or(|agreed| index > agreed)
            && is_of_party(change)
            && was.is_active
        {
            if !budget.is_active {
                return Ok(Held::Withdrawn);
            }
            held.limit = held.limit.min(was.limit);
            held.carry_over &= was.carry_over;
            held.thresholds.extend(was.thresholds.iter().filter(|one| one.severity == Severity::Hard));
        }
        was = Some(was.unwrap_or_default().after(budget, change)?);
    }
    let mut as_held = budget.clone();
    if held.limit != budget.limit_of(period) {
        as_held.set_limit(period, held.limit);
    }
    (as_held.carry_over, as_held.thresholds) = (held.carry_over, held.thresholds);
    Ok(Held::By(Box::new(as_held)))
}
