//! A tenant's subscription, as gateways tell of it: late, doubled, in any order.
//!
//! Nothing is decided by the order in which word arrives. What was said is kept as [`facts`], each with the time at
//! which it happened, and where the subscription stands follows from all facts in the order of those times
//! ([`state`]). So any order of arrival, with any doubles, comes to the same state: that of the true history.
//! [`apply`] takes one more event into account and says what is to be done about it.

mod apply;
mod facts;
mod period;
mod state;

pub use apply::{Contradiction, Effect, Event, Step, apply};
pub use facts::{History, ReportedPayment, SubscriptionEvent};
pub use period::Period;
pub use state::{PaymentStatus, Status, SubscriptionState};
