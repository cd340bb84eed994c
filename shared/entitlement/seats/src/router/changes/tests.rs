use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Body;
use edge_capabilities::Clock as _;
use edge_capabilities::testing::{MemoryKeyValue, Tasks, World};
use http::Request;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::*;
use crate::error::StorageError;
use crate::invalidation::Invalidation;
use crate::reconciliation::Checked;
use crate::subject::{ExternalOrg, Id};

const BOOTSTRAP: &str = "bootstrap-key-of-the-tests";

/// One node: its cache may be its own, or be shared with others.
struct Node {
    capabilities: Capabilities,
    feed: Router,
    invalidation: Invalidation,
    _tasks: Tasks,
}

struct Answer {
    status: u16,
    etag: Option<String>,
    body: Value,
}

impl Answer {
    /// What changed, as `application/external id`.
    fn changed(&self) -> Vec<String> {
        assert_eq!((self.status, &self.body["reset"]), (200, &json!(false)), "{}", self.body);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let name = |change: &Value| {
            assert!(change["fence"].as_i64().unwrap() > 0);
            format!("{}/{}", text(&change["applicationSlug"]), text(&change["externalOrgId"]))
        };
        self.body["changes"].as_array().unwrap().iter().map(name).collect()
    }

    fn next(&self) -> &str {
        self.body["next"].as_str().unwrap()
    }

    fn assert_reset(&self) {
        assert_eq!((self.status, &self.body["reset"]), (200, &json!(true)), "{}", self.body);
        assert_eq!(self.body["changes"], json!([]));
    }
}

impl Node {
    fn new(world: &World) -> Self {
        Self::with_cache(world, world.cache.clone())
    }

    fn with_cache(world: &World, cache: Arc<MemoryKeyValue>) -> Self {
        world.config.set("bootstrap_admin_key", BOOTSTRAP);
        let (mut capabilities, tasks) = world.instance();
        capabilities.cache = cache;
        let db = Db::new(capabilities.db.clone());
        Self {
            feed: changes_router(capabilities.clone()),
            invalidation: Invalidation::new(&capabilities, &db),
            capabilities,
            _tasks: tasks,
        }
    }

    async fn ask(&self, bearer: &str, query: &str, known: Option<&str>) -> Answer {
        let mut request =
            Request::get(format!("/api/v1/seats/changes{query}")).header("authorization", format!("Bearer {bearer}"));
        if let Some(etag) = known {
            request = request.header("if-none-match", etag);
        }
        let response = self.feed.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let etag = head.headers.get("etag").map(|etag| etag.to_str().unwrap().to_owned());
        let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
        Answer { status: head.status.as_u16(), etag, body }
    }

    async fn since(&self, next: &str) -> Answer {
        self.ask(BOOTSTRAP, &format!("?since={next}"), None).await
    }

    /// The present `next`.
    async fn start(&self) -> String {
        let answer = self.ask(BOOTSTRAP, "", None).await;
        answer.assert_reset();
        answer.next().to_owned()
    }

    async fn key(&self, new: Value) -> String {
        let mut body = json!({"name": "k", "scopes": ["seats:verify"]});
        body.as_object_mut().unwrap().extend(new.as_object().unwrap().clone());
        let request = Request::post("/api/v1/api-keys")
            .header("authorization", format!("Bearer {BOOTSTRAP}"))
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()));
        let keys = edge_access::router(self.capabilities.clone());
        let body = keys.oneshot(request.unwrap()).await.unwrap().into_body().collect().await.unwrap().to_bytes();
        serde_json::from_slice::<Value>(&body).unwrap()["key"].as_str().unwrap().to_owned()
    }

    async fn sql(&self, statement: &str) {
        Db::new(self.capabilities.db.clone()).query(statement, &[]).await.unwrap();
    }

    async fn bind(&self, tenant: &str, application: &str, external_org: &str) {
        self.sql(&format!(
            "INSERT INTO tenant_external_ids (application, external_org, tenant_id, set_by, set_at)
             VALUES ('{application}', '{external_org}', '{tenant}', 'test', 0)"
        ))
        .await;
    }
}

fn external_org(application: &str, id: &str) -> ExternalOrg {
    ExternalOrg { application: Id::parse(application).unwrap(), id: Id::parse(id).unwrap() }
}

#[tokio::test(start_paused = true)]
async fn a_raise_is_listed_for_all_external_ids_of_its_organisation() {
    let world = World::new(1);
    let node = Node::new(&world);
    let next = node.start().await;
    assert_eq!(node.since(&next).await.changed(), [""; 0]);
    node.bind("org", "openmic", "ws_1").await;
    // The ERP gives `org` for one, and gave it for another.
    let sql = "INSERT INTO organization_names (application, external_org, organization_id, cleared)
        VALUES ('healos', 'h_1', 'org', 0), ('healos', 'h_2', 'other', 0)";
    node.sql(sql).await;
    node.sql("INSERT INTO organization_aliases VALUES ('org', 'healos', 'h_2')").await;
    let fence = node.invalidation.invalidate("org").await.unwrap();
    let answer = node.since(&next).await;
    assert_eq!(answer.changed(), ["healos/h_1", "healos/h_2", "openmic/ws_1"]);
    assert_eq!(answer.body["changes"][0], json!({"applicationSlug": "healos", "externalOrgId": "h_1", "fence": fence}));
    // Several raises: each external id once.
    for _ in 0..3 {
        node.invalidation.payment_changed("org").await.unwrap();
    }
    let again = node.since(answer.next()).await;
    assert_eq!(again.changed().len(), 3);
    assert!(again.body["changes"][0]["fence"].as_i64().unwrap() > fence);
    assert_eq!(node.since(again.next()).await.changed(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn an_external_id_that_nobody_knows_is_listed_when_it_is_invalidated() {
    let world = World::new(1);
    let node = Node::new(&world);
    let next = node.start().await;
    let fence = node.invalidation.invalidate_external_org(&external_org("healos", "new")).await.unwrap();
    let answer = node.since(&next).await;
    assert_eq!(answer.changed(), ["healos/new"]);
    assert_eq!(answer.body["changes"][0]["fence"], fence);
}

#[tokio::test(start_paused = true)]
async fn an_external_id_that_changes_hands_is_listed_to_whose_it_was_and_is() {
    let world = World::new(1);
    let node = Node::new(&world);
    let (one, two) = (node.key(json!({"tenant_id": "t1"})).await, node.key(json!({"tenant_id": "t2"})).await);
    node.bind("t1", "healos", "h").await;
    let next = node.start().await;
    let query = format!("?since={next}");
    let unbind = node.invalidation.rebind::<StorageError>("t1", async || {
        node.sql("DELETE FROM tenant_external_ids").await;
        Ok(vec![external_org("healos", "h")])
    });
    unbind.await.unwrap();
    let bind = node.invalidation.rebind::<StorageError>("t2", async || {
        node.bind("t2", "healos", "h").await;
        Ok(vec![external_org("healos", "h")])
    });
    bind.await.unwrap();
    let was = node.ask(&one, &query, None).await;
    assert_eq!(was.changed(), ["healos/h"]);
    assert_eq!(node.ask(&two, &query, None).await.changed(), ["healos/h"]);
    // What happens to it from now on is nothing to whose it was.
    node.invalidation.invalidate("t2").await.unwrap();
    let query = format!("?since={}", was.next());
    assert_eq!(node.ask(&one, &query, None).await.changed(), [""; 0]);
    assert_eq!(node.ask(&two, &query, None).await.changed(), ["healos/h"]);
}

#[tokio::test(start_paused = true)]
async fn a_key_is_told_of_its_applications_and_its_tenant_alone() {
    let world = World::new(1);
    let node = Node::new(&world);
    for (tenant, application, id) in [("t1", "healos", "h1"), ("t1", "openmic", "w1"), ("t2", "healos", "h2")] {
        node.bind(tenant, application, id).await;
    }
    // The ERP calls it otherwise than the edge.
    node.sql("INSERT INTO organization_names VALUES ('healos', 'h1', 'erp_1', 0)").await;
    let query = format!("?since={}", node.start().await);
    for organization in ["t1", "t2", "erp_1"] {
        node.invalidation.invalidate(organization).await.unwrap();
    }
    for (key, expected) in [
        (json!({}), &["healos/h1", "healos/h2", "openmic/w1"][..]),
        (json!({"applications": ["healos"]}), &["healos/h1", "healos/h2"]),
        (json!({"tenant_id": "t1"}), &["healos/h1", "openmic/w1"]),
        (json!({"tenant_id": "t1", "applications": ["openmic"]}), &["openmic/w1"]),
        (json!({"tenant_id": "erp_1"}), &["healos/h1"]),
        (json!({"tenant_id": "t3"}), &[]),
        (json!({"applications": ["salesrole"]}), &[]),
    ] {
        let bearer = node.key(key.clone()).await;
        assert_eq!(node.ask(&bearer, &query, None).await.changed(), expected, "{key}");
    }
    let other = node.key(json!({"scopes": ["seats:write"]})).await;
    assert_eq!(node.ask(&other, &query, None).await.status, 403);
}

#[tokio::test(start_paused = true)]
async fn who_waits_is_told_within_a_second_and_of_nothing_once_time_is_up() {
    let world = World::new(1);
    let (here, there) = (Node::new(&world), Node::new(&world));
    here.bind("org", "healos", "h").await;
    let next = here.start().await;
    let begin = world.clock.elapsed();
    let nothing = here.ask(BOOTSTRAP, &format!("?since={next}&wait=7"), None).await;
    assert_eq!(nothing.changed(), [""; 0]);
    assert_eq!((world.clock.elapsed() - begin).as_secs_f64().round(), 7.0);
    for millis in [0, 1, 90, 419, 450, 800, 3333, 20_000] {
        let query = format!("?since={}&wait=25", here.since(&next).await.next());
        let raised = async {
            world.clock.sleep(Duration::from_millis(millis)).await;
            there.invalidation.invalidate("org").await.unwrap();
            world.clock.elapsed()
        };
        let told = async { (here.ask(BOOTSTRAP, &query, None).await.changed(), world.clock.elapsed()) };
        let ((changed, told), raised) = futures::future::join(told, raised).await;
        assert_eq!(changed, ["healos/h"]);
        assert!(told - raised < Duration::from_millis(700), "{millis}: {:?}", told - raised);
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_named() {
    let world = World::new(1);
    let node = Node::new(&world);
    let next = node.start().await;
    for (query, field) in [
        ("?since=x".to_owned(), "since"),
        ("?since=1".to_owned(), "since"),
        (format!("?since={next}x"), "since"),
        (format!("?since={}", next.chars().skip(1).collect::<String>()), "since"),
        ("?since=%00".to_owned(), "since"),
        (format!("?since={next}&wait=26"), "wait"),
        (format!("?since={next}&wait=-1"), "wait"),
        (format!("?since={next}&wait=NaN"), "wait"),
        (format!("?since={next}&wait=soon"), "wait"),
    ] {
        let answer = node.ask(BOOTSTRAP, &query, None).await;
        assert_eq!((answer.status, &answer.body["errors"][0]["field"]), (400, &json!(field)), "{query}");
    }
    for query in ["", "?since=", "?since=&wait=", "?wait=25"] {
        node.ask(BOOTSTRAP, query, None).await.assert_reset();
    }
    assert_eq!(node.ask(BOOTSTRAP, &format!("?since={next}&wait=0.5"), None).await.changed(), [""; 0]);
    assert_eq!(node.ask("nobody", "", None).await.status, 401);
}

#[tokio::test(start_paused = true)]
async fn who_has_the_answer_already_is_told_so() {
    let world = World::new(1);
    let node = Node::new(&world);
    node.bind("org", "healos", "h").await;
    let next = node.start().await;
    let query = format!("?since={next}&wait=1");
    let first = node.ask(BOOTSTRAP, &query, None).await;
    let same = node.ask(BOOTSTRAP, &query, first.etag.as_deref()).await;
    assert_eq!((same.status, &same.etag, same.body), (304, &first.etag, Value::Null));
    node.invalidation.invalidate("org").await.unwrap();
    let other = node.ask(BOOTSTRAP, &query, first.etag.as_deref()).await;
    assert_eq!(other.changed(), ["healos/h"]);
    assert_ne!(other.etag, first.etag);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_revoked_while_it_waits_is_told_nothing() {
    let world = World::new(1);
    let node = Node::new(&world);
    node.bind("org", "healos", "h").await;
    let bearer = node.key(json!({})).await;
    let query = format!("?since={}&wait=25", node.start().await);
    let revoke = async {
        world.clock.sleep(Duration::from_secs(5)).await;
        node.sql("DELETE FROM api_keys").await;
        world.cache.lose(|key| key.contains("key"));
        world.clock.sleep(Duration::from_secs(5)).await;
        node.invalidation.invalidate("org").await.unwrap();
    };
    let (answer, ()) = futures::future::join(node.ask(&bearer, &query, None), revoke).await;
    assert_eq!(answer.status, 401);
}

#[tokio::test(start_paused = true)]
async fn a_raise_on_a_node_with_a_cache_of_its_own_is_listed_once_this_cache_has_it() {
    let world = World::new(1);
    let (one, other) = (Node::new(&world), Node::with_cache(&world, Arc::default()));
    one.bind("org", "healos", "h").await;
    let at_one = one.start().await;
    let fence = |node: &Node| node.capabilities.cache.clone();
    other.start().await;
    let before = fence(&other).counter("fence:org:org").await.unwrap();
    one.invalidation.invalidate("org").await.unwrap();
    // A position of one node is good on the other.
    let answer = other.since(&at_one).await;
    assert_eq!(answer.changed(), ["healos/h"]);
    assert!(fence(&other).counter("fence:org:org").await.unwrap() > before, "the cache has the raise first");
    assert_eq!(one.since(answer.next()).await.changed(), [""; 0]);
    assert_eq!(one.since(&at_one).await.changed(), ["healos/h"]);
}

#[tokio::test(start_paused = true)]
async fn a_cache_that_is_rolled_back_makes_followers_forget_everything() {
    let world = World::new(1);
    let node = Node::new(&world);
    node.bind("org", "healos", "h").await;
    node.invalidation.invalidate("org").await.unwrap();
    node.start().await;
    let snapshot = world.cache.snapshot();
    node.invalidation.invalidate("org").await.unwrap();
    let next = node.start().await;
    world.cache.restore(&snapshot);
    let reset = node.since(&next).await;
    reset.assert_reset();
    assert_eq!(node.since(reset.next()).await.changed(), [""; 0]);
    // It is noticed while somebody waits, and also if another instance has repaired the cache before.
    let waiting = async { node.ask(BOOTSTRAP, &format!("?since={}&wait=25", reset.next()), None).await };
    let rolled_back = async {
        world.clock.sleep(Duration::from_secs(3)).await;
        world.cache.restore(&snapshot);
        Node::new(&world).start().await;
    };
    let begin = world.clock.elapsed();
    let (answer, ()) = futures::future::join(waiting, rolled_back).await;
    answer.assert_reset();
    assert!(world.clock.elapsed() - begin < Duration::from_secs(4));
    // Nothing was raised since the snapshot: nothing was lost.
    let snapshot = world.cache.snapshot();
    let next = node.start().await;
    world.cache.restore(&snapshot);
    assert_eq!(node.since(&next).await.changed(), [""; 0]);
    // A cache that is lost as a whole.
    world.cache.lose_everything();
    node.since(&next).await.assert_reset();
}

#[tokio::test(start_paused = true)]
async fn a_look_of_another_that_read_an_older_position_makes_nobody_forget() {
    let world = World::new(1);
    let node = Node::new(&world);
    node.bind("org", "healos", "h").await;
    node.invalidation.invalidate("other").await.unwrap();
    let older = Position::parse(&node.start().await).unwrap();
    node.invalidation.invalidate("other").await.unwrap();
    // It began before a raise, or before a rollback was noticed, and ends while somebody waits who has read the raise.
    for older in [older, Position { resets: older.resets - 1, ..older }] {
        let next = node.start().await;
        let waiting = async { node.ask(BOOTSTRAP, &format!("?since={next}&wait=2"), None).await };
        let late = async {
            world.clock.sleep(Duration::from_millis(300)).await;
            let looked = Checked { at: world.clock.now(), succeeded: true, cache_failed: false, position: Some(older) };
            let looked = serde_json::to_vec(&looked).unwrap();
            node.capabilities.cache.set("fences-checked", &looked).await.unwrap();
        };
        let (answer, ()) = futures::future::join(waiting, late).await;
        assert_eq!(answer.changed(), [""; 0]);
        // What was read since is listed as before.
        node.invalidation.invalidate("org").await.unwrap();
        assert_eq!(node.since(answer.next()).await.changed(), ["healos/h"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_database_that_is_rolled_back_makes_followers_forget_everything() {
    let world = World::new(1);
    let node = Node::new(&world);
    for organization in ["a", "b", "c"] {
        node.invalidation.invalidate(organization).await.unwrap();
    }
    let next = node.start().await;
    node.sql("DELETE FROM seat_fences WHERE organization_id <> 'a'").await;
    node.since(&next).await.assert_reset();
    // The numbers were given again before anybody looked.
    for organization in ["b", "d", "e"] {
        node.invalidation.invalidate(organization).await.unwrap();
    }
    node.since(&next).await.assert_reset();
}

#[tokio::test(start_paused = true)]
async fn a_position_before_raises_that_were_deleted_is_too_old() {
    let world = World::new(1);
    let node = Node::new(&world);
    let first = node.start().await;
    node.invalidation.invalidate("old").await.unwrap();
    let second = node.start().await;
    world.clock.advance(Duration::from_hours(1)).await;
    // Enough raises for those that are old to be deleted.
    for number in 0..300 {
        node.invalidation.invalidate(&format!("org_{}", number % 3)).await.unwrap();
    }
    node.start().await;
    node.since(&first).await.assert_reset();
    assert_eq!(node.since(&second).await.changed(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn many_raises_are_listed_page_by_page() {
    let world = World::new(1);
    let node = Node::new(&world);
    let mut next = node.start().await;
    for number in 0..1100 {
        let org = external_org("healos", &format!("h{number:04}"));
        node.invalidation.invalidate_external_org(&org).await.unwrap();
    }
    let mut listed = Vec::new();
    loop {
        let answer = node.since(&next).await;
        if answer.changed().is_empty() {
            break;
        }
        assert!(answer.changed().len() <= 500);
        listed.extend(answer.changed());
        next = answer.next().to_owned();
    }
    assert_eq!(listed.len(), 1100);
    assert!(listed.is_sorted());
}

#[tokio::test(start_paused = true)]
async fn who_cannot_see_says_so() {
    let world = World::new(1);
    let node = Node::new(&world);
    let next = node.start().await;
    for database in [true, false] {
        let set_down = |down| if database { world.db.set_down(down) } else { world.cache.set_down(down) };
        let waiting = async { node.ask(BOOTSTRAP, &format!("?since={next}&wait=25"), None).await };
        let trouble = async {
            world.clock.sleep(Duration::from_secs(3)).await;
            set_down(true);
        };
        let begin = world.clock.elapsed();
        let (answer, ()) = futures::future::join(waiting, trouble).await;
        assert_eq!((answer.status, &answer.body["code"]), (503, &json!("STORE_UNAVAILABLE")));
        assert!(world.clock.elapsed() - begin < Duration::from_secs(6));
        assert_eq!(node.since(&next).await.status, 503);
        set_down(false);
        assert_eq!(node.since(&next).await.changed(), [""; 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_hides_changes_for_a_moment_is_outlasted() {
    let world = World::new(1);
    let node = Node::new(&world);
    let next = node.start().await;
    for query in [format!("?since={next}"), String::new()] {
        world.db.set_down(true);
        let up = async {
            world.clock.sleep(Duration::from_millis(700)).await;
            world.db.set_down(false);
        };
        let (answer, ()) = futures::future::join(node.ask(BOOTSTRAP, &query, None), up).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
}

#[tokio::test(start_paused = true)]
async fn followers_of_an_instance_look_once_for_all() {
    let world = World::new(1);
    let next = Node::new(&world).start().await;
    let (capabilities, lifetime) = world.mortal(1_000_000, true);
    let feed = changes_router(capabilities);
    let follow = |_| {
        let request = Request::get(format!("/api/v1/seats/changes?since={next}&wait=20"))
            .header("authorization", format!("Bearer {BOOTSTRAP}"));
        feed.clone().oneshot(request.body(Body::empty()).unwrap())
    };
    let answers = futures::future::join_all((0..16).map(follow)).await;
    assert!(answers.into_iter().all(|answer| answer.unwrap().status() == 200));
    // Less than ten calls a second for them all, and some when each comes and goes.
    assert!(lifetime.calls() < 20 * 10 + 16 * 10, "{}", lifetime.calls());
}

#[tokio::test(start_paused = true)]
async fn a_follower_that_knows_what_the_instance_knows_waits_without_a_look() {
    let world = World::new(1);
    let next = Node::new(&world).start().await;
    let (capabilities, lifetime) = world.mortal(1_000_000, true);
    let feed = changes_router(capabilities);
    let follow = |since: &str| {
        let request = Request::get(format!("/api/v1/seats/changes?since={since}&wait=20"))
            .header("authorization", format!("Bearer {BOOTSTRAP}"));
        let answered = feed.clone().oneshot(request.body(Body::empty()).unwrap());
        tokio::spawn(async move { answered.await.unwrap().status() })
    };
    let first = follow(&next);
    world.clock.sleep(Duration::from_secs(2)).await;
    let before = lifetime.calls();
    let others: Vec<_> = (0..100).map(|_| follow(&next)).collect();
    world.clock.sleep(Duration::from_millis(1)).await;
    let calls = lifetime.calls() - before;
    assert!(calls < 10, "{calls}");
    for waits in others.into_iter().chain([first]) {
        assert_eq!(waits.await.unwrap(), 200);
    }
}

#[tokio::test(start_paused = true)]
async fn a_look_that_began_before_a_request_does_not_answer_it() {
    let world = World::new(1);
    let (here, there) = (Node::new(&world), Node::new(&world));
    here.bind("one", "healos", "h1").await;
    here.bind("two", "healos", "h2").await;
    let next = here.start().await;
    world.clock.sleep(Duration::from_millis(400)).await;
    there.invalidation.invalidate("one").await.unwrap();
    there.start().await;
    there.invalidation.invalidate("two").await.unwrap();
    world.clock.sleep(Duration::from_millis(1)).await;
    // The instance makes use of the look of the other, which has seen one of the two.
    let answer = here.ask(BOOTSTRAP, &format!("?since={next}&wait=5"), None).await;
    assert_eq!(answer.changed(), ["healos/h1", "healos/h2"]);
}

#[tokio::test(start_paused = true)]
async fn who_waits_is_told_although_others_of_the_instance_go() {
    let world = World::new(1);
    let node = Arc::new(Node::new(&world));
    node.bind("org", "healos", "h").await;
    let next = node.start().await;
    let query = format!("?since={next}&wait=25");
    let waits: Vec<_> = (0..5)
        .map(|_| {
            let (node, query) = (node.clone(), query.clone());
            tokio::spawn(async move { node.ask(BOOTSTRAP, &query, None).await })
        })
        .collect();
    // The others lead, one after the other, and their callers go.
    let (last, gone) = waits.split_last().unwrap();
    for wait in gone {
        world.clock.sleep(Duration::from_millis(1700)).await;
        wait.abort();
    }
    world.clock.sleep(Duration::from_secs(3)).await;
    assert!(!last.is_finished());
    node.invalidation.invalidate("org").await.unwrap();
    let raised = world.clock.elapsed();
    let answer = waits.into_iter().next_back().unwrap().await.unwrap();
    assert_eq!(answer.changed(), ["healos/h"]);
    assert!(world.clock.elapsed() - raised < Duration::from_millis(700));
}

/// Every one of many followers, who come and go all the time.
#[tokio::test(start_paused = true)]
async fn a_raise_is_told_in_time_to_all_who_wait_together() {
    let world = World::new(1);
    let node = Node::new(&world);
    node.bind("org", "healos", "h").await;
    let raised = Mutex::new(Vec::new());
    let is_over = AtomicBool::new(false);
    let raise = async {
        for step in 0..40_u64 {
            world.clock.sleep(Duration::from_millis(step * 379 % 1000 + 700)).await;
            let fence = node.invalidation.invalidate("org").await.unwrap();
            raised.lock().unwrap().push((fence, world.clock.elapsed()));
        }
        world.clock.sleep(Duration::from_secs(2)).await;
        is_over.store(true, Ordering::Relaxed);
    };
    let follow = async |number: u64| {
        world.clock.sleep(Duration::from_millis(number * 61)).await;
        let mut next = node.start().await;
        let mut told = 0;
        while !is_over.load(Ordering::Relaxed) {
            let answer = node.ask(BOOTSTRAP, &format!("?since={next}&wait={}", 1 + number % 5), None).await;
            next = answer.next().to_owned();
            if !answer.changed().is_empty() {
                let fence = answer.body["changes"][0]["fence"].as_i64().unwrap();
                let now = world.clock.elapsed();
                let late = raised.lock().unwrap().iter().find(|(at, _)| *at == fence).map(|(_, at)| now - *at);
                assert!(late.is_none_or(|late| late < Duration::from_millis(700)), "{number}: {late:?}");
                told = fence;
            }
        }
        told
    };
    let (told, ()) = futures::future::join(futures::future::join_all((0..24).map(follow)), raise).await;
    let last = raised.lock().unwrap().last().unwrap().0;
    assert!(told.iter().all(|fence| *fence == last), "{told:?} {last}");
}

#[tokio::test(start_paused = true)]
async fn long_waits_end_together_and_never_late() {
    let world = World::new(21);
    let node = Node::new(&world);
    let next = node.start().await;
    let (clock, next) = (&world.clock, next.as_str());
    let follow = async |starts: u64, wait: u64| {
        clock.sleep(Duration::from_millis(starts)).await;
        let began = clock.elapsed();
        let answer = node.ask(BOOTSTRAP, &format!("?since={next}&wait={wait}"), None).await;
        assert_eq!(answer.changed(), [""; 0]);
        (clock.now().as_millis(), clock.elapsed() - began)
    };
    let starts: Vec<u64> = (0..20).map(|number| number * 70).collect();
    let ends = futures::future::join_all(starts.iter().map(|starts| follow(*starts, 20))).await;
    let mut moments: Vec<i64> = ends.iter().map(|(at, _)| *at).collect();
    moments.sort_unstable();
    moments.dedup();
    assert!(moments.len() <= 4, "{moments:?}");
    let longest = Duration::from_secs(20);
    assert!(
        ends.iter().all(|(_, waited)| *waited <= longest && *waited > longest - Duration::from_millis(500)),
        "{ends:?}"
    );
    let (_, waited) = follow(130, 3).await;
    assert_eq!(waited, Duration::from_secs(3));
}
