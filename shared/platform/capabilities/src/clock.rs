//! Time.

mod lenient;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, SecondsFormat};
use serde::{Deserialize, Serialize};

/// A point in time: milliseconds since 1970-01-01T00:00:00Z. Written and read as that integer in stores.
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

    /// Reads RFC 3339, with whichever offset. None: it is not that, or too far away to count in milliseconds.
    pub fn parse(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc3339(text).ok().map(|at| Self(at.timestamp_millis()))
    }

    /// Reads an instant as upstreams write it: RFC 3339, also with a space for the `T`, a comma for the point, an offset
    /// without its colon, no seconds; without a zone it is UTC, and without a time of day midnight; or seconds or
    /// milliseconds since 1970.
    pub fn parse_lenient(text: &str) -> Option<Self> {
        lenient::parse(text)
    }

    /// This instant and `duration`; at the end of time, the end of time.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)))
    }

    /// How long after `earlier` this is; negative if it is before.
    pub fn millis_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    fn written(self, fraction: SecondsFormat) -> String {
        // Every answer and every line of the log has instants, of our days: written the short way.
        if let Some(text) = self.of_our_days(fraction) {
            return text;
        }
        // Years that chrono cannot write do not occur: they cannot be read either.
        DateTime::from_timestamp_millis(self.0).unwrap_or_default().to_rfc3339_opts(fraction, true)
    }

    /// RFC 3339 for 1970 to 9999. The calendar is Howard Hinnant's `civil_from_days`: years begin in March, so that the
    /// leap day is the last of its year.
    fn of_our_days(self, fraction: SecondsFormat) -> Option<String> {
        let millis = u64::try_from(self.0).ok().filter(|millis| *millis < 253_402_300_800_000)?;
        let (days, in_day) = (millis / 86_400_000, millis % 86_400_000);
        let shifted = days.checked_add(719_468)?;
        let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        let mut text = String::with_capacity(24);
        let mut digits = |number: u64, width: u32, before: &str| {
            text.push_str(before);
            for place in (0..width).rev() {
                let digit = u8::try_from(number / 10_u64.pow(place) % 10).unwrap_or(0);
                text.push(char::from(b'0' + digit));
            }
        };
        digits(year, 4, "");
        digits(month, 2, "-");
        digits(day, 2, "-");
        digits(in_day / 3_600_000, 2, "T");
        digits(in_day / 60_000 % 60, 2, ":");
        digits(in_day / 1_000 % 60, 2, ":");
        if fraction == SecondsFormat::Millis || in_day % 1_000 != 0 {
            digits(in_day % 1_000, 3, ".");
        }
        text.push('Z');
        Some(text)
    }

    /// RFC 3339 in UTC, always with milliseconds: `2024-01-15T10:00:00.120Z`.
    pub fn to_rfc3339_millis(self) -> String {
        self.written(SecondsFormat::Millis)
    }
}

/// RFC 3339 in UTC, milliseconds only where there are some: `2024-02-01T00:00:00Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.written(SecondsFormat::AutoSi))
    }
}

/// `duration` in whole milliseconds; the longest there is, where it is longer.
pub fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// The time, and waiting.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The time of day.
    fn now(&self) -> Timestamp;

    /// Time since some fixed point, for measuring how long something took: never goes back.
    fn elapsed(&self) -> Duration;

    /// Waits.
    async fn sleep(&self, duration: Duration);
}

/// What `work` gives, or None if it takes longer than `timeout`; it is dropped then.
pub async fn within<T>(clock: &dyn Clock, timeout: Duration, work: impl Future<Output = T> + Send) -> Option<T> {
    use futures::future::{Either, select};
    // Set only once the work has to wait: most is done at once.
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
    fn instants_are_read_and_written_as_rfc_3339() {
        for (text, written) in [
            ("2024-02-01T00:00:00Z", "2024-02-01T00:00:00Z"),
            ("2024-02-01T05:30:00+05:30", "2024-02-01T00:00:00Z"),
            ("2024-01-15T10:00:00.120Z", "2024-01-15T10:00:00.120Z"),
            ("2024-01-15T10:00:00.123456Z", "2024-01-15T10:00:00.123Z"),
        ] {
            assert_eq!(Timestamp::parse(text).unwrap().to_string(), written);
        }
        assert_eq!(Timestamp::from_millis(0).to_rfc3339_millis(), "1970-01-01T00:00:00.000Z");
        for text in ["", "2024-02-01", "2024-02-01T00:00:00", "yesterday", "2024-13-01T00:00:00Z"] {
            assert_eq!(Timestamp::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn instants_of_our_days_are_written_as_the_calendar_has_them() {
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
