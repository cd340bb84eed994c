//! Rules that admins change live: which version decides, who put it there, what it decided.
//!
//! * [`versions`]: scripts that are made once and never changed; [`activations`]: which of them is in force, and what
//!   was before; [`publishing`] does both, [`audit`] tells who did.
//! * [`turns`], [`in_force`]: how every instance obeys on its next request, for one key-value read.
//! * [`rulebook`]: decisions; [`decisions`], [`journal`], [`masking`]: how they are recorded.
//! * [`pinned`]: a version that somebody holds on to.
//! * [`backtest`]: what a draft would have decided.
//! * [`seat_access`]: the rule that stands in the way of every request.
//! * [`router`]: all of it over HTTP.

mod activations;
mod audit;
mod backtest;
mod decisions;
mod in_force;
mod journal;
mod masking;
mod metrics;
mod pinned;
mod publishing;
mod router;
mod rulebook;
mod seat_access;
#[cfg(test)]
mod tests;
mod turns;
mod versions;

pub use activations::{Action, Activation, Current};
pub use edge_rules::{Rule, contract};
pub use metrics::write_metrics;
pub use pinned::Pinned;
pub use publishing::{Basis, PublishError, Publishing};
pub use router::{ApiDoc, router};
pub use rulebook::{Context, Decision, RuleFailed, RuleStatus, Rulebook, TryFailed};
pub use seat_access::RuledSeatAccess;
pub use versions::{Actor, Draft, Version};
