//! From the `Authorization` header to a caller.

use std::sync::Arc;

use edge_border::{Code, Problem, Timings, bearer};
use edge_capabilities::Capabilities;
use edge_record::Record;
use http::HeaderMap;

use crate::caller::{Caller, TenantId};
use crate::key_ring::KeyRing;
use crate::passport::{NoKeys, Passport, Refused};
use crate::rates::Rates;
use crate::scope::{Scope, Scopes};
use crate::token::{SecretHash, Token};

/// The shortest bootstrap key that is taken: a shorter one could be guessed.
const SHORTEST_BOOTSTRAP_KEY: usize = 16;

/// Who holds that key.
const BOOTSTRAP: &str = "bootstrap";

/// Why a caller was not let in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    /// There is no credential, or none that is known, or it has expired.
    #[error("there is no credential, or it is not known")]
    Unauthenticated,
    /// There is a token, and it is not good.
    #[error("{0}")]
    BadToken(Refused),
    /// The credential lacks this scope.
    #[error("the credential lacks the scope {0}")]
    Lacks(Scope),
    /// The credential cannot be checked.
    #[error("the credential cannot be checked now: {0}")]
    Unavailable(String),
    /// The token cannot be checked.
    #[error("the token cannot be checked now: {0}")]
    NoKeys(NoKeys),
}

/// Decides who may call.
#[derive(Clone)]
pub struct Access(Arc<Inner>);

struct Inner {
    capabilities: Capabilities,
    ring: KeyRing,
    passport: Passport,
    rates: Rates,
}

impl Access {
    /// Decides by the keys in `record`, and by the variables `bootstrap_admin_key` and `passport_…`.
    pub fn new(capabilities: &Capabilities, record: &Record) -> Self {
        let ring = KeyRing::new(capabilities, record.clone());
        let passport = Passport::new(capabilities);
        Self(Arc::new(Inner { capabilities: capabilities.clone(), ring, passport, rates: Rates::new(capabilities) }))
    }

    pub(crate) fn ring(&self) -> &KeyRing {
        &self.0.ring
    }

    pub(crate) fn capabilities(&self) -> &Capabilities {
        &self.0.capabilities
    }

    /// The caller whose credential stands in `headers`.
    pub async fn authenticate(&self, headers: &HeaderMap) -> Result<Caller, AccessError> {
        let bearer = bearer(headers).ok_or(AccessError::Unauthenticated)?;
        if let Some(token) = Token::parse(bearer)
            && let Some(caller) = self.by_api_key(&token).await?
        {
            return Ok(caller);
        }
        if let Some(caller) = self.by_bootstrap_key(bearer).await? {
            return Ok(caller);
        }
        match self.0.passport.admit(bearer).await {
            Ok(Ok(caller)) => Ok(caller),
            Ok(Err(Refused::NoToken)) => Err(AccessError::Unauthenticated),
            Ok(Err(refused)) => Err(AccessError::BadToken(refused)),
            Err(no_keys) => Err(AccessError::NoKeys(no_keys)),
        }
    }

    /// Counts a request of `caller`, unless it is one too many. The key to begin with is not counted: who holds it must
    /// get in.
    pub(crate) async fn count(&self, caller: &Caller, timings: Option<&Timings>) -> Result<(), Problem> {
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
            let detail = "The credential, or its tenant, asks more often than it may; wait.";
            return Err(Problem::new(Code::RateLimited, detail).retry_after(wait));
        }
        Ok(())
    }

    async fn by_api_key(&self, token: &Token) -> Result<Option<Caller>, AccessError> {
        let found = self.0.ring.find(&token.id).await;
        let found = found.map_err(|error| AccessError::Unavailable(error.to_string()))?;
        let clock = &self.0.capabilities.clock;
        let good = found.filter(|stored| {
            stored.secret.is(&token.hash()) && stored.key.expires_at.is_none_or(|expires_at| clock.now() < expires_at)
        });
        Ok(good.map(|stored| stored.key.caller()))
    }

    async fn by_bootstrap_key(&self, bearer: &str) -> Result<Option<Caller>, AccessError> {
        let configured = self.0.capabilities.config.get("bootstrap_admin_key").await;
        let configured = configured.map_err(|error| AccessError::Unavailable(error.to_string()))?.unwrap_or_default();
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
