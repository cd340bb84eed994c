//! What messages to people need to know of users and tenants.

use std::collections::HashMap;

use async_trait::async_trait;
use edge_capabilities::database::DatabaseError;
use edge_database::Db;
use edge_notifications::{Contact, Directory};

use crate::members::Members;
use crate::tenant::Tenants;

/// Users and tenants, for the sender of notifications.
#[derive(Clone)]
pub struct TenantDirectory {
    members: Members,
    tenants: Tenants,
}

impl TenantDirectory {
    /// Those in `db`.
    pub fn new(db: &Db) -> Self {
        Self { members: Members::new(db.clone()), tenants: Tenants::new(db.clone()) }
    }
}

#[async_trait]
impl Directory for TenantDirectory {
    async fn contact(&self, tenant: &str, user: &str) -> Result<Contact, DatabaseError> {
        let person = self.members.find(tenant, user).await?.and_then(|member| member.person);
        Ok(person.map(|person| Contact { email: person.email, name: person.name }).unwrap_or_default())
    }

    async fn timezone(&self, tenant: &str) -> Result<Option<String>, DatabaseError> {
        Ok(self.tenants.find(tenant).await?.map(|tenant| tenant.timezone))
    }

    async fn messages_per_minute(&self, tenants: &[&str]) -> Result<HashMap<String, i64>, DatabaseError> {
        self.tenants.messages_per_minute(tenants).await
    }
}
