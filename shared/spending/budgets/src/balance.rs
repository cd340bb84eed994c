//! A budget's balance in a period.

use edge_capabilities::Timestamp;
use edge_capabilities::database::DatabaseError;
use edge_rulebook::contract::BudgetBalance;

use crate::budget::Budget;
use crate::reservation::{Ledger, Sums};

/// A budget's balance in a period; amounts are in the currency's smallest unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodBalance {
    /// The period's name: `2024-02`.
    pub period: String,
    /// The beginning of the period.
    pub from: Timestamp,
    /// The end of the period, exclusive.
    pub to: Timestamp,
    /// The budget's limit for the period.
    pub limit: i64,
    /// The amount carried over from earlier periods.
    pub carried: i64,
    /// What may be spent: `limit` plus `carried`.
    pub allowance: i64,
    /// The most that may be used, whatever the rule decides; None: only the rule limits it.
    pub ceiling: Option<i64>,
    /// The amounts spent and reserved.
    pub sums: Sums,
    /// The number of the last ledger entry of earlier periods.
    pub(crate) last_earlier_entry: i64,
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

    /// The balance of `budget` in the period that `now` is in.
    pub(crate) async fn of(budget: &Budget, ledger: &Ledger, now: Timestamp) -> Result<Self, DatabaseError> {
        let period = budget.period(now)?;
        let (label, limit) = (period.label(), budget.limit_of(period));
        let (used_before, last_earlier_entry) = ledger.used_before(&budget.id, &label).await?;
        // An amount that was reserved in an earlier period and is released now is left over now.
        let carried =
            if budget.carry_over { budget.limits_before(period)?.saturating_sub(used_before).max(0) } else { 0 };
        let allowance = limit.saturating_add(carried);
        let out_of_range = || DatabaseError::Refused("the period is outside the calendar's range".into());
        Ok(Self {
            sums: ledger.sums(&budget.id, &label).await?,
            period: label,
            from: period.begins(&budget.zone).ok_or_else(out_of_range)?,
            to: period.ends(&budget.zone).ok_or_else(out_of_range)?,
            limit,
            carried,
            allowance,
            ceiling: budget.ceiling(allowance),
            last_earlier_entry,
        })
    }

    /// What may still be spent; negative where more was used than the allowance.
    pub const fn remaining(&self) -> i64 {
        self.allowance.saturating_sub(self.sums.used())
    }
}
