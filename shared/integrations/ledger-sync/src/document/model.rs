//! The row of a document: what became of it in the books.

use edge_accounting::{DocumentKind, Recorded};
use edge_capabilities::Timestamp;
use edge_database::{Column, DatabaseError, Value, record, text_column};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use crate::error::SyncCode;

/// What became of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DocumentState {
    /// It is to be sent.
    Pending,
    /// A write was begun, and what came of it is not known: it is looked for before anything else.
    Sending,
    /// It is in the books.
    Sent,
    /// It was not written, and the next run tries again.
    Failed,
    /// The period of its date is closed. The next run tries again.
    Blocked,
    /// It is not to be sent any more.
    Cancelled,
}

impl DocumentState {
    /// All states.
    pub const ALL: [Self; 6] = [Self::Pending, Self::Sending, Self::Sent, Self::Failed, Self::Blocked, Self::Cancelled];

    /// The state as text: `sent`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Blocked => "blocked",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state with this text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

text_column!(DocumentState);

/// A kind of document as a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KindColumn(pub(crate) DocumentKind);

impl Column for KindColumn {
    fn to_value(&self) -> Result<Value, DatabaseError> {
        Ok(self.0.as_str().into())
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        let text = String::from_value(value)?;
        DocumentKind::parse(&text).map(Self).ok_or_else(|| format!("holds {text:?}, which is no kind of document"))
    }
}

/// A document of the provider's as a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RemoteColumn(pub(crate) Recorded);

impl Column for RemoteColumn {
    fn to_value(&self) -> Result<Value, DatabaseError> {
        let text = serde_json::to_string(&self.0);
        text.map(Into::into).map_err(|error| DatabaseError::Refused(error.to_string()))
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        serde_json::from_str(&String::from_value(value)?).map(Self).map_err(|error| error.to_string())
    }
}

/// The row of a document in an integration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentRow {
    /// 32 hexadecimal digits, which follow from the integration, the kind and the local id. The provider gets it as the
    /// idempotency key.
    pub id: String,
    pub(crate) tenant: String,
    /// The integration's id.
    pub integration: String,
    pub(crate) kind: KindColumn,
    /// What the edge knows it by: unique within the kind.
    pub local_id: String,
    /// The record that it is read from: an invoice's id, or a posted document's name.
    pub(crate) source: String,
    /// Its number in the books.
    pub number: String,
    /// Its date, `2026-11-01`; empty: it has none.
    pub date: String,
    /// What became of it.
    pub state: DocumentState,
    pub(crate) remote: Option<RemoteColumn>,
    /// How often it was attempted in the run `run`.
    pub attempts: i64,
    /// Not before this time in this run.
    pub(crate) retry_at: Option<Timestamp>,
    /// When the last write was begun of which it is not known what came of it.
    pub(crate) sending_at: Option<Timestamp>,
    /// Why it was not written, or what somebody must know of it.
    pub code: Option<SyncCode>,
    /// What there is to say about that.
    pub error: Option<String>,
    /// The run that attempted it last.
    pub(crate) run: Option<String>,
    /// The run that is done with it.
    pub(crate) settled_run: Option<String>,
    /// When it was first seen.
    pub created_at: Timestamp,
    /// When the row was last changed.
    pub updated_at: Timestamp,
    /// When it was known to be in the books.
    pub sent_at: Option<Timestamp>,
    pub(crate) revision: i64,
}

record! {
    DocumentRow in "ledger_documents" {
        id, tenant: "tenant_id", integration: "integration_id", kind, local_id, source: "source_id", number, date, state,
        remote, attempts, retry_at, sending_at, code: "error_code", error, run: "run_id", settled_run, created_at,
        updated_at, sent_at, revision,
    }
}

/// The first `digits` hexadecimal digits of the SHA-256 of `parts`, which must not have zero bytes.
pub(crate) fn digest(parts: &[&str], digits: usize) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let mut text = hex::encode(hash.finalize());
    text.truncate(digits);
    text
}

/// A document that was seen in the edge's records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) kind: DocumentKind,
    pub(crate) local_id: String,
    pub(crate) source: String,
    pub(crate) number: String,
    pub(crate) date: String,
}

impl DocumentRow {
    /// The row of a document that was not attempted yet.
    pub(crate) fn new(tenant: &str, integration: &str, seen: Seen, now: Timestamp) -> Self {
        Self {
            id: digest(&[integration, seen.kind.as_str(), &seen.local_id], 32),
            tenant: tenant.to_owned(),
            integration: integration.to_owned(),
            kind: KindColumn(seen.kind),
            local_id: seen.local_id,
            source: seen.source,
            number: seen.number,
            date: seen.date,
            state: DocumentState::Pending,
            remote: None,
            attempts: 0,
            retry_at: None,
            sending_at: None,
            code: None,
            error: None,
            run: None,
            settled_run: None,
            created_at: now,
            updated_at: now,
            sent_at: None,
            revision: 1,
        }
    }

    /// Its kind.
    pub const fn kind(&self) -> DocumentKind {
        self.kind.0
    }

    /// The document in the books.
    pub fn remote(&self) -> Option<&Recorded> {
        self.remote.as_ref().map(|remote| &remote.0)
    }
}
