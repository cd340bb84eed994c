//! The outbox on PostgreSQL, with several nodes at once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../../database/tests/server/mod.rs"]
mod server;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use edge_capabilities::testing::World;
use edge_capabilities::{Capabilities, Clock as _, Timestamp};
use edge_database::{DatabaseError, Db};
use edge_notifications::event_types::{WORKSPACE_INVOICE_GENERATED, WORKSPACE_LOGIN_ALERT};
use edge_notifications::{
    Contact, Directory, MessageFilter, MessageState, NewEvent, Notifications, Notifier, NotifyConfig, PreferenceStore,
    Preferences, Recipient,
};
use serde_json::{Value, json};

const NODES: usize = 6;
const LIMIT: i64 = 40;

/// A tenant with a limit, and users with an address each.
struct People;

#[async_trait]
impl Directory for People {
    async fn contact(&self, _: &str, user: &str) -> Result<Contact, DatabaseError> {
        Ok(Contact { email: Some(format!("{user}@acme.example")), name: None })
    }

    async fn timezone(&self, _: &str) -> Result<Option<String>, DatabaseError> {
        Ok(Some("UTC".into()))
    }

    async fn messages_per_minute(&self, tenants: &[&str]) -> Result<HashMap<String, i64>, DatabaseError> {
        Ok(tenants.iter().filter(|tenant| **tenant == "a").map(|tenant| ((*tenant).to_owned(), LIMIT)).collect())
    }
}

/// Nodes on one database, and what Notify was sent: the key and the body.
struct Cluster {
    world: World,
    nodes: Vec<(Notifications, Notifier)>,
    db: Db,
    sent: Arc<Mutex<Vec<(String, Value)>>>,
    config: NotifyConfig,
    _server: server::Server,
}

async fn cluster() -> Option<Cluster> {
    let server = server::start().await?;
    let world = World::new(7);
    world.config.set("notify_url", "http://notify");
    let sent: Arc<Mutex<Vec<(String, Value)>>> = Arc::default();
    let seen = sent.clone();
    world.http.on_request(move |request| {
        let key = request.headers()["idempotency-key"].to_str().unwrap().to_owned();
        seen.lock().unwrap().push((key, serde_json::from_slice(request.body()).unwrap()));
        async move { Ok(http::Response::new(Bytes::from_static(b"{}"))) }
    });
    let db = Db::new(Arc::new(server.new_database("outbox").await));
    db.prepare().await.unwrap();
    let mut nodes = Vec::new();
    for _ in 0..NODES {
        let database = Arc::new(server.connect("outbox").await);
        let capabilities = Capabilities { db: database.clone(), ..world.instance().0 };
        let notifications = Notifications::new(Db::new(database));
        nodes.push((notifications.clone(), Notifier::new(&capabilities, &notifications, Arc::new(People))));
    }
    let config = NotifyConfig::load(&*world.config).await.unwrap();
    Some(Cluster { world, nodes, db, sent, config, _server: server })
}

fn invoice(tenant: &str, id: &str, user: Option<&str>) -> NewEvent {
    let recipient = match user {
        Some(user) => Recipient::by_user(user),
        None => Recipient::by_email("eve@x.example"),
    };
    let data = json!({"invoice_number": id, "amount": "1", "due_date": "2026-02-01"});
    NewEvent::new(&WORKSPACE_INVOICE_GENERATED, tenant, id).to(recipient).with(data)
}

impl Cluster {
    fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    fn shift(&self, span: Duration) {
        self.world.clock.shift(i64::try_from(span.as_millis()).unwrap());
    }

    /// To the beginning of the next minute.
    fn next_minute(&self) {
        self.world.clock.shift(60_000 - self.now().as_millis() % 60_000);
    }

    /// All nodes send what is due at once, until nobody finds anything.
    async fn send_all(&self) {
        loop {
            let all = self.nodes.iter().map(|(_, notifier)| notifier.send_new(&self.config, 20));
            let results = futures::future::try_join_all(all).await.unwrap();
            if results.iter().all(|result| *result == Default::default()) {
                return;
            }
        }
    }

    async fn states(&self, tenant: &str) -> BTreeMap<&'static str, usize> {
        let mut states = BTreeMap::new();
        for message in self.nodes[0].0.list(tenant, &MessageFilter::default(), None, 500).await.unwrap() {
            *states.entry(message.status.as_str()).or_default() += 1;
        }
        states
    }

    /// How often Notify was sent each key.
    fn times(&self) -> BTreeMap<String, usize> {
        let mut times = BTreeMap::new();
        for (key, _) in self.sent.lock().unwrap().iter() {
            *times.entry(key.clone()).or_default() += 1;
        }
        times
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_send_at_once_keep_to_the_limit_and_send_each_message_once() {
    let Some(cluster) = cluster().await else { return };
    let now = cluster.now();
    let events: Vec<NewEvent> = (0..100).map(|number| invoice("a", &format!("i{number}"), None)).collect();
    // Two nodes raise the same.
    let raised = cluster.nodes.iter().take(2).map(|(notifications, _)| notifications.raise_all(&events, now));
    futures::future::try_join_all(raised).await.unwrap();
    let stale = invoice("a", "stale", None).until(now.plus(Duration::from_secs(30)));
    let later = NewEvent { send_at: Some(now.plus(Duration::from_secs(10))), ..stale };
    let alert = NewEvent::new(&WORKSPACE_LOGIN_ALERT, "a", "alert").to(Recipient::by_email("eve@x.example"));
    let alert = alert.with(json!({"device": "a phone", "login_time": "now"}));
    cluster.nodes[1].0.raise_all(&[later, alert, invoice("b", "first", None)], now).await.unwrap();
    cluster.next_minute();
    cluster.send_all().await;
    // Nobody's limit holds an alert, and nobody else's messages hold the first of another.
    assert_eq!(cluster.states("b").await, [("sent", 1)].into());
    let states = cluster.states("a").await;
    // The alert has no phone number to be sent to as a text message.
    assert_eq!((states["sent"], states.get("suppressed")), (LIMIT as usize + 1, Some(&1)), "{states:?}");
    for minute in 2..4 {
        cluster.next_minute();
        cluster.send_all().await;
        let sent = (LIMIT as usize * minute).min(100) + 1;
        assert_eq!(cluster.states("a").await["sent"], sent, "in minute {minute}");
    }
    let suppressed = cluster.nodes[0].0.of_event("a", "stale").await.unwrap();
    assert_eq!(suppressed[0].reason.as_deref(), Some("EXPIRED"));
    let times = cluster.times();
    assert_eq!(times.len(), 102);
    assert!(times.values().all(|times| *times == 1), "{times:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn feeds_digests_reports_and_replays_hold_on_postgresql() {
    let Some(cluster) = cluster().await else { return };
    let now = cluster.now();
    let events: Vec<NewEvent> = (0..60).map(|number| invoice("b", &format!("i{number}"), Some("ben"))).collect();
    let daily: Preferences = serde_json::from_value(json!({"digest": "daily", "timezone": "UTC"})).unwrap();
    PreferenceStore::new(cluster.db.clone()).put("b", "ben", &daily, now).await.unwrap();
    cluster.nodes[0].0.raise_all(&events, now).await.unwrap();
    cluster.send_all().await;
    // Places are given once, in whatever order nodes get on.
    let feed = cluster.nodes[0].0.feed("b", "ben", 0, 100).await.unwrap();
    let places: Vec<i64> = feed.iter().map(|entry| entry.position.unwrap()).collect();
    assert_eq!(places.len(), 60);
    assert!(places.is_sorted_by(|one, other| one < other), "{places:?}");
    assert_eq!(cluster.nodes[1].0.mark_read("b", "ben", &[], places[29], now).await, Ok(30));
    assert_eq!(cluster.nodes[1].0.count_unread("b", "ben").await, Ok(30));
    assert!(cluster.times().is_empty());
    cluster.shift(Duration::from_hours(9));
    cluster.send_all().await;
    let sent = cluster.sent.lock().unwrap().clone();
    let [(_, digest)] = sent.as_slice() else { panic!("{sent:?}") };
    assert_eq!((&digest["to"], &digest["template_vars"]["count"]), (&json!("ben@acme.example"), &json!(60)));
    // What could not be delivered is replayed, under another key.
    cluster.nodes[0].0.raise(&invoice("b", "lost", None), cluster.now()).await.unwrap();
    cluster.send_all().await;
    let lost = cluster.nodes[0].0.of_event("b", "lost").await.unwrap()[0].id.clone();
    let (notifications, at) = (&cluster.nodes[2].0, cluster.now());
    let reported = notifications.report(&lost, MessageState::Failed, Some("bounced"), at).await;
    assert_eq!(reported, Ok(Some(MessageState::Failed)));
    assert_eq!(notifications.report(&lost, MessageState::Delivered, None, at).await, Ok(Some(MessageState::Failed)));
    notifications.replay("b", &lost, at).await.unwrap().unwrap();
    cluster.send_all().await;
    assert_eq!(cluster.times().get(&format!("{lost}.r1")), Some(&1));
    cluster.nodes[3].0.redact("b", "eve@x.example", "(deleted)").await.unwrap();
    let redacted = cluster.nodes[0].0.find("b", &lost).await.unwrap().unwrap();
    assert_eq!(redacted.content().recipient.email.as_deref(), Some("(deleted)"));
    cluster.nodes[0].0.raise(&invoice("b", "off", None), cluster.now()).await.unwrap();
    assert_eq!(cluster.nodes[1].0.cancel("b", "off", cluster.now()).await, Ok(1));
    assert!(cluster.nodes[0].0.remove(cluster.now().plus(Duration::from_secs(1)), 1_000).await.unwrap() > 60);
    let left = cluster.db.query("SELECT COUNT(*) FROM notifications", &[]).await.unwrap();
    assert_eq!(left[0].integer(0), Ok(0));
}
