//! How often a plan is paid.

use chrono::{DateTime, Months};
use edge_capabilities::Timestamp;
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

    /// As it is written: `monthly`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Monthly => "monthly",
            Self::Quarterly => "quarterly",
            Self::Annual => "annual",
        }
    }

    /// How many months it lasts.
    pub const fn months(self) -> u32 {
        match self {
            Self::Monthly => 1,
            Self::Quarterly => 3,
            Self::Annual => 12,
        }
    }

    /// The end of the period that begins at `start`: the same day, that many months on, or that month's last.
    pub fn end_from(self, start: Timestamp) -> Timestamp {
        let months = Months::new(self.months());
        let end = DateTime::from_timestamp_millis(start.as_millis()).and_then(|start| start.checked_add_months(months));
        end.map_or(start, |end| Timestamp::from_millis(end.timestamp_millis()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cycle_ends_on_the_same_day_or_on_the_months_last() {
        let at = |text| Timestamp::parse(text).unwrap();
        for (cycle, start, end) in [
            (Cycle::Monthly, "2026-01-15T10:00:00Z", "2026-02-15T10:00:00Z"),
            (Cycle::Monthly, "2026-01-31T00:00:00Z", "2026-02-28T00:00:00Z"),
            (Cycle::Quarterly, "2026-11-30T00:00:00Z", "2027-02-28T00:00:00Z"),
            (Cycle::Annual, "2024-02-29T00:00:00Z", "2025-02-28T00:00:00Z"),
        ] {
            assert_eq!(cycle.end_from(at(start)), at(end), "{cycle:?} {start}");
        }
    }
}
