//! Keys that operators give in variables: the base64 of 32 bytes each, several separated by commas, newest first. Each use
//! has a key of its own, derived from them. The first makes and seals; the others still read what they made.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _, Nonce};
use edge_capabilities::config::ConfigError;
use edge_capabilities::{Config, Random, config};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

const NONCE: usize = 12;

/// Why a variable holds no keys. It tells nothing of what is in it.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The variable is empty.
    #[error("{0} is empty")]
    NotConfigured(&'static str),
    /// One of the keys cannot be read.
    #[error("{0}")]
    Misconfigured(String),
    /// The variable cannot be read.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// The keys in a variable, newest first. It has no `Debug`: a key is never printed.
pub struct Keys(Vec<[u8; 32]>);

/// HMAC-SHA256 of `parts`, each with its length.
pub fn mac(key: &[u8], parts: &[&str]) -> [u8; 32] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(&part.len().to_le_bytes());
        mac.update(part.as_bytes());
    }
    mac.finalize().into_bytes().into()
}

impl Keys {
    /// Reads the variable.
    pub async fn load(config: &dyn Config, variable: &'static str) -> Result<Self, KeyError> {
        Self::parse(variable, &config::text(config, variable).await?)
    }

    /// Reads the variable's text.
    pub fn parse(variable: &'static str, text: &str) -> Result<Self, KeyError> {
        if text.trim().is_empty() {
            return Err(KeyError::NotConfigured(variable));
        }
        let read = |(place, written): (usize, &str)| {
            // Both alphabets of base64, with and without padding.
            let standard = written.trim().replace('-', "+").replace('_', "/");
            let bytes = STANDARD_NO_PAD.decode(standard.trim_end_matches('=')).ok();
            bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()).ok_or_else(|| {
                let place = place.saturating_add(1);
                KeyError::Misconfigured(format!("key {place} of {variable} is not the base64 of 32 bytes"))
            })
        };
        text.split(',').enumerate().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// Of each key the key for `usage`, newest first.
    pub fn derived<'k>(&'k self, usage: &'k [&'static str]) -> impl Iterator<Item = [u8; 32]> + 'k {
        self.0.iter().map(move |key| mac(key, usage))
    }

    /// Seals `text` for `usage` and for whoever knows `owner`: a text sealed for one is not opened for another.
    pub fn seal(&self, usage: &[&'static str], random: &dyn Random, owner: &str, text: &str) -> String {
        let key = self.derived(usage).next().unwrap_or_default();
        let mut nonce = [0; NONCE];
        random.fill(&mut nonce);
        let payload = Payload { msg: text.as_bytes(), aad: owner.as_bytes() };
        // It fails only for texts of many gigabytes; the empty result cannot be opened.
        let sealed = ChaCha20Poly1305::new(&key.into()).encrypt(&Nonce::from(nonce), payload).unwrap_or_default();
        hex::encode([&nonce, &*sealed].concat())
    }

    /// Opens what was sealed for `usage` and `owner`.
    pub fn open(&self, usage: &[&'static str], owner: &str, sealed: &str) -> Option<String> {
        let bytes = hex::decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE)?;
        let nonce = Nonce::try_from(nonce).ok()?;
        let open = |key: [u8; 32]| {
            let payload = Payload { msg: sealed, aad: owner.as_bytes() };
            ChaCha20Poly1305::new(&key.into()).decrypt(&nonce, payload).ok()
        };
        self.derived(usage).find_map(open).and_then(|opened| String::from_utf8(opened).ok())
    }

    /// Whether the newest key opens `sealed`. Otherwise an older one made it, and it is to be sealed anew before that key is
    /// dropped.
    pub fn is_of_newest(&self, usage: &[&'static str], owner: &str, sealed: &str) -> bool {
        Self(self.0.iter().take(1).copied().collect()).open(usage, owner, sealed).is_some()
    }
}

#[cfg(test)]
mod tests {
    use edge_capabilities::testing::SeededRandom;

    use super::*;

    const OLD: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    const NEW: &str = "-_8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    fn keys(text: &str) -> Keys {
        Keys::parse("a_key", text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn what_is_sealed_is_opened_for_its_use_and_owner_alone_also_after_a_rotation() {
        let sealed = keys(OLD).seal(&["shop"], &SeededRandom::new(1), "t", "hush");
        assert!(!sealed.contains(&hex::encode("hush")));
        assert_eq!(keys(&format!("{NEW}, {OLD}")).open(&["shop"], "t", &sealed).as_deref(), Some("hush"));
        assert!(keys(OLD).is_of_newest(&["shop"], "t", &sealed));
        assert!(!keys(&format!("{NEW}, {OLD}")).is_of_newest(&["shop"], "t", &sealed));
        for (opened, what) in [
            (keys(OLD).open(&["shop"], "u", &sealed), "another owner"),
            (keys(OLD).open(&["code"], "t", &sealed), "another use"),
            (keys(NEW).open(&["shop"], "t", &sealed), "another key"),
            (keys(OLD).open(&["shop"], "t", "00"), "another text"),
        ] {
            assert_eq!(opened, None, "{what}");
        }
    }

    #[test]
    fn a_key_is_32_bytes_and_an_error_does_not_repeat_it() {
        for (text, message) in [
            ("", "a_key is empty".to_owned()),
            ("c2VjcmV0", "key 1 of a_key is not the base64 of 32 bytes".to_owned()),
            (&format!("{OLD},!"), "key 2 of a_key is not the base64 of 32 bytes".to_owned()),
        ] {
            assert_eq!(Keys::parse("a_key", text).err().unwrap().to_string(), message);
        }
    }
}
