//! The periods of a budget: months, quarters or years of the calendar, in the budget's time zone.

use edge_capabilities::Timestamp;
use edge_time_zones::Zone;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The length of a budget's period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = BudgetPeriod)]
pub enum PeriodLength {
    /// A calendar month.
    Monthly,
    /// Three months, beginning in January, April, July or October.
    Quarterly,
    /// A calendar year.
    Yearly,
}

impl PeriodLength {
    /// The length as text: `monthly`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Monthly => "monthly",
            Self::Quarterly => "quarterly",
            Self::Yearly => "yearly",
        }
    }

    /// The length with this text.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Monthly, Self::Quarterly, Self::Yearly].into_iter().find(|length| length.as_str() == text)
    }

    const fn months(self) -> i32 {
        match self {
            Self::Monthly => 1,
            Self::Quarterly => 3,
            Self::Yearly => 12,
        }
    }
}

/// The days in `zone` from that of `from` to that of `to`, each with its end.
pub(crate) fn days_between(zone: &Zone, from: Timestamp, to: Timestamp) -> Vec<(String, Timestamp)> {
    let mut days = Vec::new();
    let mut date = zone.date(from);
    while let Some(day) = date {
        date = day.tomorrow().ok();
        let Some(end) = date.and_then(|next| zone.midnight(next)) else { break };
        days.push((day.to_string(), end));
        if end > to {
            break;
        }
    }
    days
}

/// A period of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    length: PeriodLength,
    /// Its first month, counted from January of the year 0.
    month: i32,
}

impl Period {
    /// The period that `at` is in. None: the time is outside the calendar's range.
    pub fn of(length: PeriodLength, at: Timestamp, zone: &Zone) -> Option<Self> {
        let date = zone.date(at)?;
        let month = i32::from(date.year()).checked_mul(12)?.checked_add(i32::from(date.month()).checked_sub(1)?)?;
        let first = month.checked_sub(month.rem_euclid(length.months()))?;
        (date.year() >= 0).then_some(Self { length, month: first })
    }

    /// Its name: `2024-02`, `2024-Q1`, `2024`. The name of a later period sorts after that of an earlier one.
    pub fn label(self) -> String {
        let (year, month) = (self.month.div_euclid(12), self.month.rem_euclid(12));
        match self.length {
            PeriodLength::Monthly => format!("{year:04}-{:02}", month.saturating_add(1)),
            PeriodLength::Quarterly => format!("{year:04}-Q{}", month.div_euclid(3).saturating_add(1)),
            PeriodLength::Yearly => format!("{year:04}"),
        }
    }

    /// The period after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self { month: self.month.saturating_add(self.length.months()), ..self }
    }

    /// When it begins.
    pub fn begins(self, zone: &Zone) -> Option<Timestamp> {
        let year = i16::try_from(self.month.div_euclid(12)).ok()?;
        let month = i8::try_from(self.month.rem_euclid(12).checked_add(1)?).ok()?;
        zone.midnight(Date::new(year, month, 1).ok()?)
    }

    /// When it ends, which is when the next begins.
    pub fn ends(self, zone: &Zone) -> Option<Timestamp> {
        self.next().begins(zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn a_period_is_one_of_the_calendar_where_the_budget_is() {
        for (length, zone, when, label, begins, ends) in [
            // Month ends, also of a leap year.
            (
                PeriodLength::Monthly,
                "UTC",
                "2024-02-29T23:59:59.999Z",
                "2024-02",
                "2024-02-01T00:00:00Z",
                "2024-03-01T00:00:00Z",
            ),
            (
                PeriodLength::Monthly,
                "UTC",
                "2024-03-01T00:00:00Z",
                "2024-03",
                "2024-03-01T00:00:00Z",
                "2024-04-01T00:00:00Z",
            ),
            (
                PeriodLength::Monthly,
                "UTC",
                "2023-02-28T23:59:59Z",
                "2023-02",
                "2023-02-01T00:00:00Z",
                "2023-03-01T00:00:00Z",
            ),
            (
                PeriodLength::Monthly,
                "UTC",
                "2026-01-31T12:00:00Z",
                "2026-01",
                "2026-01-01T00:00:00Z",
                "2026-02-01T00:00:00Z",
            ),
            (
                PeriodLength::Monthly,
                "UTC",
                "2100-02-28T23:59:59Z",
                "2100-02",
                "2100-02-01T00:00:00Z",
                "2100-03-01T00:00:00Z",
            ),
            // The zone's own midnight.
            (
                PeriodLength::Monthly,
                "Asia/Kolkata",
                "2024-02-29T18:29:59Z",
                "2024-02",
                "2024-01-31T18:30:00Z",
                "2024-02-29T18:30:00Z",
            ),
            (
                PeriodLength::Monthly,
                "Asia/Kolkata",
                "2024-02-29T18:30:00Z",
                "2024-03",
                "2024-02-29T18:30:00Z",
                "2024-03-31T18:30:00Z",
            ),
            (
                PeriodLength::Yearly,
                "Pacific/Kiritimati",
                "2025-12-31T10:00:00Z",
                "2026",
                "2025-12-31T10:00:00Z",
                "2026-12-31T10:00:00Z",
            ),
            (
                PeriodLength::Yearly,
                "America/Los_Angeles",
                "2026-01-01T07:59:59Z",
                "2025",
                "2025-01-01T08:00:00Z",
                "2026-01-01T08:00:00Z",
            ),
            // DST begins within it, so it is an hour shorter; and ends within it, so it is an hour longer.
            (
                PeriodLength::Monthly,
                "America/New_York",
                "2026-03-15T00:00:00Z",
                "2026-03",
                "2026-03-01T05:00:00Z",
                "2026-04-01T04:00:00Z",
            ),
            (
                PeriodLength::Monthly,
                "America/New_York",
                "2026-11-01T05:30:00Z",
                "2026-11",
                "2026-11-01T04:00:00Z",
                "2026-12-01T05:00:00Z",
            ),
            (
                PeriodLength::Quarterly,
                "Europe/Berlin",
                "2026-03-31T22:30:00Z",
                "2026-Q2",
                "2026-03-31T22:00:00Z",
                "2026-06-30T22:00:00Z",
            ),
            (
                PeriodLength::Quarterly,
                "Europe/Berlin",
                "2026-03-31T21:59:59Z",
                "2026-Q1",
                "2025-12-31T23:00:00Z",
                "2026-03-31T22:00:00Z",
            ),
            (
                PeriodLength::Quarterly,
                "UTC",
                "2024-12-31T23:59:59Z",
                "2024-Q4",
                "2024-10-01T00:00:00Z",
                "2025-01-01T00:00:00Z",
            ),
            // The clocks skip midnight of the first: it begins at one o'clock.
            (
                PeriodLength::Monthly,
                "America/Asuncion",
                "2023-10-01T04:00:00Z",
                "2023-10",
                "2023-10-01T04:00:00Z",
                "2023-11-01T03:00:00Z",
            ),
            (
                PeriodLength::Monthly,
                "America/Asuncion",
                "2023-10-01T03:59:59Z",
                "2023-09",
                "2023-09-01T04:00:00Z",
                "2023-10-01T04:00:00Z",
            ),
            // They show midnight of the first twice: it begins the first time.
            (
                PeriodLength::Monthly,
                "America/Havana",
                "2026-11-01T04:00:00Z",
                "2026-11",
                "2026-11-01T04:00:00Z",
                "2026-12-01T05:00:00Z",
            ),
            (
                PeriodLength::Monthly,
                "America/Havana",
                "2026-11-01T05:30:00Z",
                "2026-11",
                "2026-11-01T04:00:00Z",
                "2026-12-01T05:00:00Z",
            ),
            (
                PeriodLength::Yearly,
                "UTC",
                "2024-02-29T00:00:00Z",
                "2024",
                "2024-01-01T00:00:00Z",
                "2025-01-01T00:00:00Z",
            ),
        ] {
            let zone = Zone::parse(zone).unwrap();
            let period = Period::of(length, at(when), &zone).unwrap();
            let found = (period.label(), period.begins(&zone).unwrap(), period.ends(&zone).unwrap());
            assert_eq!(found, (label.to_owned(), at(begins), at(ends)), "{length:?} {} {when}", zone.as_str());
        }
    }

    /// Through a hundred years in zones of all kinds: each instant is in one period, and they follow one another.
    #[test]
    fn periods_follow_one_another_without_a_gap() {
        for zone in
            ["UTC", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Sao_Paulo"]
        {
            let zone = Zone::parse(zone).unwrap();
            for length in [PeriodLength::Monthly, PeriodLength::Quarterly, PeriodLength::Yearly] {
                let mut period = Period::of(length, at("1999-12-31T23:00:00Z"), &zone).unwrap();
                while period.label().as_str() < "2100" {
                    let (begins, ends) = (period.begins(&zone).unwrap(), period.ends(&zone).unwrap());
                    assert!(begins < ends && period.label() < period.next().label());
                    for inside in [begins, Timestamp::from_millis(ends.as_millis() - 1)] {
                        assert_eq!(Period::of(length, inside, &zone), Some(period), "{} {inside}", zone.as_str());
                    }
                    period = period.next();
                }
            }
        }
    }

    #[test]
    fn days_end_when_the_next_begin() {
        let zone = Zone::parse("America/New_York").unwrap();
        let days = days_between(&zone, at("2026-03-07T05:00:00Z"), at("2026-03-09T03:00:00Z"));
        let ends = [at("2026-03-08T05:00:00Z"), at("2026-03-09T04:00:00Z")];
        assert_eq!(days, [("2026-03-07".to_owned(), ends[0]), ("2026-03-08".to_owned(), ends[1])]);
    }
}
