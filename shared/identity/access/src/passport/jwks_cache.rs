//! The issuer's keys, cached.
//!
//! A copy in the shared cache serves all instances: a key that one of them has seen removed is removed for all. The copy
//! is fresh for [`FRESH`], then used until [`STALE`] while it is refreshed in the background, then refreshed before the
//! response; if the issuer does not respond, it stays valid until [`OUTAGE`]. A key that the copy lacks may be new, so
//! the issuer is asked for it. Anybody can make up key ids, so this is limited to [`MAX_LOOKUPS`] within
//! [`LOOKUP_WINDOW`], and beyond that to one per [`LOOKUP_INTERVAL`]. A token whose key could not be looked up is
//! answered with an error that can be retried, not refused: the key may exist.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use edge_cache::{Decision, FenceState, SingleFlight, Times};
use edge_capabilities::clock::{millis, within};
use edge_capabilities::http::UpstreamName;
use edge_capabilities::{Capabilities, Timestamp};
use http::{Request, StatusCode};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::api::KEYS_URL;
use super::jwks::{self, Jwks};
use super::jws::Jws;
use super::{KeysUnavailable, Settings};

/// The age up to which the keys are used as they are.
const FRESH: Duration = Duration::from_mins(5);
/// The age up to which they are used while they are refreshed in the background.
const STALE: Duration = Duration::from_mins(15);
/// The age up to which they are used while the issuer does not respond.
const OUTAGE: Duration = Duration::from_hours(1);
/// How often unknown keys are looked up at the issuer within [`LOOKUP_WINDOW`].
const MAX_LOOKUPS: usize = 8;
/// See [`MAX_LOOKUPS`].
const LOOKUP_WINDOW: Duration = Duration::from_secs(80);
/// The interval between lookups beyond [`MAX_LOOKUPS`]: how long a new key may have to wait while made-up key
/// ids are being sent.
const LOOKUP_INTERVAL: Duration = Duration::from_secs(3);
/// The timeout of a fetch: longer than that of the component that fetches for it.
const TIMEOUT: Duration = Duration::from_secs(4);
/// How long the issuer is not asked after it failed.
const BACKOFF: Duration = Duration::from_secs(2);
/// How long a request waits for the keys in all, also for another request of the instance that fetches them.
const TIMEOUT_IN_ALL: Duration = Duration::from_secs(6);
/// How often a request joins a fetch whose leader was dropped.
const MAX_ATTEMPTS: usize = 100;

/// The issuer's keys, as cached by one instance.
#[derive(Clone)]
pub(super) struct JwksCache(Arc<Inner>);

struct Inner {
    capabilities: Capabilities,
    cached: Mutex<Option<CachedJwks>>,
    /// When and why the issuer last failed.
    failure: Mutex<Option<(Timestamp, String)>>,
    /// By issuer.
    fetches: SingleFlight<String, Result<CachedJwks, KeysUnavailable>>,
}

#[derive(Clone)]
struct CachedJwks {
    copy: Arc<SharedCopy>,
    keys: Arc<Jwks>,
}

/// The keys in the shared cache.
#[derive(Clone, Serialize, Deserialize)]
struct SharedCopy {
    /// The issuer that they belong to: another configured issuer has other keys.
    #[serde(rename = "of")]
    issuer: String,
    /// The JWK set, reduced to usable keys.
    set: String,
    fetched_at: Timestamp,
    /// When unknown keys were looked up.
    #[serde(rename = "looks")]
    lookups: Vec<Timestamp>,
}

impl JwksCache {
    pub(super) fn new(capabilities: &Capabilities) -> Self {
        Self(Arc::new(Inner {
            capabilities: capabilities.clone(),
            cached: Mutex::default(),
            failure: Mutex::default(),
            fetches: SingleFlight::default(),
        }))
    }

    /// The keys to verify a token with.
    pub(super) async fn for_token(&self, settings: &Settings, jws: &Jws<'_>) -> Result<Arc<Jwks>, KeysUnavailable> {
        let issuer = issuer_id(settings);
        let now = self.now();
        let cached = self.find(&issuer).await.map(|cached| (cached.decision(now), cached));
        let cached = match cached {
            Some((Decision::Serve, cached)) => cached,
            Some((Decision::ServeAndRefresh, cached)) => {
                self.refresh_in_background(&issuer);
                cached
            }
            Some((Decision::Fetch, cached)) => self.fetch(&issuer, None).await.unwrap_or(cached),
            Some((Decision::Discard, _)) | None => self.fetch(&issuer, None).await?,
        };
        if cached.keys.has_candidate(jws) {
            return Ok(cached.keys);
        }
        // The key may be new. The first fetch may be another request's that began before the token came: its result may
        // lack a key that was published since.
        let mut cached = cached;
        for _ in 0..2 {
            let lookups = with_lookup(&cached.copy, now)
                .ok_or_else(|| KeysUnavailable("keys were looked up too often".into()))?;
            // The lookup counts once the issuer has responded.
            cached = self.fetch(&issuer, Some(lookups)).await?;
            if cached.keys.has_candidate(jws) || cached.copy.fetched_at >= now {
                return Ok(cached.keys);
            }
        }
        Err(KeysUnavailable("the issuer's keys were fetched before the token came".into()))
    }

    fn now(&self) -> Timestamp {
        self.0.capabilities.clock.now()
    }

    /// The cached keys: those of the shared cache or, if it does not answer, those in memory.
    async fn find(&self, issuer: &str) -> Option<CachedJwks> {
        let in_memory = self.in_memory(issuer);
        let Ok(Some(bytes)) = self.0.capabilities.cache.get(CACHE_KEY).await else { return in_memory };
        let copy: Option<SharedCopy> = serde_json::from_slice(&bytes).ok();
        let Some(copy) = copy.filter(|copy| copy.issuer == issuer) else { return in_memory };
        let keys = match in_memory {
            Some(cached) if cached.copy.set == copy.set => cached.keys,
            _ => Arc::new(Jwks::read(copy.set.as_bytes())?),
        };
        let cached = CachedJwks { copy: Arc::new(copy), keys };
        *self.0.cached.lock().unwrap_or_else(PoisonError::into_inner) = Some(cached.clone());
        Some(cached)
    }

    async fn store(&self, copy: SharedCopy, keys: Arc<Jwks>) -> CachedJwks {
        // Without the copy each instance asks the issuer itself; nothing else is lost.
        if let Ok(bytes) = serde_json::to_vec(&copy) {
            let _ = self.0.capabilities.cache.set(CACHE_KEY, &bytes).await;
        }
        let cached = CachedJwks { copy: Arc::new(copy), keys };
        *self.0.cached.lock().unwrap_or_else(PoisonError::into_inner) = Some(cached.clone());
        cached
    }

    fn refresh_in_background(&self, issuer: &str) {
        if self.0.fetches.running_for(&issuer.to_owned(), &*self.0.capabilities.clock).is_some() {
            return;
        }
        let (cache, issuer) = (self.clone(), issuer.to_owned());
        self.0.capabilities.background.spawn(Box::pin(async move {
            // After a failure the next request tries again.
            let _ = cache.fetch(&issuer, None).await;
        }));
    }

    /// Fetches the keys, or waits for the request that is fetching them. The issuer is not asked just after it failed.
    async fn fetch(&self, issuer: &str, lookups: Option<Vec<Timestamp>>) -> Result<CachedJwks, KeysUnavailable> {
        let clock = &*self.0.capabilities.clock;
        let is_recent = |at: Timestamp| (0..millis(BACKOFF)).contains(&clock.now().millis_since(at));
        if let Some((at, reason)) = self.failure().clone()
            && is_recent(at)
        {
            return Err(KeysUnavailable(reason));
        }
        let issuer = issuer.to_owned();
        let request = async |_| self.request_and_store(&issuer, lookups).await;
        let fetching = self.0.fetches.run(&issuer, MAX_ATTEMPTS, clock, |_| true, request);
        let outcome = within(clock, TIMEOUT_IN_ALL, fetching).await.flatten();
        outcome.unwrap_or_else(|| Err(KeysUnavailable("another request did not get them in time".into())))
    }

    async fn request_and_store(
        &self,
        issuer: &str,
        lookups: Option<Vec<Timestamp>>,
    ) -> Result<CachedJwks, KeysUnavailable> {
        let fetched_at = self.now();
        match self.request().await {
            Ok((set, keys)) => {
                *self.failure() = None;
                let before = self.find(issuer).await.map(|cached| cached.copy.lookups.clone());
                let lookups = lookups.or(before).unwrap_or_default();
                Ok(self.store(SharedCopy { issuer: issuer.to_owned(), set, fetched_at, lookups }, Arc::new(keys)).await)
            }
            Err(reason) => {
                *self.failure() = Some((self.now(), reason.clone()));
                Err(KeysUnavailable(reason))
            }
        }
    }

    fn failure(&self) -> std::sync::MutexGuard<'_, Option<(Timestamp, String)>> {
        self.0.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn in_memory(&self, issuer: &str) -> Option<CachedJwks> {
        let cached = self.0.cached.lock().unwrap_or_else(PoisonError::into_inner).clone();
        cached.filter(|cached| cached.copy.issuer == issuer)
    }

    async fn request(&self) -> Result<(String, Jwks), String> {
        let request = Request::get(KEYS_URL).body(Bytes::new()).map_err(|error| error.to_string())?;
        let answer = self.0.capabilities.http.send(UpstreamName::Passport, request, TIMEOUT).await;
        let answer = answer.map_err(|error| error.to_string())?;
        if answer.status() != StatusCode::OK {
            return Err(format!("the issuer responded with the status {}", answer.status().as_u16()));
        }
        // The copy is read with each token, so it is reduced to what is used.
        let set = jwks::reduce(answer.body()).ok_or("not a set of keys")?;
        let keys = Jwks::read(set.as_bytes()).ok_or("not a set of keys")?;
        Ok((set, keys))
    }
}

const CACHE_KEY: &str = "passport-keys";

/// The times of recent lookups, now included; None: there were too many.
fn with_lookup(copy: &SharedCopy, now: Timestamp) -> Option<Vec<Timestamp>> {
    let is_recent = |at: &&Timestamp| (0..millis(LOOKUP_WINDOW)).contains(&now.millis_since(**at));
    let mut lookups: Vec<Timestamp> = copy.lookups.iter().filter(is_recent).copied().collect();
    let just_now = lookups.iter().any(|at| now.millis_since(*at) < millis(LOOKUP_INTERVAL));
    if lookups.len() >= MAX_LOOKUPS && just_now {
        return None;
    }
    lookups.push(now);
    Some(lookups)
}

/// Identifies the configured issuer.
fn issuer_id(settings: &Settings) -> String {
    hex::encode(Sha256::digest(format!("{}\n{}", settings.issuer, settings.jwks_url)))
}

impl CachedJwks {
    fn decision(&self, now: Timestamp) -> Decision {
        let [fresh, stale, outage] = [FRESH, STALE, OUTAGE].map(millis);
        let times = Times { fresh, stale, outage, skew: fresh, ahead: Decision::Discard };
        edge_cache::decide(now.millis_since(self.copy.fetched_at), &times, FenceState::Holds)
    }
}
