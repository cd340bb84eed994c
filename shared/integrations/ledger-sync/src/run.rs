//! Runs: one for each time that documents are sent.
//!
//! * [`model`]: a run; [`store`]: runs in the database.
//! * [`job`]: the jobs that run them and start them by themselves.
//! * [`response`], [`api`]: runs over HTTP.

pub(crate) mod api;
mod job;
mod model;
mod response;
mod store;

pub use model::{Run, RunStatus};
pub use response::{SyncReport, SyncReports};

pub(crate) use job::{KEEP, KEEP_EVERY, Keeper, SYNC, SyncJob, sync_job};
pub(crate) use store::Runs;
