//! Liveness and readiness.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use edge_border::Json;
use edge_capabilities::clock::within;
use edge_capabilities::{Capabilities, Clock, KeyValue};
use edge_record::Record;
use edge_rulebook::{Rule, Rulebook};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

/// How long a store may take to answer before it counts as out of reach.
const PATIENCE: Duration = Duration::from_secs(1);

#[derive(Clone)]
pub(crate) struct Stores {
    cache: Arc<dyn KeyValue>,
    clock: Arc<dyn Clock>,
    record: Record,
    rulebook: Rulebook,
}

impl Stores {
    pub(crate) fn new(capabilities: &Capabilities, record: Record) -> Self {
        let rulebook = Rulebook::new(capabilities, &record);
        Self { cache: capabilities.cache.clone(), clock: capabilities.clock.clone(), record, rulebook }
    }

    /// Whether each rule is decided by the version that was put in force, and which are not.
    async fn rules(&self) -> (&'static str, Vec<Lapsed>) {
        let mut lapsed = Vec::new();
        for rule in Rule::ALL {
            let Some(Ok(standing)) = within(&*self.clock, PATIENCE, self.rulebook.standing(rule)).await else {
                return ("unknown", lapsed);
            };
            if let Some((version, _)) = standing.lapsed {
                lapsed.push(Lapsed { rule: rule.as_str(), version, deciding: standing.version });
            }
        }
        (if lapsed.is_empty() { "ok" } else { "lapsed" }, lapsed)
    }
}

/// The process lives.
#[derive(Serialize, ToSchema)]
pub(crate) struct Alive {
    /// `ok`.
    status: &'static str,
}

/// Whether the edge can do its work.
#[derive(Serialize, ToSchema)]
pub(crate) struct Ready {
    /// `ready` or `not ready`.
    status: &'static str,
    checks: Checks,
}

#[derive(Serialize, ToSchema)]
struct Checks {
    /// The key-value store: `ok` or `unreachable`.
    cache: &'static str,
    /// The SQL database: `ok` or `unreachable`.
    record: &'static str,
    /// The rules: `ok`; `lapsed` where a version that was put in force does not compile on this build, so that the last
    /// one decides that does; `unknown` where no store says which version is in force.
    rules: &'static str,
    /// The rules that are decided by an earlier version.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lapsed: Vec<Lapsed>,
}

/// A rule that is not decided by the version that was put in force.
#[derive(Serialize, ToSchema)]
struct Lapsed {
    rule: &'static str,
    /// The version that was put in force and does not compile on this build.
    version: i64,
    /// The version that decides in its place.
    deciding: i64,
}

/// Whether the process lives
#[utoipa::path(get, path = "/healthz", tag = "Operations", responses((status = 200, description = "It does.", body = Alive)))]
pub(crate) async fn alive() -> Json<Alive> {
    Json(Alive { status: "ok" })
}

/// Whether the edge can do its work
///
/// The stores are asked. The ERP is not: without it the edge goes on with what it knows. A rule that lapsed is shown, and
/// does not make the edge unready: the last version that compiles decides.
#[utoipa::path(
    get, path = "/readyz", tag = "Operations",
    responses(
        (status = 200, description = "It can.", body = Ready),
        (status = 503, description = "A store is out of reach.", body = Ready),
    ),
)]
pub(crate) async fn ready(State(stores): State<Stores>) -> Response {
    let clock = &*stores.clock;
    let cache = within(clock, PATIENCE, stores.cache.get("readyz")).await;
    let record = within(clock, PATIENCE, stores.record.query("SELECT 1", &[])).await;
    let word = |reached: bool| if reached { "ok" } else { "unreachable" };
    let (cache, record) = (matches!(cache, Some(Ok(_))), matches!(record, Some(Ok(_))));
    let (rules, lapsed) = stores.rules().await;
    let checks = Checks { cache: word(cache), record: word(record), rules, lapsed };
    if cache && record {
        Json(Ready { status: "ready", checks }).into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, Json(Ready { status: "not ready", checks })).into_response()
    }
}
