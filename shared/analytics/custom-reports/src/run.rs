//! Running reports over HTTP.

use axum::extract::State;
use axum::response::Response;
use edge_access::ReportsRead;
use edge_entities::zone_of;
use edge_http::{Code, Json, Problem};
use edge_tenants::{Scoped, Tenant, TenantHeader};
use http::HeaderMap;

use crate::output::{Format, ReportResult, respond};
use crate::plan::Plan;
use crate::query::ReportQuery;
use crate::router::AppState;
use crate::rows::Rows;

/// The source whose records are taken over from the inbox of webhooks.
const PAYMENTS: &str = "payments";

/// Run a custom report
///
/// Only members of the allow-list are known. All measures are of one source; dimensions may also be of the sources that it
/// joins. With `Accept: text/csv` the rows are CSV, safe to open in a spreadsheet. Rows are sent as they are read: an answer
/// that breaks off is not whole.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/reports/custom", tag = "Reports", security(("key" = ["reports:read"])),
    params(TenantHeader),
    request_body = ReportQuery,
    responses(
        (status = 200, description = "The rows.", content((ReportResult = "application/json"), (String = "text/csv"))),
        (status = 400, description = "`VALIDATION_ERROR`: a member, operator or value cannot be; `errors` names it."),
        (status = 503, description = "`STORE_UNAVAILABLE`: payments are still being taken over."),
    ),
)]
pub(crate) async fn run_report(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<ReportsRead>,
    headers: HeaderMap,
    Json(query): Json<ReportQuery>,
) -> Result<Response, Problem> {
    state.run(&tenant, &query, Format::accepted(&headers)).await
}

impl AppState {
    /// The rows of `query` for `tenant`.
    pub(crate) async fn run(&self, tenant: &Tenant, query: &ReportQuery, format: Format) -> Result<Response, Problem> {
        let plan = Plan::new(query, &zone_of(tenant), self.now())?;
        if plan.root.name == PAYMENTS && !self.payments.catch_up().await? {
            let detail = "The payments that gateways reported are still being taken over; try again.";
            return Err(Problem::new(Code::StoreUnavailable, detail).retry_after(10));
        }
        let most = format.rows(plan.limit);
        respond(Rows::new(&self.db, plan, &tenant.id, most), format).await
    }
}
