//! Encryption of stored responses, so that only the caller can read them: ChaCha20-Poly1305 under a key derived from the
//! credential and the Idempotency-Key. For tokens, which change from one request to the next, the key is derived from the
//! caller's id, the Idempotency-Key and a key in the cache.

use std::sync::{Arc, Mutex, PoisonError};

use chacha20poly1305::aead::Aead as _;
use chacha20poly1305::{ChaCha20Poly1305, Key, KeyInit as _, Nonce};
use edge_capabilities::{Capabilities, KeyValue, Random, random};
use edge_http::{Code, Problem};
use sha2::{Digest as _, Sha256};

const NONCE: usize = 12;

pub(crate) struct ResponseCipher(Key);

impl ResponseCipher {
    /// With a key derived from all of `parts`.
    pub(crate) fn new(parts: &[&str]) -> Self {
        let mut key = Sha256::new();
        for part in ["bheem-edge idempotent answer"].iter().chain(parts) {
            key.update(part.len().to_le_bytes());
            key.update(part);
        }
        Self(key.finalize())
    }

    /// Encrypts `text`; returns nonce and ciphertext in hex.
    pub(crate) fn seal(&self, random: &dyn Random, text: &str) -> String {
        let mut nonce = [0; NONCE];
        random.fill(&mut nonce);
        // Encryption fails only for texts of many gigabytes; the empty result cannot be decrypted.
        let sealed = ChaCha20Poly1305::new(&self.0).encrypt(&Nonce::from(nonce), text.as_bytes()).unwrap_or_default();
        hex::encode([&nonce, &*sealed].concat())
    }

    pub(crate) fn open(&self, sealed: &str) -> Option<String> {
        let bytes = hex::decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE)?;
        let nonce = Nonce::try_from(nonce).ok()?;
        let opened = ChaCha20Poly1305::new(&self.0).decrypt(&nonce, sealed).ok()?;
        String::from_utf8(opened).ok()
    }
}

/// The cache key of the sealing key.
const CACHE_KEY: &str = "idempotency-sealing-key";

/// A key that is in the cache and not in the database. If the cache loses it, responses that were encrypted with it cannot be
/// read any more.
#[derive(Clone)]
pub(crate) struct SealingKey {
    cache: Arc<dyn KeyValue>,
    random: Arc<dyn Random>,
    in_memory: Arc<Mutex<Option<String>>>,
}

impl SealingKey {
    pub(crate) fn new(capabilities: &Capabilities) -> Self {
        let Capabilities { cache, random, .. } = capabilities;
        Self { cache: cache.clone(), random: random.clone(), in_memory: Arc::default() }
    }

    /// The key; it is created if there is none.
    pub(crate) async fn get(&self) -> Result<String, Problem> {
        let in_memory = self.in_memory.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(key) = in_memory {
            return Ok(key);
        }
        let unavailable = |error: edge_capabilities::key_value::StoreError| {
            let detail = "A secret cannot be kept for a repeated request now; try again.";
            Problem::new(Code::StoreUnavailable, detail).retry_after(1).because(error)
        };
        let read = async || {
            let bytes = self.cache.get(CACHE_KEY).await.map_err(unavailable)?;
            Ok::<_, Problem>(bytes.and_then(|bytes| String::from_utf8(bytes).ok()))
        };
        let key = match read().await? {
            Some(key) => key,
            None => {
                let new = random::hex::<32>(&*self.random);
                self.cache.set(CACHE_KEY, new.as_bytes()).await.map_err(unavailable)?;
                // Another instance may have created one at the same time: all use the one that was written last.
                read().await?.unwrap_or(new)
            }
        };
        *self.in_memory.lock().unwrap_or_else(PoisonError::into_inner) = Some(key.clone());
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use edge_capabilities::testing::SeededRandom;

    use super::*;

    #[test]
    fn only_the_same_credential_and_key_open_an_answer() {
        let random = SeededRandom::new(1);
        let sealed = ResponseCipher::new(&["token", "key"]).seal(&random, "the answer");
        assert!(!sealed.contains("the answer"));
        assert_eq!(ResponseCipher::new(&["token", "key"]).open(&sealed).as_deref(), Some("the answer"));
        for (credential, key) in [("token2", "key"), ("token", "key2"), ("toke", "nkey"), ("", "")] {
            assert_eq!(ResponseCipher::new(&[credential, key]).open(&sealed), None);
        }
        assert_eq!(ResponseCipher::new(&["token", "key"]).open(sealed.get(2..).unwrap()), None);
        assert_eq!(ResponseCipher::new(&["token", "key"]).open("zz"), None);
    }
}
