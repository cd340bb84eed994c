//! What a tenant uses, and its limits.

pub(crate) mod api;
mod store;

pub use store::Usage;
