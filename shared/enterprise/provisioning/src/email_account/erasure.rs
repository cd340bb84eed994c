//! The e-mail accounts of a person whose data is deleted.

use async_trait::async_trait;
use edge_audit::Actor;
use edge_database::Db;
use edge_seats::StorageError;
use edge_tenants::MemberRecords;

use super::store::EmailAccounts;

/// What this crate keeps of a tenant's members.
pub struct EmailAccountRecords(EmailAccounts);

impl EmailAccountRecords {
    /// Those in `db`.
    pub fn new(db: &Db) -> Self {
        Self(EmailAccounts::new(db.clone()))
    }
}

#[async_trait]
impl MemberRecords for EmailAccountRecords {
    /// A person who leaves the tenant keeps the mailbox: only the mail service takes it away.
    async fn release(&self, _: &str, _: &str, _: Option<&str>, _: &Actor) -> Result<(), StorageError> {
        Ok(())
    }

    async fn tenants_of(&self, _: &str) -> Result<Vec<String>, StorageError> {
        Ok(Vec::new())
    }

    async fn erase(&self, tenant: &str, user: &str, _: Option<&str>) -> Result<(), StorageError> {
        Ok(self.0.erase(tenant, user).await?)
    }
}
