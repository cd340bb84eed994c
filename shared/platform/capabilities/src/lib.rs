//! What the domain needs from its environment, as traits. The domain accesses clock, configuration and network only through
//! them, so tests can set the clock and cut the network. Components implement the traits with Spin.

pub mod background;
mod backoff;
pub mod breaker;
pub mod clock;
pub mod config;
pub mod counters;
pub mod database;
pub mod histogram;
pub mod http;
pub mod key_value;
pub mod log;
mod metrics;
pub mod random;
pub mod request;
pub mod short_body;
pub mod signal;
#[cfg(feature = "testing")]
pub mod testing;

use std::sync::Arc;

pub use background::Background;
pub use backoff::backoff;
pub use clock::{Clock, Timestamp};
pub use config::Config;
pub use counters::Counters;
pub use database::Database;
pub use http::Http;
pub use key_value::KeyValue;
pub use log::Log;
pub use metrics::MetricsPage;
pub use random::Random;
pub use signal::Signals;

/// The capabilities that a component gives to the domain.
#[derive(Clone)]
pub struct Capabilities {
    /// Work that continues after the response.
    pub background: Arc<dyn Background>,
    /// State that may be lost at any time without harm.
    pub cache: Arc<dyn KeyValue>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The component's variables.
    pub config: Arc<dyn Config>,
    /// Requests to upstreams.
    pub http: Arc<dyn Http>,
    /// The component's log.
    pub log: Arc<dyn Log>,
    /// Random bytes.
    pub random: Arc<dyn Random>,
    /// Signals between the requests of an instance.
    pub signals: Arc<dyn Signals>,
    /// State that must not be lost.
    pub db: Arc<dyn Database>,
}
