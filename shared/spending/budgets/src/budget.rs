//! A budget: how much, of whose, for which time.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_money::{Currency, Money};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::period::{BudgetPeriod, Period, Zone};

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
    /// As it is written: `soft`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Soft => "soft",
            Self::Hard => "hard",
        }
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

/// From when on a limit holds.
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
    /// Whose.
    pub tenant: String,
    /// Of which of its departments; empty: of the whole.
    pub department: String,
    /// For which cost centre; empty: for all.
    pub cost_centre: String,
    /// What people call it.
    pub name: String,
    /// Of which currency all its amounts are.
    pub currency: Currency,
    /// How long its periods are.
    pub every: BudgetPeriod,
    /// Where its periods begin at midnight.
    pub zone: Zone,
    /// Whether what is left of a period may be spent in the next.
    pub carry_over: bool,
    /// INVARIANT: never empty, in the order of the periods.
    pub(crate) limits: Vec<Limit>,
    /// Where something happens.
    pub thresholds: Vec<Threshold>,
    /// Whether anything is held against it.
    pub is_active: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// All that was changed, oldest first.
    pub history: Vec<Change>,
    pub(crate) revision: i64,
}

pub(crate) const COLUMNS: &str = "id, tenant_id, department_id, cost_centre, name, currency, every, time_zone, carry_over, \
    limits, thresholds, is_active, created_at, updated_at, history, revision";

impl Budget {
    /// The period that `now` is in.
    pub(crate) fn period(&self, now: Timestamp) -> Result<Period, DatabaseError> {
        let beyond = || DatabaseError::Refused("the clock is beyond all calendars".into());
        Period::of(self.every, now, &self.zone).ok_or_else(beyond)
    }

    /// What may be spent in `period`, without what was left before it.
    pub(crate) fn limit_of(&self, period: Period) -> i64 {
        let label = period.label();
        let holds = self.limits.iter().rev().find(|limit| limit.from <= label);
        holds.or(self.limits.first()).map_or(0, |limit| limit.minor)
    }

    /// The limits of all periods from the budget's first up to `period`, that one not among them.
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

    /// How far may be gone of what the period allows; None: as far as the rule lets.
    pub(crate) fn ceiling(&self, allowance: i64) -> Option<i64> {
        let hard = self.thresholds.iter().filter(|threshold| threshold.severity == Severity::Hard);
        hard.map(|threshold| share(allowance, threshold.percent)).min()
    }

    /// An amount in its currency.
    pub fn money(&self, minor: i64) -> Money {
        Money { minor, currency: self.currency }
    }

    pub(crate) fn from_row(row: &Row) -> Result<Self, DatabaseError> {
        let unknown = |column: &str| DatabaseError::Refused(format!("budgets.{column} is not known"));
        let text = |index| row.text(index).map(ToOwned::to_owned);
        Ok(Self {
            id: text(0)?,
            tenant: text(1)?,
            department: text(2)?,
            cost_centre: text(3)?,
            name: text(4)?,
            currency: Currency::parse(row.text(5)?).map_err(|_| unknown("currency"))?,
            every: BudgetPeriod::parse(row.text(6)?).ok_or_else(|| unknown("every"))?,
            zone: Zone::parse(row.text(7)?).ok_or_else(|| unknown("time_zone"))?,
            carry_over: row.integer(8)? != 0,
            limits: from_json(row.text(9)?)?,
            thresholds: from_json(row.text(10)?)?,
            is_active: row.integer(11)? != 0,
            created_at: Timestamp::from_millis(row.integer(12)?),
            updated_at: Timestamp::from_millis(row.integer(13)?),
            history: from_json(row.text(14)?)?,
            revision: row.integer(15)?,
        })
    }

    /// Its values, in the order of [`COLUMNS`].
    pub(crate) fn values(&self) -> Result<Vec<Value>, DatabaseError> {
        let text = |text: &str| Value::from(text);
        Ok(vec![
            text(&self.id),
            text(&self.tenant),
            text(&self.department),
            text(&self.cost_centre),
            text(&self.name),
            text(self.currency.as_str()),
            text(self.every.as_str()),
            text(self.zone.name()),
            i64::from(self.carry_over).into(),
            to_json(&self.limits)?.into(),
            to_json(&self.thresholds)?.into(),
            i64::from(self.is_active).into(),
            self.created_at.into(),
            self.updated_at.into(),
            to_json(&self.history)?.into(),
            self.revision.into(),
        ])
    }
}

/// `percent` of `amount`, rounded down.
pub(crate) fn share(amount: i64, percent: u32) -> i64 {
    let share = i128::from(amount).saturating_mul(i128::from(percent)).div_euclid(100);
    i64::try_from(share).unwrap_or(i64::MAX)
}

fn from_json<T: DeserializeOwned>(json: &str) -> Result<T, DatabaseError> {
    serde_json::from_str(json).map_err(|error| DatabaseError::Refused(format!("budgets: {error}")))
}

fn to_json<T: Serialize>(value: &T) -> Result<String, DatabaseError> {
    serde_json::to_string(value).map_err(|error| DatabaseError::Refused(error.to_string()))
}
