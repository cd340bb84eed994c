//! The ids of a tenant in applications.

pub(crate) mod api;
mod change;
mod store;

pub use change::ExternalIdChanges;
pub use store::{ExternalId, ExternalIds};
