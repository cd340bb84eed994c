//! The domain's capabilities, bound to Spin. A component is a router over these.
//!
//! An instance serves several requests at once, each a task of the component model with an executor of its own. A task
//! that waits for nothing but another task of its instance (an async lock, a channel) has nothing that could wake it:
//! `wit-bindgen` traps, and the instance dies with all its requests. So no request ever waits for another except by
//! the clock: shared handles are opened by whoever comes first, and whoever waits for another's work looks again after
//! a moment. (`wit-bindgen` has a feature that would allow such waiting; it costs two more calls into the host for
//! each time a request sleeps.)

mod database;
mod gate;
mod http;
mod key_value;
mod missing;
mod serving;
mod small;

use std::sync::Arc;

pub use axum::Router;
pub use edge_capabilities::Capabilities;
use edge_capabilities::http::Bounded;
pub use serving::serve;
pub use spin_sdk::wasip3;

/// The most calls to one upstream that are under way at once, of one instance. A request makes one at a time, and an
/// instance has 16 requests and what they left to be done behind their answers.
const MAX_CALLS: usize = 32;

/// Everything the domain needs, from Spin. One set for each instance: it keeps the handles that were opened.
pub fn capabilities() -> Capabilities {
    let config = Arc::new(small::Variables);
    let clock = Arc::new(small::HostClock);
    Capabilities {
        background: Arc::new(small::Spawn),
        cache: Arc::new(key_value::Cache::default()),
        clock: clock.clone(),
        config: config.clone(),
        http: Arc::new(Bounded::new(Arc::new(http::Outbound::new(clock)), MAX_CALLS)),
        log: Arc::new(small::StandardError),
        random: Arc::new(small::HostRandom),
        db: Arc::new(database::Db::new(config)),
    }
}

/// The clock, chance, the log and the variables, from Spin, for a component that has no store and calls no upstream.
pub fn without_stores() -> Capabilities {
    let missing = Arc::new(missing::Missing);
    Capabilities {
        background: Arc::new(small::Spawn),
        cache: missing.clone(),
        clock: Arc::new(small::HostClock),
        config: Arc::new(small::Variables),
        http: missing.clone(),
        log: Arc::new(small::StandardError),
        random: Arc::new(small::HostRandom),
        db: missing,
    }
}
