//! Ending a contract early.

pub(crate) mod api;
mod model;

pub use model::Termination;
