//! The cache: Spin key-value, label `default`.
//!
//! Values go through `spin:key-value@3`, whose calls let the instance's other requests go on. It cannot count
//! atomically, so counters go through `wasi:keyvalue/atomics`, which Spin serves too; that call holds the instance up,
//! and is used off the hot path alone, and never while another is under way: see [`crate::gate`].

use std::sync::OnceLock;
use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::breaker::{Breaker, Permit, Policy};
use edge_capabilities::clock::within;
use edge_capabilities::key_value::StoreError;
use edge_capabilities::{Clock as _, KeyValue};
use spin_sdk::experimental::wasi::keyvalue::{atomics, store};
use spin_sdk::key_value::{Error, Store};

use crate::clock::HostClock;
use crate::gate::Gate;

const LABEL: &str = "default";

/// The time-out of a call. A caller waits for it, and Spin would try a Redis that is gone for much longer.
const TIMEOUT: Duration = Duration::from_secs(2);

/// How long a result is still accepted after that: on a busy machine the time-out may be noticed before a result that is
/// already there.
const GRACE: Duration = Duration::from_millis(100);

/// When the breaker of a store opens: after this many time-outs in a row. A call that fails at once does not count, because
/// it costs no time.
const GONE: Policy = Policy::new(3, Duration::ZERO);

pub(crate) struct Cache {
    values: OnceLock<Store>,
    counters: OnceLock<store::Bucket>,
    gate: Gate,
    breaker: Breaker,
}

impl Default for Cache {
    fn default() -> Self {
        let (values, counters, gate) = Default::default();
        Self { values, counters, gate, breaker: Breaker::new(GONE) }
    }
}

impl Cache {
    /// Runs `call`, which lets the instance's other requests proceed.
    async fn call<T>(&self, call: impl Future<Output = Result<T, Error>> + Send) -> Result<T, StoreError> {
        let permit = self.permit()?;
        in_time(permit, async {
            let _pass = self.gate.call().await;
            call.await.map_err(failed)
        })
        .await
    }

    fn permit(&self) -> Result<Permit<'_>, StoreError> {
        self.breaker.permit(|| HostClock.elapsed()).map_err(|open| StoreError(open.to_string()))
    }

    async fn values(&self) -> Result<&Store, Error> {
        if let Some(store) = self.values.get() {
            return Ok(store);
        }
        // Requests that come here together each open it, and the first is kept. None may wait for another: see the
        // crate's documentation.
        let opened = Store::open(LABEL).await?;
        Ok(self.values.get_or_init(|| opened))
    }

    fn counters(&self) -> Result<&store::Bucket, StoreError> {
        if let Some(bucket) = self.counters.get() {
            return Ok(bucket);
        }
        let opened = store::open(LABEL).map_err(failed)?;
        Ok(self.counters.get_or_init(|| opened))
    }
}

fn failed(error: impl std::fmt::Debug) -> StoreError {
    StoreError(format!("{error:?}"))
}

async fn in_time<T>(
    permit: Permit<'_>,
    call: impl Future<Output = Result<T, StoreError>> + Send,
) -> Result<T, StoreError> {
    let mut call = std::pin::pin!(call);
    for timeout in [TIMEOUT, GRACE] {
        if let Some(answer) = within(&HostClock, timeout, call.as_mut()).await {
            permit.succeeded();
            return answer;
        }
    }
    permit.failed(HostClock.elapsed(), TIMEOUT);
    Err(StoreError(format!("no answer within {TIMEOUT:?}")))
}

#[async_trait]
impl KeyValue for Cache {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.call(async { self.values().await?.get(key).await }).await
    }

    async fn set(&self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        self.call(async { self.values().await?.set(key, value).await }).await
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.call(async { self.values().await?.delete(key).await }).await
    }

    async fn increment(&self, key: &str, delta: i64) -> Result<i64, StoreError> {
        // Whether anybody answers is asked by a call that holds nobody up.
        self.get(key).await?;
        in_time(self.permit()?, async {
            let _pass = self.gate.count().await;
            atomics::increment(self.counters()?, key, delta).map_err(failed)
        })
        .await
    }
}
