//! The issuer's keys: a JWK set, RFC 7517. Only keys of the supported algorithms are used, and each only with its own
//! algorithm, whatever a token names.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Verifier as _;
use serde::Deserialize;
use serde_json::Value;

use super::jws::{Algorithm, Jws, MAX_KID_LEN};
use super::rsa::RsaKey;
use crate::error::TokenError;

/// The maximum number of keys that a token is checked with: a token without a key id could be signed with any.
const MAX_CANDIDATES: usize = 64;

/// Keys that verify tokens.
pub(super) struct Jwks(Vec<Key>);

struct Key {
    kid: Option<String>,
    public: Public,
}

enum Public {
    Rsa(RsaKey),
    P256(Box<p256::ecdsa::VerifyingKey>),
    Ed25519(Box<ed25519_dalek::VerifyingKey>),
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    alg: Option<String>,
    #[serde(default, rename = "use")]
    purpose: Option<String>,
    #[serde(default)]
    key_ops: Option<Vec<String>>,
    #[serde(default)]
    crv: Option<String>,
    #[serde(default)]
    n: Option<String>,
    #[serde(default)]
    e: Option<String>,
    #[serde(default)]
    x: Option<String>,
    #[serde(default)]
    y: Option<String>,
}

impl Jwks {
    /// Reads a JWK set; None: it is not one. Unusable keys are dropped, however many there are: the size of the issuer's
    /// response is limited where it is fetched.
    pub(super) fn read(set: &[u8]) -> Option<Self> {
        let set: Set = edge_json::from_slice(set).ok()?;
        let keys = set.keys.into_iter().filter_map(|key| edge_json::from_value::<Jwk>(key).ok()?.read());
        Some(Self(keys.collect()))
    }

    /// Whether one of the keys has the token's algorithm and key id.
    pub(super) fn has_candidate(&self, jws: &Jws<'_>) -> bool {
        self.candidates(jws).next().is_some()
    }

    /// Verifies the token's signature.
    pub(super) fn verify(&self, jws: &Jws<'_>) -> Result<(), TokenError> {
        let mut candidates = self.candidates(jws).peekable();
        if candidates.peek().is_none() {
            return Err(TokenError::UnknownKey);
        }
        let message = jws.input.as_bytes();
        if candidates.any(|key| key.public.verifies(message, &jws.signature)) {
            Ok(())
        } else {
            Err(TokenError::Signature)
        }
    }

    fn candidates(&self, jws: &Jws<'_>) -> impl Iterator<Item = &Key> {
        // Without a key id, any key of the algorithm is a candidate.
        let matches = |key: &&Key| key.public.algorithm() == jws.algorithm && (jws.kid.is_none() || key.kid == jws.kid);
        self.0.iter().filter(matches).take(MAX_CANDIDATES)
    }
}

/// The JWK set reduced to its usable keys and fields; None: it is not a JWK set.
pub(super) fn reduce(set: &[u8]) -> Option<String> {
    const FIELDS: [&str; 9] = ["kty", "kid", "alg", "use", "crv", "n", "e", "x", "y"];
    let set: Set = edge_json::from_slice(set).ok()?;
    let mut keys = Vec::new();
    for mut key in set.keys {
        if edge_json::from_value::<Jwk>(key.clone()).ok().and_then(Jwk::read).is_some()
            && let Some(fields) = key.as_object_mut()
        {
            fields.retain(|name, _| FIELDS.contains(&name.as_str()));
            keys.push(key);
        }
    }
    Some(serde_json::json!({ "keys": keys }).to_string())
}

impl Jwk {
    fn read(self) -> Option<Key> {
        let verifies = |ops: &Vec<String>| ops.iter().any(|op| op == "verify");
        if self.purpose.as_ref().is_some_and(|purpose| purpose != "sig")
            || self.key_ops.as_ref().is_some_and(|ops| !verifies(ops))
            || self.kid.as_ref().is_some_and(|kid| kid.len() > MAX_KID_LEN)
        {
            return None;
        }
        let decode = |part: &Option<String>| URL_SAFE_NO_PAD.decode(part.as_deref()?).ok();
        let public = match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", _) => Public::Rsa(RsaKey::read(&decode(&self.n)?, &decode(&self.e)?)?),
            ("EC", Some("P-256")) => {
                let (x, y) = (decode(&self.x)?, decode(&self.y)?);
                let is_sized = x.len() == 32 && y.len() == 32;
                let point = is_sized.then(|| [&[4], x.as_slice(), y.as_slice()].concat())?;
                Public::P256(Box::new(p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).ok()?))
            }
            ("OKP", Some("Ed25519")) => {
                let point = <[u8; 32]>::try_from(decode(&self.x)?).ok()?;
                Public::Ed25519(Box::new(ed25519_dalek::VerifyingKey::from_bytes(&point).ok()?))
            }
            _ => return None,
        };
        // A key that is declared for another algorithm is not used with this one.
        let is_own = self.alg.as_deref().is_none_or(|alg| Algorithm::parse(alg) == Some(public.algorithm()));
        is_own.then_some(Key { kid: self.kid, public })
    }
}

impl Public {
    fn algorithm(&self) -> Algorithm {
        match self {
            Self::Rsa(_) => Algorithm::Rs256,
            Self::P256(_) => Algorithm::Es256,
            Self::Ed25519(_) => Algorithm::EdDsa,
        }
    }

    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Rsa(key) => key.verifies(message, signature),
            Self::P256(key) => {
                let signature = p256::ecdsa::Signature::from_slice(signature);
                signature.is_ok_and(|signature| key.verify(message, &signature).is_ok())
            }
            Self::Ed25519(key) => {
                let signature = ed25519_dalek::Signature::from_slice(signature);
                signature.is_ok_and(|signature| key.verify_strict(message, &signature).is_ok())
            }
        }
    }
}
