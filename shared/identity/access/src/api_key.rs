//! API keys.
//!
//! * [`token`]: the text of a key, and the hash that is kept of its secret.
//! * [`store`]: keys in the database.
//! * [`service`]: creating and revoking keys.
//! * [`last_use`]: when keys were last used.
//! * [`api`]: the same over HTTP.

pub(crate) mod api;
pub(crate) mod last_use;
mod service;
pub(crate) mod store;
pub(crate) mod token;

use std::sync::Arc;

use edge_capabilities::Timestamp;
use serde::{Deserialize, Serialize};

use crate::caller::{Caller, TenantId};
use crate::scope::{Scope, Scopes};
use token::SecretHash;

/// An API key, without its secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ApiKey {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) tenant: Option<TenantId>,
    pub(crate) applications: Option<Vec<String>>,
    pub(crate) created_by: String,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Option<Timestamp>,
    /// The origin of the chain of keys that created this key; see [`Caller::root`].
    pub(crate) root: String,
    /// When it was last used, to within [`last_use::PRECISION_MS`]; None: never.
    #[serde(default)]
    pub(crate) last_used_at: Option<Timestamp>,
}

/// A key that is not revoked, with what a secret is checked against. The cache keeps it as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StoredKey {
    pub(crate) key: ApiKey,
    pub(crate) secret: SecretHash,
    /// Whether the key's tenant is active. True for the platform, and for a tenant that is not in the database.
    pub(crate) tenant_is_active: bool,
}

/// The caller id of the key `id`: `key:<id>`.
pub(crate) fn caller_id(id: &str) -> String {
    format!("key:{id}")
}

impl ApiKey {
    pub(crate) fn caller(&self) -> Caller {
        Caller {
            id: caller_id(&self.id).into(),
            scopes: self.scopes.iter().copied().collect::<Scopes>(),
            tenant: self.tenant.clone(),
            roles: Arc::default(),
            email: None,
            applications: self.applications.as_deref().map(Into::into),
            root: self.root.as_str().into(),
            expires_at: self.expires_at,
        }
    }
}
