//! A mapping to an account of the general ledger.

use edge_audit::AuditEntry;
use edge_capabilities::Timestamp;
use edge_database::{record, text_column};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an amount is to the general ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum GlKind {
    /// What is earned.
    Revenue,
    /// What was paid.
    Cash,
    /// What is still to be paid.
    Receivable,
    /// What was paid and is not earned yet.
    Deferred,
    /// Tax.
    Tax,
    /// What was given back.
    Refund,
}

impl GlKind {
    /// All kinds.
    pub const ALL: [Self; 6] = [Self::Revenue, Self::Cash, Self::Receivable, Self::Deferred, Self::Tax, Self::Refund];

    /// The kind as text: `revenue`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Revenue => "revenue",
            Self::Cash => "cash",
            Self::Receivable => "receivable",
            Self::Deferred => "deferred",
            Self::Tax => "tax",
            Self::Refund => "refund",
        }
    }

    /// The kind with this text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

text_column!(GlKind);

/// The account of a kind, of a department or plan alone where one is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GlMapping {
    /// `glm_…`.
    pub id: String,
    pub(crate) tenant: String,
    /// The kind; empty: any.
    pub(crate) kind: String,
    /// The department; empty: any.
    pub(crate) department: String,
    /// The plan; empty: any.
    pub(crate) plan: String,
    /// The account.
    pub gl_code: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Entries of the audit log that are still to be appended.
    pub(crate) untold: Vec<AuditEntry>,
    pub(crate) revision: i64,
}

record! {
    GlMapping in "gl_mappings" {
        id, tenant: "tenant_id", kind, department: "department_id", plan: "plan_id", gl_code, created_at, updated_at,
        untold, revision,
    }
}
