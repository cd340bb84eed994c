use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use edge_capabilities::Clock as _;
use edge_capabilities::testing::{START, World};
use edge_database::Db;
use serde_json::json;

use super::*;

fn message(id: &str) -> Message {
    Message {
        id: id.into(),
        tenant_id: "t".into(),
        event_id: "e".into(),
        channel: Channel::Email,
        body: json!({"to": "ben@acme.example", "cc": "ruben@acme.example"}),
    }
}

struct Test {
    world: World,
    notifications: Notifications,
    notifier: Notifier,
    /// The ids of the messages that Notify was sent.
    seen: Arc<Mutex<Vec<String>>>,
}

/// A Notify that answers with `status`.
fn test(status: u16) -> Test {
    let world = World::new(7);
    world.config.set("notify_url", "http://notify/");
    let seen = Arc::<Mutex<Vec<String>>>::default();
    let ids = seen.clone();
    world.http.on_request(move |request| {
        assert_eq!(request.uri(), "http://notify/api/v1/email/send/template");
        ids.lock().unwrap().push(request.headers()["idempotency-key"].to_str().unwrap().to_owned());
        let response = http::Response::builder().status(status).body(Bytes::new()).unwrap();
        async move { Ok(response) }
    });
    let notifications = Notifications::new(Db::new(world.db.clone()));
    let notifier = Notifier::new(&world.instance().0, &notifications);
    Test { world, notifications, notifier, seen }
}

impl Test {
    async fn send_due(&self) -> SendResult {
        let config = NotifyConfig::load(&*self.world.config).await.unwrap();
        self.notifier.send_due(&config, 10).await.unwrap()
    }

    async fn counts(&self) -> Vec<(String, i64)> {
        self.notifications.count_by_status().await.unwrap()
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_queued_twice_is_sent_once() {
    let test = test(200);
    for _ in 0..2 {
        test.notifications.queue(vec![message("m1"), message("m2")], true, START).await.unwrap();
    }
    assert_eq!(test.send_due().await, SendResult { sent: 2, failed: 0, dead: 0 });
    assert_eq!(test.send_due().await, SendResult::default());
    assert_eq!(*test.seen.lock().unwrap(), ["m1", "m2"]);
    assert_eq!(test.counts().await, [("sent".to_owned(), 2)]);
}

#[tokio::test(start_paused = true)]
async fn more_messages_than_fit_in_one_statement_are_queued() {
    let test = test(200);
    let messages = (0..1_001).map(|number| message(&format!("m{number}"))).collect();
    test.notifications.queue(messages, true, START).await.unwrap();
    assert_eq!(test.counts().await, [("queued".to_owned(), 1_001)]);
}

#[tokio::test(start_paused = true)]
async fn without_an_address_messages_are_recorded_and_never_sent() {
    let test = test(200);
    test.world.config.set("notify_url", "");
    let is_configured = is_configured(&*test.world.config).await.unwrap();
    test.notifications.queue(vec![message("m")], is_configured, START).await.unwrap();
    assert_eq!(test.send_due().await, SendResult::default());
    assert_eq!(test.counts().await, [("recorded".to_owned(), 1)]);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_keeps_failing_is_given_up_after_five_attempts() {
    let test = test(503);
    test.notifications.queue(vec![message("m")], true, START).await.unwrap();
    for _ in 0..4 {
        assert_eq!(test.send_due().await, SendResult { sent: 0, failed: 1, dead: 0 });
        assert_eq!(test.send_due().await, SendResult::default());
        test.world.clock.advance(Duration::from_hours(1)).await;
    }
    assert_eq!(test.send_due().await, SendResult { sent: 0, failed: 0, dead: 1 });
    assert_eq!(test.counts().await, [("dead".to_owned(), 1)]);
    assert_eq!(test.seen.lock().unwrap().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn only_messages_that_are_no_longer_due_are_redacted_and_removed() {
    let test = test(200);
    test.notifications.queue(vec![message("sent")], true, START).await.unwrap();
    test.send_due().await;
    test.notifications.queue(vec![message("queued")], true, START).await.unwrap();
    test.notifications.redact("t", "ben@acme.example", "(deleted)").await.unwrap();
    let rows = test.notifications.0.query("SELECT body FROM notifications ORDER BY id", &[]).await.unwrap();
    assert_eq!(rows[0].text(0).unwrap(), message("queued").body.to_string());
    assert_eq!(rows[1].text(0).unwrap(), r#"{"cc":"ruben@acme.example","to":"(deleted)"}"#);
    let now = test.world.clock.now().plus(Duration::from_secs(1));
    assert_eq!(test.notifications.remove(now, 10).await, Ok(1));
    assert_eq!(test.counts().await, [("queued".to_owned(), 1)]);
}
