//! The cache of the values of one source: in the memory of the instance, with copies in the store that all instances share.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use edge_capabilities::{Capabilities, Timestamp};

use crate::policy::{Decision, FenceState, Times, decide};
use crate::single_flight::SingleFlight;

/// The most keys in memory: a bound against callers that try many.
const MAX_KEYS: usize = 4096;

/// How often a caller joins a fetch whose leader was dropped, or began long before the caller came.
const MAX_ATTEMPTS: usize = 100;

/// Where a [`Cache`] gets its values, how they are encoded, and how long they may be used.
pub trait Source: Send + Sync + 'static {
    /// What a value is found by.
    type Key: Clone + Eq + Hash + Send + Sync + 'static;
    /// A value. Clones are cheap.
    type Value: Clone + Send + Sync + 'static;
    /// Why the source gave no answer.
    type Error: Clone + Send + Sync + 'static;

    /// When a value in memory counts.
    const MEMORY: Memory;
    /// How the source is spared after it gave no answer.
    const PAUSE: Pause;

    /// The times of an answer; None: that there is no value.
    fn times(&self, value: Option<&Self::Value>) -> &Times;

    /// The key of the copy in the store.
    fn copy_key(&self, key: &Self::Key) -> String;

    /// The copy of an entry.
    fn encode(&self, key: &Self::Key, entry: &Entry<Self::Value>) -> Option<Vec<u8>>;

    /// Reads a copy; None: it is unusable, and counts as lost.
    fn decode(&self, key: &Self::Key, copy: Vec<u8>) -> Option<Entry<Self::Value>>;

    /// Asks the source at `now`; None: there is no value. `is_known`: something is cached that may be served instead.
    fn fetch(
        &self,
        key: &Self::Key,
        now: Timestamp,
        is_known: bool,
    ) -> impl Future<Output = Result<Option<Self::Value>, Self::Error>> + Send;

    /// Why a caller may not wait for a fetch; None: it may.
    fn refusal(&self, _waiting: Waiting<'_, Self::Error>) -> Option<Self::Error> {
        None
    }

    /// Whether what is cached may be served in place of this error.
    fn is_outage(_error: &Self::Error) -> bool {
        true
    }
}

/// When a value in memory is served without a look at the copy in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// As long as it may be served.
    Counts,
    /// While it is fresh. After that, another instance may have left a newer copy.
    CountsWhileFresh,
    /// If the store has no copy. All instances go by the copy, which is written before the answer.
    IsFallback,
}

/// How the source is spared after it gave no answer, if something is cached: milliseconds since then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// From then on it is asked again behind the answers.
    pub behind: i64,
    /// From then on it is asked again before the answers.
    pub before: i64,
}

/// What a caller would have to wait for.
pub struct Waiting<'a, E> {
    /// Why the source gave no answer the last time, and how many milliseconds ago.
    pub failure: Option<(&'a E, i64)>,
    /// For how long another caller has been waiting.
    pub running_for: Option<Duration>,
}

/// An answer of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<V> {
    /// None: there is no value.
    pub value: Option<V>,
    /// When the source was asked.
    pub read_at: Timestamp,
}

/// Where a served value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The cache, and it is fresh.
    Fresh,
    /// The cache, and it is no longer fresh.
    Stale,
    /// The source.
    Source,
}

/// A cache of the values of the source `S`.
pub struct Cache<S: Source>(Arc<Inner<S>>);

struct Inner<S: Source> {
    capabilities: Capabilities,
    source: S,
    memory: Mutex<HashMap<S::Key, Entry<S::Value>>>,
    failures: Mutex<HashMap<S::Key, Failure<S>>>,
    fetches: SingleFlight<S::Key, Fetched<S>>,
}

/// Why the source gave no answer, and when that was certain.
type Failure<S> = (<S as Source>::Error, Timestamp);

type Fetched<S> = Result<Entry<<S as Source>::Value>, <S as Source>::Error>;

impl<S: Source> Clone for Cache<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S: Source> Cache<S> {
    /// An empty cache.
    pub fn new(capabilities: &Capabilities, source: S) -> Self {
        Self(Arc::new(Inner {
            capabilities: capabilities.clone(),
            source,
            memory: Mutex::default(),
            failures: Mutex::default(),
            fetches: SingleFlight::default(),
        }))
    }

    /// The source.
    pub fn source(&self) -> &S {
        &self.0.source
    }

    /// The value of `key`. A caller that does not accept a stale one gets it only while the source gives no answer.
    pub async fn get(&self, key: &S::Key, accepts_stale: bool) -> Result<(Entry<S::Value>, Origin), S::Error> {
        if S::MEMORY != Memory::IsFallback
            && let Some(entry) = self.in_memory(key)
        {
            let now = self.now();
            let counts = S::MEMORY == Memory::Counts || self.decide(&entry, now) == Decision::Serve;
            if counts && let Some(origin) = self.usable(key, &entry, now, accepts_stale) {
                return Ok((entry, origin));
            }
        }
        // Boxed: finding a value in memory must not carry the larger future along.
        Box::pin(self.load(key, accepts_stale)).await
    }

    /// What the memory has of `key`, whatever its age.
    pub fn in_memory(&self, key: &S::Key) -> Option<Entry<S::Value>> {
        lock(&self.0.memory).get(key).cloned()
    }

    /// The value of `key` in memory, if it is fresh.
    pub fn fresh(&self, key: &S::Key) -> Option<S::Value> {
        self.in_memory(key).filter(|entry| self.decide(entry, self.now()) == Decision::Serve)?.value
    }

    /// What the store has of `key`, whatever its age. A store that fails counts as empty.
    pub async fn copied(&self, key: &S::Key) -> Option<Entry<S::Value>> {
        let Inner { capabilities, source, .. } = &*self.0;
        let copy = capabilities.cache.get(&source.copy_key(key)).await.ok()??;
        source.decode(key, copy)
    }

    /// The value of `key` as the source gives it now, or has just given it to another caller. `is_known`: see
    /// [`Source::fetch`].
    pub async fn fetch(&self, key: &S::Key, is_known: bool) -> Fetched<S> {
        let Inner { source, fetches, capabilities, .. } = &*self.0;
        let (clock, arrived_at) = (&*capabilities.clock, self.now());
        let failure = lock(&self.0.failures).get(key).cloned();
        let failure = failure.as_ref().map(|(error, at)| (error, arrived_at.millis_since(*at)));
        if let Some(error) = source.refusal(Waiting { failure, running_for: fetches.running_for(key, clock) }) {
            return Err(error);
        }
        // A fetch that began before the caller came may give an older answer than the caller may get.
        let is_new =
            |entry: &Entry<S::Value>| entry.read_at >= arrived_at || self.decide(entry, self.now()) == Decision::Serve;
        let is_accepted = |fetched: &Fetched<S>| fetched.as_ref().map_or(true, is_new);
        let fetched = fetches.run(key, MAX_ATTEMPTS, clock, is_accepted, async |_| self.ask(key, is_known).await).await;
        match fetched {
            Some(fetched) => fetched,
            None => self.ask(key, is_known).await,
        }
    }

    /// Forgets `key`, and tells the other instances that there is no value any more.
    pub async fn forget(&self, key: &S::Key) {
        lock(&self.0.memory).remove(key);
        self.copy(key, &Entry { value: None, read_at: self.now() }).await;
    }

    fn now(&self) -> Timestamp {
        self.0.capabilities.clock.now()
    }

    fn decide(&self, entry: &Entry<S::Value>, now: Timestamp) -> Decision {
        let times = self.0.source.times(entry.value.as_ref());
        decide(now.millis_since(entry.read_at), times, FenceState::Holds)
    }

    /// Whether `entry` is served at `now` without asking the source first. The source may be asked behind the answer.
    fn usable(&self, key: &S::Key, entry: &Entry<S::Value>, now: Timestamp, accepts_stale: bool) -> Option<Origin> {
        let decision = self.decide(entry, now);
        if decision == Decision::Serve {
            return Some(Origin::Fresh);
        }
        let failed_for = lock(&self.0.failures).get(key).map(|(_, at)| now.millis_since(*at));
        let is_within = |pause| failed_for.is_some_and(|passed| (0..pause).contains(&passed));
        let is_accepted = decision == Decision::ServeAndRefresh && accepts_stale;
        if decision == Decision::Discard || !(is_accepted || is_within(S::PAUSE.before)) {
            return None;
        }
        if !is_within(S::PAUSE.behind) {
            self.refresh(key);
        }
        Some(Origin::Stale)
    }

    async fn load(&self, key: &S::Key, accepts_stale: bool) -> Result<(Entry<S::Value>, Origin), S::Error> {
        let known = self.merge(key, self.copied(key).await);
        if let Some(entry) = &known
            && let Some(origin) = self.usable(key, entry, self.now(), accepts_stale)
        {
            return Ok((entry.clone(), origin));
        }
        match self.fetch(key, known.is_some()).await {
            Ok(entry) => Ok((entry, Origin::Source)),
            Err(error) => {
                // It has grown older meanwhile, or was deleted.
                let last = self.in_memory(key).or(known).filter(|_| S::is_outage(&error));
                let last = last.filter(|entry| self.decide(entry, self.now()) != Decision::Discard);
                last.map(|entry| (entry, Origin::Stale)).ok_or(error)
            }
        }
    }

    fn refresh(&self, key: &S::Key) {
        let Some(leader) = self.0.fetches.lead(key, &*self.0.capabilities.clock) else { return };
        let (cache, key) = (self.clone(), key.clone());
        self.0.capabilities.background.spawn(Box::pin(async move {
            leader.complete(cache.ask(&key, true).await);
        }));
    }

    /// Asks the source, and stores its answer.
    async fn ask(&self, key: &S::Key, is_known: bool) -> Fetched<S> {
        // INVARIANT: the source may give any state from here on.
        let read_at = self.now();
        let answer = self.0.source.fetch(key, read_at, is_known).await;
        match &answer {
            Ok(value) => {
                lock(&self.0.failures).remove(key);
                self.store(key, &Entry { value: value.clone(), read_at }).await;
            }
            Err(error) if S::is_outage(error) => {
                insert(&self.0.failures, key, (error.clone(), self.now()));
                // While the source gives no answer, only the store tells what was deleted just before.
                self.merge(key, self.copied(key).await);
            }
            Err(_) => {}
        }
        answer.map(|value| Entry { value, read_at })
    }

    async fn store(&self, key: &S::Key, entry: &Entry<S::Value>) {
        let Inner { capabilities, source, memory, .. } = &*self.0;
        if self.decide(entry, entry.read_at) == Decision::Discard {
            // There is no value any more: the last one must not be served when the source gives no answer.
            let was_known = lock(memory).remove(key).is_some();
            if was_known {
                let _ = capabilities.cache.delete(&source.copy_key(key)).await;
            }
            return;
        }
        insert(memory, key, entry.clone());
        // The copy is written before the answer, so that whoever has been answered finds the value in every instance: with
        // what it has itself, another instance could still refuse it. What does not exist is copied by those alone whose
        // instances all go by the copy: made-up keys must not fill the store.
        let is_newest = async || self.copied(key).await.is_none_or(|copied| copied.read_at < entry.read_at);
        if S::MEMORY == Memory::IsFallback || (entry.value.is_some() && is_newest().await) {
            self.copy(key, entry).await;
        }
    }

    /// Puts what counts of the copy and the value in memory into memory.
    fn merge(&self, key: &S::Key, copied: Option<Entry<S::Value>>) -> Option<Entry<S::Value>> {
        let remembered = self.in_memory(key);
        let is_older = |copied: &Entry<_>, remembered: &Entry<_>| {
            // A deletion counts whatever the clocks say.
            S::MEMORY != Memory::IsFallback && copied.value.is_some() && copied.read_at < remembered.read_at
        };
        match (copied, remembered) {
            (Some(copied), Some(remembered)) if is_older(&copied, &remembered) => Some(remembered),
            (Some(copied), _) => {
                insert(&self.0.memory, key, copied.clone());
                Some(copied)
            }
            (None, remembered) => remembered,
        }
    }

    /// Leaves a copy for other instances. Without it they ask the source; nothing else is lost.
    async fn copy(&self, key: &S::Key, entry: &Entry<S::Value>) {
        let Inner { capabilities, source, .. } = &*self.0;
        if let Some(copy) = source.encode(key, entry) {
            let _ = capabilities.cache.set(&source.copy_key(key), &copy).await;
        }
    }
}

fn insert<K: Clone + Eq + Hash, V>(map: &Mutex<HashMap<K, V>>, key: &K, value: V) {
    let mut all = lock(map);
    if all.len() >= MAX_KEYS && !all.contains_key(key) {
        all.clear();
    }
    all.insert(key.clone(), value);
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
