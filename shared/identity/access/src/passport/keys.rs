//! The issuer's keys: a JWK set, RFC 7517. Of it those count that sign tokens the way we take them; a key is used with
//! its own algorithm and no other, whatever a token says.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Verifier as _;
use serde::Deserialize;
use serde_json::Value;

use super::Refused;
use super::rsa::RsaKey;
use super::token::{Algorithm, MAX_KID_LEN, Signed};

/// The most keys that a token is held against: one that does not name its key could have been signed by any.
const MAX_COUNT: usize = 64;

/// Keys that sign tokens.
pub(super) struct Keys(Vec<Key>);

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

impl Keys {
    /// Reads a set; None: it is none. Keys that are of no use here are left out, however many they are: the size of what
    /// the issuer answers is bounded where it is fetched.
    pub(super) fn read(set: &[u8]) -> Option<Self> {
        let set: Set = edge_json::from_slice(set).ok()?;
        let keys = set.keys.into_iter().filter_map(|key| edge_json::from_value::<Jwk>(key).ok()?.read());
        Some(Self(keys.collect()))
    }

    /// Whether one of them could have signed a token with this algorithm and this name of its key.
    pub(super) fn fit(&self, signed: &Signed<'_>) -> bool {
        self.candidates(signed).next().is_some()
    }

    /// Whether one of them signed the token.
    pub(super) fn verify(&self, signed: &Signed<'_>) -> Result<(), Refused> {
        let mut candidates = self.candidates(signed).peekable();
        if candidates.peek().is_none() {
            return Err(Refused::NoSuchKey);
        }
        let message = signed.input.as_bytes();
        if candidates.any(|key| key.public.verifies(message, &signed.signature)) {
            Ok(())
        } else {
            Err(Refused::Signature)
        }
    }

    fn candidates(&self, signed: &Signed<'_>) -> impl Iterator<Item = &Key> {
        // Without a name any key of the right kind will do.
        let fits =
            |key: &&Key| key.public.algorithm() == signed.algorithm && (signed.kid.is_none() || key.kid == signed.kid);
        self.0.iter().filter(fits).take(MAX_COUNT)
    }
}

/// The part of a set that is of use here, as a set; None: it is none.
pub(super) fn usable(set: &[u8]) -> Option<String> {
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
                let sized = x.len() == 32 && y.len() == 32;
                let point = sized.then(|| [&[4], x.as_slice(), y.as_slice()].concat())?;
                Public::P256(Box::new(p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).ok()?))
            }
            ("OKP", Some("Ed25519")) => {
                let point = <[u8; 32]>::try_from(decode(&self.x)?).ok()?;
                Public::Ed25519(Box::new(ed25519_dalek::VerifyingKey::from_bytes(&point).ok()?))
            }
            _ => return None,
        };
        // A key that is for another algorithm is not for this one.
        let own = self.alg.as_deref().is_none_or(|alg| Algorithm::parse(alg) == Some(public.algorithm()));
        own.then_some(Key { kid: self.kid, public })
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
