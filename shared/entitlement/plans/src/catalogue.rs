//! When the ERP is asked for plans, and when what it said before will do.
//!
//! While an answer is news it is served, by an instance that has it from its own memory. For a while after that it is
//! served still, and news is fetched behind the answer. After that news is fetched first; should the ERP have none, what
//! it said before is served up to a bound, and says how old it is. Of those who come to one instance for the same, one
//! asks. Nobody waits for another except by the clock: see the components' capabilities for why.
//!
//! Anybody may ask for any name. So whether there is such a plan is answered by the list, which one call brings, and a
//! name that is not on it costs the ERP nothing. And where the ERP hung, one tries whether it is back; nobody else waits
//! with them.

mod fetching;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use edge_capabilities::clock::millis;
use edge_capabilities::config;
use edge_capabilities::{Capabilities, Counters, Timestamp};
use edge_upstreams::{Upstream, UpstreamError};
use http::HeaderValue;

use crate::copy::Copy;
use crate::erp::Failure;
use crate::index::{Index, Place};
use crate::plan::Plan;

/// For how many times as long as an answer is news it is served while news is fetched.
const REVALIDATED: u32 = 10;

/// How long the ERP is left alone after it gave no answer.
const REST: Duration = Duration::from_secs(1);

/// How many names it is remembered of that there is no such plan, or that the ERP gave no answer; and how long the former,
/// where the ERP keeps no list that would say so.
const MAX_NAMES: usize = 1024;
const ABSENT: Duration = Duration::from_secs(5);

/// The most plans that are named in the log each time the list is read.
const MAX_NAMED: usize = 20;

/// How often those who wait look again.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// The longest id or code, bytes.
const MAX_LEN: usize = 128;

/// It is served from what is known, which is news.
pub(crate) const FRESH: &str = "fresh";

/// It is served from what was known before, for there is no news yet.
const STALE: &str = "stale";

/// Nothing is known of a plan, and the ERP does not tell.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unknown(String);

impl From<Failure> for Unknown {
    fn from(failure: Failure) -> Self {
        Self(failure.to_string())
    }
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Name {
    /// All plans that are sold here.
    All,
    /// The one with this id or code.
    One(Arc<str>),
}

impl Name {
    fn key(&self) -> String {
        match self {
            Self::All => "plans:all".to_owned(),
            Self::One(name) => format!("plans:one:{name}"),
        }
    }
}

/// What is served, and how.
pub(crate) struct Served {
    pub(crate) copy: Copy,
    /// Milliseconds.
    pub(crate) age: u64,
    pub(crate) cache_control: HeaderValue,
    /// [`FRESH`], `stale`, `erp`.
    pub(crate) source: &'static str,
}

struct Settings {
    erp: Upstream,
    /// `plans_fresh_ms`.
    fresh: u64,
    /// Up to this age it is served while news is fetched.
    revalidated: u64,
    /// `plans_stale_ms`: up to this age where there is no news.
    stale: u64,
    cache_control: HeaderValue,
}

/// Plans.
#[derive(Clone)]
pub struct Catalogue(Arc<Inner>);

struct Inner {
    capabilities: Capabilities,
    longest_timeout: Duration,
    settings: Mutex<Option<Arc<Settings>>>,
    known: Mutex<HashMap<Name, Copy>>,
    index: Mutex<Option<Index>>,
    absent: Mutex<HashMap<Name, Timestamp>>,
    failed: Mutex<HashMap<Name, (Timestamp, Failure)>>,
    asking: Mutex<HashMap<Name, Timestamp>>,
    counters: Counters,
}

/// Whoever asks for something, until it has been answered or dropped.
struct FetchGuard {
    inner: Arc<Inner>,
    name: Name,
}

impl FetchGuard {
    fn take(inner: &Arc<Inner>, name: &Name) -> Option<Self> {
        let mut asking = locked(&inner.asking);
        if asking.contains_key(name) {
            return None;
        }
        asking.insert(name.clone(), inner.capabilities.clock.now());
        drop(asking);
        Some(Self { inner: inner.clone(), name: name.clone() })
    }
}

impl Drop for FetchGuard {
    fn drop(&mut self) {
        locked(&self.inner.asking).remove(&self.name);
    }
}

impl Catalogue {
    /// Plans as the ERP of `capabilities` has them.
    pub fn new(capabilities: &Capabilities) -> Self {
        Self::at_most(capabilities, Duration::MAX)
    }

    /// The same; the ERP is waited for no longer than `longest`.
    pub fn at_most(capabilities: &Capabilities, longest: Duration) -> Self {
        Self(Arc::new(Inner {
            capabilities: capabilities.clone(),
            longest_timeout: longest,
            settings: Mutex::default(),
            known: Mutex::default(),
            index: Mutex::default(),
            absent: Mutex::default(),
            failed: Mutex::default(),
            asking: Mutex::default(),
            counters: Counters::new(capabilities),
        }))
    }

    /// The plan with this id or code, as it is now or was a moment ago; None: the ERP has no such plan. While the ERP
    /// does not answer, as it was when it last did.
    pub async fn find(&self, name: &str) -> Result<Option<Plan>, Unknown> {
        let Some(name) = one(name) else { return Ok(None) };
        let served = self.look(&name, false).await?;
        // What was written here is read here.
        let read = |served: Served| Plan::read(&served.copy.body).map_err(|error| Unknown(error.to_string()));
        served.map(read).transpose()
    }

    pub(crate) async fn all(&self) -> Result<Option<Served>, Unknown> {
        Ok(self.look(&Name::All, true).await?)
    }

    pub(crate) async fn one(&self, name: &str) -> Result<Option<Served>, Unknown> {
        let Some(name) = one(name) else { return Ok(None) };
        if !self.may_be_there(&name).await? {
            return Ok(None);
        }
        let served = self.look(&name, true).await?;
        if served.is_none() {
            let mut absent = locked(&self.0.absent);
            if absent.len() >= MAX_NAMES {
                absent.clear();
            }
            absent.insert(name, self.now());
        }
        Ok(served)
    }

    /// Whether there may be such a plan: one that is known already, or is on the list. Of others the ERP is not asked.
    async fn may_be_there(&self, name: &Name) -> Result<bool, Failure> {
        let is_absent = |since: &Timestamp| within(*since, self.now(), ABSENT);
        if locked(&self.0.absent).get(name).is_some_and(is_absent) {
            return Ok(false);
        }
        if locked(&self.0.known).contains_key(name) {
            return Ok(true);
        }
        match self.look(&Name::All, false).await {
            Ok(Some(Served { copy, source, .. })) => {
                let is_listed = self.place_of(name, &copy) != Place::Nowhere;
                // A list that is no news does not say what has come since.
                if is_listed || source != STALE {
                    return Ok(is_listed);
                }
                let kept = self.kept(name).await.is_some();
                if kept { Ok(true) } else { Err(Failure::NotAsked("it does not give its list")) }
            }
            // It keeps no list.
            Ok(None) | Err(Failure::Status(404)) => Ok(true),
            // Another instance may have been told.
            Err(failure) if self.kept(name).await.is_none() => Err(failure),
            Err(_) => Ok(true),
        }
    }

    /// Where the list `copy` has the name.
    fn place_of(&self, name: &Name, copy: &Copy) -> Place {
        let Name::One(name) = name else { return Place::Nowhere };
        let mut index = locked(&self.0.index);
        match &*index {
            Some(index) if index.is_of(copy) => index.find(name),
            _ => index.insert(Index::new(copy)).find(name),
        }
    }

    /// What the cache, which all instances share, has of `name`.
    async fn kept(&self, name: &Name) -> Option<Copy> {
        // A cache that fails has nothing.
        self.0.capabilities.cache.get(&name.key()).await.ok().flatten().and_then(Copy::from_bytes)
    }

    /// What is known of `name`; with `revalidates`, though it be a little old, while news is fetched.
    async fn look(&self, name: &Name, revalidates: bool) -> Result<Option<Served>, Failure> {
        let settings = self.settings().await?;
        let now = self.now();
        let remembered = locked(&self.0.known).get(name).cloned();
        let is_fresh = |copy: &&Copy| copy.age(now).is_some_and(|age| age < settings.fresh);
        if let Some(copy) = remembered.as_ref().filter(is_fresh) {
            return Ok(Some(settings.serve(copy.clone(), now, FRESH)));
        }
        let kept = self.kept(name).await;
        let last = [remembered, kept].into_iter().flatten().max_by_key(|copy| copy.asked_at);
        let last = last.filter(|copy| copy.age(now).is_some_and(|age| age < settings.stale.max(settings.fresh)));
        if let Some(copy) = &last {
            self.remember(name, copy);
            if is_fresh(&copy) {
                return Ok(Some(settings.serve(copy.clone(), now, FRESH)));
            }
            let rests = locked(&self.0.failed).get(name).is_some_and(|(at, _)| within(*at, now, REST));
            let young = revalidates && copy.age(now).is_some_and(|age| age < settings.revalidated);
            if young || rests {
                if !rests {
                    self.ask_behind(&settings, name);
                }
                return Ok(Some(settings.serve(copy.clone(), now, STALE)));
            }
        }
        match self.ask(&settings, name).await {
            Ok(news) => Ok(news.map(|copy| settings.serve(copy, self.now(), "erp"))),
            Err(failure) => {
                // It has grown older meanwhile.
                let now = self.now();
                let last = last.filter(|copy| copy.age(now).is_some_and(|age| age < settings.stale));
                last.map(|copy| Some(settings.serve(copy, now, STALE))).ok_or(failure)
            }
        }
    }

    fn ask_behind(&self, settings: &Arc<Settings>, name: &Name) {
        let Some(turn) = FetchGuard::take(&self.0, name) else { return };
        let (catalogue, settings, name) = (self.clone(), settings.clone(), name.clone());
        self.0.capabilities.background.spawn(Box::pin(async move {
            let _turn = turn;
            // What cannot be had now is fetched before or behind a later answer.
            let _ = catalogue.fetch(&settings, &name).await;
        }));
    }

    /// Asks the ERP, or waits for whoever is asking: but not where it hung the last time, or lets whoever asks wait for
    /// long.
    async fn ask(&self, settings: &Settings, name: &Name) -> Result<Option<Copy>, Failure> {
        let came = self.now();
        let failed_before = locked(&self.0.failed).get(name).filter(|(_, failure)| failure.took_long()).cloned();
        if let Some((at, failure)) = &failed_before
            && within(*at, came, REST)
        {
            return Err(failure.clone());
        }
        let half = settings.erp.timeout() / 2;
        let asked_since = locked(&self.0.asking).get(name).copied();
        if let Some(since) = asked_since {
            if let Some((_, failure)) = failed_before {
                return Err(failure);
            }
            if !within(since, came, half) {
                return Err(Failure::NotAsked("it lets others wait"));
            }
        }
        loop {
            if let Some(_turn) = FetchGuard::take(&self.0, name) {
                // Somebody may have been answered meanwhile.
                let now = self.now();
                let is_news =
                    |copy: &&Copy| copy.asked_at >= came || copy.age(now).is_some_and(|age| age < settings.fresh);
                let news = locked(&self.0.known).get(name).filter(is_news).cloned();
                if news.is_some() {
                    return Ok(news);
                }
                let failed = locked(&self.0.failed).get(name).filter(|(at, _)| *at > came).cloned();
                if let Some((_, failure)) = failed {
                    return Err(failure);
                }
                return self.fetch(settings, name).await;
            }
            self.0.capabilities.clock.sleep(LOOK_AGAIN).await;
        }
    }

    fn remember(&self, name: &Name, copy: &Copy) {
        let mut known = locked(&self.0.known);
        if known.get(name).is_none_or(|other| other.asked_at <= copy.asked_at) {
            known.insert(name.clone(), copy.clone());
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
        let revalidated = fresh.saturating_mul(REVALIDATED).min(stale);
        let cache_control = format!(
            "public, max-age={}, stale-while-revalidate={}, stale-if-error={}",
            fresh.as_secs(),
            revalidated.saturating_sub(fresh).as_secs(),
            stale.saturating_sub(fresh).as_secs(),
        );
        let whole = |duration| u64::try_from(millis(duration)).unwrap_or(0);
        let settings = Arc::new(Settings {
            erp: Upstream::erp(&self.0.capabilities).await?.at_most(self.0.longest_timeout),
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
    fn serve(&self, copy: Copy, now: Timestamp, source: &'static str) -> Served {
        let age = copy.age(now).unwrap_or(0);
        Served { copy, age, cache_control: self.cache_control.clone(), source }
    }
}

/// A name that a plan may have.
fn one(name: &str) -> Option<Name> {
    let is_valid = (1..=MAX_LEN).contains(&name.len()) && !name.chars().any(char::is_control);
    is_valid.then(|| Name::One(name.into()))
}

/// Whether `at` was less than `span` before `now`.
fn within(at: Timestamp, now: Timestamp, span: Duration) -> bool {
    (0..millis(span)).contains(&now.millis_since(at))
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
