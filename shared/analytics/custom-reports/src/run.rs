//! Running reports over HTTP.

use axum::extract::State;
use axum::response::Response;
use edge_access::ReportsRead;
use edge_capabilities::Timestamp;
use edge_entities::zone_of;
use edge_http::Problem;
use edge_idempotency::Idempotent;
use edge_tenants::{Scoped, Tenant, TenantHeader};
use http::HeaderMap;

use crate::output::{Format, ReportResult, respond};
use crate::plan::Plan;
use crate::query::ReportRequest;
use crate::router::AppState;
use crate::rows::Rows;
use crate::saved::{self, SavedReportResponse};

/// The source whose records are taken over from the inbox of webhooks.
const PAYMENTS: &str = "payments";

/// Run or save a custom report
///
/// Only members of the allow-list are known. All measures are of one source; dimensions may also be of the sources that it
/// joins. With `Accept: text/csv` the rows are CSV, safe to open in a spreadsheet. Rows are sent as they are read: an answer
/// that breaks off is not whole. With a `name` the report is saved, which needs the scope `enterprise:write` too, and not run.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/reports/custom", tag = "Reports", security(("key" = ["reports:read"])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters; only what is saved has a use for it."),
        TenantHeader,
    ),
    request_body = ReportRequest,
    responses(
        (status = 200, description = "The rows.", content((ReportResult = "application/json"), (String = "text/csv"))),
        (status = 201, description = "The report is saved.", body = SavedReportResponse),
        (status = 400, description = "`VALIDATION_ERROR`: a member, operator or value cannot be; `errors` names it."),
        (status = 503, description = "`STORE_UNAVAILABLE`: payments are still being taken over."),
    ),
)]
pub(crate) async fn run_report(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<ReportsRead>,
    headers: HeaderMap,
    request: Idempotent<ReportRequest>,
) -> Result<Response, Problem> {
    if request.body.name.is_none() {
        if request.body.schedule.is_some() {
            return Err(Problem::field("schedule", "needs a `name`: only a saved report is sent"));
        }
        return state.run(&tenant, &request.body, state.now(), Format::accepted(&headers)).await;
    }
    let scope = caller.idempotency_scope_in(&tenant.id);
    let work = async |request| saved::save(&state, &tenant, &caller, &actor, request).await;
    state.idempotency.once(&scope, request, work).await
}

impl AppState {
    /// The rows of `request` for `tenant`, as of `at`.
    pub(crate) async fn run(
        &self,
        tenant: &Tenant,
        request: &ReportRequest,
        at: Timestamp,
        format: Format,
    ) -> Result<Response, Problem> {
        let plan = Plan::new(request, &zone_of(tenant), at)?;
        if plan.root.name == PAYMENTS {
            self.payments.catch_up_for_answer().await?;
        }
        let most = format.rows(plan.limit);
        respond(Rows::new(&self.db, plan, &tenant.id, most), format).await
    }
}
