//! Somebody whose credential was found good.

use std::sync::Arc;

use edge_capabilities::Timestamp;
use edge_idempotency::Scope as IdempotencyScope;
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

    /// As a token or a person writes it: tenants' ids are UUIDs, which some write in capitals.
    pub(crate) fn from_claim(written: &str) -> Self {
        let is_uuid = written.len() == 36 && written.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        Self(if is_uuid { written.to_ascii_lowercase() } else { written.to_owned() })
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Somebody whose credential was found good, with what it allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Who, in the database and the log: `key:<id>`, `bootstrap`.
    pub id: Arc<str>,
    /// What it may do.
    pub scopes: Scopes,
    /// The tenant it belongs to; None: the platform.
    pub tenant: Option<TenantId>,
    /// What its token calls it: `finance_manager`. Keys have none.
    pub roles: Arc<[String]>,
    /// The applications it may speak for; None: all.
    pub applications: Option<Arc<[String]>>,
    /// Whom the chain of issuing began with: of a person it is the person; of a key the person of a tenant, or the
    /// first key bound to a tenant, that it descends from. Two callers with the same root are the same party, whatever
    /// keys they made each other.
    pub root: Arc<str>,
    /// When its key stops working; None: never, or it is a person, whose tokens are renewed.
    pub expires_at: Option<Timestamp>,
}

impl Caller {
    /// The person's id at the issuer; None: it is a key.
    pub fn person(&self) -> Option<&str> {
        self.id.strip_prefix("user:")
    }

    /// Whether it may do `scope`.
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(scope)
    }

    /// What rules hear of who asks: the first role of its token. A key has none, and is its tenant's or the platform's.
    pub fn role(&self) -> &str {
        let of_a_key = if self.tenant.is_some() { "TENANT" } else { "PLATFORM" };
        self.roles.first().map_or(of_a_key, String::as_str)
    }

    /// Whose its Idempotency-Keys are where it acts in its own tenant.
    pub fn idempotency_scope(&self) -> IdempotencyScope {
        IdempotencyScope::new(&self.id, self.tenant.as_ref().map(TenantId::as_str))
    }

    /// Whose its Idempotency-Keys are where it acts in `tenant`.
    pub fn idempotency_scope_in(&self, tenant: &str) -> IdempotencyScope {
        IdempotencyScope::new(&self.id, Some(tenant))
    }

    /// Whether it descends from the same root as `other`.
    pub fn has_same_root(&self, other: &str) -> bool {
        &*self.root == other
    }

    /// Whether it may speak for `application`, compared byte for byte.
    pub fn speaks_for(&self, application: &str) -> bool {
        self.applications.as_ref().is_none_or(|allowed| allowed.iter().any(|one| one == application))
    }

    /// Whether it may know of things of the tenant `tenant`.
    pub fn sees(&self, tenant: &str) -> bool {
        self.tenant.as_ref().is_none_or(|own| own.as_str() == tenant)
    }
}
