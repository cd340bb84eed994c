//! Sign-in by a token of an OIDC issuer: Bheem Passport, Clerk, or any other.
//!
//! * [`token`]: the token as it is sent, taken apart; nothing in it is believed yet.
//! * [`keys`]: the issuer's keys, and whether one of them signed it; [`rsa`] is the arithmetic that RS256 needs.
//! * [`key_set`]: where the keys are had from, and for how long they are good.
//! * [`claims`]: what a genuine token says, and whether it says so to us and now.
//! * [`router`]: what fetches the keys, in a component of its own: it alone may connect to wherever the issuer is.

mod claims;
mod key_set;
mod keys;
mod router;
pub(crate) mod rsa;
mod token;

use std::sync::OnceLock;

use edge_capabilities::config::{self, ConfigError};
use edge_capabilities::{Capabilities, Config};

use crate::caller::Caller;
use claims::Mapping;
use key_set::KeySet;
use token::Signed;

pub use router::router;

/// Why a token does not let anybody in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No issuer is set up, or it is no token at all.
    #[error("it is no token that could be good here")]
    NoToken,
    /// It is not what a token must be, or says that which nobody here understands.
    #[error("the token cannot be read: {0}")]
    Unreadable(&'static str),
    /// The algorithm is none that is taken.
    #[error("the token's algorithm is not taken")]
    Algorithm,
    /// The issuer has no such key.
    #[error("the issuer has no key that fits the token")]
    NoSuchKey,
    /// No key of the issuer's signed it.
    #[error("the token's signature is wrong")]
    Signature,
    /// It is genuine, and not for us, or not for now.
    #[error("the token's {0} is not good")]
    Claim(&'static str),
}

/// Why nobody can say whether a token is good.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the issuer's keys cannot be had: {0}")]
pub struct NoKeys(pub String);

/// Somebody with a good token.
pub(crate) struct Identified {
    /// What the token allows them.
    pub(crate) caller: Caller,
    /// Their id at the issuer.
    pub(crate) sub: String,
    /// Their address, unless the issuer says that nobody made sure of it.
    pub(crate) email: Option<String>,
}

/// Which issuer is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) issuer: String,
    pub(crate) audience: String,
    pub(crate) jwks_url: String,
    pub(crate) mapping: Mapping,
}

impl Settings {
    /// From the component's variables; None: no token is accepted. How claims are read is asked for once.
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
        let is_set = !audience.is_empty() && leads_somewhere(&jwks_url);
        Ok(is_set.then_some(Self { issuer, audience, jwks_url, mapping }))
    }
}

/// Whether a URL is set to something that may exist: hosts under `.invalid` never do.
fn leads_somewhere(url: &str) -> bool {
    let Ok(uri) = url.parse::<http::Uri>() else { return false };
    let host = uri.host().map(str::to_ascii_lowercase).unwrap_or_default();
    matches!(uri.scheme_str(), Some("http" | "https")) && host != "invalid" && !host.ends_with(".invalid")
}

/// Lets those in who have a good token.
pub(crate) struct Passport {
    capabilities: Capabilities,
    key_set: KeySet,
    mapping: OnceLock<Mapping>,
}

impl Passport {
    pub(crate) fn new(capabilities: &Capabilities) -> Self {
        Self { capabilities: capabilities.clone(), key_set: KeySet::new(capabilities), mapping: OnceLock::new() }
    }

    /// Whom `bearer` is about; the inner error: it is nobody.
    pub(crate) async fn admit(&self, bearer: &str) -> Result<Result<Identified, Refused>, NoKeys> {
        if !token::looks_like_one(bearer) {
            return Ok(Err(Refused::NoToken));
        }
        let settings = Settings::load(&*self.capabilities.config, &self.mapping)
            .await
            .map_err(|error| NoKeys(error.to_string()))?;
        let Some(settings) = settings else { return Ok(Err(Refused::NoToken)) };
        let signed = match Signed::read(bearer) {
            Ok(signed) => signed,
            Err(refused) => return Ok(Err(refused)),
        };
        let keys = self.key_set.for_token(&settings, &signed).await?;
        // What the token says is read once its signature is known to be good.
        Ok(keys.verify(&signed).and_then(|()| claims::read(&signed.claims, &settings, self.capabilities.clock.now())))
    }
}

#[cfg(test)]
mod tests;
