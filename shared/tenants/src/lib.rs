//! Tenants, and what payments make of their subscriptions.
//!
//! * [`plan`]: what the ERP says a plan costs and gives.
//! * [`subscription`]: what follows from what gateways say, in whichever order they say it.
//! * [`tenant`]: a tenant; [`store`] keeps it, [`change`] is what one event does to it in one step.
//! * [`router`]: over HTTP.

mod change;
mod plan;
mod router;
mod store;
mod subscription;
mod tenant;

pub use change::{Applied, Change, Outcome, Task};
pub use plan::{Plan, Terms, Tier, UnreadablePlan};
pub use router::{ApiDoc, router};
pub use store::{NotStored, Tenants};
pub use subscription::{
    Contradiction, Cycle, Effect, Event, History, Paid, PaymentStatus, Period, Standing, Status, Step, What, apply,
};
pub use tenant::{Mode, Tenant};
