use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::Clock as _;
use edge_capabilities::KeyValue;
use edge_capabilities::key_value::StoreError;
use edge_capabilities::testing::{MemoryKeyValue, World};
use edge_database::Db;
use edge_rules::Rule;

use super::{admin, everybody, instance};
use crate::activations::{Activations, Current};
use crate::rulebook::Rulebook;
use crate::versions::{Draft, Versions};

/// A key-value store that counts.
struct Counting {
    store: Arc<MemoryKeyValue>,
    reads: AtomicUsize,
    writes: AtomicUsize,
}

#[async_trait]
impl KeyValue for Counting {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.store.get(key).await
    }

    async fn set(&self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        self.writes.fetch_add(1, Ordering::SeqCst);
        self.store.set(key, value).await
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.store.delete(key).await
    }

    async fn increment(&self, key: &str, delta: i64) -> Result<i64, StoreError> {
        self.writes.fetch_add(1, Ordering::SeqCst);
        self.store.increment(key, delta).await
    }
}

#[tokio::test(start_paused = true)]
async fn knowing_what_is_in_force_costs_one_key_value_read() {
    let world = World::new(1);
    let (mut capabilities, _tasks) = world.instance();
    let store = Counting { store: world.cache.clone(), reads: AtomicUsize::new(0), writes: AtomicUsize::new(0) };
    let store = Arc::new(store);
    capabilities.cache = store.clone();
    let rulebook = Rulebook::new(&capabilities, &Db::new(capabilities.db.clone()));
    rulebook.active_rules().get(Rule::RoleMapping, world.clock.now()).await.unwrap();
    world.clock.advance(Duration::from_secs(1)).await;
    world.db.set_down(true);
    let (reads, writes) = (store.reads.load(Ordering::SeqCst), store.writes.load(Ordering::SeqCst));
    for _ in 0..100 {
        rulebook.active_rules().get(Rule::RoleMapping, world.clock.now()).await.unwrap();
    }
    assert_eq!(store.reads.load(Ordering::SeqCst) - reads, 100);
    assert_eq!(store.writes.load(Ordering::SeqCst) - writes, 0);
}

#[tokio::test(start_paused = true)]
async fn the_next_decision_of_every_instance_is_by_the_version_just_put_in_force() {
    let world = World::new(1);
    let instances: Vec<_> = (0..3).map(|_| instance(&world)).collect();
    let mut versions = vec![1];
    for role in ["admin", "manager", "member"] {
        versions.push(instances[0].push(Rule::RoleMapping, &everybody(role)).await);
    }
    for round in 0..40_usize {
        let version = versions[(round * 7 + 1) % versions.len()];
        instances[round % 3].activate(Rule::RoleMapping, version).await.unwrap();
        for instance in &instances {
            assert_eq!(instance.deciding().await, version, "round {round}");
        }
        assert_eq!(super::instance(&world).deciding().await, version, "a fresh instance in round {round}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_decision_names_the_version_that_made_it_also_while_versions_come_and_go() {
    let world = World::new(1);
    let (publisher, decider) = (instance(&world), instance(&world));
    let admin = publisher.push(Rule::RoleMapping, &everybody("admin")).await;
    let manager = publisher.push(Rule::RoleMapping, &everybody("manager")).await;
    publisher.activate(Rule::RoleMapping, admin).await.unwrap();
    let publishing = async {
        for _ in 0..50 {
            publisher.activate(Rule::RoleMapping, manager).await.unwrap();
            publisher.roll_back(Rule::RoleMapping).await.unwrap();
        }
    };
    let deciding = async {
        for _ in 0..400 {
            let decision = decider.role().await.unwrap();
            let role = if decision.version == admin { "admin" } else { "manager" };
            assert_eq!(decision.outcome, format!("{{\"role\":\"{role}\"}}"));
        }
    };
    futures::join!(publishing, deciding);
    world.clock.advance(Duration::from_secs(1)).await;
    let recorded = decider.recorded(Rule::RoleMapping).await;
    assert_eq!(recorded.len(), 400);
    assert!(recorded.iter().any(|one| one.version == admin) && recorded.iter().any(|one| one.version == manager));
    for one in recorded {
        assert_eq!(one.word, if one.version == admin { "admin" } else { "manager" });
    }
}

/// Puts a version in force as an instance would that dies before it can say so.
async fn activate_and_die(world: &World, version: i64) -> Current {
    let db = Db::new(world.db.clone());
    let activations = Activations::new(db.clone(), Versions::new(db, world.clock.clone()));
    let current = activations.current(Rule::RoleMapping).await.unwrap();
    let next = current.next(version, &admin(), edge_capabilities::testing::START).unwrap();
    assert!(activations.add(Rule::RoleMapping, &next).await.unwrap());
    current
}

#[tokio::test(start_paused = true)]
async fn what_was_put_in_force_by_an_instance_that_died_comes_through_within_seconds() {
    let world = World::new(1);
    let (one, other) = (instance(&world), instance(&world));
    let version = one.push(Rule::RoleMapping, &everybody("admin")).await;
    assert_eq!((one.deciding().await, other.deciding().await), (1, 1));
    activate_and_die(&world, version).await;
    assert_eq!((one.deciding().await, other.deciding().await), (1, 1), "nobody told them");
    for _ in 0..12 {
        world.clock.advance(Duration::from_millis(500)).await;
        one.deciding().await;
    }
    world.clock.advance(Duration::from_millis(100)).await;
    assert_eq!((one.deciding().await, other.deciding().await), (version, version));
    assert_eq!(instance(&world).deciding().await, version);
}

#[tokio::test(start_paused = true)]
async fn a_version_that_does_not_compile_here_leaves_the_last_one_that_does_in_force() {
    let world = World::new(1);
    let one = instance(&world);
    let good = one.publish(Rule::RoleMapping, &everybody("admin")).await;
    // As another build might let in.
    let foreign = Draft { script: "fn decide(input) { tomorrows_function() @ }".into(), tests: None, note: None };
    let db = Db::new(world.db.clone());
    let versions = Versions::new(db, world.clock.clone());
    let foreign = versions.add(Rule::RoleMapping, &foreign, &admin(), Some(good)).await.unwrap();
    activate_and_die(&world, foreign.number).await;
    for instance in [&instance(&world), &one] {
        // Some seconds for the one that knew the version before.
        world.clock.advance(Duration::from_secs(6)).await;
        instance.deciding().await;
        world.clock.advance(Duration::from_secs(1)).await;
        assert_eq!(instance.deciding().await, good);
        let standing = instance.rulebook.status(Rule::RoleMapping).await.unwrap();
        assert_eq!(standing.version, good);
        assert_eq!(standing.lapsed.unwrap().0, foreign.number);
    }
    assert!(world.log.lines().iter().any(|line| line.contains("RULE_LAPSED")));
    // The next good one is in force as ever.
    let next = one.publish(Rule::RoleMapping, &everybody("manager")).await;
    assert_eq!(instance(&world).deciding().await, next);
    assert_eq!(instance(&world).rulebook.status(Rule::RoleMapping).await.unwrap().lapsed, None);
}
