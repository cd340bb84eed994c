//! Two hundred random moves at once in a tree of five hundred entities: never a cycle, never deeper than 8 levels.

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

use edge_capabilities::testing::{START, SeededRandom, World};
use edge_capabilities::{Capabilities, Database};
use edge_database::{Db, Value};
use edge_entities::{Entities, EntityError, MAX_DEPTH};
use edge_tenants::{Mode, Tenant};

const ENTITIES: u64 = 500;
const MOVES: u64 = 200;
const SEED: u64 = 17;

fn tenant() -> Tenant {
    Tenant::new("acme".into(), Mode::External, START)
}

fn id(number: u64) -> String {
    format!("ent_{number}")
}

/// Stores a tree of 500 entities, whose levels are as full as chance has it.
async fn plant(db: &Db, random: &SeededRandom) {
    let mut depths = vec![1];
    for number in 0..ENTITIES {
        let parent = (number > 0).then(|| {
            loop {
                let parent = random.below(number);
                if depths[usize::try_from(parent).unwrap()] < MAX_DEPTH {
                    break parent;
                }
            }
        });
        if let Some(parent) = parent {
            depths.push(depths[usize::try_from(parent).unwrap()] + 1);
        }
        let statement = "INSERT INTO entities (id, tenant_id, parent_id, name, currency, payment_terms_days,
            consolidate_to_parent, status, placements, created_at, updated_at, untold, revision)
            VALUES ($1, 'acme', $2, $1, 'EUR', 30, 1, 'active', '[]', $3, $3, '[]', 1)";
        let parent = parent.map_or(Value::Null, |parent| id(parent).into());
        db.query(statement, &[id(number).into(), parent, START.into()]).await.unwrap();
    }
}

/// Checks that the entities are trees of at most 8 levels; gives the deepest.
async fn check(db: &Db) -> i64 {
    let rows = db.query("SELECT id, parent_id FROM entities WHERE tenant_id = 'acme'", &[]).await.unwrap();
    let parents: BTreeMap<String, Option<String>> = rows
        .iter()
        .map(|row| (row.text(0).unwrap().to_owned(), row.optional_text(1).unwrap().map(str::to_owned)))
        .collect();
    assert_eq!(parents.len(), usize::try_from(ENTITIES).unwrap());
    let depth = |id: &String| {
        let (mut at, mut depth) = (id, 1);
        while let Some(parent) = &parents[at] {
            (at, depth) = (parent, depth + 1);
            assert!(depth <= MAX_DEPTH, "{id} is below {depth} levels, or in a cycle");
        }
        depth
    };
    parents.keys().map(depth).max().unwrap()
}

/// What became of a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Moved,
    Cycle,
    TooDeep,
}

async fn make_move(entities: &Entities, from: u64, to: Option<u64>) -> Outcome {
    match entities.place_below(&tenant(), &id(from), to.map(id)).await {
        Ok(_) => Outcome::Moved,
        Err(EntityError::Cycle) => Outcome::Cycle,
        Err(EntityError::TooDeep) => Outcome::TooDeep,
        Err(error) => panic!("{error}"),
    }
}

/// The moves: which entity goes below which.
fn moves(random: &SeededRandom) -> Vec<(u64, Option<u64>)> {
    let to = |number| (number % 20 > 0).then(|| random.below(ENTITIES));
    // Most among the first entities, which have many below them, so that moves are in each other's way.
    (0..MOVES).map(|number| (random.below(if number % 2 == 0 { 30 } else { ENTITIES }), to(number))).collect()
}

fn counted(outcomes: &[Outcome]) -> BTreeMap<Outcome, usize> {
    let mut counts = BTreeMap::new();
    for outcome in outcomes {
        *counts.entry(*outcome).or_default() += 1;
    }
    counts
}

fn assert_all_kinds(outcomes: &[Outcome]) {
    let counts = counted(outcomes);
    println!("seed {SEED}: {counts:?}");
    assert_eq!(counts.len(), 3, "{counts:?}");
}

#[tokio::test(start_paused = true)]
async fn two_hundred_moves_at_once_keep_a_tree_of_five_hundred_a_tree_on_sqlite() {
    let world = World::new(SEED);
    let random = SeededRandom::new(SEED);
    let capabilities = world.instance().0;
    let db = Db::new(world.db.clone());
    plant(&db, &random).await;
    check(&db).await;
    let entities = Entities::new(&capabilities, &db);
    let moves = moves(&random);
    let outcomes = futures::future::join_all(moves.iter().map(|(from, to)| make_move(&entities, *from, *to))).await;
    assert_all_kinds(&outcomes);
    check(&db).await;
}

fn on(world: &World, database: Arc<dyn Database>) -> Entities {
    let capabilities = Capabilities { db: database.clone(), ..world.instance().0 };
    Entities::new(&capabilities, &Db::new(database))
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_moves_at_once_keep_a_tree_of_five_hundred_a_tree_on_postgresql() {
    let Some(server) = server::start().await else { return };
    let world = World::new(SEED);
    let random = SeededRandom::new(SEED);
    let first = Arc::new(server.new_database("entities").await);
    let db = Db::new(first.clone());
    plant(&db, &random).await;
    check(&db).await;
    const NODES: usize = 40;
    let moves = moves(&random);
    let mut nodes = Vec::new();
    for node in 0..NODES {
        let entities = on(&world, Arc::new(server.connect("entities").await));
        let own: Vec<_> = moves.iter().skip(node).step_by(NODES).copied().collect();
        nodes.push(tokio::spawn(async move {
            let mut outcomes = Vec::new();
            for (from, to) in own {
                outcomes.push(make_move(&entities, from, to).await);
            }
            outcomes
        }));
    }
    let mut outcomes = Vec::new();
    for node in nodes {
        outcomes.extend(node.await.unwrap());
        check(&db).await;
    }
    assert_eq!(outcomes.len(), moves.len());
    assert_all_kinds(&outcomes);
    check(&db).await;
}

/// Two moves, each of which fits by itself, and which together would make a cycle: the second begins before the first is in
/// effect.
#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_was_decided_before_another_took_effect_is_decided_anew_on_postgresql() {
    let Some(server) = server::start().await else { return };
    let world = World::new(SEED);
    let first = Arc::new(server.new_database("entities").await);
    let db = Db::new(first.clone());
    for (number, parent) in [(0, Value::Null), (1, id(0).into()), (2, id(0).into())] {
        let statement = "INSERT INTO entities (id, tenant_id, parent_id, name, currency, payment_terms_days,
            consolidate_to_parent, status, placements, created_at, updated_at, untold, revision)
            VALUES ($1, 'acme', $2, $1, 'EUR', 30, 1, 'active', '[]', $3, $3, '[]', 1)";
        db.query(statement, &[id(number).into(), parent, START.into()]).await.unwrap();
    }
    // The number of the trees is there.
    let entities = on(&world, first.clone());
    assert_eq!(make_move(&entities, 2, None).await, Outcome::Moved);
    for _ in 0..5 {
        assert_eq!(make_move(&entities, 1, Some(0)).await, Outcome::Moved);
        assert_eq!(make_move(&entities, 2, Some(0)).await, Outcome::Moved);
        let holder = Arc::new(server.connect("entities").await);
        holder.0.batch_execute("BEGIN").await.unwrap();
        assert_eq!(make_move(&on(&world, holder.clone()), 1, Some(2)).await, Outcome::Moved);
        let second = Arc::new(server.connect("entities").await);
        let rows = second.query("SELECT pg_backend_pid()::BIGINT", &[]).await.unwrap();
        let pid = rows[0].integer(0).unwrap();
        let own = on(&world, second);
        let moving = tokio::spawn(async move { make_move(&own, 2, Some(1)).await });
        let waits = "SELECT COUNT(*) FROM pg_stat_activity WHERE CAST(pid AS BIGINT) = $1 AND wait_event_type = 'Lock'";
        while !moving.is_finished()
            && first.query(waits, &[Value::Integer(pid)]).await.unwrap()[0].integer(0).unwrap() == 0
        {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        holder.0.batch_execute("COMMIT").await.unwrap();
        assert_eq!(moving.await.unwrap(), Outcome::Cycle);
        assert_eq!(make_move(&entities, 1, None).await, Outcome::Moved);
    }
}
