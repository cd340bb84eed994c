//! Projects: how they are parsed, stored and listed.

pub(crate) mod api;
mod assignment;
mod model;
pub(crate) mod sync;

pub(crate) use model::Project;
