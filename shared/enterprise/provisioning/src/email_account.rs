//! E-mail accounts that the ERP provisions: a mailbox at the mail service, and a user of the organisation.

pub(crate) mod api;
mod erasure;
mod model;
mod request;
mod response;
pub(crate) mod saga;
pub(crate) mod store;

pub use erasure::EmailAccountRecords;
