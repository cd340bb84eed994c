//! A period's balance day by day, and a forecast of its end.

use edge_capabilities::Timestamp;
use edge_capabilities::clock::millis;

use crate::balance::PeriodBalance;
use crate::budget::{Budget, days_between};
use crate::reservation::Sums;

/// The sums at the end of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Day {
    /// The date in the budget's time zone: `2024-02-29`.
    pub(crate) date: String,
    pub(crate) sums: Sums,
}

/// The period's end at the present rate of spending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Forecast {
    /// What will be used.
    pub(crate) used: i64,
    /// When the allowance will be used up; None: not in this period.
    pub(crate) runs_out_at: Option<Timestamp>,
}

/// The sums at the end of each day so far; for today, the sums until now. The ledger gives `sums_over_time`.
pub(crate) fn burn_down(
    budget: &Budget,
    balance: &PeriodBalance,
    sums_over_time: &[(Timestamp, Sums)],
    now: Timestamp,
) -> Vec<Day> {
    let mut changes = sums_over_time.iter().peekable();
    let mut sums = Sums::default();
    let mut days = Vec::new();
    let last = now.min(Timestamp::from_millis(balance.to.as_millis().saturating_sub(1)));
    for (date, ends) in days_between(&budget.zone, balance.from, last) {
        while let Some((_, after)) = changes.next_if(|(at, _)| *at < ends) {
            sums = *after;
        }
        days.push(Day { date, sums });
    }
    days
}

/// What follows from the period so far.
pub(crate) fn forecast(balance: &PeriodBalance, now: Timestamp) -> Forecast {
    let used = i128::from(balance.sums.used());
    let length = i128::from(balance.to.millis_since(balance.from));
    let elapsed = i128::from(now.millis_since(balance.from)).clamp(1, length.max(1));
    let at_end = used.saturating_mul(length).checked_div(elapsed).unwrap_or(used);
    let runs_out_at = if used > 0 && at_end > i128::from(balance.allowance) {
        let after = i128::from(balance.allowance.max(0)).saturating_mul(elapsed).checked_div(used).unwrap_or_default();
        let after = std::time::Duration::from_millis(u64::try_from(after).unwrap_or_default());
        Some(Timestamp::from_millis(balance.from.as_millis().saturating_add(millis(after))))
    } else {
        None
    };
    Forecast { used: i64::try_from(at_end).unwrap_or(i64::MAX), runs_out_at }
}
