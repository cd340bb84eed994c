//! Documents as callers see them.

use edge_accounting::{DocumentKind, Planned};
use edge_capabilities::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{DocumentRow, DocumentState};
use crate::error::{Reason, SyncCode};

/// Why a document was not written, and what to do about it.
#[derive(Serialize, ToSchema)]
#[schema(as = LedgerDocumentError)]
pub(crate) struct DocumentErrorResponse {
    code: SyncCode,
    /// What there is to say, such as the provider's own words.
    message: String,
    /// What somebody has to do about it.
    remedy: &'static str,
}

impl DocumentErrorResponse {
    pub(crate) fn new(code: Option<SyncCode>, message: Option<&str>) -> Option<Self> {
        let code = code?;
        Some(Self { code, message: message.unwrap_or_default().to_owned(), remedy: code.remedy() })
    }

    pub(super) fn of(reason: Reason) -> Self {
        Self { code: reason.code, message: reason.message, remedy: reason.code.remedy() }
    }
}

/// What became of a document in the books.
#[derive(Serialize, ToSchema)]
#[schema(as = LedgerDocument)]
pub(crate) struct DocumentResponse {
    id: String,
    kind: DocumentKind,
    /// What the edge knows it by.
    local_id: String,
    /// Its number in the books.
    number: String,
    /// Null: it has none.
    #[schema(format = Date)]
    date: Option<String>,
    state: DocumentState,
    /// Its id in the books.
    remote_id: Option<String>,
    /// Its number in the books, where the provider gave it another.
    remote_number: Option<String>,
    /// How often it was attempted in the last run.
    attempts: i64,
    error: Option<DocumentErrorResponse>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    #[schema(format = DateTime)]
    sent_at: Option<String>,
}

impl DocumentResponse {
    pub(super) fn new(row: &DocumentRow) -> Self {
        Self {
            id: row.id.clone(),
            kind: row.kind(),
            local_id: row.local_id.clone(),
            number: row.number.clone(),
            date: Some(row.date.clone()).filter(|date| !date.is_empty()),
            state: row.state,
            remote_id: row.remote().map(|remote| remote.id.clone()),
            remote_number: row.remote().and_then(|remote| remote.number.clone()),
            attempts: row.attempts,
            error: DocumentErrorResponse::new(row.code, row.error.as_deref()),
            created_at: row.created_at.to_rfc3339_millis(),
            updated_at: row.updated_at.to_rfc3339_millis(),
            sent_at: row.sent_at.map(Timestamp::to_rfc3339_millis),
        }
    }
}

/// A document that would be sent.
#[derive(Serialize, ToSchema)]
#[schema(as = PlannedLedgerDocument)]
pub(crate) struct PlannedResponse {
    kind: DocumentKind,
    /// What the edge knows it by.
    local_id: String,
    /// Its number in the books.
    number: String,
    /// Null: it has none.
    #[schema(format = Date)]
    date: Option<String>,
    /// The requests that would write it. Empty: it would not be written.
    requests: Vec<Planned>,
    /// Why it would not be written.
    error: Option<DocumentErrorResponse>,
}

impl PlannedResponse {
    pub(super) fn new(row: &DocumentRow, requests: Vec<Planned>, error: Option<DocumentErrorResponse>) -> Self {
        Self {
            kind: row.kind(),
            local_id: row.local_id.clone(),
            number: row.number.clone(),
            date: Some(row.date.clone()).filter(|date| !date.is_empty()),
            requests,
            error,
        }
    }
}

/// A page of what would be sent.
#[derive(Serialize, ToSchema)]
#[schema(as = LedgerDryRun)]
pub(crate) struct DryRunResponse {
    /// Always true.
    pub(crate) dry_run: bool,
    /// Whether all of the edge's records were looked through. False: ask again, and more is known.
    pub(crate) is_complete: bool,
    /// What would be sent, in the order in which it would be.
    pub(crate) data: Vec<PlannedResponse>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub(crate) next_cursor: Option<String>,
}
