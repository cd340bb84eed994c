//! Timestamps, and the clock.

mod lenient;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Datelike as _, SecondsFormat, Timelike as _};
use serde::{Deserialize, Serialize};

/// The first and the last millisecond that RFC 3339 can write: of the years 0 and 9999.
const MIN_MILLIS: i64 = -62_167_219_200_000;
const MAX_MILLIS: i64 = 253_402_300_799_999;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z. Stores keep it as that integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since 1970.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Parses RFC 3339 with any offset. What an offset puts past the year 9999, which RFC 3339 cannot write, is its last
    /// millisecond. None: malformed, or before the year 0.
    pub fn parse(text: &str) -> Option<Self> {
        let at = DateTime::parse_from_rfc3339(text).ok()?.timestamp_millis();
        (at >= MIN_MILLIS).then_some(Self(at.min(MAX_MILLIS)))
    }

    /// Parses the formats of upstreams: RFC 3339, also with a space instead of `T`, a comma instead of the point, an offset
    /// without a colon, or no seconds; without a zone it is UTC, without a time of day midnight. Also seconds or
    /// milliseconds since 1970, up to the year 9999.
    pub fn parse_lenient(text: &str) -> Option<Self> {
        lenient::parse(text)
    }

    /// This time plus `duration`, saturating.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)))
    }

    /// The milliseconds from `earlier` to this time; negative if this time is before it.
    pub fn millis_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// RFC 3339 in UTC. Every response and every line of the log contains timestamps, so the digits are written here: chrono
    /// formats them through its general formatter, which is slower.
    fn to_rfc3339(self, fraction: SecondsFormat) -> String {
        // chrono cannot represent years beyond 262000. They do not occur: they cannot be parsed either.
        let at = DateTime::from_timestamp_millis(self.0).unwrap_or_default();
        let Some(year) = u32::try_from(at.year()).ok().filter(|year| *year <= 9999) else {
            return at.to_rfc3339_opts(fraction, true);
        };
        let mut text = String::with_capacity(24);
        let mut push = |before: &str, number: u32, width: u32| {
            text.push_str(before);
            for place in (0..width).rev() {
                let digit = u8::try_from(number / 10_u32.pow(place) % 10).unwrap_or(0);
                text.push(char::from(b'0' + digit));
            }
        };
        push("", year, 4);
        push("-", at.month(), 2);
        push("-", at.day(), 2);
        push("T", at.hour(), 2);
        push(":", at.minute(), 2);
        push(":", at.second(), 2);
        let millis = at.timestamp_subsec_millis();
        if fraction == SecondsFormat::Millis || millis != 0 {
            push(".", millis, 3);
        }
        text.push('Z');
        text
    }

    /// RFC 3339 in UTC, always with milliseconds: `2024-01-15T10:00:00.120Z`.
    pub fn to_rfc3339_millis(self) -> String {
        self.to_rfc3339(SecondsFormat::Millis)
    }
}

/// RFC 3339 in UTC, with milliseconds only if they are not zero: `2024-02-01T00:00:00Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_rfc3339(SecondsFormat::AutoSi))
    }
}

/// `duration` in whole milliseconds, saturating.
pub fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// The clock.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The time of day.
    fn now(&self) -> Timestamp;

    /// The time since a fixed point, for measuring durations. It never goes back.
    fn elapsed(&self) -> Duration;

    /// Waits.
    async fn sleep(&self, duration: Duration);
}

/// The result of `work`, or None if it takes longer than `timeout`; `work` is then dropped.
pub async fn within<T>(clock: &dyn Clock, timeout: Duration, work: impl Future<Output = T> + Send) -> Option<T> {
    use futures::future::{Either, select};
    // The timer starts only when the work has to wait: most work completes at once.
    let alarm = async { clock.sleep(timeout).await };
    match select(std::pin::pin!(work), std::pin::pin!(alarm)).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(((), _)) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_read_and_written_as_rfc_3339() {
        for (text, written) in [
            ("2024-02-01T00:00:00Z", "2024-02-01T00:00:00Z"),
            ("2024-02-01T05:30:00+05:30", "2024-02-01T00:00:00Z"),
            ("2024-01-15T10:00:00.120Z", "2024-01-15T10:00:00.120Z"),
            ("2024-01-15T10:00:00.123456Z", "2024-01-15T10:00:00.123Z"),
        ] {
            assert_eq!(Timestamp::parse(text).unwrap().to_string(), written);
        }
        assert_eq!(Timestamp::from_millis(0).to_rfc3339_millis(), "1970-01-01T00:00:00.000Z");
        for (text, written) in [
            ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
            ("9999-12-31T23:59:59-05:00", "9999-12-31T23:59:59.999Z"),
            ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"),
        ] {
            assert_eq!(Timestamp::parse(text).unwrap().to_string(), written);
        }
        assert_eq!(Timestamp::parse("0000-01-01T00:00:00+01:00"), None);
        for text in ["", "2024-02-01", "2024-02-01T00:00:00", "yesterday", "2024-13-01T00:00:00Z"] {
            assert_eq!(Timestamp::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn timestamps_are_formatted_as_chrono_formats_them() {
        let mut day = -400_000_i64;
        for step in 0..60_000_i64 {
            // A step of 73 days and odd milliseconds meets every month, leap days among them, up to beyond 9999.
            day += 73;
            let millis = day * 86_400_000 + step * 1_439_999 % 86_400_000;
            for instant in [Timestamp(millis), Timestamp(millis - millis % 1_000), Timestamp(day * 86_400_000 - 1)] {
                let chrono = DateTime::from_timestamp_millis(instant.0).unwrap();
                assert_eq!(instant.to_string(), chrono.to_rfc3339_opts(SecondsFormat::AutoSi, true));
                assert_eq!(instant.to_rfc3339_millis(), chrono.to_rfc3339_opts(SecondsFormat::Millis, true));
            }
        }
        for text in ["2024-02-29T23:59:59.999Z", "2000-02-29T00:00:00Z", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]
        {
            assert_eq!(Timestamp::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn arithmetic_stops_at_the_end_of_time() {
        let end = Timestamp::from_millis(i64::MAX);
        assert_eq!(end.plus(Duration::MAX), end);
        assert_eq!(end.millis_since(Timestamp::from_millis(i64::MIN)), i64::MAX);
        assert!(!end.to_string().is_empty());
    }
}
