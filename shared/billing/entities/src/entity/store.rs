//! Entities in the database.

use edge_audit::{Actor, AuditEntry};
use edge_capabilities::Capabilities;
use edge_database::{Conditions, Cursor, DatabaseError, Db, Record as _};
use edge_tenants::Tenant;
use serde_json::{Map, Value, json};

use super::model::{Entity, EntityStatus};
use super::placement::place;
use super::tree;
use crate::charge::EDGE;
use crate::error::EntityError;
use crate::period::{Month, zone_of};
use crate::untold::{TABLES, Untold};

/// How often a change is decided anew because another was faster. Each time another got on.
const MAX_ATTEMPTS: u32 = 1_000;

/// Entities in a database.
#[derive(Clone)]
pub struct Entities {
    capabilities: Capabilities,
    db: Db,
    untold: Untold,
}

/// Which entities a list holds; None: all.
#[derive(Clone, Debug, Default)]
pub(super) struct EntityFilter {
    pub(super) parent: Option<String>,
    pub(super) status: Option<EntityStatus>,
    pub(super) code: Option<String>,
}

impl Entities {
    /// The entities in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self { capabilities: capabilities.clone(), db: db.clone(), untold: Untold::new(db, TABLES) }
    }

    /// The entity `id` of `tenant`.
    pub async fn find(&self, tenant: &str, id: &str) -> Result<Option<Entity>, DatabaseError> {
        self.db.find(Conditions::of("tenant_id", tenant).and("id", id)).await
    }

    /// All entities of `tenant`, oldest first.
    pub async fn of_tenant(&self, tenant: &str) -> Result<Vec<Entity>, DatabaseError> {
        self.db.select(Conditions::of("tenant_id", tenant), "created_at, id").await
    }

    /// The ids of the entity `id` of `tenant` and of all below it; None: there is no such entity.
    pub async fn below(&self, tenant: &str, id: &str) -> Result<Option<Vec<String>>, DatabaseError> {
        let all = self.of_tenant(tenant).await?;
        if !all.iter().any(|entity| entity.id == id) {
            return Ok(None);
        }
        let mut found = vec![id.to_owned()];
        let mut next = 0;
        while let Some(parent) = found.get(next).cloned() {
            let is_child = |entity: &&Entity| entity.parent_id.as_deref() == Some(&*parent);
            for child in all.iter().filter(is_child) {
                if !found.contains(&child.id) {
                    found.push(child.id.clone());
                }
            }
            next = next.saturating_add(1);
        }
        Ok(Some(found))
    }

    /// Up to `limit` entities of `tenant`, newest first.
    pub(super) async fn list(
        &self,
        tenant: &str,
        filter: EntityFilter,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Entity>, DatabaseError> {
        let conditions = Conditions::of("tenant_id", tenant)
            .and_if("parent_id", filter.parent)
            .and_if("status", filter.status.map(EntityStatus::as_str))
            .and_if("code", filter.code);
        self.db.page(conditions, "created_at", cursor, limit).await
    }

    /// Stores the new `entity` where it fits into the trees.
    pub(crate) async fn create(&self, mut entity: Entity, actor: &Actor) -> Result<Entity, EntityError> {
        let detail = json!({"entity_id": entity.id, "before": null, "after": shown(&entity)});
        let id = format!("{}.1", entity.id);
        entity.untold = vec![AuditEntry::with_id(id, "entity.created", &detail, actor, entity.created_at)];
        for _ in 0..MAX_ATTEMPTS {
            if tree::place(&self.db, &entity, true).await? {
                self.tell(&entity).await?;
                return Ok(entity);
            }
        }
        Err(EntityError::Busy)
    }

    /// Changes the entity `id` of `tenant` by `change`, which may be called several times.
    pub(crate) async fn change(
        &self,
        tenant: &Tenant,
        id: &str,
        actor: &Actor,
        change: impl Fn(&mut Entity) -> Result<(), EntityError> + Sync,
    ) -> Result<Entity, EntityError> {
        for _ in 0..MAX_ATTEMPTS {
            let before = self.find(&tenant.id, id).await?.ok_or(EntityError::NotFound)?;
            let mut after = before.clone();
            change(&mut after)?;
            if after == before {
                self.tell(&before).await?;
                return Ok(before);
            }
            self.note_change(tenant, &before, &mut after, actor);
            let is_stored = if after.parent_id != before.parent_id || after.status != before.status {
                tree::place(&self.db, &after, false).await?
            } else {
                let stored = self.db.update_if_revision(&after, &["id", "tenant_id"], &["created_at"]).await;
                stored.map_err(EntityError::of_code)?
            };
            if is_stored {
                after.revision = after.revision.saturating_add(1);
                self.tell(&after).await?;
                return Ok(after);
            }
        }
        Err(EntityError::Busy)
    }

    /// Moves the entity `id` of `tenant` below `parent`, or to the top.
    pub async fn place_below(&self, tenant: &Tenant, id: &str, parent: Option<String>) -> Result<Entity, EntityError> {
        let actor = Actor { id: EDGE.to_owned(), address: None };
        let change = |entity: &mut Entity| {
            entity.parent_id.clone_from(&parent);
            Ok(())
        };
        self.change(tenant, id, &actor, change).await
    }

    fn note_change(&self, tenant: &Tenant, before: &Entity, after: &mut Entity, actor: &Actor) {
        let now = self.capabilities.clock.now();
        after.updated_at = now;
        if after.parent_id != before.parent_id
            && let Some(month) = Month::of(now, &zone_of(tenant))
        {
            place(&mut after.placements, after.parent_id.clone(), month);
        }
        let id = format!("{}.{}", before.id, before.revision.saturating_add(1));
        let detail = difference(before, after);
        after.untold.push(AuditEntry::with_id(id, "entity.changed", &detail, actor, now));
    }

    async fn tell(&self, entity: &Entity) -> Result<(), DatabaseError> {
        self.untold.tell(Entity::TABLE, &entity.tenant_id, &entity.id, &entity.untold).await
    }
}

/// Fields that may be of a person: the audit log says no more than that they changed.
const PERSONAL: [&str; 3] = ["tax_id", "billing_email", "address"];

/// What of `entity` may be changed, as the audit log shows it.
fn shown(entity: &Entity) -> Map<String, Value> {
    let Entity { parent_id, name, code, legal_name, tax_id, country, currency, billing_email, address, .. } = entity;
    let fields = [
        ("parent_id", json!(parent_id)),
        ("name", json!(name)),
        ("code", json!(code)),
        ("legal_name", json!(legal_name)),
        ("tax_id", json!(tax_id)),
        ("country", json!(country)),
        ("currency", json!(currency.as_str())),
        ("billing_email", json!(billing_email)),
        ("address", json!(address)),
        ("payment_terms_days", json!(entity.payment_terms_days)),
        ("consolidate_to_parent", json!(entity.consolidate_to_parent)),
        ("status", json!(entity.status)),
    ];
    let hide = |(name, value): (&str, Value)| {
        let is_hidden = PERSONAL.contains(&name) && !value.is_null();
        (name.to_owned(), if is_hidden { json!("…") } else { value })
    };
    fields.into_iter().map(hide).collect()
}

/// The fields in which `after` differs from `before`.
fn difference(before: &Entity, after: &Entity) -> Value {
    let is_personal_changed = [
        ("tax_id", before.tax_id != after.tax_id),
        ("billing_email", before.billing_email != after.billing_email),
        ("address", before.address != after.address),
    ];
    let (mut old, mut new) = (shown(before), shown(after));
    let is_same = |name: &str| {
        let is_changed = is_personal_changed.iter().any(|(changed, is)| *changed == name && *is);
        old.get(name) == new.get(name) && !is_changed
    };
    let same: Vec<String> = old.keys().filter(|name| is_same(name)).cloned().collect();
    for name in same {
        old.remove(&name);
        new.remove(&name);
    }
    json!({"entity_id": before.id, "before": old, "after": new})
}
