//! What happened to a contract.

pub(crate) mod api;
mod model;

pub(crate) use model::EDGE;
pub use model::{Event, EventKind, Moment};
