//! Budgets as they are shown.

use edge_signatures::Money;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::alerts::Alert;
use crate::budget::{Budget, Change, Threshold};
use crate::ledger::{Reservation, Settled};
use crate::period::Every;
use crate::standing::Standing;
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
    /// Null: the whole tenant's.
    department_id: Option<String>,
    /// Null: for all.
    cost_centre: Option<String>,
    name: String,
    /// What may be spent in each period, from this one on.
    #[schema(value_type = f64)]
    limit: Amount,
    currency: String,
    period: Every,
    time_zone: String,
    /// Whether what is left of a period may be spent in the next.
    carry_over: bool,
    thresholds: Vec<Threshold>,
    is_active: bool,
    /// How it stands now.
    current: Current,
    created_at: String,
    updated_at: String,
    /// Who changed what, oldest first.
    history: Vec<Change>,
    #[serde(skip)]
    pub(super) cursor: String,
}

/// How a budget stands in a period.
#[derive(Serialize, ToSchema)]
#[schema(as = BudgetStanding)]
pub(super) struct Current {
    /// `2024-02`, `2024-Q1`, `2024`.
    period: String,
    from: String,
    /// Exclusive.
    to: String,
    #[schema(value_type = f64)]
    limit: Amount,
    /// What earlier periods left.
    #[schema(value_type = f64)]
    carried: Amount,
    /// Both.
    #[schema(value_type = f64)]
    allowance: Amount,
    #[schema(value_type = f64)]
    spent: Amount,
    /// Promised, and neither spent nor given back.
    #[schema(value_type = f64)]
    reserved: Amount,
    /// Below zero where more was used than is allowed.
    #[schema(value_type = f64)]
    remaining: Amount,
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

impl Current {
    pub(super) fn new(budget: &Budget, standing: &Standing) -> Self {
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
    pub(super) fn new(budget: Budget, standing: &Standing) -> Self {
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

/// How a period goes.
#[derive(Serialize, ToSchema)]
#[schema(as = BudgetTracking)]
pub(super) struct Tracking {
    budget_id: String,
    currency: String,
    #[serde(flatten)]
    current: Current,
    /// The sums at the end of each day so far, today's as they are.
    burn_down: Vec<DayShown>,
    forecast: ForecastShown,
}

/// The sums at the end of a day.
#[derive(Serialize, ToSchema)]
#[schema(as = BudgetDay)]
struct DayShown {
    /// Where the budget is.
    date: String,
    #[schema(value_type = f64)]
    spent: Amount,
    #[schema(value_type = f64)]
    reserved: Amount,
    #[schema(value_type = f64)]
    remaining: Amount,
}

/// How the period will end if it goes on as it went.
#[derive(Serialize, ToSchema)]
#[schema(as = BudgetForecast)]
struct ForecastShown {
    /// What will be spent or promised.
    #[schema(value_type = f64)]
    used: Amount,
    /// Below zero where it will be too much.
    #[schema(value_type = f64)]
    remaining: Amount,
    /// When all that is allowed will be used; null: not in this period.
    runs_out_at: Option<String>,
}

impl Tracking {
    pub(super) fn new(budget: &Budget, standing: &Standing, days: Vec<Day>, forecast: Forecast) -> Self {
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
    /// Percent of what the period allows.
    threshold: String,
    /// `soft`, `hard`.
    severity: String,
    message: String,
    /// What was used, at its most.
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

/// Something that is reserved, and what became of it.
#[derive(Serialize, ToSchema)]
#[schema(as = BudgetReservation)]
pub(super) struct ReservationShown {
    budget_id: String,
    reference: String,
    period: String,
    #[schema(value_type = f64)]
    amount: Amount,
    currency: String,
    /// `reserved`, `committed`, `released`, `refunded`: all that was spent was given back.
    status: &'static str,
    /// What of it was spent and not given back.
    #[schema(value_type = f64)]
    spent: Amount,
    /// When it is given back by itself.
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
