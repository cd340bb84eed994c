//! An import.

use edge_capabilities::Timestamp;
use edge_database::{record, text_column};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::columns::Column;

/// What became of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ImportStatus {
    /// Nothing of the file is read yet.
    Queued,
    /// A part of it is.
    Running,
    /// All of it is read.
    Completed,
    /// It was given up: see `error`.
    Failed,
}

text_column!(ImportStatus);

impl ImportStatus {
    const ALL: [Self; 4] = [Self::Queued, Self::Running, Self::Completed, Self::Failed];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }

    pub(crate) fn parse(written: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == written)
    }
}

/// A file of contacts that is imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Import {
    /// `imp_…`.
    pub(crate) id: String,
    pub(crate) tenant: String,
    pub(super) columns: Vec<Column>,
    pub(crate) status: ImportStatus,
    /// The records of the file.
    pub(crate) total_rows: i64,
    /// The parts of the file.
    pub(crate) chunks: i64,
    /// The first part that is still to be read, from 0.
    pub(crate) next_chunk: i64,
    /// The records that made a contact.
    pub(crate) created: i64,
    /// The records of a contact that was there.
    pub(crate) updated: i64,
    /// The records with errors.
    pub(crate) failed: i64,
    /// Why it was given up.
    pub(crate) error: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) finished_at: Option<Timestamp>,
}

record! {
    Import in "contact_imports" {
        id, tenant: "tenant_id", columns, status, total_rows, chunks, next_chunk, created, updated, failed, error, created_at,
        updated_at, finished_at,
    }
}

impl Import {
    /// The records that were read.
    pub(crate) fn processed(&self) -> i64 {
        self.created.saturating_add(self.updated).saturating_add(self.failed)
    }
}

/// What is wrong with a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowError {
    pub(crate) import_id: String,
    pub(crate) line: i64,
    pub(crate) field: String,
    pub(crate) message: String,
}

record! {
    RowError in "contact_import_errors" { import_id, line, field, message }
}
