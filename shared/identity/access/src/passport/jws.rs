//! Parsing a token: a JWS in compact form, RFC 7515. Only the algorithm and the key id are read from its header: the
//! other parameters that name a key (`jku`, `jwk`, `x5u`, `x5c`) are the sender's choice and must not be trusted.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::error::TokenError;

/// The maximum length of a token, bytes.
const MAX_LEN: usize = 16 << 10;

/// The maximum length of a key id, bytes.
pub(super) const MAX_KID_LEN: usize = 1024;

/// A signature algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// ECDSA over P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// Reads the name of an algorithm. No others are supported: neither `none` nor any with a shared secret.
    pub(super) fn parse(written: &str) -> Option<Self> {
        match written {
            "RS256" => Some(Self::Rs256),
            "ES256" => Some(Self::Es256),
            // RFC 9864 replaced `EdDSA` by the name of the curve.
            "EdDSA" | "Ed25519" => Some(Self::EdDsa),
            _ => None,
        }
    }
}

/// A parsed token.
pub(super) struct Jws<'a> {
    pub(super) algorithm: Algorithm,
    /// The id of the key that signed it.
    pub(super) kid: Option<String>,
    /// The signed text.
    pub(super) input: &'a str,
    /// The claims, JSON. They are trusted only once the signature was verified.
    pub(super) claims: Vec<u8>,
    pub(super) signature: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    /// Extensions that a recipient must understand or else refuse the token.
    #[serde(default)]
    crit: Option<serde_json::Value>,
}

/// Whether `bearer` has the form of a token.
pub(super) fn is_well_formed(bearer: &str) -> bool {
    bearer.len() <= MAX_LEN && bearer.bytes().filter(|byte| *byte == b'.').count() == 2
}

impl<'a> Jws<'a> {
    pub(super) fn read(bearer: &'a str) -> Result<Self, TokenError> {
        let (input, signature) = bearer.rsplit_once('.').ok_or(TokenError::Unreadable("form"))?;
        let (header, claims) = input.split_once('.').ok_or(TokenError::Unreadable("form"))?;
        let decode = |part: &str, name| URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::Unreadable(name));
        let header: Header =
            edge_json::from_slice(&decode(header, "header")?).map_err(|_| TokenError::Unreadable("header"))?;
        if header.crit.is_some() {
            return Err(TokenError::Unreadable("crit"));
        }
        let algorithm = Algorithm::parse(&header.alg).ok_or(TokenError::Algorithm)?;
        if header.kid.as_ref().is_some_and(|kid| kid.len() > MAX_KID_LEN) {
            return Err(TokenError::UnknownKey);
        }
        let (claims, signature) = (decode(claims, "claims")?, decode(signature, "signature")?);
        Ok(Self { algorithm, kid: header.kid, input, claims, signature })
    }
}
