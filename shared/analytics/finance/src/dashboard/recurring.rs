//! Recurring revenue: of subscriptions, and of contracts where they are not subscriptions.

use std::collections::{BTreeMap, BTreeSet};

use edge_contracts::{Contract, Line};
use edge_http::Problem;
use edge_money::{Currency, DecimalAmount};
use edge_mrr::{Calendar, Granularity, MrrQuery, Sums, monthly, monthly_movements};
use serde::Serialize;
use utoipa::ToSchema;

use crate::contracts::failed;
use crate::figure::{Compared, amount};
use crate::query::{ReportDays, ReportQuery};
use crate::router::AppState;

/// Recurring revenue in a period: opening + new + expansion + reactivation − contraction − churn = closing.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = RecurringMovements)]
pub(crate) struct Movements {
    /// Monthly recurring revenue at the beginning.
    #[schema(value_type = f64)]
    opening: DecimalAmount,
    #[schema(value_type = f64)]
    new: DecimalAmount,
    #[schema(value_type = f64)]
    expansion: DecimalAmount,
    #[schema(value_type = f64)]
    reactivation: DecimalAmount,
    #[schema(value_type = f64)]
    contraction: DecimalAmount,
    #[schema(value_type = f64)]
    churn: DecimalAmount,
    /// Monthly recurring revenue at the end.
    #[schema(value_type = f64)]
    mrr: DecimalAmount,
    /// The recurring amount of a year at the end.
    #[schema(value_type = f64)]
    arr: DecimalAmount,
}

/// Recurring revenue, by where it comes from.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct RecurringRevenue {
    /// Of subscriptions. Null with `entity_id`: subscriptions are counted by organization.
    subscriptions: Option<Movements>,
    /// Of recurring lines of contracts, without lines for plans that are subscribed to.
    contracts: Movements,
    /// The two together.
    total: Movements,
}

/// A source of recurring revenue in a period, in the currency's smallest unit: amounts of a year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Annual {
    opening: i64,
    sums: Sums,
}

/// Its figures: opening, new, expansion, reactivation, contraction, churn, MRR and ARR.
type Figures = [i64; 8];

impl Annual {
    fn closing(&self) -> i64 {
        self.opening.saturating_add(self.sums.annual())
    }

    fn figures(&self) -> Figures {
        let [new, expansion, reactivation, contraction, churn] = monthly_movements(self.opening, &self.sums);
        let closing = self.closing();
        [monthly(self.opening), new, expansion, reactivation, contraction, churn, monthly(closing), closing]
    }

    /// Adds a customer whose amount of a year goes from `before` to `after`. `has_paid`: it paid at some time before.
    fn count(&mut self, before: i64, after: i64, has_paid: bool) {
        self.opening = self.opening.saturating_add(before);
        let change = after.saturating_sub(before);
        let sum = match (before > 0, after > 0) {
            _ if change == 0 => return,
            (false, true) if has_paid => &mut self.sums.reactivation,
            (false, _) => &mut self.sums.new,
            (true, false) => &mut self.sums.churn,
            (true, true) if change > 0 => &mut self.sums.expansion,
            (true, true) => &mut self.sums.contraction,
        };
        *sum = sum.saturating_add(change.saturating_abs());
    }
}

fn movements(figures: Figures, currency: Currency) -> Movements {
    let [opening, new, expansion, reactivation, contraction, churn, mrr, arr] =
        figures.map(|minor| amount(minor, currency));
    Movements { opening, new, expansion, reactivation, contraction, churn, mrr, arr }
}

/// What was read of recurring revenue, by currency and period.
#[derive(Default)]
pub(super) struct Recurring {
    subscriptions: Option<BTreeMap<(Currency, usize), Annual>>,
    contracts: BTreeMap<(Currency, usize), Annual>,
}

impl Recurring {
    /// The figures of `query`, of which `contracts` are those that ran in it.
    pub(super) async fn read(state: &AppState, query: &ReportQuery, contracts: &[Contract]) -> Result<Self, Problem> {
        let tenant = query.tenant.id.as_str();
        let mut subscribed = BTreeSet::new();
        for history in state.movements.histories(&[tenant], None).await? {
            subscribed.extend(history.paid_plans()?);
        }
        let subscriptions = match query.entity {
            Some(_) => None,
            None => Some(of_subscriptions(state, query).await?),
        };
        Ok(Self { subscriptions, contracts: of_contracts(&query.days, contracts, &subscribed)? })
    }

    pub(super) fn currencies(&self, found: &mut BTreeSet<Currency>) {
        let all = self.subscriptions.iter().flat_map(BTreeMap::iter).chain(&self.contracts);
        found.extend(all.filter(|(_, annual)| **annual != Annual::default()).map(|((currency, _), _)| *currency));
    }

    pub(super) fn in_currency(&self, currency: Currency) -> Compared<RecurringRevenue> {
        let figures = |annuals: &BTreeMap<(Currency, usize), Annual>, place: usize| {
            annuals.get(&(currency, place)).copied().unwrap_or_default().figures()
        };
        Compared::of(|place| {
            let subscriptions = self.subscriptions.as_ref().map(|annuals| figures(annuals, place));
            let contracts = figures(&self.contracts, place);
            let mut total = contracts;
            for (sum, more) in total.iter_mut().zip(subscriptions.unwrap_or_default()) {
                *sum = sum.saturating_add(more);
            }
            RecurringRevenue {
                subscriptions: subscriptions.map(|figures| movements(figures, currency)),
                contracts: movements(contracts, currency),
                total: movements(total, currency),
            }
        })
    }
}

async fn of_subscriptions(
    state: &AppState,
    query: &ReportQuery,
) -> Result<BTreeMap<(Currency, usize), Annual>, Problem> {
    let boundaries = query.days.boundaries();
    let mrr = MrrQuery {
        calendar: Calendar { zone: query.days.zone.clone(), granularity: Granularity::Day },
        boundaries: boundaries.clone(),
        organization: Some(query.tenant.id.clone()),
        application: None,
        currency: None,
        as_of: None,
    };
    let mut annuals: BTreeMap<(Currency, usize), Annual> = BTreeMap::new();
    for (cell, sums) in state.mrr.cells(&mrr).await? {
        let mut of = |place: usize| *annuals.entry((cell.currency, place)).or_default();
        let (mut previous, mut current) = (of(0), of(1));
        match boundaries.partition_point(|boundary| *boundary <= cell.period) {
            0 => {
                previous.opening = previous.opening.saturating_add(sums.annual());
                current.opening = current.opening.saturating_add(sums.annual());
            }
            1 => {
                previous.sums.add(&sums);
                current.opening = current.opening.saturating_add(sums.annual());
            }
            _ => current.sums.add(&sums),
        }
        annuals.insert((cell.currency, 0), previous);
        annuals.insert((cell.currency, 1), current);
    }
    Ok(annuals)
}

/// Each contract is a customer. Lines for plans that are `subscribed` count as subscriptions.
fn of_contracts(
    days: &ReportDays,
    contracts: &[Contract],
    subscribed: &BTreeSet<String>,
) -> Result<BTreeMap<(Currency, usize), Annual>, Problem> {
    let is_counted = |line: &Line| line.plan_id.as_ref().is_none_or(|plan| !subscribed.contains(plan));
    let mut annuals: BTreeMap<(Currency, usize), Annual> = BTreeMap::new();
    for (place, span) in days.spans().into_iter().enumerate() {
        let (before, last) = (span.from.minus_days(1), span.to.minus_days(1));
        for contract in contracts {
            let Some(known) = contract.as_of(last, &days.zone) else { continue };
            let opening = known.annual_on(before, is_counted).map_err(failed)?;
            let closing = known.annual_on(last, is_counted).map_err(failed)?;
            let has_paid = opening == 0 && closing > 0 && known.recurred_before(before, is_counted).map_err(failed)?;
            annuals.entry((contract.currency, place)).or_default().count(opening, closing, has_paid);
        }
    }
    Ok(annuals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_customer_is_one_movement_and_they_lead_from_the_opening_to_the_closing() {
        let mut annual = Annual::default();
        for (before, after, has_paid) in [
            (0, 1_201, false),
            (0, 700, true),
            (500, 800, true),
            (800, 500, true),
            (60, 0, true),
            (5, 5, true),
            (0, 0, false),
        ] {
            annual.count(before, after, has_paid);
        }
        let Sums { new, expansion, contraction, churn, reactivation, .. } = annual.sums;
        assert_eq!([new, expansion, contraction, churn, reactivation], [1_201, 300, 300, 60, 700]);
        let [opening, new, expansion, reactivation, contraction, churn, mrr, arr] = annual.figures();
        assert_eq!(opening + new + expansion + reactivation - contraction - churn, mrr);
        assert_eq!((arr, mrr), (3_206, 267));
    }
}
