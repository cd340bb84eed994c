//! The catalogue: the ERP's plans as they are served, from the memory of the instance, the cache that all instances
//! share, or the ERP.
//!
//! Anybody may ask for any name. So the list, which one request fetches, tells whether there is such a plan, and a name
//! that is not on the list costs the ERP nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use edge_cache::{Cache, Entry, Origin};
use edge_capabilities::clock::millis;
use edge_capabilities::config;
use edge_capabilities::{Capabilities, Timestamp};
use edge_json::Text;
use edge_upstreams::{Upstream, UpstreamError};
use http::HeaderValue;

use crate::error::{FetchError, PlansUnavailable};
use crate::index::Place;
use crate::plan::Plan;
use crate::snapshot::Snapshot;
use crate::source::{Erp, PlanList, SinglePlan, Snapshots};

/// For how many times as long as a snapshot is fresh it is served while a new one is fetched.
const REVALIDATE_FACTOR: u32 = 10;

/// The most names in the set of absent plans.
const MAX_NAMES: usize = 1024;

/// How long a plan is known to be absent if the ERP has no list that tells so.
const ABSENT_TTL: Duration = Duration::from_secs(5);

/// The longest id or code, bytes.
const MAX_LEN: usize = 128;

/// The source of a snapshot that is fresh.
pub(crate) const FRESH: &str = "fresh";

/// A snapshot as it is served.
pub(crate) struct Served {
    pub(crate) snapshot: Snapshot,
    /// Milliseconds.
    pub(crate) age: u64,
    pub(crate) cache_control: HeaderValue,
    /// [`FRESH`], `stale`, `erp`.
    pub(crate) source: &'static str,
}

/// The plans of the ERP.
#[derive(Clone)]
pub struct Catalogue(Arc<Inner>);

struct Inner {
    capabilities: Capabilities,
    max_timeout: Duration,
    caches: OnceLock<Caches>,
    absent: Mutex<HashMap<Arc<str>, Timestamp>>,
}

struct Caches {
    list: Cache<Snapshots<PlanList>>,
    plans: Cache<Snapshots<SinglePlan>>,
    cache_control: HeaderValue,
}

impl Catalogue {
    /// The plans of the ERP of `capabilities`.
    pub fn new(capabilities: &Capabilities) -> Self {
        Self::at_most(capabilities, Duration::MAX)
    }

    /// The same, with a time-out for the ERP of at most `max_timeout`.
    pub fn at_most(capabilities: &Capabilities, max_timeout: Duration) -> Self {
        let capabilities = capabilities.clone();
        Self(Arc::new(Inner { capabilities, max_timeout, caches: OnceLock::new(), absent: Mutex::default() }))
    }

    /// The plan with this id or code, not older than `plans_fresh_ms`; None: the ERP has no such plan. While the ERP
    /// fails, the last known plan.
    pub async fn find(&self, name: &str) -> Result<Option<Plan>, PlansUnavailable> {
        let Some(name) = valid(name) else { return Ok(None) };
        let caches = self.caches().await?;
        let (entry, _) = caches.plans.get(&name, false).await?;
        // The snapshot was written by this crate, so it can be parsed.
        let read = |snapshot: Snapshot| Plan::read(&snapshot.body).map_err(|error| PlansUnavailable(error.to_string()));
        entry.value.map(read).transpose()
    }

    pub(crate) async fn all(&self) -> Result<Option<Served>, PlansUnavailable> {
        let caches = self.caches().await?;
        Ok(self.serve(caches, caches.list.get(&(), true).await?))
    }

    pub(crate) async fn one(&self, name: &str) -> Result<Option<Served>, PlansUnavailable> {
        let Some(name) = valid(name) else { return Ok(None) };
        let caches = self.caches().await?;
        if !self.may_exist(caches, &name).await? {
            return Ok(None);
        }
        let served = self.serve(caches, caches.plans.get(&name, true).await?);
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
    async fn may_exist(&self, caches: &Caches, name: &Arc<str>) -> Result<bool, FetchError> {
        let is_absent = |since: &Timestamp| (0..millis(ABSENT_TTL)).contains(&self.now().millis_since(*since));
        if locked(&self.0.absent).get(name).is_some_and(is_absent) {
            return Ok(false);
        }
        if caches.plans.in_memory(name).is_some() {
            return Ok(true);
        }
        match caches.list.get(&(), false).await {
            Ok((Entry { value: Some(list), .. }, origin)) => {
                let is_listed = caches.list.source().request.find(name, &list) != Place::Absent;
                // A stale list does not tell which plans were added since.
                if is_listed || origin != Origin::Stale {
                    return Ok(is_listed);
                }
                let kept = caches.plans.copied(name).await.is_some();
                if kept { Ok(true) } else { Err(FetchError::NO_LIST) }
            }
            // The ERP has no list.
            Ok(_) | Err(FetchError::Status(404)) => Ok(true),
            // Another instance may have a snapshot.
            Err(failure) if caches.plans.copied(name).await.is_none() => Err(failure),
            Err(_) => Ok(true),
        }
    }

    fn serve(&self, caches: &Caches, (entry, origin): (Entry<Snapshot>, Origin)) -> Option<Served> {
        let snapshot = entry.value?;
        let age = u64::try_from(self.now().millis_since(snapshot.asked_at)).unwrap_or(0);
        let source = match origin {
            Origin::Fresh => FRESH,
            Origin::Stale => "stale",
            Origin::Source => "erp",
        };
        Some(Served { snapshot, age, cache_control: caches.cache_control.clone(), source })
    }

    fn now(&self) -> Timestamp {
        self.0.capabilities.clock.now()
    }

    async fn caches(&self) -> Result<&Caches, UpstreamError> {
        if let Some(caches) = self.0.caches.get() {
            return Ok(caches);
        }
        let capabilities = &self.0.capabilities;
        let config = &*capabilities.config;
        let fresh = config::millis(config, "plans_fresh_ms", 60_000).await?;
        let stale = config::millis(config, "plans_stale_ms", 86_400_000).await?;
        let revalidated = fresh.saturating_mul(REVALIDATE_FACTOR).min(stale);
        let cache_control = format!(
            "public, max-age={}, stale-while-revalidate={}, stale-if-error={}",
            fresh.as_secs(),
            revalidated.saturating_sub(fresh).as_secs(),
            stale.saturating_sub(fresh).as_secs(),
        );
        let upstream = Upstream::erp(capabilities).await?.at_most(self.0.max_timeout);
        let erp = Erp::new(capabilities, upstream, [fresh, revalidated, stale].map(millis));
        let list = erp.cache(PlanList::default());
        Ok(self.0.caches.get_or_init(|| Caches {
            plans: erp.cache(SinglePlan(list.clone())),
            list,
            cache_control: HeaderValue::try_from(cache_control)
                .unwrap_or_else(|_| HeaderValue::from_static("no-cache")),
        }))
    }
}

/// The name of a plan; None: no plan can have it.
fn valid(name: &str) -> Option<Arc<str>> {
    Text::<MAX_LEN>::accepts(name).then(|| name.into())
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
