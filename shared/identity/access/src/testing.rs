//! A token issuer for tests and for the stand-in upstreams. Its private keys are public: never trust it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::Signer as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::passport::rsa::RsaKey;

/// RSA keys, created once by `openssl genrsa 2048`: modulus and private exponent, hex. The public exponent is 65537.
const RSA: [(&str, &str); 2] = [
    (include_str!("testing/rsa_1.modulus"), include_str!("testing/rsa_1.private")),
    (include_str!("testing/rsa_2.modulus"), include_str!("testing/rsa_2.private")),
];

const PUBLIC_EXPONENT: [u8; 3] = [1, 0, 1];

/// A signature algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Alg {
    /// RSA.
    Rs256,
    /// P-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl Alg {
    /// All algorithms.
    pub const ALL: [Self; 3] = [Self::Rs256, Self::Es256, Self::EdDsa];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// Reads the name of an algorithm.
    pub fn parse(written: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|alg| alg.as_str() == written)
    }
}

/// A signing key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKey {
    /// The algorithm.
    pub alg: Alg,
    /// The key id.
    pub kid: String,
    /// The number that the key is derived from. There are two RSA keys, for even and odd numbers.
    pub number: u64,
}

/// `bytes` in the encoding of tokens.
pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl SigningKey {
    /// The key with this number.
    pub fn new(alg: Alg, number: u64) -> Self {
        Self { alg, kid: format!("{}-{number}", alg.as_str().to_lowercase()), number }
    }

    fn seed(&self) -> [u8; 32] {
        Sha256::digest(format!("a key for tests: {} {}", self.alg.as_str(), self.number)).into()
    }

    fn rsa(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let (modulus, private) = RSA.get(usize::from(self.number % 2 == 1))?;
        Some((hex::decode(modulus.trim()).ok()?, hex::decode(private.trim()).ok()?))
    }

    fn p256(&self) -> Option<p256::ecdsa::SigningKey> {
        p256::ecdsa::SigningKey::from_slice(&self.seed()).ok()
    }

    /// The public key as a JWK set has it.
    pub fn jwk(&self) -> Value {
        let mut jwk = match self.alg {
            Alg::Rs256 => {
                let modulus = self.rsa().map(|(modulus, _)| modulus).unwrap_or_default();
                json!({"kty": "RSA", "n": base64url(modulus), "e": base64url(PUBLIC_EXPONENT)})
            }
            Alg::Es256 => {
                let point = self.p256().map(|key| key.verifying_key().to_sec1_point(false).as_bytes().to_vec());
                let point = point.unwrap_or_default();
                let part = |from: usize, to: usize| base64url(point.get(from..to).unwrap_or_default());
                json!({"kty": "EC", "crv": "P-256", "x": part(1, 33), "y": part(33, 65)})
            }
            Alg::EdDsa => {
                let key = ed25519_dalek::SigningKey::from_bytes(&self.seed());
                json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(key.verifying_key().as_bytes())})
            }
        };
        for (field, value) in [("kid", self.kid.as_str()), ("alg", self.alg.as_str()), ("use", "sig")] {
            if let Some(jwk) = jwk.as_object_mut() {
                jwk.insert(field.to_owned(), value.into());
            }
        }
        jwk
    }

    /// The signature of `input`.
    pub fn sign(&self, input: &[u8]) -> Vec<u8> {
        match self.alg {
            Alg::Rs256 => {
                let signed = self
                    .rsa()
                    .and_then(|(modulus, private)| RsaKey::read(&modulus, &PUBLIC_EXPONENT)?.sign(&private, input));
                signed.unwrap_or_default()
            }
            Alg::Es256 => {
                let signature = |key: p256::ecdsa::SigningKey| -> p256::ecdsa::Signature { key.sign(input) };
                self.p256().map(|key| signature(key).to_bytes().to_vec()).unwrap_or_default()
            }
            Alg::EdDsa => ed25519_dalek::SigningKey::from_bytes(&self.seed()).sign(input).to_bytes().to_vec(),
        }
    }

    /// A token with these claims.
    pub fn token(&self, claims: &Value) -> String {
        self.token_with(&json!({"alg": self.alg.as_str(), "kid": self.kid, "typ": "JWT"}), claims)
    }

    /// A token with this header.
    pub fn token_with(&self, header: &Value, claims: &Value) -> String {
        let input = format!("{}.{}", base64url(header.to_string()), base64url(claims.to_string()));
        let signature = base64url(self.sign(input.as_bytes()));
        format!("{input}.{signature}")
    }
}

/// The set of these keys, as an issuer publishes it.
pub fn jwks(keys: &[SigningKey]) -> Value {
    json!({"keys": keys.iter().map(SigningKey::jwk).collect::<Vec<_>>()})
}
