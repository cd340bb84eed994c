//! The issuer's keys, cached.
//!
//! A copy in the shared cache serves all instances: a key that one of them has seen removed is removed for all. A key that
//! the copy lacks may be new, so the issuer is asked for it. Anybody can make up key ids, so this is limited to
//! [`MAX_LOOKUPS`] within [`LOOKUP_WINDOW`], and beyond that to one per [`LOOKUP_INTERVAL`]. A token whose key could not be
//! looked up is answered with an error that can be retried, not refused: the key may exist.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use edge_cache::{Cache, Decision, Entry, Memory, Pause, Source, Times, Waiting};
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

/// The keys are fresh for 5 minutes, then used up to 15 while they are refreshed in the background, and up to an hour while
/// the issuer does not respond. Keys from the future (another machine's clock is ahead, or this one was set back) are not
/// used.
const TIMES: Times =
    Times { fresh: 300_000, stale: 900_000, outage: 3_600_000, skew: 300_000, ahead: Decision::Discard };
/// How often unknown keys are looked up at the issuer within [`LOOKUP_WINDOW`].
const MAX_LOOKUPS: usize = 8;
/// See [`MAX_LOOKUPS`].
const LOOKUP_WINDOW: Duration = Duration::from_secs(80);
/// The interval between lookups beyond [`MAX_LOOKUPS`]: how long a new key may have to wait while made-up key
/// ids are being sent.
const LOOKUP_INTERVAL: Duration = Duration::from_secs(3);
/// The timeout of a fetch: longer than that of the component that fetches for it.
const TIMEOUT: Duration = Duration::from_secs(4);
/// How long the issuer is not asked after it failed, milliseconds.
const BACKOFF: i64 = 2_000;

/// The issuer's keys, as cached by one instance.
pub(super) struct JwksCache {
    capabilities: Capabilities,
    cache: Cache<Issuer>,
    /// When unknown keys were looked up, as this instance knows it.
    lookups: Mutex<Vec<Timestamp>>,
}

impl JwksCache {
    pub(super) fn new(capabilities: &Capabilities) -> Self {
        let issuer = Issuer { capabilities: capabilities.clone(), parsed: Mutex::default() };
        let cache = Cache::new(capabilities, issuer);
        Self { capabilities: capabilities.clone(), cache, lookups: Mutex::default() }
    }

    /// The keys to verify a token with.
    pub(super) async fn for_token(&self, settings: &Settings, jws: &Jws<'_>) -> Result<Arc<Jwks>, KeysUnavailable> {
        let issuer = issuer_id(settings);
        let now = self.capabilities.clock.now();
        let (entry, _) = self.cache.get(&issuer, true).await?;
        if let Some(set) = entry.value.filter(|set| set.keys.has_candidate(jws)) {
            return Ok(set.keys);
        }
        // The key may be new. The first fetch may be another request's that began before the token came: its result may
        // lack a key that was published since.
        for _ in 0..2 {
            let lookups = self.with_lookup(now).await;
            let lookups = lookups.ok_or_else(|| KeysUnavailable("keys were looked up too often".into()))?;
            let Entry { value, read_at } = self.cache.fetch(&issuer, true).await?;
            // The lookup counts once the issuer has responded.
            self.set_lookups(lookups).await;
            let set = value.filter(|set| set.keys.has_candidate(jws) || read_at >= now);
            if let Some(set) = set {
                return Ok(set.keys);
            }
        }
        Err(KeysUnavailable("the issuer's keys were fetched before the token came".into()))
    }

    /// The times of recent lookups, now included; None: there were too many.
    async fn with_lookup(&self, now: Timestamp) -> Option<Vec<Timestamp>> {
        let copied = self.capabilities.cache.get(LOOKUPS).await.ok().flatten();
        let copied = copied.and_then(|bytes| serde_json::from_slice::<Vec<Timestamp>>(&bytes).ok());
        let mut lookups = copied.unwrap_or_else(|| locked(&self.lookups).clone());
        lookups.retain(|at| (0..millis(LOOKUP_WINDOW)).contains(&now.millis_since(*at)));
        let just_now = lookups.iter().any(|at| now.millis_since(*at) < millis(LOOKUP_INTERVAL));
        if lookups.len() >= MAX_LOOKUPS && just_now {
            return None;
        }
        lookups.push(now);
        Some(lookups)
    }

    async fn set_lookups(&self, lookups: Vec<Timestamp>) {
        if let Ok(bytes) = serde_json::to_vec(&lookups) {
            let _ = self.capabilities.cache.set(LOOKUPS, &bytes).await;
        }
        *locked(&self.lookups) = lookups;
    }
}

/// The key of the times of recent lookups.
const LOOKUPS: &str = "passport-key-lookups";

/// The source of the keys. They are cached by the issuer's id: another configured issuer has other keys.
struct Issuer {
    capabilities: Capabilities,
    /// The set that was read last. The copy is read with each token, but rarely changes.
    parsed: Mutex<Option<KeySet>>,
}

#[derive(Clone)]
struct KeySet {
    /// The JWK set, reduced to usable keys.
    set: Arc<str>,
    keys: Arc<Jwks>,
}

/// The keys in the shared cache.
#[derive(Serialize, Deserialize)]
struct SharedCopy {
    /// The id of the issuer that they belong to.
    #[serde(rename = "of")]
    issuer: String,
    set: String,
    fetched_at: Timestamp,
}

impl Issuer {
    fn parse(&self, set: String) -> Option<KeySet> {
        let mut parsed = locked(&self.parsed);
        if let Some(parsed) = parsed.as_ref().filter(|parsed| *parsed.set == *set) {
            return Some(parsed.clone());
        }
        let keys = Arc::new(Jwks::read(set.as_bytes())?);
        Some(parsed.insert(KeySet { set: set.into(), keys }).clone())
    }

    async fn request(&self) -> Result<KeySet, String> {
        let request = Request::get(KEYS_URL).body(Bytes::new()).map_err(|error| error.to_string())?;
        let answer = self.capabilities.http.send(UpstreamName::Passport, request, TIMEOUT).await;
        let answer = answer.map_err(|error| error.to_string())?;
        if answer.status() != StatusCode::OK {
            return Err(format!("the issuer responded with the status {}", answer.status().as_u16()));
        }
        // The copy is read with each token, so it is reduced to what is used.
        let set = jwks::reduce(answer.body()).and_then(|set| self.parse(set));
        set.ok_or_else(|| "not a set of keys".to_owned())
    }
}

impl Source for Issuer {
    type Key = String;
    type Value = KeySet;
    type Error = KeysUnavailable;

    const MEMORY: Memory = Memory::IsFallback;
    const PAUSE: Pause = Pause { behind: BACKOFF, before: BACKOFF };

    fn times(&self, _set: Option<&KeySet>) -> &Times {
        &TIMES
    }

    fn copy_key(&self, _issuer: &String) -> String {
        "passport-keys".to_owned()
    }

    fn encode(&self, issuer: &String, entry: &Entry<KeySet>) -> Option<Vec<u8>> {
        let (issuer, set) = (issuer.clone(), entry.value.as_ref()?.set.to_string());
        serde_json::to_vec(&SharedCopy { issuer, set, fetched_at: entry.read_at }).ok()
    }

    fn decode(&self, issuer: &String, copy: Vec<u8>) -> Option<Entry<KeySet>> {
        let copy: SharedCopy = serde_json::from_slice(&copy).ok()?;
        let set = if copy.issuer == *issuer { self.parse(copy.set) } else { None };
        Some(Entry { value: Some(set?), read_at: copy.fetched_at })
    }

    async fn fetch(&self, _: &String, _now: Timestamp, _is_known: bool) -> Result<Option<KeySet>, KeysUnavailable> {
        self.request().await.map(Some).map_err(KeysUnavailable)
    }

    fn refusal(&self, Waiting { failure, running_for }: Waiting<'_, KeysUnavailable>) -> Option<KeysUnavailable> {
        match failure {
            Some((error, passed)) if (0..BACKOFF).contains(&passed) => Some(error.clone()),
            _ if running_for? > TIMEOUT => Some(KeysUnavailable("another request does not get them in time".into())),
            _ => None,
        }
    }
}

/// Identifies the configured issuer.
fn issuer_id(settings: &Settings) -> String {
    hex::encode(Sha256::digest(format!("{}\n{}", settings.issuer, settings.jwks_url)))
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
