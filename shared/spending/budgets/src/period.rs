//! For which time a budget holds: a month, a quarter or a year of the calendar in the budget's time zone.

use edge_capabilities::Timestamp;
use jiff::Timestamp as JiffTimestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The length of a budget's period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum BudgetPeriod {
    /// A calendar month.
    Monthly,
    /// Three months, beginning in January, April, July or October.
    Quarterly,
    /// A calendar year.
    Yearly,
}

impl BudgetPeriod {
    /// As it is written: `monthly`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Monthly => "monthly",
            Self::Quarterly => "quarterly",
            Self::Yearly => "yearly",
        }
    }

    /// Reads one as it is written.
    pub fn parse(written: &str) -> Option<Self> {
        [Self::Monthly, Self::Quarterly, Self::Yearly].into_iter().find(|every| every.as_str() == written)
    }

    const fn months(self) -> i32 {
        match self {
            Self::Monthly => 1,
            Self::Quarterly => 3,
            Self::Yearly => 12,
        }
    }
}

/// A time zone of the IANA database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone with this name: `Asia/Kolkata`, `UTC`.
    pub fn parse(name: &str) -> Option<Self> {
        TimeZone::get(name).ok().filter(|zone| zone.iana_name().is_some()).map(Self)
    }

    /// Its name, as the database writes it.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    fn date(&self, at: Timestamp) -> Option<Date> {
        JiffTimestamp::from_millisecond(at.as_millis()).ok().map(|at| at.to_zoned(self.0.clone()).date())
    }

    /// When the day begins: at midnight; where the clocks skip midnight, when they do; where they show it twice, the
    /// first time.
    fn midnight(&self, date: Date) -> Option<Timestamp> {
        let ambiguous = self.0.to_ambiguous_timestamp(date.to_datetime(Time::midnight()));
        ambiguous.compatible().ok().map(|at| Timestamp::from_millis(at.as_millisecond()))
    }

    /// The days from the one of `from` to the one of `to`, each with when it ends.
    pub(crate) fn days(&self, from: Timestamp, to: Timestamp) -> Vec<(String, Timestamp)> {
        let mut days = Vec::new();
        let mut date = self.date(from);
        while let Some(day) = date {
            date = day.tomorrow().ok();
            let Some(end) = date.and_then(|next| self.midnight(next)) else { break };
            days.push((day.to_string(), end));
            if end > to {
                break;
            }
        }
        days
    }
}

/// A period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    every: BudgetPeriod,
    /// Its first month, counted from January of the year 0.
    month: i32,
}

impl Period {
    /// The period that `at` is in. None: it is beyond all calendars.
    pub fn of(every: BudgetPeriod, at: Timestamp, zone: &Zone) -> Option<Self> {
        let date = zone.date(at)?;
        let month = i32::from(date.year()).checked_mul(12)?.checked_add(i32::from(date.month()).checked_sub(1)?)?;
        let first = month.checked_sub(month.rem_euclid(every.months()))?;
        (date.year() >= 0).then_some(Self { every, month: first })
    }

    /// Its name, of which the later sorts behind: `2024-02`, `2024-Q1`, `2024`.
    pub fn label(self) -> String {
        let (year, month) = (self.month.div_euclid(12), self.month.rem_euclid(12));
        match self.every {
            BudgetPeriod::Monthly => format!("{year:04}-{:02}", month.saturating_add(1)),
            BudgetPeriod::Quarterly => format!("{year:04}-Q{}", month.div_euclid(3).saturating_add(1)),
            BudgetPeriod::Yearly => format!("{year:04}"),
        }
    }

    /// The period after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self { month: self.month.saturating_add(self.every.months()), ..self }
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

    fn at(written: &str) -> Timestamp {
        Timestamp::parse(written).unwrap()
    }

    #[test]
    fn a_period_is_one_of_the_calendar_where_the_budget_is() {
        for (every, zone, when, label, begins, ends) in [
            // Month ends, also of a leap year.
            (
                BudgetPeriod::Monthly,
                "UTC",
                "2024-02-29T23:59:59.999Z",
                "2024-02",
                "2024-02-01T00:00:00Z",
                "2024-03-01T00:00:00Z",
            ),
            (
                BudgetPeriod::Monthly,
                "UTC",
                "2024-03-01T00:00:00Z",
                "2024-03",
                "2024-03-01T00:00:00Z",
                "2024-04-01T00:00:00Z",
            ),
            (
                BudgetPeriod::Monthly,
                "UTC",
                "2023-02-28T23:59:59Z",
                "2023-02",
                "2023-02-01T00:00:00Z",
                "2023-03-01T00:00:00Z",
            ),
            (
                BudgetPeriod::Monthly,
                "UTC",
                "2026-01-31T12:00:00Z",
                "2026-01",
                "2026-01-01T00:00:00Z",
                "2026-02-01T00:00:00Z",
            ),
            (
                BudgetPeriod::Monthly,
                "UTC",
                "2100-02-28T23:59:59Z",
                "2100-02",
                "2100-02-01T00:00:00Z",
                "2100-03-01T00:00:00Z",
            ),
            // The zone's own midnight.
            (
                BudgetPeriod::Monthly,
                "Asia/Kolkata",
                "2024-02-29T18:29:59Z",
                "2024-02",
                "2024-01-31T18:30:00Z",
                "2024-02-29T18:30:00Z",
            ),
            (
                BudgetPeriod::Monthly,
                "Asia/Kolkata",
                "2024-02-29T18:30:00Z",
                "2024-03",
                "2024-02-29T18:30:00Z",
                "2024-03-31T18:30:00Z",
            ),
            (
                BudgetPeriod::Yearly,
                "Pacific/Kiritimati",
                "2025-12-31T10:00:00Z",
                "2026",
                "2025-12-31T10:00:00Z",
                "2026-12-31T10:00:00Z",
            ),
            (
                BudgetPeriod::Yearly,
                "America/Los_Angeles",
                "2026-01-01T07:59:59Z",
                "2025",
                "2025-01-01T08:00:00Z",
                "2026-01-01T08:00:00Z",
            ),
            // DST begins within it, so it is an hour shorter; and ends within it, so it is an hour longer.
            (
                BudgetPeriod::Monthly,
                "America/New_York",
                "2026-03-15T00:00:00Z",
                "2026-03",
                "2026-03-01T05:00:00Z",
                "2026-04-01T04:00:00Z",
            ),
            (
                BudgetPeriod::Monthly,
                "America/New_York",
                "2026-11-01T05:30:00Z",
                "2026-11",
                "2026-11-01T04:00:00Z",
                "2026-12-01T05:00:00Z",
            ),
            (
                BudgetPeriod::Quarterly,
                "Europe/Berlin",
                "2026-03-31T22:30:00Z",
                "2026-Q2",
                "2026-03-31T22:00:00Z",
                "2026-06-30T22:00:00Z",
            ),
            (
                BudgetPeriod::Quarterly,
                "Europe/Berlin",
                "2026-03-31T21:59:59Z",
                "2026-Q1",
                "2025-12-31T23:00:00Z",
                "2026-03-31T22:00:00Z",
            ),
            (
                BudgetPeriod::Quarterly,
                "UTC",
                "2024-12-31T23:59:59Z",
                "2024-Q4",
                "2024-10-01T00:00:00Z",
                "2025-01-01T00:00:00Z",
            ),
            // The clocks skip midnight of the first: it begins at one o'clock.
            (
                BudgetPeriod::Monthly,
                "America/Asuncion",
                "2023-10-01T04:00:00Z",
                "2023-10",
                "2023-10-01T04:00:00Z",
                "2023-11-01T03:00:00Z",
            ),
            (
                BudgetPeriod::Monthly,
                "America/Asuncion",
                "2023-10-01T03:59:59Z",
                "2023-09",
                "2023-09-01T04:00:00Z",
                "2023-10-01T04:00:00Z",
            ),
            // They show midnight of the first twice: it begins the first time.
            (
                BudgetPeriod::Monthly,
                "America/Havana",
                "2026-11-01T04:00:00Z",
                "2026-11",
                "2026-11-01T04:00:00Z",
                "2026-12-01T05:00:00Z",
            ),
            (
                BudgetPeriod::Monthly,
                "America/Havana",
                "2026-11-01T05:30:00Z",
                "2026-11",
                "2026-11-01T04:00:00Z",
                "2026-12-01T05:00:00Z",
            ),
            (
                BudgetPeriod::Yearly,
                "UTC",
                "2024-02-29T00:00:00Z",
                "2024",
                "2024-01-01T00:00:00Z",
                "2025-01-01T00:00:00Z",
            ),
        ] {
            let zone = Zone::parse(zone).unwrap();
            let period = Period::of(every, at(when), &zone).unwrap();
            let found = (period.label(), period.begins(&zone).unwrap(), period.ends(&zone).unwrap());
            assert_eq!(found, (label.to_owned(), at(begins), at(ends)), "{every:?} {} {when}", zone.name());
        }
    }

    /// Through a hundred years in zones of all kinds: each instant is in one period, and they follow one another.
    #[test]
    fn periods_follow_one_another_without_a_gap() {
        for zone in
            ["UTC", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Sao_Paulo"]
        {
            let zone = Zone::parse(zone).unwrap();
            for every in [BudgetPeriod::Monthly, BudgetPeriod::Quarterly, BudgetPeriod::Yearly] {
                let mut period = Period::of(every, at("1999-12-31T23:00:00Z"), &zone).unwrap();
                while period.label().as_str() < "2100" {
                    let (begins, ends) = (period.begins(&zone).unwrap(), period.ends(&zone).unwrap());
                    assert!(begins < ends && period.label() < period.next().label());
                    for inside in [begins, Timestamp::from_millis(ends.as_millis() - 1)] {
                        assert_eq!(Period::of(every, inside, &zone), Some(period), "{} {inside}", zone.name());
                    }
                    period = period.next();
                }
            }
        }
    }

    #[test]
    fn a_zone_is_one_of_the_iana_database() {
        for (name, known) in [
            ("Asia/Kolkata", Some("Asia/Kolkata")),
            ("UTC", Some("UTC")),
            ("Mars/Olympus", None),
            ("", None),
            ("+05:30", None),
        ] {
            assert_eq!(Zone::parse(name).as_ref().map(Zone::name), known, "{name}");
        }
    }

    #[test]
    fn days_end_when_the_next_begin() {
        let zone = Zone::parse("America/New_York").unwrap();
        let days = zone.days(at("2026-03-07T05:00:00Z"), at("2026-03-09T03:00:00Z"));
        let ends = [at("2026-03-08T05:00:00Z"), at("2026-03-09T04:00:00Z")];
        assert_eq!(days, [("2026-03-07".to_owned(), ends[0]), ("2026-03-08".to_owned(), ends[1])]);
    }
}
