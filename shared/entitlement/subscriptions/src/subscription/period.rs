//! The periods of a subscription: calendar months from an anchor, in UTC.

use chrono::{DateTime, Months, Utc};
use edge_capabilities::Timestamp;
use edge_plans::Cycle;

/// How many times a year `cycle` is paid.
pub(super) const fn payments_per_year(cycle: Cycle) -> i64 {
    match cycle {
        Cycle::Monthly => 12,
        Cycle::Quarterly => 4,
        Cycle::Annual => 1,
    }
}

/// The instant that is one cycle before `end`.
pub(super) fn cycle_before(cycle: Cycle, end: Timestamp) -> Timestamp {
    let start = DateTime::from_timestamp_millis(end.as_millis())
        .and_then(|end| end.checked_sub_months(Months::new(cycle.months())));
    start.map_or(end, |start| Timestamp::from_millis(start.timestamp_millis()))
}

/// The period with `at` in it, of those that begin at `anchor` and follow each other: its beginning and its end, which is
/// not part of it. Each is counted from the anchor: after 31 January come 28 February and 31 March.
pub(super) fn period_at(cycle: Cycle, anchor: Timestamp, at: Timestamp) -> (Timestamp, Timestamp) {
    let Some(from) = DateTime::from_timestamp_millis(anchor.as_millis()) else { return (anchor, anchor) };
    let boundary = |count: u32| -> Option<Timestamp> {
        let end: DateTime<Utc> = from.checked_add_months(Months::new(count.checked_mul(cycle.months())?))?;
        Some(Timestamp::from_millis(end.timestamp_millis()))
    };
    // No month is longer than 31 days, so this many periods have passed at least.
    let passed = at.millis_since(anchor).max(0) / (31 * 86_400_000 * i64::from(cycle.months()));
    let mut count = u32::try_from(passed).unwrap_or(u32::MAX);
    let mut start = boundary(count).unwrap_or(anchor);
    while let Some(end) = count.checked_add(1).and_then(boundary) {
        if at < end {
            return (start, end);
        }
        (count, start) = (count.saturating_add(1), end);
    }
    (start, Timestamp::from_millis(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(&format!("{text}T10:00:00Z")).unwrap()
    }

    #[test]
    fn periods_are_counted_from_the_anchor() {
        use Cycle::{Annual, Monthly, Quarterly};
        for (cycle, anchor, now, from, to) in [
            (Monthly, "2026-01-31", "2026-01-31", "2026-01-31", "2026-02-28"),
            (Monthly, "2026-01-31", "2026-02-28", "2026-02-28", "2026-03-31"),
            (Monthly, "2026-01-31", "2026-04-15", "2026-03-31", "2026-04-30"),
            (Monthly, "2024-01-31", "2024-02-20", "2024-01-31", "2024-02-29"),
            (Monthly, "2020-05-05", "2030-05-04", "2030-04-05", "2030-05-05"),
            (Quarterly, "2025-11-30", "2026-02-27", "2025-11-30", "2026-02-28"),
            (Quarterly, "2025-11-30", "2026-02-28", "2026-02-28", "2026-05-30"),
            (Annual, "2024-02-29", "2025-03-01", "2025-02-28", "2026-02-28"),
            (Annual, "2024-02-29", "2028-02-29", "2028-02-29", "2029-02-28"),
        ] {
            assert_eq!(period_at(cycle, at(anchor), at(now)), (at(from), at(to)), "{cycle:?} {anchor} {now}");
        }
        let before = Timestamp::from_millis(at("2026-01-31").as_millis() - 1);
        assert_eq!(period_at(Monthly, at("2026-01-31"), before).0, at("2026-01-31"));
    }
}
