//! Figures over HTTP.

use std::time::Duration;

use axum::extract::{FromRequestParts, Query, State};
use edge_access::{Granted, OperationsRead};
use edge_capabilities::Timestamp;
use edge_capabilities::clock::millis;
use edge_capabilities::counters::UNWRITTEN_DECISIONS;
use edge_http::{Code, Json, Problem};
use http::request::Parts;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::AppState;
use crate::counts::Counts;
use crate::snapshot::{Snapshot, Snapshots};
use crate::stats::{Counted, Current, Stats};

/// How far back the state of an upstream looks, at least.
const LATELY: Duration = Duration::from_mins(1);

/// A window of time that ends now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) enum StatsWindow {
    /// 15 minutes.
    #[default]
    #[serde(rename = "15m")]
    Minutes,
    /// 24 hours.
    #[serde(rename = "24h")]
    Day,
    /// 30 days.
    #[serde(rename = "30d")]
    Month,
}

impl StatsWindow {
    const ALL: [(&'static str, Self); 3] = [("15m", Self::Minutes), ("24h", Self::Day), ("30d", Self::Month)];

    const fn length(self) -> Duration {
        match self {
            Self::Minutes => Duration::from_mins(15),
            Self::Day => Duration::from_hours(24),
            Self::Month => Duration::from_hours(30 * 24),
        }
    }
}

/// Which window.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct StatsQuery {
    /// By default `15m`.
    #[param(value_type = Option<StatsWindow>)]
    window: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for StatsWindow {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = Query::<StatsQuery>::try_from_uri(&parts.uri);
        let Query(query) = query.map_err(|_| Problem::field("query", "cannot be read"))?;
        let Some(written) = query.window else { return Ok(Self::default()) };
        let found = Self::ALL.into_iter().find(|(name, _)| *name == written);
        found.map(|(_, window)| window).ok_or_else(|| Problem::field("window", "must be 15m, 24h or 30d"))
    }
}

/// Get figures of the edge
///
/// Rates and quantiles of a window that ends now, of all nodes together: requests, seat verdicts, upstreams, webhooks, jobs
/// and rules. They hold over restarts. A window begins up to a minute earlier than it says, one of 24 hours or 30 days up
/// to an hour; `from` says when. Requires a platform key.
#[utoipa::path(
    get, path = "/api/v1/stats", tag = "Operations", security(("key" = ["operations:read"])),
    params(StatsQuery), responses((status = 200, description = "The figures.", body = Stats)),
)]
pub(crate) async fn get_stats(
    State(state): State<AppState>,
    granted: Granted<OperationsRead>,
    window: StatsWindow,
) -> Result<Json<Stats>, Problem> {
    if granted.caller.tenant.is_some() {
        return Err(Problem::new(Code::PermissionDenied, "This requires a platform key."));
    }
    let current = Current {
        waiting_events: edge_webhooks::count_waiting_events(&state.db).await?,
        jobs: state.queue.count().await?,
        oldest_due: state.queue.oldest_due().await?,
        // It is in the cache, which may be away: the rest is worth telling without it.
        decisions_unwritten: state.counters.at(UNWRITTEN_DECISIONS).await.unwrap_or(0),
    };
    Ok(Json(Stats::new(window, &state.counted(window).await?, &current)))
}

impl AppState {
    async fn counted(&self, window: StatsWindow) -> Result<Counted, Problem> {
        let snapshots = Snapshots::new(&self.db);
        let now = self.capabilities.clock.now();
        let begin = before(now, window.length());
        let last = snapshots.last().await?;
        let newest = match (Counts::read(&self.counters).await, &last) {
            (Ok(counts), Some(last)) => last.next(now, counts),
            (Ok(counts), None) => Snapshot::first(now, counts),
            // Without the cache, figures end with the last snapshot.
            (Err(_), Some(last)) => last.clone(),
            (Err(error), None) => {
                let problem = Problem::new(Code::StoreUnavailable, "The edge's cache cannot be reached; try again.");
                return Err(problem.retry_after(1).because(error));
            }
        };
        let first = snapshots.at(begin).await?.unwrap_or_else(|| newest.clone());
        let lately = snapshots.at(before(newest.taken_at, LATELY)).await?.unwrap_or_else(|| newest.clone());
        let totals = newest.totals();
        Ok(Counted {
            from: first.begins(begin),
            to: newest.taken_at,
            all: totals.since(&first.totals()),
            lately: totals.since(&lately.totals()),
        })
    }
}

fn before(at: Timestamp, duration: Duration) -> Timestamp {
    Timestamp::from_millis(at.as_millis().saturating_sub(millis(duration)))
}
