//! Departments, and how what is billed is split over them.
//!
//! * [`department`]: departments of a tenant's entities: a tree, with headcounts.
//! * [`allocation`]: which departments share a source, such as a subscription, and when.
//! * [`split`]: the arithmetic of a split.
//! * [`gl_mapping`]: accounts of the general ledger.
//! * [`line`]: the lines of documents that were split, which never change.
//! * [`feed`]: what was billed, followed as it happens.
//! * [`service`]: splitting, posting and reversing.
//! * [`router`]: the routes; the handlers of each resource are in its `api`.

mod allocation;
mod body;
mod department;
mod entity;
mod error;
mod feed;
mod gl_mapping;
mod line;
mod relation;
mod router;
mod service;
mod split;

pub use allocation::{Allocation, AllocationSource, Method, Source, SourceKind};
pub use department::{Department, DepartmentStatus, Departments, Headcount};
pub use error::AllocationError;
pub use gl_mapping::{GlKind, GlMapping, GlMappings};
pub use line::{Action, Dimension, Line, LineFilter, Lines, Sum};
pub use relation::RELATIONS;
pub use router::{ApiDoc, jobs, router, routes};
pub use service::{Allocations, Document, SplitLine, SplitLines};
pub use split::{Part, Share, Split, WHOLE, give_back, largest_remainder, split, split_along};
