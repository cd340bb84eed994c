//! Organizations: tenants, by the name that billing has for them.

pub(crate) mod api;
mod request;
mod response;
