//! Consents in the database.

use edge_capabilities::Timestamp;
use edge_database::{DatabaseError, Db, columns, read_all};

use super::model::{Consent, digest};

/// Consents in a database.
#[derive(Clone)]
pub(crate) struct Consents(Db);

impl Consents {
    pub(crate) const fn new(db: Db) -> Self {
        Self(db)
    }

    pub(super) async fn insert(&self, consent: &Consent) -> Result<(), DatabaseError> {
        self.0.insert(consent).await
    }

    /// Takes the consent with this state: of any number who come back with it, one gets it.
    pub(super) async fn take(&self, state: &str) -> Result<Option<Consent>, DatabaseError> {
        let statement = format!("DELETE FROM integration_consents WHERE state = $1 RETURNING {}", columns::<Consent>());
        Ok(read_all(&self.0.query_owned(&statement, vec![digest(state).into()]).await?)?.pop())
    }

    /// Removes the consents of the integration `id` of `tenant`: who comes back with one is refused.
    pub(crate) async fn remove_all(&self, tenant: &str, id: &str) -> Result<(), DatabaseError> {
        let statement = "DELETE FROM integration_consents WHERE tenant_id = $1 AND integration_id = $2";
        self.0.query(statement, &[tenant.into(), id.into()]).await.map(drop)
    }

    /// Removes those that expired before `at`.
    pub(crate) async fn remove_expired(&self, at: Timestamp) -> Result<(), DatabaseError> {
        self.0.query("DELETE FROM integration_consents WHERE expires_at < $1", &[at.into()]).await.map(drop)
    }
}
