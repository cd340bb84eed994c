//! Monthly recurring revenue over HTTP.

use axum::extract::State;
use axum::response::Response;
use edge_http::Problem;
use edge_money::{Currency, DecimalAmount};
use edge_mrr::monthly_movements;
use http::HeaderMap;
use serde::Serialize;
use utoipa::ToSchema;

use crate::query::{AnalyticsParams, AnalyticsQuery};
use crate::report::{Period, Report, amount, monthly, periods};
use crate::router::AppState;

/// What the figures of recurring revenue mean.
pub(crate) const DEFINITIONS: &[(&str, &str)] = &[
    ("arr", "The recurring amount of a year: twelve times the MRR, before that is rounded."),
    ("asOf", "With `asOf`, only what was recorded until then counts."),
    ("at", "The day on which the point begins. It ends where the next one begins, and that instant is not part of it."),
    ("churn", "Of customers that pay nothing any more at the end of the point."),
    ("contraction", "Of customers that pay less than before."),
    (
        "customer",
        "An organization, in each currency. What its subscriptions change within a point is netted before it is named.",
    ),
    (
        "delinquent",
        "A subscription counts while a failed payment is tried again, and leaves when the gateway gives it up.",
    ),
    ("discounts", "Amounts are those of the plan: discounts and taxes are not taken into account."),
    ("expansion", "Of customers that pay more than before."),
    ("joinedAndLeft", "Whoever joins and leaves within one point, or leaves and comes back, is no movement."),
    (
        "leaves",
        "MRR leaves when a subscription ends, not when it is cancelled; it pauses while the subscription is paused.",
    ),
    ("mrr", "A twelfth of the recurring amount of a year of all subscriptions that are ACTIVE or PAST_DUE."),
    ("new", "Of customers that never paid before."),
    ("reactivation", "Of customers that paid before, then nothing, and pay again."),
    (
        "rounding",
        "opening and closing are rounded once; movements may differ by one smallest unit, so that they add up.",
    ),
    ("time", "A change counts when it happened, also where the edge heard of it later."),
    ("trials", "A trial counts 0 until it is paid."),
];

/// Recurring revenue in a currency.
#[derive(Serialize, ToSchema)]
pub(crate) struct MrrResult {
    currency: String,
    points: Vec<MrrPoint>,
}

/// Recurring revenue in a period: opening + new + expansion + reactivation - contraction - churn = closing.
#[derive(Serialize, ToSchema)]
pub(crate) struct MrrPoint {
    /// The day on which it begins.
    at: String,
    #[schema(value_type = f64)]
    opening: DecimalAmount,
    #[schema(value_type = f64)]
    new: DecimalAmount,
    #[schema(value_type = f64)]
    expansion: DecimalAmount,
    #[schema(value_type = f64)]
    contraction: DecimalAmount,
    #[schema(value_type = f64)]
    churn: DecimalAmount,
    #[schema(value_type = f64)]
    reactivation: DecimalAmount,
    #[schema(value_type = f64)]
    closing: DecimalAmount,
    /// The recurring amount of a year at the end.
    #[schema(value_type = f64)]
    arr: DecimalAmount,
    /// The customers that pay, at the end.
    customers: i64,
    /// The seats that are paid for, at the end.
    seats: i64,
}

/// Get monthly recurring revenue
///
/// Points of MRR with its movements, in each currency by itself. With `Accept: text/csv` the points are lines of CSV.
#[utoipa::path(
    get, path = "/analytics/mrr", tag = "Analytics", security(("key" = ["analytics:read"])), params(AnalyticsParams),
    responses(
        (status = 200, description = "The points.", body = Report<MrrResult>),
        (status = 404, description = "`ORGANIZATION_NOT_FOUND`"),
    ),
)]
pub(crate) async fn get_mrr(
    State(state): State<AppState>,
    ask: AnalyticsQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let cells = state.mrr.cells(&ask.mrr()).await?;
    let results = periods(&ask, &cells).into_iter().map(|(currency, periods)| MrrResult {
        currency: currency.as_str().to_owned(),
        points: periods.iter().map(|period| point(&ask, currency, period)).collect(),
    });
    Report::new(&ask, DEFINITIONS, results.collect()).respond(&headers)
}

fn point(ask: &AnalyticsQuery, currency: Currency, period: &Period) -> MrrPoint {
    let [new, expansion, reactivation, contraction, churn] = monthly_movements(period.opening.annual, &period.sums);
    let amount = |minor| amount(minor, currency);
    MrrPoint {
        at: ask.calendar.zone.date_of(period.start),
        opening: amount(monthly(period.opening.annual)),
        new: amount(new),
        expansion: amount(expansion),
        contraction: amount(contraction),
        churn: amount(churn),
        reactivation: amount(reactivation),
        closing: amount(monthly(period.closing.annual)),
        arr: amount(period.closing.annual),
        customers: period.closing.customers,
        seats: period.closing.seats,
    }
}
