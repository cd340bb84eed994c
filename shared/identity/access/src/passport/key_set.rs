//! Where the issuer's keys are had from.
//!
//! A copy lies in the cache, for all instances: a key that one of them has learnt to be gone is gone for all. It is
//! fresh for a while, then used while it is fetched anew behind the answer, then fetched before the answer; where the
//! issuer cannot be reached it goes on for [`OUTAGE`] in all. A key that is not in it is looked for with the issuer, for it
//! may be new. Anybody can make up names of keys, so that this happens only so often: [`LOOKS`] in [`LOOKS_WITHIN`], and
//! then once in [`LOOK_EVERY`]. A key that could not be looked for is not one that does not exist: nobody can tell.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use edge_capabilities::clock::millis;
use edge_capabilities::{Capabilities, Timestamp};
use http::{Request, StatusCode};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::keys::{self, Keys};
use super::router::KEYS_URL;
use super::token::Signed;
use super::{NoKeys, Settings};

/// So long the keys are used as they are.
const FRESH: Duration = Duration::from_mins(5);
/// So long they are used while they are fetched anew.
const STALE: Duration = Duration::from_mins(15);
/// So long they are used while the issuer cannot be reached.
const OUTAGE: Duration = Duration::from_hours(1);
/// So often a key that is not known is looked for with the issuer …
const LOOKS: usize = 8;
/// … within this time.
const LOOKS_WITHIN: Duration = Duration::from_secs(80);
/// So long after the last time it is looked for again, however often it was: so long a new key may have to wait while
/// somebody makes up names.
const LOOK_EVERY: Duration = Duration::from_secs(3);
/// How long the issuer may take: longer than what stands between allows it.
const TIMEOUT: Duration = Duration::from_secs(4);
/// After the issuer could not be reached it is left alone for this long.
const REST: Duration = Duration::from_secs(2);
/// How often somebody looks whether another request of the instance has fetched the keys.
const GAP: Duration = Duration::from_millis(10);

/// The issuer's keys, for one instance.
#[derive(Clone)]
pub(super) struct KeySet(Arc<Inner>);

struct Inner {
    capabilities: Capabilities,
    known: Mutex<Option<Known>>,
    /// When the issuer could last not be reached, and why.
    failed: Mutex<Option<(Timestamp, String)>>,
    fetching: AtomicBool,
    /// How often the keys were fetched, in vain or not.
    fetches: AtomicU64,
}

#[derive(Clone)]
struct Known {
    copy: Arc<Copy>,
    keys: Arc<Keys>,
}

/// The keys as the cache has them.
#[derive(Clone, Serialize, Deserialize)]
struct Copy {
    /// Of what they are the keys: an issuer that was set up anew has others.
    of: String,
    /// The JWK set, without what is of no use.
    set: String,
    fetched_at: Timestamp,
    /// When keys that were not known were looked for.
    looks: Vec<Timestamp>,
}

/// Nobody else of the instance fetches while this lives.
struct Fetching<'a>(&'a AtomicBool);

impl Drop for Fetching<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl KeySet {
    pub(super) fn new(capabilities: &Capabilities) -> Self {
        Self(Arc::new(Inner {
            capabilities: capabilities.clone(),
            known: Mutex::default(),
            failed: Mutex::default(),
            fetching: AtomicBool::new(false),
            fetches: AtomicU64::new(0),
        }))
    }

    /// The keys to hold a token against.
    pub(super) async fn for_token(&self, settings: &Settings, signed: &Signed<'_>) -> Result<Arc<Keys>, NoKeys> {
        let of = identity(settings);
        let now = self.now();
        let known = match self.look(&of).await {
            Some(known) if known.age(now) < millis(FRESH) => known,
            Some(known) if known.age(now) < millis(STALE) => {
                self.fetch_behind(&of);
                known
            }
            Some(known) if known.age(now) < millis(OUTAGE) => self.fetch(&of, None).await.unwrap_or(known),
            _ => self.fetch(&of, None).await?,
        };
        if known.keys.fit(signed) {
            return Ok(known.keys);
        }
        // It may be new. The first time somebody else may be fetching who began before the token came: what they get says
        // nothing of a key that was published since.
        let mut known = known;
        for _ in 0..2 {
            let looks = looks(&known.copy, now).ok_or_else(|| NoKeys("keys were looked for too often".into()))?;
            // It counts once the issuer has answered.
            known = self.fetch(&of, Some(looks)).await?;
            if known.keys.fit(signed) || known.copy.fetched_at >= now {
                return Ok(known.keys);
            }
        }
        Err(NoKeys("the issuer's keys were fetched before the token came".into()))
    }

    fn now(&self) -> Timestamp {
        self.0.capabilities.clock.now()
    }

    /// What is known: by the cache, or where that cannot be asked by this instance.
    async fn look(&self, of: &str) -> Option<Known> {
        let remembered = self.remembered(of);
        let Ok(Some(bytes)) = self.0.capabilities.cache.get(CACHE_KEY).await else { return remembered };
        let copy: Option<Copy> = serde_json::from_slice(&bytes).ok();
        let Some(copy) = copy.filter(|copy| copy.of == of) else { return remembered };
        let keys = match remembered {
            Some(known) if known.copy.set == copy.set => known.keys,
            _ => Arc::new(Keys::read(copy.set.as_bytes())?),
        };
        let known = Known { copy: Arc::new(copy), keys };
        *self.0.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known.clone());
        Some(known)
    }

    async fn keep(&self, copy: Copy, keys: Arc<Keys>) -> Known {
        // Without the copy each instance asks the issuer for itself, nothing else.
        if let Ok(bytes) = serde_json::to_vec(&copy) {
            let _ = self.0.capabilities.cache.set(CACHE_KEY, &bytes).await;
        }
        let known = Known { copy: Arc::new(copy), keys };
        *self.0.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known.clone());
        known
    }

    fn fetch_behind(&self, of: &str) {
        if self.0.fetching.load(Ordering::Acquire) {
            return;
        }
        let (set, of) = (self.clone(), of.to_owned());
        self.0.capabilities.background.spawn(Box::pin(async move {
            // What cannot be had now is asked for again by the next request.
            let _ = set.fetch(&of, None).await;
        }));
    }

    /// Fetches the keys, or waits for whoever does.
    async fn fetch(&self, of: &str, looks: Option<Vec<Timestamp>>) -> Result<Known, NoKeys> {
        let clock = &self.0.capabilities.clock;
        let (started, before) = (clock.elapsed(), self.0.fetches.load(Ordering::Acquire));
        loop {
            if let Some(why) = self.is_resting() {
                return Err(NoKeys(why));
            }
            if self.0.fetches.load(Ordering::Acquire) != before
                && let Some(known) = self.remembered(of)
            {
                return Ok(known);
            }
            if !self.0.fetching.swap(true, Ordering::AcqRel) {
                break;
            }
            if clock.elapsed().saturating_sub(started) > TIMEOUT {
                return Err(NoKeys("another request has not got them in time".into()));
            }
            clock.sleep(GAP).await;
        }
        let _fetching = Fetching(&self.0.fetching);
        let fetched_at = clock.now();
        let outcome = match self.ask().await {
            Ok((set, keys)) => {
                *self.failed() = None;
                let before = self.look(of).await.map(|known| known.copy.looks.clone());
                let looks = looks.or(before).unwrap_or_default();
                Ok(self.keep(Copy { of: of.to_owned(), set, fetched_at, looks }, Arc::new(keys)).await)
            }
            Err(why) => {
                *self.failed() = Some((clock.now(), why.clone()));
                Err(NoKeys(why))
            }
        };
        self.0.fetches.fetch_add(1, Ordering::AcqRel);
        outcome
    }

    fn failed(&self) -> std::sync::MutexGuard<'_, Option<(Timestamp, String)>> {
        self.0.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why the issuer is left alone just now, if it is.
    fn is_resting(&self) -> Option<String> {
        let (at, why) = self.failed().clone()?;
        (0..millis(REST)).contains(&self.now().millis_since(at)).then_some(why)
    }

    fn remembered(&self, of: &str) -> Option<Known> {
        let known = self.0.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        known.filter(|known| known.copy.of == of)
    }

    async fn ask(&self) -> Result<(String, Keys), String> {
        let request = Request::get(KEYS_URL).body(Bytes::new()).map_err(|error| error.to_string())?;
        let answer = self.0.capabilities.http.send(request, TIMEOUT).await.map_err(|error| error.to_string())?;
        if answer.status() != StatusCode::OK {
            return Err(format!("answered with the status {}", answer.status().as_u16()));
        }
        // Of a set with much else in it what is of use is kept: it is read with each token.
        let set = keys::usable(answer.body()).ok_or("not a set of keys")?;
        let keys = Keys::read(set.as_bytes()).ok_or("not a set of keys")?;
        Ok((set, keys))
    }
}

const CACHE_KEY: &str = "passport-keys";

/// When keys were looked for, now among them; None where that was too often.
fn looks(copy: &Copy, now: Timestamp) -> Option<Vec<Timestamp>> {
    let within = |look: &&Timestamp| (0..millis(LOOKS_WITHIN)).contains(&now.millis_since(**look));
    let mut looks: Vec<Timestamp> = copy.looks.iter().filter(within).copied().collect();
    let just_now = looks.iter().any(|look| now.millis_since(*look) < millis(LOOK_EVERY));
    if looks.len() >= LOOKS && just_now {
        return None;
    }
    looks.push(now);
    Some(looks)
}

/// What tells an issuer that is set up from any other.
fn identity(settings: &Settings) -> String {
    hex::encode(Sha256::digest(format!("{}\n{}", settings.issuer, settings.jwks_url)))
}

impl Known {
    fn age(&self, now: Timestamp) -> i64 {
        let age = now.millis_since(self.copy.fetched_at);
        // From the future: another machine's clock, or this one was set back.
        if age < -millis(FRESH) { i64::MAX } else { age.max(0) }
    }
}
