//! Lines: what departments got of documents. They never change; what corrects them is lines more.

pub(crate) mod api;
mod model;
mod store;

pub use model::{Action, Line};
pub use store::{Dimension, LineFilter, Lines, Sum};
