//! The keys an instance knows. Checking one costs a look into memory, or, in a fresh instance, into the cache, where
//! whichever instance last read the record left a copy. What is known of a key is read again from the record after
//! [`RECHECK`], so that a revoked key stops working within a second. While the record cannot be asked, a key that was
//! good goes on for [`OUTAGE`], for nobody can revoke a key then either; the cache has word of those that were revoked
//! just before.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use edge_capabilities::clock::{millis, within};
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
/// How long the record may take to answer about a key that is known.
const PATIENCE: Duration = Duration::from_millis(300);
/// And about one of which nothing is known: there is nothing else to answer by.
const COLD_PATIENCE: Duration = Duration::from_secs(10);
/// How long a key that was good goes on while the record cannot be asked.
const OUTAGE: Duration = Duration::from_mins(5);
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
    /// When the record said so.
    read_at: Instant,
}

/// What the record said of a key, in the cache for other instances.
#[derive(Serialize, Deserialize)]
struct Copy {
    /// None: the key was revoked.
    key: Option<ApiKey>,
    secret_sha256: String,
    read_at: Instant,
}

/// How what is known may be used.
#[derive(PartialEq)]
enum Age {
    Young,
    /// Young enough, but to be read again behind the answer.
    Due,
    Old,
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
        let now = self.0.capabilities.clock.now();
        let remembered = self.0.known.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        if let Some(known) = remembered.as_ref().filter(|known| known.age(now) != Age::Old) {
            return Ok(self.use_known(id, known, now));
        }
        let copied = self.read_copy(id).await;
        if let Some(known) = copied.as_ref().filter(|known| known.age(now) != Age::Old) {
            self.remember(id, known.clone());
            return Ok(self.use_known(id, known, now));
        }
        let patience = if copied.is_none() && remembered.is_none() { COLD_PATIENCE } else { PATIENCE };
        match self.read(id, patience).await {
            Err(DatabaseError::Unavailable(reason)) => {
                let outlived = |known: &Known| known.key.is_none() || millis(OUTAGE) > now.millis_since(known.read_at);
                let known = copied.or(remembered).filter(outlived);
                known.map(|known| known.key).ok_or(DatabaseError::Unavailable(reason))
            }
            read => read,
        }
    }

    fn use_known(&self, id: &str, known: &Known, now: Instant) -> Option<Arc<StoredKey>> {
        if known.age(now) == Age::Due {
            self.read_behind(id);
        }
        known.key.clone()
    }

    fn remember(&self, id: &str, known: Known) {
        let mut all = self.0.known.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST && !all.contains_key(id) {
            all.clear();
        }
        all.insert(id.to_owned(), known);
    }

    /// Forgets the key `id` here, and leaves word in the cache that it was revoked.
    pub(crate) async fn forget(&self, id: &str) {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        self.write_copy(id, &Known { key: None, read_at: self.0.capabilities.clock.now() }).await;
    }

    fn read_behind(&self, id: &str) {
        if self.0.being_read.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned()) {
            let (ring, id) = (self.clone(), id.to_owned());
            self.0.capabilities.background.spawn(Box::pin(async move {
                // What cannot be read now is read before the next answer.
                let _ = ring.read(&id, PATIENCE).await;
                ring.0.being_read.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
            }));
        }
    }

    async fn read(&self, id: &str, patience: Duration) -> Result<Option<Arc<StoredKey>>, DatabaseError> {
        let clock = &self.0.capabilities.clock;
        // The reading may show any state from here on.
        let read_at = clock.now();
        let found = within(&**clock, patience, self.0.keys.find(id)).await;
        let key = found.unwrap_or_else(|| Err(DatabaseError::Unavailable("no answer in time".into())))?.map(Arc::new);
        let known = Known { key: key.clone(), read_at };
        self.remember(id, known.clone());
        // Keys that do not exist are not copied: whoever makes them up must not fill the cache.
        if key.is_some() {
            let (ring, id) = (self.clone(), id.to_owned());
            self.0.capabilities.background.spawn(Box::pin(async move { ring.copy(&id, &known).await }));
        }
        Ok(key)
    }

    /// Leaves a copy in the cache, unless that has a later one.
    async fn copy(&self, id: &str, known: &Known) {
        let later = self.read_copy(id).await.is_some_and(|copied| copied.read_at >= known.read_at);
        if !later {
            self.write_copy(id, known).await;
        }
    }

    async fn read_copy(&self, id: &str) -> Option<Known> {
        let bytes = self.0.capabilities.cache.get(&copy_key(id)).await.ok()??;
        let Copy { key, secret_sha256, read_at } = serde_json::from_slice(&bytes).ok()?;
        let Some(key) = key else { return Some(Known { key: None, read_at }) };
        let secret = SecretHash::from_hex(&secret_sha256)?;
        Some(Known { key: Some(Arc::new(StoredKey { key, secret })), read_at })
    }

    async fn write_copy(&self, id: &str, known: &Known) {
        let stored = known.key.as_deref();
        let copy = Copy {
            key: stored.map(|stored| stored.key.clone()),
            secret_sha256: stored.map(|stored| stored.secret.to_hex()).unwrap_or_default(),
            read_at: known.read_at,
        };
        // Without the copy other instances ask the record, nothing else.
        if let Ok(bytes) = serde_json::to_vec(&copy) {
            let _ = self.0.capabilities.cache.set(&copy_key(id), &bytes).await;
        }
    }
}

impl Known {
    fn age(&self, now: Instant) -> Age {
        let age = now.millis_since(self.read_at);
        if age >= millis(EXPIRE) || age < -millis(RECHECK) {
            // From the future: another machine's clock, or this one was set back.
            Age::Old
        } else if age >= millis(RECHECK) {
            Age::Due
        } else {
            Age::Young
        }
    }
}

fn copy_key(id: &str) -> String {
    format!("api-key:{id}")
}
