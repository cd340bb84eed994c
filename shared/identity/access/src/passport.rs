//! Sign-in by a token of an OIDC issuer: Bheem Passport, Clerk, or any other.
//!
//! * [`jws`]: parsing a token; its content is not trusted yet.
//! * [`jwks`]: the issuer's keys and verifying signatures with them; [`rsa`] is the arithmetic that RS256 needs.
//! * [`jwks_cache`]: where the keys come from, and for how long they are valid.
//! * [`claims`]: checking the claims of a verified token, and mapping them to a caller.
//! * [`api`]: the component that fetches the keys. It alone may connect to the issuer.

mod api;
mod claims;
mod jwks;
mod jwks_cache;
mod jws;
pub(crate) mod rsa;

use std::sync::OnceLock;

use edge_capabilities::config::{self, ConfigError};
use edge_capabilities::{Capabilities, Config};

use crate::caller::Caller;
use crate::error::{KeysUnavailable, TokenError};
use claims::Mapping;
use jwks_cache::JwksCache;
use jws::Jws;

pub use api::router;

/// The person that a verified token identifies.
pub(crate) struct Identity {
    /// The person as a caller, with the rights that the token gives.
    pub(crate) caller: Caller,
    /// The person's id at the issuer.
    pub(crate) sub: String,
}

/// The trusted issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) issuer: String,
    pub(crate) audience: String,
    pub(crate) jwks_url: String,
    pub(crate) mapping: Mapping,
}

impl Settings {
    /// From the component's variables; None: no token is accepted. The mapping of claims is read once.
    async fn load(config: &dyn Config, mapping: &OnceLock<Mapping>) -> Result<Option<Self>, ConfigError> {
        let issuer = config::text(config, "passport_issuer").await?;
        if issuer.is_empty() {
            return Ok(None);
        }
        let audience = config::text(config, "passport_audience").await?;
        let jwks_url = config::text(config, "passport_jwks_url").await?;
        let mapping = match mapping.get() {
            Some(mapping) => mapping.clone(),
            None => {
                let read = Mapping::load(config).await?;
                mapping.get_or_init(|| read).clone()
            }
        };
        let is_set = !audience.is_empty() && is_reachable_url(&jwks_url);
        Ok(is_set.then_some(Self { issuer, audience, jwks_url, mapping }))
    }
}

/// Whether `url` can exist. Hosts under `.invalid`, the default, never do.
fn is_reachable_url(url: &str) -> bool {
    let Ok(uri) = url.parse::<http::Uri>() else { return false };
    let host = uri.host().map(str::to_ascii_lowercase).unwrap_or_default();
    matches!(uri.scheme_str(), Some("http" | "https")) && host != "invalid" && !host.ends_with(".invalid")
}

/// Authenticates people by their tokens.
pub(crate) struct Passport {
    capabilities: Capabilities,
    jwks: JwksCache,
    mapping: OnceLock<Mapping>,
}

impl Passport {
    pub(crate) fn new(capabilities: &Capabilities) -> Self {
        Self { capabilities: capabilities.clone(), jwks: JwksCache::new(capabilities), mapping: OnceLock::new() }
    }

    /// The person that `bearer` identifies; the inner error: the token is refused.
    pub(crate) async fn identify(&self, bearer: &str) -> Result<Result<Identity, TokenError>, KeysUnavailable> {
        if !jws::is_well_formed(bearer) {
            return Ok(Err(TokenError::NotAToken));
        }
        let settings = Settings::load(&*self.capabilities.config, &self.mapping)
            .await
            .map_err(|error| KeysUnavailable(error.to_string()))?;
        let Some(settings) = settings else { return Ok(Err(TokenError::NotAToken)) };
        let jws = match Jws::read(bearer) {
            Ok(jws) => jws,
            Err(error) => return Ok(Err(error)),
        };
        let keys = self.jwks.for_token(&settings, &jws).await?;
        // Claims are read only after the signature was verified.
        Ok(keys.verify(&jws).and_then(|()| claims::identify(&jws.claims, &settings, self.capabilities.clock.now())))
    }
}

#[cfg(test)]
mod tests;
