//! Keeping answers so that only whoever asked can read them again: ChaCha20-Poly1305 under a key made of its
//! credential and the Idempotency-Key.

use chacha20poly1305::aead::Aead as _;
use chacha20poly1305::{ChaCha20Poly1305, Key, KeyInit as _, Nonce};
use edge_capabilities::Random;
use sha2::{Digest as _, Sha256};

const NONCE: usize = 12;

pub(crate) struct Sealing(Key);

impl Sealing {
    pub(crate) fn new(credential: &str, idempotency_key: &str) -> Self {
        let mut key = Sha256::new();
        for part in ["bheem-edge idempotent answer", credential, idempotency_key] {
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

#[cfg(test)]
mod tests {
    use edge_capabilities::testing::SeededRandom;

    use super::*;

    #[test]
    fn only_the_same_credential_and_key_open_an_answer() {
        let random = SeededRandom::new(1);
        let sealed = Sealing::new("token", "key").seal(&random, "the answer");
        assert!(!sealed.contains("the answer"));
        assert_eq!(Sealing::new("token", "key").open(&sealed).as_deref(), Some("the answer"));
        for (credential, key) in [("token2", "key"), ("token", "key2"), ("toke", "nkey"), ("", "")] {
            assert_eq!(Sealing::new(credential, key).open(&sealed), None);
        }
        assert_eq!(Sealing::new("token", "key").open(sealed.get(2..).unwrap()), None);
        assert_eq!(Sealing::new("token", "key").open("zz"), None);
    }
}
