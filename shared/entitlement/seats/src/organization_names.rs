//! The ERP's organisation of each external id, as the ERP's answers gave it: in the database, and in the cache for
//! seat checks.

use std::sync::Arc;

use edge_capabilities::database::DatabaseError;
use edge_capabilities::key_value::StoreError;
use edge_capabilities::{KeyValue, Timestamp};
use edge_database::Db;

use crate::error::StorageError;
use crate::subject::ExternalOrg;

#[derive(Clone)]
pub(crate) struct OrganizationNames {
    cache: Arc<dyn KeyValue>,
    db: Db,
}

impl OrganizationNames {
    pub(crate) fn new(cache: Arc<dyn KeyValue>, db: Db) -> Self {
        Self { cache, db }
    }

    /// The organisation that the ERP last gave for `org`.
    pub(crate) async fn organization_of(&self, org: &ExternalOrg) -> Result<Option<String>, StorageError> {
        let cached = self.cache.get(&key(org)).await?;
        if let Some(organization) = cached.and_then(|bytes| String::from_utf8(bytes).ok()) {
            return Ok(Some(organization));
        }
        let organization = self.stored(org).await?;
        if let Some(organization) = &organization {
            self.cache.set(&key(org), organization.as_bytes()).await?;
        }
        Ok(organization)
    }

    /// The same from the database: the cache may have been rolled back.
    pub(crate) async fn stored(&self, org: &ExternalOrg) -> Result<Option<String>, StorageError> {
        let statement = "SELECT organization_id FROM organization_names WHERE application = $1 AND external_org = $2";
        let rows = self.db.query(statement, &values(org)).await?;
        Ok(rows.first().map(|row| row.optional_text(0)).transpose()?.flatten().map(ToOwned::to_owned))
    }

    /// Stores the organisation that the ERP gave for `org`.
    pub(crate) async fn set(&self, org: &ExternalOrg, organization: &str) -> Result<(), StorageError> {
        let statement = "INSERT INTO organization_names (application, external_org, organization_id, cleared)
            VALUES ($1, $2, $3, 0)
            ON CONFLICT (application, external_org) DO UPDATE SET organization_id = excluded.organization_id";
        self.add_alias(org, organization).await?;
        let [application, external_org] = values(org);
        self.db.query(statement, &[application, external_org, organization.into()]).await?;
        Ok(self.cache.set(&key(org), organization.as_bytes()).await?)
    }

    /// Records that a verdict about `org` was one about `organization`: followers that remember it learn of every raise.
    pub(crate) async fn add_alias(&self, org: &ExternalOrg, organization: &str) -> Result<(), DatabaseError> {
        let statement = "INSERT INTO organization_aliases (application, external_org, organization_id)
            VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        let [application, external_org] = values(org);
        self.db.query(statement, &[application, external_org, organization.into()]).await.map(drop)
    }

    /// When the ERP last confirmed the organisation of `org`.
    pub(crate) async fn confirmed_at(&self, org: &ExternalOrg) -> Result<Option<Timestamp>, StoreError> {
        let bytes = self.cache.get(&confirmation_key(org)).await?;
        let millis = bytes.and_then(|bytes| std::str::from_utf8(&bytes).ok()?.parse().ok());
        Ok(millis.map(Timestamp::from_millis))
    }

    /// Records that the ERP confirmed the organisation of `org` at `now`.
    pub(crate) async fn confirm(&self, org: &ExternalOrg, now: Timestamp) -> Result<(), StoreError> {
        self.cache.set(&confirmation_key(org), now.as_millis().to_string().as_bytes()).await
    }

    /// The tenant that `org` is bound to at the edge. The ERP may give another organisation for it.
    pub(crate) async fn tenant_of(&self, org: &ExternalOrg) -> Result<Option<String>, StorageError> {
        let statement = "SELECT tenant_id FROM tenant_external_ids WHERE application = $1 AND external_org = $2";
        let rows = self.db.query(statement, &values(org)).await?;
        Ok(rows.first().map(|row| row.text(0)).transpose()?.map(ToOwned::to_owned))
    }

    /// Up to `limit` organisations that external ids of `application` have, from after `after`, in their order.
    pub(crate) async fn organizations_of(
        &self,
        application: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<String>, StorageError> {
        let statement = "SELECT DISTINCT organization_id FROM organization_names
            WHERE application = $1 AND organization_id > $2 ORDER BY organization_id LIMIT $3";
        let values = [application.into(), after.into(), i64::from(limit).into()];
        let rows = self.db.query(statement, &values).await?;
        Ok(rows.iter().map(|row| row.text(0).map(ToOwned::to_owned)).collect::<Result<_, _>>()?)
    }

    /// The organisations that the ERP gave for the external ids that are bound to `tenant`, without the tenant's own
    /// id.
    pub(crate) async fn organizations_bound_to(&self, tenant: &str) -> Result<Vec<String>, StorageError> {
        let statement = "SELECT DISTINCT n.organization_id FROM tenant_external_ids e
            JOIN organization_names n ON n.application = e.application AND n.external_org = e.external_org
            WHERE e.tenant_id = $1 AND n.organization_id IS NOT NULL AND n.organization_id <> $1";
        let rows = self.db.query(statement, &[tenant.into()]).await?;
        Ok(rows.iter().map(|row| row.text(0).map(ToOwned::to_owned)).collect::<Result<_, _>>()?)
    }
}

fn values(org: &ExternalOrg) -> [edge_capabilities::database::Value; 2] {
    [org.application.as_str().into(), org.id.as_str().into()]
}

fn confirmation_key(org: &ExternalOrg) -> String {
    format!("name-confirmed:{}", org.key())
}

fn key(org: &ExternalOrg) -> String {
    format!("name:{}", org.key())
}
