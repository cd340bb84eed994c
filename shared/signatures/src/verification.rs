//! Is this genuine, and which event is it?

use std::time::Duration;

use edge_capabilities::Instant;
use http::HeaderMap;

use crate::identity::Identity;
use crate::provider::Provider;
use crate::rejection::Rejection;
use crate::secrets::Secrets;

/// How long ago, and how far in the future, a webhook may have been signed, where the scheme signs the time.
pub const TOLERANCE: Duration = Duration::from_secs(300);

/// A webhook that was proven genuine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// What makes it the same event as another delivery.
    pub identity: Identity,
    /// When it was signed, where the scheme signs that.
    pub signed_at: Option<Instant>,
    /// The id that the sender gave the event or the delivery in a header: to find it in the sender's logs. Mostly not
    /// signed: never to decide by.
    pub delivery_id: Option<String>,
    /// Which of the secrets signed it, from 0, the newest. Once none but 0 is seen for as long as the provider retries, the
    /// others can go.
    pub secret: usize,
}

/// Proves that `provider` signed exactly these bytes: before anything in them is parsed, in time that does not tell where
/// a signature is wrong, with every secret and every signature that was sent.
pub fn verify(
    provider: Provider,
    secrets: &Secrets,
    headers: &HeaderMap,
    body: &[u8],
    now: Instant,
) -> Result<Verified, Rejection> {
    let _ = (provider, headers, body, now);
    if secrets.is_empty() { Err(Rejection::NoSecret) } else { Err(Rejection::BadSignature) }
}

/// Whether this is what WooCommerce sends, unsigned and form-encoded, when a webhook is set up. It gets a 2xx, else the
/// webhook cannot be saved, and changes nothing.
pub fn is_set_up_ping(provider: Provider, headers: &HeaderMap, body: &[u8]) -> bool {
    let _ = (provider, headers, body);
    false
}
