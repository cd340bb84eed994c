//! The roll-ups on PostgreSQL, where nodes work at the very same time; where no server is installed there is nothing to test.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../../../platform/database/tests/server/mod.rs"]
mod server;

use std::sync::Arc;
use std::time::{Duration, Instant};

use edge_capabilities::testing::World;
use edge_capabilities::{Clock as _, Database as _, Timestamp};
use edge_database::Db;
use edge_money::Currency;
use edge_mrr::{Calendar, Granularity, MrrLedger, MrrQuery, RollUp, Zone};
use edge_plans::Cycle;
use edge_subscriptions::{GatewayName, PlanTerms, Status, Terms};

const MONTHS: i64 = 36;

/// What an account is subscribed to in the end. Nothing of it becomes due by itself.
fn terms(status: Status) -> String {
    let at = Timestamp::from_millis(0);
    let plan = PlanTerms {
        id: "pro".into(),
        version: 1,
        name: "Pro".into(),
        price: 1_000,
        currency: Currency::parse("USD").unwrap(),
        cycle: Cycle::Monthly,
        stripe_price: None,
    };
    let terms = Terms::new(plan, 5, GatewayName::Manual, at).begin(None, at);
    serde_json::to_string(&Terms { status, ..terms }).unwrap()
}

/// Writes the movements of `count` subscriptions that begin within 36 months before `now`: each is sold, a month later
/// resized, and every third ends half a year after it began.
async fn sell(postgres: &server::Postgres, count: i64, now: Timestamp) {
    let month = 30 * 86_400_000_i64;
    let begun = now.as_millis() - MONTHS * month;
    let sold = format!("{begun} + (i % {MONTHS}) * {month} + (i % 2500) * 1000000");
    for (number, kind, after, condition, before, annual, seats, status) in [
        (1, "created", 0, "TRUE", (0, 0), 60_000, 5, Status::Active),
        (2, "resized", month, "TRUE", (60_000, 5), 96_000, 8, Status::Active),
        (3, "ended", 6 * month, "i % 3 = 0", (96_000, 8), 0, 0, Status::Cancelled),
    ] {
        let (terms, until) = (terms(status), now.as_millis());
        let statement = format!(
            "INSERT INTO subscription_movements (organization_id, application, number, subscription_id, kind, effective_at,
                recorded_at, currency, seats_before, seats_after, annual_before, annual_after, terms, assigned_before,
                assigned_after, pending, terms_number, actor)
             SELECT 'org-' || i, (ARRAY['healos', 'openmic', 'powerdialer', 'salesrole'])[1 + i % 4], {number}, 'sub-' || i,
                '{kind}', at, at, (ARRAY['USD', 'INR', 'JPY'])[1 + i % 3], {}, {seats}, {}, {annual}, '{terms}', 0, 0, 0,
                {number}, 'test'
             FROM (SELECT i, {sold} + {after} AS at FROM generate_series(1::BIGINT, {count}::BIGINT) AS i) AS sold
             WHERE at < {until} AND {condition}",
            before.1, before.0
        );
        postgres.query(&statement, &[]).await.unwrap();
    }
    postgres.query("ANALYZE", &[]).await.unwrap();
}

fn query(now: Timestamp) -> MrrQuery {
    let calendar = Calendar { zone: Zone::UTC, granularity: Granularity::Month };
    let from = Timestamp::from_millis(now.as_millis() - (MONTHS - 1) * 30 * 86_400_000);
    MrrQuery {
        boundaries: calendar.boundaries(calendar.start(from), calendar.end(now).unwrap()),
        calendar,
        organization: None,
        application: None,
        currency: None,
        as_of: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_roll_up_at_the_same_time_count_everything_once() {
    let Some(server) = server::start().await else { return };
    let world = World::new(1);
    let postgres = Arc::new(server.new_database("mrr").await);
    Db::new(postgres.clone()).prepare().await.unwrap();
    let now = world.clock.now();
    sell(&postgres, 1_200, now).await;
    let mut nodes = Vec::new();
    for _ in 0..4 {
        let db = Db::new(Arc::new(server.connect("mrr").await));
        let roll_up = RollUp::new(&world.instance().0, &db);
        nodes.push(tokio::spawn(async move { while !roll_up.run().await.unwrap() {} }));
    }
    for node in nodes {
        node.await.unwrap();
    }
    let ledger = MrrLedger::new(&world.instance().0, &Db::new(postgres));
    for application in [None, Some("healos".to_owned())] {
        for currency in [None, Some(Currency::parse("JPY").unwrap())] {
            let query = MrrQuery { application: application.clone(), currency, ..query(now) };
            let by_month = |cells: std::collections::BTreeMap<edge_mrr::Cell, edge_mrr::Sums>| {
                let mut sums = std::collections::BTreeMap::<_, edge_mrr::Sums>::new();
                for (cell, of_cell) in cells {
                    let is_before = cell.period < query.boundaries[0];
                    let at = if is_before { Timestamp::from_millis(0) } else { cell.period };
                    let of_cell = if is_before {
                        edge_mrr::Sums { new: of_cell.annual(), seats: of_cell.seats, ..Default::default() }
                    } else {
                        of_cell
                    };
                    sums.entry((cell.currency, at)).or_default().add(&of_cell);
                }
                sums
            };
            let rolled_up = by_month(ledger.cells(&query).await.unwrap());
            assert!(rolled_up.len() > 5, "{rolled_up:?}");
            assert_eq!(rolled_up, by_month(ledger.reckon(&query, now).await.unwrap()), "{application:?} {currency:?}");
        }
    }
    let one = MrrQuery { organization: Some("org-3".into()), as_of: Some(now), ..query(now) };
    assert!(!ledger.cells(&one).await.unwrap().is_empty());
}

/// bench/mrr.sh runs it: MRR of 36 months over a million subscriptions, from the roll-ups.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes minutes"]
async fn mrr_of_a_million_subscriptions_is_read_within_500_ms() {
    let server = server::start().await.expect("PostgreSQL is installed");
    let count = std::env::var("SUBSCRIPTIONS").map_or(1_000_000, |count| count.parse().unwrap());
    let world = World::new(1);
    let postgres = Arc::new(server.new_database("mrr").await);
    let db = Db::new(postgres.clone());
    db.prepare().await.unwrap();
    let now = world.clock.now();
    let started = Instant::now();
    sell(&postgres, count, now).await;
    println!("{count} subscriptions were written in {:?}", started.elapsed());
    let started = Instant::now();
    let roll_up = RollUp::new(&world.instance().0, &db);
    while !roll_up.run().await.unwrap() {}
    println!("they were rolled up in {:?}", started.elapsed());
    postgres.query("ANALYZE", &[]).await.unwrap();
    let ledger = MrrLedger::new(&world.instance().0, &db);
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..50 {
        let started = Instant::now();
        let cells = ledger.cells(&query(now)).await.unwrap();
        times.push(started.elapsed());
        assert!(!cells.is_empty());
    }
    times.sort();
    println!("MRR of {MONTHS} months: median {:?}, slowest of {} {:?}", times[25], times.len(), times[49]);
    assert!(times[49] < Duration::from_millis(500), "the slowest took {:?}", times[49]);
}
