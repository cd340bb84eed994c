//! A budget: how much may be spent, by which part of a tenant, in which period.

use edge_capabilities::Timestamp;
use edge_capabilities::database::DatabaseError;
use edge_database::{record, text_column};
use edge_money::{Currency, Money};
use edge_time_zones::Zone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::period::{Period, PeriodLength};

/// The effect of a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// People are notified.
    Soft,
    /// People are notified, and spending beyond the threshold is refused.
    Hard,
}

impl Severity {
    /// The severity as text: `soft`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Soft => "soft",
            Self::Hard => "hard",
        }
    }

    /// The severity with this text.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Soft, Self::Hard].into_iter().find(|severity| severity.as_str() == text)
    }
}

/// A percentage of a budget's allowance that triggers an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = BudgetThreshold)]
pub struct Threshold {
    /// The percentage of the period's allowance: 1 to 1000.
    #[schema(minimum = 1, maximum = 1000)]
    pub percent: u32,
    /// The effect of reaching the threshold.
    pub severity: Severity,
}

/// The limit from a period on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Limit {
    /// The first period's name.
    pub(crate) from: String,
    /// In the currency's smallest unit.
    pub(crate) minor: i64,
}

/// A change to a budget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = BudgetChange)]
pub struct Change {
    /// When the change was made (RFC 3339).
    pub at: String,
    /// The caller who made the change: `key:<id>`, `user:<sub>` or `bootstrap`.
    pub actor: String,
    /// The IP address that the change came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Whether the caller had `tenants:admin`.
    #[serde(default)]
    pub by_admin: bool,
    /// The new value of each changed field.
    #[schema(value_type = Object)]
    pub fields: serde_json::Value,
}

/// A budget.
#[derive(Clone, Debug, PartialEq)]
pub struct Budget {
    /// `bud_…`.
    pub id: String,
    /// The tenant's id.
    pub tenant: String,
    /// The entity that the budget covers; empty: all entities.
    pub entity: String,
    /// The department that the budget covers; empty: all departments.
    pub department: String,
    /// The cost centre that the budget covers; empty: all cost centres.
    pub cost_centre: String,
    /// The name for display.
    pub name: String,
    /// The currency of all the budget's amounts.
    pub currency: Currency,
    /// The length of its periods.
    pub period_length: PeriodLength,
    /// The time zone at whose midnight periods begin and end.
    pub zone: Zone,
    /// Whether the amount left at the end of a period may be spent in the next.
    pub carry_over: bool,
    /// INVARIANT: never empty, in the order of the periods.
    pub(crate) limits: Vec<Limit>,
    /// The thresholds.
    pub thresholds: Vec<Threshold>,
    /// Whether the budget is enforced.
    pub is_active: bool,
    /// When the budget was created.
    pub created_at: Timestamp,
    /// When the budget was last changed.
    pub updated_at: Timestamp,
    /// The changes, oldest first.
    pub history: Vec<Change>,
    pub(crate) revision: i64,
}

text_column!(Severity, PeriodLength);
record! {
    Budget in "budgets" {
        id, tenant: "tenant_id", entity: "entity_id", department: "department_id", cost_centre, name, currency, period_length: "every",
        zone: "time_zone", carry_over, limits, thresholds, is_active, created_at, updated_at, history, revision,
    }
}

impl Budget {
    /// The period that `now` is in.
    pub(crate) fn period(&self, now: Timestamp) -> Result<Period, DatabaseError> {
        let out_of_range = || DatabaseError::Refused("the time is outside the calendar's range".into());
        Period::of(self.period_length, now, &self.zone).ok_or_else(out_of_range)
    }

    /// The limit for `period`, without what is carried over into it.
    pub(crate) fn limit_of(&self, period: Period) -> i64 {
        let label = period.label();
        let limit = self.limits.iter().rev().find(|limit| limit.from <= label);
        limit.or(self.limits.first()).map_or(0, |limit| limit.minor)
    }

    /// The sum of the limits from the budget's first period up to the one before `period`.
    pub(crate) fn limits_before(&self, period: Period) -> Result<i64, DatabaseError> {
        let mut each = self.period(self.created_at)?;
        let mut sum: i64 = 0;
        while each < period {
            sum = sum.saturating_add(self.limit_of(each));
            each = each.next();
        }
        Ok(sum)
    }

    /// Sets the limit from `period` on.
    pub(crate) fn set_limit(&mut self, period: Period, minor: i64) {
        let from = period.label();
        self.limits.retain(|limit| limit.from < from);
        self.limits.push(Limit { from, minor });
    }

    /// The percentage of the lowest hard threshold.
    pub(crate) fn lowest_hard_percent(&self) -> Option<u32> {
        lowest_hard_percent(&self.thresholds)
    }

    /// The most that may be used of `allowance`; None: only the rule limits it.
    pub(crate) fn ceiling(&self, allowance: i64) -> Option<i64> {
        self.lowest_hard_percent().map(|percent| share(allowance, percent))
    }

    /// An amount in the budget's currency.
    pub fn money(&self, minor: i64) -> Money {
        Money { minor, currency: self.currency }
    }
}

/// The percentage of the lowest hard threshold.
pub(super) fn lowest_hard_percent(thresholds: &[Threshold]) -> Option<u32> {
    let hard = thresholds.iter().filter(|threshold| threshold.severity == Severity::Hard);
    hard.map(|threshold| threshold.percent).min()
}

/// `percent` of `amount`, rounded down.
fn share(amount: i64, percent: u32) -> i64 {
    let share = i128::from(amount).saturating_mul(i128::from(percent)).div_euclid(100);
    i64::try_from(share).unwrap_or(i64::MAX)
}
