//! What a provider's variable holds: one or more secrets, newest first, all accepted, so that secrets can be replaced
//! while events signed with the old one are still on their way.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::VerifyingKey;

use crate::provider::Provider;

/// The secrets of one provider, newest first. It has no `Debug`: a secret is never printed.
pub struct Secrets {
    keys: Vec<Key>,
    unusable: usize,
}

/// What verifies a signature.
pub(crate) enum Key {
    /// Both sides know it. Never empty.
    Shared(Vec<u8>),
    /// The public half of an ed25519 pair.
    Public(Box<VerifyingKey>),
}

impl Secrets {
    /// Reads the provider's variable: secrets separated by commas, with or without space around them.
    pub fn parse(provider: Provider, variable: &str) -> Self {
        let written = || variable.split(',').map(str::trim).filter(|secret| !secret.is_empty());
        let keys: Vec<Key> = written().filter_map(|secret| Key::parse(provider, secret)).collect();
        let unusable = written().count() - keys.len();
        Self { keys, unusable }
    }

    /// Whether there is none that could verify anything: such a route is not there.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// How many can be used.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// How many are written that cannot be used, which somebody should be told.
    pub fn unusable(&self) -> usize {
        self.unusable
    }

    pub(crate) fn keys(&self) -> &[Key] {
        &self.keys
    }
}

impl Key {
    /// Standard Webhooks writes keys in base64: `whsec_` before a shared one (or nothing, as its libraries allow),
    /// `whpk_` before a public one. Everybody else's secret is the text itself, Stripe's `whsec_` included.
    fn parse(provider: Provider, secret: &str) -> Option<Self> {
        if provider != Provider::Standard {
            return Some(Self::Shared(secret.into()));
        }
        if let Some(public) = secret.strip_prefix("whpk_") {
            let bytes: [u8; 32] = STANDARD.decode(public).ok()?.try_into().ok()?;
            // A weak key would verify signatures that nobody made.
            let key = VerifyingKey::from_bytes(&bytes).ok().filter(|key| !key.is_weak())?;
            return Some(Self::Public(Box::new(key)));
        }
        let shared = STANDARD.decode(secret.strip_prefix("whsec_").unwrap_or(secret)).ok()?;
        (!shared.is_empty()).then_some(Self::Shared(shared))
    }
}
