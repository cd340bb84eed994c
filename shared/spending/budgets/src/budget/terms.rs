//! The terms of a budget, and changes that loosen them, which means that they may allow more spending.
//!
//! A loosening change requires `tenants:admin`. The budget's previous terms continue to bind the caller who made the change,
//! with all their keys and the members whom they appointed, until another caller with `tenants:admin` changes the budget and
//! so agrees to the loosening.

use std::collections::BTreeMap;

use edge_capabilities::database::DatabaseError;
use edge_money::Money;
use edge_tenants::Party;
use serde_json::Value;

use super::model::{Budget, Change, Severity, Threshold, lowest_hard_percent};
use super::period::Period;

/// The fields of a budget that restrict spending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Terms {
    /// The limit of the period, in the currency's smallest unit.
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

    /// The terms after `change`.
    fn after(mut self, budget: &Budget, change: &Change) -> Result<Self, DatabaseError> {
        let unreadable = |field: &str| DatabaseError::Refused(format!("budgets.history: {field} cannot be read"));
        let field = |name: &str| change.fields.get(name);
        if let Some(limit) = field("limit") {
            let limit = limit.as_str().and_then(|decimal| Money::parse(decimal, budget.currency).ok());
            self.limit = limit.ok_or_else(|| unreadable("limit"))?.minor;
        }
        if let Some(carry_over) = field("carry_over") {
            self.carry_over = carry_over.as_bool().ok_or_else(|| unreadable("carry_over"))?;
        }
        if let Some(thresholds) = field("thresholds") {
            self.thresholds = serde_json::from_value(Value::clone(thresholds)).map_err(|_| unreadable("thresholds"))?;
        }
        if let Some(is_active) = field("is_active") {
            self.is_active = is_active.as_bool().ok_or_else(|| unreadable("is_active"))?;
        }
        Ok(self)
    }
}

/// Whether `after` may allow more spending than `before`, in the period `period`.
pub(crate) fn is_looser(before: &Budget, after: &Budget, period: Period) -> bool {
    let (before, after) = (Terms::of(before, period), Terms::of(after, period));
    let hard = |terms: &Terms| lowest_hard_percent(&terms.thresholds).unwrap_or(u32::MAX);
    before.is_active
        && (!after.is_active
            || after.limit > before.limit
            || (after.carry_over && !before.carry_over)
            || hard(&after) > hard(&before))
}

/// A budget with the terms that bind a party.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum EffectiveBudget {
    /// The budget with these terms.
    Bound(Box<Budget>),
    /// A member of the party deactivated the budget, and nobody else has agreed to it.
    Withdrawn,
}

/// `budget` with the terms that bind `party` in `period`: its present terms, combined with its terms before each change that
/// a member of the party made since another caller with `tenants:admin` last changed it. `roots` gives the root of each actor:
/// actors with the same root act as one.
pub(crate) fn effective_for(
    budget: &Budget,
    period: Period,
    party: &Party,
    roots: &BTreeMap<String, String>,
) -> Result<EffectiveBudget, DatabaseError> {
    let is_of_party = |change: &Change| party.includes(roots.get(&change.actor).map(String::as_str));
    let is_agreed = |change: &Change| change.by_admin && !is_of_party(change);
    let agreed = budget.history.iter().rposition(is_agreed);
    let mut previous: Option<Terms> = None;
    let mut binding = Terms::of(budget, period);
    for (index, change) in budget.history.iter().enumerate() {
        if let Some(previous) = &previous
            && agreed.is_none_or(|agreed| index > agreed)
            && is_of_party(change)
            && previous.is_active
        {
            if !budget.is_active {
                return Ok(EffectiveBudget::Withdrawn);
            }
            binding.limit = binding.limit.min(previous.limit);
            binding.carry_over &= previous.carry_over;
            binding.thresholds.extend(previous.thresholds.iter().filter(|one| one.severity == Severity::Hard));
        }
        previous = Some(previous.unwrap_or_default().after(budget, change)?);
    }
    let mut effective = budget.clone();
    if binding.limit != budget.limit_of(period) {
        effective.set_limit(period, binding.limit);
    }
    (effective.carry_over, effective.thresholds) = (binding.carry_over, binding.thresholds);
    Ok(EffectiveBudget::Bound(Box::new(effective)))
}
