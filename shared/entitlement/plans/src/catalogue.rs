//! The catalogue: the cache of the ERP's plans, in the memory of the instance and in the cache that all instances share.
//!
//! A snapshot is served from memory while it is fresh. For a while after that it is still served, and a new one is fetched
//! behind the answer (stale while revalidate). After that a new one is fetched first; if the ERP fails, the old one is
//! served up to a bound, with its age (stale if error). In one instance, one caller fetches for all that want the same
//! plan. Callers wait by the clock and never on another task: see the components' capabilities for why.
//!
//! Anybody may ask for any name. So the list, which one request fetches, tells whether there is such a plan, and a name
//! that is not on the list costs the ERP nothing. After the ERP hung, one caller tries it again, and no other caller waits
//! for that one.

mod fetch;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use edge_capabilities::clock::millis;
use edge_capabilities::config;
use edge_capabilities::{Capabilities, Counters, Timestamp};
use edge_upstreams::{Upstream, UpstreamError};
use http::HeaderValue;

use crate::error::{FetchError, Unknown};
use crate::index::{Index, Place};
use crate::plan::Plan;
use crate::snapshot::Snapshot;

/// For how many times as long as a snapshot is fresh it is served while a new one is fetched.
const REVALIDATE_FACTOR: u32 = 10;

/// How long no request is sent after one has failed.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The most names in the set of absent plans, and in that of failures.
const MAX_NAMES: usize = 1024;

/// How long a plan is known to be absent if the ERP has no list that tells so.
const ABSENT_TTL: Duration = Duration::from_secs(5);

/// The most unreadable plans that are logged each time the list is fetched.
const MAX_LOGGED: usize = 20;

/// How often waiting callers look for the result.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// The longest id or code, bytes.
const MAX_LEN: usize = 128;

/// The source of a snapshot that is fresh.
pub(crate) const FRESH: &str = "fresh";

/// The source of a snapshot that is no longer fresh.
const STALE: &str = "stale";

/// The key of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum CatalogueKey {
    /// The list of all plans on sale.
    List,
    /// The plan with this id or code.
    Plan(Arc<str>),
}

impl CatalogueKey {
    fn key(&self) -> String {
        match self {
            Self::List => "plans:all".to_owned(),
            Self::Plan(name) => format!("plans:one:{name}"),
        }
    }
}

/// A snapshot as it is served.
pub(crate) struct Served {
    pub(crate) snapshot: Snapshot,
    /// Milliseconds.
    pub(crate) age: u64,
    pub(crate) cache_control: HeaderValue,
    /// [`FRESH`], `stale`, `erp`.
    pub(crate) source: &'static str,
}

struct Settings {
    erp: Upstream,
    /// `plans_fresh_ms`: up to this age it is fresh.
    fresh: u64,
    /// Up to this age it is served while a new one is fetched, milliseconds.
    revalidated: u64,
    /// `plans_stale_ms`: up to this age it is served if the ERP fails.
    stale: u64,
    cache_control: HeaderValue,
}

/// The plans of the ERP.
#[derive(Clone)]
pub struct Catalogue(Arc<Inner>);

struct Inner {
    capabilities: Capabilities,
    max_timeout: Duration,
    settings: Mutex<Option<Arc<Settings>>>,
    snapshots: Mutex<HashMap<CatalogueKey, Snapshot>>,
    index: Mutex<Option<Index>>,
    absent: Mutex<HashMap<CatalogueKey, Timestamp>>,
    failures: Mutex<HashMap<CatalogueKey, (Timestamp, FetchError)>>,
    fetching: Mutex<HashMap<CatalogueKey, Timestamp>>,
    counters: Counters,
}

/// The right to fetch a snapshot. Dropping it lets the next caller fetch.
struct FetchGuard {
    inner: Arc<Inner>,
    name: CatalogueKey,
}

impl FetchGuard {
    fn take(inner: &Arc<Inner>, name: &CatalogueKey) -> Option<Self> {
        let mut fetching = locked(&inner.fetching);
        if fetching.contains_key(name) {
            return None;
        }
        fetching.insert(name.clone(), inner.capabilities.clock.now());
        drop(fetching);
        Some(Self { inner: inner.clone(), name: name.clone() })
    }
}

impl Drop for FetchGuard {
    fn drop(&mut self) {
        locked(&self.inner.fetching).remove(&self.name);
    }
}

impl Catalogue {
    /// The plans of the ERP of `capabilities`.
    pub fn new(capabilities: &Capabilities) -> Self {
        Self::at_most(capabilities, Duration::MAX)
    }

    /// The same, with a time-out for the ERP of at most `max_timeout`.
    pub fn at_most(capabilities: &Capabilities, max_timeout: Duration) -> Self {
        Self(Arc::new(Inner {
            capabilities: capabilities.clone(),
            max_timeout,
            settings: Mutex::default(),
            snapshots: Mutex::default(),
            index: Mutex::default(),
            absent: Mutex::default(),
            failures: Mutex::default(),
            fetching: Mutex::default(),
            counters: Counters::new(capabilities),
        }))
    }

    /// The plan with this id or code, not older than `plans_fresh_ms`; None: the ERP has no such plan. While the ERP fails,
    /// the last known plan.
    pub async fn find(&self, name: &str) -> Result<Option<Plan>, Unknown> {
        let Some(name) = one(name) else { return Ok(None) };
        let served = self.get(&name, false).await?;
        // The snapshot was written by this crate, so it can be parsed.
        let read = |served: Served| Plan::read(&served.snapshot.body).map_err(|error| Unknown(error.to_string()));
        served.map(read).transpose()
    }

    pub(crate) async fn all(&self) -> Result<Option<Served>, Unknown> {
        Ok(self.get(&CatalogueKey::List, true).await?)
    }

    pub(crate) async fn one(&self, name: &str) -> Result<Option<Served>, Unknown> {
        let Some(name) = one(name) else { return Ok(None) };
        if !self.may_exist(&name).await? {
            return Ok(None);
        }
        let served = self.get(&name, true).await?;
        if served.is_none() {
            let mut absent = locked(&self.0.absent);
            if absent.len() >= MAX_NAMES {
                absent.clear();
            }
            absent.insert(name, self.now());
        }
        Ok(served)
    }

    /// Whether there may be such a plan: there is a snapshot of it, or it is on the list. The ERP is asked for no other.
    async fn may_exist(&self, name: &CatalogueKey) -> Result<bool, FetchError> {
        let is_absent = |since: &Timestamp| within(*since, self.now(), ABSENT_TTL);
        if locked(&self.0.absent).get(name).is_some_and(is_absent) {
            return Ok(false);
        }
        if locked(&self.0.snapshots).contains_key(name) {
            return Ok(true);
        }
        match self.get(&CatalogueKey::List, false).await {
            Ok(Some(Served { snapshot, source, .. })) => {
                let is_listed = self.find_in_list(name, &snapshot) != Place::Absent;
                // A stale list does not tell which plans were added since.
                if is_listed || source != STALE {
                    return Ok(is_listed);
                }
                let kept = self.read_shared_cache(name).await.is_some();
                if kept { Ok(true) } else { Err(FetchError::NotSent("it does not give its list")) }
            }
            // The ERP has no list.
            Ok(None) | Err(FetchError::Status(404)) => Ok(true),
            // Another instance may have a snapshot.
            Err(failure) if self.read_shared_cache(name).await.is_none() => Err(failure),
            Err(_) => Ok(true),
        }
    }

    /// Where the list `snapshot` has the plan.
    fn find_in_list(&self, name: &CatalogueKey, snapshot: &Snapshot) -> Place {
        let CatalogueKey::Plan(name) = name else { return Place::Absent };
        let mut index = locked(&self.0.index);
        match &*index {
            Some(index) if index.is_of(snapshot) => index.find(name),
            _ => index.insert(Index::new(snapshot)).find(name),
        }
    }

    /// The snapshot in the cache that all instances share.
    async fn read_shared_cache(&self, name: &CatalogueKey) -> Option<Snapshot> {
        // A failing cache counts as empty.
        self.0.capabilities.cache.get(&name.key()).await.ok().flatten().and_then(Snapshot::from_bytes)
    }

    /// The snapshot of `name`. With `revalidates`, a stale one may be served while a new one is fetched.
    async fn get(&self, name: &CatalogueKey, revalidates: bool) -> Result<Option<Served>, FetchError> {
        let settings = self.settings().await?;
        let now = self.now();
        let remembered = locked(&self.0.snapshots).get(name).cloned();
        let is_fresh = |snapshot: &&Snapshot| snapshot.age(now).is_some_and(|age| age < settings.fresh);
        if let Some(snapshot) = remembered.as_ref().filter(is_fresh) {
            return Ok(Some(settings.serve(snapshot.clone(), now, FRESH)));
        }
        let kept = self.read_shared_cache(name).await;
        let last = [remembered, kept].into_iter().flatten().max_by_key(|snapshot| snapshot.asked_at);
        let last =
            last.filter(|snapshot| snapshot.age(now).is_some_and(|age| age < settings.stale.max(settings.fresh)));
        if let Some(snapshot) = &last {
            self.remember(name, snapshot);
            if is_fresh(&snapshot) {
                return Ok(Some(settings.serve(snapshot.clone(), now, FRESH)));
            }
            let is_backing_off =
                locked(&self.0.failures).get(name).is_some_and(|(at, _)| within(*at, now, RETRY_AFTER));
            let young = revalidates && snapshot.age(now).is_some_and(|age| age < settings.revalidated);
            if young || is_backing_off {
                if !is_backing_off {
                    self.refresh(&settings, name);
                }
                return Ok(Some(settings.serve(snapshot.clone(), now, STALE)));
            }
        }
        match self.fetch_shared(&settings, name).await {
            Ok(news) => Ok(news.map(|snapshot| settings.serve(snapshot, self.now(), "erp"))),
            Err(failure) => {
                // The snapshot has grown older meanwhile.
                let now = self.now();
                let last = last.filter(|snapshot| snapshot.age(now).is_some_and(|age| age < settings.stale));
                last.map(|snapshot| Some(settings.serve(snapshot, now, STALE))).ok_or(failure)
            }
        }
    }

    fn refresh(&self, settings: &Arc<Settings>, name: &CatalogueKey) {
        let Some(guard) = FetchGuard::take(&self.0, name) else { return };
        let (catalogue, settings, name) = (self.clone(), settings.clone(), name.clone());
        self.0.capabilities.background.spawn(Box::pin(async move {
            let _guard = guard;
            // After a failure, a later request fetches again.
            let _ = catalogue.fetch(&settings, &name).await;
        }));
    }

    /// Fetches the snapshot, or waits for the caller that fetches it. It does not wait if the ERP hung the last time, or has
    /// kept the fetching caller waiting for long.
    async fn fetch_shared(&self, settings: &Settings, name: &CatalogueKey) -> Result<Option<Snapshot>, FetchError> {
        let arrived_at = self.now();
        let failed_before = locked(&self.0.failures).get(name).filter(|(_, failure)| failure.took_long()).cloned();
        if let Some((at, failure)) = &failed_before
            && within(*at, arrived_at, RETRY_AFTER)
        {
            return Err(failure.clone());
        }
        let half = settings.erp.timeout() / 2;
        let asked_since = locked(&self.0.fetching).get(name).copied();
        if let Some(since) = asked_since {
            if let Some((_, failure)) = failed_before {
                return Err(failure);
            }
            if !within(since, arrived_at, half) {
                return Err(FetchError::NotSent("it lets others wait"));
            }
        }
        loop {
            if let Some(_guard) = FetchGuard::take(&self.0, name) {
                // Another caller may have fetched it meanwhile.
                let now = self.now();
                let is_new = |snapshot: &&Snapshot| {
                    snapshot.asked_at >= arrived_at || snapshot.age(now).is_some_and(|age| age < settings.fresh)
                };
                let news = locked(&self.0.snapshots).get(name).filter(is_new).cloned();
                if news.is_some() {
                    return Ok(news);
                }
                let failed = locked(&self.0.failures).get(name).filter(|(at, _)| *at > arrived_at).cloned();
                if let Some((_, failure)) = failed {
                    return Err(failure);
                }
                return self.fetch(settings, name).await;
            }
            self.0.capabilities.clock.sleep(POLL_INTERVAL).await;
        }
    }

    fn remember(&self, name: &CatalogueKey, snapshot: &Snapshot) {
        let mut snapshots = locked(&self.0.snapshots);
        if snapshots.get(name).is_none_or(|other| other.asked_at <= snapshot.asked_at) {
            snapshots.insert(name.clone(), snapshot.clone());
        }
    }

    fn now(&self) -> Timestamp {
        self.0.capabilities.clock.now()
    }

    async fn settings(&self) -> Result<Arc<Settings>, UpstreamError> {
        if let Some(settings) = locked(&self.0.settings).clone() {
            return Ok(settings);
        }
        let config = &*self.0.capabilities.config;
        let fresh = config::millis(config, "plans_fresh_ms", 60_000).await?;
        let stale = config::millis(config, "plans_stale_ms", 86_400_000).await?;
        let revalidated = fresh.saturating_mul(REVALIDATE_FACTOR).min(stale);
        let cache_control = format!(
            "public, max-age={}, stale-while-revalidate={}, stale-if-error={}",
            fresh.as_secs(),
            revalidated.saturating_sub(fresh).as_secs(),
            stale.saturating_sub(fresh).as_secs(),
        );
        let whole = |duration| u64::try_from(millis(duration)).unwrap_or(0);
        let settings = Arc::new(Settings {
            erp: Upstream::erp(&self.0.capabilities).await?.at_most(self.0.max_timeout),
            fresh: whole(fresh),
            revalidated: whole(revalidated),
            stale: whole(stale),
            cache_control: HeaderValue::try_from(cache_control)
                .unwrap_or_else(|_| HeaderValue::from_static("no-cache")),
        });
        *locked(&self.0.settings) = Some(settings.clone());
        Ok(settings)
    }
}

impl Settings {
    fn serve(&self, snapshot: Snapshot, now: Timestamp, source: &'static str) -> Served {
        let age = snapshot.age(now).unwrap_or(0);
        Served { snapshot, age, cache_control: self.cache_control.clone(), source }
    }
}

/// The key of the plan with this name; None: no plan can have the name.
fn one(name: &str) -> Option<CatalogueKey> {
    let is_valid = (1..=MAX_LEN).contains(&name.len()) && !name.chars().any(char::is_control);
    is_valid.then(|| CatalogueKey::Plan(name.into()))
}

/// Whether `at` was less than `span` before `now`.
fn within(at: Timestamp, now: Timestamp, span: Duration) -> bool {
    (0..millis(span)).contains(&now.millis_since(at))
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
