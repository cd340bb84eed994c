//! What a payment pays for: a period of time.

use std::time::Duration;

use edge_capabilities::Timestamp;
use edge_plans::Cycle;
use serde::{Deserialize, Serialize};

/// For how long a payment pays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// Until when, where the gateway says so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub end: Option<Timestamp>,
    /// How often is paid, where that is known: the period follows what was paid for so far.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cycle: Option<Cycle>,
}

/// For how many years a single payment may pay at most: what says more is no end.
const MAX_YEARS: u32 = 10;

/// How much later than two cycles from now a period may end: trials and free weeks come on top.
const LENIENCY: Duration = Duration::from_hours(31 * 24);

impl Period {
    /// The same, without an end that no payment at `at` can pay until: not after it, or decades away. Zero, a count of
    /// seconds where milliseconds are read, and dates that mean "never" are such.
    #[must_use]
    pub fn possible(self, at: Timestamp) -> Self {
        let latest = (0..MAX_YEARS).fold(at, |end, _| Cycle::Annual.end_from(end));
        Self { end: self.end.filter(|end| *end > at && *end <= latest), ..self }
    }

    /// Its end, unless that is later than what a payment at `at` can pay until where `so_far` was paid before: who pays
    /// for a month has bought a month.
    pub fn end_after(self, so_far: Option<Timestamp>, at: Timestamp) -> Option<Timestamp> {
        // Where nobody says how often is paid, it may be once a year.
        let cycle = self.cycle.unwrap_or(Cycle::Annual);
        let start = so_far.map_or(at, |so_far| so_far.max(at));
        let latest = cycle.end_from(cycle.end_from(start)).plus(LENIENCY);
        self.end.filter(|end| *end <= latest)
    }

    /// Until when is paid for, where it was until `so_far` and the payment came at `at`. Never earlier than `so_far`.
    pub fn extend(self, so_far: Option<Timestamp>, at: Timestamp) -> Timestamp {
        match self.end {
            Some(end) => so_far.map_or(end, |so_far| so_far.max(end)),
            None => {
                let start = so_far.map_or(at, |so_far| so_far.max(at));
                self.cycle.unwrap_or(Cycle::Monthly).end_from(start)
            }
        }
    }

    /// What two reports of one payment say of its period together.
    #[must_use]
    pub fn joined(self, other: Self) -> Self {
        Self { end: self.end.max(other.end), cycle: self.cycle.max(other.cycle) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_that_no_payment_can_pay_until_is_none() {
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let paid = at("2026-01-15T10:00:00Z");
        let ends = |end: &str| Period { end: Some(at(end)), cycle: Some(Cycle::Monthly) }.possible(paid);
        for (end, is_possible) in [
            ("1970-01-01T00:00:00Z", false),
            ("1970-01-21T12:17:36Z", false),
            ("2026-01-15T10:00:00Z", false),
            ("2026-01-15T10:00:01Z", true),
            ("2035-12-31T00:00:00Z", true),
            ("2100-01-01T00:00:00Z", false),
            ("9999-12-31T23:59:59Z", false),
        ] {
            assert_eq!(ends(end).end.is_some(), is_possible, "{end}");
        }
        for (cycle, so_far, end, is_possible) in [
            (Some(Cycle::Monthly), None, "2026-02-15T10:00:00Z", true),
            (Some(Cycle::Monthly), None, "2026-04-15T10:00:00Z", true),
            (Some(Cycle::Monthly), None, "2027-01-15T10:00:00Z", false),
            (Some(Cycle::Monthly), Some("2026-12-15T10:00:00Z"), "2027-01-15T10:00:00Z", true),
            (Some(Cycle::Annual), None, "2027-01-15T10:00:00Z", true),
            (Some(Cycle::Annual), None, "2030-01-15T10:00:00Z", false),
            (None, None, "2027-01-15T10:00:00Z", true),
            (None, None, "2030-01-15T10:00:00Z", false),
        ] {
            let found = Period { end: Some(at(end)), cycle }.end_after(so_far.map(at), paid);
            assert_eq!(found.is_some(), is_possible, "{cycle:?} {so_far:?} {end}");
        }
    }

    #[test]
    fn paid_for_time_only_grows() {
        let instant = Timestamp::from_millis;
        let period = |end: i64| Period { end: Some(instant(end)), cycle: None };
        assert_eq!(period(5).extend(Some(instant(9)), instant(1)), instant(9));
        assert_eq!(period(9).extend(Some(instant(5)), instant(1)), instant(9));
        let month = Cycle::Monthly.end_from(instant(0));
        assert_eq!(Period::default().extend(None, instant(0)), month);
        assert_eq!(Period::default().extend(Some(month), instant(0)), Cycle::Monthly.end_from(month));
    }
}
