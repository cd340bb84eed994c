//! Amendments: immutable versions of what is agreed on.

pub(crate) mod api;
mod diff;
mod model;

pub use diff::Difference;
pub(crate) use diff::differences;
pub use model::{Amendment, AmendmentPreview, AmendmentStatus};
