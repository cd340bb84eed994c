//! Charges: what an entity owes, until it is on an invoice.
//!
//! * [`model`]: a charge; [`store`]: charges in the database; [`api`]: charges over HTTP.

pub(crate) mod api;
mod model;
mod store;

pub use model::{Charge, ChargeSource, NewCharge};
pub use store::Charges;

pub(crate) use store::{EDGE, digest};
