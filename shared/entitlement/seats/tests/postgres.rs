//! Raises of fences on PostgreSQL, where nodes raise at the very same time; where no server is installed there is nothing to
//! test.

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
use std::sync::Arc;
use std::time::Duration;

use edge_capabilities::Database as _;
use edge_capabilities::database::DatabaseError;
use edge_capabilities::testing::World;
use edge_database::Db;
use edge_seats::Invalidation;
use server::{Postgres, Server};

/// A node that raises: its cache is its own.
async fn node(server: &Server, database: &str, seed: u64) -> Invalidation {
    let (capabilities, _tasks) = World::new(seed).instance();
    let db = Db::new(Arc::new(server.connect(database).await));
    Invalidation::new(&capabilities, &db)
}

/// The raises with numbers above `after`, in their order: organisation, number, fence.
async fn raises(database: &Postgres, after: i64) -> Vec<(String, i64, i64)> {
    let statement = "SELECT organization_id, sequence, fence FROM seat_fences WHERE sequence > $1 ORDER BY sequence";
    let rows = database.query(statement, &[after.into()]).await.unwrap();
    rows.iter().map(|row| (row.text(0).unwrap().to_owned(), row.integer(1).unwrap(), row.integer(2).unwrap())).collect()
}

/// Waits until so many statements wait for a lock, or `is_over`.
async fn wait_for_locks(database: &Postgres, count: i64, is_over: impl Fn() -> bool) {
    let statement =
        "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    for _ in 0..3000 {
        if is_over() || database.query(statement, &[]).await.unwrap()[0].integer(0).unwrap() >= count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nothing waits for a lock");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raise_that_waited_gets_a_number_above_all_that_were_visible_before_it() {
    let Some(server) = server::start().await else { return };
    let onlooker = server.new_database("waiting").await;
    let (one, other) = (node(&server, "waiting", 1).await, node(&server, "waiting", 2).await);
    for organization in ["y", "x"] {
        one.invalidate(organization).await.unwrap();
    }
    let holder = server.connect("waiting").await;
    holder.0.batch_execute("BEGIN; SELECT 1 FROM seat_fences WHERE organization_id = 'y' FOR UPDATE").await.unwrap();
    let of_y = tokio::spawn(async move { one.invalidate("y").await.unwrap() });
    wait_for_locks(&onlooker, 1, || false).await;
    let of_x = tokio::spawn(async move {
        for _ in 0..2 {
            other.invalidate("x").await.unwrap();
        }
    });
    wait_for_locks(&onlooker, 2, || of_x.is_finished()).await;
    let visible = raises(&onlooker, 0).await.last().unwrap().1;
    holder.0.batch_execute("ROLLBACK").await.unwrap();
    of_y.await.unwrap();
    of_x.await.unwrap();
    let since = raises(&onlooker, visible).await;
    assert!(since.iter().any(|(organization, ..)| organization == "y"), "who has read {visible} sees {since:?}");
    assert!(since.windows(2).all(|pair| pair[0].2 < pair[1].2), "fences grow with the numbers: {since:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_steps_over_no_raise_of_nodes_that_raise_at_the_same_time() {
    let Some(server) = server::start().await else { return };
    let reader = server.new_database("together").await;
    node(&server, "together", 0).await.invalidate("first").await.unwrap();
    let mut raising = Vec::new();
    for seed in 1..=6 {
        let node = node(&server, "together", seed).await;
        raising.push(tokio::spawn(async move {
            for number in 0..60_u64 {
                node.invalidate(&format!("org_{}", (number * seed) % 5)).await.unwrap();
            }
        }));
    }
    let (mut read, mut seen, mut is_last) = (0, BTreeMap::new(), false);
    while !is_last {
        is_last = raising.iter().all(|raising| raising.is_finished());
        for (organization, sequence, fence) in raises(&reader, read).await {
            read = sequence;
            seen.insert(organization, (sequence, fence));
        }
    }
    for raising in raising {
        raising.await.unwrap();
    }
    let last = raises(&reader, 0).await;
    let expected = last.iter().map(|(organization, sequence, fence)| (organization.clone(), (*sequence, *fence)));
    assert_eq!(seen, expected.collect());
    assert!(last.windows(2).all(|pair| pair[0].2 < pair[1].2), "{last:?}");
}

/// Raises as the builds did that take the highest number and one.
async fn raise_as_released(database: &Postgres, organization: &str) {
    let statement = "INSERT INTO seat_fences (organization_id, sequence, raised_at, fence)
        VALUES ($1, (SELECT COALESCE(MAX(sequence), 0) + 1 FROM seat_fences), 0,
            (SELECT COALESCE(MAX(fence), 0) + 1 FROM (SELECT fence FROM seat_fences ORDER BY sequence DESC LIMIT 1) AS last))
        ON CONFLICT (organization_id) DO UPDATE SET sequence = excluded.sequence, fence = excluded.fence
        WHERE excluded.sequence > seat_fences.sequence
        RETURNING sequence";
    loop {
        match database.query(statement, &[organization.into()]).await {
            Ok(rows) if rows.is_empty() => {}
            Err(DatabaseError::Duplicate(_)) => {}
            raised => return drop(raised.unwrap()),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_without_the_counter_raises_beside_one_that_has_it() {
    let Some(server) = server::start().await else { return };
    let onlooker = server.new_database("rolling").await;
    let new = node(&server, "rolling", 1).await;
    new.invalidate("first").await.unwrap();
    let old = server.connect("rolling").await;
    // One after the other: each number is above the last.
    for number in 0..6 {
        let last = raises(&onlooker, 0).await.last().unwrap().clone();
        if number % 3 == 0 {
            new.invalidate("a").await.unwrap();
        } else {
            raise_as_released(&old, "a").await;
        }
        let [(organization, _, fence)] = &raises(&onlooker, last.1).await[..] else { panic!("{number}: no raise") };
        assert!(organization == "a" && *fence > last.2, "{number}");
    }
    // At the same time: both come through.
    let old = tokio::spawn(async move {
        for number in 0..100 {
            raise_as_released(&old, ["a", "b", "c"][number % 3]).await;
        }
    });
    let new = tokio::spawn(async move {
        for number in 0..100 {
            new.invalidate(["c", "b", "d"][number % 3]).await.unwrap();
        }
    });
    old.await.unwrap();
    new.await.unwrap();
    let last = raises(&onlooker, 0).await;
    assert_eq!(last.len(), 5, "{last:?}");
}
