//! Renewals, notices and expiries.

pub(crate) mod api;
mod model;

pub(crate) use model::MAX_YEAR;
pub use model::{Notice, Party};
