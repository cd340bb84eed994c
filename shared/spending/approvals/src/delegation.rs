//! Delegations: a person may approve on behalf of another for a time.

pub(crate) mod api;
mod store;

pub use store::{Delegation, Delegations};

pub(crate) use store::LIVE;
