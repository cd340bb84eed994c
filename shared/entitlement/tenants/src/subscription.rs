//! A tenant's subscription, as gateways report it: late, doubled, in any order.
//!
//! The order in which events arrive decides nothing. What they report is kept as [`facts`], each with the time at which it
//! happened, and the state of the subscription follows from all facts in the order of those times ([`state`]). So any order
//! of arrival, with any doubles, leads to the same state: that of the true history. [`apply`] applies one more event, and
//! says what has to be done about it.

mod apply;
mod facts;
mod period;
mod renewal;
mod state;

pub use apply::{Contradiction, Effect, Event, Step, apply};
pub use facts::{History, ReportedPayment, SubscriptionEvent};
pub use period::Period;
pub use renewal::{RENEWAL_NOTICE, renewal_event};
pub(crate) use renewal::{TELL_RENEWALS, TELL_RENEWALS_EVERY, TellRenewals};
pub use state::{PaymentStatus, Status, SubscriptionState};
