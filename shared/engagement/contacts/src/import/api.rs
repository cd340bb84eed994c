//! Imports over HTTP.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use edge_access::{MessagesRead, MessagesWrite};
use edge_capabilities::random;
use edge_http::{Code, FieldError, Json, Problem, Raw, Text};
use edge_tenants::{Scoped, TenantHeader};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::file::File;
use super::job::import_job;
use super::model::{Import, ImportStatus, RowError};
use super::store::MAX_ERRORS;
use crate::router::AppState;

/// An import that was begun.
#[derive(Serialize, ToSchema)]
#[schema(as = StartedContactImport)]
pub(crate) struct StartedResponse {
    /// The import's id.
    job_id: String,
}

/// What is wrong with a record.
#[derive(Serialize, ToSchema)]
#[schema(as = ContactImportError)]
pub(crate) struct ErrorResponse {
    /// The number of the record's first line in the file, from 1.
    line: i64,
    /// The field: `email`, `attributes.plan`; `line`: the record as a whole.
    field: String,
    message: String,
}

/// An import.
#[derive(Serialize, ToSchema)]
#[schema(as = ContactImport)]
pub(crate) struct ImportResponse {
    job_id: String,
    status: ImportStatus,
    /// How much of the file is read, per cent.
    progress: i64,
    /// The records of the file.
    total_rows: i64,
    /// The records that were read: `created`, `updated` and `failed` together.
    processed_rows: i64,
    /// The records that made a contact.
    created: i64,
    /// The records of a contact that was there.
    updated: i64,
    /// The records with errors. They change nothing.
    failed: i64,
    /// The first 1000 errors, by line.
    errors: Vec<ErrorResponse>,
    /// Why the import was given up.
    error: Option<String>,
    created_at: String,
    updated_at: String,
    finished_at: Option<String>,
}

impl ImportResponse {
    fn new(import: Import, errors: Vec<RowError>) -> Self {
        let processed = import.processed();
        let done = processed.saturating_mul(100).checked_div(import.total_rows).unwrap_or(100);
        Self {
            progress: if import.status == ImportStatus::Completed { 100 } else { done.min(99) },
            status: import.status,
            total_rows: import.total_rows,
            processed_rows: processed,
            created: import.created,
            updated: import.updated,
            failed: import.failed,
            errors: errors
                .into_iter()
                .take(usize::try_from(MAX_ERRORS).unwrap_or(usize::MAX))
                .map(|error| ErrorResponse { line: error.line, field: error.field, message: error.message })
                .collect(),
            error: import.error,
            created_at: import.created_at.to_rfc3339_millis(),
            updated_at: import.updated_at.to_rfc3339_millis(),
            finished_at: import.finished_at.map(|at| at.to_rfc3339_millis()),
            job_id: import.id,
        }
    }
}

/// Whether the body is declared as CSV in UTF-8.
fn is_csv(headers: &HeaderMap) -> bool {
    let written = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = written.split(';').map(|part| part.trim().to_ascii_lowercase());
    let charset = |part: String| part.strip_prefix("charset=").is_none_or(|set| ["utf-8", "\"utf-8\""].contains(&set));
    parts.next().as_deref() == Some("text/csv") && parts.all(charset)
}

/// Import contacts
///
/// A CSV file in UTF-8 with a header: `email` or `phone`, and `name`, `timezone`, `locale`, `source`, `tags` (separated by
/// semicolons); other columns are attributes. At most 100,000 records and 32 MiB. A record of an address that a contact has
/// changes that contact; its empty fields change nothing. The file is read behind the answer.
#[utoipa::path(
    post, path = "/api/v1/contacts/import", operation_id = "import_contacts", tag = "Contacts",
    security(("key" = ["messages:write"])), params(TenantHeader),
    request_body(content = String, content_type = "text/csv"),
    responses(
        (status = 202, description = "The file is to be read.", body = StartedResponse),
        (status = 400, description = "`VALIDATION_ERROR`: the file as a whole cannot be imported; the errors name line and field."),
        (status = 413, description = "`PAYLOAD_TOO_LARGE`: it is larger than 32 MiB."),
        (status = 415, description = "`UNSUPPORTED_MEDIA_TYPE`: it is not `text/csv` in UTF-8."),
    ),
)]
pub(crate) async fn import_contacts(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<MessagesWrite>,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Response, Problem> {
    if !is_csv(&headers) {
        return Err(Problem::new(Code::UnsupportedMediaType, "Send the body as text/csv in UTF-8."));
    }
    let file = File::read(&body).map_err(|errors| {
        let field =
            |error: edge_csv::BadLine| FieldError::new(error.field, format!("line {}: {}", error.line, error.problem));
        Problem::fields(errors.into_iter().map(field).collect())
    })?;
    let now = state.now();
    let import = Import {
        id: format!("imp_{}", random::hex::<12>(&*state.capabilities.random)),
        tenant: tenant.id.clone(),
        columns: file.columns.clone(),
        status: ImportStatus::Queued,
        total_rows: i64::try_from(file.rows).unwrap_or(i64::MAX),
        chunks: i64::try_from(file.parts.len()).unwrap_or(i64::MAX),
        next_chunk: 0,
        created: 0,
        updated: 0,
        failed: 0,
        error: None,
        created_at: now,
        updated_at: now,
        finished_at: None,
    };
    state.imports.insert(&import, &file).await?;
    let detail = json!({"import_id": import.id, "rows": import.total_rows});
    state.audit(&tenant.id, "contacts.imported", import.id.clone(), &detail, &actor).await?;
    // After the import is there: until then the job would have nothing to do. Should the instance die in between, upkeep
    // enqueues it.
    state.queue.enqueue(import_job(&import, now)).await?;
    state.import_soon();
    Ok((StatusCode::ACCEPTED, Json(StartedResponse { job_id: import.id })).into_response())
}

/// Get an import
///
/// How far an import is, what came of it so far, and what is wrong with which records.
#[utoipa::path(
    get, path = "/api/v1/contacts/imports/{job_id}", operation_id = "get_contact_import", tag = "Contacts",
    security(("key" = ["messages:read"])),
    params(("job_id" = String, Path, description = "The import's id."), TenantHeader),
    responses(
        (status = 200, description = "The import.", body = ImportResponse),
        (status = 404, description = "`JOB_NOT_FOUND`: there is no such import, or it is another tenant's."),
    ),
)]
pub(crate) async fn get_contact_import(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<MessagesRead>,
    Path(id): Path<String>,
) -> Result<Json<ImportResponse>, Problem> {
    let found = if Text::<64>::accepts(&id) { state.imports.find(&tenant.id, &id).await? } else { None };
    let import = found.ok_or_else(|| Problem::new(Code::JobNotFound, "There is no such import."))?;
    let errors = state.imports.errors(&import.id).await?;
    Ok(Json(ImportResponse::new(import, errors)))
}
