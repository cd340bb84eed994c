//! Sync runs: [`model`], [`store`], and the routes in [`api`] and [`drain`].

pub(crate) mod api;
pub(crate) mod drain;
mod model;
mod response;
mod seen;
mod store;

pub(crate) use model::{Change, Counts, Kind, PendingDeactivations, Progress, Run, Status};
pub(crate) use seen::Seen;
pub(crate) use store::Runs;
