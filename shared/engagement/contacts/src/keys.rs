//! What `unsubscribe_key` is used for.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge_capabilities::Config;
use edge_capabilities::config::{ConfigError, text};
use edge_keys::{KeyError, Keys, mac};
use subtle::ConstantTimeEq as _;

const VARIABLE: &str = "unsubscribe_key";

const LINK: [&str; 1] = ["bheem-edge unsubscribe link"];
const ADDRESS: [&str; 1] = ["bheem-edge suppressed address"];

/// How what stands in the place of an address begins.
pub(crate) const HASH: &str = "hash:";

/// What a signature of a link has of its MAC, bytes.
const SIGNATURE: usize = 16;

/// The keys in `unsubscribe_key`, newest first; None: the variable is empty.
pub(crate) struct ServerKeys(Option<Keys>);

impl ServerKeys {
    /// Reads the variable.
    pub(crate) async fn load(config: &dyn Config) -> Result<Self, ConfigError> {
        Self::parse(&text(config, VARIABLE).await?)
    }

    /// Reads the variable's text. Errors tell nothing of what is in it.
    pub(crate) fn parse(text: &str) -> Result<Self, ConfigError> {
        match Keys::parse(VARIABLE, text) {
            Ok(keys) => Ok(Self(Some(keys))),
            Err(KeyError::NotConfigured(_)) => Ok(Self(None)),
            Err(KeyError::Config(error)) => Err(error),
            Err(error @ KeyError::Misconfigured(_)) => {
                Err(ConfigError { name: VARIABLE.to_owned(), reason: error.to_string() })
            }
        }
    }

    /// The signatures of a link, by each key.
    fn signatures(&self, parts: &[&str]) -> impl Iterator<Item = Vec<u8>> {
        let keys = self.0.iter().flat_map(|keys| keys.derived(&LINK));
        keys.map(move |key| mac(&key, parts).into_iter().take(SIGNATURE).collect())
    }

    /// The signature of a link by the newest key. None: there is no key.
    pub(crate) fn sign(&self, parts: &[&str]) -> Option<String> {
        self.signatures(parts).next().map(|signature| URL_SAFE_NO_PAD.encode(signature))
    }

    /// Whether `signature` is that of a link by any of the keys, in time that does not tell how much of it is right.
    pub(crate) fn is_signed(&self, parts: &[&str], signature: &str) -> bool {
        let Ok(sent) = URL_SAFE_NO_PAD.decode(signature) else { return false };
        let is_same = |own: Vec<u8>| own.as_slice().ct_eq(&sent);
        self.signatures(parts).map(is_same).fold(subtle::Choice::from(0), |all, one| all | one).into()
    }

    /// The hashes that stand for an address whose contact was erased, by each key, newest first. Without a key: a hash that
    /// anybody can make who knows the address.
    pub(crate) fn hashes(&self, tenant: &str, channel: &str, address: &str) -> Vec<String> {
        let parts = [tenant, channel, address];
        let keyed = self.0.iter().flat_map(|keys| keys.derived(&ADDRESS));
        // The hash without a key is also looked for: the key may have been set later.
        let all = keyed.chain([mac(b"", &ADDRESS)]);
        all.map(|key| format!("{HASH}{}", hex::encode(mac(&key, &parts)))).collect()
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
        assert!(error.contains("key 2 of unsubscribe_key is not the base64 of 32 bytes"), "{error}");
        assert!(!error.contains("c2VjcmV0"));
    }
}
