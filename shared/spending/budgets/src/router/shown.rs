//! Budgets as they are shown.

use edge_money::Money;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::alerts::Alert;
use crate::budget::{Budget, Change, Threshold};
use crate::ledger::{Reservation, Settled};
use crate::period::BudgetPeriod;
use crate::standing::PeriodBalance;
use crate::tracking::{Day, Forecast};

/// An amount as a JSON number of all its digits.
pub(super) struct Amount(Money);

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number = RawValue::from_string(self.0.to_decimal()).map_err(serde::ser::Error::custom)?;
        number.serialize(serializer)
    }
}

/// A budget.
#[derive(Serialize, ToSchema)]
#[schema(as = Budget)]
pub(super) struct Shown {
    id: String,
    tenant_id: String,
    /// The department that the budget covers; null: the whole tenant.
    department_id: Option<String>,
    /// The cost centre that the budget covers; null: all cost centres.
    cost_centre: Option<String>,
    name: String,
    /// The amount that may be spent in each period, from the current period on.
    #[schema(value_type = f64)]
    limit: Amount,
    currency: String,
    period: BudgetPeriod,
    time_zone: String,
    /// Whether the amount left at the end of a period may be spent in the next.
    carry_over: bool,
    thresholds: Vec<Threshold>,
    is_active: bool,
    /// The balance of the current period.
    current: Current,
    created_at: String,
    updated_at: String,
    /// The changes to the budget, oldest first.
    history: Vec<Change>,
    #[serde(skip)]
    pub(super) cursor: String,
}

/// The balance of a budget in a period.
#[derive(Serialize, ToSchema)]
#[schema(as = BudgetStanding)]
pub(super) struct Current {
    /// The name of the period: `2024-02`, `2024-Q1` or `2024`.
    period: String,
    /// The beginning of the period (RFC 3339).
    from: String,
    /// The end of the period (RFC 3339), exclusive.
    to: String,
    #[schema(value_type = f64)]
    limit: Amount,
    /// The amount carried over from earlier periods.
    #[schema(value_type = f64)]
    carried: Amount,
    /// The amount that may be spent in this period: `limit` plus `carried`.
    #[schema(value_type = f64)]
    allowance: Amount,
    #[schema(value_type = f64)]
    spent: Amount,
    /// The amount reserved and neither spent nor released.
    #[schema(value_type = f64)]
    reserved: Amount,
    /// The amount still available. It is negative when more was used than the allowance.
    #[schema(value_type = f64)]
    remaining: Amount,
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

impl Current {
    pub(super) fn new(budget: &Budget, standing: &PeriodBalance) -> Self {
        let amount = |minor| Amount(budget.money(minor));
        Self {
            period: standing.period.clone(),
            from: standing.from.to_rfc3339_millis(),
            to: standing.to.to_rfc3339_millis(),
            limit: amount(standing.limit),
            carried: amount(standing.carried),
            allowance: amount(standing.allowance),
            spent: amount(standing.sums.spent),
            reserved: amount(standing.sums.reserved),
            remaining: amount(standing.remaining()),
        }
    }
}

impl Shown {
    pub(super) fn new(budget: Budget, standing: &PeriodBalance) -> Self {
        Self {
            current: Current::new(&budget, standing),
            limit: Amount(budget.money(standing.limit)),
            cursor: format!("{}.{}", budget.created_at.as_millis(), budget.id),
            department_id: some(&budget.department),
            cost_centre: some(&budget.cost_centre),
            currency: budget.currency.as_str().to_owned(),
            period: budget.every,
            time_zone: budget.zone.name().to_owned(),
            carry_over: budget.carry_over,
            is_active: budget.is_active,
            created_at: budget.created_at.to_rfc3339_millis(),
            updated_at: budget.updated_at.to_rfc3339_millis(),
            id: budget.id,
            tenant_id: budget.tenant,
            name: budget.name,
            thresholds: budget.thresholds,
            history: budget.history,
        }
    }
}

/// A budget's current period, burn-down and forecast.
#[derive(Serialize, ToSchema)]
#[schema(as = BudgetTracking)]
pub(super) struct Tracking {
    budget_id: String,
    currency: String,
    #[serde(flatten)]
    current: Current,
    /// The totals at the end of each day so far; for today, the totals until now.
    burn_down: Vec<DayShown>,
    forecast: ForecastShown,
}

/// The totals at the end of a day.
#[derive(Serialize, ToSchema)]
#[schema(as = BudgetDay)]
struct DayShown {
    /// The date in the budget's time zone.
    date: String,
    #[schema(value_type = f64)]
    spent: Amount,
    #[schema(value_type = f64)]
    reserved: Amount,
    #[schema(value_type = f64)]
    remaining: Amount,
}

/// The forecast of the period's end at the present rate of spending.
#[derive(Serialize, ToSchema)]
#[schema(as = BudgetForecast)]
struct ForecastShown {
    /// The amount that will be spent or reserved.
    #[schema(value_type = f64)]
    used: Amount,
    /// The amount that will be left. It is negative when the allowance will be exceeded.
    #[schema(value_type = f64)]
    remaining: Amount,
    /// When the allowance will be used up (RFC 3339); null: not in this period.
    runs_out_at: Option<String>,
}

impl Tracking {
    pub(super) fn new(budget: &Budget, standing: &PeriodBalance, days: Vec<Day>, forecast: Forecast) -> Self {
        let amount = |minor| Amount(budget.money(minor));
        let day = |Day { date, sums }| DayShown {
            date,
            spent: amount(sums.spent),
            reserved: amount(sums.reserved),
            remaining: amount(standing.allowance.saturating_sub(sums.used())),
        };
        Self {
            budget_id: budget.id.clone(),
            currency: budget.currency.as_str().to_owned(),
            current: Current::new(budget, standing),
            burn_down: days.into_iter().map(day).collect(),
            forecast: ForecastShown {
                used: amount(forecast.used),
                remaining: amount(standing.allowance.saturating_sub(forecast.used)),
                runs_out_at: forecast.runs_out_at.map(|at| at.to_rfc3339_millis()),
            },
        }
    }
}

/// A threshold that was reached.
#[derive(Serialize, ToSchema)]
#[schema(as = BudgetAlert)]
pub(super) struct AlertShown {
    period: String,
    /// The threshold, as a percentage of the period's allowance.
    threshold: String,
    /// `soft` or `hard`.
    severity: String,
    message: String,
    /// The highest amount that was used.
    #[schema(value_type = f64)]
    used: Amount,
    #[schema(value_type = f64)]
    allowance: Amount,
    raised_at: String,
    #[serde(skip)]
    pub(super) cursor: String,
}

impl AlertShown {
    pub(super) fn new(budget: &Budget, alert: Alert) -> Self {
        Self {
            cursor: format!("{}.{}", alert.at.as_millis(), alert.threshold),
            used: Amount(budget.money(alert.used)),
            allowance: Amount(budget.money(alert.allowance)),
            raised_at: alert.at.to_rfc3339_millis(),
            period: alert.period,
            threshold: alert.threshold,
            severity: alert.severity,
            message: alert.message,
        }
    }
}

/// A reservation and its status.
#[derive(Serialize, ToSchema)]
#[schema(as = BudgetReservation)]
pub(super) struct ReservationShown {
    budget_id: String,
    reference: String,
    period: String,
    #[schema(value_type = f64)]
    amount: Amount,
    currency: String,
    /// `reserved`, `committed`, `released` or `refunded` (the whole spent amount was refunded).
    status: &'static str,
    /// The amount that was spent and not refunded.
    #[schema(value_type = f64)]
    spent: Amount,
    /// When the reservation is released automatically (RFC 3339); null: never.
    expires_at: Option<String>,
}

impl ReservationShown {
    pub(super) fn new(budget: &Budget, reservation: Reservation) -> Self {
        let (status, spent) = match reservation.settled {
            None => ("reserved", 0),
            Some(Settled::Committed(spent)) => ("committed", spent),
            Some(Settled::Released) => ("released", 0),
            Some(Settled::Refunded { spent, back }) if back < spent => ("committed", spent.saturating_sub(back)),
            Some(Settled::Refunded { .. }) => ("refunded", 0),
        };
        Self {
            budget_id: reservation.budget,
            reference: reservation.reference,
            period: reservation.period,
            amount: Amount(budget.money(reservation.amount)),
            currency: budget.currency.as_str().to_owned(),
            status,
            spent: Amount(budget.money(spent)),
            expires_at: reservation.expires_at.map(|at| at.to_rfc3339_millis()),
        }
    }
}
