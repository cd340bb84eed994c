//! Plans of applications.

pub(crate) mod api;
pub(crate) mod model;
mod request;
pub(crate) mod store;
