//! Subscriptions: what an organization pays for, and how that changes.

pub(crate) mod api;
pub(crate) mod change;
mod event;
mod facts;
mod period;
mod plan;
pub(crate) mod purchase;
mod request;
mod response;
mod status;
mod terms;

#[cfg(test)]
pub(crate) use change::WantedChange;
pub use event::{Contradiction, EventKind, SubscriptionEvent, Transition};
pub use facts::{Dated, GatewayFacts, Reported, ReportedStatus};
pub use plan::PlanTerms;
#[cfg(test)]
pub(crate) use plan::testing;
#[cfg(test)]
pub(crate) use purchase::Purchase;
pub use status::Status;
pub use terms::{Checkout, GRACE, GatewayName, Imported, NotImportable, Scheduled, Terms, UnpaidIncrease};
