//! The ids of tenants in applications: `hospital_id` in HealOS, `company_id` in PowerDialer. An id belongs to one tenant, and
//! a tenant has one in each application.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_database::{Conditions, Db, places};

use crate::error::ExternalIdError;

/// How often a change is tried again when somebody else was faster.
const MAX_ATTEMPTS: u32 = 20;

/// The id of a tenant in an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalId {
    /// The application's slug.
    pub application: String,
    /// The tenant's id there.
    pub external_org: String,
    /// Who set it.
    pub set_by: String,
    /// When.
    pub set_at: Timestamp,
}

edge_database::record! {
    ExternalId in "tenant_external_ids" { application, external_org, set_by, set_at }
}

/// The external ids of tenants, in the database.
#[derive(Clone)]
pub struct ExternalIds(Db);

impl ExternalIds {
    /// Those in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// All external ids of a tenant, by application.
    pub async fn of(&self, tenant: &str) -> Result<Vec<ExternalId>, DatabaseError> {
        self.0.select(Conditions::of("tenant_id", tenant), "application").await
    }

    /// The external ids of some tenants: the tenant's id, the application and the id there, by application.
    pub(crate) async fn of_many(&self, tenants: &[&str]) -> Result<Vec<(String, String, String)>, DatabaseError> {
        let statement = format!(
            "SELECT tenant_id, application, external_org FROM tenant_external_ids
             WHERE tenant_id IN ({}) ORDER BY application",
            places(1, tenants.len())
        );
        if tenants.is_empty() {
            return Ok(Vec::new());
        }
        let values: Vec<Value> = tenants.iter().map(|tenant| (*tenant).into()).collect();
        let text = |row: &Row, place| row.text(place).map(ToOwned::to_owned);
        let rows = self.0.query(&statement, &values).await?;
        rows.iter().map(|row| Ok((text(row, 0)?, text(row, 1)?, text(row, 2)?))).collect()
    }

    /// The tenant's external id in one application.
    pub async fn find(&self, tenant: &str, application: &str) -> Result<Option<ExternalId>, DatabaseError> {
        self.0.find(Conditions::of("tenant_id", tenant).and("application", application)).await
    }

    /// Sets what an application calls `tenant`; gives what it called it before.
    pub async fn set(&self, tenant: &str, id: &ExternalId) -> Result<Option<String>, ExternalIdError> {
        let (application, external_org) = (id.application.as_str(), id.external_org.as_str());
        for _ in 0..MAX_ATTEMPTS {
            let before = self.find(tenant, application).await?.map(|before| before.external_org);
            let mut values: Vec<Value> = vec![
                application.into(),
                external_org.into(),
                tenant.into(),
                id.set_by.as_str().into(),
                id.set_at.into(),
            ];
            let statement = match &before {
                Some(before) if before == external_org => return Ok(Some(before.clone())),
                // Only if it is still what was read: the caller must know the id that it replaces.
                Some(before) => {
                    values.push(before.as_str().into());
                    "UPDATE tenant_external_ids SET external_org = $2, set_by = $4, set_at = $5
                     WHERE tenant_id = $3 AND application = $1 AND external_org = $6 RETURNING application"
                }
                None => {
                    "INSERT INTO tenant_external_ids (application, external_org, tenant_id, set_by, set_at)
                     VALUES ($1, $2, $3, $4, $5) RETURNING application"
                }
            };
            match self.0.query(statement, &values).await {
                Ok(rows) if rows.is_empty() => {}
                Ok(_) => return Ok(before),
                Err(DatabaseError::Duplicate(_)) => {
                    if self.holder(application, external_org).await?.is_some_and(|holder| holder != tenant) {
                        return Err(ExternalIdError::Taken);
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(ExternalIdError::Busy)
    }

    /// The tenant that has an external id in an application.
    pub async fn holder(&self, application: &str, external_org: &str) -> Result<Option<String>, DatabaseError> {
        let statement = "SELECT tenant_id FROM tenant_external_ids WHERE application = $1 AND external_org = $2";
        let rows = self.0.query(statement, &[application.into(), external_org.into()]).await?;
        rows.first().map(|row| row.text(0).map(ToOwned::to_owned)).transpose()
    }

    /// Takes away what an application calls `tenant`; gives what that was.
    pub async fn remove(&self, tenant: &str, application: &str) -> Result<Option<String>, DatabaseError> {
        let statement = "DELETE FROM tenant_external_ids WHERE tenant_id = $1 AND application = $2
            RETURNING external_org";
        let rows = self.0.query(statement, &[tenant.into(), application.into()]).await?;
        rows.first().map(|row| row.text(0).map(ToOwned::to_owned)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use edge_capabilities::testing::MemoryDatabase;

    use super::*;

    fn id(application: &str, external_org: &str) -> ExternalId {
        let (set_by, set_at) = ("key:test".into(), Timestamp::from_millis(1));
        ExternalId { application: application.into(), external_org: external_org.into(), set_by, set_at }
    }

    #[tokio::test]
    async fn an_external_id_is_one_tenants_and_a_tenant_has_one_in_each_application() {
        let ids = ExternalIds::new(Db::new(Arc::new(MemoryDatabase::new())));
        assert_eq!(ids.set("t1", &id("healos", "h1")).await, Ok(None));
        assert_eq!(ids.set("t2", &id("healos", "h1")).await, Err(ExternalIdError::Taken));
        assert_eq!(ids.set("t2", &id("openmic", "h1")).await, Ok(None));
        assert_eq!(ids.set("t1", &id("healos", "h1")).await, Ok(Some("h1".into())));
        assert_eq!(ids.set("t1", &id("healos", "h2")).await, Ok(Some("h1".into())));
        assert_eq!(ids.set("t2", &id("healos", "h1")).await, Ok(None));
        assert_eq!(ids.set("t2", &id("healos", "h2")).await, Err(ExternalIdError::Taken));
        assert_eq!(ids.of("t1").await.unwrap(), [id("healos", "h2")]);
        assert_eq!(ids.remove("t1", "healos").await, Ok(Some("h2".into())));
        assert_eq!(ids.remove("t1", "healos").await, Ok(None));
        assert_eq!(ids.set("t2", &id("healos", "h2")).await, Ok(Some("h1".into())));
    }
}
