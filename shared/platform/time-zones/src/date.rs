//! Days of the calendar, whatever the time zone.

use edge_capabilities::Timestamp;
use edge_database::{Column, DatabaseError, Value};
use jiff::ToSpan as _;
use jiff::civil::Date as CivilDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Zone, parse_date};

/// A day of the calendar, written as `2026-03-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(CivilDate);

impl Date {
    /// The date of this text, from the year 1000 on. (As texts, such dates are in the order of time.)
    pub fn parse(text: &str) -> Option<Self> {
        parse_date(text).filter(|date| date.year() >= 1000).map(Self)
    }

    /// The day that it is in `zone` at `at`.
    pub fn of(at: Timestamp, zone: &Zone) -> Self {
        // Instants past the calendar do not occur: they cannot be parsed either.
        Self(zone.date(at).unwrap_or(CivilDate::MAX))
    }

    /// It, for what jiff does with days.
    pub const fn as_jiff(self) -> CivilDate {
        self.0
    }

    /// When it begins in `zone`; the last instant that there is where that is past the calendar.
    pub fn begins(self, zone: &Zone) -> Timestamp {
        zone.midnight(self.0).unwrap_or(Timestamp::from_millis(i64::MAX))
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

    /// The date `days` earlier; the first that there is where that is before it.
    #[must_use]
    pub fn minus_days(self, days: u32) -> Self {
        Self(self.0.saturating_sub(i64::from(days).days()))
    }

    /// The same day `months` later, or the last of that month where it has no such day: a month after 31 January is 28
    /// February. To count several months on from a day, add them to that day: two months after 31 January is 31 March.
    #[must_use]
    pub fn plus_months(self, months: u32) -> Self {
        Self(self.0.saturating_add(i64::from(months).months()))
    }

    /// How many days later `other` is; negative: how many earlier.
    pub fn days_until(self, other: Self) -> i64 {
        let midnight = jiff::civil::Time::midnight();
        let span = self.0.to_datetime(midnight).duration_until(other.0.to_datetime(midnight));
        span.as_hours() / 24
    }

    /// The first day of its month.
    #[must_use]
    pub fn first_of_month(self) -> Self {
        Self(self.0.first_of_month())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn a_date_is_read_as_it_is_written_or_not_at_all() {
        for text in ["2026-03-31", "2024-02-29", "1000-01-01", "9999-12-31"] {
            assert_eq!(date(text).to_string(), text);
        }
        for text in ["", "2026-3-31", "2026-02-29", "20260331", "2026-03-31T00:00", "0999-01-01", "-0999-1-01"] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
        assert_eq!(date("2028-02-28").plus_days(2), date("2028-03-01"));
        assert_eq!(date("2028-03-01").minus_days(2), date("2028-02-28"));
        assert_eq!(date("9999-12-31").plus_days(2), date("9999-12-31"));
    }

    #[test]
    fn months_are_counted_from_an_anchor_whose_day_is_kept() {
        for (from, months, to) in [
            ("2026-01-31", 1, "2026-02-28"),
            ("2026-01-31", 2, "2026-03-31"),
            ("2027-12-31", 2, "2028-02-29"),
            ("2024-02-29", 12, "2025-02-28"),
            ("2024-02-29", 48, "2028-02-29"),
            ("2026-08-30", 6, "2027-02-28"),
            ("9999-12-31", 1, "9999-12-31"),
        ] {
            assert_eq!(date(from).plus_months(months), date(to), "{from} + {months}");
        }
    }

    #[test]
    fn days_between_dates_are_days_of_the_calendar() {
        for (from, to, days) in [
            ("2026-03-28", "2026-03-30", 2),
            ("2026-01-01", "2027-01-01", 365),
            ("2028-01-01", "2029-01-01", 366),
            ("2026-01-02", "2026-01-01", -1),
            ("1000-01-01", "9999-12-31", 3_287_181),
        ] {
            assert_eq!(date(from).days_until(date(to)), days, "{from} {to}");
        }
        assert_eq!(date("2028-02-29").first_of_month(), date("2028-02-01"));
    }

    #[test]
    fn the_day_that_it_is_is_the_zones() {
        let at = Timestamp::parse("2026-03-31T10:59:59Z").unwrap();
        for (zone, day, begins) in [
            ("Pacific/Auckland", "2026-03-31", "2026-03-30T11:00:00Z"),
            ("Pacific/Kiritimati", "2026-04-01", "2026-03-31T10:00:00Z"),
            ("America/Los_Angeles", "2026-03-31", "2026-03-31T07:00:00Z"),
        ] {
            let zone = Zone::parse(zone).unwrap();
            assert_eq!(Date::of(at, &zone), date(day));
            assert_eq!(date(day).begins(&zone), Timestamp::parse(begins).unwrap(), "{zone:?}");
        }
    }
}
