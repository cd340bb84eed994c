//! An instance that dies at a step of its own: before a call to the world, or right after it, with the answer lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use tokio::sync::watch;

use super::{Tasks, World};
use crate::database::{DatabaseError, Dialect, Row, Value};
use crate::http::{HttpError, UpstreamName};
use crate::key_value::StoreError;
use crate::{Capabilities, Database, Http, KeyValue};

/// How long an instance has to live, in calls to the world.
struct CallsLeft {
    left: AtomicI64,
    /// Whether the last call is made before it dies.
    makes_the_last: bool,
    dead: watch::Sender<bool>,
}

impl CallsLeft {
    async fn spend<T>(&self, call: impl Future<Output = T>) -> T {
        match self.left.fetch_sub(1, Ordering::SeqCst) {
            2.. => call.await,
            1 if self.makes_the_last => {
                call.await;
                self.die().await
            }
            _ => self.die().await,
        }
    }

    async fn die<T>(&self) -> T {
        self.dead.send_replace(true);
        std::future::pending().await
    }
}

/// A capability that ends with its instance.
struct CrashAfter<T> {
    of: T,
    life: Arc<CallsLeft>,
}

#[async_trait]
impl Database for CrashAfter<Arc<dyn Database>> {
    async fn query(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, DatabaseError> {
        self.life.spend(self.of.query(statement, parameters)).await
    }

    async fn dialect(&self) -> Result<Dialect, DatabaseError> {
        self.of.dialect().await
    }
}

#[async_trait]
impl KeyValue for CrashAfter<Arc<dyn KeyValue>> {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.life.spend(self.of.get(key)).await
    }

    async fn set(&self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        self.life.spend(self.of.set(key, value)).await
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.life.spend(self.of.delete(key)).await
    }

    async fn increment(&self, key: &str, delta: i64) -> Result<i64, StoreError> {
        self.life.spend(self.of.increment(key, delta)).await
    }
}

#[async_trait]
impl Http for CrashAfter<Arc<dyn Http>> {
    async fn send(
        &self,
        upstream: UpstreamName,
        request: Request<Bytes>,
        timeout: Duration,
    ) -> Result<Response<Bytes>, HttpError> {
        self.life.spend(self.of.send(upstream, request, timeout)).await
    }
}

/// What is left of an instance that dies. Dropped, it takes the instance's background work with it.
pub struct Lifetime {
    tasks: Tasks,
    life: Arc<CallsLeft>,
    given: i64,
    dead: watch::Receiver<bool>,
}

impl World {
    /// The capabilities of an instance that makes `calls` calls to the database, the cache and the network, and then dies:
    /// before the last of them, or with `makes_the_last` right after it.
    pub fn mortal(&self, calls: i64, makes_the_last: bool) -> (Capabilities, Lifetime) {
        let (sender, dead) = watch::channel(false);
        let life = Arc::new(CallsLeft { left: AtomicI64::new(calls), makes_the_last, dead: sender });
        let (mut capabilities, tasks) = self.instance();
        capabilities.db = Arc::new(CrashAfter { of: capabilities.db, life: life.clone() });
        capabilities.cache = Arc::new(CrashAfter { of: capabilities.cache, life: life.clone() });
        capabilities.http = Arc::new(CrashAfter { of: capabilities.http, life: life.clone() });
        (capabilities, Lifetime { tasks, life, given: calls, dead })
    }
}

impl Lifetime {
    /// How many calls it made, or died at.
    pub fn calls(&self) -> i64 {
        self.given.saturating_sub(self.life.left.load(Ordering::SeqCst))
    }

    /// Whether the instance is dead.
    pub fn is_dead(&self) -> bool {
        *self.dead.borrow()
    }

    /// Resolves once it is dead.
    pub fn death(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut dead = self.dead.clone();
        async move {
            // An instance that was dropped is dead as well.
            let _ = dead.wait_for(|dead| *dead).await;
        }
    }
}

impl Drop for Lifetime {
    fn drop(&mut self) {
        self.tasks.kill();
    }
}
