//! Deferred revenue: what was charged, and is for days that are still to come.

use std::collections::BTreeSet;

use edge_entities::{Deferral, DeferralQuery};
use edge_http::Problem;
use edge_money::{Currency, DecimalAmount};
use edge_time_zones::Date;
use serde::Serialize;
use utoipa::ToSchema;

use crate::figure::{Compared, amount};
use crate::query::{ReportDays, ReportQuery};
use crate::router::AppState;

/// How many months the schedule has; what is recognised after them is `later`.
const MONTHS: u32 = 12;

/// Deferred revenue in a period: opening + charged − recognised = closing.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct DeferredRevenue {
    #[schema(value_type = f64)]
    opening: DecimalAmount,
    /// Charges whose dates are in the period.
    #[schema(value_type = f64)]
    charged: DecimalAmount,
    /// What of all charges is for days of the period.
    #[schema(value_type = f64)]
    recognised: DecimalAmount,
    /// What of charges until the end is for later days.
    #[schema(value_type = f64)]
    closing: DecimalAmount,
}

/// What is recognised in a month.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ScheduledMonth {
    /// The month, `2026-12`; of the month of the last day only what is left of it. `later`: after the last of the months.
    month: String,
    #[schema(value_type = f64)]
    amount: DecimalAmount,
}

/// What was read of charges.
pub(super) struct Deferred {
    left: Vec<Deferral>,
    charged: Vec<(usize, Currency, i64)>,
    months: Vec<String>,
}

/// The last days that are asked for after `last`: of its month, if it is not the last of it, and of the twelve months after.
fn schedule(last: Date) -> Vec<(String, Date)> {
    let next = last.plus_days(1);
    let first = next.first_of_month();
    (0..=MONTHS)
        .map(|month| first.plus_months(month))
        .map(|begins| (begins.to_string().chars().take(7).collect(), begins.plus_months(1).minus_days(1)))
        .collect()
}

impl Deferred {
    /// The figures of `query`.
    pub(super) async fn read(state: &AppState, query: &ReportQuery) -> Result<Self, Problem> {
        let days: &ReportDays = &query.days;
        let [previous, current] = days.spans();
        let last = current.to.minus_days(1);
        let schedule = schedule(last);
        let at = |day: Date| DeferralQuery { charged: day, days: vec![day] };
        let with_schedule = DeferralQuery {
            charged: last,
            days: [last].into_iter().chain(schedule.iter().map(|(_, day)| *day)).collect(),
        };
        let queries = [at(previous.from.minus_days(1)), at(current.from.minus_days(1)), with_schedule];
        let (tenant, entities) = (query.tenant.id.as_str(), query.entities());
        let spans = [(previous.from, previous.to), (current.from, current.to)];
        Ok(Self {
            left: state.charges.deferred(tenant, entities, &queries).await?,
            charged: state.charges.charged(tenant, entities, &spans).await?,
            months: schedule.into_iter().map(|(month, _)| month).collect(),
        })
    }

    pub(super) fn currencies(&self, found: &mut BTreeSet<Currency>) {
        found.extend(self.left.iter().map(|left| left.currency));
        found.extend(self.charged.iter().map(|(_, currency, _)| *currency));
    }

    /// What is left at the end of the days of a question.
    fn left(&self, currency: Currency, place: usize) -> &[i64] {
        let found = self.left.iter().find(|left| left.currency == currency && left.place == place);
        found.map_or(&[], |left| left.left.as_slice())
    }

    fn at_end(&self, currency: Currency, place: usize) -> i64 {
        self.left(currency, place).first().copied().unwrap_or_default()
    }

    pub(super) fn in_currency(&self, currency: Currency) -> Compared<DeferredRevenue> {
        Compared::of(|place| {
            let own = self.charged.iter().filter(|(span, of, _)| *span == place && *of == currency);
            let charged = own.fold(0, |sum: i64, (_, _, amount)| sum.saturating_add(*amount));
            let (opening, closing) = (self.at_end(currency, place), self.at_end(currency, place.saturating_add(1)));
            let recognised = opening.saturating_add(charged).saturating_sub(closing);
            let [opening, charged, recognised, closing] =
                [opening, charged, recognised, closing].map(|minor| amount(minor, currency));
            DeferredRevenue { opening, charged, recognised, closing }
        })
    }

    /// When what is deferred at the end is recognised: the months add up to it.
    pub(super) fn schedule(&self, currency: Currency) -> Vec<ScheduledMonth> {
        let left = self.left(currency, 2);
        let of = |month: &str, minor: i64| ScheduledMonth { month: month.to_owned(), amount: amount(minor, currency) };
        let steps = left.iter().zip(left.iter().skip(1)).map(|(before, after)| before.saturating_sub(*after));
        let mut months: Vec<ScheduledMonth> =
            self.months.iter().zip(steps.chain(std::iter::repeat(0))).map(|(month, minor)| of(month, minor)).collect();
        months.push(of("later", left.last().copied().unwrap_or_default()));
        months
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedule_begins_with_what_is_left_of_the_month_of_the_last_day() {
        let shown = |last: &str| {
            let months = schedule(Date::parse(last).unwrap());
            let text = |at: usize| format!("{} {}", months[at].0, months[at].1);
            (text(0), text(1), months.len())
        };
        assert_eq!(shown("2026-11-29"), ("2026-11 2026-11-30".into(), "2026-12 2026-12-31".into(), 13));
        assert_eq!(shown("2026-01-31"), ("2026-02 2026-02-28".into(), "2026-03 2026-03-31".into(), 13));
    }
}
