//! A limit a tenant and minute; tenants that take turns; what waits for Notify.

use std::collections::HashMap;

use edge_capabilities::http::HttpError;
use edge_jobs::{JobQueue, JobRunner};

use super::*;

/// Tenants with these limits.
struct Limits(HashMap<&'static str, i64>);

#[async_trait::async_trait]
impl Directory for Limits {
    async fn contact(&self, tenant: &str, user: &str) -> Result<Contact, DatabaseError> {
        People.contact(tenant, user).await
    }

    async fn timezone(&self, _: &str) -> Result<Option<String>, DatabaseError> {
        Ok(None)
    }

    async fn messages_per_minute(&self, tenants: &[&str]) -> Result<HashMap<String, i64>, DatabaseError> {
        let limit = |tenant: &&str| self.0.get(tenant).map(|limit| ((*tenant).to_owned(), *limit));
        Ok(tenants.iter().filter_map(limit).collect())
    }
}

/// A Notify that notes when it was sent which message.
struct Outbox {
    world: World,
    notifications: Notifications,
    notifier: Notifier,
    sent: Arc<Mutex<Vec<(Timestamp, String)>>>,
    /// How it answers; None: not at all.
    status: Arc<Mutex<Option<u16>>>,
}

fn outbox(limits: &[(&'static str, i64)]) -> Outbox {
    let Test { world, notifications, .. } = test();
    let (sent, status) = (Arc::<Mutex<Vec<_>>>::default(), Arc::new(Mutex::new(Some(200))));
    let (seen, answer, clock) = (sent.clone(), status.clone(), world.clock.clone());
    world.http.on_request(move |request| {
        let answer = *answer.lock().unwrap();
        let key = request.headers()["idempotency-key"].to_str().unwrap().to_owned();
        seen.lock().unwrap().push((clock.now(), key));
        async move {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let status = answer.ok_or_else(|| HttpError::NotSent("nobody listens".into()))?;
            Ok(http::Response::builder().status(status).body(Bytes::new()).unwrap())
        }
    });
    let directory = Arc::new(Limits(limits.iter().copied().collect()));
    let notifier = Notifier::new(&world.instance().0, &notifications, directory);
    Outbox { world, notifications, notifier, sent, status }
}

fn event(tenant: &str, id: &str) -> NewEvent {
    NewEvent { tenant_id: tenant.to_owned(), recipients: vec![Recipient::by_email("a@x.example")], ..invoice(id) }
}

fn events(tenant: &str, count: usize) -> Vec<NewEvent> {
    (0..count).map(|number| event(tenant, &format!("e{number:05}"))).collect()
}

impl Outbox {
    fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    async fn raise(&self, events: &[NewEvent]) {
        self.notifications.raise_all(events, self.now()).await.unwrap();
    }

    fn runner(&self) -> JobRunner {
        let counts = SendCounts::default();
        let (capabilities, _) = self.world.instance();
        let queue = JobQueue::new(&capabilities, &Db::new(self.world.db.clone()));
        let runner = JobRunner::new("messaging", &capabilities, &queue);
        self.notifier.first_attempts(self.notifier.retries(runner, &counts), &counts)
    }

    /// Lets `span` pass, and has the jobs run each `every`.
    async fn pass(&self, span: Duration, every: Duration) {
        let end = self.now().plus(span);
        while self.now() < end {
            self.world.clock.advance(every).await;
            self.runner().drain().await.unwrap();
        }
    }

    /// The most that was sent in one minute, and how much in all.
    fn most_in_a_minute(&self) -> (usize, usize) {
        let sent = self.sent.lock().unwrap();
        let mut minutes: HashMap<i64, usize> = HashMap::new();
        for (at, _) in sent.iter() {
            *minutes.entry(at.as_millis() / 60_000).or_default() += 1;
        }
        (minutes.values().copied().max().unwrap_or(0), sent.len())
    }

    async fn state(&self, tenant: &str, event: &str) -> (&'static str, Option<String>) {
        let found = self.notifications.of_event(tenant, event).await.unwrap();
        (found[0].status.as_str(), found[0].reason.clone())
    }
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_messages_of_one_tenant_do_not_hold_anothers_first() {
    let outbox = outbox(&[("a", 100_000)]);
    outbox.raise(&events("a", 10_000)).await;
    let runner = outbox.runner();
    let other = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let raised = tokio::time::Instant::now();
        outbox.raise(&[event("b", "first")]).await;
        while outbox.state("b", "first").await.0 == "queued" {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        raised.elapsed()
    };
    let waited = tokio::select! {
        waited = other => waited,
        drained = runner.drain() => panic!("all is sent before: {drained:?}"),
    };
    assert!(waited < Duration::from_secs(5), "{waited:?}");
    assert!(outbox.sent.lock().unwrap().len() > 100);
}

#[tokio::test(start_paused = true)]
async fn many_tenants_with_many_messages_take_turns() {
    let outbox = outbox(&[]);
    for tenant in 0..40 {
        outbox.raise(&events(&format!("t{tenant:02}"), 20)).await;
    }
    let config = NotifyConfig::load(&*outbox.world.config).await.unwrap();
    for _ in 0..2 {
        outbox.notifier.send_new(&config, 20).await.unwrap();
        outbox.world.clock.advance(Duration::from_millis(1)).await;
    }
    for tenant in 0..40 {
        let sent = outbox.notifications.list(&format!("t{tenant:02}"), &MessageFilter::default(), None, 50).await;
        let sent = sent.unwrap().iter().filter(|message| message.status == MessageState::Sent).count();
        assert_eq!(sent, 1, "t{tenant:02}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_more_than_its_limit_goes_out_for_a_tenant_in_a_minute_but_what_is_critical() {
    let outbox = outbox(&[("a", 5)]);
    outbox.raise(&events("a", 12)).await;
    outbox.raise(&events("b", 12)).await;
    let alert = NewEvent::new(&WORKSPACE_LOGIN_ALERT, "a", "alert").to(Recipient::by_email("a@x.example"));
    outbox.raise(&[alert.with(json!({"device": "a phone", "login_time": "now"}))]).await;
    // Half a minute; the clock of the tests begins with a minute.
    outbox.pass(Duration::from_secs(30), Duration::from_secs(2)).await;
    let count = |state: &'static str, tenant: &'static str| {
        let filter = MessageFilter { state: MessageState::parse(state), ..MessageFilter::default() };
        let outbox = &outbox;
        async move { outbox.notifications.list(tenant, &filter, None, 50).await.unwrap().len() }
    };
    assert_eq!(outbox.state("a", "alert").await.0, "sent");
    assert_eq!((count("sent", "a").await, count("sent", "b").await), (6, 12));
    outbox.pass(Duration::from_secs(60), Duration::from_secs(2)).await;
    assert_eq!(count("sent", "a").await, 11);
    outbox.pass(Duration::from_secs(60), Duration::from_secs(2)).await;
    assert_eq!(count("sent", "a").await, 13);
}

#[tokio::test(start_paused = true)]
async fn senders_at_the_same_time_keep_to_the_limit_together_and_reach_it() {
    let outbox = outbox(&[("a", 50)]);
    outbox.raise(&events("a", 200)).await;
    let config = NotifyConfig::load(&*outbox.world.config).await.unwrap();
    for _ in 0..5 {
        let all = (0..4).map(|_| outbox.notifier.send_new(&config, 20));
        futures::future::try_join_all(all).await.unwrap();
    }
    assert_eq!(outbox.most_in_a_minute(), (50, 50));
}

#[tokio::test(start_paused = true)]
async fn what_is_sent_again_counts_for_the_limit_and_is_given_up_after_five_answers() {
    let outbox = outbox(&[("a", 5)]);
    outbox.raise(&events("a", 12)).await;
    *outbox.status.lock().unwrap() = Some(503);
    outbox.pass(Duration::from_mins(40), Duration::from_secs(5)).await;
    let (most, all) = outbox.most_in_a_minute();
    assert!(most <= 5 && all == 60, "{most} of {all}");
    for number in 0..12 {
        let state = outbox.state("a", &format!("e{number:05}")).await;
        assert_eq!(state, ("dead", Some("its status is 503".to_owned())));
    }
}

#[tokio::test(start_paused = true)]
async fn after_three_days_without_notify_there_is_no_burst_and_nothing_expired_is_sent() {
    const LIMIT: i64 = 10;
    let outbox = outbox(&[("a", LIMIT), ("b", LIMIT)]);
    *outbox.status.lock().unwrap() = None;
    // Through the three days, an event an hour with an end and one without.
    let mut expiring = Vec::new();
    for hour in 0..72 {
        let end = outbox.now().plus(Duration::from_hours(if hour % 2 == 0 { 5 } else { 100 }));
        expiring.push((format!("until{hour}"), end));
        outbox.raise(&[event("a", &format!("kept{hour}")), event("a", &format!("until{hour}")).until(end)]).await;
        outbox.pass(Duration::from_hours(1), Duration::from_mins(10)).await;
    }
    let back = outbox.now();
    assert!(outbox.most_in_a_minute().0 <= 10);
    outbox.sent.lock().unwrap().clear();
    *outbox.status.lock().unwrap() = Some(200);
    // Who comes now does not wait for what waited.
    outbox.raise(&[event("b", "new")]).await;
    outbox.pass(Duration::from_secs(2), Duration::from_secs(2)).await;
    assert_eq!(outbox.state("b", "new").await.0, "sent");
    outbox.pass(Duration::from_mins(40), Duration::from_secs(5)).await;
    let (most, all) = outbox.most_in_a_minute();
    assert!(most <= 10 + 1, "{most}: a's, and b's one");
    for hour in 0..72 {
        assert_eq!(outbox.state("a", &format!("kept{hour}")).await.0, "sent", "kept{hour}");
    }
    let mut expired = 0;
    for (name, end) in &expiring {
        let state = outbox.state("a", name).await;
        if *end <= back {
            expired += 1;
            assert_eq!(state, ("suppressed", Some("EXPIRED".to_owned())), "{name}");
        }
    }
    assert!(expired > 30, "{expired}");
    let ids: HashMap<String, Timestamp> = {
        let all = outbox.notifications.list("a", &MessageFilter::default(), None, 500).await.unwrap();
        all.into_iter().filter_map(|message| Some((message.id, message.expires_at?))).collect()
    };
    for (at, key) in outbox.sent.lock().unwrap().iter() {
        assert!(ids.get(key).is_none_or(|end| at < end), "{key} was sent after its end");
    }
    let mut keys: Vec<String> = outbox.sent.lock().unwrap().iter().map(|(_, key)| key.clone()).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), all, "each is sent once");
}
