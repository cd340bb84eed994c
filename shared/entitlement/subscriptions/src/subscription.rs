//! Subscriptions: what an organization pays for, and how that changes.

pub(crate) mod api;
mod change;
mod event;
mod facts;
mod period;
mod purchase;
mod request;
mod response;
mod status;
mod terms;

#[cfg(test)]
pub(crate) use change::WantedChange;
pub use event::{Contradiction, EventKind, SubscriptionEvent, Transition};
pub use facts::{Dated, GatewayFacts, Reported, ReportedStatus};
#[cfg(test)]
pub(crate) use purchase::Purchase;
pub use status::Status;
#[cfg(test)]
pub(crate) use terms::testing;
pub use terms::{Checkout, GRACE, GatewayName, Imported, NotImportable, PlanTerms, Scheduled, Terms, UnpaidIncrease};
