//! Writes what the edge knows into a tenant's books, each document exactly once: customers, invoices, payments, refunds and
//! journals.
//!
//! * [`books`]: the integrations of tenants, and the clients that speak for them.
//! * [`document`]: what is to be written, and the row of each document, which says what became of it.
//! * [`run`]: runs, which go on from where they were interrupted.
//! * [`worker`]: what a run does: it collects, finds, writes, waits and gives up.
//! * [`throttle`]: no more requests than a provider allows.
//! * [`log`]: what was attempted.
//! * [`error`]: why a document was not written, and what to do about it.
//! * [`router`]: the routes; the handlers of each resource are in its `api`.

mod books;
mod document;
mod error;
mod log;
mod router;
mod run;
mod throttle;
mod worker;

pub use books::{Books, BooksError, Integration, OpenBooks};
pub use document::{DocumentRow, DocumentState};
pub use error::SyncCode;
pub use router::{ApiDoc, jobs, router, routes};
pub use run::{Run, RunStatus, SyncReport, SyncReports};
