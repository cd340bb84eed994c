//! The group's own companies.

pub(crate) mod api;
mod model;

pub use model::{SUBSIDIARIES, Subsidiary};
