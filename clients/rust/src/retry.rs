//! How often and when something is tried again.

use std::time::Duration;

use http::HeaderMap;
use http::header::RETRY_AFTER;

/// Retries of checks: so many as not to double the load of an edge that is in trouble.
pub(crate) struct RetryBudget {
    /// Tenths of a retry: each check adds one.
    tenths: u32,
}

impl RetryBudget {
    const RETRY: u32 = 10;
    const MOST: u32 = 10 * Self::RETRY;

    pub(crate) fn new() -> Self {
        Self { tenths: Self::MOST }
    }

    pub(crate) fn count_check(&mut self) {
        self.tenths = (self.tenths + 1).min(Self::MOST);
    }

    /// Whether a check may be retried: then the retry is counted.
    pub(crate) fn take(&mut self) -> bool {
        let left = self.tenths.checked_sub(Self::RETRY);
        self.tenths = left.unwrap_or(self.tenths);
        left.is_some()
    }
}

/// How long to wait before a check is retried.
pub(crate) fn check_delay(random: f64) -> Duration {
    jittered(Duration::from_millis(50), random)
}

/// How long to wait before the feed is asked again after so many failures in a row, at least one.
pub(crate) fn feed_delay(failures: u32, random: f64, retry_after: Option<Duration>) -> Duration {
    const FIRST: Duration = Duration::from_millis(250);
    const MOST: Duration = Duration::from_secs(10);
    let doubled = FIRST.saturating_mul(1 << failures.saturating_sub(1).min(10));
    jittered(doubled.min(MOST), random).max(retry_after.unwrap_or_default())
}

fn jittered(delay: Duration, random: f64) -> Duration {
    delay.mul_f64(random.clamp(0.5, 1.0))
}

/// How long the edge asks to wait: at most a minute. None: it does not say, or in words that are no seconds.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(Duration::from_secs(60)))
}

/// A random factor from 0.5 to 1.
pub(crate) fn random_factor() -> f64 {
    use std::hash::{BuildHasher as _, RandomState};
    // Each RandomState has other keys. This spreads requests, and hides nothing.
    let bits = RandomState::new().hash_one(0) >> 11;
    #[expect(clippy::cast_precision_loss, reason = "53 bits are all that an f64 holds")]
    let fraction = bits as f64 / (1_u64 << 53) as f64;
    0.5 + fraction / 2.0
}
