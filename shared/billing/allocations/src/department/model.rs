//! A department.

use edge_audit::AuditEntry;
use edge_capabilities::Timestamp;
use edge_database::{record, text_column};
use edge_invoices::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether a department may get shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DepartmentStatus {
    /// It may get shares.
    Active,
    /// It gets no new shares; those that it has go on.
    Closed,
}

impl DepartmentStatus {
    /// The status as text: `active`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Closed => "closed",
        }
    }

    /// The status with this text.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::Closed].into_iter().find(|status| status.as_str() == text)
    }
}

/// How many people a department has from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = DepartmentHeadcount)]
pub struct Headcount {
    /// The first day, in the tenant's time zone.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// How many people.
    pub headcount: u32,
}

/// A department of an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Department {
    /// `dep_…`.
    pub id: String,
    /// The tenant's id.
    pub tenant: String,
    /// The id of the entity.
    pub entity: String,
    /// The department of the same entity that it is part of.
    pub parent: Option<String>,
    /// Its name for display.
    pub name: String,
    /// Its code, unique within the entity.
    pub code: Option<String>,
    /// Its cost centre.
    pub cost_center: Option<String>,
    /// The account of the general ledger of its lines for which nothing else names one.
    pub gl_code: Option<String>,
    /// Who manages it.
    pub manager: Option<String>,
    /// How many people it had and has. INVARIANT: in the order of days, each once.
    pub headcounts: Vec<Headcount>,
    /// Whether it may get shares.
    pub status: DepartmentStatus,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Entries of the audit log that are still to be appended.
    pub(crate) untold: Vec<AuditEntry>,
    pub(crate) revision: i64,
}

text_column!(DepartmentStatus);
record! {
    Department in "departments" {
        id, tenant: "tenant_id", entity: "entity_id", parent: "parent_id", name, code, cost_center, gl_code,
        manager: "manager_user_id", headcounts, status, created_at, updated_at, untold, revision,
    }
}

impl Department {
    /// How many people it has on `day`. Its first headcount counts before its first day too: what is split as of an earlier
    /// day has no other.
    pub fn headcount(&self, day: Date) -> u32 {
        let known = self.headcounts.iter().rev().find(|known| known.from <= day);
        known.or(self.headcounts.first()).map_or(0, |known| known.headcount)
    }

    /// Sets how many people it has from `from` on, until the next day for which something else is known.
    pub(crate) fn set_headcount(&mut self, from: Date, headcount: u32) {
        self.headcounts.retain(|known| known.from != from);
        self.headcounts.push(Headcount { from, headcount });
        self.headcounts.sort_by_key(|known| known.from);
    }
}
