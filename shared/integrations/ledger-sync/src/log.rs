//! What was attempted: a row for each attempt at a document.
//!
//! * [`model`]: an entry; [`store`]: entries in the database.
//! * [`api`]: entries over HTTP.

pub(crate) mod api;
mod model;
mod store;

pub(crate) use model::{LogEntry, LogOutcome};
pub(crate) use store::Logs;
