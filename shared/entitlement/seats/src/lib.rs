//! Seat verification: who has a seat, answered from the cache where possible, and never against a revocation.
//!
//! * [`subject`]: the user, organisation and application of a check.
//! * [`seat`]: the answer about a seat; [`erp`]: the request to the ERP's seat endpoint; [`seat_record`]: the edge's own
//!   record, for applications that keep their seats there.
//! * [`seat_access`]: the rule that decides whether an answer grants access.
//! * [`verdict`]: an answer as it is cached, and how long it may be used.
//! * [`fence`], [`organization_names`], [`tenant_facts`], [`invalidation`]: what makes a revocation final.
//!   [`fence_raises`], [`reconciliation`]: the same when the cache is rolled back.
//! * [`leader_election`]: one request to the ERP for all instances that want the same.
//! * [`changes`]: the feed of raised fences, for callers that remember verdicts.
//! * [`lifetime`]: for how long such a caller may use a verdict.
//! * [`token`]: a grant as a signed token, which is checked without asking.
//! * [`unknown_subjects`]: a bound on the entries of invented users.
//! * [`verification`]: a seat check from beginning to end.
//! * [`router`]: the HTTP API.

mod activity;
mod changes;
mod erp;
mod error;
mod fence;
mod fence_raises;
mod invalidation;
mod leader_election;
mod leisure;
mod lifetime;
mod metrics;
mod organization_names;
mod reconciliation;
mod refresh_pause;
mod remembered;
mod router;
mod seat;
mod seat_access;
mod seat_record;
mod settings;
mod subject;
mod tenant_facts;
#[cfg(test)]
mod testing;
mod token;
mod turns;
mod unknown_subjects;
mod verdict;
mod verification;

pub use activity::{ACTIVITY_KEPT, SeatActivity};
pub use error::{ErpError, StorageError, TokenKeyError, VerificationError};
pub use invalidation::Invalidation;
pub use metrics::{verdict_counters, write_metrics};
pub use router::{ApiDoc, ChangesApiDoc, changes_router, router, routes_with};
pub use seat::{SeatLookup, SeatSnapshot, SeatStatus, SubscriptionStatus};
pub use seat_access::{AccessDecision, Reason, SeatAccess, SeatFacts, ShippedSeatAccess};
pub use seat_record::{NoRecord, SeatRecord};
pub use subject::{ExternalOrg, Id, Subject};
pub use token::{PublicKey, TokenKeys, TokenState};
pub use verdict::{Seat, Source, Verdict};
pub use verification::Verification;
