//! Contacts: people whom a tenant writes to.

pub(crate) mod api;
mod erasure;
pub(crate) mod fields;
mod model;
mod request;
mod response;
mod store;

pub(crate) use erasure::{Erased, Erasures};
pub use model::{Attributes, Contact};
pub use store::Contacts;
pub(crate) use store::OF_TENANT;
