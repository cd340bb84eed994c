//! Numbers of invoices: 1 to n in each series and year, none missing and none twice, whoever dies while they are given.

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
use std::sync::Arc;

use edge_capabilities::testing::{START, World};
use edge_capabilities::{Capabilities, Database};
use edge_database::{Db, Value};
use edge_invoices::{InvoiceService, InvoiceState};
use edge_tenants::{Mode, Tenant};

const INVOICES: usize = 200;

fn tenant() -> Tenant {
    Tenant::new("acme".into(), Mode::External, START)
}

fn id(number: usize) -> String {
    format!("inv_{number}")
}

/// Stores 200 drafts of two series.
async fn draft(db: &Db) {
    for number in 0..INVOICES {
        let series = if number % 5 == 0 { "RE" } else { "INV" };
        let statement = "INSERT INTO invoices (id, tenant_id, series, customer, currency, items, amount, tax, total,
            amount_paid, state, provider, account, payments, reminders, created_at, updated_at, revision)
            VALUES ($1, 'acme', $2, '{}', 'INR', '[]', 100, 0, 100, 0, 'draft', '', '', '[]', '[]', $3, $3, 1)";
        db.query(statement, &[id(number).into(), series.into(), START.into()]).await.unwrap();
    }
}

/// The numbers of each series, in their order.
async fn numbers(db: &Db) -> BTreeMap<String, Vec<i64>> {
    let statement = "SELECT series, number FROM invoices WHERE state <> 'draft' ORDER BY series, number";
    let mut numbers: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for row in db.query(statement, &[]).await.unwrap() {
        numbers.entry(row.text(0).unwrap().to_owned()).or_default().push(row.integer(1).unwrap());
    }
    numbers
}

/// Checks that all numbers are given without a gap; gives how many.
async fn check(db: &Db) -> usize {
    let numbers = numbers(db).await;
    for (series, numbers) in &numbers {
        let expected: Vec<i64> = (1..=i64::try_from(numbers.len()).unwrap()).collect();
        assert_eq!(*numbers, expected, "{series}");
    }
    numbers.values().map(Vec::len).sum()
}

/// Finalises the invoice, until whoever does so is dead; gives whether it lived.
async fn finalize_mortally(world: &World, number: usize, calls: i64, makes_the_last: bool) -> bool {
    let (capabilities, life) = world.mortal(calls, makes_the_last);
    let service = InvoiceService::new(&capabilities, &Db::new(capabilities.db.clone()));
    let (tenant, id) = (tenant(), id(number));
    tokio::select! {
        finalized = service.finalize(&tenant, &id) => finalized.is_ok(),
        () = life.death() => false,
    }
}

#[tokio::test(start_paused = true)]
async fn two_hundred_at_once_of_which_a_third_dies_on_sqlite() {
    let world = World::new(7);
    let db = Db::new(world.db.clone());
    db.prepare().await.unwrap();
    draft(&db).await;
    let each = (0..INVOICES).map(|number| {
        let world = &world;
        // A third dies at one of its calls, before or right after it.
        let calls = if number % 3 == 0 { i64::try_from(number % 8).unwrap() + 1 } else { 1_000 };
        finalize_mortally(world, number, calls, number % 2 == 0)
    });
    let lived = futures::future::join_all(each).await.into_iter().filter(|lived| *lived).count();
    assert!((INVOICES / 2..INVOICES).contains(&lived), "{lived}");
    let given = check(&db).await;
    assert!(given >= lived && given < INVOICES, "{given} of {lived}");
    // Whoever asked of those that died asks again.
    for number in 0..INVOICES {
        assert!(finalize_mortally(&world, number, 1_000, false).await);
    }
    assert_eq!(check(&db).await, INVOICES);
    assert_eq!(numbers(&db).await["RE"].len(), INVOICES / 5);
}

#[tokio::test(start_paused = true)]
async fn the_same_invoice_finalised_by_many_takes_one_number() {
    let world = World::new(7);
    let db = Db::new(world.db.clone());
    db.prepare().await.unwrap();
    draft(&db).await;
    let each = (0..20).map(|_| finalize_mortally(&world, 1, 1_000, false));
    assert!(futures::future::join_all(each).await.into_iter().all(|lived| lived));
    assert_eq!(check(&db).await, 1);
}

fn on(world: &World, database: Arc<dyn Database>) -> InvoiceService {
    let capabilities = Capabilities { db: database.clone(), ..world.instance().0 };
    InvoiceService::new(&capabilities, &Db::new(database))
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_at_once_of_which_a_third_is_rolled_back_on_postgresql() {
    let Some(server) = server::start().await else { return };
    let world = World::new(7);
    let first = Arc::new(server.new_database("invoices").await);
    let db = Db::new(first.clone());
    draft(&db).await;
    const NODES: usize = 24;
    let mut nodes = Vec::new();
    for node in 0..NODES {
        let connection = Arc::new(server.connect("invoices").await);
        let service = on(&world, connection.clone());
        nodes.push(tokio::spawn(async move {
            for number in (node..INVOICES).step_by(NODES) {
                let is_rolled_back = number % 3 == 0;
                // What a node that dies leaves is rolled back: here by a transaction around its statements.
                if is_rolled_back {
                    connection.0.batch_execute("BEGIN").await.unwrap();
                }
                let finalized = service.finalize(&tenant(), &id(number)).await.unwrap();
                assert_eq!(finalized.state, InvoiceState::Open);
                // Another node finalises the same: it waits, and takes no number of its own.
                if is_rolled_back {
                    connection.0.batch_execute("ROLLBACK").await.unwrap();
                }
            }
        }));
    }
    // Every invoice that is not rolled back is finalised by two nodes.
    let connection = Arc::new(server.connect("invoices").await);
    let service = on(&world, connection);
    for number in (0..INVOICES).filter(|number| number % 3 != 0) {
        service.finalize(&tenant(), &id(number)).await.unwrap();
    }
    for node in nodes {
        node.await.unwrap();
    }
    let kept = (0..INVOICES).filter(|number| number % 3 != 0).count();
    assert_eq!(check(&db).await, kept);
    // A node that is killed in the middle of its statement, while it waits for another's number.
    let holder = server.connect("invoices").await;
    holder.0.batch_execute("BEGIN").await.unwrap();
    let holder = Arc::new(holder);
    on(&world, holder.clone()).finalize(&tenant(), &id(3)).await.unwrap();
    let victim = Arc::new(server.connect("invoices").await);
    let rows = victim.query("SELECT pg_backend_pid()::BIGINT", &[]).await.unwrap();
    let pid = rows[0].integer(0).unwrap();
    let service = on(&world, victim);
    let waiting = tokio::spawn(async move { service.finalize(&tenant(), &id(6)).await });
    let is_waiting =
        "SELECT COUNT(*) FROM pg_stat_activity WHERE CAST(pid AS BIGINT) = $1 AND wait_event_type = 'Lock'";
    while first.query(is_waiting, &[Value::Integer(pid)]).await.unwrap()[0].integer(0).unwrap() == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    first
        .query("SELECT CAST(pg_terminate_backend(CAST(CAST($1 AS BIGINT) AS INT)) AS TEXT)", &[Value::Integer(pid)])
        .await
        .unwrap();
    assert!(waiting.await.unwrap().is_err());
    holder.0.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(check(&db).await, kept);
    let service = on(&world, first.clone());
    for number in 0..INVOICES {
        service.finalize(&tenant(), &id(number)).await.unwrap();
    }
    assert_eq!(check(&db).await, INVOICES);
    assert_eq!(numbers(&db).await["RE"].len(), INVOICES / 5);
}
