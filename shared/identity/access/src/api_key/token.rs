//! The text of an API key: `bhk_<id>_<secret>`.

use edge_capabilities::{Random, random};
use edge_database::{Column, DatabaseError, Value};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

const PREFIX: &str = "bhk_";

/// An API key as a caller sends it. It has no `Debug`, so that no secret is ever printed.
pub(crate) struct KeyToken {
    pub(crate) id: String,
    secret: String,
}

/// The SHA-256 of a secret. The secret itself is not kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct SecretHash([u8; 32]);

impl KeyToken {
    /// A new key.
    pub(crate) fn generate(random: &dyn Random) -> Self {
        Self { id: random::hex::<8>(random), secret: random::hex::<32>(random) }
    }

    /// Reads a bearer token; None: it is not an API key.
    pub(crate) fn parse(bearer: &str) -> Option<Self> {
        let (id, secret) = bearer.strip_prefix(PREFIX)?.split_once('_')?;
        let is_valid = |part: &str, max_len: usize| {
            (1..=max_len).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        (is_valid(id, 64) && is_valid(secret, 256)).then(|| Self { id: id.to_owned(), secret: secret.to_owned() })
    }

    /// The complete key, for the response that creates it.
    pub(crate) fn reveal(&self) -> String {
        format!("{PREFIX}{}_{}", self.id, self.secret)
    }

    pub(crate) fn hash(&self) -> SecretHash {
        SecretHash::of(&self.secret)
    }
}

impl SecretHash {
    pub(crate) fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }

    /// Compares in constant time.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }

    pub(crate) fn to_hex(&self) -> String {
        hex::encode(self.0)
    }

    pub(crate) fn from_hex(hex: &str) -> Option<Self> {
        let mut hash = [0; 32];
        hex::decode_to_slice(hex, &mut hash).ok().map(|()| Self(hash))
    }
}

impl From<SecretHash> for String {
    fn from(hash: SecretHash) -> Self {
        hash.to_hex()
    }
}

impl TryFrom<String> for SecretHash {
    type Error = &'static str;

    fn try_from(hex: String) -> Result<Self, Self::Error> {
        Self::from_hex(&hex).ok_or("not a SHA-256")
    }
}

impl Column for SecretHash {
    fn to_value(&self) -> Result<Value, DatabaseError> {
        Ok(self.to_hex().into())
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        Self::from_hex(&String::from_value(value)?).ok_or_else(|| "is not a SHA-256".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use edge_capabilities::testing::SeededRandom;

    use super::*;

    #[test]
    fn a_token_is_read_as_it_was_shown() {
        let token = KeyToken::generate(&SeededRandom::new(7));
        let shown = token.reveal();
        let read = KeyToken::parse(&shown).unwrap();
        assert_eq!((read.id.as_str(), read.reveal()), (token.id.as_str(), shown));
        assert!(read.hash().is(&SecretHash::from_hex(&token.hash().to_hex()).unwrap()));
        assert!(!read.hash().is(&SecretHash::of("another")));
    }

    #[test]
    fn what_is_no_api_key_is_not_read() {
        for bearer in ["", "bhk_", "bhk_a", "bhk_a_", "bhk__s", "BHK_a_s", "bhk_a_s s", "bhk_ä_s", "token", "bhk_a_s_t"]
        {
            assert!(KeyToken::parse(bearer).is_none(), "{bearer}");
        }
        assert!(SecretHash::from_hex("00").is_none());
        assert!(SecretHash::from_hex(&"0".repeat(65)).is_none());
        assert!(SecretHash::from_hex(&"g".repeat(64)).is_none());
    }
}
