//! SCIM 2.0 (RFC 7643, RFC 7644): the users of a tenant, as its identity provider provisions them. A user who is not
//! active, or is deleted, is no member of the tenant and has no seat.
//!
//! * [`user`]: a user as the provider described it; [`store`]: users in the database.
//! * [`patch`]: the changes of a `PATCH`, as Okta and Entra really send them; [`filter`]: the filters of a list.
//! * [`provisioning`]: what a user's state means for the tenant's members and seats.
//! * [`error`]: errors, in SCIM's shape.
//! * [`discovery`]: what this service can do, for providers that ask.
//! * [`router`]: the HTTP routes.

mod discovery;
mod error;
mod filter;
mod patch;
mod provisioning;
mod router;
mod store;
mod user;

pub use provisioning::ScimRecords;
pub use router::{ApiDoc, router, routes};
