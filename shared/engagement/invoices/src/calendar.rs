//! The clock on the wall of a time zone.

use edge_capabilities::Timestamp;
use edge_time_zones::{Date, Zone};
use jiff::civil::Time;

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

    /// When the clocks in `zone` show this time on `date`. Where they skip it, it is the first instant after; where they show
    /// it twice, the first of the two.
    pub fn on(self, date: Date, zone: &Zone) -> Timestamp {
        zone.when(date.as_jiff().to_datetime(self.0)).unwrap_or(Timestamp::from_millis(i64::MAX))
    }
}

/// The first instant at which it is `time` on `date` anywhere.
pub(crate) fn earliest_instant(date: Date, time: TimeOfDay) -> Timestamp {
    let line_islands = jiff::tz::Offset::constant(14);
    let at = line_islands.to_timestamp(date.as_jiff().to_datetime(time.0));
    Timestamp::from_millis(at.map_or(i64::MAX, jiff::Timestamp::as_millisecond))
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let at = TimeOfDay::parse(time).unwrap().on(Date::parse(date).unwrap(), &Zone::parse(zone).unwrap());
            assert_eq!(at, Timestamp::parse(instant).unwrap(), "{zone} {date} {time}");
            assert!(earliest_instant(Date::parse(date).unwrap(), TimeOfDay::parse(time).unwrap()) <= at);
        }
        for text in ["9:00", "24:00", "09:60", "+9:00", "09.00", ""] {
            assert_eq!(TimeOfDay::parse(text), None, "{text}");
        }
    }
}
