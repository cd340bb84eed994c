//! From the `Authorization` header to a caller.

use std::sync::Arc;

use edge_capabilities::Capabilities;
use edge_database::Db;
use edge_http::{Code, Problem, Timings, bearer};
use http::HeaderMap;

use crate::caller::{Caller, TenantId};
use crate::issuing::is_valid;
use crate::keys::Keys;
use crate::passport::{Identified, NoKeys, Passport, Refused};
use crate::rates::Rates;
use crate::recent::Recent;
use crate::scope::{Scope, Scopes};
use crate::standing::{MembershipState, MembershipStates, Person};
use crate::token::{SecretHash, Token};

/// The shortest bootstrap key that is taken: a shorter one could be guessed.
const SHORTEST_BOOTSTRAP_KEY: usize = 16;

/// The header in which a person names which of their tenants they act in, and a key of the platform's whom it speaks
/// for.
pub const X_TENANT_ID: &str = "x-tenant-id";

/// Who holds that key.
const BOOTSTRAP: &str = "bootstrap";

/// Why a caller was not let in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthenticationError {
    /// There is no credential, or none that is known, or it has expired.
    #[error("there is no credential, or it is not known")]
    Unauthenticated,
    /// There is a token, and it is not good.
    #[error("{0}")]
    BadToken(Refused),
    /// The credential lacks this scope.
    #[error("the credential lacks the scope {0}")]
    Lacks(Scope),
    /// The credential is good, and its tenant is not active.
    #[error("the tenant is not active")]
    TenantInactive,
    /// The token is good, and its tenant keeps members of whom the person is none.
    #[error("the person is no member of the tenant")]
    NoMember,
    /// The person names a tenant that is not theirs, or that does not exist.
    #[error("the person is no member of the tenant that the request names")]
    NotTheirs,
    /// The credential cannot be checked.
    #[error("the credential cannot be checked now: {0}")]
    Unavailable(String),
    /// The token cannot be checked.
    #[error("the token cannot be checked now: {0}")]
    NoKeys(NoKeys),
}

/// Decides who may call.
#[derive(Clone)]
pub struct Authenticator(Arc<Inner>);

struct Inner {
    capabilities: Capabilities,
    keys: Recent<Keys>,
    standings: Recent<MembershipStates>,
    passport: Passport,
    rates: Rates,
}

impl Authenticator {
    /// Decides by the keys in `db`, and by the variables `bootstrap_admin_key` and `passport_…`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self(Arc::new(Inner {
            capabilities: capabilities.clone(),
            keys: Recent::new(capabilities, Keys::new(db.clone())),
            standings: Recent::new(capabilities, MembershipStates::new(db.clone())),
            passport: Passport::new(capabilities),
            rates: Rates::new(capabilities),
        }))
    }

    pub(crate) fn keys(&self) -> &Recent<Keys> {
        &self.0.keys
    }

    pub(crate) fn capabilities(&self) -> &Capabilities {
        &self.0.capabilities
    }

    /// The caller whose credential stands in `headers`. A person may name in `X-Tenant-Id` another tenant of theirs.
    pub async fn authenticate(&self, headers: &HeaderMap) -> Result<Caller, AuthenticationError> {
        let bearer = bearer(headers).ok_or(AuthenticationError::Unauthenticated)?;
        if let Some(token) = Token::parse(bearer)
            && let Some(caller) = self.by_api_key(&token).await?
        {
            return Ok(caller);
        }
        if let Some(caller) = self.by_bootstrap_key(bearer).await? {
            return Ok(caller);
        }
        // Boxed: a request with a key does not move the memory that tokens need.
        match Box::pin(self.0.passport.admit(bearer)).await {
            Ok(Ok(identified)) => Box::pin(self.in_tenant(identified, headers)).await,
            Ok(Err(Refused::NoToken)) => Err(AuthenticationError::Unauthenticated),
            Ok(Err(refused)) => Err(AuthenticationError::BadToken(refused)),
            Err(no_keys) => Err(AuthenticationError::NoKeys(no_keys)),
        }
    }

    /// Counts a request of `caller`, unless it is one too many. The key to begin with is not counted: who holds it must
    /// get in.
    pub async fn count(&self, caller: &Caller, timings: Option<&Timings>) -> Result<(), Problem> {
        if &*caller.id == BOOTSTRAP {
            return Ok(());
        }
        let tenant = caller.tenant.as_ref().map(TenantId::as_str);
        let (allowance, is_over) = match self.0.rates.take(&caller.id, tenant).await {
            Ok(None) => return Ok(()),
            Ok(Some(allowance)) => (allowance, false),
            Err(allowance) => (allowance, true),
        };
        if let Some(timings) = timings {
            timings.allow(allowance);
        }
        if is_over {
            let wait = u32::try_from(allowance.reset).unwrap_or(u32::MAX);
            let detail = "The rate limit of the credential or its tenant is exceeded; wait and try again.";
            return Err(Problem::new(Code::RateLimited, detail).retry_after(wait));
        }
        Ok(())
    }

    async fn by_api_key(&self, token: &Token) -> Result<Option<Caller>, AuthenticationError> {
        let found = self.0.keys.find(&token.id).await;
        let found = found.map_err(|error| AuthenticationError::Unavailable(error.to_string()))?;
        let clock = &self.0.capabilities.clock;
        let good = found.filter(|stored| {
            stored.secret.is(&token.hash()) && stored.key.expires_at.is_none_or(|expires_at| clock.now() < expires_at)
        });
        match good {
            Some(stored) if !stored.tenant_is_active => Err(AuthenticationError::TenantInactive),
            good => Ok(good.map(|stored| stored.key.caller())),
        }
    }

    /// The person in the tenant that they act in: the one of their token, with its roles, unless the tenant keeps
    /// members and does not have them; or the one that the request names, which has them as a member, with that
    /// member's role.
    async fn in_tenant(&self, identified: Identified, headers: &HeaderMap) -> Result<Caller, AuthenticationError> {
        let Identified { mut caller, sub, email } = identified;
        let Some(own) = caller.tenant.clone() else { return Ok(caller) };
        let named = match headers.get(X_TENANT_ID).map(http::HeaderValue::to_str) {
            None => own.clone(),
            Some(Ok(named)) if is_valid(named) => TenantId::from_claim(named),
            Some(_) => return Err(AuthenticationError::NotTheirs),
        };
        if named == own {
            // Whoever belongs to no tenant has no rights that could be taken away.
            if !own.as_str().is_empty() {
                let person = Person { tenant: own.as_str(), sub: &sub, email: email.as_deref() };
                let standing = self.standing(person).await?;
                if !standing.admits() {
                    return Err(AuthenticationError::NoMember);
                }
                if !standing.is_active {
                    return Err(AuthenticationError::TenantInactive);
                }
            }
            return Ok(caller);
        }
        // By the id alone: the address is what the token says, and the database's role is the database's to give.
        let standing = self.standing(Person { tenant: named.as_str(), sub: &sub, email: None }).await?;
        let role = standing.role.ok_or(AuthenticationError::NotTheirs)?;
        if !standing.is_active {
            return Err(AuthenticationError::TenantInactive);
        }
        caller.scopes = role.scopes();
        caller.roles = Arc::from([role.as_str().to_owned()]);
        caller.tenant = Some(named);
        Ok(caller)
    }

    async fn standing(&self, person: Person<'_>) -> Result<MembershipState, AuthenticationError> {
        let found = self.0.standings.find(&person.id()).await;
        let found = found.map_err(|error| AuthenticationError::Unavailable(error.to_string()))?;
        found
            .map(|standing| *standing)
            .ok_or_else(|| AuthenticationError::Unavailable("the database knows no standing".into()))
    }

    async fn by_bootstrap_key(&self, bearer: &str) -> Result<Option<Caller>, AuthenticationError> {
        let configured = self.0.capabilities.config.get("bootstrap_admin_key").await;
        let configured =
            configured.map_err(|error| AuthenticationError::Unavailable(error.to_string()))?.unwrap_or_default();
        if configured.len() < SHORTEST_BOOTSTRAP_KEY {
            return Ok(None);
        }
        // Of equal length by hashing: the comparison tells neither where they differ nor how long the key is.
        let same = SecretHash::of(&configured).is(&SecretHash::of(bearer));
        let bootstrap = Caller {
            id: Arc::from(BOOTSTRAP),
            scopes: Scopes::all(),
            tenant: None,
            roles: Arc::default(),
            applications: None,
            root: Arc::from(BOOTSTRAP),
            expires_at: None,
        };
        Ok(same.then_some(bootstrap))
    }
}
