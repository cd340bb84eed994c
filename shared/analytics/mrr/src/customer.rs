//! What changed for one customer. An organization is one customer in each currency: what its subscriptions change in a
//! period is netted before it is given a name.

use std::collections::BTreeMap;

use edge_capabilities::Timestamp;
use edge_money::Currency;
use edge_subscriptions::SubscriptionLevel;

use crate::sums::Sums;

/// What sums are kept of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// The currency.
    pub currency: Currency,
    /// When the period begins.
    pub period: Timestamp,
    /// When the month begins in which the customers first paid.
    pub cohort: Timestamp,
}

/// The periods and cohorts that times belong to. Both functions keep the order of times.
pub(crate) struct TimeBuckets<'c> {
    /// When the period begins that a time is in; None: it is not counted.
    pub(crate) period: &'c dyn Fn(Timestamp) -> Option<Timestamp>,
    /// When the month begins that a time is in.
    pub(crate) cohort: &'c dyn Fn(Timestamp) -> Timestamp,
}

#[derive(Clone, Copy, Default)]
struct Level {
    annual: i64,
    seats: i64,
}

/// Adds to `cells` what changed for a customer whose subscriptions stood at `subscriptions`.
pub(crate) fn count<'s>(
    subscriptions: impl IntoIterator<Item = &'s [SubscriptionLevel]>,
    buckets: &TimeBuckets<'_>,
    cells: &mut BTreeMap<Cell, Sums>,
) {
    for (currency, steps) in steps(subscriptions) {
        count_currency(currency, &steps, buckets, cells);
    }
}

/// The changes in each currency, in the order of time; those of one instant are one.
fn steps<'s>(
    subscriptions: impl IntoIterator<Item = &'s [SubscriptionLevel]>,
) -> BTreeMap<Currency, BTreeMap<Timestamp, Level>> {
    let mut steps: BTreeMap<Currency, BTreeMap<Timestamp, Level>> = BTreeMap::new();
    let mut add = |at: Timestamp, currency: Currency, annual: i64, seats: i64| {
        let level = steps.entry(currency).or_default().entry(at).or_default();
        level.annual = level.annual.saturating_add(annual);
        level.seats = level.seats.saturating_add(seats);
    };
    for levels in subscriptions {
        let mut last: Option<&SubscriptionLevel> = None;
        for standing in levels {
            if let Some(last) = last {
                add(standing.at, last.currency, last.annual.saturating_neg(), paid_seats(last).saturating_neg());
            }
            add(standing.at, standing.currency, standing.annual, paid_seats(standing));
            last = Some(standing);
        }
    }
    steps
}

/// The seats that are paid for.
const fn paid_seats(standing: &SubscriptionLevel) -> i64 {
    if standing.annual > 0 { standing.seats } else { 0 }
}

fn count_currency(
    currency: Currency,
    steps: &BTreeMap<Timestamp, Level>,
    buckets: &TimeBuckets<'_>,
    cells: &mut BTreeMap<Cell, Sums>,
) {
    let (mut now, mut cohort) = (Level::default(), None);
    let mut steps = steps.iter().peekable();
    while let Some((at, _)) = steps.peek() {
        let Some(period) = (buckets.period)(**at) else { break };
        let (opening, has_paid) = (now, cohort.is_some());
        while let Some((at, step)) = steps.next_if(|(at, _)| (buckets.period)(**at) == Some(period)) {
            now.annual = now.annual.saturating_add(step.annual);
            now.seats = now.seats.saturating_add(step.seats);
            if now.annual > 0 && cohort.is_none() {
                cohort = Some((buckets.cohort)(*at));
            }
        }
        let sums = name(opening, now, has_paid);
        if let Some(cohort) = cohort
            && !sums.is_nothing()
        {
            cells.entry(Cell { currency, period, cohort }).or_default().add(&sums);
        }
    }
}

/// The change from `opening` to `closing`, under its name.
fn name(opening: Level, closing: Level, has_paid: bool) -> Sums {
    let (before, after) = (opening.annual, closing.annual);
    let (more, less) = (after.saturating_sub(before), before.saturating_sub(after));
    let seats = closing.seats.saturating_sub(opening.seats);
    let sums = Sums { seats, ..Sums::default() };
    match (before > 0, after > 0) {
        (false, true) if has_paid => Sums { reactivation: more, returned: 1, ..sums },
        (false, true) => Sums { new: more, started: 1, ..sums },
        (true, false) => Sums { churn: less, departed: 1, ..sums },
        (true, true) if more > 0 => Sums { expansion: more, ..sums },
        (true, true) => Sums { contraction: less, ..sums },
        (false, false) => sums,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A standing in USD: the day of January 1970, and the amount.
    pub(crate) fn standing(day: i64, annual: i64) -> SubscriptionLevel {
        let currency = Currency::parse("USD").unwrap();
        SubscriptionLevel { at: Timestamp::from_millis((day - 1) * 86_400_000), currency, annual, seats: annual / 10 }
    }

    /// The sums by week of a customer with these subscriptions.
    fn by_week(subscriptions: &[&[SubscriptionLevel]]) -> Vec<Sums> {
        let week = |at: Timestamp| Timestamp::from_millis(at.as_millis().div_euclid(7 * 86_400_000));
        let mut cells = BTreeMap::new();
        let buckets = TimeBuckets { period: &|at| Some(week(at)), cohort: &week };
        count(subscriptions.iter().copied(), &buckets, &mut cells);
        let mut sums = vec![Sums::default(); 4];
        for (cell, of_cell) in cells {
            sums[usize::try_from(cell.period.as_millis()).unwrap()].add(&of_cell);
        }
        sums
    }

    #[test]
    fn the_golden_movements_make_305() {
        let subscriptions: [&[&[SubscriptionLevel]]; 6] = [
            &[&[standing(8, 100)]],
            &[&[standing(1, 50), standing(8, 80)]],
            &[&[standing(1, 70), standing(9, 40)]],
            &[&[standing(1, 60), standing(10, 0)]],
            &[&[standing(1, 25), standing(2, 0), standing(11, 25)]],
            // One customer with two subscriptions: they net first.
            &[&[standing(1, 30), standing(8, 60)], &[standing(1, 20), standing(8, 0)]],
        ];
        let mut sums = Sums::default();
        let mut opening = 0;
        for customer in subscriptions {
            let weeks = by_week(customer);
            opening += weeks[0].annual();
            sums.add(&weeks[1]);
        }
        // The customer who came back paid for a day of the first week, which nets to nothing.
        assert_eq!(opening, 230);
        assert_eq!((sums.new, sums.reactivation, sums.expansion, sums.contraction, sums.churn), (100, 25, 40, 30, 60));
        assert_eq!(opening + sums.annual(), 305);
        assert_eq!((sums.started, sums.returned, sums.departed), (1, 1, 1));
    }

    #[test]
    fn a_change_that_is_taken_back_in_the_period_is_none() {
        let nothing = Sums::default();
        for (name, subscription) in [
            ("up and down in a day", vec![standing(1, 50), standing(8, 80), standing(8, 50)]),
            ("cancelled and back", vec![standing(1, 50), standing(8, 0), standing(12, 50)]),
            ("joined and left", vec![standing(8, 50), standing(9, 0)]),
        ] {
            assert_eq!(by_week(&[&subscription])[1], nothing, "{name}");
        }
        let weeks = by_week(&[&[standing(1, 50), standing(8, 0), standing(15, 50)]]);
        assert_eq!((weeks[1].churn, weeks[1].departed), (50, 1));
        assert_eq!((weeks[2].reactivation, weeks[2].returned, weeks[2].new), (50, 1, 0));
    }

    #[test]
    fn what_changes_at_the_first_instant_of_a_period_is_in_that_period() {
        let weeks = by_week(&[&[standing(1, 50), standing(8, 0)]]);
        assert_eq!((weeks[0].annual(), weeks[1].annual()), (50, -50));
    }

    #[test]
    fn another_currency_is_another_customer() {
        let euros = SubscriptionLevel { currency: Currency::parse("EUR").unwrap(), ..standing(8, 70) };
        let week = |at: Timestamp| Timestamp::from_millis(at.as_millis().div_euclid(7 * 86_400_000));
        let mut cells = BTreeMap::new();
        count(
            [&[standing(1, 50), euros][..]],
            &TimeBuckets { period: &|at| Some(week(at)), cohort: &week },
            &mut cells,
        );
        let sums = |code: &str, week: i64| {
            let is_of = |cell: &&Cell| cell.currency.as_str() == code && cell.period.as_millis() == week;
            cells[cells.keys().find(is_of).unwrap()]
        };
        assert_eq!((sums("USD", 1).churn, sums("EUR", 1).new), (50, 70));
    }
}
