//! The legal entities of a tenant: trees of companies, what they are charged, and one invoice for a whole tree.
//!
//! * [`entity`]: entities, and the trees that they are.
//! * [`charge`]: what an entity is charged.
//! * [`subscription`]: which entity a subscription belongs to, and what it is charged for that.
//! * [`consolidation`]: one draft of an invoice for each currency and terms of a whole tree.
//! * [`hierarchy`]: a tree with its totals and budgets.
//! * [`period`] has months, which invoices are for.
//! * [`untold`]: entries of the audit log that wait in the row that changed.
//! * [`router`]: the routes; the handlers of each resource are in its `api`.

mod charge;
mod consolidation;
mod entity;
mod error;
mod hierarchy;
mod period;
mod relation;
mod router;
mod subscription;
mod untold;

pub use charge::{Charge, ChargeSource, Charges, Deferral, DeferralQuery, NewCharge};
pub use consolidation::{ConsolidatedInvoice, Consolidation, Section};
pub use entity::{Entities, Entity, EntityStatus, MAX_DEPTH};
pub use error::EntityError;
pub use period::zone_of;
pub use relation::RELATIONS;
pub use router::{ApiDoc, jobs, router, routes};
pub use subscription::EntitySubscriptions;
pub use untold::{TELL_EVERY, TellUntold, Untold, UntoldTable};
