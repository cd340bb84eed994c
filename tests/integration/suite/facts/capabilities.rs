//! What the host lets a component do, seen with a component that does what it is told (`tests/probe`).

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;

use futures::future::join_all;
use upstreams::Upstreams;

use crate::client::Answer;
use crate::edge::{Node, Stores, repository};
use crate::facts::facts;
use crate::shape::{Shape, Stage};

facts! {
    a_host_that_is_allowed_is_reached_and_no_other: one_is_enough,
    a_component_calls_another_where_it_is_allowed_to: one_is_enough,
    what_was_stored_is_found_until_it_is_deleted: with_each_key_value_store,
    those_who_count_at_once_lose_nothing: with_each_key_value_store,
    a_database_keeps_what_it_was_told: one_is_enough,
    variables_are_filled_into_templates: one_is_enough,
    files_and_environment_are_the_manifests: one_is_enough,
}

fn one_is_enough(shape: Shape) -> bool {
    shape == Shape::Sqlite
}

fn with_each_key_value_store(shape: Shape) -> bool {
    matches!(shape, Shape::Sqlite | Shape::Redis)
}

/// The application of the probe and its neighbour.
pub(super) struct Probe {
    pub(super) node: Node,
    /// The host that it may reach, and one that it may not.
    allowed: SocketAddr,
    other: SocketAddr,
    _upstreams: [Arc<Upstreams>; 2],
}

impl Probe {
    pub(super) async fn start(shape: Shape, arguments: &[&'static str]) -> Self {
        let upstreams: [Arc<Upstreams>; 2] = std::array::from_fn(|_| Arc::default());
        let (allowed, other) = (upstreams[0].start().await.unwrap(), upstreams[1].start().await.unwrap());
        let variables = [("port", allowed.port().to_string()), ("place", "Pune".to_owned())];
        let redis = Stores::shared(shape).await.redis;
        let manifest = repository().join("tests/probe/spin.toml");
        let node = Node::start_from(manifest, &variables, redis.as_deref(), arguments).await;
        Self { node, allowed, other, _upstreams: upstreams }
    }

    /// What comes of `path`, which says what to do.
    pub(super) async fn does(&self, path: &str, body: &str) -> Answer {
        self.node.call("POST", path).body(body.to_owned()).send().await
    }

    /// What comes of something that the host lets it do.
    async fn may(&self, path: &str, body: &str) -> String {
        let answer = self.does(path, body).await;
        assert_eq!(answer.status, 200, "{path} {body}: {}", answer.text());
        answer.text()
    }

    /// Why the host does not let it do something.
    async fn may_not(&self, path: &str, body: &str) -> String {
        let answer = self.does(path, body).await;
        assert_eq!(answer.status, 502, "{path} {body}: {}", answer.text());
        answer.text()
    }
}

async fn a_host_that_is_allowed_is_reached_and_no_other(stage: Arc<Stage>) {
    let probe = Probe::start(stage.shape, &[]).await;
    let path = "/api/v1/seats/healos/nobody/ana";
    let (allowed, other) = (probe.allowed, probe.other);
    let answered = probe.may("/fetch", &format!("http://{allowed}{path}")).await;
    assert!(answered.starts_with("404 ") && answered.contains("ORGANIZATION_NOT_FOUND"), "{answered}");
    for url in [
        format!("http://{other}{path}"),
        format!("https://{allowed}{path}"),
        format!("http://localhost:{}{path}", allowed.port()),
        format!("http://127.0.0.1{path}"),
        "http://example.com/".to_owned(),
    ] {
        let said = probe.may_not("/fetch", &url).await;
        assert!(said.contains("Denied"), "{url}: {said}");
    }
    let said = probe.may_not("/neighbour/fetch", &format!("http://{allowed}{path}")).await;
    assert!(said.contains("Denied"), "the other component: {said}");
}

async fn a_component_calls_another_where_it_is_allowed_to(stage: Arc<Stage>) {
    let probe = Probe::start(stage.shape, &[]).await;
    assert_eq!(probe.may("/fetch", "http://neighbour.spin.internal/hello").await, "200 hello");
    let many = join_all((0..50).map(|_| probe.may("/fetch", "http://neighbour.spin.internal/hello"))).await;
    assert!(many.iter().all(|said| said == "200 hello"), "{many:?}");
    // The neighbour may call nobody, nor may the probe call whom it was not allowed to.
    let said = probe.may_not("/neighbour/fetch", "http://probe.spin.internal/hello").await;
    assert!(said.contains("Denied"), "{said}");
    let said = probe.may_not("/fetch", "http://probe.spin.internal/hello").await;
    assert!(said.contains("Denied"), "{said}");
}

async fn what_was_stored_is_found_until_it_is_deleted(stage: Arc<Stage>) {
    let mut probe = Probe::start(stage.shape, &[]).await;
    assert_eq!(probe.may("/key-value/get/default/a", "").await, "none");
    assert_eq!(probe.may("/key-value/exists/default/a", "").await, "false");
    probe.may("/key-value/delete/default/a", "").await;
    let long = "ß".repeat(100_000);
    for (key, value) in [("a", "one"), ("b", ""), ("a", "two"), ("c", long.as_str())] {
        probe.may(&format!("/key-value/set/default/{key}"), value).await;
        assert_eq!(probe.may(&format!("/key-value/get/default/{key}"), "").await, format!("some {value}"));
    }
    assert_eq!(probe.may("/key-value/keys/default", "").await, "a b c");
    probe.may("/key-value/delete/default/b", "").await;
    for (key, there) in [("a", "true"), ("b", "false"), ("c", "true")] {
        assert_eq!(probe.may(&format!("/key-value/exists/default/{key}"), "").await, there, "{key}");
    }
    assert_eq!(probe.may("/key-value/keys/default", "").await, "a c");
    probe.may_not("/key-value/get/other/a", "").await;
    probe.may_not("/neighbour/key-value/get/default/a", "").await;
    probe.node.kill();
    probe.node.restart(&[]).await;
    assert_eq!(probe.may("/key-value/get/default/a", "").await, "some two");
    assert_eq!(probe.may("/key-value/keys/default", "").await, "a c");
}

async fn those_who_count_at_once_lose_nothing(stage: Arc<Stage>) {
    let probe = Probe::start(stage.shape, &[]).await;
    let counts = join_all((0..100).map(|_| probe.may("/count/visits/1", ""))).await;
    let counts: BTreeSet<u32> = counts.iter().map(|count| count.parse().unwrap()).collect();
    assert_eq!(counts, (1..=100).collect());
    assert_eq!(probe.may("/count/visits/-60", "").await, "40");
    assert_eq!(probe.may("/count/visits/0", "").await, "40");
    assert_eq!(probe.may("/count/others/7", "").await, "7");
    probe.may_not("/neighbour/count/visits/1", "").await;
}

async fn a_database_keeps_what_it_was_told(stage: Arc<Stage>) {
    let mut probe = Probe::start(stage.shape, &[]).await;
    probe.may("/sqlite/default", "CREATE TABLE seats (id INTEGER PRIMARY KEY, holder TEXT)").await;
    let added = "INSERT INTO seats (holder) VALUES ('ana'), (NULL) RETURNING id";
    let added = probe.may("/sqlite/default", added).await;
    assert!(added.starts_with("id: ") && added.contains('1') && added.contains('2'), "{added}");
    let read = "SELECT id, holder FROM seats ORDER BY id";
    let found = probe.may("/sqlite/default", read).await;
    assert!(found.starts_with("id holder: ") && found.contains("ana") && found.contains("Null"), "{found}");
    for wrong in ["SELECT", "SELECT * FROM nowhere", "INSERT INTO seats (id) VALUES (1)"] {
        assert!(!probe.may_not("/sqlite/default", wrong).await.is_empty());
    }
    probe.may_not("/sqlite/other", read).await;
    probe.may_not("/neighbour/sqlite/default", read).await;
    probe.node.kill();
    probe.node.restart(&[]).await;
    assert_eq!(probe.may("/sqlite/default", read).await, found);
}

async fn variables_are_filled_into_templates(stage: Arc<Stage>) {
    let mut probe = Probe::start(stage.shape, &[]).await;
    assert_eq!(probe.may("/variable/greeting", "").await, "Hello, Pune!");
    assert_eq!(probe.may("/variable/plain", "").await, "as it is");
    // The application's own are nobody's but where a component was given them.
    for (path, name) in
        [("/variable/place", "place"), ("/variable/nothing", "nothing"), ("/neighbour/variable/greeting", "greeting")]
    {
        let said = probe.may_not(path, "").await;
        assert!(said.contains("Undefined") && said.contains(name), "{path}: {said}");
    }
    probe.node.kill();
    probe.node.restart(&[("place", "{{ salutation }} \"Pune\"".to_owned())]).await;
    let said = probe.may("/variable/greeting", "").await;
    assert_eq!(said, "Hello, {{ salutation }} \"Pune\"!", "a value is no template");
}

async fn files_and_environment_are_the_manifests(stage: Arc<Stage>) {
    let probe = Probe::start(stage.shape, &[]).await;
    assert_eq!(probe.may("/read", "/told.txt").await, "Mounted as it is.\n");
    assert_eq!(probe.may("/environment/LANGUAGE_OF_THE_PROBE", "").await, "hi-IN");
    for path in ["/etc/passwd", "/../spin.toml", "/../../../etc/passwd", "/nothing.txt"] {
        probe.may_not("/read", path).await;
    }
    for path in ["/new.txt", "/told.txt"] {
        probe.may_not("/write", path).await;
    }
    assert_eq!(probe.may("/read", "/told.txt").await, "Mounted as it is.\n");
    // Neither the host's own environment nor another component's.
    for path in
        ["/environment/PATH", "/environment/SPIN_VARIABLE_PLACE", "/neighbour/environment/LANGUAGE_OF_THE_PROBE"]
    {
        probe.may_not(path, "").await;
    }
    probe.may_not("/neighbour/read", "/told.txt").await;
}
