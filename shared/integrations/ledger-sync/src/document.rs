//! What is to be in the books.
//!
//! * [`model`]: the row of a document; [`store`]: rows in the database.
//! * [`collect`]: finds documents in the edge's records; [`build`]: makes of a row what the provider is sent.
//! * [`journal`]: the journal of a step that was posted.
//! * [`response`], [`api`]: documents over HTTP.

pub(crate) mod api;
mod build;
mod collect;
mod journal;
mod model;
mod response;
mod store;

pub use model::{DocumentRow, DocumentState};

pub(crate) use build::{Builder, Built, Obstacle, Sources};
pub(crate) use collect::Collector;
pub(crate) use model::RemoteColumn;
pub(crate) use response::{DocumentErrorResponse, DryRunResponse};
pub(crate) use store::{Counts, Documents, FoundState};
