//! Consents: people are sent to the provider's page, and come back from it with a code.

pub(crate) mod api;
mod model;
mod page;
mod redemption;
mod store;

pub(crate) use store::Consents;
