//! Webhooks from the sender's side: for tests, and for people who integrate.

use edge_capabilities::Instant;
use http::{HeaderName, HeaderValue};

use crate::provider::Provider;

/// What cannot be signed, or not so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsignable {
    /// The secret is empty, or not as the provider writes its secrets.
    #[error("this is no secret of that provider")]
    Secret,
    /// The id cannot be sent in a header.
    #[error("an id is 1 to 200 letters, digits or signs other than '.'")]
    Id,
}

/// The headers with which `provider` would send `body` as the event `id` at `now`.
pub fn sign(
    provider: Provider,
    secret: &str,
    body: &[u8],
    now: Instant,
    id: &str,
) -> Result<Vec<(HeaderName, HeaderValue)>, Unsignable> {
    let _ = (provider, secret, body, now, id);
    Err(Unsignable::Secret)
}
