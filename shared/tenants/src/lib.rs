//! Tenants, and what payments make of their subscriptions.
//!
//! * [`subscription`]: what follows from what gateways say, in whichever order they say it.
//! * [`tenant`]: a tenant; [`store`] keeps it, [`change`] is what one event does to it in one step.
//! * [`router`]: over HTTP.

mod change;
mod router;
mod store;
mod subscription;
mod tenant;

pub use change::{Applied, Change, Outcome, Task};
pub use edge_plans::{Cycle, Ordered, Plan, Terms, Tier, UnreadablePlan};
pub use router::{ApiDoc, router};
pub use store::{NotStored, Tenants};
pub use subscription::{
    Contradiction, Effect, Event, History, Paid, PaymentStatus, Period, Standing, Status, Step, What, apply,
};
pub use tenant::{Mode, Tenant};
