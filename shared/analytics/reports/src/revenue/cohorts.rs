//! What becomes of the customers that first paid in one month.

use std::collections::BTreeMap;

use edge_capabilities::Timestamp;
use edge_money::{Currency, DecimalAmount};
use edge_mrr::{Cell, Sums, months_apart};
use serde::Serialize;
use utoipa::ToSchema;

use crate::query::AnalyticsQuery;
use crate::report::{Level, Period, amount, monthly, rate};

/// The customers that first paid in one month.
#[derive(Serialize, ToSchema)]
pub(crate) struct Cohort {
    /// The first day of the month.
    cohort: String,
    /// How many there were at the end of that month.
    customers: i64,
    /// What they paid then.
    #[schema(value_type = f64)]
    mrr: DecimalAmount,
    points: Vec<CohortPoint>,
}

/// The customers of a cohort at the end of a month.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CohortPoint {
    /// The first day of the month.
    at: String,
    /// How many months after the first.
    month: i64,
    customers: i64,
    #[schema(value_type = f64)]
    mrr: DecimalAmount,
    /// The share of customers that still pay; null: there were none.
    customer_retention: Option<f64>,
    /// The share of what they paid in the first month; null: that was nothing.
    revenue_retention: Option<f64>,
}

/// The cohorts of the months that begin in the range, as far as the periods are whole months.
pub(super) fn cohorts(
    ask: &AnalyticsQuery,
    currency: Currency,
    periods: &[Period],
    cells: &BTreeMap<Cell, Sums>,
) -> Vec<Cohort> {
    if !periods.iter().all(|period| ask.calendar.is_boundary(period.start)) {
        return Vec::new();
    }
    let mut of_cohort: BTreeMap<Timestamp, BTreeMap<Timestamp, Sums>> = BTreeMap::new();
    let starts: Vec<Timestamp> = periods.iter().map(|period| period.start).collect();
    for (cell, sums) in cells.iter().filter(|(cell, _)| cell.currency == currency && starts.contains(&cell.cohort)) {
        of_cohort.entry(cell.cohort).or_default().entry(cell.period).or_default().add(sums);
    }
    let zone = &ask.calendar.zone;
    let cohort = |(month, changes): (Timestamp, BTreeMap<Timestamp, Sums>)| {
        let (mut level, mut points, mut first) = (Level::default(), Vec::new(), None);
        for start in starts.iter().filter(|start| **start >= month) {
            let sums = changes.get(start).copied().unwrap_or_default();
            level = level.after(&sums);
            let first = *first.get_or_insert(level);
            points.push(CohortPoint {
                at: zone.date_of(*start),
                month: months_apart(zone, month, *start),
                customers: level.customers,
                mrr: amount(monthly(level.annual), currency),
                customer_retention: rate(level.customers, first.customers),
                revenue_retention: rate(level.annual, first.annual),
            });
        }
        let first = first.unwrap_or_default();
        Cohort {
            cohort: zone.date_of(month),
            customers: first.customers,
            mrr: amount(monthly(first.annual), currency),
            points,
        }
    };
    of_cohort.into_iter().map(cohort).collect()
}
