//! What of budgets was used in their periods, for all budgets of a tenant at once.

use std::collections::BTreeMap;

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row};
use edge_time_zones::Date;

use crate::budget::{Budget, Budgets, Period};
use crate::reservation::Sums;

/// A budget in one of its periods. Amounts are in the currency's smallest unit.
#[derive(Clone, Debug, PartialEq)]
pub struct BudgetPeriod {
    /// The budget.
    pub budget: Budget,
    /// The period's name: `2024-02`.
    pub period: String,
    /// The first day of the period.
    pub from: Date,
    /// The day after the last.
    pub to: Date,
    /// The budget's limit for the period.
    pub limit: i64,
    /// The amount carried over from earlier periods.
    pub carried: i64,
    /// The amounts spent and reserved.
    pub sums: Sums,
}

impl BudgetPeriod {
    /// What may be spent in the period.
    pub const fn allowance(&self) -> i64 {
        self.limit.saturating_add(self.carried)
    }
}

/// The sums of each budget's periods.
type PeriodSums = BTreeMap<String, BTreeMap<String, Sums>>;

impl Budgets {
    /// The budgets of `tenant` that are in use and were made before `at`, in each of their periods that has a day in
    /// `[from, to)`, with what was spent and reserved before `at`; only those of `entities` where some are given. In the order
    /// in which they were made.
    pub async fn performance(
        &self,
        tenant: &str,
        entities: Option<&[String]>,
        (from, to): (Date, Date),
        at: Timestamp,
    ) -> Result<Vec<BudgetPeriod>, DatabaseError> {
        let budgets = self.in_use(tenant, entities, at).await?;
        if budgets.is_empty() {
            return Ok(Vec::new());
        }
        let sums = self.period_sums(tenant, at).await?;
        let nothing = BTreeMap::new();
        let mut found = Vec::new();
        for budget in budgets {
            let of_budget = sums.get(&budget.id).unwrap_or(&nothing);
            let out_of_range = || DatabaseError::Refused("the period is outside the calendar's range".into());
            let mut period = budget.period(from.begins(&budget.zone))?;
            let end = to.begins(&budget.zone);
            loop {
                let begins = period.begins(&budget.zone).ok_or_else(out_of_range)?;
                let ends = period.ends(&budget.zone).ok_or_else(out_of_range)?;
                if begins >= end {
                    break;
                }
                found.push(BudgetPeriod {
                    period: period.label(),
                    from: Date::of(begins, &budget.zone),
                    to: Date::of(ends, &budget.zone),
                    limit: budget.limit_of(period),
                    carried: carried(&budget, period, of_budget)?,
                    sums: of_budget.get(&period.label()).copied().unwrap_or_default(),
                    budget: budget.clone(),
                });
                period = period.next();
            }
        }
        Ok(found)
    }

    /// The sums of all periods of all budgets of `tenant` that are in use, of the entries before `at`. What is reserved and
    /// lapsed by then is not reserved.
    async fn period_sums(&self, tenant: &str, at: Timestamp) -> Result<PeriodSums, DatabaseError> {
        let of_tenant = "FROM budget_ledger l JOIN budgets b ON b.id = l.budget_id
            WHERE b.tenant_id = $1 AND b.is_active = 1 AND l.at < $2";
        let changes = format!(
            "SELECT l.budget_id, l.period, CAST(SUM(l.spent_change) AS BIGINT), CAST(SUM(l.reserved_change) AS BIGINT)
             {of_tenant} GROUP BY l.budget_id, l.period"
        );
        let lapsed = format!(
            "SELECT l.budget_id, l.period, CAST(0 AS BIGINT), CAST(- SUM(l.reserved_change) AS BIGINT)
             {of_tenant} AND l.step = 'reserve' AND l.expires_at IS NOT NULL AND l.expires_at < $2
                AND NOT EXISTS (SELECT 1 FROM budget_ledger s WHERE s.budget_id = l.budget_id
                    AND s.reference = l.reference AND s.step = 'settle' AND s.at < $2)
             GROUP BY l.budget_id, l.period"
        );
        let mut sums = PeriodSums::new();
        for statement in [changes, lapsed] {
            for row in self.db().query_owned(&statement, vec![tenant.into(), at.into()]).await? {
                add(&mut sums, &row)?;
            }
        }
        Ok(sums)
    }
}

fn add(sums: &mut PeriodSums, row: &Row) -> Result<(), DatabaseError> {
    let of_budget = sums.entry(row.text(0)?.to_owned()).or_default();
    let sum = of_budget.entry(row.text(1)?.to_owned()).or_default();
    sum.spent = sum.spent.saturating_add(row.integer(2)?);
    sum.reserved = sum.reserved.saturating_add(row.integer(3)?);
    Ok(())
}

/// What `budget` carries over into `period`.
fn carried(budget: &Budget, period: Period, sums: &BTreeMap<String, Sums>) -> Result<i64, DatabaseError> {
    if !budget.carry_over {
        return Ok(0);
    }
    // The names of periods are in their order.
    let before = sums.range(..period.label());
    let used = before.fold(0, |used: i64, (_, sums)| used.saturating_add(sums.used()));
    Ok(budget.limits_before(period)?.saturating_sub(used).max(0))
}
