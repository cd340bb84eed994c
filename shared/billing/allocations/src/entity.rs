//! What departments need to know of the entity that they belong to.

use async_trait::async_trait;
use edge_database::DatabaseError;
use edge_entities::{Entities, Entity, EntityStatus};
use edge_money::Currency;

/// An entity of a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EntityFacts {
    /// The currency in which it is billed.
    pub(crate) currency: Currency,
    /// Whether it is active.
    pub(crate) is_active: bool,
}

/// Finds entities.
#[async_trait]
pub(crate) trait EntityLookup: Send + Sync {
    /// The entity `id` of `tenant`.
    async fn entity(&self, tenant: &str, id: &str) -> Result<Option<EntityFacts>, DatabaseError>;
}

#[async_trait]
impl EntityLookup for Entities {
    async fn entity(&self, tenant: &str, id: &str) -> Result<Option<EntityFacts>, DatabaseError> {
        let found = self.find(tenant, id).await?;
        let facts = |entity: Entity| EntityFacts {
            currency: entity.currency,
            is_active: entity.status == EntityStatus::Active,
        };
        Ok(found.map(facts))
    }
}
