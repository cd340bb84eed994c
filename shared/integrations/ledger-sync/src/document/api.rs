//! Documents over HTTP, and what would be sent.

use std::time::Duration;

use axum::extract::{Path, Query, State};
use edge_access::IntegrationsAdmin;
use edge_accounting::{AccountingClient, DocumentKind};
use edge_database::Cursor;
use edge_http::{Json, Listing, Page, Problem, Text};
use edge_tenants::{Scoped, TenantHeader};
use http::Uri;
use serde::Deserialize;
use utoipa::IntoParams;

use super::build::{Built, Obstacle};
use super::model::{DocumentRow, DocumentState};
use super::response::{DocumentErrorResponse, DocumentResponse, DryRunResponse, PlannedResponse};
use super::store::DocumentFilter;
use crate::books::Integration;
use crate::error::Reason;
use crate::router::AppState;

/// How long a dry run looks through the edge's records.
const LOOK_FOR: Duration = Duration::from_secs(8);

/// The filters of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DocumentListQuery {
    /// Only documents of this kind: `customers`, `invoices`, `payments`, `refunds` or `journals`.
    kind: Option<String>,
    /// Only documents in this state: `pending`, `sending`, `sent`, `failed`, `blocked` or `cancelled`.
    state: Option<String>,
    /// `true`: only documents with an error.
    errors: Option<bool>,
}

/// List the documents of an integration
///
/// What is, or is to be, in the books: what became of it, why something was not sent, and what to do about it.
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/integrations/{integration_id}/documents", tag = "Integrations",
    operation_id = "list_ledger_documents", security(("key" = ["integrations:admin"])),
    params(("integration_id" = String, Path, description = "The integration."), Page, DocumentListQuery, TenantHeader),
    responses(
        (status = 200, description = "A page of documents, newest first.", body = Listing<DocumentResponse>),
        (status = 404, description = "`INTEGRATION_NOT_FOUND`: the tenant has none with this id."),
    ),
)]
pub(crate) async fn list_documents(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<IntegrationsAdmin>,
    Path(integration_id): Path<String>,
    page: Page,
    uri: Uri,
) -> Result<Json<Listing<DocumentResponse>>, Problem> {
    let unreadable = |_| Problem::field("errors", "must be true or false");
    let Query(query) = Query::<DocumentListQuery>::try_from_uri(&uri).map_err(unreadable)?;
    let integration = state.integration(&tenant.id, &integration_id).await?;
    let kind = query.kind.as_deref().map(|name| {
        let wrong = || Problem::field("kind", "must be a kind of document, such as invoices");
        DocumentKind::parse(name).ok_or_else(wrong)
    });
    let of_state = query.state.as_deref().map(|name| {
        let wrong = || Problem::field("state", "must be a state of a document, such as failed");
        DocumentState::parse(name).ok_or_else(wrong)
    });
    let has_error = query.errors.unwrap_or(false);
    let filter = DocumentFilter { kind: kind.transpose()?, state: of_state.transpose()?, has_error };
    let cursor = page.cursor(Text::<64>::accepts)?;
    let documents = state.worker.documents();
    let rows = documents.list((&tenant.id, &integration.id), &filter, cursor, page.rows()).await?;
    let position = |row: &DocumentRow| Cursor { at: row.created_at, id: row.id.clone() };
    Ok(Json(page.listing(rows, position, |row| DocumentResponse::new(&row))))
}

/// After which document a page of a dry run begins.
struct Position {
    kind: DocumentKind,
    date: String,
    id: String,
}

impl Position {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let (kind, date, id) = (parts.next()?, parts.next()?, parts.next()?);
        let is_valid = Text::<64>::accepts(id) && date.len() <= 10;
        Some(Self { kind: DocumentKind::parse(kind)?, date: date.to_owned(), id: id.to_owned() }).filter(|_| is_valid)
    }
}

impl AppState {
    /// What a run would send. Asks nobody, and sends nothing.
    pub(crate) async fn dry_run(&self, integration: &Integration, page: &Page) -> Result<DryRunResponse, Problem> {
        let position = page.parse_cursor(Position::parse)?;
        let worker = &self.worker;
        let zone = worker.zone(&integration.tenant).await?;
        let until = worker.now().plus(LOOK_FOR);
        let goes_on = || worker.now() < until;
        let is_complete = worker.collector().collect(integration, &zone, worker.now(), &goes_on).await?;
        let rows = self.unsent(integration, position, page.rows()).await?;
        let builder = worker.builder(integration, zone, true);
        let planner = worker.books().planner(integration).await?;
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let next = rows.get(limit.saturating_sub(1)).filter(|_| rows.len() > limit);
        let next_cursor = next.map(|row| format!("{}.{}.{}", row.kind().as_str(), row.date, row.id));
        let rows = rows.get(..limit).unwrap_or(&rows);
        let sources = builder.read(rows).await?;
        let mut data = Vec::new();
        for row in rows {
            match builder.build(row, &sources).await {
                Ok(Built::Document(document)) => data.push(planned(&*planner, row, &document)),
                Ok(Built::Voided(_) | Built::Nothing) => {}
                Err(Obstacle::Db(error)) => return Err(error.into()),
                Err(Obstacle::Reason(reason)) => {
                    data.push(PlannedResponse::new(row, Vec::new(), Some(DocumentErrorResponse::of(reason))));
                }
            }
        }
        Ok(DryRunResponse { dry_run: true, is_complete, data, next_cursor })
    }

    /// Up to `limit` documents that are not in the books, in the order in which they are sent.
    async fn unsent(
        &self,
        integration: &Integration,
        position: Option<Position>,
        limit: u32,
    ) -> Result<Vec<DocumentRow>, Problem> {
        let mut rows: Vec<DocumentRow> = Vec::new();
        let from = position.as_ref().map(|position| position.kind);
        for kind in DocumentKind::ALL {
            let left = limit.saturating_sub(u32::try_from(rows.len()).unwrap_or(u32::MAX));
            if left == 0 || from.is_some_and(|from| kind < from) || !integration.kinds.contains(&kind) {
                continue;
            }
            let after = position.as_ref().filter(|position| position.kind == kind);
            let after = after.map_or(("", ""), |position| (&position.date, &position.id));
            rows.extend(self.worker.documents().unsent_after(&integration.id, kind, after, left).await?);
        }
        Ok(rows)
    }
}

fn planned(planner: &dyn AccountingClient, row: &DocumentRow, document: &edge_accounting::Document) -> PlannedResponse {
    match planner.plan(document) {
        Ok(requests) => PlannedResponse::new(row, requests, None),
        Err(error) => PlannedResponse::new(row, Vec::new(), Some(DocumentErrorResponse::of(Reason::of(&error)))),
    }
}
