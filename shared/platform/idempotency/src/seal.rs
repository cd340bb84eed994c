//! Keeping answers so that only whoever asked can read them again: ChaCha20-Poly1305 under a key made of its
//! credential and the Idempotency-Key; of the caller's name, the Idempotency-Key and a key in the cache where the
//! credential changes from one request to the next.

use std::sync::{Arc, Mutex, PoisonError};

use chacha20poly1305::aead::Aead as _;
use chacha20poly1305::{ChaCha20Poly1305, Key, KeyInit as _, Nonce};
use edge_capabilities::{Capabilities, KeyValue, Random, random};
use edge_http::{Code, Problem};
use sha2::{Digest as _, Sha256};

const NONCE: usize = 12;

pub(crate) struct Sealing(Key);

impl Sealing {
    /// Under all of `parts`.
    pub(crate) fn new(parts: &[&str]) -> Self {
        let mut key = Sha256::new();
        for part in ["bheem-edge idempotent answer"].iter().chain(parts) {
            key.update(part.len().to_le_bytes());
            key.update(part);
        }
        Self(key.finalize())
    }

    /// Nonce and ciphertext, in hex.
    pub(crate) fn seal(&self, random: &dyn Random, text: &str) -> String {
        let mut nonce = [0; NONCE];
        random.fill(&mut nonce);
        // Encryption fails for texts of many gigabytes alone; what is kept then cannot be opened.
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

/// Where the key lies that answers with secrets are sealed under.
const PLACE: &str = "idempotency-sealing-key";

/// A key that lies in the cache and nowhere in the database. Where the cache has lost it, what was sealed under it cannot be
/// opened any more.
#[derive(Clone)]
pub(crate) struct CacheKey {
    cache: Arc<dyn KeyValue>,
    random: Arc<dyn Random>,
    known: Arc<Mutex<Option<String>>>,
}

impl CacheKey {
    pub(crate) fn new(capabilities: &Capabilities) -> Self {
        let Capabilities { cache, random, .. } = capabilities;
        Self { cache: cache.clone(), random: random.clone(), known: Arc::default() }
    }

    /// The key; made where there is none.
    pub(crate) async fn get(&self) -> Result<String, Problem> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known {
            return Ok(known);
        }
        let unavailable = |error: edge_capabilities::key_value::StoreError| {
            let detail = "A secret cannot be kept for a repeated request now; try again.";
            Problem::new(Code::StoreUnavailable, detail).retry_after(1).because(error)
        };
        let read = async || {
            let bytes = self.cache.get(PLACE).await.map_err(unavailable)?;
            Ok::<_, Problem>(bytes.and_then(|bytes| String::from_utf8(bytes).ok()))
        };
        let key = match read().await? {
            Some(key) => key,
            None => {
                let new = random::hex::<32>(&*self.random);
                self.cache.set(PLACE, new.as_bytes()).await.map_err(unavailable)?;
                // Another instance may have made one meanwhile: the last is the one that all read.
                read().await?.unwrap_or(new)
            }
        };
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(key.clone());
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
        let sealed = Sealing::new(&["token", "key"]).seal(&random, "the answer");
        assert!(!sealed.contains("the answer"));
        assert_eq!(Sealing::new(&["token", "key"]).open(&sealed).as_deref(), Some("the answer"));
        for (credential, key) in [("token2", "key"), ("token", "key2"), ("toke", "nkey"), ("", "")] {
            assert_eq!(Sealing::new(&[credential, key]).open(&sealed), None);
        }
        assert_eq!(Sealing::new(&["token", "key"]).open(sealed.get(2..).unwrap()), None);
        assert_eq!(Sealing::new(&["token", "key"]).open("zz"), None);
    }
}
