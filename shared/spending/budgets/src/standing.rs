//! How a budget stands in a period.

use edge_capabilities::Timestamp;
use edge_capabilities::database::DatabaseError;
use edge_rulebook::contract::BudgetBalance;

use crate::budget::Budget;
use crate::ledger::{Ledger, Sums};
use crate::period::Period;

/// How a budget stands in a period; amounts in the currency's smallest unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodBalance {
    /// The period's name: `2024-02`.
    pub period: String,
    /// When it begins.
    pub from: Timestamp,
    /// When it ends.
    pub to: Timestamp,
    /// What the budget gives it.
    pub limit: i64,
    /// What earlier periods left.
    pub carried: i64,
    /// Both.
    pub allowance: i64,
    /// How far may be gone, whatever the rule says; None: as far as the rule lets.
    pub ceiling: Option<i64>,
    /// What was spent and what is promised.
    pub sums: Sums,
    /// The last entry of earlier periods.
    pub(crate) earlier: i64,
}

impl PeriodBalance {
    /// The balance of `budget` as the rule `budget` gets it.
    pub fn rule_input(&self, budget: &Budget) -> BudgetBalance {
        BudgetBalance {
            limit: budget.money(self.allowance).into(),
            spent: budget.money(self.sums.spent).into(),
            reserved: budget.money(self.sums.reserved).into(),
            currency: budget.currency.as_str().to_owned(),
            period: self.period.clone(),
        }
    }

    /// How `budget` stands in the period that `now` is in.
    pub(crate) async fn of(budget: &Budget, ledger: &Ledger, now: Timestamp) -> Result<Self, DatabaseError> {
        let period = budget.period(now)?;
        let (label, limit) = (period.label(), budget.limit_of(period));
        let (carried, earlier) = if budget.carry_over {
            let (used, earlier) = ledger.before(&budget.id, &label).await?;
            // What was promised in an earlier period and is given back now is left over now.
            (budget.limits_before(period)?.saturating_sub(used).max(0), earlier)
        } else {
            (0, ledger.before(&budget.id, &label).await?.1)
        };
        let allowance = limit.saturating_add(carried);
        let sums = ledger.sums(&budget.id, &label).await?;
        let (from, to) = bounds(budget, period)?;
        Ok(Self {
            period: label,
            from,
            to,
            limit,
            carried,
            allowance,
            ceiling: budget.ceiling(allowance),
            sums,
            earlier,
        })
    }

    /// What may still be spent; below zero where more was.
    pub const fn remaining(&self) -> i64 {
        self.allowance.saturating_sub(self.sums.used())
    }
}

fn bounds(budget: &Budget, period: Period) -> Result<(Timestamp, Timestamp), DatabaseError> {
    let beyond = || DatabaseError::Refused("the period is beyond all calendars".into());
    let from = period.begins(&budget.zone).ok_or_else(beyond)?;
    Ok((from, period.ends(&budget.zone).ok_or_else(beyond)?))
}
