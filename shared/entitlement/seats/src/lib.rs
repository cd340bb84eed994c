//! Seat verification: who has a seat, answered from what is known, never against what was revoked.
//!
//! * [`subject`]: whom a check is about.
//! * [`standing`]: what the ERP says; [`directory`] asks it.
//! * [`seat_access`]: the rule by which that grants access.
//! * [`verdict`]: what is known, and how long it may be used.
//! * [`fence`], [`names`], [`payments`], [`invalidation`]: what was revoked stays revoked; [`fence_record`],
//!   [`reconciliation`]: also when the cache is rolled back.
//! * [`flight`]: one question to the ERP for all who want to know the same.
//! * [`strangers`]: what made-up names may leave behind.
//! * [`verification`]: all of these together.
//! * [`router`]: over HTTP.

mod directory;
mod fence;
mod fence_record;
mod flight;
mod invalidation;
mod names;
mod payments;
mod reconciliation;
mod router;
mod seat_access;
mod settings;
mod standing;
mod strangers;
mod subject;
#[cfg(test)]
mod testing;
mod verdict;
mod verification;

pub use directory::UpstreamFailure;
pub use invalidation::{Invalidation, Unreachable};
pub use router::{ApiDoc, NO_VERDICT, VERDICTS, router, router_with};
pub use seat_access::{AccessDecision, Reason, SeatAccess, SeatFacts, ShippedSeatAccess};
pub use standing::{Answer, ErpSeat, SeatStatus, SubscriptionStatus};
pub use subject::{Alias, Id, InvalidId, Subject};
pub use verdict::{Seat, Source, Verdict};
pub use verification::{Unverifiable, Verification};
