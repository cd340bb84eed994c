//! Authenticated callers.

use std::sync::Arc;

use edge_capabilities::Timestamp;
use edge_database::{Column, DatabaseError, Value};
use edge_idempotency::IdempotencyScope;
use edge_json::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::scope::{Scope, Scopes};

/// A tenant's id, which is also the organisation's id in the ERP's answers.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct TenantId(String);

impl TenantId {
    /// From its text.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// From a token or a header. Tenants' ids are UUIDs, which some issuers write in capitals.
    pub(crate) fn from_claim(written: &str) -> Self {
        let is_uuid = written.len() == 36 && written.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        Self(if is_uuid { written.to_ascii_lowercase() } else { written.to_owned() })
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An authenticated caller and its rights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The id in the database and the log: `key:<id>`, `user:<sub>`, `bootstrap`.
    pub id: Arc<str>,
    /// The scopes of its credential.
    pub scopes: Scopes,
    /// The tenant that it belongs to; None: the platform.
    pub tenant: Option<TenantId>,
    /// The roles of its token: `finance_manager`. Keys have none.
    pub roles: Arc<[String]>,
    /// The person's e-mail address, unless the issuer says that it is not verified. Keys have none.
    pub email: Option<Arc<str>>,
    /// The applications that it may act for; None: all.
    pub applications: Option<Arc<[String]>>,
    /// The origin of the chain of keys that created this one: for a person, the person; for a key, the person of a tenant
    /// or the first key bound to a tenant that it descends from. Two callers with the same root are the same party,
    /// whatever keys they created for each other.
    pub root: Arc<str>,
    /// When its key expires; None: never, or the caller is a person, whose tokens are renewed.
    pub expires_at: Option<Timestamp>,
}

impl Caller {
    /// The person's id at the issuer; None: the caller is a key.
    pub fn person(&self) -> Option<&str> {
        self.id.strip_prefix("user:")
    }

    /// Whether it has `scope`.
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(scope)
    }

    /// The role that rules see: the first role of its token; for a key, `TENANT` or `PLATFORM`.
    pub fn role(&self) -> &str {
        let of_a_key = if self.tenant.is_some() { "TENANT" } else { "PLATFORM" };
        self.roles.first().map_or(of_a_key, String::as_str)
    }

    /// The scope of its Idempotency-Keys when it acts in its own tenant.
    pub fn idempotency_scope(&self) -> IdempotencyScope {
        IdempotencyScope::new(&self.id, self.tenant.as_ref().map(TenantId::as_str))
    }

    /// The scope of its Idempotency-Keys when it acts in `tenant`.
    pub fn idempotency_scope_in(&self, tenant: &str) -> IdempotencyScope {
        IdempotencyScope::new(&self.id, Some(tenant))
    }

    /// Whether its root is `other`.
    pub fn has_same_root(&self, other: &str) -> bool {
        &*self.root == other
    }

    /// Whether it may act for `application`, compared byte for byte.
    pub fn speaks_for(&self, application: &str) -> bool {
        self.applications.as_ref().is_none_or(|allowed| allowed.iter().any(|one| one == application))
    }

    /// Whether it may see data of `tenant`.
    pub fn sees(&self, tenant: &str) -> bool {
        self.tenant.as_ref().is_none_or(|own| own.as_str() == tenant)
    }
}

impl Column for TenantId {
    fn to_value(&self) -> Result<Value, DatabaseError> {
        Ok(self.as_str().into())
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        String::from_value(value).map(Self)
    }
}

/// The maximum length of an id, bytes.
pub(crate) const MAX_ID_LEN: usize = 256;

/// Whether the database can store `id`.
pub(crate) fn is_valid_id(id: &str) -> bool {
    Text::<MAX_ID_LEN>::accepts(id)
}
