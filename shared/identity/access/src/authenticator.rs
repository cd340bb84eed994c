//! Authentication: from the `Authorization` header to a caller.

use std::sync::Arc;

use edge_capabilities::Capabilities;
use edge_database::Db;
use edge_http::bearer;
use http::HeaderMap;

use crate::api_key::last_use::LastUse;
use crate::api_key::store::ApiKeyStore;
use crate::api_key::token::{KeyToken, SecretHash};
use crate::caller::{Caller, TenantId, is_valid_id};
use crate::error::{AuthenticationError, TokenError};
use crate::lookup_cache::{self, LookupCache};
use crate::membership::{MembershipState, MembershipStore, Person};
use crate::passport::{Identity, Passport};
use crate::rate_limiter::RateLimiter;
use crate::scope::Scopes;

/// The minimum length of the bootstrap key: a shorter one could be guessed.
const MIN_BOOTSTRAP_KEY_LEN: usize = 16;

/// The header that names the tenant to act in: one of a person's tenants, or any tenant for a key of the platform.
pub const X_TENANT_ID: &str = "x-tenant-id";

/// The caller id of the bootstrap key.
pub(crate) const BOOTSTRAP: &str = "bootstrap";

/// Authenticates callers.
#[derive(Clone)]
pub struct Authenticator(Arc<Inner>);

struct Inner {
    capabilities: Capabilities,
    keys: LookupCache<ApiKeyStore>,
    last_use: LastUse,
    memberships: LookupCache<MembershipStore>,
    passport: Passport,
    rate_limiter: RateLimiter,
}

impl Authenticator {
    /// Accepts the keys in `db`, the key in the variable `bootstrap_admin_key`, and the tokens of the issuer in the variables
    /// `passport_…`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self(Arc::new(Inner {
            capabilities: capabilities.clone(),
            keys: lookup_cache::cache(capabilities, ApiKeyStore::new(db.clone())),
            last_use: LastUse::default(),
            memberships: lookup_cache::cache(capabilities, MembershipStore::new(db.clone())),
            passport: Passport::new(capabilities),
            rate_limiter: RateLimiter::new(capabilities),
        }))
    }

    pub(crate) fn keys(&self) -> &LookupCache<ApiKeyStore> {
        &self.0.keys
    }

    pub(crate) fn rate_limiter(&self) -> &RateLimiter {
        &self.0.rate_limiter
    }

    pub(crate) fn capabilities(&self) -> &Capabilities {
        &self.0.capabilities
    }

    /// The caller with the credential in `headers`. A person may name another of their tenants in `X-Tenant-Id`.
    pub async fn authenticate(&self, headers: &HeaderMap) -> Result<Caller, AuthenticationError> {
        let bearer = bearer(headers).ok_or(AuthenticationError::Unauthenticated)?;
        if let Some(token) = KeyToken::parse(bearer)
            && let Some(caller) = self.by_api_key(&token).await?
        {
            return Ok(caller);
        }
        if let Some(caller) = self.by_bootstrap_key(bearer).await? {
            return Ok(caller);
        }
        // Boxed: tokens need a large future, which a request with a key must not carry along.
        match Box::pin(self.0.passport.identify(bearer)).await {
            Ok(Ok(identity)) => Box::pin(self.in_tenant(identity, headers)).await,
            Ok(Err(TokenError::NotAToken)) => Err(AuthenticationError::Unauthenticated),
            Ok(Err(error)) => Err(AuthenticationError::InvalidToken(error)),
            Err(error) => Err(AuthenticationError::KeysUnavailable(error)),
        }
    }

    async fn by_api_key(&self, token: &KeyToken) -> Result<Option<Caller>, AuthenticationError> {
        let found = self.0.keys.get(&token.id, true).await;
        let (found, _) = found.map_err(|error| AuthenticationError::Unavailable(error.to_string()))?;
        let clock = &self.0.capabilities.clock;
        let valid = found.value.filter(|stored| {
            stored.secret.is(&token.hash()) && stored.key.expires_at.is_none_or(|expires_at| clock.now() < expires_at)
        });
        match valid {
            Some(stored) if !stored.tenant_is_active => Err(AuthenticationError::TenantInactive),
            Some(stored) => {
                self.0.last_use.note(&stored.key, &self.keys().source().table, self.capabilities());
                Ok(Some(stored.key.caller()))
            }
            None => Ok(None),
        }
    }

    /// The person in the tenant that they act in. In the tenant of their token they have the token's roles, unless the
    /// tenant has a member list that does not include them. In another tenant, which the request names, they must be a
    /// member and have that member's role.
    async fn in_tenant(&self, identity: Identity, headers: &HeaderMap) -> Result<Caller, AuthenticationError> {
        let Identity { mut caller, sub } = identity;
        let email = caller.email.clone();
        let Some(own) = caller.tenant.clone() else { return Ok(caller) };
        let named = match headers.get(X_TENANT_ID).map(http::HeaderValue::to_str) {
            None => own.clone(),
            Some(Ok(named)) if is_valid_id(named) => TenantId::from_claim(named),
            Some(_) => return Err(AuthenticationError::UnknownTenant),
        };
        if named == own {
            // A person without a tenant has no rights that could be taken away.
            if !own.as_str().is_empty() {
                let person = Person { tenant: own.as_str(), sub: &sub, email: email.as_deref() };
                let membership = self.membership(person).await?;
                if !membership.admits() {
                    return Err(AuthenticationError::NotAMember);
                }
                if !membership.is_active {
                    return Err(AuthenticationError::TenantInactive);
                }
            }
            return Ok(caller);
        }
        // Found by the id alone: the e-mail address comes from the token, and must not give a role of the database.
        let membership = self.membership(Person { tenant: named.as_str(), sub: &sub, email: None }).await?;
        let role = membership.role.ok_or(AuthenticationError::UnknownTenant)?;
        if !membership.is_active {
            return Err(AuthenticationError::TenantInactive);
        }
        caller.scopes = role.scopes();
        caller.roles = Arc::from([role.as_str().to_owned()]);
        caller.tenant = Some(named);
        Ok(caller)
    }

    async fn membership(&self, person: Person<'_>) -> Result<MembershipState, AuthenticationError> {
        let found = self.0.memberships.get(&person.id(), true).await;
        let (found, _) = found.map_err(|error| AuthenticationError::Unavailable(error.to_string()))?;
        found
            .value
            .map(|membership| *membership)
            .ok_or_else(|| AuthenticationError::Unavailable("the database returned no membership".into()))
    }

    async fn by_bootstrap_key(&self, bearer: &str) -> Result<Option<Caller>, AuthenticationError> {
        let configured = self.0.capabilities.config.get("bootstrap_admin_key").await;
        let configured =
            configured.map_err(|error| AuthenticationError::Unavailable(error.to_string()))?.unwrap_or_default();
        if configured.len() < MIN_BOOTSTRAP_KEY_LEN {
            return Ok(None);
        }
        // Hashes have equal lengths: the comparison reveals neither where the keys differ nor how long the key is.
        let is_same = SecretHash::of(&configured).is(&SecretHash::of(bearer));
        let bootstrap = Caller {
            id: Arc::from(BOOTSTRAP),
            scopes: Scopes::all(),
            tenant: None,
            roles: Arc::default(),
            email: None,
            applications: None,
            root: Arc::from(BOOTSTRAP),
            expires_at: None,
        };
        Ok(is_same.then_some(bootstrap))
    }
}
