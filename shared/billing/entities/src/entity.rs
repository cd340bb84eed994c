//! Entities: the companies of a tenant.
//!
//! * [`model`]: an entity; [`placement`]: with which parent it is billed, and from when on.
//! * [`store`]: entities in the database; [`tree`]: what keeps them trees.
//! * [`request`], [`response`], [`api`]: entities over HTTP.

pub(crate) mod api;
mod model;
mod placement;
mod request;
mod response;
mod store;
mod tree;

pub use model::{Entity, EntityStatus};
pub use store::Entities;
pub use tree::MAX_DEPTH;

pub(crate) use request::is_id;
pub(crate) use response::EntityResponse;

#[cfg(test)]
pub(crate) mod testing;
