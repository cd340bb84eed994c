//! Movements: every change of what is paid and of who has a seat, in one append-only table. What there is now follows from
//! the last of them.
//!
//! There are no transactions of several statements, and a change must hold the limit, be counted and be told of at once. So
//! the movements are not written beside the state: they are the state. Those of one organization and application are
//! numbered without a gap; each holds the sums after it, and the number of the one with the terms that are in force. One
//! statement appends the movements of a change; it was decided on the sums that the last of them holds. Of two changes that
//! were decided on the same state one finds its number taken, adds nothing and is decided anew ([`Movements::append`]).
//! From this follow, on one node or several, on SQLite and on PostgreSQL:
//!
//! * never more seats are live than are purchased, and of the last seat one of fifty callers gets it;
//! * a person or an invited address has one live seat of a subscription, and an organization one live subscription to an
//!   application: both are conditions of the decision, so no partial index has to repeat them;
//! * the movements sum to the state, for nothing else is the state;
//! * an instance that dies leaves a change made or not made, and never half of it. What follows from a change (the fence,
//!   the audit entry) is due until it is noted as done ([`Movements::due`]).

mod batch;
mod history;
mod model;
mod seats;
mod store;
mod subscriptions;

pub use batch::Account;
pub(crate) use batch::Batch;
pub use history::{AccountHistory, AssignedSeats, Cutoff, LevelHistory, RecordedTerms, SubscriptionLevel};
pub use model::{Balance, Movement, MovementKind};
pub(crate) use seats::SeatQuery;
pub use store::Movements;
pub use subscriptions::StoredSubscription;
