//! What the domain needs of the world, as traits. The domain reads no clock, no setting and no socket any other way,
//! so every test can turn the clock and cut the network. Components bind these traits to Spin.

pub mod background;
mod backoff;
pub mod breaker;
pub mod clock;
pub mod config;
pub mod counters;
pub mod database;
pub mod http;
pub mod key_value;
pub mod log;
pub mod random;
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
pub use random::Random;

/// Everything a component hands to the domain.
#[derive(Clone)]
pub struct Capabilities {
    /// Work that goes on after the answer.
    pub background: Arc<dyn Background>,
    /// State that may be lost at any time without harm.
    pub cache: Arc<dyn KeyValue>,
    /// The time, and waiting.
    pub clock: Arc<dyn Clock>,
    /// The component's variables.
    pub config: Arc<dyn Config>,
    /// Upstreams.
    pub http: Arc<dyn Http>,
    /// The component's log.
    pub log: Arc<dyn Log>,
    /// Chance.
    pub random: Arc<dyn Random>,
    /// State that must not be lost.
    pub db: Arc<dyn Database>,
}
