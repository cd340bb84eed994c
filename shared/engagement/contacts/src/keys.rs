//! What `unsubscribe_key` is used for: each use has a key of its own, derived from it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use edge_capabilities::Config;
use edge_capabilities::config::{ConfigError, text};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

const VARIABLE: &str = "unsubscribe_key";

/// The keys in `unsubscribe_key`, newest first: the base64 of 32 bytes each, separated by commas. It has no `Debug`: a key is
/// never printed.
pub(crate) struct ServerKeys(Vec<[u8; 32]>);

/// How what stands in the place of an address begins.
pub(crate) const HASH: &str = "hash:";

/// What a signature of a link begins with, of which 16 bytes are enough.
const SIGNATURE: usize = 16;

/// HMAC-SHA256 of `parts`, each with its length.
fn mac(key: &[u8], parts: &[&str]) -> [u8; 32] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(&part.len().to_le_bytes());
        mac.update(part.as_bytes());
    }
    mac.finalize().into_bytes().into()
}

impl ServerKeys {
    /// Reads the variable; empty, it holds no key.
    pub(crate) async fn load(config: &dyn Config) -> Result<Self, ConfigError> {
        Self::parse(&text(config, VARIABLE).await?)
    }

    /// Reads the variable's text. Errors tell nothing of what is in it.
    pub(crate) fn parse(text: &str) -> Result<Self, ConfigError> {
        if text.trim().is_empty() {
            return Ok(Self(Vec::new()));
        }
        let read = |(place, written): (usize, &str)| {
            // Both alphabets of base64, with and without padding.
            let standard = written.trim().replace('-', "+").replace('_', "/");
            let bytes = STANDARD_NO_PAD.decode(standard.trim_end_matches('=')).ok();
            bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()).ok_or_else(|| ConfigError {
                name: VARIABLE.to_owned(),
                reason: format!("its key {} is not the base64 of 32 bytes", place.saturating_add(1)),
            })
        };
        text.split(',').enumerate().map(read).collect::<Result<_, _>>().map(Self)
    }

    fn signature(key: &[u8], parts: &[&str]) -> [u8; SIGNATURE] {
        let all: Vec<&str> = ["bheem-edge unsubscribe link"].iter().chain(parts).copied().collect();
        let (mut signature, mac) = ([0; SIGNATURE], mac(key, &all));
        signature.iter_mut().zip(mac).for_each(|(to, from)| *to = from);
        signature
    }

    /// The signature of a link by the newest key. None: there is no key.
    pub(crate) fn sign(&self, parts: &[&str]) -> Option<String> {
        Some(URL_SAFE_NO_PAD.encode(Self::signature(self.0.first()?, parts)))
    }

    /// Whether `signature` is that of a link by any of the keys, in time that does not tell how much of it is right.
    pub(crate) fn is_signed(&self, parts: &[&str], signature: &str) -> bool {
        let Ok(sent) = URL_SAFE_NO_PAD.decode(signature) else { return false };
        let is_same = |key: &[u8; 32]| Self::signature(key, parts).as_slice().ct_eq(&sent);
        self.0.iter().map(is_same).fold(subtle::Choice::from(0), |all, one| all | one).into()
    }

    /// The hashes that stand for an address whose contact was erased, by each key, newest first. Without a key: a hash that
    /// anybody can make who knows the address.
    pub(crate) fn hashes(&self, tenant: &str, channel: &str, address: &str) -> Vec<String> {
        let parts = ["bheem-edge suppressed address", tenant, channel, address];
        let keyed = self.0.iter().map(|key| mac(key, &parts));
        // The hash without a key is also looked for: the key may have been set later.
        let all = keyed.chain([mac(b"", &parts)]);
        all.map(|hash| format!("{HASH}{}", hex::encode(hash))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    const NEW: &str = "-_8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    #[test]
    fn a_hash_is_of_one_address_and_found_again_after_a_key_is_put_in_front() {
        let hashes = |keys: &str, address: &str| ServerKeys::parse(keys).unwrap().hashes("t", "EMAIL", address);
        let old = hashes(OLD, "a@x.example");
        let both = hashes(&format!("{NEW}, {OLD}"), "a@x.example");
        assert!(both.contains(&old[0]) && both[0] != old[0] && both.len() == 3);
        assert!(!hashes(OLD, "b@x.example").contains(&old[0]));
        assert_eq!(hashes("", "a@x.example"), old[1..]);
        assert!(!old.iter().any(|hash| hash.contains("x.example")));
    }

    #[test]
    fn an_error_does_not_repeat_the_key() {
        let error = ServerKeys::parse(&format!("{OLD},c2VjcmV0")).err().unwrap().to_string();
        assert_eq!(error, "the variable unsubscribe_key cannot be read: its key 2 is not the base64 of 32 bytes");
    }
}
