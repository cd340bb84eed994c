//! Subscriptions: what an organization pays for, and how that changes.

mod event;
mod facts;
mod period;
mod proration;
mod status;
mod terms;

pub use event::{Contradiction, EventKind, SubscriptionEvent, Transition};
pub use facts::{Dated, GatewayFacts, Reported, ReportedStatus};
pub use proration::PaidPeriod;
pub use status::Status;
#[cfg(test)]
pub(crate) use terms::testing;
pub use terms::{Checkout, GRACE, GatewayName, PlanTerms, Scheduled, Terms};
