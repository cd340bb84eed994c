//! Webhooks by [Standard Webhooks 1.0](https://www.standardwebhooks.com): what the edge sends, and what it receives.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use sha2::Sha256;

/// The header with the message's id, which stays the same when it is sent again.
pub const WEBHOOK_ID: &str = "webhook-id";
/// The header with the time of the attempt, seconds since 1970.
pub const WEBHOOK_TIMESTAMP: &str = "webhook-timestamp";
/// The header with the signatures, separated by spaces.
pub const WEBHOOK_SIGNATURE: &str = "webhook-signature";

/// How far a webhook's time may be from the clock, both ways, seconds.
const TOLERANCE: i64 = 300;

/// Why a webhook is refused, or cannot be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// A secret is not `whsec_` and the base64 of at least one byte, or there is none.
    #[error("a webhook's secret is whsec_ and base64")]
    Secret,
    /// A header is missing or malformed.
    #[error("the header {0} is missing or malformed")]
    Header(&'static str),
    /// It is older than five minutes, or from the future.
    #[error("the webhook's time is more than five minutes off")]
    Time,
    /// No signature is right.
    #[error("no signature is right")]
    Signature,
}

/// A verified webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedWebhook {
    /// The message's id: one that came before was sent again.
    pub id: String,
    /// When it was sent, seconds since 1970.
    pub timestamp: i64,
}

fn hmac(secret: &str, id: &str, timestamp: i64, body: &[u8]) -> Result<Hmac<Sha256>, WebhookError> {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap_or(secret)).map_err(|_| WebhookError::Secret)?;
    if key.is_empty() {
        return Err(WebhookError::Secret);
    }
    let mut hmac = Hmac::<Sha256>::new_from_slice(&key).map_err(|_| WebhookError::Secret)?;
    hmac.update(format!("{id}.{timestamp}.").as_bytes());
    hmac.update(body);
    Ok(hmac)
}

/// The value of `webhook-signature` for a message: a signature by each secret, such as the new and the old one while
/// secrets are rotated. `timestamp` is in seconds since 1970.
///
/// # Errors
/// A secret is malformed, or there is none.
pub fn sign_webhook(secrets: &[&str], id: &str, timestamp: i64, body: &[u8]) -> Result<String, WebhookError> {
    let sign = |secret: &&str| {
        let signature = hmac(secret, id, timestamp, body)?.finalize().into_bytes();
        Ok(format!("v1,{}", STANDARD.encode(signature)))
    };
    let signatures: Vec<String> = secrets.iter().map(sign).collect::<Result<_, _>>()?;
    if signatures.is_empty() { Err(WebhookError::Secret) } else { Ok(signatures.join(" ")) }
}

/// Verifies a webhook as it arrived: `body` byte for byte, before it is read. One of `secrets` must have signed it, not more
/// than five minutes ago.
///
/// # Errors
/// Why it is refused. Answer 400, and do nothing else.
pub fn verify_webhook(secrets: &[&str], headers: &HeaderMap, body: &[u8]) -> Result<VerifiedWebhook, WebhookError> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|_| WebhookError::Time)?;
    verify_webhook_at(secrets, headers, body, i64::try_from(now.as_secs()).unwrap_or(i64::MAX))
}

/// As [`verify_webhook`], at `now`, seconds since 1970.
///
/// # Errors
/// Why it is refused.
pub fn verify_webhook_at(
    secrets: &[&str],
    headers: &HeaderMap,
    body: &[u8],
    now: i64,
) -> Result<VerifiedWebhook, WebhookError> {
    let header = |name: &'static str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.filter(|value| !value.is_empty()).ok_or(WebhookError::Header(name))
    };
    let (id, written, signatures) = (header(WEBHOOK_ID)?, header(WEBHOOK_TIMESTAMP)?, header(WEBHOOK_SIGNATURE)?);
    let timestamp: i64 = written.parse().map_err(|_| WebhookError::Header(WEBHOOK_TIMESTAMP))?;
    if timestamp.to_string() != written {
        return Err(WebhookError::Header(WEBHOOK_TIMESTAMP));
    }
    if now.saturating_sub(timestamp).saturating_abs() > TOLERANCE {
        return Err(WebhookError::Time);
    }
    let mut is_signed = false;
    for secret in secrets {
        let expected = hmac(secret, id, timestamp, body)?;
        let given = signatures.split(' ').filter_map(|signature| signature.strip_prefix("v1,"));
        for signature in given.filter_map(|signature| STANDARD.decode(signature).ok()) {
            // Compared in constant time; all are tried.
            is_signed |= expected.clone().verify_slice(&signature).is_ok();
        }
    }
    match (secrets.is_empty(), is_signed) {
        (true, _) => Err(WebhookError::Secret),
        (false, false) => Err(WebhookError::Signature),
        (false, true) => Ok(VerifiedWebhook { id: id.to_owned(), timestamp }),
    }
}
