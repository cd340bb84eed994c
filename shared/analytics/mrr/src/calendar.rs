//! Days and months in a time zone.

use edge_capabilities::Timestamp;
use edge_time_zones::Zone;
use jiff::ToSpan as _;
use jiff::civil::Date;

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

    trait MinusOne {
        fn minus_one(self) -> Self;
    }

    impl MinusOne for Timestamp {
        fn minus_one(self) -> Self {
            Self::from_millis(self.as_millis() - 1)
        }
    }
}
