//! How a period went so far, and how it will end if it goes on like that.

use edge_capabilities::Timestamp;
use edge_capabilities::clock::millis;

use crate::budget::Budget;
use crate::ledger::Sums;
use crate::standing::PeriodBalance;

/// The sums at the end of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Day {
    /// `2024-02-29`, where the budget is.
    pub(crate) date: String,
    pub(crate) sums: Sums,
}

/// How the period will end if it goes on as it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Forecast {
    /// What will be used.
    pub(crate) used: i64,
    /// When what is allowed will be used up; None: not in this period.
    pub(crate) runs_out_at: Option<Timestamp>,
}

/// The sums at the end of each day so far, today's as they are.
pub(crate) fn burn_down(
    budget: &Budget,
    standing: &PeriodBalance,
    course: &[(Timestamp, Sums)],
    now: Timestamp,
) -> Vec<Day> {
    let mut course = course.iter().peekable();
    let mut sums = Sums::default();
    let mut days = Vec::new();
    let last = now.min(Timestamp::from_millis(standing.to.as_millis().saturating_sub(1)));
    for (date, ends) in budget.zone.days(standing.from, last) {
        while let Some((_, after)) = course.next_if(|(at, _)| *at < ends) {
            sums = *after;
        }
        days.push(Day { date, sums });
    }
    days
}

/// What follows from the period so far.
pub(crate) fn forecast(standing: &PeriodBalance, now: Timestamp) -> Forecast {
    let used = i128::from(standing.sums.used());
    let length = i128::from(standing.to.millis_since(standing.from));
    let elapsed = i128::from(now.millis_since(standing.from)).clamp(1, length.max(1));
    let at_end = used.saturating_mul(length).checked_div(elapsed).unwrap_or(used);
    let runs_out_at = if used > 0 && at_end > i128::from(standing.allowance) {
        let after = i128::from(standing.allowance.max(0)).saturating_mul(elapsed).checked_div(used).unwrap_or_default();
        let after = std::time::Duration::from_millis(u64::try_from(after).unwrap_or_default());
        Some(Timestamp::from_millis(standing.from.as_millis().saturating_add(millis(after))))
    } else {
        None
    };
    Forecast { used: i64::try_from(at_end).unwrap_or(i64::MAX), runs_out_at }
}
