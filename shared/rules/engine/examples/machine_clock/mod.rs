//! The clock of the machine that an example runs on.

use std::time::{Duration, Instant};

use async_trait::async_trait;

/// Measures from its own start; the time of day is 1970.
pub struct MachineClock(pub Instant);

#[async_trait]
impl edge_capabilities::Clock for MachineClock {
    fn now(&self) -> edge_capabilities::Timestamp {
        edge_capabilities::Timestamp::from_millis(0)
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    async fn sleep(&self, _: Duration) {}
}
