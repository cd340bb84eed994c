//! Campaigns on PostgreSQL, where nodes work at the very same time; where no server is installed there is nothing to test.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by a panic"
)]

#[path = "../../../platform/database/tests/server/mod.rs"]
mod server;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use edge_campaigns::CampaignMessages;
use edge_capabilities::testing::World;
use edge_capabilities::{Capabilities, Clock as _, Database as _};
use edge_database::Db;
use edge_jobs::{JobQueue, JobRunner};
use edge_notifications::{Notifications, Notifier, SendCounts};
use edge_tenants::TenantDirectory;
use server::Postgres;

const DAY: i64 = 86_400_000;

/// A node that sends messages, or leaves them in the outbox.
fn node(world: &World, db: Postgres, sends: bool) -> JobRunner {
    let capabilities = Capabilities { db: Arc::new(db), ..world.instance().0 };
    let db = Db::new(capabilities.db.clone());
    let runner = JobRunner::new("messaging", &capabilities, &JobQueue::new(&capabilities, &db));
    let runner = edge_campaigns::jobs(&capabilities, &db, runner);
    if !sends {
        return runner;
    }
    let directory = Arc::new(TenantDirectory::new(&db));
    let notifier = Notifier::new(&capabilities, &Notifications::new(db.clone()), directory)
        .with_unseal(Arc::new(CampaignMessages::new(&capabilities, &db)));
    let counts = SendCounts::default();
    notifier.first_attempts(notifier.retries(runner, &counts), &counts)
}

/// `count` contacts of `tenant`, enrolled in an active campaign with two steps, all due within `span` from `now`.
async fn enrol(db: &Postgres, tenant: &str, count: i64, now: i64, span: i64) {
    let step = |id: &str, number: u32, text: &str| {
        serde_json::json!({
            "id": id, "step_number": number, "delay": number - 1, "delay_type": "hours", "channel": "SMS", "subject": null,
            "message_template": text, "conditions": {}, "is_active": true, "expires_after_hours": 72,
        })
    };
    let text =
        "Hello {{ contact.name }}, {{ campaign.name }} has news for you: {{ contact.attributes.city|default('-') }}";
    let steps = serde_json::json!([step("s1", 1, text), step("s2", 2, text)]);
    let definition = serde_json::json!({"name": "Spring", "variables": {}, "steps": steps}).to_string();
    for statement in [
        format!(
            "INSERT INTO campaigns (id, tenant_id, name, status, version, steps, variables, stop_on_reply, created_at,
                updated_at, activated_at, revision)
             VALUES ('cmp_{tenant}', '{tenant}', 'Spring', 'active', 1, $1, '{{}}', 0, {now}, {now}, {now}, 1)"
        ),
        format!(
            "INSERT INTO campaign_versions (campaign_id, version, definition, created_at)
             VALUES ('cmp_{tenant}', 1, $1, {now})"
        ),
    ] {
        let value = if statement.contains("versions") { definition.clone() } else { steps.to_string() };
        db.query(&statement, &[value.into()]).await.unwrap();
    }
    for statement in [
        format!(
            "INSERT INTO contacts (id, tenant_id, name, phone, attributes, tags, timezone, created_at, updated_at, revision)
             SELECT 'con_{tenant}' || n, '{tenant}', 'Name ' || n, '+91' || (1000000000 + n), '{{\"city\":\"Pune\"}}', '[]',
                'Asia/Kolkata', {now}, {now}, 1 FROM generate_series(1, {count}) n"
        ),
        format!(
            "INSERT INTO campaign_enrolments (id, tenant_id, campaign_id, contact_id, version, status, position, base_at,
                scheduled_at, due_at, steps_completed, messages_sent, started_at)
             SELECT 'enr_{tenant}' || n, '{tenant}', 'cmp_{tenant}', 'con_{tenant}' || n, 1, 'active', 0, {now}, at, at, 0, 0,
                {now} FROM (SELECT n, {now} + (n * 7919 % {count}) * {span} / {count} AS at
                FROM generate_series(1, CAST({count} AS BIGINT)) n) due"
        ),
    ] {
        db.query(&statement, &[]).await.unwrap();
    }
}

async fn count(db: &Postgres, what: &str) -> i64 {
    db.query(&format!("SELECT COUNT(*) FROM {what}"), &[]).await.unwrap()[0].integer(0).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_work_at_the_same_time_send_each_step_once_and_small_tenants_first() {
    let Some(server) = server::start().await else { return };
    let world = World::new(1);
    world.config.set("notify_url", "http://notify");
    let keys: Arc<Mutex<BTreeMap<String, u32>>> = Arc::default();
    let seen = keys.clone();
    world.http.on_request(move |request| {
        let key = request.headers()["idempotency-key"].to_str().unwrap().to_owned();
        *seen.lock().unwrap().entry(key).or_default() += 1;
        async { Ok(http::Response::builder().status(200).body(Bytes::from("{}")).unwrap()) }
    });
    let db = server.new_database("campaigns").await;
    Db::new(Arc::new(server.connect("campaigns").await)).prepare().await.unwrap();
    let now = world.clock.now().as_millis();
    enrol(&db, "large", 3_000, now - DAY, 1).await;
    enrol(&db, "small", 5, now - 1, 1).await;
    // Of two tenants the small one does not wait for the many steps of the other.
    let first = node(&world, server.connect("campaigns").await, false);
    first.run_some(1, world.clock.now().plus(Duration::from_secs(60))).await.unwrap();
    first.drain_all().await.unwrap();
    assert_eq!(count(&db, "campaign_sends WHERE tenant_id = 'small' AND step_id = 's1'").await, 5);
    let mut nodes = Vec::new();
    for _ in 0..4 {
        nodes.push(Arc::new(node(&world, server.connect("campaigns").await, true)));
    }
    for _ in 0..60 {
        let work = nodes.iter().cloned().map(|node| tokio::spawn(async move { node.drain_all().await.unwrap() }));
        for done in futures::future::join_all(work).await {
            done.unwrap();
        }
        if count(&db, "campaign_enrolments WHERE status = 'completed'").await == 3_005 {
            break;
        }
        world.clock.shift(600_000);
    }
    assert_eq!(count(&db, "campaign_enrolments WHERE status = 'completed' AND messages_sent = 2").await, 3_005);
    let keys = keys.lock().unwrap();
    assert_eq!((keys.len(), keys.values().filter(|times| **times > 1).count()), (6_010, 0));
}

/// Has a step of another tenant fall due, and gives how long it takes until it is queued; on a connection of its own, so that
/// nothing that a node does holds up the clock.
async fn step_of_another(db: Postgres, tenant: String, now: i64) -> Duration {
    enrol(&db, &tenant, 1, now - 1, 1).await;
    let due = Instant::now();
    while count(&db, &format!("campaign_sends WHERE campaign_id = 'cmp_{tenant}'")).await == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    due.elapsed()
}

/// bench/campaigns.sh runs it: a million enrolments that fall due over a day, hour by hour.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes many minutes"]
async fn a_million_enrolments_are_taken_a_step_further_at_a_thousand_a_second() {
    let server = server::start().await.expect("PostgreSQL is installed");
    let all: i64 = std::env::var("ENROLMENTS").map_or(1_000_000, |count| count.parse().unwrap());
    let world = World::new(1);
    let db = server.new_database("campaigns").await;
    Db::new(Arc::new(server.connect("campaigns").await)).prepare().await.unwrap();
    let now = world.clock.now().as_millis();
    let started = Instant::now();
    enrol(&db, "large", all, now, DAY).await;
    db.query("ANALYZE", &[]).await.unwrap();
    println!("{all} enrolments were written in {:?}", started.elapsed());
    let node = node(&world, server.connect("campaigns").await, false);
    // The recurring jobs are there: their first run takes up no more than the others.
    node.drain_all().await.unwrap();
    let (mut busy, mut slowest) = (Duration::ZERO, Duration::ZERO);
    for hour in 1..=24 {
        world.clock.shift(DAY / 24);
        let now = world.clock.now().as_millis();
        let started = Instant::now();
        let small = tokio::spawn(step_of_another(server.connect("campaigns").await, format!("small{hour}"), now));
        let due = format!("campaign_enrolments WHERE campaign_id = 'cmp_large' AND due_at <= {now} LIMIT 1");
        while !small.is_finished() || !db.query(&format!("SELECT id FROM {due}"), &[]).await.unwrap().is_empty() {
            let (_, claimed) = node.run_some(8, world.clock.now().plus(Duration::from_secs(60))).await.unwrap();
            if claimed == 0 {
                node.drain_all().await.unwrap();
            }
        }
        busy += started.elapsed();
        slowest = slowest.max(small.await.unwrap());
        if hour % 6 == 0 {
            let sent = count(&db, "campaign_sends").await;
            println!(
                "hour {hour}: {sent} steps, {:.0} a second, another tenant waited {slowest:?} at most",
                sent as f64 / busy.as_secs_f64()
            );
        }
        // Notify takes all of them, and the next steps are planned.
        db.query("UPDATE notifications SET status = 'sent', sent_at = created_at WHERE status = 'queued'", &[])
            .await
            .unwrap();
    }
    let steps = count(&db, "campaign_sends").await;
    assert!(steps >= all, "{steps}");
    let rate = steps as f64 / busy.as_secs_f64();
    println!("{steps} steps in {busy:?}: {rate:.0} a second; another tenant's step waited {slowest:?} at most");
}
