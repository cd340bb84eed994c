//! Webhooks: verified, stored before they are acknowledged, and taken into effect once.
//!
//! * [`event`], [`inbox`]: what gateways sent; each event is there once.
//! * [`matter`]: what an event is about, [`owner`]: and whose it is; [`processing`]: from a stored event to its effect.
//! * [`messages`]: what it says to people.
//! * [`drain`]: whatever was left undone, and what is old.
//! * [`answers`]: what gateways are told.
//! * [`endpoints`]: addresses of single organisations.
//! * [`payments`]: what came in, for those who hold books against it.
//! * [`router`]: over HTTP; [`metrics`] for operators.

mod answers;
mod drain;
mod endpoints;
mod event;
mod inbox;
mod matter;
mod messages;
mod metrics;
mod owner;
mod payments;
mod processing;
mod router;
mod settings;

pub use payments::{Payment, Payments};
pub use router::{ApiDoc, router};
