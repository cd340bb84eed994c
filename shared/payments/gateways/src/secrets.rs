//! What a provider's variable holds: one or more secrets, newest first, all accepted, so that secrets can be replaced
//! while events signed with the old one are still on their way.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use ed25519_dalek::VerifyingKey;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::provider::Provider;
use crate::signature::{Signature, SignatureHeaders};

/// Keys are written with or without their padding.
const KEY_BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The secrets of one provider, newest first. It has no `Debug`: a secret is never printed.
pub struct Secrets {
    keys: Vec<Key>,
    unusable: usize,
}

/// What verifies a signature.
enum Key {
    /// Both sides know it. Never empty: anybody could sign with that.
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

    /// The one secret of a sender who has an address of its own. It may hold commas.
    pub fn of_one(provider: Provider, secret: &str) -> Self {
        let keys: Vec<Key> = Key::parse(provider, secret).filter(|_| !secret.is_empty()).into_iter().collect();
        let unusable = 1_usize.saturating_sub(keys.len());
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

    /// The place of the secret that made one of the claimed signatures, for these bytes.
    pub(crate) fn signer(&self, headers: &SignatureHeaders, body: &[u8]) -> Option<usize> {
        self.keys.iter().position(|key| key.signed(headers, body))
    }
}

impl Key {
    /// Standard Webhooks writes keys in base64: `whsec_` before a shared one (or nothing, as its libraries allow),
    /// `whpk_` before a public one. Everybody else's secret is the text itself, Stripe's `whsec_` included.
    fn parse(provider: Provider, secret: &str) -> Option<Self> {
        if !matches!(provider, Provider::Standard | Provider::Clerk) {
            return Some(Self::Shared(secret.into()));
        }
        if let Some(public) = secret.strip_prefix("whpk_") {
            let bytes: [u8; 32] = KEY_BASE64.decode(public).ok()?.try_into().ok()?;
            // With a weak key one signature fits many texts.
            let key = VerifyingKey::from_bytes(&bytes).ok().filter(|key| !key.is_weak())?;
            return Some(Self::Public(Box::new(key)));
        }
        shared_key(secret).map(Self::Shared)
    }

    /// Whether this key made any of the claimed signatures. The scheme comes from the key, not from the header: a MAC is
    /// never checked with a public key, which everybody knows.
    fn signed(&self, headers: &SignatureHeaders, body: &[u8]) -> bool {
        match self {
            Self::Shared(secret) => {
                let Some(expected) = mac(secret, headers.prefix.as_bytes(), body) else { return false };
                headers.signatures.iter().any(|signature| match signature {
                    Signature::Mac(mac) => expected.clone().verify_slice(mac).is_ok(),
                    Signature::Ed25519(_) => false,
                })
            }
            Self::Public(key) => {
                let signed = [headers.prefix.as_bytes(), body].concat();
                headers.signatures.iter().any(|signature| match signature {
                    Signature::Ed25519(bytes) => {
                        key.verify_strict(&signed, &ed25519_dalek::Signature::from_bytes(bytes)).is_ok()
                    }
                    Signature::Mac(_) => false,
                })
            }
        }
    }
}

/// The shared key that Standard Webhooks writes so.
pub(crate) fn shared_key(secret: &str) -> Option<Vec<u8>> {
    let key = KEY_BASE64.decode(secret.strip_prefix("whsec_").unwrap_or(secret)).ok()?;
    (!key.is_empty()).then_some(key)
}

/// The ed25519 key that Standard Webhooks writes so: `whsk_`, and the base64 of its 32 bytes, with or without the public
/// half behind them.
pub(crate) fn signing_key(secret: &str) -> Option<ed25519_dalek::SigningKey> {
    let bytes = KEY_BASE64.decode(secret.strip_prefix("whsk_")?).ok()?;
    match <[u8; 64]>::try_from(bytes.as_slice()) {
        Ok(pair) => ed25519_dalek::SigningKey::from_keypair_bytes(&pair).ok(),
        Err(_) => <[u8; 32]>::try_from(bytes).ok().map(|seed| ed25519_dalek::SigningKey::from_bytes(&seed)),
    }
}

/// HMAC-SHA256 over `prefix` and `body`. None: the secret is empty.
pub(crate) fn mac(secret: &[u8], prefix: &[u8], body: &[u8]) -> Option<Hmac<Sha256>> {
    if secret.is_empty() {
        return None;
    }
    // HMAC takes keys of every length.
    Some(Hmac::<Sha256>::new_from_slice(secret).ok()?.chain_update(prefix).chain_update(body))
}
