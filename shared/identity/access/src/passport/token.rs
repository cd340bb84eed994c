//! A token as it is sent: a JWS in its compact form, RFC 7515. Of its header only the algorithm and the key's name are
//! looked at: what else could say which key to trust (`jku`, `jwk`, `x5u`, `x5c`) says so in the sender's words.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::Refused;

/// The longest token that is looked at, bytes.
const MAX_LEN: usize = 16 << 10;

/// The longest name of a key that is looked for, bytes.
pub(super) const MAX_KID_LEN: usize = 1024;

/// How a token is signed.
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
    /// Reads an algorithm as it is written. There is no other: neither `none` nor anything with a shared secret.
    pub(super) fn parse(written: &str) -> Option<Self> {
        match written {
            "RS256" => Some(Self::Rs256),
            "ES256" => Some(Self::Es256),
            // RFC 9864 names the curve in place of the family.
            "EdDSA" | "Ed25519" => Some(Self::EdDsa),
            _ => None,
        }
    }
}

/// A token taken apart.
pub(super) struct Signed<'a> {
    pub(super) algorithm: Algorithm,
    /// The name of the key.
    pub(super) kid: Option<String>,
    /// What was signed.
    pub(super) input: &'a str,
    /// What it says, JSON: not to be believed before the signature is.
    pub(super) claims: Vec<u8>,
    pub(super) signature: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    /// Extensions that whoever does not understand them must refuse.
    #[serde(default)]
    crit: Option<serde_json::Value>,
}

/// Whether `bearer` has a token's form.
pub(super) fn looks_like_one(bearer: &str) -> bool {
    bearer.len() <= MAX_LEN && bearer.bytes().filter(|byte| *byte == b'.').count() == 2
}

impl<'a> Signed<'a> {
    pub(super) fn read(bearer: &'a str) -> Result<Self, Refused> {
        let (input, signature) = bearer.rsplit_once('.').ok_or(Refused::Unreadable("form"))?;
        let (header, claims) = input.split_once('.').ok_or(Refused::Unreadable("form"))?;
        let decode = |part: &str, name| URL_SAFE_NO_PAD.decode(part).map_err(|_| Refused::Unreadable(name));
        let header: Header =
            edge_json::from_slice(&decode(header, "header")?).map_err(|_| Refused::Unreadable("header"))?;
        if header.crit.is_some() {
            return Err(Refused::Unreadable("crit"));
        }
        let algorithm = Algorithm::parse(&header.alg).ok_or(Refused::Algorithm)?;
        if header.kid.as_ref().is_some_and(|kid| kid.len() > MAX_KID_LEN) {
            return Err(Refused::NoSuchKey);
        }
        let (claims, signature) = (decode(claims, "claims")?, decode(signature, "signature")?);
        Ok(Self { algorithm, kid: header.kid, input, claims, signature })
    }
}
