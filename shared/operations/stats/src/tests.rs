use std::time::Duration;

use axum::Router;
use edge_capabilities::counters::{AnsweredIn, UPSTREAM_CALLS, UPSTREAM_LATENCY};
use edge_capabilities::histogram::bucket_of;
use edge_capabilities::testing::World;
use edge_capabilities::{Clock as _, Counters};
use edge_database::Db;
use edge_jobs::{JobKind, JobQueue, JobRunner, NewJob};
use serde_json::{Value, json};

use crate::{SNAPSHOT_EVERY, TAKE_SNAPSHOT, TakeSnapshot};

const KEY: &str = "bootstrap-key-of-the-tests";

struct Test {
    world: World,
    router: Router,
    db: Db,
}

fn test() -> Test {
    let world = World::new(5);
    world.config.set("bootstrap_admin_key", KEY);
    let (capabilities, _) = world.instance();
    let router = edge_http::finish(super::routes(&capabilities), "admin", &capabilities);
    Test { router, db: Db::new(capabilities.db.clone()), world }
}

impl Test {
    async fn stats(&self, window: &str) -> Value {
        let path = format!("/api/v1/stats?window={window}");
        let (status, stats) = edge_http::testing::ask(&self.router, KEY, None, "GET", &path, &Value::Null).await;
        assert_eq!(status, 200, "{stats}");
        stats
    }

    /// Counts by `work`, as an instance does.
    async fn count(&self, work: impl FnOnce(&Counters)) {
        work(&Counters::new(&self.world.instance().0));
        // Counts are written a second later.
        tokio::time::sleep(Duration::from_secs(2)).await;
    }

    async fn requests(&self, count: usize) {
        self.count(|counters| {
            for _ in 0..count {
                counters.request("rules", 200, AnsweredIn(Duration::from_micros(700)));
            }
        })
        .await;
    }

    /// Time passes, a minute at a time, and each node drains.
    async fn pass(&self, minutes: u32) {
        for _ in 0..minutes {
            self.world.clock.advance(Duration::from_mins(1)).await;
            let (capabilities, _) = self.world.instance();
            let queue = JobQueue::new(&capabilities, &self.db);
            let snapshot = TakeSnapshot::new(&capabilities, &self.db);
            let runner = JobRunner::new("admin", &capabilities, &queue);
            self.db.advance_retention_time(self.world.clock.now()).await.unwrap();
            runner.repeat(TAKE_SNAPSHOT, SNAPSHOT_EVERY, snapshot).drain().await.unwrap();
        }
    }

    async fn snapshots(&self) -> i64 {
        let rows = self.db.query("SELECT COUNT(*) FROM stats_snapshots", &[]).await.unwrap();
        rows[0].integer(0).unwrap()
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_edge_tells_what_it_has_counted_so_far() {
    let test = test();
    let none = test.stats("15m").await;
    assert_eq!((&none["requests"], &none["error_rate"], &none["components"]), (&json!(0), &Value::Null, &json!([])));
    test.count(|counters| {
        for (status, micros) in [(200, 700), (200, 700), (404, 700), (503, 2_000_000)] {
            counters.request("rules", status, AnsweredIn(Duration::from_micros(micros)));
        }
        counters.count(["seat_verdicts", "cache", "SEAT_ACTIVE"]);
        counters.count(["seat_verdicts", "erp", "SEAT_REVOKED"]);
        counters.count(["webhooks_delivered", "stripe", "duplicate"]);
        counters.count(["webhooks_rejected", "erp", "too_large"]);
        counters.count(["rule_evaluations", "approval", "reject"]);
        counters.count(["rule_evaluations", "seat_access", "failed"]);
        counters.count([UPSTREAM_CALLS, "erp", "answered"]);
        counters.count([UPSTREAM_CALLS, "erp", "timed_out"]);
        counters.count([UPSTREAM_CALLS, "stripe", "unreachable"]);
        counters.count([UPSTREAM_CALLS, "mail", "answered"]);
        counters.count(bucket_of(UPSTREAM_LATENCY, "mail", 20_000));
    })
    .await;
    let queue = JobQueue::new(&test.world.instance().0, &test.db);
    queue.enqueue(NewJob::new(JobKind::new("test.late"), "a", test.world.clock.now())).await.unwrap();
    test.world.clock.advance(Duration::from_secs(90)).await;
    let stats = test.stats("15m").await;
    assert_eq!((&stats["window"], &stats["requests"], &stats["errors"]), (&json!("15m"), &json!(4), &json!(1)));
    let rules = &stats["components"][0];
    for (field, value) in
        [("component", json!("rules")), ("requests", json!(4)), ("refused", json!(1)), ("errors", json!(1))]
    {
        assert_eq!(rules[field], value, "{field}");
    }
    assert_eq!(rules["error_rate"], 0.25);
    let (p50, p99) = (rules["p50_ms"].as_f64().unwrap(), rules["p99_ms"].as_f64().unwrap());
    assert!((0.5..1.0).contains(&p50) && (1_400.0..2_900.0).contains(&p99), "{p50} {p99}");
    assert_eq!(stats["cache_hit_rate"], 0.5);
    assert_eq!(stats["verdicts"].as_array().unwrap().len(), 2);
    assert_eq!(stats["verdicts"][0]["count"], 1);
    let upstream = |name: &str| {
        let found = stats["upstreams"].as_array().unwrap().iter().find(|upstream| upstream["upstream"] == name);
        found.unwrap().clone()
    };
    for (name, state) in [("erp", "degraded"), ("stripe", "down"), ("mail", "up"), ("notify", "idle")] {
        assert_eq!(upstream(name)["state"], state, "{name}");
    }
    assert!((10.0..40.0).contains(&upstream("mail")["p99_ms"].as_f64().unwrap()));
    let webhooks = &stats["webhooks"];
    assert_eq!((&webhooks["in"], &webhooks["duplicates"], &webhooks["rejected"]), (&json!(1), &json!(1), &json!(1)));
    assert_eq!((&webhooks["open"], &webhooks["dead"]), (&json!(0), &json!(0)));
    assert_eq!((&stats["jobs"]["lag_seconds"], &stats["jobs"]["queued"]), (&json!(90.0), &json!(1)));
    let rule = |name: &str| {
        let found = stats["rules"].as_array().unwrap().iter().find(|rule| rule["rule"] == name).unwrap();
        (found["decisions"].clone(), found["failures"].clone())
    };
    assert_eq!(rule("approval"), (json!(1), json!(0)));
    assert_eq!(rule("seat_access"), (json!(3), json!(1)));
    assert_eq!(stats["decisions_unwritten"], 0);
}

#[tokio::test(start_paused = true)]
async fn a_window_holds_what_happened_in_it_and_outlives_a_lost_cache() {
    let test = test();
    test.requests(3).await;
    test.pass(30).await;
    test.requests(5).await;
    assert_eq!(test.stats("15m").await["requests"], 5);
    assert_eq!(test.stats("24h").await["requests"], 8);
    test.pass(5).await;
    test.world.cache.lose_everything();
    test.requests(2).await;
    test.pass(1).await;
    test.requests(4).await;
    let stats = test.stats("15m").await;
    assert_eq!(stats["requests"], 11, "{stats}");
    assert_eq!(test.stats("30d").await["requests"], 14);
    test.pass(20).await;
    assert_eq!(test.stats("15m").await["requests"], 0);
    // Without the cache, what is known is told.
    test.world.cache.set_down(true);
    assert_eq!(test.stats("24h").await["requests"], 14);
}

#[tokio::test(start_paused = true)]
async fn snapshots_of_a_month_are_few_and_each_window_finds_its_own() {
    let test = test();
    test.requests(1).await;
    test.pass(100).await;
    let kept = test.snapshots().await;
    assert!(kept <= 61 + 4, "{kept}: those of an hour, one for each hour before, and the first");
    test.requests(1).await;
    test.pass(1).await;
    test.world.clock.advance(Duration::from_hours(40 * 24)).await;
    test.pass(2).await;
    test.requests(1).await;
    assert_eq!(test.stats("30d").await["requests"], 1);
    assert_eq!(test.stats("15m").await["requests"], 1);
}

#[tokio::test(start_paused = true)]
async fn of_two_snapshots_at_once_one_is_kept_and_nothing_is_counted_twice() {
    let test = test();
    test.requests(7).await;
    let (one, other) = (test.world.instance().0, test.world.instance().0);
    let handlers = [TakeSnapshot::new(&one, &test.db), TakeSnapshot::new(&other, &test.db)];
    let queue = JobQueue::new(&one, &test.db);
    queue.enqueue(NewJob::new(TAKE_SNAPSHOT, "", test.world.clock.now())).await.unwrap();
    let job = queue.claim(&[TAKE_SNAPSHOT.name], 1).await.unwrap().pop().unwrap();
    let [first, second] = &handlers;
    let (first, second) =
        futures::join!(edge_jobs::JobHandler::run(first, &job), edge_jobs::JobHandler::run(second, &job));
    assert!(first.is_ok() && second.is_ok());
    assert!(test.snapshots().await <= 3);
    assert_eq!(test.stats("15m").await["requests"], 7);
}

#[tokio::test(start_paused = true)]
async fn figures_are_for_platform_keys_with_the_scope_and_the_window_is_one_of_three() {
    let test = test();
    let (capabilities, _) = test.world.instance();
    let keys = edge_access::router(capabilities);
    let ask = async |key: &str, path: &str| {
        let (status, body) = edge_http::testing::ask(&test.router, key, None, "GET", path, &Value::Null).await;
        (status, body["code"].as_str().unwrap_or_default().to_owned())
    };
    for path in ["/api/v1/stats?window=1h", "/api/v1/stats?window="] {
        assert_eq!(ask(KEY, path).await, (400, "VALIDATION_ERROR".into()), "{path}");
    }
    assert_eq!(ask(KEY, "/api/v1/stats").await.0, 200);
    assert_eq!(ask("nobody", "/api/v1/stats").await, (401, "UNAUTHENTICATED".into()));
    for (scopes, tenant, status) in
        [(["operations:read"], None, 200), (["jobs:read"], None, 403), (["operations:read"], Some("t1"), 403)]
    {
        let mut new = json!({"name": "test", "scopes": scopes});
        if let Some(tenant) = tenant {
            new["tenant_id"] = tenant.into();
        }
        let made = edge_http::testing::ask(&keys, KEY, None, "POST", "/api/v1/api-keys", &new).await.1;
        let key = made["key"].as_str().unwrap();
        assert_eq!(ask(key, "/api/v1/stats?window=24h").await.0, status, "{scopes:?} {tenant:?}");
    }
}
