//! An entity in responses.

use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Entity, EntityStatus};
use crate::hierarchy::EntityBudget;

/// An entity.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Entity)]
pub(crate) struct EntityResponse {
    id: String,
    tenant_id: String,
    /// The entity above it; null: it is the root of a tree.
    parent_id: Option<String>,
    name: String,
    code: Option<String>,
    /// Its name on invoices; null: `name`.
    legal_name: Option<String>,
    tax_id: Option<String>,
    country: Option<String>,
    currency: String,
    billing_email: Option<String>,
    address: Option<String>,
    /// How many days after an invoice's date its charges are due that do not say.
    payment_terms_days: u32,
    /// Whether its charges are on the invoice of the entity above it.
    consolidate_to_parent: bool,
    status: EntityStatus,
    /// Raised by each change. Send it as `If-Match` to change the entity only if nobody else has.
    version: i64,
    created_at: String,
    updated_at: String,
}

/// An entity, and its budgets.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct EntityDetails {
    #[serde(flatten)]
    pub(super) entity: EntityResponse,
    /// Its active budgets.
    pub(super) budgets: Vec<EntityBudget>,
}

impl From<Entity> for EntityResponse {
    fn from(entity: Entity) -> Self {
        Self {
            id: entity.id,
            tenant_id: entity.tenant_id,
            parent_id: entity.parent_id,
            name: entity.name,
            code: entity.code,
            legal_name: entity.legal_name,
            tax_id: entity.tax_id,
            country: entity.country,
            currency: entity.currency.to_string(),
            billing_email: entity.billing_email,
            address: entity.address,
            payment_terms_days: entity.payment_terms_days,
            consolidate_to_parent: entity.consolidate_to_parent,
            status: entity.status,
            version: entity.revision,
            created_at: entity.created_at.to_rfc3339_millis(),
            updated_at: entity.updated_at.to_rfc3339_millis(),
        }
    }
}
