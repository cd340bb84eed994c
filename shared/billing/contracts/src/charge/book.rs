//! Where charges go: the entities, and the book of what they are charged.

use async_trait::async_trait;
use edge_capabilities::Capabilities;
use edge_database::Db;
use edge_entities::{ChargeSource, Charges, Entities, EntityStatus, NewCharge};
use edge_money::Money;

use crate::contract::DueCharge;
use crate::error::ContractError;

/// What contracts need to know of an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityTerms {
    /// Whether it can be charged.
    pub is_active: bool,
}

/// Entities and their charges.
#[async_trait]
pub trait ChargeBook: Send + Sync {
    /// The entity `id` of `tenant`.
    async fn entity(&self, tenant: &str, id: &str) -> Result<Option<EntityTerms>, ContractError>;

    /// Charges `amount` to the entity: of one source there is one charge, however often this is done.
    async fn post(&self, tenant: &str, entity: &str, charge: &DueCharge, amount: Money) -> Result<(), ContractError>;
}

/// The entities of the tenant.
pub(crate) struct EntityBook {
    charges: Charges,
    entities: Entities,
}

impl EntityBook {
    /// Charges the entities in `db`.
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self { charges: Charges::new(capabilities, db), entities: Entities::new(capabilities, db) }
    }
}

#[async_trait]
impl ChargeBook for EntityBook {
    async fn entity(&self, tenant: &str, id: &str) -> Result<Option<EntityTerms>, ContractError> {
        let found = self.entities.find(tenant, id).await?;
        Ok(found.map(|entity| EntityTerms { is_active: entity.status == EntityStatus::Active }))
    }

    async fn post(&self, tenant: &str, entity: &str, charge: &DueCharge, amount: Money) -> Result<(), ContractError> {
        let new = NewCharge {
            entity_id: entity.to_owned(),
            description: charge.description.clone(),
            amount,
            date: charge.date,
            service: charge.service,
            terms_days: None,
            source: Some(ChargeSource { kind: charge.kind.source_kind().to_owned(), id: charge.source.clone() }),
        };
        self.charges.post(tenant, new).await.map(drop).map_err(|error| ContractError::Charge(error.to_string()))
    }
}
