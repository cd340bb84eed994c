//! Reminders: each once, in time, and none after payment. Notify is a stand-in that notes what it is sent.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use edge_capabilities::Clock as _;
use edge_capabilities::testing::World;
use edge_jobs::{JobQueue, JobRunner};
use edge_notifications::{Notifications, Notifier, SendCounts};
use edge_tenants::TenantDirectory;

use super::*;
use crate::reminder::{FOLLOW_UP, FollowUp, ReminderValues};

/// What Notify was sent: when, the template, the amount, and the type of the reminder.
type Sent = (String, String, String, String);

struct Notify {
    sent: Arc<Mutex<Vec<Sent>>>,
    /// The keys of what it took: it sends each once.
    keys: Arc<Mutex<BTreeSet<String>>>,
    /// The status of its answers.
    status: Arc<Mutex<u16>>,
}

/// Has the stand-in answer.
fn notify(world: &World) -> Notify {
    let notify = Notify { sent: Arc::default(), keys: Arc::default(), status: Arc::new(Mutex::new(200)) };
    world.config.set("notify_url", "http://notify");
    let (sent, keys, status) = (notify.sent.clone(), notify.keys.clone(), notify.status.clone());
    let clock = world.clock.clone();
    world.http.on_request(move |request| {
        let status = *status.lock().unwrap();
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        let key = request.headers()["idempotency-key"].to_str().unwrap().to_owned();
        if status == 200 && keys.lock().unwrap().insert(key) {
            let vars = &body["template_vars"];
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let at = clock.now().to_rfc3339_millis();
            let minute = at.get(..16).unwrap().to_owned();
            sent.lock().unwrap().push((
                minute,
                text(&body["template_name"]),
                text(&vars["amount"]),
                text(&vars["reminder_type"]),
            ));
        }
        let response = http::Response::builder().status(status).body(Bytes::from("{}")).unwrap();
        async move { Ok(response) }
    });
    notify
}

/// What a component that has Notify's key runs.
fn runner(capabilities: &Capabilities) -> JobRunner {
    let db = Db::new(capabilities.db.clone());
    let notifier = Notifier::new(capabilities, &Notifications::new(db.clone()), Arc::new(TenantDirectory::new(&db)))
        .with_unseal(Arc::new(ReminderValues::new(capabilities, &db)));
    let runner = JobRunner::new("messaging", capabilities, &JobQueue::new(capabilities, &db));
    let counts = SendCounts::default();
    notifier
        .first_attempts(notifier.retries(runner, &counts), &counts)
        .handle(FOLLOW_UP, FollowUp::new(capabilities, &db))
}

impl Test {
    /// Runs what is due whenever something is, for `hours`.
    async fn work(&self, hours: u64) {
        let end = self.world.clock.now().plus(Duration::from_hours(hours));
        let runner = runner(&self.world.instance().0);
        loop {
            runner.drain_all().await.unwrap();
            let now = self.world.clock.now();
            let next = self.next_due().await.map_or(end, |due| due.min(end));
            let wait = u64::try_from(next.as_millis() - now.as_millis()).unwrap_or_default();
            self.world.clock.advance(Duration::from_millis(wait)).await;
            if next >= end {
                runner.drain_all().await.unwrap();
                return;
            }
        }
    }

    /// When the next job is due, but for the one that looks for new messages.
    async fn next_due(&self) -> Option<Timestamp> {
        let statement = "SELECT MIN(due_at) FROM jobs
            WHERE kind IN ('invoices.follow_up', 'notifications.message', 'notifications.sealed')";
        let rows = self.world.instance().0.db.query(statement, &[]).await.unwrap();
        rows[0].optional_integer(0).unwrap().map(Timestamp::from_millis)
    }

    async fn reminders(&self, path: &str) -> Vec<(String, String)> {
        let (status, list) = self.acme("GET", &format!("{path}/reminders"), Value::Null).await;
        assert_eq!(status, 200, "{list}");
        let text = |one: &Value, field: &str| one[field].as_str().unwrap_or_default().to_owned();
        let all = list["data"].as_array().unwrap().iter();
        all.map(|one| (text(one, "reminder_type"), text(one, "status"))).collect()
    }
}

impl Notify {
    /// The reminders that were sent: the minute, the amount and the type.
    fn reminders(&self) -> Vec<(String, String, String)> {
        let sent = self.sent.lock().unwrap().clone();
        let reminders = sent.into_iter().filter(|(_, template, ..)| template == "workspace_payment_reminder");
        reminders.map(|(at, _, amount, kind)| (at, amount, kind)).collect()
    }

    fn kinds(&self) -> Vec<String> {
        self.reminders().into_iter().map(|(_, _, kind)| kind).collect()
    }

    fn fail(&self, status: u16) {
        *self.status.lock().unwrap() = status;
    }
}

fn all(statuses: [&str; 3]) -> Vec<(String, String)> {
    let kinds = ["due", "overdue_1day", "overdue_7day"];
    kinds.into_iter().zip(statuses).map(|(kind, status)| (kind.to_owned(), status.to_owned())).collect()
}

fn due(date: &str) -> Value {
    with(new(), "due_date", json!(date))
}

#[tokio::test(start_paused = true)]
async fn the_customer_is_told_of_an_invoice_and_reminded_in_time_of_each_type_once() {
    let test = test().await;
    let notify = notify(&test.world);
    let path = test.open(due("2026-01-03")).await;
    assert_eq!(test.reminders(&path).await, all(["scheduled"; 3]));
    test.work(24 * 12).await;
    let sent = notify.sent.lock().unwrap().clone();
    let (announced, reminders) = sent.split_first().unwrap();
    assert_eq!((announced.1.as_str(), announced.2.as_str()), ("workspace_invoice", "1,180.00 INR"));
    assert_eq!(reminders.len(), 3);
    assert_eq!(test.reminders(&path).await, all(["sent"; 3]));
    for ((at, amount, kind), (day, expected)) in
        notify.reminders().into_iter().zip([("03", "due"), ("04", "overdue_1day"), ("10", "overdue_7day")])
    {
        assert_eq!((amount.as_str(), kind.as_str()), ("1,180.00 INR", expected));
        assert!(at.starts_with(&format!("2026-01-{day}T09:")), "{at}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_reminder_is_sent_after_payment_and_after_a_part_of_it_the_rest_is_named() {
    let test = test().await;
    let notify = notify(&test.world);
    let path = test.open(due("2026-01-02")).await;
    test.work(24).await;
    test.acme("POST", &format!("{path}/payments"), json!({"amount": 180})).await;
    test.work(24).await;
    assert_eq!(notify.reminders(), [("2026-01-02T09:00".to_owned(), "1,000.00 INR".to_owned(), "due".to_owned())]);
    test.acme("POST", &format!("{path}/payments"), json!({"amount": 1000})).await;
    test.work(24 * 10).await;
    assert_eq!(notify.reminders().len(), 1);
    assert_eq!(test.reminders(&path).await, all(["sent", "cancelled", "cancelled"]));
    // Nor after it is voided.
    let voided = test.open(due("2026-01-20")).await;
    test.acme("POST", &format!("{voided}/void"), Value::Null).await;
    test.work(24 * 15).await;
    assert_eq!(notify.reminders().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_reminder_whose_invoice_is_paid_while_its_message_waits_is_not_sent() {
    let test = test().await;
    let notify = notify(&test.world);
    let path = test.open(due("2026-01-02")).await;
    test.work(24).await;
    notify.fail(503);
    test.world.clock.advance(Duration::from_hours(9)).await;
    let runner = runner(&test.world.instance().0);
    runner.drain_all().await.unwrap();
    assert_eq!(test.reminders(&path).await[0], ("due".to_owned(), "queued".to_owned()));
    // A part is paid: it is the rest that the message names once Notify is back.
    test.acme("POST", &format!("{path}/payments"), json!({"amount": 180})).await;
    let other = test.open(due("2026-01-02")).await;
    test.acme("POST", &format!("{other}/reminders"), json!({"reminder_type": "due"})).await;
    test.world.clock.advance(Duration::from_secs(30)).await;
    runner.drain_all().await.unwrap();
    test.acme("POST", &format!("{other}/payments"), json!({"amount": 1180})).await;
    notify.fail(200);
    test.work(4).await;
    let sent: Vec<_> = notify.reminders().into_iter().map(|(_, amount, kind)| (amount, kind)).collect();
    assert_eq!(sent, [("1,000.00 INR".to_owned(), "due".to_owned())]);
    assert_eq!(test.reminders(&other).await[0], ("due".to_owned(), "cancelled".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn reminders_that_were_past_when_the_invoice_was_finalised_are_never_sent() {
    let test = test().await;
    let notify = notify(&test.world);
    for (date, kinds) in [
        ("2025-12-20", &[][..]),
        ("2025-12-28", &["overdue_7day"]),
        ("2025-12-31", &["overdue_1day", "overdue_7day"]),
        ("2026-01-01", &["due", "overdue_1day", "overdue_7day"]),
    ] {
        let path = test.open(due(date)).await;
        let scheduled: Vec<String> = test.reminders(&path).await.into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(scheduled, kinds, "{date}");
    }
    test.work(24 * 9).await;
    assert_eq!(notify.reminders().len(), 6);
}

#[tokio::test(start_paused = true)]
async fn after_days_without_a_worker_one_reminder_is_sent_and_not_all_at_once() {
    let test = test().await;
    let notify = notify(&test.world);
    let path = test.open(due("2026-01-02")).await;
    test.work(1).await;
    test.world.clock.advance(Duration::from_hours(24 * 30)).await;
    test.work(24).await;
    assert_eq!(notify.kinds(), ["overdue_7day"]);
    assert_eq!(test.reminders(&path).await, all(["skipped", "skipped", "sent"]));
}

#[tokio::test(start_paused = true)]
async fn a_reminder_is_tried_three_times() {
    let test = test().await;
    let notify = notify(&test.world);
    let path = test.open(due("2026-01-03")).await;
    test.work(24).await;
    notify.fail(503);
    test.work(24 + 21).await;
    let (_, list) = test.acme("GET", &format!("{path}/reminders"), Value::Null).await;
    let failed = &list["data"][0];
    assert_eq!(
        (&failed["status"], &failed["retry_count"], &failed["max_retries"]),
        (&json!("failed"), &json!(3), &json!(3))
    );
    assert!(failed["error"].is_string(), "{failed}");
    notify.fail(200);
    test.work(24 * 8).await;
    assert_eq!(notify.kinds(), ["overdue_1day", "overdue_7day"]);
}

#[tokio::test(start_paused = true)]
async fn due_on_31_march_in_auckland_and_los_angeles_and_moving_between_them() {
    for (zone, moves_to, sent_at) in [
        ("Pacific/Auckland", None, "2026-03-30T20:0"),
        ("America/Los_Angeles", None, "2026-03-31T16:0"),
        // Whoever moves is reminded once, when it is nine where they are then.
        ("America/Los_Angeles", Some("Pacific/Auckland"), "2026-03-30T20:0"),
        ("Pacific/Auckland", Some("America/Los_Angeles"), "2026-03-31T16:0"),
    ] {
        let test = test().await;
        let notify = notify(&test.world);
        test.change_tenant(json!({"timezone": zone})).await;
        let path = test.open(due("2026-03-31")).await;
        let finalized = test.get(&path).await["finalized_at"].as_str().unwrap().to_owned();
        let until = Timestamp::parse("2026-03-30T10:00:00Z").unwrap();
        let now = Timestamp::parse(&finalized).unwrap();
        let wait = until.as_millis() - now.as_millis();
        test.work(1).await;
        test.world.clock.advance(Duration::from_millis(u64::try_from(wait).unwrap()) - Duration::from_hours(1)).await;
        if let Some(other) = moves_to {
            test.change_tenant(json!({"timezone": other})).await;
        }
        test.work(34).await;
        // And moved back it is not reminded again.
        test.change_tenant(json!({"timezone": zone})).await;
        test.work(4).await;
        let sent = notify.reminders();
        let due: Vec<_> = sent.iter().filter(|(_, _, kind)| kind == "due").collect();
        assert_eq!(due.len(), 1, "{zone} {moves_to:?}: {sent:?}");
        assert!(due[0].0.starts_with(sent_at), "{zone} {moves_to:?}: {sent:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_tenants_settings_say_when_reminders_go_out() {
    let test = test().await;
    let notify = notify(&test.world);
    let reminders = json!({"at": "17:30", "due": false, "overdue_1day": 2, "overdue_7day": 4});
    test.change_tenant(json!({"settings": {"invoices": {"reminders": reminders}}})).await;
    test.open(due("2026-01-02")).await;
    test.work(24 * 8).await;
    let sent: Vec<_> =
        notify.reminders().into_iter().map(|(at, _, kind)| (at.get(..13).unwrap().to_owned(), kind)).collect();
    assert_eq!(
        sent,
        [
            ("2026-01-04T17".to_owned(), "overdue_1day".to_owned()),
            ("2026-01-06T17".to_owned(), "overdue_7day".to_owned())
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_caller_moves_a_reminder_that_waits_and_schedules_no_second() {
    let test = test().await;
    let notify = notify(&test.world);
    let path = test.open(due("2026-02-01")).await;
    let of = format!("{path}/reminders");
    let body = json!({"reminder_type": "due", "scheduled_at": "2026-01-02T12:00:00Z"});
    let (status, made) = test.acme("POST", &of, body.clone()).await;
    assert_eq!(
        (status, &made["scheduled_at"], &made["status"]),
        (201, &json!("2026-01-02T12:00:00.000Z"), &json!("scheduled"))
    );
    test.work(48).await;
    assert_eq!(notify.kinds(), ["due"]);
    assert_eq!(test.acme("POST", &of, body).await.1["code"], "ALREADY_EXISTS");
    for (body, field) in [
        (json!({"reminder_type": "weekly"}), "reminder_type"),
        (json!({"reminder_type": "due", "scheduled_at": "soon"}), "scheduled_at"),
        (json!({}), "reminder_type"),
    ] {
        let (status, problem) = test.acme("POST", &of, body).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!(field)), "{problem}");
    }
    // One of an invoice that is not finalised waits for that.
    let pending = test.make(due("2026-02-01")).await;
    let early = json!({"reminder_type": "overdue_1day", "scheduled_at": "2026-01-04T12:00:00Z"});
    assert_eq!(test.acme("POST", &format!("{pending}/reminders"), early).await.0, 201);
    test.work(48).await;
    assert_eq!(notify.kinds(), ["due"]);
    test.acme("POST", &format!("{pending}/finalize"), Value::Null).await;
    assert_eq!(test.reminders(&pending).await.len(), 2);
    test.acme("POST", &format!("{pending}/payments"), json!({"amount": 1180})).await;
    let paid = test.acme("POST", &format!("{pending}/reminders"), json!({"reminder_type": "due"})).await;
    assert_eq!(paid.1["code"], "INVOICE_PAID");
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_dies_at_any_call_sends_no_reminder_twice_and_loses_none() {
    for (calls, makes_the_last) in (1..).flat_map(|calls| [(calls, false), (calls, true)]) {
        let test = test().await;
        let notify = notify(&test.world);
        let path = test.open(due("2026-01-02")).await;
        test.work(24).await;
        test.world.clock.advance(Duration::from_hours(9)).await;
        let (capabilities, life) = test.world.mortal(calls, makes_the_last);
        let dying = runner(&capabilities);
        let work = async {
            for _ in 0..2 {
                dying.drain_all().await.unwrap();
                test.world.clock.advance(Duration::from_secs(30)).await;
            }
        };
        let lived = tokio::select! {
            () = work => true,
            () = life.death() => false,
        };
        drop(life);
        test.work(4).await;
        assert_eq!(notify.kinds(), ["due"], "{calls} {makes_the_last}");
        assert_eq!(test.reminders(&path).await, all(["sent", "scheduled", "scheduled"]), "{calls} {makes_the_last}");
        if lived {
            return;
        }
        assert!(calls < 200, "nobody lives long enough");
    }
}

#[tokio::test(start_paused = true)]
async fn the_customer_is_told_once_of_an_invoice_whoever_dies_while_it_is_finalised() {
    for (calls, makes_the_last) in (1..).flat_map(|calls| [(calls, false), (calls, true)]) {
        let test = test().await;
        let notify = notify(&test.world);
        let path = test.make(due("2026-01-02")).await;
        let (capabilities, life) = test.world.mortal(calls, makes_the_last);
        let (dying, work) = (router(capabilities.clone()), runner(&capabilities));
        let finalize = format!("{INVOICES}{path}/finalize");
        let lived = tokio::select! {
            () = async {
                edge_http::testing::ask(&dying, PLATFORM, Some(ACME), "POST", &finalize, &Value::Null).await;
                work.drain_all().await.unwrap();
                work.drain_all().await.unwrap();
            } => true,
            () = life.death() => false,
        };
        drop(life);
        // Whoever asked asks again.
        let (status, shown) = test.acme("POST", &format!("{path}/finalize"), Value::Null).await;
        assert_eq!((status, &shown["invoice_number"]), (200, &json!("INV-2026-00001")), "{shown}");
        test.work(1).await;
        let told: Vec<_> = notify.sent.lock().unwrap().iter().map(|(_, template, ..)| template.clone()).collect();
        assert_eq!(told, ["workspace_invoice"], "{calls} {makes_the_last}");
        assert_eq!(test.reminders(&path).await, all(["scheduled"; 3]));
        if lived {
            return;
        }
        assert!(calls < 200, "nobody lives long enough");
    }
}
