//! Disputes: what is disputed, by whom, and where it stands.

pub(crate) mod api;
mod model;
mod request;
mod response;
mod store;

pub use model::{CardCase, Dispute, DisputeReason, DisputeStatus, Evidence, Subject, SubjectKind};
pub(crate) use model::{Notice, Task};
pub(crate) use request::prose_error;
pub(crate) use response::DisputeResponse;
pub use store::Disputes;
