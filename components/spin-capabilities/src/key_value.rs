//! The cache: Spin key-value, label `default`.
//!
//! Values go through `spin:key-value@3`, whose calls let the instance's other requests go on. It cannot count
//! atomically, so counters go through `wasi:keyvalue/atomics`, which Spin serves too; that call holds the instance up,
//! and is used off the hot path alone.

use async_trait::async_trait;
use edge_capabilities::KeyValue;
use edge_capabilities::key_value::StoreError;
use futures::lock::Mutex;
use spin_sdk::experimental::wasi::keyvalue::{atomics, store};
use spin_sdk::key_value::Store;
use std::sync::Arc;

const LABEL: &str = "default";

#[derive(Default)]
pub(crate) struct Cache {
    values: Mutex<Option<Arc<Store>>>,
    counters: std::sync::Mutex<Option<Arc<store::Bucket>>>,
}

impl Cache {
    async fn values(&self) -> Result<Arc<Store>, StoreError> {
        let mut open = self.values.lock().await;
        if let Some(store) = &*open {
            return Ok(store.clone());
        }
        let store = Arc::new(Store::open(LABEL).await.map_err(failed)?);
        Ok(open.insert(store).clone())
    }

    fn counters(&self) -> Result<Arc<store::Bucket>, StoreError> {
        let mut open = self.counters.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(bucket) = &*open {
            return Ok(bucket.clone());
        }
        let bucket = Arc::new(store::open(LABEL).map_err(failed)?);
        Ok(open.insert(bucket).clone())
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err takes")]
fn failed(error: impl std::fmt::Debug) -> StoreError {
    StoreError(format!("{error:?}"))
}

#[async_trait]
impl KeyValue for Cache {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.values().await?.get(key).await.map_err(failed)
    }

    async fn set(&self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        self.values().await?.set(key, value).await.map_err(failed)
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.values().await?.delete(key).await.map_err(failed)
    }

    async fn increment(&self, key: &str, delta: i64) -> Result<i64, StoreError> {
        atomics::increment(&*self.counters()?, key, delta).map_err(failed)
    }
}
