//! Which entities subscriptions belong to, in the database.

use edge_audit::{Actor, AuditEntry};
use edge_capabilities::Capabilities;
use edge_database::{Conditions, DatabaseError, Db, Record as _};
use edge_invoices::Date;
use serde_json::json;

use super::model::{Belonging, SubscriptionEntities, replace_from};
use crate::error::EntityError;
use crate::untold::{TABLES, Untold};

const MAX_ATTEMPTS: u32 = 100;

/// Which entities subscriptions belong to.
#[derive(Clone)]
pub struct EntitySubscriptions {
    capabilities: Capabilities,
    db: Db,
    untold: Untold,
}

impl EntitySubscriptions {
    /// In `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self { capabilities: capabilities.clone(), db: db.clone(), untold: Untold::new(db, TABLES) }
    }

    /// The entity of `tenant` that `subscription` belongs to on `day`.
    pub async fn entity_of(
        &self,
        tenant: &str,
        subscription: &str,
        day: Date,
    ) -> Result<Option<String>, DatabaseError> {
        let known = self.find(tenant, subscription).await?;
        let belonging = known.and_then(|known| known.entities.into_iter().find(|belonging| belonging.holds(day)));
        Ok(belonging.map(|belonging| belonging.entity_id))
    }

    pub(super) async fn find(
        &self,
        tenant: &str,
        subscription: &str,
    ) -> Result<Option<SubscriptionEntities>, DatabaseError> {
        self.db.find(Conditions::of("tenant_id", tenant).and("subscription_id", subscription)).await
    }

    /// All of `tenant`. A tenant has a few: one for each application.
    pub(super) async fn of_tenant(&self, tenant: &str) -> Result<Vec<SubscriptionEntities>, DatabaseError> {
        self.db.select(Conditions::of("tenant_id", tenant), "created_at, subscription_id").await
    }

    /// Up to `limit` tenants that have one, in the order of their ids, from after `after`.
    pub(super) async fn tenants_after(&self, after: &str, limit: u32) -> Result<Vec<String>, DatabaseError> {
        let statement = "SELECT DISTINCT tenant_id FROM entity_subscriptions WHERE tenant_id > $1
            ORDER BY tenant_id LIMIT $2";
        let rows = self.db.query(statement, &[after.into(), i64::from(limit).into()]).await?;
        rows.iter().map(|row| row.text(0).map(str::to_owned)).collect()
    }

    /// Notes that `subscription` of `tenant` belongs to an entity as `new` says, and to no other from its first day on.
    pub(super) async fn assign(
        &self,
        tenant: &str,
        subscription: &str,
        new: Belonging,
        actor: &Actor,
    ) -> Result<(), EntityError> {
        for _ in 0..MAX_ATTEMPTS {
            let now = self.capabilities.clock.now();
            let before = self.find(tenant, subscription).await?;
            let known = before.as_ref().map(|before| before.entities.clone()).unwrap_or_default();
            let entities = replace_from(&known, new.clone());
            if let Some(before) = before.as_ref().filter(|before| before.entities == entities) {
                return self.tell(before).await;
            }
            let revision = before.as_ref().map_or(0, |before| before.revision);
            let id = format!("entity_of.{subscription}.{}", revision.saturating_add(1));
            let detail = json!({"subscription_id": subscription, "before": known, "after": entities});
            let entry = AuditEntry::with_id(id, "entity.subscription_assigned", &detail, actor, now);
            let mut after = before.unwrap_or_else(|| SubscriptionEntities {
                subscription_id: subscription.to_owned(),
                tenant_id: tenant.to_owned(),
                entities: Vec::new(),
                created_at: now,
                updated_at: now,
                untold: Vec::new(),
                revision: 1,
            });
            (after.entities, after.updated_at) = (entities, now);
            after.untold.push(entry);
            let is_stored = if revision == 0 {
                self.db.insert_new(&after).await?
            } else {
                self.db.update_if_revision(&after, &["subscription_id", "tenant_id"], &["created_at"]).await?
            };
            if is_stored {
                return self.tell(&after).await;
            }
        }
        Err(EntityError::Busy)
    }

    async fn tell(&self, row: &SubscriptionEntities) -> Result<(), EntityError> {
        let told = self.untold.tell(SubscriptionEntities::TABLE, &row.tenant_id, &row.subscription_id, &row.untold);
        Ok(told.await?)
    }
}
