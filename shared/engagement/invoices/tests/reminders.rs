//! Reminders on PostgreSQL, with several nodes that all look after them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../../../platform/database/tests/server/mod.rs"]
mod server;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use edge_capabilities::testing::{START, World};
use edge_capabilities::{Capabilities, Clock as _, Database};
use edge_database::Db;
use edge_invoices::{InvoiceService, ReminderValues};
use edge_jobs::{JobQueue, JobRunner};
use edge_notifications::{Notifications, Notifier, SendCounts};
use edge_tenants::{Mode, Tenant, TenantDirectory, Tenants};
use serde_json::Value;

const NODES: usize = 4;
const INVOICES: usize = 30;

fn tenant() -> Tenant {
    Tenant { slug: "acme".into(), ..Tenant::new("acme".into(), Mode::External, START) }
}

/// A draft for a customer of its own, which is due on 5 January.
async fn draft(db: &Db, number: usize) {
    let statement = "INSERT INTO invoices (id, tenant_id, series, customer, currency, items, amount, tax, total,
        amount_paid, state, due_date, provider, account, payments, reminders, created_at, updated_at, revision)
        VALUES ($1, 'acme', 'INV', $2, 'INR', '[]', 100, 0, 100, 0, 'draft', '2026-01-05', '', '', '[]', '[]', $3, $3, 1)";
    let customer = format!(r#"{{"email":"c{number}@x.example"}}"#);
    db.query(statement, &[format!("inv_{number}").into(), customer.into(), START.into()]).await.unwrap();
}

/// What a node runs that has Notify's key.
fn runner(capabilities: &Capabilities) -> JobRunner {
    let db = Db::new(capabilities.db.clone());
    let notifier = Notifier::new(capabilities, &Notifications::new(db.clone()), Arc::new(TenantDirectory::new(&db)))
        .with_unseal(Arc::new(ReminderValues::new(capabilities, &db)));
    let runner = JobRunner::new("messaging", capabilities, &JobQueue::new(capabilities, &db));
    let counts = SendCounts::default();
    let runner = notifier.first_attempts(notifier.retries(runner, &counts), &counts);
    edge_invoices::jobs(capabilities, &db, runner)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_reminder_is_sent_once_by_whichever_node_and_none_after_payment() {
    let Some(server) = server::start().await else { return };
    let world = World::new(7);
    world.config.set("notify_url", "http://notify");
    // To whom which reminder was sent, by its key.
    let sent: Arc<Mutex<BTreeMap<String, (String, String)>>> = Arc::default();
    let seen = sent.clone();
    world.http.on_request(move |request| {
        let key = request.headers()["idempotency-key"].to_str().unwrap().to_owned();
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let kind = text(&body["template_vars"]["reminder_type"]);
        if !kind.is_empty() {
            seen.lock().unwrap().insert(key, (text(&body["to"]), kind));
        }
        async move { Ok(http::Response::new(Bytes::from_static(b"{}"))) }
    });
    let first: Arc<dyn Database> = Arc::new(server.new_database("reminders").await);
    let db = Db::new(first.clone());
    db.prepare().await.unwrap();
    Tenants::new(db.clone()).insert(&tenant()).await.unwrap();
    let mut nodes = Vec::new();
    for _ in 0..NODES {
        let database: Arc<dyn Database> = Arc::new(server.connect("reminders").await);
        nodes.push(Capabilities { db: database, ..world.instance().0 });
    }
    let service = |node: &Capabilities| InvoiceService::new(node, &Db::new(node.db.clone()));
    for number in 0..INVOICES {
        draft(&db, number).await;
        service(&nodes[number % NODES]).finalize(&tenant(), &format!("inv_{number}")).await.unwrap();
    }
    let until = |day: u32| format!("2026-01-{day:02}T12:00:00Z");
    for day in 1..=14 {
        let at = edge_capabilities::Timestamp::parse(&until(day)).unwrap();
        world.clock.shift(at.as_millis() - world.clock.now().as_millis());
        if day == 6 {
            // A third is paid between the first reminder and the second.
            for number in (0..INVOICES).step_by(3) {
                let paid =
                    "UPDATE invoices SET state = 'paid', amount_paid = total, revision = revision + 1 WHERE id = $1";
                db.query(paid, &[format!("inv_{number}").into()]).await.unwrap();
            }
        }
        for _ in 0..4 {
            let all = nodes.iter().map(|node| async move { runner(node).drain_all().await });
            futures::future::try_join_all(all).await.unwrap();
            world.clock.shift(i64::try_from(Duration::from_secs(61).as_millis()).unwrap());
        }
    }
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for one in sent.lock().unwrap().values() {
        *counts.entry(one.clone()).or_default() += 1;
    }
    for number in 0..INVOICES {
        for kind in ["due", "overdue_1day", "overdue_7day"] {
            let expected = usize::from(kind == "due" || number % 3 != 0);
            let key = (format!("c{number}@x.example"), kind.to_owned());
            assert_eq!(counts.get(&key).copied().unwrap_or(0), expected, "{key:?}");
        }
    }
}
