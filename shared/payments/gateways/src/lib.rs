//! Webhooks: proven genuine over the bytes that arrived, then read into the edge's own events. This crate knows no routes,
//! stores or tenants.
//!
//! * [`Provider`]: the senders; each has one definition of how it signs and what its bodies mean.
//! * [`Secrets`]: the secrets in a provider's variable.
//! * [`receive`]: whether a webhook is genuine ([`Verified`], [`Identity`]), and its content ([`GatewayEvent`]).
//! * [`GatewayEvent::parse`]: the content of a body that was verified and stored before.
//! * [`stripe_units`]: amounts as Stripe counts them.
//! * [`sign`], [`sign_with_each`]: the sender's side, for what the edge sends itself, for tests and for developers of
//!   integrations.

mod definition;
mod error;
mod event;
mod identity;
mod json;
mod provider;
mod providers;
mod secrets;
mod signature;
mod signing;
pub mod stripe_units;
mod verification;

pub use error::{EventError, Rejection, SigningError};
pub use event::{CardDispute, CardDisputeStatus, EventKind, GatewayEvent, SubscriptionReport};
pub use identity::Identity;
pub use provider::Provider;
pub use secrets::Secrets;
pub use signing::{sign, sign_with_each};
pub use verification::{TOLERANCE, Verified, is_set_up_ping, receive, verify};
