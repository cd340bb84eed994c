//! Days of the calendar in a time zone.

use edge_capabilities::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

/// A time zone of the IANA database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

edge_database::text_column!(Zone);

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

    /// It, for what jiff does with time zones.
    pub fn as_jiff(&self) -> &TimeZone {
        &self.0
    }

    /// The day that it is there at `at`. None: the time is outside the calendar's range.
    pub fn date(&self, at: Timestamp) -> Option<Date> {
        jiff::Timestamp::from_millisecond(at.as_millis()).ok().map(|at| self.0.to_datetime(at).date())
    }

    /// The day of `at`, as `2026-03-01`.
    pub fn date_of(&self, at: Timestamp) -> String {
        self.date(at).map_or_else(String::new, |date| date.to_string())
    }

    /// When `date` begins: at midnight. Where the clocks skip midnight, it begins when they do; where they show midnight
    /// twice, the first time.
    pub fn midnight(&self, date: Date) -> Option<Timestamp> {
        let ambiguous = self.0.to_ambiguous_timestamp(date.to_datetime(Time::midnight()));
        ambiguous.compatible().ok().map(|at| Timestamp::from_millis(at.as_millisecond()))
    }

    /// When the day begins that is written as `2026-03-01`.
    pub fn parse_date(&self, written: &str) -> Option<Timestamp> {
        parse_date(written).and_then(|date| self.midnight(date))
    }
}

/// The date that is written as `2026-03-01`, and in no other way.
pub fn parse_date(written: &str) -> Option<Date> {
    let is_date = written.len() == 10 && written.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    written.parse().ok().filter(|_| is_date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_one_of_the_iana_database() {
        for (name, known) in [
            ("Asia/Kolkata", Some("Asia/Kolkata")),
            ("UTC", Some("UTC")),
            ("Mars/Olympus", None),
            ("", None),
            ("+05:30", None),
        ] {
            assert_eq!(Zone::parse(name).as_ref().map(Zone::as_str), known, "{name}");
        }
    }

    #[test]
    fn only_dates_of_the_calendar_are_read() {
        for written in ["2026-02-30", "2026-1-01", "20260101", "2026-01-01T00:00", "", "yesterday", "+2026-1-1"] {
            assert_eq!(Zone::UTC.parse_date(written), None, "{written}");
        }
    }

    #[test]
    fn a_day_begins_at_midnight_or_when_the_clocks_skip_it() {
        for (zone, date, begins) in [
            ("UTC", "2026-03-29", "2026-03-29T00:00:00Z"),
            ("Asia/Kolkata", "2026-03-01", "2026-02-28T18:30:00Z"),
            ("America/Santiago", "2026-09-06", "2026-09-06T04:00:00Z"),
        ] {
            let zone = Zone::parse(zone).unwrap();
            let at = zone.parse_date(date).unwrap();
            assert_eq!((at, zone.date_of(at).as_str()), (Timestamp::parse(begins).unwrap(), date));
        }
    }
}
