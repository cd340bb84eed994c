//! A cache of database rows that many requests need: API keys and memberships.
//!
//! An entry is read from memory or, in a new instance, from the shared cache, where the instance that last read the
//! database left a copy. It is read from the database again after [`REFRESH_AFTER`], so that a revoked key or a
//! deactivated tenant takes effect within a second. While the database does not answer, entries stay valid for
//! [`OUTAGE`], because nobody can change the database then either; the shared cache tells what was deleted just before.
//! During an outage the database is tried in the background: no request waits for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use edge_cache::{Decision, FenceState, SingleFlight, Times};
use edge_capabilities::clock::{millis, within};
use edge_capabilities::database::DatabaseError;
use edge_capabilities::{Capabilities, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The age at which an entry is read again in the background.
const REFRESH_AFTER: Duration = Duration::from_millis(300);
/// The age at which an entry is read again before the response. Together with [`TIMEOUT`] it stays under the promised
/// second.
const EXPIRE_AFTER: Duration = Duration::from_millis(600);
/// How long the database may take to read an entry that is cached.
const TIMEOUT: Duration = Duration::from_millis(300);
/// How long it may take to read an entry that is not cached: there is nothing else to respond with.
const COLD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an entry stays valid while the database does not answer.
const OUTAGE: Duration = Duration::from_mins(5);
/// How long after a failed read an entry is used without waiting for the database. Longer than the next attempt takes, and
/// shorter than the promised second.
const RETRY_AFTER: Duration = Duration::from_millis(900);
/// The maximum number of entries in memory: a bound against callers that try many credentials.
const MAX_ENTRIES: usize = 4096;

/// Where a [`LookupCache`] reads its values: a table of the database.
pub(crate) trait Source: Send + Sync + 'static {
    /// The cached type.
    type Value: Send + Sync + Serialize + DeserializeOwned + 'static;

    /// The prefix of the keys of copies in the shared cache. A renamed prefix would lose the deletions that it tells.
    const NAME: &'static str;

    /// Reads the value of `id`; None: it does not exist.
    fn read(&self, id: &str) -> impl Future<Output = Result<Option<Self::Value>, DatabaseError>> + Send;

    /// The key of the copy of `id` in the shared cache.
    fn cache_key(id: &str) -> String {
        format!("{}:{id}", Self::NAME)
    }
}

/// A cache of the values of the source `S`.
pub(crate) struct LookupCache<S: Source>(Arc<Inner<S>>);

impl<S: Source> Clone for LookupCache<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

struct Inner<S: Source> {
    capabilities: Capabilities,
    source: S,
    entries: Mutex<HashMap<String, Entry<S::Value>>>,
    refreshes: SingleFlight<String, ()>,
}

struct Entry<V> {
    /// None: there is no such row.
    value: Option<Arc<V>>,
    /// When it was read from the database.
    read_at: Timestamp,
    /// When a read last failed; the shared cache was then checked for a deletion.
    failed_at: Option<Timestamp>,
}

impl<V> Clone for Entry<V> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), read_at: self.read_at, failed_at: self.failed_at }
    }
}

/// An entry in the shared cache, for other instances.
#[derive(Serialize, Deserialize)]
struct SharedCopy<V> {
    // Required: a copy of another build that lacks the field does not tell that the row was deleted.
    #[serde(deserialize_with = "Option::deserialize")]
    #[serde(bound(deserialize = "V: Deserialize<'de>"))]
    value: Option<V>,
    read_at: Timestamp,
}

impl<S: Source> LookupCache<S> {
    pub(crate) fn new(capabilities: &Capabilities, source: S) -> Self {
        Self(Arc::new(Inner {
            capabilities: capabilities.clone(),
            source,
            entries: Mutex::default(),
            refreshes: SingleFlight::default(),
        }))
    }

    pub(crate) fn source(&self) -> &S {
        &self.0.source
    }

    /// The value of `id`, at most a second old; None: there is no such row.
    pub(crate) async fn find(&self, id: &str) -> Result<Option<Arc<S::Value>>, DatabaseError> {
        let now = self.0.capabilities.clock.now();
        let remembered = self.0.entries.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        if let Some(entry) = remembered.as_ref().filter(|entry| entry.is_valid(now)) {
            return Ok(self.use_entry(id, entry, now));
        }
        if let Some(entry) = remembered.as_ref().filter(|entry| entry.is_usable_in_outage(now))
            && let Some(passed) = entry.failed_at.map(|at| now.millis_since(at))
            && (0..millis(RETRY_AFTER)).contains(&passed)
        {
            if passed >= millis(REFRESH_AFTER) {
                self.refresh_in_background(id);
            }
            return Ok(entry.value.clone());
        }
        // Boxed: finding an entry in memory must not carry the larger future along.
        Box::pin(self.load(id, remembered.is_some(), now)).await
    }

    async fn load(
        &self,
        id: &str,
        is_remembered: bool,
        now: Timestamp,
    ) -> Result<Option<Arc<S::Value>>, DatabaseError> {
        let copied = self.read_copy(id).await;
        if let Some(entry) = copied.as_ref().filter(|entry| entry.is_valid(now)) {
            self.remember(id, entry.clone());
            return Ok(self.use_entry(id, entry, now));
        }
        let timeout = if copied.is_none() && !is_remembered { COLD_TIMEOUT } else { TIMEOUT };
        match self.read(id, timeout).await {
            Err(DatabaseError::Unavailable(reason)) => {
                let entry = self.extend(id, copied, now).filter(|entry| entry.is_usable_in_outage(now));
                entry.map(|entry| entry.value).ok_or(DatabaseError::Unavailable(reason))
            }
            read => read,
        }
    }

    fn use_entry(&self, id: &str, entry: &Entry<S::Value>, now: Timestamp) -> Option<Arc<S::Value>> {
        if entry.decision(now) == Decision::ServeAndRefresh {
            self.refresh_in_background(id);
        }
        entry.value.clone()
    }

    fn remember(&self, id: &str, entry: Entry<S::Value>) {
        let mut all = self.0.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MAX_ENTRIES && !all.contains_key(id) {
            all.clear();
        }
        all.insert(id.to_owned(), entry);
    }

    /// The entry of `id` to use after a failed read, and notes the failure.
    fn extend(&self, id: &str, copied: Option<Entry<S::Value>>, failed_at: Timestamp) -> Option<Entry<S::Value>> {
        let entry = self.0.entries.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        let entry = Entry { failed_at: Some(failed_at), ..Entry::newer(copied, entry)? };
        self.remember(id, entry.clone());
        Some(entry)
    }

    /// Removes `id` from memory and tells other instances through the shared cache that it no longer exists.
    pub(crate) async fn mark_deleted(&self, id: &str) {
        self.0.entries.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        self.write_copy(id, &Entry { value: None, read_at: self.0.capabilities.clock.now(), failed_at: None }).await;
    }

    fn refresh_in_background(&self, id: &str) {
        let id = id.to_owned();
        if let Some(leader) = self.0.refreshes.lead(&id, &*self.0.capabilities.clock) {
            let cache = self.clone();
            self.0.capabilities.background.spawn(Box::pin(async move {
                let failed_at = cache.0.capabilities.clock.now();
                if cache.read(&id, TIMEOUT).await.is_err() {
                    // While the database does not answer, only the shared cache tells what was deleted just before.
                    let copied = cache.read_copy(&id).await;
                    cache.extend(&id, copied, failed_at);
                }
                drop(leader);
            }));
        }
    }

    async fn read(&self, id: &str, timeout: Duration) -> Result<Option<Arc<S::Value>>, DatabaseError> {
        let clock = &self.0.capabilities.clock;
        // The read may return any state from here on.
        let read_at = clock.now();
        let found = within(&**clock, timeout, self.0.source.read(id)).await;
        let value = found.unwrap_or_else(|| Err(DatabaseError::Unavailable("no answer in time".into())))?.map(Arc::new);
        let entry = Entry { value: value.clone(), read_at, failed_at: None };
        self.remember(id, entry.clone());
        // Missing rows are not copied: made-up credentials must not fill the shared cache.
        if value.is_some() {
            let (cache, id) = (self.clone(), id.to_owned());
            self.0.capabilities.background.spawn(Box::pin(async move { cache.copy(&id, &entry).await }));
        }
        Ok(value)
    }

    /// Leaves a copy in the shared cache, unless it has a later one.
    async fn copy(&self, id: &str, entry: &Entry<S::Value>) {
        let later = self.read_copy(id).await.is_some_and(|copied| copied.read_at >= entry.read_at);
        if !later {
            self.write_copy(id, entry).await;
        }
    }

    async fn read_copy(&self, id: &str) -> Option<Entry<S::Value>> {
        let bytes = self.0.capabilities.cache.get(&S::cache_key(id)).await.ok()??;
        let SharedCopy { value, read_at } = serde_json::from_slice::<SharedCopy<S::Value>>(&bytes).ok()?;
        Some(Entry { value: value.map(Arc::new), read_at, failed_at: None })
    }

    async fn write_copy(&self, id: &str, entry: &Entry<S::Value>) {
        let copy = SharedCopy { value: entry.value.as_deref(), read_at: entry.read_at };
        // Without the copy other instances read the database; nothing else is lost.
        if let Ok(bytes) = serde_json::to_vec(&copy) {
            let _ = self.0.capabilities.cache.set(&S::cache_key(id), &bytes).await;
        }
    }
}

impl<V> Entry<V> {
    /// The copy if it tells of a deletion, whatever the clocks say; otherwise the later of the two.
    fn newer(copied: Option<Self>, remembered: Option<Self>) -> Option<Self> {
        match (copied, remembered) {
            (Some(copied), Some(remembered)) if copied.value.is_some() && copied.read_at < remembered.read_at => {
                Some(remembered)
            }
            (copied, remembered) => copied.or(remembered),
        }
    }

    /// Whether it may be used while the database does not answer.
    fn is_usable_in_outage(&self, now: Timestamp) -> bool {
        self.value.is_none() || self.decision(now) != Decision::Discard
    }

    fn is_valid(&self, now: Timestamp) -> bool {
        matches!(self.decision(now), Decision::Serve | Decision::ServeAndRefresh)
    }

    fn decision(&self, now: Timestamp) -> Decision {
        let [fresh, stale, outage] = [REFRESH_AFTER, EXPIRE_AFTER, OUTAGE].map(millis);
        let times = Times { fresh, stale, outage, skew: fresh, ahead: Decision::Fetch };
        edge_cache::decide(now.millis_since(self.read_at), &times, FenceState::Holds)
    }
}
