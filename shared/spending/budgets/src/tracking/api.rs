//! The tracking of a budget over HTTP.

use axum::extract::{Path, State};
use edge_access::BillingRead;
use edge_http::{Json, Problem};
use edge_money::DecimalAmount;
use edge_tenants::{Scoped, TenantHeader};
use serde::Serialize;
use utoipa::ToSchema;

use super::forecast::{Day, Forecast, burn_down, forecast};
use crate::balance::PeriodBalance;
use crate::budget::Budget;
use crate::budget::api::PeriodBalanceResponse;
use crate::router::AppState;

/// A budget's current period, burn-down and forecast.
#[derive(Serialize, ToSchema)]
#[schema(as = BudgetTracking)]
pub(crate) struct TrackingResponse {
    budget_id: String,
    currency: String,
    #[serde(flatten)]
    balance: PeriodBalanceResponse,
    /// The totals at the end of each day so far; for today, the totals until now.
    burn_down: Vec<DayResponse>,
    forecast: ForecastResponse,
}

/// The totals at the end of a day.
#[derive(Serialize, ToSchema)]
#[schema(as = BudgetDay)]
struct DayResponse {
    /// The date in the budget's time zone.
    date: String,
    #[schema(value_type = f64)]
    spent: DecimalAmount,
    #[schema(value_type = f64)]
    reserved: DecimalAmount,
    #[schema(value_type = f64)]
    remaining: DecimalAmount,
}

/// The forecast of the period's end at the present rate of spending.
#[derive(Serialize, ToSchema)]
#[schema(as = BudgetForecast)]
struct ForecastResponse {
    /// The amount that will be spent or reserved.
    #[schema(value_type = f64)]
    used: DecimalAmount,
    /// The amount that will be left. It is negative when the allowance will be exceeded.
    #[schema(value_type = f64)]
    remaining: DecimalAmount,
    /// When the allowance will be used up (RFC 3339); null: not in this period.
    runs_out_at: Option<String>,
}

impl TrackingResponse {
    fn new(budget: &Budget, balance: &PeriodBalance, days: Vec<Day>, forecast: Forecast) -> Self {
        let amount = |minor| DecimalAmount(budget.money(minor));
        let day = |Day { date, sums }| DayResponse {
            date,
            spent: amount(sums.spent),
            reserved: amount(sums.reserved),
            remaining: amount(balance.allowance.saturating_sub(sums.used())),
        };
        Self {
            budget_id: budget.id.clone(),
            currency: budget.currency.as_str().to_owned(),
            balance: PeriodBalanceResponse::new(budget, balance),
            burn_down: days.into_iter().map(day).collect(),
            forecast: ForecastResponse {
                used: amount(forecast.used),
                remaining: amount(balance.allowance.saturating_sub(forecast.used)),
                runs_out_at: forecast.runs_out_at.map(|at| at.to_rfc3339_millis()),
            },
        }
    }
}

/// Get a budget's tracking
///
/// Returns the amounts spent and reserved in the current period, day by day, and a forecast of the period's end at the
/// present rate of spending.
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/budgets/{budget_id}/tracking", operation_id = "get_budget_tracking",
    tag = "Budgets",
    security(("key" = ["billing:read"])),
    params(
        ("budget_id" = String, Path, description = "The budget's id."),
        TenantHeader,
    ),
    responses(
        (status = 200, description = "The budget's current period, burn-down and forecast.", body = TrackingResponse),
        (status = 404, description = "`BUDGET_NOT_FOUND`: the tenant has no such budget."),
    ),
)]
pub(crate) async fn get_tracking(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<BillingRead>,
    Path(id): Path<String>,
) -> Result<Json<TrackingResponse>, Problem> {
    let budget = state.find_budget(&tenant, &id).await?;
    let balance = state.service.balance(&budget).await?;
    let now = state.now();
    let sums_over_time = state.service.ledger().sums_over_time(&budget.id, &balance.period).await?;
    let days = burn_down(&budget, &balance, &sums_over_time, now);
    Ok(Json(TrackingResponse::new(&budget, &balance, days, forecast(&balance, now))))
}
