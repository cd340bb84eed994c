//! Creating and revoking API keys.

use edge_audit::{AuditEntry, AuditLog};
use edge_capabilities::database::DatabaseError;
use edge_capabilities::{Capabilities, Timestamp};
use edge_http::Address;

use super::token::KeyToken;
use super::{ApiKey, caller_id};
use crate::authenticator::Authenticator;
use crate::caller::{Caller, TenantId, is_valid_id};
use crate::error::ApiKeyError;
use crate::scope::{Scope, Scopes};

/// A key to create. Its fields are valid; whether the creator may create it is not yet checked.
pub(crate) struct ApiKeyDraft {
    pub(crate) name: String,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) tenant: Option<TenantId>,
    pub(crate) applications: Option<Vec<String>>,
    pub(crate) expires_at: Option<Timestamp>,
}

/// What happens to the keys that descend from a revoked key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Descendants {
    /// They keep working.
    Keep,
    /// They are revoked too: `?descendants=revoke`.
    Revoke,
}

impl Authenticator {
    /// Creates a key, unless it would have more rights than `caller`.
    pub(crate) async fn create_key(
        &self,
        draft: ApiKeyDraft,
        caller: &Caller,
    ) -> Result<(ApiKey, KeyToken), ApiKeyError> {
        draft.check_rights(caller)?;
        let Capabilities { clock, random, .. } = self.capabilities();
        let token = KeyToken::generate(&**random);
        let key = ApiKey {
            id: token.id.clone(),
            name: draft.name,
            scopes: draft.scopes,
            tenant: draft.tenant.or_else(|| caller.tenant.clone()),
            applications: draft.applications.or_else(|| caller.applications.as_deref().map(<[String]>::to_vec)),
            created_by: caller.id.to_string(),
            created_at: clock.now(),
            expires_at: draft.expires_at.or(caller.expires_at),
            // A key that the platform creates begins a chain: two keys that it issued to a tenant are two parties.
            root: if caller.tenant.is_some() { caller.root.to_string() } else { caller_id(&token.id) },
            last_used_at: None,
        };
        let is_stored = self.keys().source().table.insert(&key, &token.hash()).await?;
        if is_stored { Ok((key, token)) } else { Err(ApiKeyError::CreatorRevoked) }
    }

    /// Revokes the key `id`, and its descendants if `descendants` says so, in the name of `caller`; returns the ids of
    /// the revoked keys. If a tenant is given, keys of others look like keys that do not exist. The descendants of a key
    /// that is revoked already can still be revoked.
    pub async fn revoke_key(
        &self,
        id: &str,
        tenant: Option<&TenantId>,
        descendants: Descendants,
        caller: &Caller,
    ) -> Result<Vec<String>, ApiKeyError> {
        if !is_valid_id(id) {
            return Err(ApiKeyError::NotFound);
        }
        let keys = &self.keys().source().table;
        let found = keys.find_any(id).await?;
        let (key, was_revoked) = found
            .filter(|(key, _)| tenant.is_none_or(|own| key.tenant.as_ref() == Some(own)))
            .filter(|(_, was_revoked)| !was_revoked || descendants == Descendants::Revoke)
            .ok_or(ApiKeyError::NotFound)?;
        let mut revoked = Vec::new();
        if !was_revoked {
            if !self.revoke_one(&key.id, key.tenant.as_ref(), caller).await? && descendants == Descendants::Keep {
                return Err(ApiKeyError::NotFound);
            }
            revoked.push(key.id.clone());
        }
        let mut remaining =
            if descendants == Descendants::Revoke { keys.descendants(&key.id).await? } else { Vec::new() };
        // A key that was being created is found in the next round. The loop ends because a revoked key creates no keys.
        while !remaining.is_empty() {
            for (id, tenant) in remaining {
                if self.revoke_one(&id, tenant.as_ref(), caller).await? {
                    revoked.push(id);
                }
            }
            remaining = keys.descendants(&key.id).await?;
        }
        Ok(revoked)
    }

    /// Revokes the keys of `tenant` that `person` created and all their descendants, in the name of `caller`; returns
    /// whether there were any.
    pub async fn revoke_keys_of(&self, person: &str, tenant: &TenantId, caller: &Caller) -> Result<bool, ApiKeyError> {
        let keys = self.keys().source().table.created_by(person, tenant).await?;
        for id in &keys {
            self.revoke_key(id, Some(tenant), Descendants::Revoke, caller).await?;
        }
        Ok(!keys.is_empty())
    }

    /// Revokes the key `id` of `tenant`; returns whether it was not revoked before.
    async fn revoke_one(&self, id: &str, tenant: Option<&TenantId>, caller: &Caller) -> Result<bool, DatabaseError> {
        let now = self.capabilities().clock.now();
        if let Some(tenant) = tenant {
            // The audit entry comes first: a revocation never lacks one.
            self.audit_revocation(tenant, id, caller, now).await?;
        }
        let was_active = self.keys().source().table.revoke(id, tenant, now).await?;
        self.keys().forget(&id.to_owned()).await;
        Ok(was_active)
    }

    async fn audit_revocation(
        &self,
        tenant: &TenantId,
        key: &str,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<(), DatabaseError> {
        let (detail, actor) = (serde_json::json!({ "key_id": key }), caller.actor(Address(None)));
        let entry = AuditEntry::new("api_key.revoked", &detail, &actor, &*self.capabilities().random, now);
        AuditLog::new(self.keys().source().table.db().clone()).append(tenant.as_str(), &entry).await
    }
}

impl ApiKeyDraft {
    fn check_rights(&self, creator: &Caller) -> Result<(), ApiKeyError> {
        let scopes: Scopes = self.scopes.iter().copied().collect();
        if let Some(scope) = scopes.missing_from(creator.scopes).next() {
            return Err(ApiKeyError::ScopeNotHeld(scope));
        }
        if self.applications.iter().flatten().any(|application| !creator.speaks_for(application)) {
            return Err(ApiKeyError::ApplicationNotHeld);
        }
        if self.expires_at.zip(creator.expires_at).is_some_and(|(expires_at, creators)| expires_at > creators) {
            return Err(ApiKeyError::ExpiresTooLate);
        }
        // Another tenant looks like one that does not exist.
        if self.tenant.as_ref().is_some_and(|tenant| !creator.sees(tenant.as_str())) {
            return Err(ApiKeyError::UnknownTenant);
        }
        Ok(())
    }
}
