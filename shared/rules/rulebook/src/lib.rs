//! Rules that admins change while the edge runs: versions, activations, decisions.
//!
//! * [`versions`]: scripts, which are never changed; [`activations`]: which version is active, and which were before;
//!   [`publisher`] creates and activates versions; [`audit`]: who did so.
//! * [`active_rules`]: the active versions as an instance caches them; [`generation`]: the number that tells every
//!   instance on its next request, for one key-value read, that a rule may have changed.
//! * [`rulebook`]: decisions; [`pinned`]: several decisions by the same version.
//! * [`decisions`]: recorded decisions; [`decision_log`] writes them; [`masking`] masks their secrets.
//! * [`backtest`]: a version on recorded decisions.
//! * [`seat_access`]: the rule that decides on every request.
//! * [`router`]: the HTTP API, a file for each resource.

mod activations;
mod active_rules;
mod audit;
mod backtest;
mod decision_log;
mod decisions;
mod error;
mod generation;
mod masking;
mod metrics;
mod pinned;
mod publisher;
mod router;
mod rulebook;
mod seat_access;
#[cfg(test)]
mod tests;
mod versions;

pub use activations::{Action, Activation, Current};
pub use edge_rules::{Rule, contract};
pub use error::{PublishError, RuleError, VersionError};
pub use metrics::write_metrics;
pub use pinned::Pinned;
pub use publisher::{Precondition, Publisher};
pub use router::{ApiDoc, router};
pub use rulebook::{Context, Decision, RuleStatus, Rulebook};
pub use seat_access::RuledSeatAccess;
pub use versions::{Actor, Draft, Version};
