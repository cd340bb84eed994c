//! Money that came in, how collecting it went, and what becomes of customers.

mod cohorts;
mod payments;

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use edge_http::Problem;
use edge_money::{Currency, DecimalAmount};
use edge_mrr::Granularity;
use edge_payment_history::{HistoryQuery, PaymentPeriods};
use http::HeaderMap;
use serde::Serialize;
use utoipa::ToSchema;

use crate::mrr::DEFINITIONS as MRR_DEFINITIONS;
use crate::query::{AnalyticsParams, AnalyticsQuery};
use crate::report::{Period, Report, amount, divide, monthly, periods, rate};
use crate::router::AppState;
use cohorts::{Cohort, cohorts};
use payments::PaymentSuccess;

const DEFINITIONS: &[(&str, &str)] = &[
    ("arpa", "MRR at the end of the point divided by the customers that pay then; null where none does."),
    (
        "cohort",
        "The month in which a customer first paid. Who comes back keeps it. Only with granularity=month and whole months.",
    ),
    (
        "collected",
        "Payments that gateways reported as paid in the point, taxes included. Subscriptions without a gateway collect nothing here.",
    ),
    ("firstTry", "Invoices that were paid at their first attempt."),
    ("grossChurn", "(churn + contraction) / opening MRR."),
    ("grr", "(opening - churn - contraction) / opening MRR: of the customers at the beginning, without anything new."),
    ("logoChurn", "Customers that left divided by those that paid at the beginning."),
    ("net", "collected - refunded."),
    ("netChurn", "(churn + contraction - expansion - reactivation) / opening MRR."),
    (
        "nrr",
        "(opening - churn - contraction + expansion) / opening MRR: of the customers at the beginning, without new and returned ones.",
    ),
    (
        "paymentSuccess.byAttempt",
        "Attempts in the point: those that succeeded divided by all. An invoice over nothing has none.",
    ),
    (
        "paymentSuccess.byInvoice",
        "Invoices whose first attempt was in the point: those that were paid by now divided by all. Where one may still be tried again it is provisional.",
    ),
    ("quickRatio", "(new + expansion + reactivation) / (contraction + churn)."),
    ("recovered", "Invoices that were not paid at their first attempt, and were at a later one."),
    ("refunded", "What gateways reported as given back in the point, whenever it was paid."),
    ("revenuePerSeat", "MRR at the end of the point divided by the seats that are paid for then."),
];

/// Revenue in a currency.
#[derive(Serialize, ToSchema)]
pub(crate) struct RevenueResult {
    currency: String,
    points: Vec<RevenuePoint>,
    /// What became of the customers that first paid in each month of the range.
    cohorts: Vec<Cohort>,
}

/// Revenue in a period. Shares are fractions; null where they are shares of nothing.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RevenuePoint {
    /// The day on which it begins.
    at: String,
    #[schema(value_type = f64)]
    collected: DecimalAmount,
    #[schema(value_type = f64)]
    refunded: DecimalAmount,
    #[schema(value_type = f64)]
    net: DecimalAmount,
    /// Monthly recurring revenue at the end.
    #[schema(value_type = f64)]
    mrr: DecimalAmount,
    /// The customers that pay, at the end.
    customers: i64,
    #[schema(value_type = Option<f64>)]
    arpa: Option<DecimalAmount>,
    #[schema(value_type = Option<f64>)]
    revenue_per_seat: Option<DecimalAmount>,
    gross_churn: Option<f64>,
    net_churn: Option<f64>,
    logo_churn: Option<f64>,
    grr: Option<f64>,
    nrr: Option<f64>,
    quick_ratio: Option<f64>,
    payment_success: PaymentSuccess,
}

/// Get revenue
///
/// What was collected and given back, how attempts to collect went, churn and retention, and cohorts; in each currency by
/// itself. With `Accept: text/csv` the points are lines of CSV.
#[utoipa::path(
    get, path = "/analytics/revenue", tag = "Analytics", security(("key" = ["analytics:read"])), params(AnalyticsParams),
    responses(
        (status = 200, description = "The points.", body = Report<RevenueResult>),
        (status = 404, description = "`ORGANIZATION_NOT_FOUND`"),
        (status = 503, description = "`STORE_UNAVAILABLE`: payments are still being taken over."),
    ),
)]
pub(crate) async fn get_revenue(
    State(state): State<AppState>,
    ask: AnalyticsQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    state.collector.catch_up_for_answer().await?;
    let cells = state.mrr.cells(&ask.mrr()).await?;
    let payments = state.payments.periods(&history_query(&ask)).await?;
    let mut results = Vec::new();
    let recurring = periods(&ask, &cells);
    let mut currencies: Vec<Currency> = recurring.keys().copied().collect();
    currencies.extend(payments.takings.keys().map(|(currency, _)| *currency));
    currencies.sort_unstable();
    currencies.dedup();
    for currency in currencies {
        let in_currency = match recurring.get(&currency) {
            Some(periods) => periods.clone(),
            // Only payments are in this currency.
            None => {
                let ask = AnalyticsQuery { currency: Some(currency), ..ask.clone() };
                periods(&ask, &BTreeMap::new()).remove(&currency).unwrap_or_default()
            }
        };
        let points = in_currency.iter().enumerate();
        let points = points.map(|(place, period)| point(&ask, currency, place, period, &payments)).collect();
        let is_by_month = ask.calendar.granularity == Granularity::Month;
        let cohorts = if is_by_month { cohorts(&ask, currency, &in_currency, &cells) } else { Vec::new() };
        results.push(RevenueResult { currency: currency.as_str().to_owned(), points, cohorts });
    }
    let definitions: Vec<_> = MRR_DEFINITIONS.iter().chain(DEFINITIONS).copied().collect();
    Report::new(&ask, &definitions, results).respond(&headers)
}

pub(crate) fn history_query(ask: &AnalyticsQuery) -> HistoryQuery {
    HistoryQuery {
        boundaries: ask.boundaries(),
        organization: ask.organization.clone(),
        application: ask.application.clone(),
        currency: ask.currency,
        until: ask.known_until(),
    }
}

fn point(
    ask: &AnalyticsQuery,
    currency: Currency,
    place: usize,
    period: &Period,
    payments: &PaymentPeriods,
) -> RevenuePoint {
    let takings = payments.takings.get(&(currency, place)).copied().unwrap_or_default();
    let Period { opening, closing, sums, .. } = period;
    let amount = |minor| amount(minor, currency);
    let lost = sums.churn.saturating_add(sums.contraction);
    let gained = sums.expansion.saturating_add(sums.reactivation);
    let kept = opening.annual.saturating_sub(lost);
    // An amount of a year divided by twelve and by how many there are.
    let each = |count: i64| (count > 0).then(|| amount(divide(closing.annual, count.saturating_mul(12))));
    RevenuePoint {
        at: ask.calendar.zone.date_of(period.start),
        collected: amount(takings.collected),
        refunded: amount(takings.refunded),
        net: amount(takings.collected.saturating_sub(takings.refunded)),
        mrr: amount(monthly(closing.annual)),
        customers: closing.customers,
        arpa: each(closing.customers),
        revenue_per_seat: each(closing.seats),
        gross_churn: rate(lost, opening.annual),
        net_churn: rate(lost.saturating_sub(gained), opening.annual),
        logo_churn: rate(sums.departed, opening.customers),
        grr: rate(kept, opening.annual),
        nrr: rate(kept.saturating_add(sums.expansion), opening.annual),
        quick_ratio: rate(sums.new.saturating_add(gained), lost),
        payment_success: PaymentSuccess::new(
            payments.attempts.get(&(currency, place)),
            payments.invoices.get(&(currency, place)),
        ),
    }
}

#[cfg(test)]
mod tests {
    use edge_capabilities::Timestamp;
    use edge_money::Currency;
    use edge_mrr::Sums;

    use super::*;
    use crate::report::Level;

    fn of(opening: (i64, i64), sums: Sums) -> RevenuePoint {
        let ask = AnalyticsQuery::read(&"/analytics/revenue".parse().unwrap(), Timestamp::from_millis(0)).unwrap();
        let opening = Level { annual: opening.0, customers: opening.1, seats: 0 };
        let closing = Level {
            annual: opening.annual + sums.annual(),
            customers: opening.customers + sums.customers(),
            seats: sums.seats,
        };
        let period = Period { start: Timestamp::from_millis(0), opening, sums, closing };
        point(&ask, Currency::parse("USD").unwrap(), 0, &period, &PaymentPeriods::default())
    }

    #[test]
    fn the_golden_rates_are_20_10_80_and_90_percent() {
        let sums = Sums { churn: 10, contraction: 10, expansion: 10, departed: 1, ..Sums::default() };
        let point = of((100, 10), sums);
        assert_eq!((point.gross_churn, point.net_churn), (Some(0.2), Some(0.1)));
        assert_eq!((point.grr, point.nrr), (Some(0.8), Some(0.9)));
        assert_eq!((point.logo_churn, point.quick_ratio), (Some(0.1), Some(0.5)));
        // What comes back is no retention, and less churn.
        let point = of((100, 10), Sums { churn: 10, contraction: 10, reactivation: 10, ..Sums::default() });
        assert_eq!((point.net_churn, point.grr, point.nrr), (Some(0.1), Some(0.8), Some(0.8)));
    }

    #[test]
    fn a_share_of_nothing_is_null() {
        let point = of((0, 0), Sums::default());
        let json = serde_json::to_value(&point).unwrap();
        for field in ["arpa", "revenuePerSeat", "grossChurn", "netChurn", "logoChurn", "grr", "nrr", "quickRatio"] {
            assert!(json.as_object().unwrap().contains_key(field) && json[field].is_null(), "{field}");
        }
        assert!(json["paymentSuccess"]["byAttempt"]["rate"].is_null());
        assert!(json["paymentSuccess"]["byInvoice"]["rate"].is_null());
    }

    #[test]
    fn an_average_is_divided_once() {
        // 100.00 a year of three customers: 8.33 a month, 2.78 each and not 8.33 / 3 = 2.776….
        let point = of((0, 0), Sums { new: 10_000, started: 3, seats: 7, ..Sums::default() });
        let json = serde_json::to_value(&point).unwrap();
        assert_eq!((&json["arpa"], &json["revenuePerSeat"]), (&2.78.into(), &1.19.into()));
    }
}
