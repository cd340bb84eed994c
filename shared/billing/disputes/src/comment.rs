//! What people write to disputes.

pub(crate) mod api;
mod model;

pub(crate) use model::Comments;
