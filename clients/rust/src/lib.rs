//! Seat checks of bheem-edge, answered from memory and revoked within a second. `README.md` says how to begin.

#[cfg(feature = "api")]
#[expect(clippy::large_enum_variant, reason = "its types are made from the description, and are what it says")]
#[rustfmt::skip]
pub mod api;
mod client;
mod clock;
mod error;
#[cfg(feature = "axum")]
mod extract;
mod feed;
#[cfg(feature = "tower")]
mod layer;
mod memory;
mod options;
mod retry;
mod seat;
mod shared;
mod timestamp;
mod token;
mod transport;
mod verification;
mod webhook;

pub use client::{Builder, EdgeClient};
pub use error::{BuildError, EdgeError, Problem};
#[cfg(feature = "tower")]
pub use layer::{SeatLayer, SeatService, SeatUser};
pub use options::OnUnavailable;
pub use seat::{EDGE_UNAVAILABLE, Origin, SeatAnswer, SeatCheck, SeatVerdict};
pub use token::{SeatToken, TokenCheck, TokenError};
pub use transport::{ResponseFuture, Transport, TransportError};
pub use webhook::{
    VerifiedWebhook, WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP, WebhookError, sign_webhook, verify_webhook,
    verify_webhook_at,
};

#[cfg(test)]
mod tests;
