//! The alerts of a budget over HTTP.

use axum::extract::{Path, State};
use edge_access::BillingRead;
use edge_database::Cursor;
use edge_http::{Json, Listing, Page, Problem};
use edge_money::DecimalAmount;
use edge_tenants::{Scoped, TenantHeader};
use serde::Serialize;
use utoipa::ToSchema;

use super::Alert;
use crate::budget::{Budget, is_id};
use crate::router::AppState;

/// A threshold that was reached.
#[derive(Serialize, ToSchema)]
#[schema(as = BudgetAlert)]
pub(crate) struct AlertResponse {
    period: String,
    /// The threshold, as a percentage of the period's allowance.
    threshold: String,
    /// `soft` or `hard`.
    severity: &'static str,
    message: String,
    /// The highest amount that was used.
    #[schema(value_type = f64)]
    used: DecimalAmount,
    #[schema(value_type = f64)]
    allowance: DecimalAmount,
    raised_at: String,
}

impl AlertResponse {
    fn new(budget: &Budget, alert: Alert) -> Self {
        Self {
            used: DecimalAmount(budget.money(alert.used)),
            allowance: DecimalAmount(budget.money(alert.allowance)),
            raised_at: alert.at.to_rfc3339_millis(),
            severity: alert.severity.as_str(),
            period: alert.period,
            threshold: alert.threshold,
            message: alert.message,
        }
    }
}

/// List a budget's alerts
///
/// Each threshold raises at most one alert in a period. The alert is listed here and sent through Notify.
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/budgets/{budget_id}/alerts", operation_id = "list_budget_alerts",
    tag = "Budgets",
    security(("key" = ["billing:read"])),
    params(
        Page,
        ("budget_id" = String, Path, description = "The budget's id."),
        TenantHeader,
    ),
    responses(
        (status = 200, description = "A page of alerts, newest first.", body = Listing<AlertResponse>),
        (status = 404, description = "`BUDGET_NOT_FOUND`: the tenant has no such budget."),
    ),
)]
pub(crate) async fn list_alerts(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<BillingRead>,
    page: Page,
    Path(id): Path<String>,
) -> Result<Json<Listing<AlertResponse>>, Problem> {
    let budget = state.find_budget(&tenant, &id).await?;
    let cursor = page.cursor(is_id)?;
    let balance = state.service.balance(&budget).await?;
    state.service.alerts.raise(&budget, &balance, &[]).await?;
    let alerts = state.service.alerts.list(&budget.id, cursor, page.rows()).await?;
    let position = |alert: &Alert| Cursor::new(alert.at, alert.threshold.as_str());
    Ok(Json(page.listing(alerts, position, |alert| AlertResponse::new(&budget, alert))))
}
