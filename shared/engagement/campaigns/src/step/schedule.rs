//! When a step is due. Hours are hours; days and weeks go by the clock on the wall where the contact is.

use std::time::Duration;

use edge_capabilities::Timestamp;
use edge_time_zones::Zone;
use jiff::ToSpan as _;
use jiff::tz::AmbiguousOffset;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a delay counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DelayType {
    /// Hours.
    Hours,
    /// Days: at the same time of the day where the contact is.
    Days,
    /// Weeks, as days.
    Weeks,
}

/// When it is `delay` after `base` in `zone`. A time that clocks skip is the first instant after the gap; of one that they
/// show twice it is the first.
pub(crate) fn due_after(base: Timestamp, delay: u32, kind: DelayType, zone: &Zone) -> Timestamp {
    let days = match kind {
        DelayType::Hours => return base.plus(Duration::from_hours(u64::from(delay))),
        DelayType::Days => i64::from(delay),
        DelayType::Weeks => i64::from(delay).saturating_mul(7),
    };
    if days == 0 {
        return base;
    }
    let roughly = || base.plus(Duration::from_hours(days.unsigned_abs().saturating_mul(24)));
    let zone = zone.as_jiff();
    let Ok(instant) = jiff::Timestamp::from_millisecond(base.as_millis()) else { return roughly() };
    let Ok(local) = zone.to_datetime(instant).checked_add(days.days()) else { return roughly() };
    let ambiguous = zone.to_ambiguous_timestamp(local);
    let due = match ambiguous.offset() {
        // The clocks go forward at the instant where the earlier offset ends.
        AmbiguousOffset::Gap { .. } => {
            let before = ambiguous.earlier();
            before.ok().and_then(|before| zone.following(before).next()).map(|change| change.timestamp())
        }
        _ => ambiguous.compatible().ok(),
    };
    due.map_or_else(roughly, |due| Timestamp::from_millis(due.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_hours_and_days_go_by_the_clock_where_the_contact_is() {
        use DelayType::{Days, Hours, Weeks};
        for (zone, base, delay, kind, due) in [
            ("UTC", "2026-03-28T10:00:00Z", 0, Days, "2026-03-28T10:00:00Z"),
            ("UTC", "2026-03-28T10:00:00.250Z", 2, Weeks, "2026-04-11T10:00:00.250Z"),
            // Clocks in Berlin go from 2 to 3 on 29 March, and from 3 to 2 on 25 October.
            ("Europe/Berlin", "2026-03-28T10:00:00Z", 24, Hours, "2026-03-29T10:00:00Z"),
            ("Europe/Berlin", "2026-03-28T10:00:00Z", 1, Days, "2026-03-29T09:00:00Z"),
            ("Europe/Berlin", "2026-03-28T01:30:00Z", 1, Days, "2026-03-29T01:00:00Z"),
            ("Europe/Berlin", "2026-03-22T01:00:00Z", 1, Weeks, "2026-03-29T01:00:00Z"),
            ("Europe/Berlin", "2026-10-24T10:00:00Z", 1, Days, "2026-10-25T11:00:00Z"),
            ("Europe/Berlin", "2026-10-24T00:30:00Z", 1, Days, "2026-10-25T00:30:00Z"),
            // The second half past two, a day later: the only one.
            ("Europe/Berlin", "2026-10-25T01:30:00Z", 1, Days, "2026-10-26T01:30:00Z"),
            ("America/New_York", "2026-03-07T07:30:00Z", 1, Days, "2026-03-08T07:00:00Z"),
            ("America/New_York", "2026-10-31T05:30:00Z", 1, Days, "2026-11-01T05:30:00Z"),
            // Half an hour is skipped on Lord Howe, and a whole day was on Apia.
            ("Australia/Lord_Howe", "2026-10-02T15:45:00Z", 1, Days, "2026-10-03T15:30:00Z"),
            ("Pacific/Apia", "2011-12-29T20:00:00Z", 1, Days, "2011-12-30T10:00:00Z"),
            ("Asia/Kolkata", "2026-03-28T10:00:00Z", 1, Days, "2026-03-29T10:00:00Z"),
        ] {
            let base = Timestamp::parse(base).unwrap();
            let at = due_after(base, delay, kind, &Zone::parse(zone).unwrap());
            assert_eq!(at.to_rfc3339_millis(), Timestamp::parse(due).unwrap().to_rfc3339_millis(), "{zone} {kind:?}");
        }
    }
}
