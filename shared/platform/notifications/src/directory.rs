//! What a message needs to know of its recipient and their tenant.

use std::collections::HashMap;

use async_trait::async_trait;
use edge_capabilities::Timestamp;
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

    /// How many messages a minute are sent for those of `tenants` that have set it.
    async fn messages_per_minute(&self, _tenants: &[&str]) -> Result<HashMap<String, i64>, DatabaseError> {
        Ok(HashMap::new())
    }
}

/// What a sealed part is, right before its message is sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Opened {
    /// It was sealed by somebody else.
    Other,
    /// Nobody wants the message any more: what it is about has changed.
    Unwanted,
    /// It is not to be sent before then, when this is asked again.
    Later(Timestamp),
    /// The values that it stands for. They replace those that the event was raised with.
    Values(Map<String, Value>),
}

/// Opens what [`crate::NewEvent::sealed`] holds: values that only the sender may read, or what stands for values that are
/// asked for when the message is sent.
#[async_trait]
pub trait Unseal: Send + Sync {
    /// What was sealed for a message of `tenant`. [`Opened::Other`] also where it cannot be opened.
    async fn open(&self, tenant: &str, sealed: &str) -> Result<Opened, DatabaseError>;
}
