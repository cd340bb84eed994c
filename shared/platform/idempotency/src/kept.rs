//! Responses that the database did not take. They wait in the cache, which is another store, and are encrypted as they are in
//! the database.

use std::sync::Arc;

use edge_capabilities::key_value::StoreError;
use edge_capabilities::{KeyValue, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::Run;

/// A response that waits.
#[derive(Serialize, Deserialize)]
pub(crate) struct Kept {
    /// The request's.
    pub(crate) fingerprint: String,
    /// Identifies the run that it is the response of.
    pub(crate) started_at: Timestamp,
    pub(crate) status: u16,
    /// The body, encrypted.
    pub(crate) sealed: String,
}

impl Kept {
    /// Whether it is the response of `run`, of a request with this fingerprint. A response may be left behind in the cache
    /// when its mark has long been deleted, or come back with an older copy of the cache.
    pub(crate) fn is_of(&self, run: &Run, fingerprint: &str) -> bool {
        self.started_at == run.started_at && self.fingerprint == fingerprint
    }
}

/// The responses that wait.
#[derive(Clone)]
pub(crate) struct KeptResponses(Arc<dyn KeyValue>);

impl KeptResponses {
    pub(crate) fn new(cache: &Arc<dyn KeyValue>) -> Self {
        Self(cache.clone())
    }

    pub(crate) async fn get(&self, caller: &str, key: &str) -> Result<Option<Kept>, StoreError> {
        let found = self.0.get(&name(caller, key)).await?;
        Ok(found.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    pub(crate) async fn set(&self, caller: &str, key: &str, kept: &Kept) -> Result<(), StoreError> {
        let written = serde_json::to_vec(kept).map_err(|error| StoreError(error.to_string()))?;
        self.0.set(&name(caller, key), &written).await
    }

    pub(crate) async fn delete(&self, caller: &str, key: &str) -> Result<(), StoreError> {
        self.0.delete(&name(caller, key)).await
    }
}

/// The key in the cache. It does not show the Idempotency-Key, from which the encryption key is derived.
fn name(caller: &str, key: &str) -> String {
    let mut hash = Sha256::new();
    for part in [caller, key] {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    format!("idempotent:{}", hex::encode(hash.finalize()))
}
