//! The legal entities of a tenant: trees of companies, what they are charged, and one invoice for a whole tree.
//!
//! * [`entity`]: entities, and the trees that they are.
//! * [`charge`]: what an entity is charged.
//! * [`untold`]: entries of the audit log that wait in the row that changed.
//! * [`router`]: the routes; the handlers of each resource are in its `api`.

mod charge;
mod entity;
mod error;
mod period;
mod router;
mod untold;

pub use charge::{Charge, ChargeSource, Charges, NewCharge};
pub use entity::{Entities, Entity, EntityStatus, MAX_DEPTH};
pub use error::EntityError;
pub use router::{ApiDoc, jobs, router, routes};
