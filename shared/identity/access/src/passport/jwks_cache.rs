//! The issuer's keys, cached.
//!
//! A copy in the shared cache serves all instances: a key that one of them has seen removed is removed for all. The copy
//! is fresh for [`FRESH`], then used until [`STALE`] while it is refreshed in the background, then refreshed before the
//! response; if the issuer does not respond, it stays valid until [`OUTAGE`]. A key that the copy lacks may be new, so
//! the issuer is asked for it. Anybody can make up key ids, so this is limited to [`MAX_LOOKUPS`] within
//! [`LOOKUP_WINDOW`], and beyond that to one per [`LOOKUP_INTERVAL`]. A token whose key could not be looked up is
//! answered with an error that can be retried, not refused: the key may exist.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use edge_capabilities::clock::millis;
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
/// How often a request checks whether another request of the instance has fetched the keys.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// The issuer's keys, as cached by one instance.
#[derive(Clone)]
pub(super) struct JwksCache(Arc<Inner>);

struct Inner {
    capabilities: Capabilities,
    cached: Mutex<Option<CachedJwks>>,
    /// When and why the issuer last failed.
    failure: Mutex<Option<(Timestamp, String)>>,
    fetching: AtomicBool,
    /// The number of fetches, failed ones included.
    fetches: AtomicU64,
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

/// While it lives, no other request of the instance fetches.
struct FetchGuard<'a>(&'a AtomicBool);

impl Drop for FetchGuard<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl JwksCache {
    pub(super) fn new(capabilities: &Capabilities) -> Self {
        Self(Arc::new(Inner {
            capabilities: capabilities.clone(),
            cached: Mutex::default(),
            failure: Mutex::default(),
            fetching: AtomicBool::new(false),
            fetches: AtomicU64::new(0),
        }))
    }

    /// The keys to verify a token with.
    pub(super) async fn for_token(&self, settings: &Settings, jws: &Jws<'_>) -> Result<Arc<Jwks>, KeysUnavailable> {
        let issuer = issuer_id(settings);
        let now = self.now();
        let cached = match self.find(&issuer).await {
            Some(cached) if cached.age(now) < millis(FRESH) => cached,
            Some(cached) if cached.age(now) < millis(STALE) => {
                self.refresh_in_background(&issuer);
                cached
            }
            Some(cached) if cached.age(now) < millis(OUTAGE) => self.fetch(&issuer, None).await.unwrap_or(cached),
            _ => self.fetch(&issuer, None).await?,
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
        if self.0.fetching.load(Ordering::Acquire) {
            return;
        }
        let (cache, issuer) = (self.clone(), issuer.to_owned());
        self.0.capabilities.background.spawn(Box::pin(async move {
            // After a failure the next request tries again.
            let _ = cache.fetch(&issuer, None).await;
        }));
    }

    /// Fetches the keys, or waits for the request that is fetching them.
    async fn fetch(&self, issuer: &str, lookups: Option<Vec<Timestamp>>) -> Result<CachedJwks, KeysUnavailable> {
        let clock = &self.0.capabilities.clock;
        let (started, before) = (clock.elapsed(), self.0.fetches.load(Ordering::Acquire));
        loop {
            if let Some(reason) = self.backoff() {
                return Err(KeysUnavailable(reason));
            }
            if self.0.fetches.load(Ordering::Acquire) != before
                && let Some(cached) = self.in_memory(issuer)
            {
                return Ok(cached);
            }
            if !self.0.fetching.swap(true, Ordering::AcqRel) {
                break;
            }
            if clock.elapsed().saturating_sub(started) > TIMEOUT {
                return Err(KeysUnavailable("another request did not get them in time".into()));
            }
            clock.sleep(POLL_INTERVAL).await;
        }
        let _guard = FetchGuard(&self.0.fetching);
        let fetched_at = clock.now();
        let outcome = match self.request().await {
            Ok((set, keys)) => {
                *self.failure() = None;
                let before = self.find(issuer).await.map(|cached| cached.copy.lookups.clone());
                let lookups = lookups.or(before).unwrap_or_default();
                Ok(self.store(SharedCopy { issuer: issuer.to_owned(), set, fetched_at, lookups }, Arc::new(keys)).await)
            }
            Err(reason) => {
                *self.failure() = Some((clock.now(), reason.clone()));
                Err(KeysUnavailable(reason))
            }
        };
        self.0.fetches.fetch_add(1, Ordering::AcqRel);
        outcome
    }

    fn failure(&self) -> std::sync::MutexGuard<'_, Option<(Timestamp, String)>> {
        self.0.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why the issuer is not asked now, if it is not.
    fn backoff(&self) -> Option<String> {
        let (at, reason) = self.failure().clone()?;
        (0..millis(BACKOFF)).contains(&self.now().millis_since(at)).then_some(reason)
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
    fn age(&self, now: Timestamp) -> i64 {
        let age = now.millis_since(self.copy.fetched_at);
        // A time in the future: another machine's clock is ahead, or this one was set back.
        if age < -millis(FRESH) { i64::MAX } else { age.max(0) }
    }
}
