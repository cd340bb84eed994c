//! Charges in the database.

use std::collections::BTreeSet;

use edge_audit::{Actor, AuditEntry};
use edge_capabilities::{Capabilities, Timestamp, random};
use edge_database::{Conditions, Cursor, DatabaseError, Db, Record as _};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::model::{Charge, ChargeSource, NewCharge, day_number};
use crate::entity::Entities;
use crate::error::EntityError;
use crate::untold::{TABLES, Untold};

/// Who posts what nobody asked for.
pub(crate) const EDGE: &str = "bheem-edge";

/// Charges in a database.
#[derive(Clone)]
pub struct Charges {
    capabilities: Capabilities,
    db: Db,
    entities: Entities,
    untold: Untold,
}

impl Charges {
    /// The charges in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            capabilities: capabilities.clone(),
            db: db.clone(),
            entities: Entities::new(capabilities, db),
            untold: Untold::new(db, TABLES),
        }
    }

    pub(super) const fn db(&self) -> &Db {
        &self.db
    }

    /// The charge `id` of `tenant`.
    pub async fn find(&self, tenant: &str, id: &str) -> Result<Option<Charge>, DatabaseError> {
        self.db.find(Conditions::of("tenant_id", tenant).and("id", id)).await
    }

    /// The charge of `tenant` for `source`.
    pub async fn of_source(&self, tenant: &str, source: &ChargeSource) -> Result<Option<Charge>, DatabaseError> {
        let of = Conditions::of("tenant_id", tenant).and("source_kind", source.kind.as_str());
        self.db.find(of.and("source_id", source.id.as_str())).await
    }

    /// The ids of the sources of this kind that are charged, those that begin with `prefix`.
    pub(crate) async fn source_ids(
        &self,
        tenant: &str,
        kind: &str,
        prefix: &str,
    ) -> Result<BTreeSet<String>, DatabaseError> {
        let statement = "SELECT source_id FROM entity_charges
            WHERE tenant_id = $1 AND source_kind = $2 AND SUBSTR(source_id, 1, $3) = $4";
        let length = i64::try_from(prefix.chars().count()).unwrap_or(i64::MAX);
        let rows = self.db.query(statement, &[tenant.into(), kind.into(), length.into(), prefix.into()]).await?;
        rows.iter().map(|row| row.text(0).map(str::to_owned)).collect()
    }

    /// Charges an entity of `tenant`, once for each source: whoever posts another charge for the same source gets the first
    /// one. [`EntityError::NotFound`]: the tenant has no such entity. A closed one may still be charged: what it owes, or is
    /// owed, may come to light later.
    pub async fn post(&self, tenant: &str, new: NewCharge) -> Result<Charge, EntityError> {
        self.post_by(tenant, new, &Actor { id: EDGE.to_owned(), address: None }).await
    }

    /// As [`Charges::post`], for `actor`.
    pub async fn post_by(&self, tenant: &str, new: NewCharge, actor: &Actor) -> Result<Charge, EntityError> {
        if let Some(source) = &new.source
            && let Some(known) = self.of_source(tenant, source).await?
        {
            return self.told(known).await;
        }
        let entity = self.entities.find(tenant, &new.entity_id).await?.ok_or(EntityError::NotFound)?;
        let (source_kind, source_id) = new.source.clone().map(|source| (source.kind, source.id)).unzip();
        let mut charge = Charge {
            id: self.id(tenant, new.source.as_ref()),
            tenant_id: tenant.to_owned(),
            entity_id: new.entity_id,
            description: new.description,
            amount: new.amount.minor,
            currency: new.amount.currency,
            date: new.date,
            terms_days: new.terms_days.unwrap_or(entity.payment_terms_days),
            service_from: new.service.map(|(from, _)| day_number(from)),
            service_to: new.service.map(|(_, to)| day_number(to)),
            source_kind,
            source_id,
            created_at: self.capabilities.clock.now(),
            untold: Vec::new(),
        };
        charge.untold.push(audit_entry(&charge, actor));
        if self.db.insert_new(&charge).await? {
            return self.told(charge).await;
        }
        // Somebody else was faster.
        let known = self.find(tenant, &charge.id).await?;
        self.told(known.ok_or(EntityError::ChargeNotFound)?).await
    }

    /// The id of a new charge. Of what has a source it is always the same.
    fn id(&self, tenant: &str, source: Option<&ChargeSource>) -> String {
        let Some(source) = source else {
            return format!("chg_{}", random::hex::<12>(&*self.capabilities.random));
        };
        format!("chg_{}", digest(&[tenant, &source.kind, &source.id]))
    }

    async fn told(&self, charge: Charge) -> Result<Charge, EntityError> {
        self.untold.tell(Charge::TABLE, &charge.tenant_id, &charge.id, &charge.untold).await?;
        Ok(charge)
    }

    /// Up to `limit` charges that were posted after `cursor` (time, id), of `tenant` alone where one is given, oldest first.
    pub async fn posted_after(
        &self,
        (at, id): (Timestamp, &str),
        tenant: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Charge>, DatabaseError> {
        let conditions = Conditions::default()
            .and_where("created_at >= ?", at)
            .and_where(&format!("(created_at > {} OR id > ?)", at.as_millis()), id)
            .and_if("tenant_id", tenant);
        self.db.select(conditions, &format!("created_at, id LIMIT {limit}")).await
    }

    /// Up to `limit` charges of an entity of `tenant`, newest first.
    pub(super) async fn list(
        &self,
        tenant: &str,
        entity: &str,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Charge>, DatabaseError> {
        let of = Conditions::of("tenant_id", tenant).and("entity_id", entity);
        self.db.page(of, "created_at", cursor, limit).await
    }
}

/// 24 hexadecimal digits that stand for `parts`.
pub(crate) fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    let mut text = hex::encode(hash.finalize());
    text.truncate(24);
    text
}

fn audit_entry(charge: &Charge, actor: &Actor) -> AuditEntry {
    let detail = json!({
        "charge_id": charge.id, "before": null,
        "after": {
            "entity_id": charge.entity_id, "amount": charge.money().to_decimal(), "currency": charge.currency.as_str(),
            "date": charge.date, "terms_days": charge.terms_days,
            "source": charge.source().map(|source| format!("{}:{}", source.kind, source.id)),
        },
    });
    AuditEntry::with_id(format!("{}.created", charge.id), "charge.created", &detail, actor, charge.created_at)
}
