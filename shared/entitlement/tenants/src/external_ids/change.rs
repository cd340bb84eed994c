//! Changes of external ids, which the next seat checks see.

use std::sync::Arc;

use edge_audit::{Actor, AuditEntry, AuditLog};
use edge_capabilities::{Capabilities, Clock, Random};
use edge_database::Db;
use edge_seats::{ExternalOrg, Id, Invalidation};
use serde_json::json;

use super::store::{ExternalId, ExternalIds};
use crate::error::ExternalIdError;

/// Changes external ids.
#[derive(Clone)]
pub struct ExternalIdChanges {
    audit: AuditLog,
    clock: Arc<dyn Clock>,
    external_ids: ExternalIds,
    invalidation: Invalidation,
    random: Arc<dyn Random>,
}

impl ExternalIdChanges {
    /// In the stores of `capabilities` and `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            audit: AuditLog::new(db.clone()),
            clock: capabilities.clock.clone(),
            external_ids: ExternalIds::new(db.clone()),
            invalidation: Invalidation::new(capabilities, db),
            random: capabilities.random.clone(),
        }
    }

    /// Makes `org` the id of `tenant` in its application.
    pub async fn set(&self, tenant: &str, org: &ExternalOrg, actor: &Actor) -> Result<ExternalId, ExternalIdError> {
        let now = self.clock.now();
        let set = ExternalId {
            application: org.application.as_str().to_owned(),
            external_org: org.id.as_str().to_owned(),
            set_by: actor.id.clone(),
            set_at: now,
        };
        let mut before = None;
        let change = async || {
            before = self.external_ids.set(tenant, &set).await?;
            let no_longer = before.as_deref().and_then(|before| Id::parse(before).ok());
            let no_longer = no_longer.map(|id| ExternalOrg { id, ..org.clone() });
            Ok::<_, ExternalIdError>(no_longer.into_iter().chain([org.clone()]).collect())
        };
        self.invalidation.rebind(tenant, change).await?;
        let detail = json!({"application": set.application, "external_org": set.external_org, "before": before});
        let entry = AuditEntry::new("external_id.set", &detail, actor, &*self.random, now);
        self.audit.append(tenant, &entry).await?;
        Ok(self.external_ids.find(tenant, org.application.as_str()).await?.unwrap_or(set))
    }

    /// Takes from `tenant` its id in `application`, which was `external_org`.
    pub async fn remove(
        &self,
        tenant: &str,
        application: &Id,
        external_org: &str,
        actor: &Actor,
    ) -> Result<(), ExternalIdError> {
        // The entry is written first: once the id is removed, nothing would tell that the entry is missing.
        let detail = json!({"application": application.as_str(), "external_org": external_org});
        let entry = AuditEntry::new("external_id.removed", &detail, actor, &*self.random, self.clock.now());
        self.audit.append(tenant, &entry).await?;
        let change = async || {
            let removed = self.external_ids.remove(tenant, application.as_str()).await?;
            let removed = removed.as_deref().and_then(|removed| Id::parse(removed).ok());
            let org = |id| ExternalOrg { application: application.clone(), id };
            Ok::<_, ExternalIdError>(removed.map(org).into_iter().collect())
        };
        self.invalidation.rebind(tenant, change).await
    }
}
