//! Days of the calendar in a time zone.

mod date;

use edge_capabilities::Timestamp;
use jiff::SignedDuration;
use jiff::civil::{DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};

pub use date::Date;

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
    pub fn date(&self, at: Timestamp) -> Option<jiff::civil::Date> {
        self.local(at).map(DateTime::date)
    }

    /// The day of `at`, as `2026-03-01`.
    pub fn date_of(&self, at: Timestamp) -> String {
        self.date(at).map_or_else(String::new, |date| date.to_string())
    }

    /// When `date` begins: at midnight, as [`Zone::when`] has it.
    pub fn midnight(&self, date: jiff::civil::Date) -> Option<Timestamp> {
        self.when(date.to_datetime(Time::midnight()))
    }

    /// When the clocks there show `local`. Where they skip it: the first instant after the gap. Where they show it twice: the
    /// first time. None: the time is outside the calendar's range.
    pub fn when(&self, local: DateTime) -> Option<Timestamp> {
        let ambiguous = self.0.to_ambiguous_timestamp(local);
        let is_skipped = matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. });
        let mut at = ambiguous.compatible().ok()?;
        if is_skipped {
            // jiff goes as far past the gap as `local` is in it.
            let next = at.checked_add(SignedDuration::from_nanos(1)).ok()?;
            at = self.0.preceding(next).next().map_or(at, |transition| transition.timestamp());
        }
        Some(Timestamp::from_millis(at.as_millisecond()))
    }

    /// What the clocks there show at `at`. None: the time is outside the calendar's range.
    pub fn local(&self, at: Timestamp) -> Option<DateTime> {
        jiff::Timestamp::from_millisecond(at.as_millis()).ok().map(|at| self.0.to_datetime(at))
    }

    /// When the day begins that is written as `2026-03-01`.
    pub fn parse_date(&self, written: &str) -> Option<Timestamp> {
        parse_date(written).and_then(|date| self.midnight(date))
    }
}

/// The date that is written as `2026-03-01`, and in no other way.
pub fn parse_date(written: &str) -> Option<jiff::civil::Date> {
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
    fn a_skipped_time_is_the_first_after_the_gap_and_a_doubled_one_its_first() {
        for (zone, local, at) in [
            ("Europe/Berlin", "2026-03-29T01:59:59", "2026-03-29T00:59:59Z"),
            ("Europe/Berlin", "2026-03-29T02:00:00", "2026-03-29T01:00:00Z"),
            ("Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T01:00:00Z"),
            ("Europe/Berlin", "2026-03-29T03:00:00", "2026-03-29T01:00:00Z"),
            ("Europe/Berlin", "2026-10-25T01:59:59", "2026-10-24T23:59:59Z"),
            ("Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T00:30:00Z"),
            ("Europe/Berlin", "2026-10-25T03:00:00", "2026-10-25T02:00:00Z"),
            // Half an hour.
            ("Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-03T15:30:00Z"),
            ("Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04T14:45:00Z"),
            // A rule after the last year that is listed.
            ("America/New_York", "2126-03-10T02:30:00", "2126-03-10T07:00:00Z"),
            // A whole day.
            ("Pacific/Apia", "2011-12-30T12:00:00", "2011-12-30T10:00:00Z"),
            ("Asia/Kolkata", "2026-03-29T02:30:00", "2026-03-28T21:00:00Z"),
        ] {
            let zone = Zone::parse(zone).unwrap();
            assert_eq!(zone.when(local.parse().unwrap()), Timestamp::parse(at), "{zone:?} {local}");
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
