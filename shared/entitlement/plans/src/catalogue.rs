//! The catalogue: the cache of the ERP's plans, in the memory of the instance and in the cache that all instances
//! share.
//!
//! A snapshot is served from memory while it is fresh. For a while after that it is still served, and a new one is
//! fetched behind the answer (stale while revalidate). After that a new one is fetched first; if the ERP fails, the old
//! one is served up to a bound, with its age (stale if error). In one instance, one caller fetches for all that want
//! the same plan. Callers wait by the clock and never on another task: see the components' capabilities for why.
//!
//! Anybody may ask for any name. So the list, which one request fetches, tells whether there is such a plan, and a name
//! that is not on the list costs the ERP nothing. After the ERP hung, one caller tries it again, and no other caller
//! waits for that one.

mod fetch;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use edge_cache::{Decision, FenceState, SingleFlight, Times};
use edge_capabilities::clock::millis;
use edge_capabilities::config;
use edge_capabilities::{Capabilities, Counters, Timestamp};
use edge_upstreams::{Upstream, UpstreamError};
use http::HeaderValue;

use crate::error::{FetchError, PlansUnavailable};
use crate::index::{Index, Place};
use crate::plan::Plan;
use crate::snapshot::Snapshot;

/// For how many times as long as a snapshot is fresh it is served while a new one is fetched.
const REVALIDATE_FACTOR: u32 = 10;

/// How long no request is sent after one has failed.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// How far a snapshot may seem to come from the future, by another machine's clock.
const SKEW_MILLIS: i64 = 60_000;

/// The most names in the set of absent plans, and in that of failures.
const MAX_NAMES: usize = 1024;

/// How long a plan is known to be absent if the ERP has no list that tells so.
const ABSENT_TTL: Duration = Duration::from_secs(5);

/// The most unreadable plans that are logged each time the list is fetched.
const MAX_LOGGED: usize = 20;

/// How often a caller joins a fetch whose leader was dropped.
const MAX_ATTEMPTS: usize = 100;

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
    /// By `plans_fresh_ms` and `plans_stale_ms`.
    times: Times,
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
    fetches: SingleFlight<CatalogueKey, Result<Option<Snapshot>, FetchError>>,
    counters: Counters,
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
            fetches: SingleFlight::default(),
            counters: Counters::new(capabilities),
        }))
    }

    /// The plan with this id or code, not older than `plans_fresh_ms`; None: the ERP has no such plan. While the ERP
    /// fails, the last known plan.
    pub async fn find(&self, name: &str) -> Result<Option<Plan>, PlansUnavailable> {
        let Some(name) = one(name) else { return Ok(None) };
        let served = self.get(&name, false).await?;
        // The snapshot was written by this crate, so it can be parsed.
        let read =
            |served: Served| Plan::read(&served.snapshot.body).map_err(|error| PlansUnavailable(error.to_string()));
        served.map(read).transpose()
    }

    pub(crate) async fn all(&self) -> Result<Option<Served>, PlansUnavailable> {
        Ok(self.get(&CatalogueKey::List, true).await?)
    }

    pub(crate) async fn one(&self, name: &str) -> Result<Option<Served>, PlansUnavailable> {
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

    /// Whether there may be such a plan: there is a snapshot of it, or it is on the list. The ERP is asked for no
    /// other.
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
        if let Some(snapshot) = remembered.as_ref().filter(|snapshot| settings.decide(snapshot, now) == Decision::Serve)
        {
            return Ok(Some(settings.serve(snapshot.clone(), now, FRESH)));
        }
        let kept = self.read_shared_cache(name).await;
        let last = [remembered, kept].into_iter().flatten().max_by_key(|snapshot| snapshot.asked_at);
        let last = last.filter(|snapshot| settings.decide(snapshot, now) != Decision::Discard);
        if let Some(snapshot) = &last {
            self.remember(name, snapshot);
            let is_backing_off =
                locked(&self.0.failures).get(name).is_some_and(|(at, _)| within(*at, now, RETRY_AFTER));
            let source = match settings.decide(snapshot, now) {
                Decision::Serve => Some(FRESH),
                _ if is_backing_off => Some(STALE),
                Decision::ServeAndRefresh if revalidates => {
                    self.refresh(&settings, name);
                    Some(STALE)
                }
                Decision::ServeAndRefresh | Decision::Fetch | Decision::Discard => None,
            };
            if let Some(source) = source {
                return Ok(Some(settings.serve(snapshot.clone(), now, source)));
            }
        }
        match self.fetch_shared(&settings, name).await {
            Ok(news) => Ok(news.map(|snapshot| settings.serve(snapshot, self.now(), "erp"))),
            Err(failure) => {
                // The snapshot has grown older meanwhile.
                let now = self.now();
                let last = last.filter(|snapshot| settings.decide(snapshot, now) != Decision::Discard);
                last.map(|snapshot| Some(settings.serve(snapshot, now, STALE))).ok_or(failure)
            }
        }
    }

    fn refresh(&self, settings: &Arc<Settings>, name: &CatalogueKey) {
        let Some(leader) = self.0.fetches.lead(name, &*self.0.capabilities.clock) else { return };
        let (catalogue, settings, name) = (self.clone(), settings.clone(), name.clone());
        self.0.capabilities.background.spawn(Box::pin(async move {
            // After a failure, a later request fetches again.
            leader.complete(catalogue.fetch(&settings, &name).await);
        }));
    }

    /// Fetches the snapshot, or waits for the caller that fetches it. It does not wait if the ERP hung the last time,
    /// or has kept the fetching caller waiting for long.
    async fn fetch_shared(&self, settings: &Settings, name: &CatalogueKey) -> Result<Option<Snapshot>, FetchError> {
        let clock = &*self.0.capabilities.clock;
        let running_for = self.0.fetches.running_for(name, clock);
        let failed_before = locked(&self.0.failures).get(name).filter(|(_, failure)| failure.took_long()).cloned();
        if let Some((at, failure)) = failed_before
            && (running_for.is_some() || within(at, self.now(), RETRY_AFTER))
        {
            return Err(failure);
        }
        if running_for.is_some_and(|running| running >= settings.erp.timeout() / 2) {
            return Err(FetchError::NotSent("it lets others wait"));
        }
        let fetch = async |_| self.fetch(settings, name).await;
        let outcome = self.0.fetches.run(name, MAX_ATTEMPTS, clock, |_| true, fetch).await;
        outcome.unwrap_or(Err(FetchError::NotSent("those who asked it gave up")))
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
        let [fresh, revalidated, stale] = [fresh, revalidated, stale].map(millis);
        let settings = Arc::new(Settings {
            erp: Upstream::erp(&self.0.capabilities).await?.at_most(self.0.max_timeout),
            times: Times { fresh, stale: revalidated, outage: stale, skew: SKEW_MILLIS, ahead: Decision::Discard },
            cache_control: HeaderValue::try_from(cache_control)
                .unwrap_or_else(|_| HeaderValue::from_static("no-cache")),
        });
        *locked(&self.0.settings) = Some(settings.clone());
        Ok(settings)
    }
}

impl Settings {
    fn decide(&self, snapshot: &Snapshot, now: Timestamp) -> Decision {
        edge_cache::decide(now.millis_since(snapshot.asked_at), &self.times, FenceState::Holds)
    }

    fn serve(&self, snapshot: Snapshot, now: Timestamp, source: &'static str) -> Served {
        let age = u64::try_from(now.millis_since(snapshot.asked_at)).unwrap_or(0);
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
