//! Key-value stores: `spin:key-value@3.0.0` and the `wasi:keyvalue` draft that Spin serves (store, batch, atomics),
//! over SQLite or Redis.

mod redis;
mod sqlite;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use wasmtime::component::{Accessor, FutureReader, Resource, StreamReader};

use crate::bindings::spin::key_value::key_value as spin;
use crate::bindings::wasi::keyvalue as wasi;
use crate::capabilities::{Instance, Served};
use crate::runtime_config::KeyValueBackend;

/// A store by label, shared by all instances of the application.
///
/// What a caller has been told is visible to every later call, from whichever instance. [`Store::increment`] and
/// [`Store::swap`] are atomic, and on disk before they are answered; plain sets may be lost with the machine's power.
#[async_trait]
pub trait Store: Send + Sync {
    /// The value of `key`.
    async fn get(&self, key: &str) -> anyhow::Result<Option<Vec<u8>>>;
    /// The values of `keys`, in their order.
    async fn get_many(&self, keys: Vec<String>) -> anyhow::Result<Vec<(String, Option<Vec<u8>>)>>;
    /// Sets all entries or none.
    async fn set_many(&self, entries: Vec<(String, Vec<u8>)>) -> anyhow::Result<()>;
    /// Deletes all keys or none. A key without a value is no error.
    async fn delete_many(&self, keys: Vec<String>) -> anyhow::Result<()>;
    /// Adds `delta` to the counter `key` (absent: zero); gives the sum.
    async fn increment(&self, key: String, delta: i64) -> anyhow::Result<i64>;
    /// Sets `key` to `value` if it still has the value `seen`; gives whether it had.
    async fn swap(&self, key: String, seen: Option<Vec<u8>>, value: Vec<u8>) -> anyhow::Result<bool>;
    /// All keys, in no particular order.
    async fn keys(&self) -> anyhow::Result<Vec<String>>;
}

/// The stores of an application, opened when a component first names them.
#[derive(Default)]
pub struct Stores {
    by_label: HashMap<String, Arc<dyn Store>>,
    files: HashMap<PathBuf, Arc<sqlite::SqliteFile>>,
}

impl Stores {
    /// The store of one label. A SQLite file is opened at once, so that a folder that cannot be written stops the
    /// start; Redis is connected to at first use, and again whenever it was lost.
    pub fn open(&mut self, label: &str, backend: &KeyValueBackend) -> anyhow::Result<Arc<dyn Store>> {
        if let Some(store) = self.by_label.get(label) {
            return Ok(store.clone());
        }
        let store: Arc<dyn Store> = match backend {
            KeyValueBackend::Redis(url) => Arc::new(redis::RedisStore::new(url)?),
            KeyValueBackend::Sqlite(None) => {
                Arc::new(sqlite::SqliteStore::new(label, Arc::new(sqlite::SqliteFile::open(None)?)))
            }
            KeyValueBackend::Sqlite(Some(path)) => {
                let file = match self.files.get(path) {
                    Some(file) => file.clone(),
                    None => Arc::new(sqlite::SqliteFile::open(Some(path))?),
                };
                self.files.insert(path.clone(), file.clone());
                Arc::new(sqlite::SqliteStore::new(label, file))
            }
        };
        self.by_label.insert(label.to_owned(), store.clone());
        Ok(store)
    }
}

/// The resource behind a guest's `store` or `bucket`.
pub struct OpenStore(Arc<dyn Store>);

/// The resource behind a guest's `cas`: the key, and its value when it was last looked at.
pub struct PendingSwap {
    store: Arc<dyn Store>,
    key: String,
    seen: Option<Vec<u8>>,
}

fn failed(error: &anyhow::Error) -> String {
    format!("{error:#}")
}

// spin:key-value@3.0.0

fn spin_failed(error: anyhow::Error) -> spin::Error {
    spin::Error::Other(failed(&error))
}

impl Instance {
    fn store_of<T: 'static>(&mut self, handle: &Resource<T>) -> Result<Arc<dyn Store>, String> {
        let handle = Resource::<OpenStore>::new_borrow(handle.rep());
        self.table.get(&handle).map(|open| open.0.clone()).map_err(|error| error.to_string())
    }
}

fn spin_store<T>(accessor: &Accessor<T, Served>, store: &Resource<OpenStore>) -> Result<Arc<dyn Store>, spin::Error> {
    accessor.with(|mut access| access.get().store_of(store)).map_err(spin::Error::Other)
}

impl spin::Host for Instance {}

impl spin::HostStore for Instance {
    async fn drop(&mut self, store: Resource<OpenStore>) -> wasmtime::Result<()> {
        self.table.delete(store)?;
        Ok(())
    }
}

impl<T: Send> spin::HostStoreWithStore<T> for Served {
    async fn open(accessor: &Accessor<T, Self>, label: String) -> Result<Resource<OpenStore>, spin::Error> {
        accessor.with(|mut access| {
            let instance = access.get();
            let store = instance.grants.key_value_stores.get(&label).cloned().ok_or(spin::Error::AccessDenied)?;
            instance.table.push(OpenStore(store)).map_err(|_| spin::Error::StoreTableFull)
        })
    }

    async fn get(
        accessor: &Accessor<T, Self>,
        store: Resource<OpenStore>,
        key: String,
    ) -> Result<Option<Vec<u8>>, spin::Error> {
        spin_store(accessor, &store)?.get(&key).await.map_err(spin_failed)
    }

    async fn set(
        accessor: &Accessor<T, Self>,
        store: Resource<OpenStore>,
        key: String,
        value: Vec<u8>,
    ) -> Result<(), spin::Error> {
        spin_store(accessor, &store)?.set_many(vec![(key, value)]).await.map_err(spin_failed)
    }

    async fn delete(accessor: &Accessor<T, Self>, store: Resource<OpenStore>, key: String) -> Result<(), spin::Error> {
        spin_store(accessor, &store)?.delete_many(vec![key]).await.map_err(spin_failed)
    }

    async fn exists(
        accessor: &Accessor<T, Self>,
        store: Resource<OpenStore>,
        key: String,
    ) -> Result<bool, spin::Error> {
        Ok(spin_store(accessor, &store)?.get(&key).await.map_err(spin_failed)?.is_some())
    }

    async fn get_keys(
        accessor: &Accessor<T, Self>,
        store: Resource<OpenStore>,
    ) -> wasmtime::Result<(StreamReader<String>, FutureReader<Result<(), spin::Error>>)> {
        let keys = match spin_store(accessor, &store) {
            Ok(store) => store.keys().await.map_err(spin_failed),
            Err(error) => Err(error),
        };
        let (keys, result) = match keys {
            Ok(keys) => (keys, Ok(())),
            Err(error) => (Vec::new(), Err(error)),
        };
        accessor.with(|mut access| {
            let keys = StreamReader::new(&mut access, keys)?;
            Ok((keys, FutureReader::new(&mut access, async { wasmtime::error::Ok(result) })?))
        })
    }
}

// wasi:keyvalue@0.2.0-draft2

fn wasi_failed(error: anyhow::Error) -> wasi::store::Error {
    wasi::store::Error::Other(failed(&error))
}

impl wasi::store::Host for Instance {
    async fn open(&mut self, identifier: String) -> Result<Resource<OpenStore>, wasi::store::Error> {
        let store = self.grants.key_value_stores.get(&identifier).cloned().ok_or(wasi::store::Error::AccessDenied)?;
        self.table.push(OpenStore(store)).map_err(|error| wasi::store::Error::Other(error.to_string()))
    }
}

impl wasi::store::HostBucket for Instance {
    async fn get(&mut self, bucket: Resource<OpenStore>, key: String) -> Result<Option<Vec<u8>>, wasi::store::Error> {
        let store = self.store_of(&bucket).map_err(wasi::store::Error::Other)?;
        store.get(&key).await.map_err(wasi_failed)
    }

    async fn set(
        &mut self,
        bucket: Resource<OpenStore>,
        key: String,
        value: Vec<u8>,
    ) -> Result<(), wasi::store::Error> {
        let store = self.store_of(&bucket).map_err(wasi::store::Error::Other)?;
        store.set_many(vec![(key, value)]).await.map_err(wasi_failed)
    }

    async fn delete(&mut self, bucket: Resource<OpenStore>, key: String) -> Result<(), wasi::store::Error> {
        let store = self.store_of(&bucket).map_err(wasi::store::Error::Other)?;
        store.delete_many(vec![key]).await.map_err(wasi_failed)
    }

    async fn exists(&mut self, bucket: Resource<OpenStore>, key: String) -> Result<bool, wasi::store::Error> {
        let store = self.store_of(&bucket).map_err(wasi::store::Error::Other)?;
        Ok(store.get(&key).await.map_err(wasi_failed)?.is_some())
    }

    async fn list_keys(
        &mut self,
        bucket: Resource<OpenStore>,
        cursor: Option<String>,
    ) -> Result<wasi::store::KeyResponse, wasi::store::Error> {
        if cursor.is_some() {
            return Err(wasi::store::Error::Other("list-keys answers everything at once: there is no cursor".into()));
        }
        let store = self.store_of(&bucket).map_err(wasi::store::Error::Other)?;
        let keys = store.keys().await.map_err(wasi_failed)?;
        Ok(wasi::store::KeyResponse { keys, cursor: None })
    }

    async fn drop(&mut self, bucket: Resource<OpenStore>) -> wasmtime::Result<()> {
        self.table.delete(bucket)?;
        Ok(())
    }
}

impl wasi::batch::Host for Instance {
    async fn get_many(
        &mut self,
        bucket: Resource<OpenStore>,
        keys: Vec<String>,
    ) -> Result<Vec<(String, Option<Vec<u8>>)>, wasi::store::Error> {
        let store = self.store_of(&bucket).map_err(wasi::store::Error::Other)?;
        store.get_many(keys).await.map_err(wasi_failed)
    }

    async fn set_many(
        &mut self,
        bucket: Resource<OpenStore>,
        entries: Vec<(String, Vec<u8>)>,
    ) -> Result<(), wasi::store::Error> {
        let store = self.store_of(&bucket).map_err(wasi::store::Error::Other)?;
        store.set_many(entries).await.map_err(wasi_failed)
    }

    async fn delete_many(&mut self, bucket: Resource<OpenStore>, keys: Vec<String>) -> Result<(), wasi::store::Error> {
        let store = self.store_of(&bucket).map_err(wasi::store::Error::Other)?;
        store.delete_many(keys).await.map_err(wasi_failed)
    }
}

impl wasi::atomics::Host for Instance {
    async fn increment(
        &mut self,
        bucket: Resource<OpenStore>,
        key: String,
        delta: i64,
    ) -> Result<i64, wasi::store::Error> {
        let store = self.store_of(&bucket).map_err(wasi::store::Error::Other)?;
        store.increment(key, delta).await.map_err(wasi_failed)
    }

    async fn swap(&mut self, cas: Resource<PendingSwap>, value: Vec<u8>) -> Result<(), wasi::atomics::CasError> {
        let broken = |error: String| wasi::atomics::CasError::StoreError(wasi::store::Error::Other(error));
        let PendingSwap { store, key, seen } = self.table.delete(cas).map_err(|error| broken(error.to_string()))?;
        if store.swap(key.clone(), seen, value).await.map_err(|error| broken(failed(&error)))? {
            return Ok(());
        }
        let seen = store.get(&key).await.map_err(|error| broken(failed(&error)))?;
        let again = self.table.push(PendingSwap { store, key, seen }).map_err(|error| broken(error.to_string()))?;
        Err(wasi::atomics::CasError::CasFailed(again))
    }
}

impl wasi::atomics::HostCas for Instance {
    async fn new(
        &mut self,
        bucket: Resource<OpenStore>,
        key: String,
    ) -> Result<Resource<PendingSwap>, wasi::store::Error> {
        let store = self.store_of(&bucket).map_err(wasi::store::Error::Other)?;
        let seen = store.get(&key).await.map_err(wasi_failed)?;
        self.table.push(PendingSwap { store, key, seen }).map_err(|error| wasi::store::Error::Other(error.to_string()))
    }

    async fn current(&mut self, cas: Resource<PendingSwap>) -> Result<Option<Vec<u8>>, wasi::store::Error> {
        let other = |error: wasmtime::component::ResourceTableError| wasi::store::Error::Other(error.to_string());
        let pending = self.table.get(&cas).map_err(other)?;
        let (store, key) = (pending.store.clone(), pending.key.clone());
        let seen = store.get(&key).await.map_err(wasi_failed)?;
        self.table.get_mut(&cas).map_err(other)?.seen.clone_from(&seen);
        Ok(seen)
    }

    async fn drop(&mut self, cas: Resource<PendingSwap>) -> wasmtime::Result<()> {
        // A swap consumes its handle: the guest may drop it once more.
        let _ = self.table.delete(cas);
        Ok(())
    }
}

/// What every backend must keep, checked the same way for each.
#[cfg(test)]
mod contract {
    use super::Store;

    pub(super) async fn check(store: &dyn Store) {
        let bytes = |text: &str| text.as_bytes().to_vec();
        assert_eq!(store.get("absent").await.unwrap(), None);

        store.set_many(vec![("a".into(), bytes("1")), ("b".into(), vec![0, 255])]).await.unwrap();
        assert_eq!(store.get("a").await.unwrap(), Some(bytes("1")));
        let many = store.get_many(vec!["b".into(), "absent".into(), "a".into()]).await.unwrap();
        let expected = [("b", Some(vec![0, 255])), ("absent", None), ("a", Some(bytes("1")))];
        assert_eq!(many, expected.map(|(key, value)| (key.to_owned(), value)));

        store.set_many(vec![("a".into(), bytes("2"))]).await.unwrap();
        assert_eq!(store.get("a").await.unwrap(), Some(bytes("2")));

        assert_eq!(store.increment("n".into(), 5).await.unwrap(), 5);
        assert_eq!(store.increment("n".into(), -7).await.unwrap(), -2);
        assert!(store.increment("b".into(), 1).await.is_err(), "b is no counter");

        assert!(!store.swap("a".into(), None, bytes("3")).await.unwrap());
        assert!(!store.swap("a".into(), Some(bytes("1")), bytes("3")).await.unwrap());
        assert!(store.swap("a".into(), Some(bytes("2")), bytes("3")).await.unwrap());
        assert!(store.swap("new".into(), None, bytes("4")).await.unwrap());
        assert_eq!(store.get("a").await.unwrap(), Some(bytes("3")));

        store.delete_many(vec!["a".into(), "absent".into()]).await.unwrap();
        assert_eq!(store.get("a").await.unwrap(), None);
        let mut keys = store.keys().await.unwrap();
        keys.sort();
        assert_eq!(keys, ["b", "n", "new"]);

        let increments = (0..50).map(|_| store.increment("race".into(), 1));
        let mut sums: Vec<i64> = Vec::new();
        for increment in increments {
            sums.push(increment.await.unwrap());
        }
        assert_eq!(sums, (1..=50).collect::<Vec<_>>());
    }
}
