//! Subscriptions of entities: which entity a subscription belongs to, and what it is charged for its periods.
//!
//! * [`model`]: which entity it is, and from when until when; [`store`]: that in the database.
//! * [`periods`]: what the periods of a subscription cost; [`charges`]: the charges for them.
//! * [`api`]: subscriptions of entities over HTTP.

pub(crate) mod api;
mod charges;
mod model;
mod periods;
mod store;

pub use store::EntitySubscriptions;

pub(crate) use charges::{CHARGE_PERIODS, CHARGE_PERIODS_EVERY, ChargePeriods, SubscriptionCharges};
