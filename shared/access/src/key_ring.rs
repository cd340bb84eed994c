//! The keys an instance knows. Checking one costs a look into memory; the record is asked again after [`RECHECK`], so
//! that a revoked key stops working within a second. While the record cannot be asked, a key that was good goes on
//! for [`OUTAGE`], for nobody can revoke a key then either; the cache has word of those that were revoked just before.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use edge_capabilities::clock::within;
use edge_capabilities::database::DatabaseError;
use edge_capabilities::{Capabilities, Instant};
use edge_record::Record;
use serde::{Deserialize, Serialize};

use crate::keys::{ApiKey, Keys, StoredKey};
use crate::token::SecretHash;

/// After this long what is known of a key is read again, behind the answer.
const RECHECK: Duration = Duration::from_millis(300);
/// After this long it is read again before the answer. With [`PATIENCE`] this stays under the promised second.
const EXPIRE: Duration = Duration::from_millis(600);
/// How long the record may take to answer.
const PATIENCE: Duration = Duration::from_millis(300);
/// How long a key that was good goes on while the record cannot be asked.
const OUTAGE: Duration = Duration::from_mins(5);
/// How old the copy in the cache may be before it is written again.
const COPY_AGE: Duration = Duration::from_secs(30);
/// Keys remembered: a bound for when somebody tries many.
const MOST: usize = 1024;

/// The keys an instance knows.
#[derive(Clone)]
pub(crate) struct KeyRing(Arc<Inner>);

struct Inner {
    capabilities: Capabilities,
    keys: Keys,
    known: Mutex<HashMap<String, Known>>,
    being_read: Mutex<HashSet<String>>,
}

#[derive(Clone)]
struct Known {
    /// None: there is no such key, or it was revoked.
    key: Option<Arc<StoredKey>>,
    /// When it was read, on the clock that never goes back.
    read_at: Duration,
}

/// The copy of a good key in the cache, for instances that start while the record is down.
#[derive(Serialize, Deserialize)]
struct Copy {
    /// None: the key was revoked.
    key: Option<ApiKey>,
    secret_sha256: String,
    copied_at: Instant,
}

impl KeyRing {
    pub(crate) fn new(capabilities: &Capabilities, record: Record) -> Self {
        Self(Arc::new(Inner {
            capabilities: capabilities.clone(),
            keys: Keys::new(record),
            known: Mutex::default(),
            being_read: Mutex::default(),
        }))
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.0.keys
    }

    /// The key `id`; None where there is none or it was revoked.
    pub(crate) async fn find(&self, id: &str) -> Result<Option<Arc<StoredKey>>, DatabaseError> {
        let now = self.0.capabilities.clock.elapsed();
        let known = self.0.known.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        if let Some(known) = &known {
            let age = now.saturating_sub(known.read_at);
            if age >= RECHECK && age < EXPIRE {
                self.read_behind(id);
            }
            if age < EXPIRE {
                return Ok(known.key.clone());
            }
        }
        match self.read(id).await {
            Err(DatabaseError::Unavailable(reason)) => {
                let remembered =
                    known.filter(|known| now.saturating_sub(known.read_at) < OUTAGE).map(|known| known.key);
                self.copy_of(id).await.or(remembered).ok_or(DatabaseError::Unavailable(reason))
            }
            read => read,
        }
    }

    /// Forgets the key `id` here, and in the cache leaves word that it was revoked.
    pub(crate) async fn forget(&self, id: &str) {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        let copied_at = self.0.capabilities.clock.now();
        self.write_copy(id, &Copy { key: None, secret_sha256: String::new(), copied_at }).await;
    }

    fn read_behind(&self, id: &str) {
        if self.0.being_read.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned()) {
            let (ring, id) = (self.clone(), id.to_owned());
            self.0.capabilities.background.spawn(Box::pin(async move {
                // What cannot be read now is read before the next answer.
                let _ = ring.read(&id).await;
                ring.0.being_read.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
            }));
        }
    }

    async fn read(&self, id: &str) -> Result<Option<Arc<StoredKey>>, DatabaseError> {
        let clock = &self.0.capabilities.clock;
        // The reading may show any state from here on.
        let read_at = clock.elapsed();
        let found = within(&**clock, PATIENCE, self.0.keys.find(id)).await;
        let key = found.unwrap_or_else(|| Err(DatabaseError::Unavailable("no answer in time".into())))?.map(Arc::new);
        let mut known = self.0.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST && !known.contains_key(id) {
            known.clear();
        }
        let first = known.insert(id.to_owned(), Known { key: key.clone(), read_at }).is_none();
        drop(known);
        if let Some(key) = key.clone().filter(|_| first) {
            let ring = self.clone();
            self.0.capabilities.background.spawn(Box::pin(async move { ring.copy(&key).await }));
        }
        Ok(key)
    }

    /// Keeps a copy of a good key in the cache, unless there is a young one, or word that it was revoked.
    async fn copy(&self, stored: &StoredKey) {
        let now = self.0.capabilities.clock.now();
        let youngest_to_replace = i64::try_from(COPY_AGE.as_millis()).unwrap_or(i64::MAX);
        match self.read_copy(&stored.key.id).await {
            Some(copy) if copy.key.is_none() || now.millis_since(copy.copied_at) < youngest_to_replace => {}
            _ => {
                let secret_sha256 = stored.secret.to_hex();
                let copy = Copy { key: Some(stored.key.clone()), secret_sha256, copied_at: now };
                self.write_copy(&stored.key.id, &copy).await;
            }
        }
    }

    /// What the cache says of the key `id`, in the words of [`KeyRing::find`]; None: it says nothing.
    async fn copy_of(&self, id: &str) -> Option<Option<Arc<StoredKey>>> {
        let copy = self.read_copy(id).await?;
        let Some(key) = copy.key else { return Some(None) };
        let oldest = i64::try_from(OUTAGE.as_millis()).unwrap_or(i64::MAX);
        let young = self.0.capabilities.clock.now().millis_since(copy.copied_at) < oldest;
        let secret = SecretHash::from_hex(&copy.secret_sha256).filter(|_| young)?;
        Some(Some(Arc::new(StoredKey { key, secret })))
    }

    async fn read_copy(&self, id: &str) -> Option<Copy> {
        let bytes = self.0.capabilities.cache.get(&copy_key(id)).await.ok()??;
        serde_json::from_slice(&bytes).ok()
    }

    async fn write_copy(&self, id: &str, copy: &Copy) {
        // The copy is a help in an outage of the record; without it that outage is felt, nothing else.
        if let Ok(bytes) = serde_json::to_vec(copy) {
            let _ = self.0.capabilities.cache.set(&copy_key(id), &bytes).await;
        }
    }
}

fn copy_key(id: &str) -> String {
    format!("api-key:{id}")
}
