//! How well organizations do: a score of parts with weights, over HTTP.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use edge_capabilities::config::{Config, ConfigError};
use edge_http::{Code, Problem};
use http::HeaderMap;
use serde::Serialize;
use utoipa::ToSchema;

use crate::query::{AnalyticsParams, AnalyticsQuery, PageParams};
use crate::report::{Report, rate};
use crate::router::AppState;
use crate::usage::Usage;

const DEFINITIONS: &[(&str, &str)] = &[
    ("band", "healthy: a score of 70 or more; at_risk: 40 or more; critical: less; unknown: no part is known."),
    (
        "parts.engagement",
        "Active users in 28 days divided by the seats that were assigned at the end, at most 1, of 100. Null where none were, or nothing is known of that time.",
    ),
    ("parts.payments", "Attempts to collect that succeeded divided by all, of 100. Null where there were none."),
    ("parts.utilization", "Time-weighted utilization of all seats, at most 1, of 100. Null where there were none."),
    (
        "score",
        "The sum of the known parts, each times its weight, divided by the sum of their weights. An unknown part counts in neither.",
    ),
    ("weights", "The variable `health_weights`."),
];

/// The weights of the parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Weights {
    utilization: u32,
    payments: u32,
    engagement: u32,
}

impl Weights {
    /// Where nobody says otherwise.
    const DEFAULT: Self = Self { utilization: 40, payments: 30, engagement: 30 };

    /// Those in the variable `health_weights`: `utilization=40,payments=30,engagement=30`. A part that is not named has
    /// no weight. What cannot be read counts as not set.
    pub(crate) async fn load(config: &dyn Config) -> Result<Self, ConfigError> {
        let written = config.get("health_weights").await?.unwrap_or_default();
        Ok(Self::parse(&written).unwrap_or(Self::DEFAULT))
    }

    fn parse(written: &str) -> Option<Self> {
        let mut weights = Self { utilization: 0, payments: 0, engagement: 0 };
        for pair in written.split(',') {
            let (name, weight) = pair.split_once('=')?;
            let weight = weight.trim().parse().ok().filter(|weight| *weight <= 1_000)?;
            match name.trim() {
                "utilization" => weights.utilization = weight,
                "payments" => weights.payments = weight,
                "engagement" => weights.engagement = weight,
                _ => return None,
            }
        }
        Some(weights)
    }
}

/// How well an organization does.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HealthResult {
    organization_id: String,
    /// Of the whole range: 0 to 100; null: no part is known.
    score: Option<f64>,
    /// `healthy`, `at_risk`, `critical` or `unknown`.
    band: &'static str,
    parts: Parts,
    points: Vec<HealthPoint>,
}

/// How well it did in a period.
#[derive(Serialize, ToSchema)]
pub(crate) struct HealthPoint {
    /// The day on which it begins.
    at: String,
    score: Option<f64>,
    band: &'static str,
    parts: Parts,
}

/// The parts of a score.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct Parts {
    utilization: Part,
    payments: Part,
    engagement: Part,
}

/// A part of a score.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct Part {
    /// 0 to 100; null: not known.
    value: Option<f64>,
    weight: u32,
}

impl Parts {
    fn new(weights: Weights, utilization: Option<f64>, payments: Option<f64>, engagement: Option<f64>) -> Self {
        let part = |share: Option<f64>, weight| Part { value: share.map(|share| share.min(1.0) * 100.0), weight };
        Self {
            utilization: part(utilization, weights.utilization),
            payments: part(payments, weights.payments),
            engagement: part(engagement, weights.engagement),
        }
    }

    fn score(&self) -> Option<f64> {
        let known = [self.utilization, self.payments, self.engagement];
        let known = || known.into_iter().filter_map(|part| Some((part.value?, f64::from(part.weight))));
        let weights: f64 = known().map(|(_, weight)| weight).sum();
        let sum: f64 = known().map(|(value, weight)| value * weight).sum();
        // Two decimals: more would be more than is known.
        (weights > 0.0).then(|| (sum / weights * 100.0).round() / 100.0)
    }
}

const fn band(score: Option<f64>) -> &'static str {
    match score {
        None => "unknown",
        Some(score) if score >= 70.0 => "healthy",
        Some(score) if score >= 40.0 => "at_risk",
        Some(_) => "critical",
    }
}

/// Get the health of organizations
///
/// A score of each organization with its parts and their weights, by id, in pages. With `Accept: text/csv` the points are
/// lines of CSV.
#[utoipa::path(
    get, path = "/analytics/health", tag = "Analytics", security(("key" = ["analytics:read"])),
    params(AnalyticsParams, PageParams),
    responses(
        (status = 200, description = "The scores.", body = Report<HealthResult>),
        (status = 404, description = "`ORGANIZATION_NOT_FOUND`"),
        (status = 503, description = "`STORE_UNAVAILABLE`: payments are still being taken over."),
    ),
)]
pub(crate) async fn get_health(
    State(state): State<AppState>,
    ask: AnalyticsQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    state.collector.catch_up_for_answer().await?;
    let weights = Weights::load(&*state.capabilities.config).await;
    let weights = weights.map_err(|error| Problem::new(Code::Internal, "The edge failed.").because(error))?;
    let (organizations, next) = state.page_of(&ask).await?;
    let active = state.active(&ask, &organizations).await?;
    let mut used: BTreeMap<String, Vec<(Usage, Option<i64>)>> = BTreeMap::new();
    for account in state.usage(&ask, &organizations).await? {
        let periods = account.periods.len();
        let sums = used.entry(account.organization.clone()).or_insert_with(|| vec![Default::default(); periods]);
        for (place, ((sum, users), usage)) in sums.iter_mut().zip(&account.periods).enumerate() {
            sum.add(usage);
            // A user of two applications is active in each, as are their seats.
            if let Some([_, days, _]) = active.of(&account, place) {
                *users = Some(users.unwrap_or_default().saturating_add(days));
            }
        }
    }
    let ids: Vec<&str> = used.keys().map(String::as_str).collect();
    let attempts = state.payments.attempts_of(&ids, &crate::revenue::history_query(&ask)).await?;
    let starts = ask.starts();
    let mut results = Vec::new();
    for (organization, periods) in used {
        let (mut whole, mut whole_paid, mut whole_tried) = (Usage::default(), 0_i64, 0_i64);
        let (mut engagement, mut points) = (None, Vec::new());
        for (place, (start, (usage, users))) in starts.iter().zip(&periods).enumerate() {
            let (paid, failed) = attempts.get(&(organization.clone(), place)).copied().unwrap_or_default();
            let tried = paid.saturating_add(failed);
            whole.add(usage);
            engagement = users.and_then(|users| rate(users, usage.assigned));
            whole_paid = whole_paid.saturating_add(paid);
            whole_tried = whole_tried.saturating_add(tried);
            let parts = Parts::new(weights, usage.utilization(), rate(paid, tried), engagement);
            let score = parts.score();
            points.push(HealthPoint { at: ask.calendar.zone.date_of(*start), score, band: band(score), parts });
        }
        let parts = Parts::new(weights, whole.utilization(), rate(whole_paid, whole_tried), engagement);
        let score = parts.score();
        results.push(HealthResult { organization_id: organization, score, band: band(score), parts, points });
    }
    Report::new(&ask, DEFINITIONS, results).with_next(next).respond(&headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_golden_scores_are_77_and_67_14() {
        let of = |payments| Parts::new(Weights::DEFAULT, Some(0.8), payments, Some(0.5)).score();
        assert_eq!((of(Some(1.0)), of(None)), (Some(77.0), Some(67.14)));
        assert_eq!((band(of(Some(1.0))), band(of(None))), ("healthy", "at_risk"));
        let unknown = Parts::new(Weights::DEFAULT, None, None, None);
        assert_eq!((unknown.score(), band(unknown.score())), (None, "unknown"));
    }

    #[test]
    fn weights_are_data() {
        let read = |written| Weights::parse(written);
        let weights = Weights { utilization: 10, payments: 0, engagement: 5 };
        assert_eq!(read("utilization=10, engagement=5"), Some(weights));
        for written in ["", "utilization", "utilization=-1", "utilization=1.5", "mood=3", "utilization=9999"] {
            assert_eq!(read(written), None, "{written}");
        }
        // A part without weight is left out.
        let only = Weights { utilization: 0, payments: 1, engagement: 0 };
        assert_eq!(Parts::new(only, Some(0.1), Some(1.0), None).score(), Some(100.0));
        assert_eq!(Parts::new(only, Some(0.1), None, None).score(), None);
    }
}
