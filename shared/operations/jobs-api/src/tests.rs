use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use bytes::Bytes;
use edge_capabilities::Clock as _;
use edge_capabilities::http::HttpError;
use edge_capabilities::testing::World;
use edge_database::Db;
use edge_jobs::{JobKind, JobQueue, NewJob};
use serde_json::{Value, json};

const KEY: &str = "bootstrap-key-of-the-tests";
const DRAIN_KEY: &str = "a drain key of the tests";
const KIND: JobKind = JobKind::new("test.kind");

struct Test {
    world: World,
    router: Router,
    keys: Router,
    queue: JobQueue,
}

fn test() -> Test {
    let world = World::new(3);
    world.config.set("bootstrap_admin_key", KEY);
    let (capabilities, _) = world.instance();
    let queue = JobQueue::new(&capabilities, &Db::new(capabilities.db.clone()));
    let router = edge_http::finish(super::routes(&capabilities), "admin", &capabilities);
    Test { world, router, keys: edge_access::router(capabilities), queue }
}

async fn ask(router: &Router, method: &str, path: &str, key: &str, body: Value) -> (u16, Value) {
    edge_http::testing::ask(router, key, None, method, path, &body).await
}

impl Test {
    async fn get(&self, path: &str, key: &str) -> (u16, Value) {
        ask(&self.router, "GET", path, key, Value::Null).await
    }

    async fn post(&self, path: &str, key: &str) -> (u16, Value) {
        ask(&self.router, "POST", path, key, Value::Null).await
    }

    async fn key(&self, fields: Value) -> String {
        let mut new = json!({"name": "test"});
        new.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let made = ask(&self.keys, "POST", "/api/v1/api-keys", KEY, new).await;
        made.1["key"].as_str().unwrap().to_owned()
    }

    async fn enqueue(&self, key: &str, tenant: Option<&str>) {
        let job = NewJob::new(KIND, key, self.world.clock.now()).with(json!({"email": "ana@acme.example"}));
        self.queue.enqueue(NewJob { tenant: tenant.map(ToOwned::to_owned), ..job }).await.unwrap();
        self.world.clock.advance(Duration::from_secs(1)).await;
    }

    /// The other components answer so.
    fn others(&self, answer: impl Fn(&str) -> Result<(u16, Value), HttpError> + Send + Sync + 'static) -> Asked {
        let asked = Asked::default();
        let seen = asked.clone();
        self.world.http.on_request(move |request| {
            let credential = request.headers()["authorization"].to_str().unwrap().to_owned();
            let answer = answer(request.uri().host().unwrap());
            seen.lock().unwrap().push((request.uri().to_string(), credential));
            async move {
                let (status, body) = answer?;
                Ok(http::Response::builder().status(status).body(Bytes::from(body.to_string())).unwrap())
            }
        });
        asked
    }
}

/// The URLs that other components were asked at, and the credentials.
type Asked = Arc<Mutex<Vec<(String, String)>>>;

#[tokio::test(start_paused = true)]
async fn jobs_are_listed_without_what_they_say() {
    let test = test();
    for (key, tenant) in [("a", Some("t")), ("b", Some("u")), ("c", None)] {
        test.enqueue(key, tenant).await;
    }
    let running = test.queue.claim(&[KIND.name], 10).await.unwrap();
    test.queue.dead(&running[0], "why").await.unwrap();
    test.queue.release(&running[1]).await.unwrap();
    let keys = async |query: &str| {
        let (status, list) = test.get(&format!("/api/v1/jobs{query}"), KEY).await;
        assert_eq!(status, 200, "{list}");
        list["data"].as_array().unwrap().iter().map(|job| job["key"].as_str().unwrap().to_owned()).collect::<String>()
    };
    assert_eq!(keys("").await, "cba");
    for (query, expected) in [
        ("?state=dead", "a"),
        ("?state=queued", "b"),
        ("?state=running", "c"),
        ("?kind=test.kind", "cba"),
        ("?kind=test.other", ""),
        ("?tenant_id=u", "b"),
        ("?tenant=u&state=dead", ""),
    ] {
        assert_eq!(keys(query).await, expected, "{query}");
    }
    let (_, page) = test.get("/api/v1/jobs?limit=2", KEY).await;
    let cursor = page["nextCursor"].as_str().unwrap();
    assert_eq!(keys(&format!("?cursor={cursor}")).await, "a");
    for (query, field) in [("?state=done", "state"), ("?limit=0", "limit"), ("?cursor=x", "cursor")] {
        let (status, problem) = test.get(&format!("/api/v1/jobs{query}"), KEY).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!(field)), "{query}");
    }
    let (_, dead) = test.get("/api/v1/jobs?state=dead", KEY).await;
    let expected = json!({
        "id": running[0].id, "kind": "test.kind", "key": "a", "tenant_id": "t", "state": "dead", "due_at": null,
        "attempts": 1, "last_error": "why", "created_at": "2026-01-01T00:00:00.000Z",
    });
    assert_eq!(dead["data"][0], expected);
    let (status, shown) = test.get(&format!("/api/v1/jobs/{}", running[0].id), KEY).await;
    assert_eq!((status, shown), (200, expected));
}

#[tokio::test(start_paused = true)]
async fn a_tenant_sees_and_replays_its_own_jobs_alone() {
    let test = test();
    let (own, other) = ("0b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d11", "0b7e1f6c-6f0a-4a4e-9a55-000000000000");
    for (key, tenant) in [("own", own), ("other", other)] {
        test.enqueue(key, Some(tenant)).await;
    }
    for job in test.queue.claim(&[KIND.name], 10).await.unwrap() {
        test.queue.dead(&job, "why").await.unwrap();
    }
    let (_, all) = test.get("/api/v1/jobs", KEY).await;
    let id = |index: usize| all["data"][index]["id"].as_str().unwrap().to_owned();
    let key = test.key(json!({"scopes": ["jobs:read", "jobs:write"], "tenant_id": own})).await;
    let (_, list) = test.get("/api/v1/jobs", &key).await;
    assert_eq!((list["data"].as_array().unwrap().len(), &list["data"][0]["key"]), (1, &json!("own")));
    assert_eq!(test.get(&format!("/api/v1/jobs?tenant_id={other}"), &key).await.1["data"], json!([]));
    for (method, suffix) in [("GET", ""), ("POST", "/replay")] {
        for (id, status) in [(id(0), 404), (id(1), 200), ("job_none".to_owned(), 404)] {
            let path = format!("/api/v1/jobs/{id}{suffix}");
            let (found, body) = ask(&test.router, method, &path, &key, Value::Null).await;
            assert_eq!(found, status, "{method} {path}: {body}");
            if status == 404 {
                assert_eq!(body["code"], "JOB_NOT_FOUND");
            } else if method == "POST" {
                assert_eq!((&body["state"], &body["attempts"]), (&json!("queued"), &json!(0)));
            }
        }
    }
    assert_eq!(test.post("/api/v1/jobs/drain", &key).await.0, 403);
}

#[tokio::test(start_paused = true)]
async fn each_call_takes_its_scope() {
    let test = test();
    test.others(|_| Ok((200, json!({"completed": 0, "retried": 0, "dead": 0, "more": false}))));
    let (reads, writes) =
        (test.key(json!({"scopes": ["jobs:read"]})).await, test.key(json!({"scopes": ["jobs:write"]})).await);
    for (method, path, reader, writer) in [
        ("GET", "/api/v1/jobs", 200, 403),
        ("GET", "/api/v1/jobs/x", 404, 403),
        ("POST", "/api/v1/jobs/x/replay", 403, 404),
        ("POST", "/api/v1/jobs/drain", 403, 200),
    ] {
        for (key, status) in [(reads.as_str(), reader), (&writes, writer), ("nobody", 401)] {
            assert_eq!(ask(&test.router, method, path, key, Value::Null).await.0, status, "{method} {path}");
        }
    }
    test.world.config.set("drain_key", DRAIN_KEY);
    assert_eq!(test.post("/api/v1/jobs/drain", DRAIN_KEY).await.0, 200);
    assert_eq!(test.get("/api/v1/jobs", DRAIN_KEY).await.0, 401);
    test.world.config.set("drain_key", "short");
    assert_eq!(test.post("/api/v1/jobs/drain", "short").await.0, 401);
}

#[tokio::test(start_paused = true)]
async fn the_drain_has_every_component_run_its_jobs() {
    let test = test();
    test.world.config.set("drain_key", DRAIN_KEY);
    let asked = test.others(|component| {
        let more = component.starts_with("webhook");
        Ok((200, json!({"completed": 2, "retried": 1, "dead": 0, "more": more})))
    });
    let (status, drained) = test.post("/api/v1/jobs/drain", DRAIN_KEY).await;
    let others = super::COMPONENTS.len();
    let expected = json!({"completed": 2 * others, "retried": others, "dead": 0, "more": true});
    assert_eq!((status, drained), (200, expected));
    let mut asked = asked.lock().unwrap().clone();
    asked.sort();
    let of = |component: &str| (format!("http://{component}.spin.internal/jobs/drain"), format!("Bearer {DRAIN_KEY}"));
    assert_eq!(asked, super::COMPONENTS.map(of));
}

#[tokio::test(start_paused = true)]
async fn a_component_that_fails_is_told_of_once_the_others_have_run() {
    let test = test();
    for failure in [Ok((503, json!({}))), Ok((200, json!("nonsense"))), Err(HttpError::Failed("gone".into()))] {
        let asked = test.others(move |component| match component.starts_with("erp") {
            true => failure.clone(),
            false => Ok((200, json!({"completed": 0, "retried": 0, "dead": 0, "more": false}))),
        });
        let (status, problem) = test.post("/api/v1/jobs/drain", KEY).await;
        assert_eq!((status, &problem["code"]), (503, &json!("STORE_UNAVAILABLE")), "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains("erp-sync"), "{problem}");
        assert_eq!(asked.lock().unwrap().len(), super::COMPONENTS.len());
    }
}

#[tokio::test(start_paused = true)]
async fn a_dead_job_is_removed_after_ninety_days() {
    let test = test();
    test.others(|_| Ok((200, json!({"completed": 0, "retried": 0, "dead": 0, "more": false}))));
    test.enqueue("a", None).await;
    test.queue.dead(&test.queue.claim(&[KIND.name], 1).await.unwrap()[0], "why").await.unwrap();
    let db = Db::new(test.world.db.clone());
    let dead = async || test.get("/api/v1/jobs?state=dead", KEY).await.1["data"].as_array().unwrap().len();
    for (days, left) in [(0, 1), (89, 1), (2, 0)] {
        test.world.clock.advance(Duration::from_hours(24 * days)).await;
        // As the drains did meanwhile.
        for _ in 0..=days * 96 {
            db.advance_retention_time(test.world.clock.now()).await.unwrap();
        }
        assert_eq!(test.post("/api/v1/jobs/drain", KEY).await.0, 200);
        assert_eq!(dead().await, left, "{days}");
    }
}
