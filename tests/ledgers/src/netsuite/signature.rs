//! Who asks: OAuth 1.0a signatures and access tokens. Written apart from the client, so that both must be right.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{ACCOUNT, TOKEN_ID, TOKEN_SECRET};
use crate::books::Books;
use crate::call::{Call, Reply, parameters};
use crate::grants::Rotation;
use crate::shape::text;
use crate::{client_id, client_secret};

/// The token endpoint.
pub(crate) const TOKEN: &str = "/services/rest/auth/oauth2/v1/token";

/// How far a timestamp may be from the time there, seconds.
const CLOCK_SKEW: i64 = 300;

/// The private key of the certificate that the stand-in knows: 32 bytes.
const PRIVATE_KEY: [u8; 32] = *b"bheem-edge stand-in for NetSuite";

/// Id of that certificate.
pub(crate) const CERTIFICATE: &str = "netsuite-certificate";

/// The private key as PKCS #8, PEM.
pub(crate) fn private_key() -> String {
    // RFC 5208 and RFC 5915: version, the curve P-256, and a key without its public part.
    let head: [u8; 35] = [
        0x30, 0x41, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08,
        0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x27, 0x30, 0x25, 0x02, 0x01, 0x01, 0x04, 0x20,
    ];
    let der = [head.as_slice(), &PRIVATE_KEY].concat();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", BASE64_STANDARD.encode(der))
}

/// The public key that assertions are checked with.
fn public_key() -> Option<VerifyingKey> {
    SigningKey::from_slice(&PRIVATE_KEY).ok().map(|key| *key.verifying_key())
}

const ROTATION: Rotation =
    Rotation { access_seconds: 3_600, refresh_seconds: None, replaced_after_seconds: 0, grace_seconds: 0 };

fn encode(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

/// Checks who sends `call`.
pub(crate) fn check(books: &mut Books, call: &Call) -> Result<(), String> {
    let header = call.header("authorization").unwrap_or_default();
    if header.starts_with("Bearer ") {
        let is_good = books.grants.is_good(call.bearer(), books.now);
        return if is_good { Ok(()) } else { Err("Invalid login attempt. The token is not valid.".to_owned()) };
    }
    let Some(header) = header.strip_prefix("OAuth ") else { return Err("Invalid login attempt.".to_owned()) };
    let mut own = BTreeMap::new();
    for pair in header.split(',') {
        let (name, value) = pair.trim().split_once('=').ok_or("The header is malformed.")?;
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        let value = percent_decode_str(value.ok_or("A value is not quoted.")?).decode_utf8_lossy().into_owned();
        if own.insert(name.to_owned(), value).is_some() {
            return Err(format!("The parameter {name} is there twice."));
        }
    }
    let of = |name: &str| own.get(name).cloned().unwrap_or_default();
    for (name, expected) in [
        ("realm", ACCOUNT.to_owned()),
        ("oauth_consumer_key", client_id("netsuite")),
        ("oauth_token", TOKEN_ID.to_owned()),
        ("oauth_signature_method", "HMAC-SHA256".to_owned()),
        ("oauth_version", "1.0".to_owned()),
    ] {
        if of(name) != expected {
            return Err(format!("Invalid login attempt. {name} is not right."));
        }
    }
    let seconds: i64 = of("oauth_timestamp").parse().map_err(|_| "oauth_timestamp is no number.")?;
    if seconds.abs_diff(books.now.div_euclid(1_000)) > CLOCK_SKEW.unsigned_abs() {
        return Err("InvalidTimestamp".to_owned());
    }
    let nonce = of("oauth_nonce");
    let is_nonce = (6..=64).contains(&nonce.len()) && nonce.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_nonce || books.notes.insert(format!("nonce {seconds} {nonce}"), String::new()).is_some() {
        return Err("NonceUsed".to_owned());
    }
    let mut signed: Vec<(String, String)> = own
        .into_iter()
        .filter(|(name, _)| name != "realm" && name != "oauth_signature")
        .chain(parameters(&call.raw_query))
        .map(|(name, value)| (encode(&name), encode(&value)))
        .collect();
    signed.sort();
    let signed: Vec<String> = signed.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let url = format!("{}{}", call.base, call.path);
    let base = format!("{}&{}&{}", call.method, encode(&url), encode(&signed.join("&")));
    let key = format!("{}&{}", client_secret("netsuite"), TOKEN_SECRET);
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).map_err(|error| error.to_string())?;
    mac.update(base.as_bytes());
    let signature = header.split("oauth_signature=\"").nth(1).and_then(|rest| rest.split('"').next());
    let signature = percent_decode_str(signature.unwrap_or_default()).decode_utf8_lossy().into_owned();
    let signature = BASE64_STANDARD.decode(signature).map_err(|_| "InvalidSignature")?;
    mac.verify_slice(&signature).map_err(|_| "InvalidSignature".to_owned())
}

/// The token endpoint.
pub(crate) fn token(books: &mut Books, call: &Call) -> Reply {
    let refuse = |status: u16, error: &str| Reply::json(status, &json!({"error": error}));
    if call.header("content-type") != Some("application/x-www-form-urlencoded") {
        return refuse(400, "invalid_request");
    }
    let form: BTreeMap<String, String> = call.form().into_iter().collect();
    let of = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    if of("grant_type") != "client_credentials"
        || of("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    {
        return refuse(400, "unsupported_grant_type");
    }
    let audience = format!("{}{}", call.base, call.path);
    if !is_assertion(of("client_assertion"), &audience, books.now.div_euclid(1_000)) {
        return refuse(400, "invalid_client");
    }
    let issued = books.grants.issue(ROTATION, books.now);
    // NetSuite writes the time as a text.
    Reply::json(200, &json!({"access_token": issued.access, "expires_in": "3600", "token_type": "bearer"}))
}

fn is_assertion(assertion: &str, audience: &str, now: i64) -> bool {
    let parts: Vec<&str> = assertion.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else { return false };
    let read = |part: &str| -> Value {
        let decoded = BASE64_URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
        serde_json::from_slice(&decoded).unwrap_or_default()
    };
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).ok();
    let signature = signature.and_then(|signature| Signature::from_slice(&signature).ok());
    let (Some(signature), Some(key)) = (signature, public_key()) else { return false };
    let (header_of, claims_of) = (read(header), read(claims));
    let seconds = |name: &str| claims_of.get(name).and_then(Value::as_i64).unwrap_or_default();
    let (issued, expires) = (seconds("iat"), seconds("exp"));
    key.verify(format!("{header}.{claims}").as_bytes(), &signature).is_ok()
        && (text(&header_of, "/typ"), text(&header_of, "/alg")) == ("JWT", "ES256")
        && text(&header_of, "/kid") == CERTIFICATE
        && text(&claims_of, "/iss") == client_id("netsuite")
        && text(&claims_of, "/scope").split(',').any(|scope| scope == "rest_webservices")
        && text(&claims_of, "/aud") == audience
        && issued.abs_diff(now) <= CLOCK_SKEW.unsigned_abs()
        && expires > now
        && expires.saturating_sub(issued) < 3_600
}
