//! The assertion that buys access tokens: a JWT, signed with the private key whose certificate NetSuite knows.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use edge_capabilities::Timestamp;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::json;

use crate::connection::Connection;
use crate::error::AccountingError;

/// How long an assertion is good, seconds. NetSuite takes up to an hour.
const GOOD_FOR: i64 = 300;

/// The object identifier of the curve P-256, in DER.
const P256: [u8; 10] = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];

/// What an elliptic curve's private key begins with in DER (RFC 5915): version 1 and a string of 32 bytes.
const PRIVATE_KEY: [u8; 5] = [0x02, 0x01, 0x01, 0x04, 0x20];

/// The bytes after the first `marker` in `der`.
fn after<'d>(der: &'d [u8], marker: &[u8]) -> Option<&'d [u8]> {
    let at = der.windows(marker.len()).position(|window| window == marker)?;
    der.get(at.checked_add(marker.len())?..)
}

/// The key in a PEM file, `PRIVATE KEY` or `EC PRIVATE KEY`. None: it is no key of the curve P-256.
fn signing_key(pem: &str) -> Option<SigningKey> {
    let lines = pem.lines().map(str::trim).filter(|line| !line.is_empty());
    let base64: String = lines.filter(|line| !line.starts_with("-----")).collect();
    let der = STANDARD.decode(base64).ok()?;
    after(&der, &P256)?;
    SigningKey::from_slice(after(&der, &PRIVATE_KEY)?.get(..32)?).ok()
}

/// The assertion for the token endpoint at `audience`.
pub(crate) fn sign(connection: &Connection, audience: &str, now: Timestamp) -> Result<String, AccountingError> {
    let no_key = || {
        AccountingError::Misconfigured(
            "private_key must be the private key of the certificate, PEM, of the curve P-256".to_owned(),
        )
    };
    // Variables may have their line ends escaped.
    let pem = connection.credential("private_key").replace("\\n", "\n");
    let key = signing_key(&pem).ok_or_else(no_key)?;
    let issued = now.as_millis().div_euclid(1_000);
    let header = json!({"typ": "JWT", "alg": "ES256", "kid": connection.credential("certificate_id")});
    let claims = json!({
        "iss": connection.credential("client_id"),
        "scope": "rest_webservices",
        "aud": audience,
        "iat": issued,
        "exp": issued.saturating_add(GOOD_FOR),
    });
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let signed = format!("{}.{}", encode(&header.to_string()), encode(&claims.to_string()));
    let signature: Signature = key.sign(signed.as_bytes());
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes())))
}
