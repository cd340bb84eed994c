//! Imports: files of contacts, read by a job a part at a time.
//!
//! A file is kept in the database, cut into parts of whole records, until it is read. Of each part first the contacts are
//! written, then the errors, and at last that the part is done: an instance may die in between, for written again they are the
//! same. A contact that a line makes has an id that follows from the import and the line, so that it is counted as made also
//! by whoever finds it made.

pub(crate) mod api;
mod columns;
mod file;
mod job;
mod model;
mod store;
mod upsert;

pub(crate) use job::{IMPORT, ImportJob, UPKEEP, UPKEEP_EVERY, Upkeep};
pub(crate) use store::Imports;
