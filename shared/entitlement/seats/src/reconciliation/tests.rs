use async_trait::async_trait;
use edge_capabilities::KeyValue;
use edge_capabilities::testing::World;

use super::*;
use crate::invalidation::Invalidation;

/// A cache each of whose calls takes up to three milliseconds there and as long back.
struct Distant {
    cache: Arc<dyn KeyValue>,
    random: Mutex<u64>,
}

impl Distant {
    async fn travel(&self) {
        let millis = {
            let mut random = self.random.lock().unwrap();
            *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (*random >> 33) % 4
        };
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }

    async fn call<T>(&self, call: impl Future<Output = T>) -> T {
        self.travel().await;
        let answer = call.await;
        self.travel().await;
        answer
    }
}

#[async_trait]
impl KeyValue for Distant {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.call(self.cache.get(key)).await
    }

    async fn set(&self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        self.call(self.cache.set(key, value)).await
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.call(self.cache.delete(key)).await
    }

    async fn increment(&self, key: &str, delta: i64) -> Result<i64, StoreError> {
        self.call(self.cache.increment(key, delta)).await
    }
}

/// Eight instances compare the cache with the database, again and again, while organisations are raised.
async fn reconcile_together(world: &World) {
    let instance = |seed| {
        let (mut capabilities, tasks) = world.instance();
        capabilities.cache = Arc::new(Distant { cache: capabilities.cache, random: Mutex::new(seed) });
        (capabilities, tasks)
    };
    let check = async |seed| {
        let (capabilities, _tasks) = instance(seed);
        let reconciliation = Reconciliation::new(&capabilities, &Db::new(capabilities.db.clone()));
        for round in 0..20 {
            let checked = reconciliation.check().await;
            assert!(checked.succeeded, "{seed} {round}");
        }
    };
    let raise = async {
        let (capabilities, _tasks) = instance(100);
        let db = Db::new(capabilities.db.clone());
        let invalidation = Invalidation::new(&capabilities, &db);
        for round in 0..20 {
            invalidation.invalidate(&format!("org_{}", round % 3)).await.unwrap();
        }
    };
    futures::future::join(futures::future::join_all((0..8).map(check)), raise).await;
}

async fn resets(world: &World) -> i64 {
    let raises = FenceRaises::new(Db::new(world.db.clone()));
    raises.progress("").await.unwrap().resets
}

#[tokio::test(start_paused = true)]
async fn instances_that_reconcile_together_do_not_take_each_other_for_a_rollback() {
    let world = World::new(1);
    reconcile_together(&world).await;
    assert_eq!(resets(&world).await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_cache_that_was_rolled_back_has_followers_forget_everything_once() {
    let world = World::new(1);
    reconcile_together(&world).await;
    let (capabilities, _tasks) = world.instance();
    let db = Db::new(capabilities.db.clone());
    let reconciliation = Reconciliation::new(&capabilities, &db);
    let before = world.cache.snapshot();
    Invalidation::new(&capabilities, &db).invalidate("org_0").await.unwrap();
    assert!(reconciliation.check().await.succeeded);
    world.cache.restore(&before);
    let found = reconciliation.check().await.position.unwrap();
    assert_eq!((found.resets, resets(&world).await), (1, 1));
    assert_eq!(reconciliation.check().await.position, Some(found));
}

/// A cache that lost the last raise, and an instance that compared it before.
async fn rolled_back_cache(world: &World) -> Reconciliation {
    let (capabilities, _tasks) = world.instance();
    let db = Db::new(capabilities.db.clone());
    let reconciliation = Reconciliation::new(&capabilities, &db);
    assert!(reconciliation.check().await.succeeded);
    let before = world.cache.snapshot();
    Invalidation::new(&capabilities, &db).invalidate("org_0").await.unwrap();
    assert!(reconciliation.check().await.succeeded);
    world.cache.restore(&before);
    reconciliation
}

#[tokio::test(start_paused = true)]
async fn requests_that_a_new_instance_is_sent_together_compare_once() {
    let world = World::new(1);
    let (capabilities, _tasks) = world.instance();
    let reconciliation = Reconciliation::new(&capabilities, &Db::new(capabilities.db.clone()));
    assert!(reconciliation.check().await.succeeded);
    let (capabilities, _tasks) = world.instance();
    world.cache.lose(|key| key == CHECKED);
    let now = capabilities.clock.now();
    let reconciliation = Reconciliation::new(&capabilities, &Db::new(capabilities.db.clone()));
    let ensure = async || reconciliation.ensure(now).expect("nobody has compared yet").await;
    let before = world.db.asked();
    // A caller that goes away in the middle leaves the comparison to the others.
    let gone = tokio::time::timeout(Duration::ZERO, ensure());
    let all = futures::future::join_all((0..32).map(|_| ensure()));
    let _ = futures::future::join(gone, all).await;
    assert!(world.db.asked() - before <= 2, "{}", world.db.asked() - before);
    assert!(reconciliation.ensure(now).is_none());
}

#[tokio::test(start_paused = true)]
async fn a_cache_that_fails_and_comes_back_rolled_back_is_compared_within_a_second() {
    let world = World::new(1);
    let reconciliation = rolled_back_cache(&world).await;
    world.cache.set_down(true);
    assert!(!reconciliation.check().await.succeeded);
    world.cache.set_down(false);
    tokio::time::sleep(Duration::from_millis(901)).await;
    assert!(reconciliation.shared().await.is_none_or(|checked| checked.succeeded), "it is nobody else's failure");
    let now = reconciliation.0.capabilities.clock.now();
    reconciliation.ensure(now).expect("it is compared before the answer").await;
    assert_eq!(resets(&world).await, 1);
    world.db.set_down(true);
    assert!(!reconciliation.check().await.succeeded);
    tokio::time::sleep(Duration::from_millis(1_900)).await;
    let now = reconciliation.0.capabilities.clock.now();
    assert!(reconciliation.ensure(now).is_none(), "a database that fails is not waited for by each check");
}

#[tokio::test(start_paused = true)]
async fn no_check_succeeds_or_ends_while_another_instance_raises_the_fences_of_a_cache_that_was_rolled_back() {
    let world = World::new(1);
    let reconciliation = rolled_back_cache(&world).await;
    let raises = FenceRaises::new(Db::new(world.db.clone()));
    let id = reconciliation.written_cache_id().await.unwrap().unwrap();
    let now = || reconciliation.0.capabilities.clock.now();
    let lease = async || raises.lease(&id, now(), LEASE, 0).await.unwrap().expect("nobody has it");
    let held = lease().await;
    let (checked, gave_back) = futures::future::join(reconciliation.check(), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(resets(&world).await, 0);
        raises.release(held).await.unwrap();
        now()
    })
    .await;
    assert!(checked.succeeded && now() >= gave_back);
    assert_eq!(resets(&world).await, 1);
    // One that died is not waited for beyond its lease.
    let reconciliation = rolled_back_cache(&world).await;
    let id = reconciliation.written_cache_id().await.unwrap().unwrap();
    let _died = raises.lease(&id, reconciliation.0.capabilities.clock.now(), LEASE, 0).await.unwrap().unwrap();
    let checked = reconciliation.check().await;
    assert!(checked.succeeded);
    let took = reconciliation.0.capabilities.clock.now().millis_since(checked.at);
    assert!((2_900..3_500).contains(&took), "{took} ms");
}

#[tokio::test(start_paused = true)]
async fn a_check_does_not_wait_for_long_while_another_instance_applies_raises_that_nobody_was_told_of() {
    let world = World::new(1);
    let (capabilities, _tasks) = world.instance();
    let reconciliation = Reconciliation::new(&capabilities, &Db::new(capabilities.db.clone()));
    assert!(reconciliation.check().await.succeeded);
    let raises = FenceRaises::new(Db::new(world.db.clone()));
    let now = capabilities.clock.now();
    raises.insert("org_0", now, 7, crate::fence_raises::RaiseReason::FactsChanged).await.unwrap();
    let id = reconciliation.written_cache_id().await.unwrap().unwrap();
    let _held = raises.lease(&id, now, LEASE, 0).await.unwrap().unwrap();
    let checked = reconciliation.check().await;
    let took = capabilities.clock.now().millis_since(checked.at);
    assert!(!checked.succeeded && (400..700).contains(&took), "{took} ms");
}

#[tokio::test(start_paused = true)]
async fn the_lease_of_an_instance_that_died_or_whose_clock_was_ahead_is_not_waited_for() {
    let world = World::new(1);
    let raises = FenceRaises::new(Db::new(world.db.clone()));
    let at = Timestamp::from_millis;
    let lease = async |cache, now| raises.lease(cache, at(now), LEASE, 0).await.unwrap();
    assert!(lease("c", 10_000).await.is_some());
    assert!(lease("c", 12_999).await.is_none());
    assert!(lease("other", 12_999).await.is_some());
    assert!(lease("c", 13_000).await.is_some(), "it has run out");
    let held = lease("c", 9_000).await.expect("it was taken by a clock that is ahead");
    assert!(raises.finish(held, 7).await.unwrap());
    assert_eq!(raises.progress("c").await.unwrap().reconciled, Some(7));
    let held = lease("c", 9_001).await.unwrap();
    raises.release(held).await.unwrap();
    assert!(lease("c", 9_001).await.is_some());
}

#[tokio::test]
async fn an_instance_whose_lease_ran_out_neither_gives_back_nor_finishes_anothers() {
    let world = World::new(1);
    let raises = FenceRaises::new(Db::new(world.db.clone()));
    let lease = async |now, random| raises.lease("c", Timestamp::from_millis(now), LEASE, random).await.unwrap();
    let (slow, slower) = (lease(10_000, 0).await.unwrap(), lease(13_000, 1023).await.unwrap());
    let held = lease(15_000, 7).await.unwrap();
    raises.release(slow).await.unwrap();
    assert!(lease(15_001, 0).await.is_none(), "it is not given back");
    assert!(!raises.finish(slower, 7).await.unwrap());
    assert_eq!(raises.progress("c").await.unwrap().reconciled, None);
    assert!(lease(15_001, 0).await.is_none());
    assert!(raises.finish(held, 8).await.unwrap());
    assert_eq!(raises.progress("c").await.unwrap().reconciled, Some(8));
    // Clocks that go back have two leases end at the same time, but for their tokens.
    let before = lease(20_000, 1).await.unwrap();
    assert!(lease(25_000, 0).await.is_some());
    assert!(lease(20_000, 2).await.is_some());
    raises.release(before).await.unwrap();
    assert!(lease(20_001, 0).await.is_none());
}
