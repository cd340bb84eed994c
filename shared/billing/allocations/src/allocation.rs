//! Allocations: which departments share a source, how, and when.

pub(crate) mod api;
mod model;
mod request;
mod response;
mod source;
mod store;

pub use model::{Allocation, AllocationSource, Method};
pub use source::{Source, SourceKind};
pub(crate) use store::AllocationSources;
