//! How the seats of an account were used over time.

use edge_capabilities::Timestamp;
use edge_subscriptions::{AssignedSeats, SubscriptionLevel};

/// The seats of an account, or of several together, in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// The seats that were purchased at the end.
    pub(crate) purchased: i64,
    /// Those that were assigned then.
    pub(crate) assigned: i64,
    /// The most that were assigned at a time.
    pub(crate) peak: i64,
    /// Seats times milliseconds.
    pub(crate) purchased_time: i128,
    /// The same of those that were assigned.
    pub(crate) assigned_time: i128,
}

impl Usage {
    /// The share of purchased time in which seats were assigned; None: none were purchased.
    pub(crate) fn utilization(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "a share is answered with the digits of a double")]
        (self.purchased_time > 0).then(|| self.assigned_time as f64 / self.purchased_time as f64)
    }

    /// Adds the seats of another account.
    pub(crate) fn add(&mut self, other: &Self) {
        self.purchased = self.purchased.saturating_add(other.purchased);
        self.assigned = self.assigned.saturating_add(other.assigned);
        self.peak = self.peak.saturating_add(other.peak);
        self.purchased_time = self.purchased_time.saturating_add(other.purchased_time);
        self.assigned_time = self.assigned_time.saturating_add(other.assigned_time);
    }
}

/// The use of an account's seats in the periods between `boundaries`, as far as they lie before `until`.
pub(crate) fn usage(
    purchased: &[SubscriptionLevel],
    assigned: &[AssignedSeats],
    boundaries: &[Timestamp],
    until: Timestamp,
) -> Vec<Usage> {
    let mut changes: Vec<Timestamp> = purchased.iter().map(|standing| standing.at).collect();
    changes.extend(assigned.iter().map(|seats| seats.at));
    changes.sort_unstable();
    changes.dedup();
    // What there is from `at` on. Who has no subscription has no seats.
    let level = |at: Timestamp| {
        let last = purchased.partition_point(|standing| standing.at <= at).checked_sub(1);
        let seats = last.and_then(|place| purchased.get(place)).map_or(0, |standing| standing.seats);
        let last = assigned.partition_point(|seats| seats.at <= at).checked_sub(1);
        let in_use = last.and_then(|place| assigned.get(place)).map_or(0, |seats| seats.assigned);
        (seats, if seats > 0 { in_use } else { 0 })
    };
    let period = |ends: &[Timestamp]| {
        let mut usage = Usage::default();
        let [start, end] = ends else { return usage };
        let end = (*end).min(until);
        let mut at = *start;
        let mut next = changes.partition_point(|change| *change <= at);
        while at < end {
            let to = changes.get(next).copied().unwrap_or(end).min(end);
            next = next.saturating_add(1);
            let (seats, in_use) = level(at);
            let time = i128::from(to.millis_since(at));
            usage.purchased_time = usage.purchased_time.saturating_add(i128::from(seats).saturating_mul(time));
            usage.assigned_time = usage.assigned_time.saturating_add(i128::from(in_use).saturating_mul(time));
            usage.peak = usage.peak.max(in_use);
            (usage.purchased, usage.assigned) = (seats, in_use);
            at = to;
        }
        usage
    };
    boundaries.windows(2).map(period).collect()
}

#[cfg(test)]
mod tests {
    use edge_money::Currency;

    use super::*;

    const HOUR: i64 = 3_600_000;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_millis(hours * HOUR)
    }

    fn purchased(hours: i64, seats: i64) -> SubscriptionLevel {
        SubscriptionLevel { at: at(hours), currency: Currency::INR, annual: 0, seats }
    }

    fn assigned(hours: i64, assigned: i64) -> AssignedSeats {
        AssignedSeats { at: at(hours), recorded_at: at(hours), assigned }
    }

    #[test]
    fn utilisation_is_weighted_by_time() {
        // Ten seats; two assigned for 18 hours of the day, eight for 6.
        let usages =
            usage(&[purchased(0, 10)], &[assigned(0, 2), assigned(18, 8)], &[at(0), at(24), at(48)], at(1_000));
        assert_eq!(usages[0].utilization(), Some((2.0 * 18.0 + 8.0 * 6.0) / 240.0));
        assert_eq!((usages[0].purchased, usages[0].assigned, usages[0].peak), (10, 8, 8));
        assert_eq!((usages[1].utilization(), usages[1].peak), (Some(0.8), 8));
    }

    #[test]
    fn a_peak_within_a_period_is_seen_and_so_is_a_change_at_its_first_instant() {
        let changes = [assigned(0, 1), assigned(5, 9), assigned(6, 1), assigned(24, 3)];
        let usages = usage(&[purchased(0, 10)], &changes, &[at(0), at(24), at(48)], at(1_000));
        assert_eq!((usages[0].peak, usages[0].assigned), (9, 1));
        assert_eq!((usages[1].peak, usages[1].assigned), (3, 3));
    }

    #[test]
    fn a_day_of_23_hours_is_weighted_with_23_hours() {
        let usages = usage(&[purchased(0, 2)], &[assigned(0, 1)], &[at(0), at(23)], at(1_000));
        assert_eq!(usages[0].purchased_time, 2 * 23 * i128::from(HOUR));
        assert_eq!(usages[0].utilization(), Some(0.5));
    }

    #[test]
    fn without_seats_utilisation_is_unknown_and_what_ended_is_not_in_use() {
        let usages =
            usage(&[purchased(0, 4), purchased(24, 0)], &[assigned(0, 4)], &[at(0), at(24), at(48), at(72)], at(60));
        assert_eq!(usages[0].utilization(), Some(1.0));
        assert_eq!((usages[1].utilization(), usages[1].assigned, usages[1].peak), (None, 0, 0));
        // Of what has not happened yet nothing counts.
        let usages = usage(&[purchased(0, 4)], &[assigned(0, 1)], &[at(0), at(24), at(48)], at(36));
        assert_eq!(usages[1].purchased_time, 4 * 12 * i128::from(HOUR));
    }
}
