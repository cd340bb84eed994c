//! Dates, and the clock on the wall of a time zone.

use edge_capabilities::Timestamp;
use edge_database::{Column, DatabaseError, Value};
use edge_time_zones::{Zone, parse_date};
use jiff::ToSpan as _;
use jiff::civil::Time;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A day of the calendar, written as `2026-03-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(jiff::civil::Date);

impl Date {
    /// The date of this text, from the year 1000 on. (As texts, such dates are in the order of time.)
    pub fn parse(text: &str) -> Option<Self> {
        parse_date(text).filter(|date| date.year() >= 1000).map(Self)
    }

    /// The day that it is in `zone` at `at`.
    pub fn of(at: Timestamp, zone: &Zone) -> Self {
        // Instants past the calendar do not occur: they cannot be parsed either.
        Self(zone.date(at).unwrap_or(jiff::civil::Date::MAX))
    }

    /// When the clocks in `zone` show `time` on this day. Where they skip it, it is the first instant after; where they show
    /// it twice, the first of the two.
    pub fn at(self, time: TimeOfDay, zone: &Zone) -> Timestamp {
        let zone = zone.as_jiff();
        let ambiguous = zone.to_ambiguous_timestamp(self.0.to_datetime(time.0));
        let at = match ambiguous.offset() {
            // The clocks go forward at the instant where the earlier offset ends.
            jiff::tz::AmbiguousOffset::Gap { .. } => {
                let before = ambiguous.earlier();
                before.ok().and_then(|before| zone.following(before).next()).map(|change| change.timestamp())
            }
            _ => ambiguous.compatible().ok(),
        };
        Timestamp::from_millis(at.map_or(i64::MAX, jiff::Timestamp::as_millisecond))
    }

    /// The year.
    pub fn year(self) -> i64 {
        i64::from(self.0.year())
    }

    /// The date `days` later; the last that there is where that is past it.
    #[must_use]
    pub fn plus_days(self, days: u32) -> Self {
        Self(self.0.saturating_add(i64::from(days).days()))
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Column for Date {
    fn to_value(&self) -> Result<Value, DatabaseError> {
        Ok(self.to_string().into())
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        let text = String::from_value(value)?;
        Self::parse(&text).ok_or_else(|| format!("holds {text:?}, which is no date"))
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("must be a date such as 2026-03-31"))
    }
}

/// A time of the day, written as `09:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeOfDay(Time);

impl TimeOfDay {
    /// Nine in the morning.
    pub const NINE: Self = Self(Time::constant(9, 0, 0, 0));

    /// The time of this text.
    pub fn parse(text: &str) -> Option<Self> {
        let is_time = text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
        let (hour, minute) = text.split_once(':').filter(|_| is_time)?;
        Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok().map(Self)
    }
}

/// The first instant at which it is `time` on `date` anywhere.
pub(crate) fn earliest_instant(date: Date, time: TimeOfDay) -> Timestamp {
    let line_islands = jiff::tz::Offset::constant(14);
    let at = line_islands.to_timestamp(date.0.to_datetime(time.0));
    Timestamp::from_millis(at.map_or(i64::MAX, jiff::Timestamp::as_millisecond))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_as_it_is_written_or_not_at_all() {
        for text in ["2026-03-31", "2024-02-29", "1000-01-01", "9999-12-31"] {
            assert_eq!(Date::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "2026-3-31", "2026-02-29", "20260331", "2026-03-31T00:00", "0999-01-01", "-0999-1-01"] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
        assert_eq!(Date::parse("2028-02-28").unwrap().plus_days(2).to_string(), "2028-03-01");
        assert_eq!(Date::parse("9999-12-31").unwrap().plus_days(2).to_string(), "9999-12-31");
    }

    #[test]
    fn a_time_of_day_is_an_instant_of_its_zone() {
        for (zone, date, time, instant) in [
            ("UTC", "2026-03-31", "09:00", "2026-03-31T09:00:00Z"),
            ("Pacific/Auckland", "2026-03-31", "09:00", "2026-03-30T20:00:00Z"),
            ("America/Los_Angeles", "2026-03-31", "09:00", "2026-03-31T16:00:00Z"),
            // Clocks go forward from 02:00 to 03:00: a skipped time is when they do.
            ("America/New_York", "2026-03-08", "02:30", "2026-03-08T07:00:00Z"),
            ("America/New_York", "2026-03-08", "03:00", "2026-03-08T07:00:00Z"),
            // Clocks go back from 02:00 to 01:00: the first of two.
            ("America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30:00Z"),
            ("Pacific/Kiritimati", "2026-01-01", "00:00", "2025-12-31T10:00:00Z"),
        ] {
            let at = Date::parse(date).unwrap().at(TimeOfDay::parse(time).unwrap(), &Zone::parse(zone).unwrap());
            assert_eq!(at, Timestamp::parse(instant).unwrap(), "{zone} {date} {time}");
            assert!(earliest_instant(Date::parse(date).unwrap(), TimeOfDay::parse(time).unwrap()) <= at);
        }
        for text in ["9:00", "24:00", "09:60", "+9:00", "09.00", ""] {
            assert_eq!(TimeOfDay::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_day_that_it_is_is_the_zones() {
        let at = Timestamp::parse("2026-03-31T10:59:59Z").unwrap();
        for (zone, date) in [
            ("Pacific/Auckland", "2026-03-31"),
            ("Pacific/Kiritimati", "2026-04-01"),
            ("America/Los_Angeles", "2026-03-31"),
        ] {
            assert_eq!(Date::of(at, &Zone::parse(zone).unwrap()).to_string(), date);
        }
    }
}
