//! The domain's capabilities, bound to Spin. A component is a router over these.
//!
//! An instance serves several requests at once, each a task of the component model with its own executor. Nothing can wake
//! a task that waits only for another task of its instance (an async lock, a channel): `wit-bindgen` traps, and the
//! instance dies with all its requests. So no request waits for another except by the clock or by a signal that the host
//! carries ([`edge_capabilities::Signals`]): the first request opens shared handles, and a request that needs the result
//! of another polls for it, or waits for a signal where that takes long. (`wit-bindgen` has a feature that would allow
//! waiting for anything; it costs two more calls into the host each time a request sleeps.)

mod background;
mod clock;
mod config;
mod database;
mod gate;
mod http;
mod key_value;
mod log;
mod missing;
mod random;
mod serving;
mod signal;

use std::sync::Arc;

pub use axum::Router;
pub use edge_capabilities::Capabilities;
use edge_capabilities::http::Bounded;
use edge_capabilities::request::OfRequest;
pub use serving::{Served, serve};
pub use spin_sdk::wasip3;

/// The maximum number of calls in progress from one instance to one upstream. A request makes one call at a time; an
/// instance has 16 requests and their background work.
const MAX_CALLS: usize = 32;

/// All capabilities, from Spin. One set per instance: it keeps the opened handles.
pub fn capabilities() -> Capabilities {
    let config = Arc::new(config::Variables);
    let clock = Arc::new(clock::HostClock);
    let upstreams = Bounded::new(Arc::new(http::Outbound::new(clock.clone())), MAX_CALLS);
    Capabilities {
        background: Arc::new(background::Spawn),
        cache: Arc::new(key_value::Cache::default()),
        clock: clock.clone(),
        config: config.clone(),
        http: Arc::new(OfRequest::new(Arc::new(upstreams), clock)),
        log: Arc::new(log::StandardError),
        random: Arc::new(random::HostRandom),
        signals: Arc::new(signal::StreamSignals),
        db: Arc::new(database::Db::new(config)),
    }
}

/// The clock, randomness, the log and the variables, from Spin, for a component without stores and upstreams.
pub fn without_stores() -> Capabilities {
    let missing = Arc::new(missing::Missing);
    Capabilities {
        background: Arc::new(background::Spawn),
        cache: missing.clone(),
        clock: Arc::new(clock::HostClock),
        config: Arc::new(config::Variables),
        http: missing.clone(),
        log: Arc::new(log::StandardError),
        random: Arc::new(random::HostRandom),
        signals: Arc::new(signal::StreamSignals),
        db: missing,
    }
}
