//! Caching: what may be served, for how long, and who fetches it anew.
//!
//! * [`policy`]: the decision what to do with a cached value.
//! * [`single_flight`]: one fetch for all callers that want the same at the same time.
//! * [`cache`]: a cache of the values of a source, in memory and in the store that all instances share.

mod cache;
mod policy;
mod single_flight;

pub use cache::{Cache, Entry, Memory, Origin, Pause, Source, Waiting};
pub use policy::{Decision, FenceState, Times, decide};
pub use single_flight::{Leader, SingleFlight};
