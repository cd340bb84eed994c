//! The log over HTTP.

use axum::extract::{Path, Query, State};
use edge_access::IntegrationsAdmin;
use edge_database::Cursor;
use edge_http::{Json, Listing, Page, Problem, Text};
use edge_tenants::{Scoped, TenantHeader};
use http::Uri;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model::{LogEntry, LogOutcome};
use super::store::LogFilter;
use crate::document::DocumentErrorResponse;
use crate::router::AppState;

/// An attempt at a document.
#[derive(Serialize, ToSchema)]
#[schema(as = LedgerLogEntry)]
pub(crate) struct LogEntryResponse {
    id: String,
    #[schema(format = DateTime)]
    at: String,
    run_id: String,
    /// Who started the run.
    actor: String,
    /// The kind of document, such as `invoices`.
    kind: String,
    /// The document's number in the books.
    number: String,
    /// How often it had been attempted in the run, this time included.
    attempt: i64,
    outcome: LogOutcome,
    /// Its id in the books.
    remote_id: Option<String>,
    error: Option<DocumentErrorResponse>,
    duration_ms: i64,
}

impl From<LogEntry> for LogEntryResponse {
    fn from(entry: LogEntry) -> Self {
        Self {
            at: entry.at.to_rfc3339_millis(),
            error: DocumentErrorResponse::new(entry.code, entry.error.as_deref()),
            id: entry.id,
            run_id: entry.run,
            actor: entry.actor,
            kind: entry.kind,
            number: entry.number,
            attempt: entry.attempt,
            outcome: entry.outcome,
            remote_id: entry.remote_id,
            duration_ms: entry.duration_ms,
        }
    }
}

/// The filters of the log.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LogQuery {
    /// Only attempts of this run.
    run_id: Option<String>,
    /// Only attempts at documents of this kind, such as `invoices`.
    kind: Option<String>,
    /// Only attempts with this outcome, such as `failed`.
    outcome: Option<String>,
    /// Only attempts at the document with this number.
    number: Option<String>,
}

/// List attempts at documents
///
/// An entry for each attempt at a document: in which run, who started it, what came of it, and how long it took. Entries are
/// kept for 90 days.
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/integrations/{integration_id}/logs", tag = "Integrations",
    operation_id = "list_integration_logs", security(("key" = ["integrations:admin"])),
    params(("integration_id" = String, Path, description = "The integration."), Page, LogQuery, TenantHeader),
    responses(
        (status = 200, description = "A page of entries, newest first.", body = Listing<LogEntryResponse>),
        (status = 404, description = "`INTEGRATION_NOT_FOUND`: the tenant has none with this id."),
    ),
)]
pub(crate) async fn list_logs(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<IntegrationsAdmin>,
    Path(integration_id): Path<String>,
    page: Page,
    uri: Uri,
) -> Result<Json<Listing<LogEntryResponse>>, Problem> {
    let unreadable = |_| Problem::field("query", "cannot be read");
    let Query(query) = Query::<LogQuery>::try_from_uri(&uri).map_err(unreadable)?;
    let LogQuery { run_id, kind, outcome, number } = query;
    let integration = state.integration(&tenant.id, &integration_id).await?;
    let filter = LogFilter { run: run_id, kind, outcome, number };
    let cursor = page.cursor(Text::<64>::accepts)?;
    let entries = state.worker.logs().list((&tenant.id, &integration.id), filter, cursor, page.rows()).await?;
    let position = |entry: &LogEntry| Cursor { at: entry.at, id: entry.id.clone() };
    Ok(Json(page.listing(entries, position, LogEntryResponse::from)))
}
