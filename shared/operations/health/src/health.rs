//! Liveness and readiness.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use edge_capabilities::clock::{millis, within};
use edge_capabilities::database::DatabaseError;
use edge_capabilities::{Capabilities, Clock, Config, KeyValue};
use edge_database::{ClockState, Db};
use edge_http::Json;
use edge_rulebook::{Rule, Rulebook};
use edge_seats::TokenState;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

/// How long a store may take to answer before it counts as out of reach.
const TIMEOUT: Duration = Duration::from_secs(1);

#[derive(Clone)]
pub(crate) struct Stores {
    cache: Arc<dyn KeyValue>,
    clock: Arc<dyn Clock>,
    config: Arc<dyn Config>,
    db: Db,
    rulebook: Rulebook,
    /// When both stores were last written to with success, in milliseconds of the instance's life.
    written: Arc<AtomicI64>,
}

/// For how long a successful write counts, so that frequent checks do not write each time.
const WRITE_EVERY: Duration = Duration::from_secs(1);

/// The key that readiness writes to the cache.
const KEY: &str = "readyz";

impl Stores {
    pub(crate) fn new(capabilities: &Capabilities, db: Db) -> Self {
        let rulebook = Rulebook::new(capabilities, &db);
        Self {
            cache: capabilities.cache.clone(),
            clock: capabilities.clock.clone(),
            config: capabilities.config.clone(),
            db,
            rulebook,
            written: Arc::new(AtomicI64::new(i64::MIN)),
        }
    }

    /// The key-value store, the SQL database, and what the latter says of the clock.
    async fn checked(&self) -> (&'static str, &'static str, &'static str) {
        let since_start = millis(self.clock.elapsed());
        let since_written = since_start.saturating_sub(self.written.load(Ordering::Relaxed));
        let writes = since_written >= millis(WRITE_EVERY);
        let cache = self.cache(writes).await;
        let db = self.db(writes).await;
        if writes && (cache, db) == ("ok", "ok") {
            self.written.store(since_start, Ordering::Relaxed);
        }
        let clock = if db == "unreachable" { "unknown" } else { self.clock_state().await };
        (cache, db, clock)
    }

    async fn cache(&self, writes: bool) -> &'static str {
        if !matches!(within(&*self.clock, TIMEOUT, self.cache.get(KEY)).await, Some(Ok(_))) {
            return "unreachable";
        }
        let now = self.clock.now().to_string();
        let written = async { if writes { self.cache.set(KEY, now.as_bytes()).await } else { Ok(()) } };
        if matches!(within(&*self.clock, TIMEOUT, written).await, Some(Ok(()))) { "ok" } else { "not_writable" }
    }

    async fn db(&self, writes: bool) -> &'static str {
        match within(&*self.clock, TIMEOUT, self.db.check_readable()).await {
            Some(Ok(())) => {}
            Some(Err(DatabaseError::NewerSchema(_))) => return "newer_schema",
            _ => return "unreachable",
        }
        let now = self.clock.now();
        let written = async { if writes { self.db.check_writable(now).await } else { Ok(()) } };
        if matches!(within(&*self.clock, TIMEOUT, written).await, Some(Ok(()))) { "ok" } else { "not_writable" }
    }

    async fn clock_state(&self) -> &'static str {
        match within(&*self.clock, TIMEOUT, self.db.check_clock(self.clock.now())).await {
            Some(Ok(ClockState::Good)) => "ok",
            Some(Ok(ClockState::Behind)) => "behind",
            Some(Ok(ClockState::Off)) => "off",
            _ => "unknown",
        }
    }

    /// Whether each rule is decided by the version that was put in force, and which are not.
    async fn rules(&self) -> (&'static str, Vec<Lapsed>) {
        let mut lapsed = Vec::new();
        for rule in Rule::ALL {
            let Some(Ok(standing)) = within(&*self.clock, TIMEOUT, self.rulebook.status(rule)).await else {
                return ("unknown", lapsed);
            };
            if let Some((version, _)) = standing.lapsed {
                lapsed.push(Lapsed { rule: rule.as_str(), version, deciding: standing.version });
            }
        }
        (if lapsed.is_empty() { "ok" } else { "lapsed" }, lapsed)
    }
}

/// The process is alive.
#[derive(Serialize, ToSchema)]
pub(crate) struct Alive {
    /// Always `ok`.
    status: &'static str,
}

/// Whether the edge is ready to serve requests.
#[derive(Serialize, ToSchema)]
pub(crate) struct Ready {
    /// `ready` or `not ready`.
    status: &'static str,
    /// The results of the checks.
    checks: Checks,
}

/// The state of each dependency.
#[derive(Serialize, ToSchema)]
struct Checks {
    /// The key-value store: `ok`, `unreachable`, or `not_writable` if it can be read but not written.
    cache: &'static str,
    /// The SQL database: `ok`, `unreachable`, `not_writable` if it can be read but not written, or `newer_schema` if a
    /// newer build changed the schema and this build is not known to work with it.
    #[serde(rename = "record")]
    db: &'static str,
    /// The node's clock: `ok`; `behind` if there are records dated more than five minutes later; `off` if it differs by
    /// more than five minutes from the clock of the database server; `unknown` if the database does not respond.
    clock: &'static str,
    /// The rules: `ok`; `lapsed` if an activated version does not compile on this build, so that the latest version
    /// that compiles is used instead; `unknown` if no store can tell which version is active.
    rules: &'static str,
    /// `malformed` if `seat_token_key` cannot be read; omitted otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    seat_tokens: Option<TokenState>,
    /// The upstreams of this node whose calls fail at once or are held back, by scheme, host and port: `open`, `probing` or
    /// `ramping`. The embedded host adds it; omitted on Spin.
    #[serde(skip_serializing_if = "Option::is_none")]
    upstreams: Option<BTreeMap<String, String>>,
    /// The rules that use an earlier version than the activated one; omitted if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lapsed: Vec<Lapsed>,
}

/// A rule that does not use its activated version.
#[derive(Serialize, ToSchema)]
struct Lapsed {
    /// The rule's name.
    rule: &'static str,
    /// The activated version, which does not compile on this build.
    version: i64,
    /// The version that is used instead.
    deciding: i64,
}

/// Check liveness
///
/// Succeeds as long as the process can respond. No store is accessed.
#[utoipa::path(
    get, path = "/healthz", operation_id = "check_liveness", tag = "Operations",
    responses((status = 200, description = "The process is alive.", body = Alive)),
)]
pub(crate) async fn alive() -> Json<Alive> {
    Json(Alive { status: "ok" })
}

/// Check readiness
///
/// Reads and writes the stores. The ERP is not checked, because the edge continues with cached data without it. A
/// lapsed rule is reported but does not make the edge unready, because the latest version that compiles is used.
#[utoipa::path(
    get, path = "/readyz", operation_id = "check_readiness", tag = "Operations",
    responses(
        (status = 200, description = "The edge is ready.", body = Ready),
        (status = 503, description = "A store cannot be used, the clock is wrong, or a variable is malformed.", body = Ready),
    ),
)]
pub(crate) async fn ready(State(stores): State<Stores>) -> Response {
    let (cache, db, clock) = stores.checked().await;
    let (rules, lapsed) = stores.rules().await;
    let malformed = TokenState::read(&*stores.config).await == TokenState::Malformed;
    let checks = Checks {
        cache,
        db,
        clock,
        rules,
        seat_tokens: malformed.then_some(TokenState::Malformed),
        upstreams: None,
        lapsed,
    };
    if (cache, db, clock, malformed) == ("ok", "ok", "ok", false) {
        Json(Ready { status: "ready", checks }).into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, Json(Ready { status: "not ready", checks })).into_response()
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use edge_capabilities::testing::World;
    use http_body_util::BodyExt as _;
    use serde_json::{Value, json};
    use tower::ServiceExt as _;

    use super::*;

    fn router(capabilities: &Capabilities) -> Router {
        edge_http::finish(crate::readiness(capabilities), "seat-verification", capabilities)
    }

    async fn readiness(world: &World) -> (u16, Value) {
        let (capabilities, _tasks) = world.instance();
        let request = http::Request::get("/readyz").body(Body::empty()).unwrap();
        let (head, body) = router(&capabilities).oneshot(request).await.unwrap().into_parts();
        (head.status.as_u16(), serde_json::from_slice(&body.collect().await.unwrap().to_bytes()).unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn the_edge_is_ready_where_both_stores_answer() {
        let world = World::new(1);
        let checks = json!({"cache": "ok", "record": "ok", "clock": "ok", "rules": "ok"});
        assert_eq!(readiness(&world).await, (200, json!({"status": "ready", "checks": checks})));
        world.db.set_down(true);
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
    async fn the_edge_is_not_ready_with_a_seat_token_key_that_cannot_be_read() {
        let world = World::new(1);
        world.config.set("seat_token_key", "not a key");
        let (status, said) = readiness(&world).await;
        assert_eq!((status, &said["checks"]["seat_tokens"]), (503, &json!("malformed")));
        world.config.set("seat_token_key", "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");
        assert_eq!(readiness(&world).await.0, 200);
    }

    #[tokio::test(start_paused = true)]
    async fn the_edge_is_not_ready_where_a_store_cannot_be_written() {
        let world = World::new(1);
        readiness(&world).await;
        world.db.set_full(true);
        let (status, said) = readiness(&world).await;
        assert_eq!(
            (status, &said["checks"]["record"], &said["checks"]["cache"]),
            (503, &json!("not_writable"), &json!("ok"))
        );
        world.db.set_full(false);
        world.cache.set_full(true);
        let (status, said) = readiness(&world).await;
        assert_eq!(
            (status, &said["checks"]["record"], &said["checks"]["cache"]),
            (503, &json!("ok"), &json!("not_writable"))
        );
        world.cache.set_full(false);
        assert_eq!(readiness(&world).await.0, 200);
    }

    #[tokio::test(start_paused = true)]
    async fn an_instance_that_is_asked_all_the_time_writes_once_a_second() {
        let world = World::new(1);
        let (capabilities, _tasks) = world.instance();
        let router = router(&capabilities);
        let ready = async || {
            let request = http::Request::get("/readyz").body(Body::empty()).unwrap();
            router.clone().oneshot(request).await.unwrap().status().as_u16()
        };
        assert_eq!(ready().await, 200);
        world.db.set_full(true);
        assert_eq!(ready().await, 200);
        world.clock.advance(WRITE_EVERY).await;
        assert_eq!(ready().await, 503);
        // What went badly is not remembered.
        world.db.set_full(false);
        assert_eq!(ready().await, 200);
    }

    #[tokio::test(start_paused = true)]
    async fn the_edge_is_not_ready_where_a_newer_build_changed_the_record() {
        let world = World::new(1);
        let db = Db::new(world.db.clone());
        db.query("INSERT INTO schema_migrations (version) VALUES (99)", &[]).await.unwrap();
        let (status, said) = readiness(&world).await;
        assert_eq!((status, &said["checks"]["record"]), (503, &json!("newer_schema")));
    }

    #[tokio::test(start_paused = true)]
    async fn the_edge_is_not_ready_where_its_clock_is_behind_the_newest_record() {
        let world = World::new(1);
        let db = Db::new(world.db.clone());
        let key = "INSERT INTO api_keys (id, secret_sha256, name, scopes, created_by, created_at)
            VALUES ('a', 'a', 'a', '[]', 'a', $1)";
        db.query(key, &[world.clock.now().into()]).await.unwrap();
        assert_eq!(readiness(&world).await.0, 200);
        let forty_days = millis(Duration::from_hours(24 * 40));
        world.clock.shift(-forty_days);
        let (status, said) = readiness(&world).await;
        assert_eq!(
            (status, &said["checks"]["clock"], &said["checks"]["record"]),
            (503, &json!("behind"), &json!("ok"))
        );
        world.clock.shift(forty_days);
        assert_eq!(readiness(&world).await.0, 200);
    }

    #[tokio::test(start_paused = true)]
    async fn a_version_that_does_not_compile_here_is_shown_and_does_not_make_the_edge_unready() {
        let world = World::new(1);
        let db = Db::new(world.db.clone());
        // As another build's instance might leave it.
        for statement in [
            "INSERT INTO rule_versions (rule, version, sha256, script, author, created_at)
             VALUES ('budget', 7, 'foreign', 'fn decide(input) { tomorrows @ syntax }', 'key:x', 1)",
            "INSERT INTO rule_activations (rule, number, version, replaced, action, actor, activated_at)
             VALUES ('budget', 1, 7, 1, 'activated', 'key:x', 1)",
        ] {
            db.query(statement, &[]).await.unwrap();
        }
        let (status, said) = readiness(&world).await;
        assert_eq!((status, &said["checks"]["rules"]), (200, &json!("lapsed")));
        assert_eq!(said["checks"]["lapsed"], json!([{"rule": "budget", "version": 7, "deciding": 8}]));
    }
}
