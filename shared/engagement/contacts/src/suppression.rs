//! Suppressions: addresses that a tenant does not write to over a channel.

pub(crate) mod api;
mod model;
mod store;

pub use model::{Suppressed, Suppression, SuppressionReason, normalized};
pub use store::Suppressions;
