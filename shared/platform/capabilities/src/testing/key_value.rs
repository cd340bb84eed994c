use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::KeyValue;
use crate::key_value::{StoreError, read_counter};

/// A store as it was.
#[derive(Clone, Debug, Default)]
pub struct Snapshot(BTreeMap<String, Vec<u8>>);

/// A key-value store in memory. Each call gives way once, so that others come in between as they would.
#[derive(Default)]
pub struct MemoryKeyValue {
    entries: Mutex<BTreeMap<String, Vec<u8>>>,
    down: AtomicBool,
    full: AtomicBool,
}

impl MemoryKeyValue {
    /// Makes every call fail, or work again.
    pub fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }

    /// Makes every write fail as where the disk is full, or work again.
    pub fn set_full(&self, full: bool) {
        self.full.store(full, Ordering::SeqCst);
    }

    /// Loses everything, as a cache may.
    pub fn lose_everything(&self) {
        self.entries().clear();
    }

    /// Loses the keys for which `lost` is true, as a cache that evicts may.
    pub fn lose(&self, lost: impl Fn(&str) -> bool) {
        self.entries().retain(|key, _| !lost(key));
    }

    /// Everything there is, to be restored later.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(self.entries().clone())
    }

    /// Is again as it was, as a cache that was restarted from a dump, or whose replica was behind.
    pub fn restore(&self, snapshot: &Snapshot) {
        self.entries().clone_from(&snapshot.0);
    }

    /// All keys.
    pub fn keys(&self) -> Vec<String> {
        self.entries().keys().cloned().collect()
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn reach(&self) -> Result<MutexGuard<'_, BTreeMap<String, Vec<u8>>>, StoreError> {
        tokio::task::yield_now().await;
        if self.down.load(Ordering::SeqCst) {
            return Err(StoreError("told to fail".into()));
        }
        Ok(self.entries())
    }

    async fn reach_to_write(&self) -> Result<MutexGuard<'_, BTreeMap<String, Vec<u8>>>, StoreError> {
        if self.full.load(Ordering::SeqCst) {
            return Err(StoreError("the disk is full".into()));
        }
        self.reach().await
    }
}

#[async_trait]
impl KeyValue for MemoryKeyValue {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.reach().await?.get(key).cloned())
    }

    async fn set(&self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        self.reach_to_write().await?.insert(key.to_owned(), value.to_owned());
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.reach().await?.remove(key);
        Ok(())
    }

    async fn increment(&self, key: &str, delta: i64) -> Result<i64, StoreError> {
        let mut entries = self.reach_to_write().await?;
        let before = entries.get(key).map_or(Ok(0), |bytes| read_counter(bytes))?;
        let sum = before.checked_add(delta).ok_or_else(|| StoreError("the counter would overflow".into()))?;
        entries.insert(key.to_owned(), sum.to_string().into_bytes());
        Ok(sum)
    }
}
