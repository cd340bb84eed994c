//! Tenants, and what payments make of their subscriptions.
//!
//! A folder for each resource:
//!
//! * [`tenant`]: tenants, and the tenant that a request acts in; [`organizations`]: tenants, by the name that billing has for
//!   them; [`subsidiaries`]: the group's own companies.
//! * [`subscription`]: the state of a tenant's subscription, which follows from what gateways say, in whichever order.
//! * [`members`]: who belongs to a tenant, with which role; personal data and its deletion.
//! * [`external_ids`]: the ids of a tenant in applications.
//! * [`usage`], [`audit`], [`api_keys`]: of a tenant; [`seat_overrides`]: what payment events say of seats.
//!
//! Beside them:
//!
//! * [`unreported`]: what the ERP is still to be told of.
//! * [`directory`]: users and tenants, for the sender of notifications.
//! * [`parties`]: which callers count as one where two have to agree.
//! * [`router`]: the routes.

mod api_keys;
mod audit;
mod directory;
mod error;
mod external_ids;
mod members;
mod organizations;
mod parties;
mod router;
mod seat_overrides;
mod subscription;
mod subsidiaries;
mod tenant;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod unreported;
mod usage;

pub use directory::TenantDirectory;
pub use edge_access::X_TENANT_ID;
pub use edge_plans::{Cycle, OrderDetails, Plan, TaxRates, Terms, Tier, UnreadablePlan};
pub use error::{ExternalIdError, MemberError, TenantError};
pub use external_ids::{ExternalId, ExternalIdChanges, ExternalIds};
pub use members::{
    Departures, DirectoryState, Member, MemberRecords, Members, MembershipChange, People, Person, PersonPatch,
    SYNC_ACTOR_PREFIX, SyncOutcome,
};
pub use parties::{Parties, Party};
pub use router::{ApiDoc, jobs, router, router_with, routes};
pub use subscription::{
    Contradiction, Effect, Event, History, PaymentStatus, Period, RENEWAL_NOTICE, ReportedPayment, Status, Step,
    SubscriptionEvent, SubscriptionState, apply, renewal_event,
};
pub use subsidiaries::{SUBSIDIARIES, Subsidiary};
pub use tenant::{
    Change, CommitResult, Mode, Scoped, SubscriptionOutcome, Task, Tenant, TenantHeader, TenantState, Tenants,
};
pub use unreported::{FactKind, MembershipFact, TenantFact, UnreportedFacts};
pub use usage::Usage;
