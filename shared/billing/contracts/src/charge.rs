//! What contracts charge to entities, and usage that is reported.

pub(crate) mod api;
mod book;
mod usage;

#[cfg(test)]
pub(crate) use book::EntityTerms;
pub(crate) use book::{ChargeBook, EntityBook};
pub use usage::UsageReport;
