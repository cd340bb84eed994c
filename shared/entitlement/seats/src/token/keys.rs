//! The keys of tokens, as `seat_token_key` has those of seat tokens: the base64 of 32 bytes each, separated by commas. The first
//! signs; all are published, so that tokens of the others are believed while keys are rotated.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use ed25519_dalek::{Signer as _, SigningKey};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use crate::error::TokenKeyError;

/// The keys of tokens.
pub struct TokenKeys {
    first: SigningKey,
    /// The encoded header of the tokens that the first key signs.
    header: String,
    published: Vec<PublicKey>,
}

/// A public key of tokens (RFC 7517, RFC 8037).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PublicKey {
    /// `OKP`.
    kty: &'static str,
    /// `Ed25519`.
    crv: &'static str,
    /// The key, base64url.
    x: String,
    /// `EdDSA`.
    alg: &'static str,
    /// `sig`: it verifies signatures.
    #[serde(rename = "use")]
    usage: &'static str,
    /// The key's thumbprint (RFC 7638), which the header of its tokens names.
    kid: String,
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    typ: &'static str,
    kid: &'a str,
}

impl PublicKey {
    fn of(key: &SigningKey) -> Self {
        let x = URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes());
        // RFC 7638: the required members in their order, without white space.
        let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
        let kid = URL_SAFE_NO_PAD.encode(Sha256::digest(members));
        Self { kty: "OKP", crv: "Ed25519", x, alg: "EdDSA", usage: "sig", kid }
    }
}

impl TokenKeys {
    /// The keys in `text`, newest first; None: it is empty. Errors tell nothing of what is in it.
    pub fn parse(text: &str) -> Result<Option<Self>, TokenKeyError> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let read = |(place, written): (usize, &str)| {
            // Both alphabets of base64, with and without padding.
            let standard = written.trim().replace('-', "+").replace('_', "/");
            let bytes = STANDARD_NO_PAD.decode(standard.trim_end_matches('=')).ok();
            let seed = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
            let seed = seed.ok_or(TokenKeyError::Malformed(place.saturating_add(1)))?;
            Ok::<_, TokenKeyError>(SigningKey::from_bytes(&seed))
        };
        let keys: Vec<SigningKey> = text.split(',').enumerate().map(read).collect::<Result<_, _>>()?;
        let mut published: Vec<PublicKey> = Vec::new();
        for public in keys.iter().map(PublicKey::of) {
            if !published.contains(&public) {
                published.push(public);
            }
        }
        let (Some(first), Some(public)) = (keys.into_iter().next(), published.first()) else { return Ok(None) };
        let header = encode(&Header { alg: public.alg, typ: "JWT", kid: &public.kid })?;
        Ok(Some(Self { first, header, published }))
    }

    /// All public keys, newest first.
    pub fn published(&self) -> &[PublicKey] {
        &self.published
    }

    /// A token of `claims`, signed with the first key.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String, TokenKeyError> {
        let mut token = format!("{}.{}", self.header, encode(claims)?);
        let signature = self.first.sign(token.as_bytes());
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature.to_bytes(), &mut token);
        Ok(token)
    }
}

fn encode(part: &impl Serialize) -> Result<String, TokenKeyError> {
    let written = serde_json::to_vec(part).map_err(|error| TokenKeyError::Unwritable(error.to_string()))?;
    Ok(URL_SAFE_NO_PAD.encode(written))
}
