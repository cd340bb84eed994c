//! A cache that comes back as it was some time ago.

use edge_capabilities::KeyValue;
use edge_capabilities::key_value::StoreError;
use edge_capabilities::testing::{MemoryKeyValue, Snapshot};

use super::*;
use crate::fence_raises::{FenceRaises, RaiseReason};

/// As long as a cache that was rolled back may go unnoticed.
const ROLLED_BACK: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_cache_that_is_rolled_back_brings_no_revoked_seat_back_to_life() {
    for (restart, others, seconds_of_quiet) in
        [(false, 0, 0), (true, 0, 0), (false, 3, 0), (true, 3, 600), (true, 0, 600)]
    {
        let erp = Erp::new();
        let (mut verification, mut tasks) = erp.instance();
        assert_eq!(ask(&verification).await, granted(Source::Erp));
        erp.pass(A_MOMENT).await;
        assert_eq!(ask(&verification).await, granted(Source::Cache));
        let snapshot = erp.world.cache.snapshot();
        erp.says_seat(&json!({"seat_status": "REVOKED", "version": 2}));
        verification.invalidation().invalidate("org_1").await.unwrap();
        assert_eq!(ask(&verification).await, Some((false, Reason::SeatRevoked, Source::Erp)));
        erp.is_down();
        erp.world.cache.restore(&snapshot);
        // Raises of others do not hide that this one is gone.
        for other in 0..others {
            verification.invalidation().invalidate(&format!("other_{other}")).await.unwrap();
        }
        if restart {
            (verification, tasks) = erp.instance();
        }
        if seconds_of_quiet == 0 {
            // Under way, as instances that answer all the time are.
            for _ in 0..20 {
                ask(&verification).await;
                erp.pass(ROLLED_BACK / 20).await;
            }
        }
        erp.pass(Duration::from_secs(seconds_of_quiet)).await;
        assert_eq!(ask(&verification).await, None, "restart {restart}, others {others}, {seconds_of_quiet} s");
        drop(tasks);
    }
}

#[tokio::test(start_paused = true)]
async fn a_cache_that_is_rolled_back_brings_no_suspended_tenant_back_to_life() {
    let erp = Erp::new();
    let (verification, _tasks) = erp.instance();
    ask(&verification).await;
    let snapshot = erp.world.cache.snapshot();
    suspend(&erp, &verification).await;
    erp.world.cache.restore(&snapshot);
    erp.pass(ROLLED_BACK).await;
    assert_eq!(ask(&verification).await, SUSPENDED);
    // Rolled back again, and a third time: what came back is not what it was held against.
    erp.world.cache.restore(&snapshot);
    erp.is_down();
    erp.pass(ROLLED_BACK).await;
    assert_eq!(ask(&verification).await, None);
    erp.world.cache.restore(&snapshot);
    erp.pass(ROLLED_BACK).await;
    assert_eq!(ask(&verification).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_cache_that_is_rolled_back_keeps_what_nobody_revoked() {
    let erp = Erp::new();
    let (verification, _tasks) = erp.instance();
    ask(&verification).await;
    verification.invalidation().invalidate("other").await.unwrap();
    let snapshot = erp.world.cache.snapshot();
    verification.invalidation().invalidate("other").await.unwrap();
    erp.world.cache.restore(&snapshot);
    erp.is_down();
    erp.pass(ROLLED_BACK).await;
    assert_eq!(ask(&verification).await, granted(Source::Cache));
}

#[tokio::test(start_paused = true)]
async fn a_record_that_cannot_be_asked_keeps_nobody_waiting_for_what_is_known() {
    let erp = Erp::new();
    let (verification, _tasks) = erp.instance();
    ask(&verification).await;
    erp.world.db.set_down(true);
    for _ in 0..30 {
        let before = erp.world.clock.now();
        assert_eq!(ask(&verification).await, granted(Source::Cache));
        assert_eq!(erp.world.clock.now(), before, "somebody waited");
        erp.pass(Duration::from_millis(300)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_verdict_that_got_stale_while_the_cache_was_compared_is_not_served_as_fresh() {
    let erp = Erp::new();
    let (verification, _tasks) = erp.instance();
    ask(&verification).await;
    let capabilities = &verification.0.capabilities;
    let raises = FenceRaises::new(Db::new(capabilities.db.clone()));
    erp.pass(FRESH - Duration::from_millis(200)).await;
    // Another instance applies a raise, which is waited for.
    let now = verification.now();
    raises.insert("other", now, 7, RaiseReason::FactsChanged).await.unwrap();
    let id = capabilities.cache.get("fences-cache").await.unwrap().unwrap();
    let id = String::from_utf8(id).unwrap();
    let _held = raises.lease(&id, now, Duration::from_secs(3), 0).await.unwrap().unwrap();
    assert_eq!(ask(&verification).await, granted(Source::Stale));
    assert!(verification.now() >= now.plus(Duration::from_millis(200)));
}

#[tokio::test(start_paused = true)]
async fn what_is_known_costs_two_looks_into_the_cache_and_none_into_the_record() {
    let erp = Erp::new();
    let (verification, _tasks) = erp.instance();
    ask(&verification).await;
    ask(&verification).await;
    // A world that ends with the third call: what goes on behind the answer is not counted before it is due.
    let (capabilities, lifetime) = erp.world.mortal(1000, true);
    let db = Db::new(capabilities.db.clone());
    let instance = Verification::new(capabilities, &db, Arc::new(ShippedSeatAccess));
    assert_eq!(ask(&instance).await, granted(Source::Cache));
    let first = lifetime.calls();
    for _ in 0..50 {
        assert_eq!(ask(&instance).await, granted(Source::Cache));
    }
    assert_eq!(lifetime.calls() - first, 100);
    // A new instance learns from the others when the cache was held against the database.
    assert_eq!(first, 3);
}

/// A cache as the embedded host keeps it in a file: increments wait for the disk, and have all before them on it; what is
/// set or deleted is there at once, and on disk some time later.
struct OnDisk {
    memory: Arc<MemoryKeyValue>,
    on_disk: Mutex<Snapshot>,
}

impl OnDisk {
    fn lose_power(&self) {
        self.memory.restore(&self.on_disk.lock().unwrap());
    }
}

#[async_trait::async_trait]
impl KeyValue for OnDisk {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.memory.get(key).await
    }

    async fn set(&self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        self.memory.set(key, value).await
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.memory.delete(key).await
    }

    async fn increment(&self, key: &str, delta: i64) -> Result<i64, StoreError> {
        let sum = self.memory.increment(key, delta).await?;
        *self.on_disk.lock().unwrap() = self.memory.snapshot();
        Ok(sum)
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_loss_of_power_nothing_is_granted_that_was_denied_before_it() {
    let erp = Erp::new();
    let cache = Arc::new(OnDisk { memory: erp.world.cache.clone(), on_disk: Mutex::default() });
    let instance = || {
        let (mut capabilities, tasks) = erp.world.instance();
        capabilities.cache = cache.clone();
        let db = Db::new(capabilities.db.clone());
        (Verification::new(capabilities, &db, Arc::new(ShippedSeatAccess)), tasks)
    };
    let (verification, tasks) = instance();
    assert_eq!(ask(&verification).await, granted(Source::Erp));
    erp.pass(A_MOMENT).await;
    // A raise for somebody else has the grant on disk.
    verification.invalidation().invalidate("other").await.unwrap();
    assert_eq!(ask(&verification).await, granted(Source::Cache));
    // Nobody says that it is revoked: a refresh finds out.
    erp.says_seat(&json!({"seat_status": "REVOKED", "version": 2}));
    erp.pass(FRESH).await;
    assert_eq!(ask(&verification).await, granted(Source::Stale));
    erp.pass(A_MOMENT).await;
    assert_eq!(ask(&verification).await, Some((false, Reason::SeatRevoked, Source::Cache)));
    drop(tasks);
    cache.lose_power();
    erp.is_down();
    let (verification, _tasks) = instance();
    assert_eq!(ask(&verification).await, None);
}
