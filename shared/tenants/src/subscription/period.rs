//! What a payment pays for: a period of time.

use edge_capabilities::Instant;
use edge_plans::Cycle;
use serde::{Deserialize, Serialize};

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
