//! The ids of a tenant in applications.

pub(crate) mod api;
mod store;

pub use store::{ExternalId, ExternalIds};
