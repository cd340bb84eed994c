//! Rate limits per credential, and per tenant with all its credentials, so that one caller cannot starve the others.
//!
//! Each has a token bucket in the shared store. It holds as many tokens as the caller may send requests in a minute, and
//! refills at that rate. The store keeps a counter of all tokens ever taken, which only grows, so that taking tokens is
//! one atomic addition; and a mark, the value of the counter when the bucket was last full. The level of the bucket
//! follows from the two. An instance that finds the bucket full again, or finds that the store lost one of the two, sets
//! the mark; instances that do so at the same time set the same mark. An instance takes several tokens at a time and
//! spends them from memory: twice as many as it has spent of those before. Tokens that it does not spend within
//! [`LOCAL_TTL`] are lost, and refill with time: many instances that each serve a request now and then must not lose more
//! than they spend. Of requests
//! that find none at the same time, one takes several and the others one each: a burst must not empty the bucket by what
//! it does not spend.
//!
//! Rate limits protect the edge and decide nothing else: if the store does not answer, no request is held up.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use edge_cache::SingleFlight;
use edge_capabilities::key_value::StoreError;
use edge_capabilities::{Capabilities, Config, Timestamp};
use edge_http::RateLimitStatus;

/// The time in which an empty bucket refills, milliseconds.
const WINDOW: i64 = 60_000;

/// How long an instance may spend the tokens that it has taken.
const LOCAL_TTL: Duration = Duration::from_secs(1);

/// The maximum number of tokens taken at a time; at most a hundredth of the bucket.
const MAX_DRAW: i64 = 200;

/// The maximum number of buckets in memory.
const MAX_BUCKETS: usize = 1024;

/// Requests per minute by default.
const DEFAULT_PER_KEY: i64 = 120_000;
const DEFAULT_PER_TENANT: i64 = 240_000;

/// The rate limiter of an instance.
pub(crate) struct RateLimiter {
    capabilities: Capabilities,
    limits: OnceLock<Limits>,
    local: Mutex<HashMap<String, LocalTokens>>,
    /// The buckets from which a request of this instance is taking several tokens.
    draws: SingleFlight<String, ()>,
}

/// Requests per minute; None: no limit.
#[derive(Clone, Copy)]
struct Limits {
    per_key: Option<i64>,
    per_tenant: Option<i64>,
}

/// The tokens of one bucket that an instance has taken and not yet spent.
#[derive(Clone, Copy)]
struct LocalTokens {
    /// How many were taken.
    drawn: i64,
    left: i64,
    expires_at: Timestamp,
    /// The level of the bucket after these tokens were taken.
    in_bucket: i64,
    /// When the bucket will be full or, if it is empty, when it will hold a token; milliseconds since 1970.
    refilled_at: i64,
    is_empty: bool,
}

/// The value of the counter when the bucket was last full.
#[derive(Clone, Copy)]
struct Mark {
    at: Timestamp,
    taken: i64,
}

impl Mark {
    fn read(bytes: &[u8]) -> Option<Self> {
        let (at, taken) = std::str::from_utf8(bytes).ok()?.split_once(' ')?;
        Some(Self { at: Timestamp::from_millis(at.parse().ok()?), taken: taken.parse().ok()? })
    }

    fn write(self) -> String {
        format!("{} {}", self.at.as_millis(), self.taken)
    }

    /// The level of the bucket at `now`, when the counter is `taken`; above `limit` if the bucket was full in between.
    fn level(self, limit: i64, taken: i64, now: Timestamp) -> i64 {
        let passed = i128::from(now.millis_since(self.at).max(0));
        let refilled = passed.saturating_mul(i128::from(limit)).checked_div(WINDOW.into()).unwrap_or(0);
        let spent = i128::from(taken).saturating_sub(self.taken.into());
        let level = i128::from(limit).saturating_add(refilled).saturating_sub(spent);
        i64::try_from(level).unwrap_or(i64::MAX)
    }
}

impl Limits {
    async fn load(config: &dyn Config) -> Self {
        let limit = async |name: &str, default: i64| {
            let text = edge_capabilities::config::text(config, name).await.unwrap_or_default();
            // An unreadable value counts as unset.
            let limit = text.parse::<i64>().ok().filter(|limit| *limit >= 0).unwrap_or(default);
            (limit > 0).then_some(limit)
        };
        Self {
            per_key: limit("rate_limit_per_key", DEFAULT_PER_KEY).await,
            per_tenant: limit("rate_limit_per_tenant", DEFAULT_PER_TENANT).await,
        }
    }
}

impl RateLimiter {
    pub(crate) fn new(capabilities: &Capabilities) -> Self {
        Self {
            capabilities: capabilities.clone(),
            limits: OnceLock::new(),
            local: Mutex::default(),
            draws: SingleFlight::default(),
        }
    }

    /// Takes a token for one request of the credential `caller`, and one for its tenant; returns the status of the scarcer
    /// bucket, None if nothing is limited. An error is the status of a bucket that is empty.
    pub(crate) async fn take(
        &self,
        caller: &str,
        tenant: Option<&str>,
    ) -> Result<Option<RateLimitStatus>, RateLimitStatus> {
        let limits = match self.limits.get() {
            Some(limits) => *limits,
            None => {
                let loaded = Limits::load(&*self.capabilities.config).await;
                *self.limits.get_or_init(|| loaded)
            }
        };
        let mut scarcest: Option<RateLimitStatus> = None;
        let of_tenant = tenant.map(|tenant| (format!("rate:tenant:{tenant}"), limits.per_tenant));
        for (bucket, limit) in [(format!("rate:{caller}"), limits.per_key)].into_iter().chain(of_tenant) {
            let Some(limit) = limit else { continue };
            let Some(status) = self.take_from(&bucket, limit).await? else { continue };
            if scarcest.is_none_or(|other| status.remaining < other.remaining) {
                scarcest = Some(status);
            }
        }
        Ok(scarcest)
    }

    async fn take_from(&self, bucket: &str, limit: i64) -> Result<Option<RateLimitStatus>, RateLimitStatus> {
        let now = self.capabilities.clock.now();
        let local = {
            let mut all = self.local.lock().unwrap_or_else(PoisonError::into_inner);
            all.get_mut(bucket).map(|tokens| {
                let can_spend = tokens.left > 0 && now < tokens.expires_at;
                if can_spend {
                    tokens.left = tokens.left.saturating_sub(1);
                }
                (*tokens, can_spend)
            })
        };
        match local {
            Some((tokens, true)) => return Ok(Some(tokens.status(limit, now))),
            Some((tokens, _)) if tokens.is_empty && tokens.refilled_at > now.as_millis() => {
                return Err(tokens.status(limit, now));
            }
            _ => {}
        }
        let leader = self.draws.lead(&bucket.to_owned(), &*self.capabilities.clock);
        let most = limit.checked_div(100).unwrap_or(1).clamp(1, MAX_DRAW);
        let spent = local.map_or(0, |(tokens, _)| tokens.drawn.saturating_sub(tokens.left));
        let wanted = if leader.is_some() { spent.saturating_mul(2).clamp(1, most) } else { 1 };
        // If the store does not answer, no request is held up.
        let Ok(tokens) = self.draw(bucket, limit, wanted, now).await else { return Ok(None) };
        if leader.is_some() {
            let mut all = self.local.lock().unwrap_or_else(PoisonError::into_inner);
            if all.len() >= MAX_BUCKETS && !all.contains_key(bucket) {
                all.clear();
            }
            all.insert(bucket.to_owned(), tokens);
        }
        let status = tokens.status(limit, now);
        if tokens.is_empty { Err(status) } else { Ok(Some(status)) }
    }

    /// Takes up to `wanted` tokens from the shared bucket and spends one of them.
    async fn draw(&self, bucket: &str, limit: i64, wanted: i64, now: Timestamp) -> Result<LocalTokens, StoreError> {
        let cache = &self.capabilities.cache;
        let mark_key = format!("{bucket} full");
        // INVARIANT: the counter is read before the mark. An instance that sees the tokens that others took from a full
        // bucket also sees their mark.
        let taken = cache.counter(bucket).await?.unwrap_or(0);
        let mark = cache.get(&mark_key).await?.and_then(|bytes| Mark::read(&bytes));
        let is_valid = |mark: &Mark| {
            let is_past = now.millis_since(mark.at) >= -WINDOW;
            is_past && mark.taken <= taken && mark.level(limit, taken, now) <= limit
        };
        let mark = match mark.filter(is_valid) {
            Some(mark) => mark,
            None => {
                let mark = Mark { at: now, taken };
                cache.set(&mark_key, mark.write().as_bytes()).await?;
                mark
            }
        };
        let count = wanted.min(mark.level(limit, taken, now));
        if count < 1 {
            return Ok(LocalTokens::none(limit, mark.level(limit, taken, now), now));
        }
        let taken = cache.increment(bucket, count).await?;
        let left = mark.level(limit, taken, now);
        if left < 0 {
            // Other instances were faster: the bucket held less than it seemed to.
            let taken = cache.increment(bucket, count.saturating_neg()).await?;
            return Ok(LocalTokens::none(limit, mark.level(limit, taken, now).min(0), now));
        }
        let refilled_at = now.as_millis().saturating_add(refill_time(limit.saturating_sub(left), limit));
        let expires_at = now.plus(LOCAL_TTL);
        let kept = count.saturating_sub(1);
        Ok(LocalTokens { drawn: count, left: kept, expires_at, in_bucket: left, refilled_at, is_empty: false })
    }
}

impl LocalTokens {
    /// No tokens were taken, because the level of the bucket is below one.
    fn none(limit: i64, level: i64, now: Timestamp) -> Self {
        let refilled_at = now.as_millis().saturating_add(refill_time(1_i64.saturating_sub(level), limit));
        Self { drawn: 0, left: 0, expires_at: now, in_bucket: 0, refilled_at, is_empty: true }
    }

    fn status(&self, limit: i64, now: Timestamp) -> RateLimitStatus {
        let remaining = self.in_bucket.saturating_add(self.left).clamp(0, limit);
        let millis = self.refilled_at.saturating_sub(now.as_millis()).max(0);
        let reset = unsigned(millis.saturating_add(999).checked_div(1000).unwrap_or(0));
        let reset = if self.is_empty { reset.max(1) } else { reset };
        RateLimitStatus { limit: unsigned(limit), remaining: unsigned(remaining), reset }
    }
}

/// The time in which a bucket refills by `tokens`, milliseconds.
fn refill_time(tokens: i64, limit: i64) -> i64 {
    let whole = i128::from(tokens.max(0)).saturating_mul(WINDOW.into());
    let rounded_up = whole.saturating_add(i128::from(limit)).saturating_sub(1);
    i64::try_from(rounded_up.checked_div(limit.into()).unwrap_or(0)).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests;
