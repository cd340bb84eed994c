//! An entity.

use edge_audit::AuditEntry;
use edge_capabilities::Timestamp;
use edge_database::{record, text_column};
use edge_money::Currency;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::placement::Placement;

/// Whether an entity is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EntityStatus {
    /// It is in use.
    Active,
    /// It is not charged any more, and has no active children. It may be opened again.
    Closed,
}

impl EntityStatus {
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

/// A legal entity of a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// `ent_…`.
    pub id: String,
    /// The tenant's id.
    pub tenant_id: String,
    /// The entity above it; None: it is the root of a tree.
    pub parent_id: Option<String>,
    /// What people call it.
    pub name: String,
    /// What the tenant knows it by: unique within the tenant.
    pub code: Option<String>,
    /// Its name in contracts and on invoices.
    pub legal_name: Option<String>,
    /// Its tax number.
    pub tax_id: Option<String>,
    /// Its country: ISO 3166-1, two letters.
    pub country: Option<String>,
    /// Its own currency. It may be charged in any.
    pub currency: Currency,
    /// Where its invoices go.
    pub billing_email: Option<String>,
    /// Its postal address; it may have several lines.
    pub address: Option<String>,
    /// How many days after an invoice's date its charges are due that do not say.
    pub payment_terms_days: u32,
    /// Whether its charges are on the invoice of the entity above it.
    pub consolidate_to_parent: bool,
    /// Whether it is in use.
    pub status: EntityStatus,
    /// With which parent it is billed, and from when on. INVARIANT: never empty.
    pub(crate) placements: Vec<Placement>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Entries of the audit log that are still to be appended.
    pub(crate) untold: Vec<AuditEntry>,
    /// Raised by each change, from 1.
    pub revision: i64,
}

text_column!(EntityStatus);
record! {
    Entity in "entities" {
        id, tenant_id, parent_id, name, code, legal_name, tax_id, country, currency, billing_email, address,
        payment_terms_days, consolidate_to_parent, status, placements, created_at, updated_at, untold, revision,
    }
}

impl Entity {
    /// The name that stands on invoices.
    pub fn invoice_name(&self) -> &str {
        self.legal_name.as_deref().unwrap_or(&self.name)
    }
}
