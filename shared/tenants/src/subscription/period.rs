//! What a payment pays for: a period of time.

use chrono::{DateTime, Months};
use edge_capabilities::Instant;
use serde::{Deserialize, Serialize};

/// How often is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cycle {
    /// Each month.
    Monthly,
    /// Each quarter.
    Quarterly,
    /// Each year.
    Annual,
}

impl Cycle {
    /// Reads a cycle as one of many writes it; None: something else.
    pub fn parse(written: &str) -> Option<Self> {
        match written.to_ascii_lowercase().as_str() {
            "monthly" | "month" => Some(Self::Monthly),
            "quarterly" | "quarter" => Some(Self::Quarterly),
            "annual" | "annually" | "yearly" | "year" => Some(Self::Annual),
            _ => None,
        }
    }

    /// The end of the period that begins at `start`: the same day, that many months on, or that month's last.
    pub fn end_from(self, start: Instant) -> Instant {
        let months = Months::new(match self {
            Self::Monthly => 1,
            Self::Quarterly => 3,
            Self::Annual => 12,
        });
        let end = DateTime::from_timestamp_millis(start.as_millis()).and_then(|start| start.checked_add_months(months));
        end.map_or(start, |end| Instant::from_millis(end.timestamp_millis()))
    }
}

/// For how long a payment pays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// Until when, where the gateway says so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub end: Option<Instant>,
    /// How often is paid, where that is known: the period follows what was paid for so far.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cycle: Option<Cycle>,
}

impl Period {
    /// Until when is paid for, where it was until `so_far` and the payment came at `at`. Never earlier than `so_far`.
    pub fn extend(self, so_far: Option<Instant>, at: Instant) -> Instant {
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
    fn a_cycle_ends_on_the_same_day_or_on_the_months_last() {
        let at = |text| Instant::parse(text).unwrap();
        for (cycle, start, end) in [
            (Cycle::Monthly, "2026-01-15T10:00:00Z", "2026-02-15T10:00:00Z"),
            (Cycle::Monthly, "2026-01-31T00:00:00Z", "2026-02-28T00:00:00Z"),
            (Cycle::Quarterly, "2026-11-30T00:00:00Z", "2027-02-28T00:00:00Z"),
            (Cycle::Annual, "2024-02-29T00:00:00Z", "2025-02-28T00:00:00Z"),
        ] {
            assert_eq!(cycle.end_from(at(start)), at(end), "{cycle:?} {start}");
        }
    }

    #[test]
    fn paid_for_time_only_grows() {
        let instant = Instant::from_millis;
        let period = |end: i64| Period { end: Some(instant(end)), cycle: None };
        assert_eq!(period(5).extend(Some(instant(9)), instant(1)), instant(9));
        assert_eq!(period(9).extend(Some(instant(5)), instant(1)), instant(9));
        let month = Cycle::Monthly.end_from(instant(0));
        assert_eq!(Period::default().extend(None, instant(0)), month);
        assert_eq!(Period::default().extend(Some(month), instant(0)), Cycle::Monthly.end_from(month));
    }
}
