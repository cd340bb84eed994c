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

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use edge_capabilities::testing::World;
    use http_body_util::BodyExt as _;
    use serde_json::{Value, json};
    use tower::ServiceExt as _;

    use super::*;

    async fn readiness(world: &World) -> (u16, Value) {
        let (capabilities, _tasks) = world.instance();
        let request = http::Request::get("/readyz").body(Body::empty()).unwrap();
        let (head, body) = crate::router(capabilities).oneshot(request).await.unwrap().into_parts();
        (head.status.as_u16(), serde_json::from_slice(&body.collect().await.unwrap().to_bytes()).unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn the_edge_is_ready_where_both_stores_answer() {
        let world = World::new(1);
        let checks = json!({"cache": "ok", "record": "ok", "rules": "ok"});
        assert_eq!(readiness(&world).await, (200, json!({"status": "ready", "checks": checks})));
        world.record.set_down(true);
        let (status, said) = readiness(&world).await;
        assert_eq!(
            (status, &said["checks"]["record"], &said["checks"]["cache"]),
            (503, &json!("unreachable"), &json!("ok"))
        );
        world.cache.set_down(true);
        let (status, said) = readiness(&world).await;
        assert_eq!(
            (status, &said["checks"]["rules"], &said["checks"]["cache"]),
            (503, &json!("unknown"), &json!("unreachable"))
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_version_that_does_not_compile_here_is_shown_and_does_not_make_the_edge_unready() {
        let world = World::new(1);
        let record = Record::new(world.record.clone());
        // As another build's instance might leave it.
        for statement in [
            "INSERT INTO rule_versions (rule, version, sha256, script, author, created_at)
             VALUES ('budget', 7, 'foreign', 'fn decide(input) { tomorrows @ syntax }', 'key:x', 1)",
            "INSERT INTO rule_activations (rule, number, version, replaced, action, actor, activated_at)
             VALUES ('budget', 1, 7, 1, 'activated', 'key:x', 1)",
        ] {
            record.query(statement, &[]).await.unwrap();
        }
        let (status, said) = readiness(&world).await;
        assert_eq!((status, &said["checks"]["rules"]), (200, &json!("lapsed")));
        assert_eq!(said["checks"]["lapsed"], json!([{"rule": "budget", "version": 7, "deciding": 8}]));
    }
}
