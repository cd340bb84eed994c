//! What the database says of something, as an instance knows it. To know it costs a look into memory, or, in a fresh
//! instance, into the cache, where whichever instance last read the database left a copy. It is read again from the database
//! after [`RECHECK`], so that a key that was revoked, or a tenant that was made inactive, counts within a second. While
//! the database cannot be asked, what it said last goes on for [`OUTAGE`], for nobody can change it then either; the cache
//! has word of what was taken away just before. The database is tried again behind the answers then: none waits for it.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use edge_capabilities::clock::{millis, within};
use edge_capabilities::database::DatabaseError;
use edge_capabilities::{Capabilities, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// After this long what is known is read again, behind the answer.
const RECHECK: Duration = Duration::from_millis(300);
/// After this long it is read again before the answer. With [`TIMEOUT`] this stays under the promised second.
const EXPIRE: Duration = Duration::from_millis(600);
/// How long the database may take to answer about what is known.
const TIMEOUT: Duration = Duration::from_millis(300);
/// And about that of which nothing is known: there is nothing else to answer by.
const COLD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long what is known goes on while the database cannot be asked.
const OUTAGE: Duration = Duration::from_mins(5);
/// How long after the database was asked in vain what is known goes on without waiting for it. Longer than it takes to find
/// out again, and shorter than the promised second.
const AWAY: Duration = Duration::from_millis(900);
/// How many are remembered: a bound for when somebody tries many.
const MAX_COUNT: usize = 4096;

/// What reads something in the database.
pub(crate) trait Source: Send + Sync + 'static {
    /// What is read.
    type Value: Send + Sync + Serialize + DeserializeOwned + 'static;

    /// What the cache calls copies of it.
    const NAME: &'static str;

    /// What the database says of `id`; None: there is no such thing, or no more.
    fn read(&self, id: &str) -> impl Future<Output = Result<Option<Self::Value>, DatabaseError>> + Send;

    /// Where in the cache the copy of `id` lies.
    fn place(id: &str) -> String {
        format!("{}:{id}", Self::NAME)
    }
}

/// What an instance knows by the source `S`.
pub(crate) struct Recent<S: Source>(Arc<Inner<S>>);

impl<S: Source> Clone for Recent<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

struct Inner<S: Source> {
    capabilities: Capabilities,
    source: S,
    known: Mutex<HashMap<String, Known<S::Value>>>,
    being_read: Mutex<HashSet<String>>,
}

struct Known<V> {
    /// None: there is no such thing, or no more.
    value: Option<Arc<V>>,
    /// When the database said so.
    read_at: Timestamp,
    /// When the database was last asked about it in vain, and the cache for word that it was taken away.
    tried_at: Option<Timestamp>,
}

impl<V> Clone for Known<V> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), read_at: self.read_at, tried_at: self.tried_at }
    }
}

/// What the database said, in the cache for other instances.
#[derive(Serialize, Deserialize)]
struct Copy<V> {
    // A copy that another build left without it is no word that it is gone.
    #[serde(deserialize_with = "Option::deserialize")]
    #[serde(bound(deserialize = "V: Deserialize<'de>"))]
    value: Option<V>,
    read_at: Timestamp,
}

/// How what is known may be used.
#[derive(PartialEq)]
enum Age {
    Young,
    /// Young enough, but to be read again behind the answer.
    Due,
    Old,
}

impl<S: Source> Recent<S> {
    pub(crate) fn new(capabilities: &Capabilities, source: S) -> Self {
        Self(Arc::new(Inner {
            capabilities: capabilities.clone(),
            source,
            known: Mutex::default(),
            being_read: Mutex::default(),
        }))
    }

    pub(crate) fn source(&self) -> &S {
        &self.0.source
    }

    /// What the database says of `id`, at most a second ago; None: there is no such thing, or no more.
    pub(crate) async fn find(&self, id: &str) -> Result<Option<Arc<S::Value>>, DatabaseError> {
        let now = self.0.capabilities.clock.now();
        let remembered = self.0.known.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        if let Some(known) = remembered.as_ref().filter(|known| known.age(now) != Age::Old) {
            return Ok(self.use_known(id, known, now));
        }
        if let Some(known) = remembered.as_ref().filter(|known| known.outlives(now))
            && let Some(passed) = known.tried_at.map(|at| now.millis_since(at))
            && (0..millis(AWAY)).contains(&passed)
        {
            if passed >= millis(RECHECK) {
                self.read_behind(id);
            }
            return Ok(known.value.clone());
        }
        // Boxed: what is remembered is found without the memory that this needs.
        Box::pin(self.find_anew(id, remembered.is_some(), now)).await
    }

    async fn find_anew(
        &self,
        id: &str,
        is_remembered: bool,
        now: Timestamp,
    ) -> Result<Option<Arc<S::Value>>, DatabaseError> {
        let copied = self.read_copy(id).await;
        if let Some(known) = copied.as_ref().filter(|known| known.age(now) != Age::Old) {
            self.remember(id, known.clone());
            return Ok(self.use_known(id, known, now));
        }
        let timeout = if copied.is_none() && !is_remembered { COLD_TIMEOUT } else { TIMEOUT };
        match self.read(id, timeout).await {
            Err(DatabaseError::Unavailable(reason)) => {
                let known = self.go_on(id, copied, now).filter(|known| known.outlives(now));
                known.map(|known| known.value).ok_or(DatabaseError::Unavailable(reason))
            }
            read => read,
        }
    }

    fn use_known(&self, id: &str, known: &Known<S::Value>, now: Timestamp) -> Option<Arc<S::Value>> {
        if known.age(now) == Age::Due {
            self.read_behind(id);
        }
        known.value.clone()
    }

    fn remember(&self, id: &str, known: Known<S::Value>) {
        let mut all = self.0.known.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MAX_COUNT && !all.contains_key(id) {
            all.clear();
        }
        all.insert(id.to_owned(), known);
    }

    /// Goes on with what is known of `id`, now that the database was asked in vain.
    fn go_on(&self, id: &str, copied: Option<Known<S::Value>>, tried_at: Timestamp) -> Option<Known<S::Value>> {
        let known = self.0.known.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        let known = Known { tried_at: Some(tried_at), ..Known::newer(copied, known)? };
        self.remember(id, known.clone());
        Some(known)
    }

    /// Forgets `id` here, and leaves word in the cache that there is no such thing any more.
    pub(crate) async fn forget(&self, id: &str) {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        self.write_copy(id, &Known { value: None, read_at: self.0.capabilities.clock.now(), tried_at: None }).await;
    }

    fn read_behind(&self, id: &str) {
        if self.0.being_read.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned()) {
            let (recent, id) = (self.clone(), id.to_owned());
            self.0.capabilities.background.spawn(Box::pin(async move {
                let tried_at = recent.0.capabilities.clock.now();
                if recent.read(&id, TIMEOUT).await.is_err() {
                    // While the database cannot be asked, nothing but the cache tells what was taken away just before.
                    let copied = recent.read_copy(&id).await;
                    recent.go_on(&id, copied, tried_at);
                }
                recent.0.being_read.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
            }));
        }
    }

    async fn read(&self, id: &str, timeout: Duration) -> Result<Option<Arc<S::Value>>, DatabaseError> {
        let clock = &self.0.capabilities.clock;
        // The reading may show any state from here on.
        let read_at = clock.now();
        let found = within(&**clock, timeout, self.0.source.read(id)).await;
        let value = found.unwrap_or_else(|| Err(DatabaseError::Unavailable("no answer in time".into())))?.map(Arc::new);
        let known = Known { value: value.clone(), read_at, tried_at: None };
        self.remember(id, known.clone());
        // What does not exist is not copied: whoever makes it up must not fill the cache.
        if value.is_some() {
            let (recent, id) = (self.clone(), id.to_owned());
            self.0.capabilities.background.spawn(Box::pin(async move { recent.copy(&id, &known).await }));
        }
        Ok(value)
    }

    /// Leaves a copy in the cache, unless that has a later one.
    async fn copy(&self, id: &str, known: &Known<S::Value>) {
        let later = self.read_copy(id).await.is_some_and(|copied| copied.read_at >= known.read_at);
        if !later {
            self.write_copy(id, known).await;
        }
    }

    async fn read_copy(&self, id: &str) -> Option<Known<S::Value>> {
        let bytes = self.0.capabilities.cache.get(&S::place(id)).await.ok()??;
        let Copy { value, read_at } = serde_json::from_slice::<Copy<S::Value>>(&bytes).ok()?;
        Some(Known { value: value.map(Arc::new), read_at, tried_at: None })
    }

    async fn write_copy(&self, id: &str, known: &Known<S::Value>) {
        let copy = Copy { value: known.value.as_deref(), read_at: known.read_at };
        // Without the copy other instances ask the database, nothing else.
        if let Ok(bytes) = serde_json::to_vec(&copy) {
            let _ = self.0.capabilities.cache.set(&S::place(id), &bytes).await;
        }
    }
}

impl<V> Known<V> {
    /// Whichever says more: what was copied, where it is the word that it was taken away, whatever clocks say; else what
    /// was read later.
    fn newer(copied: Option<Self>, remembered: Option<Self>) -> Option<Self> {
        match (copied, remembered) {
            (Some(copied), Some(remembered)) if copied.value.is_some() && copied.read_at < remembered.read_at => {
                Some(remembered)
            }
            (copied, remembered) => copied.or(remembered),
        }
    }

    /// Whether it goes on while the database cannot be asked.
    fn outlives(&self, now: Timestamp) -> bool {
        self.value.is_none() || millis(OUTAGE) > now.millis_since(self.read_at)
    }

    fn age(&self, now: Timestamp) -> Age {
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
