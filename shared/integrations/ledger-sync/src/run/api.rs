//! Runs over HTTP.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use edge_access::IntegrationsAdmin;
use edge_audit::AuditEntry;
use edge_http::{Code, Json, Page, Problem, Raw};
use edge_tenants::{Scoped, TenantHeader};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::model::RunStatus;
use crate::document::DryRunResponse;
use crate::router::AppState;

/// How to run. The body is optional.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = StartLedgerSyncRequest)]
pub(crate) struct StartRequest {
    /// Whether to list what would be sent, and send nothing.
    #[serde(default)]
    dry_run: bool,
}

/// A run that was started.
#[derive(Serialize, ToSchema)]
#[schema(as = StartedLedgerSync)]
pub(crate) struct StartedResponse {
    run_id: String,
    status: RunStatus,
}

/// Sync an integration
///
/// Starts a run, which writes what the books lack: customers, invoices, payments, refunds and journals, each document once.
/// The run goes on by itself; `GET …/status` shows how far it is. With `"dry_run": true` nothing is sent, nobody is asked, and
/// the answer is a page of what would be sent.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/integrations/{integration_id}/sync", tag = "Integrations",
    operation_id = "sync_integration", security(("key" = ["integrations:admin"])),
    params(("integration_id" = String, Path, description = "The integration."), Page, TenantHeader),
    request_body(content = Option<StartRequest>),
    responses(
        (status = 200, description = "A page of what would be sent.", body = DryRunResponse),
        (status = 202, description = "The run was started.", body = StartedResponse),
        (status = 404, description = "`INTEGRATION_NOT_FOUND`: the tenant has none with this id."),
        (status = 409, description = "`SYNC_RUNNING`: a run is open; `run_id` names it. `INTEGRATION_NOT_CONNECTED`: it \
            has to be connected first."),
    ),
)]
pub(crate) async fn sync_integration(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<IntegrationsAdmin>,
    Path(integration_id): Path<String>,
    page: Page,
    Raw(body): Raw,
) -> Result<Response, Problem> {
    let request = read(&body)?;
    let integration = state.integration(&tenant.id, &integration_id).await?;
    if request.dry_run {
        return Ok(Json(state.dry_run(&integration, &page).await?).into_response());
    }
    if !integration.is_connected {
        let detail = "The integration is not connected: authorize it first.";
        return Err(Problem::new(Code::IntegrationNotConnected, detail));
    }
    let run = match state.worker.start(&integration, &actor.id).await? {
        Ok(run) => run,
        Err(open) => {
            let problem = Problem::new(Code::SyncRunning, "A run of this integration is open.");
            let id = open.and_then(|run| serde_json::to_string(&run.id).ok());
            return Err(match id {
                Some(id) => problem.with("run_id", id),
                None => problem,
            });
        }
    };
    let detail = json!({"integration_id": integration.id, "run_id": run.id});
    let id = format!("{}.started", run.id);
    let entry = AuditEntry::with_id(id, "integration.sync_started", &detail, &actor, run.started_at);
    state.audit.append(&tenant.id, &entry).await?;
    Ok((StatusCode::ACCEPTED, Json(StartedResponse { run_id: run.id, status: run.status })).into_response())
}

fn read(body: &[u8]) -> Result<StartRequest, Problem> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(StartRequest::default());
    }
    let value: serde_json::Value =
        serde_json::from_slice(body).map_err(|_| Problem::new(Code::ValidationError, "The body is not JSON."))?;
    if value.is_null() { Ok(StartRequest::default()) } else { edge_http::read_json(&value) }
}
