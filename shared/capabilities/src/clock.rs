//! Time.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, SecondsFormat};
use serde::{Deserialize, Serialize};

/// A point in time: milliseconds since 1970-01-01T00:00:00Z. Written and read as that integer in stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(i64);

impl Instant {
    /// From milliseconds since 1970.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Reads RFC 3339, with whichever offset. None: it is not that, or too far away to count in milliseconds.
    pub fn parse(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc3339(text).ok().map(|at| Self(at.timestamp_millis()))
    }

    /// This instant and `duration`; at the end of time, the end of time.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }

    /// How long after `earlier` this is; negative if it is before.
    pub fn millis_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    fn written(self, fraction: SecondsFormat) -> String {
        // Years that chrono cannot write do not occur: they cannot be read either.
        DateTime::from_timestamp_millis(self.0).unwrap_or_default().to_rfc3339_opts(fraction, true)
    }

    /// RFC 3339 in UTC, always with milliseconds: `2024-01-15T10:00:00.120Z`.
    pub fn to_rfc3339_millis(self) -> String {
        self.written(SecondsFormat::Millis)
    }
}

/// RFC 3339 in UTC, milliseconds only where there are some: `2024-02-01T00:00:00Z`.
impl fmt::Display for Instant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.written(SecondsFormat::AutoSi))
    }
}

/// The time, and waiting.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The time of day.
    fn now(&self) -> Instant;

    /// Time since some fixed point, for measuring how long something took: never goes back.
    fn elapsed(&self) -> Duration;

    /// Waits.
    async fn sleep(&self, duration: Duration);
}

/// What `work` gives, or None if it takes longer than `patience`; it is dropped then.
pub async fn within<T>(clock: &dyn Clock, patience: Duration, work: impl Future<Output = T> + Send) -> Option<T> {
    use futures::future::{Either, select};
    match select(std::pin::pin!(work), clock.sleep(patience)).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(((), _)) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_and_written_as_rfc_3339() {
        for (text, written) in [
            ("2024-02-01T00:00:00Z", "2024-02-01T00:00:00Z"),
            ("2024-02-01T05:30:00+05:30", "2024-02-01T00:00:00Z"),
            ("2024-01-15T10:00:00.120Z", "2024-01-15T10:00:00.120Z"),
            ("2024-01-15T10:00:00.123456Z", "2024-01-15T10:00:00.123Z"),
        ] {
            assert_eq!(Instant::parse(text).unwrap().to_string(), written);
        }
        assert_eq!(Instant::from_millis(0).to_rfc3339_millis(), "1970-01-01T00:00:00.000Z");
        for text in ["", "2024-02-01", "2024-02-01T00:00:00", "yesterday", "2024-13-01T00:00:00Z"] {
            assert_eq!(Instant::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn arithmetic_stops_at_the_end_of_time() {
        let end = Instant::from_millis(i64::MAX);
        assert_eq!(end.plus(Duration::MAX), end);
        assert_eq!(end.millis_since(Instant::from_millis(i64::MIN)), i64::MAX);
        assert!(!end.to_string().is_empty());
    }
}
