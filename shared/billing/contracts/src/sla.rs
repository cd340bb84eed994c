//! Service levels: what was reported of them, and the credits.

pub(crate) mod api;
mod model;

pub use model::SlaReport;
pub(crate) use model::{month_text, parse_month};
