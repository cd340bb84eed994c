//! Accounts of the general ledger: which one a line goes to.

pub(crate) mod api;
mod model;
mod store;

pub use model::{GlKind, GlMapping};
pub use store::GlMappings;
pub(crate) use store::MappingTable;
