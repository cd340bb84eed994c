//! What makes two deliveries the same event: the key under which an event is stored once.
//!
//! It is made only of what was signed. An id in a header that nobody signed (`X-Razorpay-Event-Id`,
//! `X-BheemPay-Event-Id`, `X-Shopify-Event-Id`, `X-WC-Webhook-Delivery-ID`) belongs to whoever sends the request: under a
//! fresh one a captured event would take effect again, and under another event's it would keep that one out. So:
//!
//! * where the scheme signs an id (Standard Webhooks: `webhook-id`; Stripe: `id` in the body) the identity is that id;
//! * where the body may hold one (BheemPay and the ERP: `event_id`) it is that id if there is one;
//! * else it is the SHA-256 of the body. Retries repeat the body byte for byte. Two missing ids never meet.
//!
//! What is left: two genuine events with equal bodies and no id are one event. Bodies that move money say when and which
//! payment; of the others ([`crate::EventKind::may_repeat`]) nothing is lost where they take effect each time.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::Provider;

/// The longest id that becomes an identity as it is, bytes.
const MAX_LEN: usize = 200;

/// What makes two deliveries the same event. Printable ASCII, under 256 bytes; providers share none.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity(String);

impl Identity {
    /// The event whose id is `id`, which was signed; unless it is an id that nobody sane makes, then that of the body.
    pub(crate) fn of_id(provider: Provider, id: &str, body: &[u8]) -> Self {
        let is_valid = (1..=MAX_LEN).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
        if is_valid { Self(format!("{provider}:id:{id}")) } else { Self::of_body(provider, body) }
    }

    /// The event that is this body.
    pub(crate) fn of_body(provider: Provider, body: &[u8]) -> Self {
        Self(format!("{provider}:sha256:{}", hex::encode(Sha256::digest(body))))
    }

    /// For a unique column.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For a unique column.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
