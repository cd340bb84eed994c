//! An entry of the log.

use edge_capabilities::Timestamp;
use edge_database::{record, text_column};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::SyncCode;

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = LedgerLogOutcome)]
pub(crate) enum LogOutcome {
    /// It was written.
    Sent,
    /// It was in the books already.
    Linked,
    /// It was not written, and is tried again in this run.
    Deferred,
    /// It was not written, and is tried again in the next run.
    Failed,
    /// The period of its date is closed.
    Blocked,
    /// There is nothing to write.
    Cancelled,
}

impl LogOutcome {
    const ALL: [Self; 6] = [Self::Sent, Self::Linked, Self::Deferred, Self::Failed, Self::Blocked, Self::Cancelled];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Linked => "linked",
            Self::Deferred => "deferred",
            Self::Failed => "failed",
            Self::Blocked => "blocked",
            Self::Cancelled => "cancelled",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == text)
    }
}

text_column!(LogOutcome);

/// An attempt at a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogEntry {
    pub(crate) id: String,
    pub(crate) tenant: String,
    pub(crate) integration: String,
    pub(crate) run: String,
    /// Who started the run.
    pub(crate) actor: String,
    pub(crate) kind: String,
    pub(crate) number: String,
    pub(crate) attempt: i64,
    pub(crate) outcome: LogOutcome,
    pub(crate) remote_id: Option<String>,
    pub(crate) code: Option<SyncCode>,
    pub(crate) error: Option<String>,
    pub(crate) duration_ms: i64,
    pub(crate) at: Timestamp,
}

record! {
    LogEntry in "ledger_logs" {
        id, tenant: "tenant_id", integration: "integration_id", run: "run_id", actor, kind, number, attempt, outcome,
        remote_id, code: "error_code", error, duration_ms, at,
    }
}
