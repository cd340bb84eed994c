//! What a message needs to know of its recipient and their tenant.

use async_trait::async_trait;
use edge_database::DatabaseError;
use serde_json::{Map, Value};

/// Where a user of a tenant can be reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// The e-mail address.
    pub email: Option<String>,
    /// The name.
    pub name: Option<String>,
}

/// Looks up users and tenants.
#[async_trait]
pub trait Directory: Send + Sync {
    /// What is known of a user of a tenant.
    async fn contact(&self, tenant: &str, user: &str) -> Result<Contact, DatabaseError>;

    /// The tenant's time zone.
    async fn timezone(&self, tenant: &str) -> Result<Option<String>, DatabaseError>;
}

/// Opens what [`crate::NewEvent::sealed`] holds.
#[async_trait]
pub trait Unseal: Send + Sync {
    /// The values that were sealed for a message of `tenant`; None: they cannot be opened.
    async fn open(&self, tenant: &str, sealed: &str) -> Option<Map<String, Value>>;
}
