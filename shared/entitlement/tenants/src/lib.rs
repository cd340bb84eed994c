//! Tenants, and what payments make of their subscriptions.
//!
//! * [`subscription`]: what follows from what gateways say, in whichever order they say it.
//! * [`tenant`]: a tenant; [`store`] keeps it, [`change`] is what one event does to it in one step.
//! * [`members`]: who belongs to a tenant, and as what; [`people`], what is known of those; [`erasure`] forgets it;
//!   [`following`]: many of them at once, as HR says.
//! * [`external_ids`]: what applications call a tenant.
//! * [`subsidiaries`]: the group's own companies.
//! * [`usage`]: what a tenant uses of what it may.
//! * [`parties`]: who acts as one where people have to look at each other's doings.
//! * [`scoped`]: the tenant that a request is about.
//! * [`audit`]: who did what.
//! * [`router`]: over HTTP.

mod audit;
mod change;
mod erasure;
mod external_ids;
mod following;
mod members;
mod parties;
mod people;
mod router;
mod scoped;
mod store;
mod subscription;
mod subsidiaries;
mod tenant;
mod usage;

pub use change::{Applied, Change, Outcome, Task};
pub use edge_access::X_TENANT_ID;
pub use edge_plans::{Cycle, Ordered, Plan, TaxRates, Terms, Tier, UnreadablePlan};
pub use external_ids::{ExternalId, ExternalIds, NotSet};
pub use following::{BY_SYNC, Followed, Outcome as FollowOutcome};
pub use members::{Member, Members, Person, Refusal, Wish};
pub use parties::{Parties, Party};
pub use people::{People, Said};
pub use router::{ApiDoc, router, routes};
pub use scoped::{Scoped, TenantHeader};
pub use store::{NotStored, Tenants};
pub use subscription::{
    Contradiction, Effect, Event, History, Paid, PaymentStatus, Period, Status, Step, SubscriptionEvent,
    SubscriptionState, apply,
};
pub use subsidiaries::{SUBSIDIARIES, Subsidiary};
pub use tenant::{Mode, Tenant};
pub use usage::Usage;
