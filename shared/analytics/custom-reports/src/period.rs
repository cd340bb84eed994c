//! Periods of the calendar: days, weeks from Monday on, months, quarters, years.

use edge_time_zones::Date;

/// The most periods of a report.
pub(crate) const MAX_PERIODS: usize = 1_200;

/// How long a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Granularity {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Granularity {
    pub(crate) const ALL: [Self; 5] = [Self::Day, Self::Week, Self::Month, Self::Quarter, Self::Year];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|granularity| granularity.as_str() == text)
    }

    /// The first day of the period that `date` is in.
    pub(crate) fn first(self, date: Date) -> Date {
        let civil = date.as_jiff();
        let month = u32::try_from(civil.month()).unwrap_or(1).saturating_sub(1);
        match self {
            Self::Day => date,
            Self::Week => date.minus_days(u32::try_from(civil.weekday().to_monday_zero_offset()).unwrap_or_default()),
            Self::Month => date.first_of_month(),
            Self::Quarter => months_before(date.first_of_month(), month % 3),
            Self::Year => months_before(date.first_of_month(), month),
        }
    }

    /// The first day of the period `count` later than the one that begins on `first`.
    pub(crate) fn later(self, first: Date, count: u32) -> Date {
        match self {
            Self::Day => first.plus_days(count),
            Self::Week => first.plus_days(count.saturating_mul(7)),
            Self::Month => first.plus_months(count),
            Self::Quarter => first.plus_months(count.saturating_mul(3)),
            Self::Year => first.plus_months(count.saturating_mul(12)),
        }
    }

    /// The first day of the period before the one that begins on `first`.
    pub(crate) fn before(self, first: Date) -> Date {
        self.first(first.minus_days(1))
    }

    /// The first days of the periods in `[from, to)`; None: they are more than [`MAX_PERIODS`]. The first and the last
    /// period may be parts of one of the calendar.
    pub(crate) fn cut(self, from: Date, to: Date) -> Option<Vec<Date>> {
        let (mut starts, mut at) = (Vec::new(), from);
        while at < to {
            if starts.len() == MAX_PERIODS {
                return None;
            }
            starts.push(at);
            let next = self.later(self.first(at), 1);
            // The calendar ends.
            if next <= at {
                break;
            }
            at = next;
        }
        Some(starts)
    }
}

/// The first of the month `months` before that of `first`, which is the first of a month.
fn months_before(first: Date, months: u32) -> Date {
    (0..months).fold(first, |first, _| first.minus_days(1).first_of_month())
}

/// A range of days that moves with the day on which a report is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moving {
    is_last: bool,
    granularity: Granularity,
}

impl Moving {
    /// Reads `last_month`, `this_quarter`, ….
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (which, length) = text.split_once('_')?;
        let is_last = match which {
            "last" => true,
            "this" => false,
            _ => return None,
        };
        Granularity::parse(length).map(|granularity| Self { is_last, granularity })
    }

    /// The days, from the first to the one after the last, where it is `today`.
    pub(crate) fn on(self, today: Date) -> (Date, Date) {
        let first = self.granularity.first(today);
        if self.is_last { (self.granularity.before(first), first) } else { (first, self.granularity.later(first, 1)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn a_period_begins_where_the_calendar_says() {
        for (granularity, day, first, next) in [
            (Granularity::Day, "2028-02-29", "2028-02-29", "2028-03-01"),
            (Granularity::Week, "2026-11-29", "2026-11-23", "2026-11-30"),
            (Granularity::Week, "2026-11-30", "2026-11-30", "2026-12-07"),
            (Granularity::Week, "2027-01-01", "2026-12-28", "2027-01-04"),
            (Granularity::Month, "2028-02-29", "2028-02-01", "2028-03-01"),
            (Granularity::Quarter, "2026-12-31", "2026-10-01", "2027-01-01"),
            (Granularity::Quarter, "2026-01-01", "2026-01-01", "2026-04-01"),
            (Granularity::Quarter, "2026-06-30", "2026-04-01", "2026-07-01"),
            (Granularity::Year, "2026-12-31", "2026-01-01", "2027-01-01"),
        ] {
            let start = granularity.first(date(day));
            assert_eq!((start, granularity.later(start, 1)), (date(first), date(next)), "{granularity:?} {day}");
        }
    }

    #[test]
    fn a_range_is_cut_at_the_calendar_and_its_ends_may_be_parts() {
        let cut = |granularity: Granularity, from: &str, to: &str| granularity.cut(date(from), date(to));
        let months = cut(Granularity::Month, "2026-01-15", "2026-03-10").unwrap();
        assert_eq!(months, [date("2026-01-15"), date("2026-02-01"), date("2026-03-01")]);
        assert_eq!(cut(Granularity::Year, "2026-01-01", "2026-01-01"), Some(Vec::new()));
        assert_eq!(cut(Granularity::Day, "2020-01-01", "2026-01-01"), None);
        assert_eq!(cut(Granularity::Year, "1000-01-01", "9999-12-31"), None);
        assert_eq!(cut(Granularity::Year, "9990-06-01", "9999-12-31").unwrap().len(), 10);
    }

    #[test]
    fn a_moving_range_follows_the_day() {
        for (text, from, to) in [
            ("last_day", "2026-03-30", "2026-03-31"),
            ("last_week", "2026-03-23", "2026-03-30"),
            ("last_month", "2026-02-01", "2026-03-01"),
            ("last_quarter", "2025-10-01", "2026-01-01"),
            ("last_year", "2025-01-01", "2026-01-01"),
            ("this_month", "2026-03-01", "2026-04-01"),
            ("this_quarter", "2026-01-01", "2026-04-01"),
        ] {
            assert_eq!(Moving::parse(text).unwrap().on(date("2026-03-31")), (date(from), date(to)), "{text}");
        }
        for text in ["last", "next_month", "last_decade", "", "last_month "] {
            assert_eq!(Moving::parse(text), None, "{text}");
        }
    }
}
