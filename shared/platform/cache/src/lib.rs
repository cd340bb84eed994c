//! Caching: what may be served, for how long, and who fetches it anew.
//!
//! * [`policy`]: the decision what to do with a cached value.
//! * [`single_flight`]: one fetch for all callers that want the same at the same time.

mod policy;
mod single_flight;

pub use policy::{Decision, FenceState, Times, decide};
pub use single_flight::{Follower, Leader, Role, SingleFlight};
