//! What the ERP is told of: users, seats, storage and subscriptions of organisations that changed. An event is stored first and
//! sent later, in the order in which an organisation's events were raised, so that whether the ERP answers does not matter to
//! what the event is about.
//!
//! Code that changes something that the ERP bills by raises an event: either with [`ErpEvents::raise`] in a step that may be
//! repeated, or from an outbox of its own. An event's id is made from the fact, so that a fact is told once.

mod event;
mod store;

pub use event::{ErpEvent, EventStatus, EventType, NewErpEvent};
pub use store::{ErpEvents, EventFilter};
