use std::time::Duration;

use axum::body::Body;
use axum::routing::get;
use edge_capabilities::Clock as _;
use edge_capabilities::testing::{Tasks, World};
use http::{HeaderMap, Method, Request};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::*;
use crate::granted::SeatsVerify;

mod chains;
mod last_use;
mod roots;

const BOOTSTRAP: &str = "bootstrap-key-of-the-tests";

fn world() -> World {
    let world = World::new(1);
    world.config.set("bootstrap_admin_key", BOOTSTRAP);
    world
}

/// The routes of `api-keys` beside one that wants `seats:verify`, as one instance.
fn instance(world: &World) -> (Instance, Tasks) {
    let (capabilities, tasks) = world.instance();
    let authenticator = Authenticator::new(&capabilities, &Db::new(capabilities.db.clone()));
    let guarded = Router::new()
        .route("/guarded", get(async |granted: Granted<SeatsVerify>| granted.caller.id.to_string()))
        .with_state(authenticator);
    let guarded = edge_http::finish(guarded, "guarded", &capabilities);
    (Instance { keys: router(capabilities), guarded }, tasks)
}

struct Instance {
    keys: Router,
    guarded: Router,
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

async fn ask(instance: &Instance, method: Method, path: &str, bearer: &str, body: Option<Value>) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {bearer}"));
    if body.is_some() {
        request = request.header("content-type", "application/json");
    }
    let request = request.body(body.map_or_else(Body::empty, |body| Body::from(body.to_string()))).unwrap();
    let router = if path == "/guarded" { &instance.guarded } else { &instance.keys };
    let (head, body) = router.clone().oneshot(request).await.unwrap().into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&bytes)));
    Answer { status: head.status.as_u16(), headers: head.headers, body }
}

async fn make(router: &Instance, bearer: &str, body: Value) -> (String, String) {
    let made = ask(router, Method::POST, "/api/v1/api-keys", bearer, Some(body)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    (made.body["id"].as_str().unwrap().to_owned(), made.body["key"].as_str().unwrap().to_owned())
}

async fn guarded(router: &Instance, bearer: &str) -> u16 {
    ask(router, Method::GET, "/guarded", bearer, None).await.status
}

#[tokio::test(start_paused = true)]
async fn a_key_that_was_made_opens_what_its_scopes_say() {
    let (router, _tasks) = instance(&world());
    let (id, key) = make(&router, BOOTSTRAP, json!({"name": "healos", "scopes": ["seats:verify"]})).await;
    assert!(key.starts_with(&format!("bhk_{id}_")));
    let answer = ask(&router, Method::GET, "/guarded", &key, None).await;
    assert_eq!((answer.status, &answer.body), (200, &json!(format!("key:{id}"))));
    assert!(answer.headers["server-timing"].to_str().unwrap().contains("key;dur="));
    let (_, other) = make(&router, BOOTSTRAP, json!({"name": "plans", "scopes": ["plans:read"]})).await;
    let refused = ask(&router, Method::GET, "/guarded", &other, None).await;
    assert_eq!((refused.status, &refused.body["code"]), (403, &json!("PERMISSION_DENIED")));
}

#[tokio::test(start_paused = true)]
async fn a_key_is_told_what_it_is_and_may_do() {
    let (router, _tasks) = instance(&world());
    let wanted = json!({
        "name": "healos", "scopes": ["seats:verify", "rules:read"], "tenant_id": "t1", "applications": ["healos"],
        "expires_at": "9999-01-01T00:00:00Z",
    });
    let (id, key) = make(&router, BOOTSTRAP, wanted).await;
    let me = async |bearer: &str| ask(&router, Method::GET, "/api/v1/me", bearer, None).await;
    let answer = me(&key).await;
    let expected = json!({
        "kind": "key", "id": id, "name": "healos", "tenant_id": "t1", "roles": [],
        "scopes": ["seats:verify", "rules:read"], "applications": ["healos"], "expires_at": "9999-01-01T00:00:00.000Z",
    });
    assert_eq!((answer.status, answer.body), (200, expected));
    assert_eq!(answer.headers["cache-control"], "no-store");
    let bootstrap = me(BOOTSTRAP).await.body;
    assert_eq!((&bootstrap["id"], &bootstrap["expires_at"]), (&json!("bootstrap"), &Value::Null));
    assert_eq!(bootstrap["scopes"].as_array().unwrap().len(), Scope::ALL.len());
    assert_eq!(me("bhk_nobody_knows").await.status, 401);
}

#[tokio::test(start_paused = true)]
async fn nobody_else_is_let_in() {
    let world = world();
    let (router, _tasks) = instance(&world);
    let (id, key) = make(&router, BOOTSTRAP, json!({"name": "k", "scopes": ["seats:verify"]})).await;
    let last = if key.ends_with('0') { "1" } else { "0" };
    let almost = format!("{}{last}", key.strip_suffix(key.chars().last().unwrap()).unwrap());
    for bearer in
        ["", "x", "bhk_", &format!("bhk_{id}_"), &almost, &format!("{key}0"), BOOTSTRAP.strip_prefix('b').unwrap()]
    {
        let refused = ask(&router, Method::GET, "/guarded", bearer, None).await;
        assert_eq!((refused.status, &refused.body["code"]), (401, &json!("UNAUTHENTICATED")), "{bearer}");
        assert_eq!(refused.headers["www-authenticate"], "Bearer");
    }
    world.config.set("bootstrap_admin_key", "short");
    assert_eq!(guarded(&router, "short").await, 401);
    world.config.set("bootstrap_admin_key", "");
    assert_eq!(guarded(&router, "").await, 401);
}

#[tokio::test(start_paused = true)]
async fn no_secret_is_kept_or_logged() {
    let world = world();
    let (router, _tasks) = instance(&world);
    let (_, key) = make(&router, BOOTSTRAP, json!({"name": "k", "scopes": ["seats:verify"]})).await;
    guarded(&router, &key).await;
    world.clock.advance(Duration::from_secs(1)).await;
    let secret = key.rsplit('_').next().unwrap();
    let log = world.log.lines().join("\n");
    assert!(!log.contains(secret) && !log.contains(BOOTSTRAP), "{log}");
    let listed = ask(&router, Method::GET, "/api/v1/api-keys", BOOTSTRAP, None).await.body.to_string();
    assert!(!listed.contains(secret));
}

#[tokio::test(start_paused = true)]
async fn a_revoked_key_stops_working_within_a_second_in_every_instance() {
    let world = world();
    let (here, _tasks) = instance(&world);
    let (there, _other_tasks) = instance(&world);
    let (id, key) = make(&here, BOOTSTRAP, json!({"name": "k", "scopes": ["seats:verify"]})).await;
    for wait in [0, 350, 650] {
        world.clock.advance(Duration::from_millis(wait)).await;
        assert_eq!((guarded(&here, &key).await, guarded(&there, &key).await), (200, 200));
    }
    let path = format!("/api/v1/api-keys/{id}");
    assert_eq!(ask(&here, Method::DELETE, &path, BOOTSTRAP, None).await.status, 204);
    // Busy all along, so that whatever is remembered is used.
    for _ in 0..10 {
        guarded(&here, &key).await;
        guarded(&there, &key).await;
        world.clock.advance(Duration::from_millis(99)).await;
    }
    assert_eq!((guarded(&here, &key).await, guarded(&there, &key).await), (401, 401));
    assert_eq!(ask(&here, Method::DELETE, &path, BOOTSTRAP, None).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn while_the_record_is_down_good_keys_go_on_and_others_stay_out() {
    let world = world();
    let (router, _tasks) = instance(&world);
    let (_, good) = make(&router, BOOTSTRAP, json!({"name": "good", "scopes": ["seats:verify"]})).await;
    let (id, revoked) = make(&router, BOOTSTRAP, json!({"name": "revoked", "scopes": ["seats:verify"]})).await;
    for key in [&good, &revoked] {
        assert_eq!(guarded(&router, key).await, 200);
    }
    world.clock.advance(Duration::from_millis(50)).await;
    ask(&router, Method::DELETE, &format!("/api/v1/api-keys/{id}"), BOOTSTRAP, None).await;
    world.db.set_down(true);
    world.clock.advance(Duration::from_secs(10)).await;
    let (fresh, _fresh_tasks) = instance(&world);
    assert_eq!((guarded(&router, &good).await, guarded(&fresh, &good).await), (200, 200));
    for instance in [&router, &fresh] {
        assert_eq!(guarded(instance, &revoked).await, 401);
        assert_eq!(guarded(instance, &format!("bhk_unknown_{}", "0".repeat(64))).await, 503);
    }
    world.clock.advance(Duration::from_mins(6)).await;
    assert_eq!(guarded(&router, &good).await, 503);
    world.db.set_down(false);
    assert_eq!(guarded(&router, &good).await, 200);
}

#[tokio::test(start_paused = true)]
async fn while_the_record_hangs_a_known_key_waits_for_it_once() {
    let world = world();
    let (router, _tasks) = instance(&world);
    let (_, key) = make(&router, BOOTSTRAP, json!({"name": "k", "scopes": ["seats:verify"]})).await;
    assert_eq!(guarded(&router, &key).await, 200);
    world.db.set_hanging(true);
    world.clock.advance(Duration::from_secs(10)).await;
    let took = async || {
        let before = world.clock.now();
        assert_eq!(guarded(&router, &key).await, 200);
        world.clock.now().millis_since(before)
    };
    assert!(took().await <= 1_000);
    let asked = world.db.asked();
    for _ in 0..200 {
        assert_eq!(took().await, 0);
        world.clock.advance(Duration::from_millis(50)).await;
    }
    let tries = world.db.asked() - asked;
    assert!((10..=40).contains(&tries), "{tries} tries in ten seconds");
    world.db.set_hanging(false);
    world.clock.advance(Duration::from_secs(5)).await;
    assert_eq!(took().await, 0, "it is known again");
}

#[tokio::test(start_paused = true)]
async fn a_database_that_is_slow_is_waited_for_and_not_taken_for_one_that_is_down() {
    let world = world();
    let (here, _tasks) = instance(&world);
    let (there, _other_tasks) = instance(&world);
    let (id, key) = make(&here, BOOTSTRAP, json!({"name": "k", "scopes": ["seats:verify"]})).await;
    assert_eq!(guarded(&there, &key).await, 200);
    world.cache.set_down(true);
    assert_eq!(ask(&here, Method::DELETE, &format!("/api/v1/api-keys/{id}"), BOOTSTRAP, None).await.status, 204);
    world.clock.advance(Duration::from_secs(1)).await;
    world.db.set_hanging(true);
    let (status, ()) = tokio::join!(guarded(&there, &key), async {
        tokio::time::sleep(Duration::from_millis(800)).await;
        world.db.set_hanging(false);
    });
    assert_eq!(status, 401);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_was_revoked_just_before_the_record_hung_stops_working_within_a_second() {
    let world = world();
    let (here, _tasks) = instance(&world);
    let (there, _other_tasks) = instance(&world);
    let (id, key) = make(&here, BOOTSTRAP, json!({"name": "k", "scopes": ["seats:verify"]})).await;
    // Here the database was asked in vain a moment before.
    assert_eq!(guarded(&here, &key).await, 200);
    world.db.set_hanging(true);
    world.clock.advance(Duration::from_millis(700)).await;
    assert_eq!(guarded(&here, &key).await, 200);
    world.db.set_hanging(false);
    assert_eq!(ask(&there, Method::DELETE, &format!("/api/v1/api-keys/{id}"), BOOTSTRAP, None).await.status, 204);
    world.db.set_hanging(true);
    for _ in 0..20 {
        guarded(&here, &key).await;
        world.clock.advance(Duration::from_millis(50)).await;
    }
    assert_eq!(guarded(&here, &key).await, 401);
}

#[tokio::test(start_paused = true)]
async fn a_key_expires_at_its_instant() {
    let world = world();
    let (router, _tasks) = instance(&world);
    let new = json!({"name": "k", "scopes": ["seats:verify"], "expires_at": "2026-01-01T00:01:00Z"});
    let (_, key) = make(&router, BOOTSTRAP, new).await;
    assert_eq!(guarded(&router, &key).await, 200);
    world.clock.advance(Duration::from_secs(59)).await;
    assert_eq!(guarded(&router, &key).await, 200);
    world.clock.advance(Duration::from_secs(1)).await;
    assert_eq!(guarded(&router, &key).await, 401);
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_a_new_key_is_named() {
    let (router, _tasks) = instance(&world());
    let good = json!({"name": "k", "scopes": ["seats:verify"]});
    for (field, value, named) in [
        ("name", json!(""), "name"),
        ("name", json!("x".repeat(201)), "name"),
        ("name", json!("a\u{0}b"), "name"),
        ("name", json!(7), "name"),
        ("scopes", json!([]), "scopes"),
        ("scopes", json!(["seats:verify", "seats:everything"]), "scopes[1]"),
        ("applications", json!([]), "applications"),
        ("applications", json!(["healos", "a\u{7}b"]), "applications[1]"),
        ("tenant_id", json!(""), "tenant_id"),
        ("expires_at", json!("tomorrow"), "expires_at"),
        ("expires_at", json!("2025-12-31T23:59:59Z"), "expires_at"),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let refused = ask(&router, Method::POST, "/api/v1/api-keys", BOOTSTRAP, Some(body.clone())).await;
        assert_eq!((refused.status, &refused.body["errors"][0]["field"]), (400, &json!(named)), "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_hands_on_what_it_does_not_have() {
    let (router, _tasks) = instance(&world());
    let narrow = json!({
        "name": "t1", "scopes": ["tenants:admin", "seats:verify"], "tenant_id": "t1", "applications": ["healos"],
    });
    let (_, narrow) = make(&router, BOOTSTRAP, narrow).await;
    for (body, status) in [
        (json!({"name": "k", "scopes": ["seats:verify"]}), 201),
        (json!({"name": "k", "scopes": ["seats:verify"], "tenant_id": "t1", "applications": ["healos"]}), 201),
        (json!({"name": "k", "scopes": ["seats:write"]}), 403),
        (json!({"name": "k", "scopes": ["seats:verify"], "applications": ["openmic"]}), 403),
        (json!({"name": "k", "scopes": ["seats:verify"], "tenant_id": "t2"}), 400),
    ] {
        let answer = ask(&router, Method::POST, "/api/v1/api-keys", &narrow, Some(body.clone())).await;
        assert_eq!(answer.status, status, "{body} {}", answer.body);
    }
    let listed = ask(&router, Method::GET, "/api/v1/api-keys", &narrow, None).await.body;
    for key in listed["data"].as_array().unwrap() {
        assert_eq!((&key["tenant_id"], &key["applications"]), (&json!("t1"), &json!(["healos"])), "{key}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_tenant_neither_sees_nor_revokes_what_is_not_its_own() {
    let (router, _tasks) = instance(&world());
    let admin = |tenant: &str| json!({"name": tenant, "scopes": ["tenants:admin"], "tenant_id": tenant});
    let (_, one) = make(&router, BOOTSTRAP, admin("t1")).await;
    let (id, other) = make(&router, BOOTSTRAP, admin("t2")).await;
    let listed = ask(&router, Method::GET, "/api/v1/api-keys", &one, None).await.body;
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    let path = format!("/api/v1/api-keys/{id}");
    let not_its_own = ask(&router, Method::DELETE, &path, &one, None).await;
    let not_there = ask(&router, Method::DELETE, "/api/v1/api-keys/none", &one, None).await;
    assert_eq!((not_its_own.status, &not_its_own.body["detail"]), (not_there.status, &not_there.body["detail"]));
    assert_eq!(ask(&router, Method::DELETE, &path, &other, None).await.status, 204);
}

#[tokio::test(start_paused = true)]
async fn all_keys_are_listed_once_over_all_pages_newest_first() {
    let world = world();
    let (router, _tasks) = instance(&world);
    let mut made = Vec::new();
    for number in 0..7 {
        let (id, _) = make(&router, BOOTSTRAP, json!({"name": format!("k{number}"), "scopes": ["plans:read"]})).await;
        made.push(id);
        if number % 3 == 0 {
            world.clock.advance(Duration::from_millis(1)).await;
        }
    }
    let mut listed = Vec::new();
    let mut created = Vec::new();
    let mut path = "/api/v1/api-keys?limit=2".to_owned();
    loop {
        let page = ask(&router, Method::GET, &path, BOOTSTRAP, None).await.body;
        for key in page["data"].as_array().unwrap() {
            listed.push(key["id"].as_str().unwrap().to_owned());
            created.push(key["created_at"].as_str().unwrap().to_owned());
        }
        let Some(cursor) = page["nextCursor"].as_str() else { break };
        path = format!("/api/v1/api-keys?limit=2&cursor={cursor}");
    }
    assert!(created.is_sorted_by(|newer, older| newer >= older), "{created:?}");
    listed.sort();
    made.sort();
    assert_eq!(listed, made);
    assert_eq!(ask(&router, Method::GET, "/api/v1/api-keys?cursor=x", BOOTSTRAP, None).await.status, 400);
}
