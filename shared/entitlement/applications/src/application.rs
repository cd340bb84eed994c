//! Applications.

pub(crate) mod api;
pub(crate) mod model;
pub(crate) mod request;
pub(crate) mod store;
