//! Tenants, and what payments make of their subscriptions.
//!
//! * [`subscription`]: the state that follows from what gateways say, in whichever order they say it.
//! * [`tenant`]: a tenant; [`store`]: tenants in the database; [`change`]: what one event changes, in one step.
//! * [`members`]: who belongs to a tenant, and with which role; [`people`]: personal data of members; [`erasure`]: its
//!   deletion; [`departures`]: what goes with a member who leaves; [`directory_sync`]: changes of many members at once, as HR has them.
//! * [`external_ids`]: the ids of a tenant in applications.
//! * [`subsidiaries`]: the group's own companies.
//! * [`unreported`]: what the ERP is still to be told of.
//! * [`usage`]: what a tenant uses, and its limits.
//! * [`parties`]: which callers count as one where two have to agree.
//! * [`scoped`]: the tenant that a request acts in.
//! * [`audit`]: what belongs to a tenant's audit log.
//! * [`router`]: the HTTP routes.

mod audit;
mod change;
mod departures;
mod directory;
mod directory_sync;
mod erasure;
mod error;
mod external_ids;
mod members;
mod parties;
mod people;
mod router;
mod scoped;
mod store;
mod subscription;
mod subsidiaries;
mod tenant;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod unreported;
mod usage;

pub use change::{Change, CommitResult, SubscriptionOutcome, Task};
pub use departures::{Departures, MemberRecords};
pub use directory::TenantDirectory;
pub use directory_sync::{DirectoryState, SYNC_ACTOR_PREFIX, SyncOutcome};
pub use edge_access::X_TENANT_ID;
pub use edge_plans::{Cycle, OrderDetails, Plan, TaxRates, Terms, Tier, UnreadablePlan};
pub use error::{ExternalIdError, MemberError, TenantError};
pub use external_ids::{ExternalId, ExternalIds};
pub use members::{Member, Members, MembershipChange, Person};
pub use parties::{Parties, Party};
pub use people::{People, PersonPatch};
pub use router::{ApiDoc, router, router_with, routes};
pub use scoped::{Scoped, TenantHeader};
pub use store::{TenantState, Tenants};
pub use subscription::{
    Contradiction, Effect, Event, History, PaymentStatus, Period, ReportedPayment, Status, Step, SubscriptionEvent,
    SubscriptionState, apply,
};
pub use subsidiaries::{SUBSIDIARIES, Subsidiary};
pub use tenant::{Mode, Tenant};
pub use unreported::{FactKind, MembershipFact, TenantFact, UnreportedFacts};
pub use usage::Usage;
