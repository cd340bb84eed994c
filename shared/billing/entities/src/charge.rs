//! Charges: what an entity owes, until it is on an invoice.
//!
//! * [`model`]: a charge; [`store`]: charges in the database; [`deferral`]: what of them is for days to come; [`api`]: charges over HTTP.

pub(crate) mod api;
mod deferral;
mod model;
mod store;

pub use deferral::{Deferral, DeferralQuery};
pub use model::{Charge, ChargeSource, NewCharge};
pub use store::Charges;

pub(crate) use store::{EDGE, digest};
