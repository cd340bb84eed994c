//! Organisations that the ERP provisions: a tenant, its domain at the mail service, and its first administrator.

pub(crate) mod api;
pub(crate) mod claim;
mod plan;
mod request;
mod response;
pub(crate) mod saga;
