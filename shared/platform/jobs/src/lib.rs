//! The queue of everything that happens later: retries, reminders, syncs, removal of old rows. This crate owns the table
//! `jobs`.
//!
//! * [`JobQueue`] holds the jobs. A job is enqueued once by its kind and key, however often that is repeated; it is claimed
//!   by one worker at a time, and comes back if that worker dies.
//! * [`JobRunner`] claims jobs of the kinds that a component has handlers for, and runs them. A scheduler calls it.
//!
//! A job runs at least once, and may run twice: a worker may die after the work and before the job is removed. So handlers
//! do what may be repeated. A finished job is removed; what came of it is in the tables of the crate that enqueued it.

mod claim;
mod handler;
mod job;
mod queue;
mod runner;

pub use handler::{JobError, JobHandler, JobOutcome, JobResult};
pub use job::{Job, JobKind, JobState, NewJob};
pub use queue::{JobFilter, JobQueue, LEASE};
pub use runner::{Drained, JobRunner};
