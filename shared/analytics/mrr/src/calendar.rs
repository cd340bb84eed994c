//! Days and months in a time zone.

use edge_capabilities::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp as Instant, ToSpan as _};

/// A time zone of the IANA database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// The time zone with this name: `Asia/Kolkata`, `UTC`.
    pub fn parse(name: &str) -> Option<Self> {
        TimeZone::get(name).ok().filter(|zone| zone.iana_name().is_some()).map(Self)
    }

    /// Its name, as the IANA database spells it.
    pub fn as_str(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// When `date` begins: at midnight. Where the clocks skip midnight, it begins when they do; where they show midnight
    /// twice, the first time.
    fn midnight(&self, date: Date) -> Option<Timestamp> {
        let ambiguous = self.0.to_ambiguous_timestamp(date.to_datetime(Time::midnight()));
        ambiguous.compatible().ok().map(|at| Timestamp::from_millis(at.as_millisecond()))
    }

    /// When the day begins that is written as `2026-03-01`.
    pub fn parse_date(&self, written: &str) -> Option<Timestamp> {
        let is_date = written.len() == 10 && written.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        if !is_date {
            return None;
        }
        self.midnight(written.parse().ok()?)
    }

    fn date(&self, at: Timestamp) -> Option<Date> {
        Instant::from_millisecond(at.as_millis()).ok().map(|at| self.0.to_datetime(at).date())
    }

    /// The day of `at`, as `2026-03-01`.
    pub fn date_of(&self, at: Timestamp) -> String {
        self.date(at).map_or_else(String::new, |date| date.to_string())
    }
}

/// How long a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Granularity {
    /// A day: 23, 24 or 25 hours.
    Day,
    /// A calendar month.
    Month,
}

impl Granularity {
    /// Its name: `day`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
        }
    }

    /// Reads a name.
    pub fn parse(written: &str) -> Option<Self> {
        [Self::Day, Self::Month].into_iter().find(|granularity| granularity.as_str() == written)
    }
}

/// The periods of a time zone's calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// The time zone.
    pub zone: Zone,
    /// The length of a period.
    pub granularity: Granularity,
}

impl Calendar {
    fn first_date(&self, date: Date) -> Date {
        match self.granularity {
            Granularity::Day => date,
            Granularity::Month => date.first_of_month(),
        }
    }

    /// When the period begins that `at` is in. Outside the calendar's years: `at`.
    pub fn start(&self, at: Timestamp) -> Timestamp {
        let first = self.zone.date(at).map(|date| self.first_date(date));
        first.and_then(|first| self.zone.midnight(first)).unwrap_or(at)
    }

    /// When the period ends that `at` is in: when the next one begins. None: outside the calendar's years.
    pub fn end(&self, at: Timestamp) -> Option<Timestamp> {
        let first = self.first_date(self.zone.date(at)?);
        let next = match self.granularity {
            Granularity::Day => first.checked_add(1.day()),
            Granularity::Month => first.checked_add(1.month()),
        };
        self.zone.midnight(next.ok()?)
    }

    /// The beginnings of the periods in `[from, to)`, and `to`. The first and the last period may be parts of one of the
    /// calendar.
    pub fn boundaries(&self, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
        let (mut boundaries, mut at) = (Vec::new(), from);
        while at < to {
            boundaries.push(at);
            match self.end(at) {
                Some(end) => at = end,
                None => break,
            }
        }
        boundaries.push(to);
        boundaries
    }

    /// Whether a period begins at `at`.
    pub fn is_boundary(&self, at: Timestamp) -> bool {
        self.start(at) == at
    }
}

/// How many months after `earlier` `later` is, by the calendar of `zone`.
pub fn months_apart(zone: &Zone, earlier: Timestamp, later: Timestamp) -> i64 {
    let month = |at| zone.date(at).map_or(0, |date| i64::from(date.year()) * 12 + i64::from(date.month()));
    month(later) - month(earlier)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn calendar(zone: &str, granularity: Granularity) -> Calendar {
        Calendar { zone: Zone::parse(zone).unwrap(), granularity }
    }

    #[test]
    fn a_day_has_as_many_hours_as_the_clocks_show() {
        for (zone, date, hours) in [
            ("UTC", "2026-03-29", 24),
            ("Europe/Berlin", "2026-03-29", 23),
            ("Europe/Berlin", "2026-10-25", 25),
            ("America/New_York", "2026-03-08", 23),
            ("America/New_York", "2026-11-01", 25),
            ("Asia/Kolkata", "2028-02-29", 24),
            // Midnight is skipped.
            ("America/Santiago", "2026-09-06", 23),
        ] {
            let calendar = calendar(zone, Granularity::Day);
            let start = calendar.zone.parse_date(date).unwrap();
            assert_eq!(
                calendar.end(start).unwrap().as_millis() - start.as_millis(),
                hours * 3_600_000,
                "{zone} {date}"
            );
            assert_eq!(calendar.start(calendar.end(start).unwrap().minus_one()), start, "{zone} {date}");
            assert_eq!(calendar.zone.date_of(start), date);
        }
    }

    #[test]
    fn a_month_begins_at_midnight_of_its_first_day_in_the_zone() {
        for (zone, when, start, end) in [
            ("UTC", "2028-02-29T23:59:59.999Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"),
            ("UTC", "2027-02-28T23:59:59.999Z", "2027-02-01T00:00:00Z", "2027-03-01T00:00:00Z"),
            ("Asia/Kolkata", "2026-02-28T18:30:00Z", "2026-02-28T18:30:00Z", "2026-03-31T18:30:00Z"),
            ("Asia/Kolkata", "2026-02-28T18:29:59.999Z", "2026-01-31T18:30:00Z", "2026-02-28T18:30:00Z"),
            ("Europe/Berlin", "2026-03-15T00:00:00Z", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"),
        ] {
            let calendar = calendar(zone, Granularity::Month);
            assert_eq!((calendar.start(at(when)), calendar.end(at(when))), (at(start), Some(at(end))), "{zone} {when}");
        }
    }

    #[test]
    fn a_range_is_cut_at_the_calendars_boundaries() {
        let calendar = calendar("UTC", Granularity::Month);
        let cut = calendar.boundaries(at("2026-01-15T00:00:00Z"), at("2026-03-10T00:00:00Z"));
        let expected = ["2026-01-15", "2026-02-01", "2026-03-01", "2026-03-10"];
        assert_eq!(cut, expected.map(|date| calendar.zone.parse_date(date).unwrap()));
    }

    #[test]
    fn only_dates_of_the_calendar_are_read() {
        for written in ["2026-02-30", "2026-1-01", "20260101", "2026-01-01T00:00", "", "yesterday", "+2026-1-1"] {
            assert_eq!(Zone::UTC.parse_date(written), None, "{written}");
        }
        assert!(Zone::parse("Mars/Olympus").is_none());
        assert!(Zone::parse("+05:30").is_none());
    }

    trait MinusOne {
        fn minus_one(self) -> Self;
    }

    impl MinusOne for Timestamp {
        fn minus_one(self) -> Self {
            Self::from_millis(self.as_millis() - 1)
        }
    }
}
