//! How often a credential, and a tenant with all its credentials, may ask: so that one caller cannot starve the rest.
//!
//! Each has a bucket of tokens in the shared store: as many as it may ask in a minute, filling up at that pace. What the
//! store keeps is one counter, the instant at which the bucket will be full again: so taking tokens is one atomic
//! addition, whoever else takes some, and an idle bucket needs no care. An instance takes a few tokens at a time and
//! spends them from memory; what it does not spend within [`SHELF_LIFE`] is lost, and comes back with time.
//!
//! This protects the edge and decides nothing else: where the store cannot be asked, nobody is held up.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use edge_border::Allowance;
use edge_capabilities::key_value::StoreError;
use edge_capabilities::{Capabilities, Config, Instant};

/// 2025-01-01T00:00:00Z: counters count from here, in microseconds.
const EPOCH: Instant = Instant::from_millis(1_735_689_600_000);

/// In which time a bucket fills, microseconds.
const WINDOW: i64 = 60_000_000;

/// How long an instance may spend what it has taken.
const SHELF_LIFE: Duration = Duration::from_secs(1);

/// The most tokens that are taken at a time; and no more than a hundredth of the bucket.
const MOST_AT_ONCE: i64 = 200;

/// Buckets remembered.
const MOST: usize = 1024;

/// Requests in a minute, unless told.
const PER_KEY: i64 = 120_000;
const PER_TENANT: i64 = 240_000;

/// The buckets that an instance takes from.
pub(crate) struct Rates {
    capabilities: Capabilities,
    limits: OnceLock<Limits>,
    taken: Mutex<HashMap<String, Taken>>,
}

/// Requests in a minute; None: as many as one likes.
#[derive(Clone, Copy)]
struct Limits {
    per_key: Option<i64>,
    per_tenant: Option<i64>,
}

/// What an instance has taken and not yet spent.
#[derive(Clone, Copy)]
struct Taken {
    left: i64,
    until: Instant,
    /// What the bucket still held, and when it will be full, when this was taken.
    in_bucket: i64,
    full_at: i64,
    /// The bucket is empty until then.
    empty_until: Option<i64>,
}

impl Limits {
    async fn load(config: &dyn Config) -> Self {
        let limit = async |name: &str, otherwise: i64| {
            let text = edge_capabilities::config::text(config, name).await.unwrap_or_default();
            // What cannot be read limits as if it were not set.
            let limit = text.parse::<i64>().ok().filter(|limit| *limit >= 0).unwrap_or(otherwise);
            (limit > 0).then_some(limit.min(WINDOW))
        };
        Self {
            per_key: limit("rate_limit_per_key", PER_KEY).await,
            per_tenant: limit("rate_limit_per_tenant", PER_TENANT).await,
        }
    }
}

impl Rates {
    pub(crate) fn new(capabilities: &Capabilities) -> Self {
        Self { capabilities: capabilities.clone(), limits: OnceLock::new(), taken: Mutex::default() }
    }

    /// Takes a token for one request of the credential `caller`, and one for its tenant; gives what is left of the
    /// scarcer, None where nothing is limited. An error: one of them has none left.
    pub(crate) async fn take(&self, caller: &str, tenant: Option<&str>) -> Result<Option<Allowance>, Allowance> {
        let limits = match self.limits.get() {
            Some(limits) => *limits,
            None => {
                let loaded = Limits::load(&*self.capabilities.config).await;
                *self.limits.get_or_init(|| loaded)
            }
        };
        let mut scarcest: Option<Allowance> = None;
        let of_tenant = tenant.map(|tenant| (format!("rate:tenant:{tenant}"), limits.per_tenant));
        for (bucket, limit) in [(format!("rate:{caller}"), limits.per_key)].into_iter().chain(of_tenant) {
            let Some(limit) = limit else { continue };
            let Some(allowance) = self.take_from(&bucket, limit).await? else { continue };
            if scarcest.is_none_or(|other| allowance.remaining < other.remaining) {
                scarcest = Some(allowance);
            }
        }
        Ok(scarcest)
    }

    async fn take_from(&self, bucket: &str, limit: i64) -> Result<Option<Allowance>, Allowance> {
        let now = self.capabilities.clock.now();
        let micros = now.millis_since(EPOCH).saturating_mul(1000);
        let known = {
            let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
            taken.get_mut(bucket).map(|taken| {
                let good = taken.left > 0 && now < taken.until;
                if good {
                    taken.left = taken.left.saturating_sub(1);
                }
                (*taken, good)
            })
        };
        match known {
            Some((taken, true)) => return Ok(Some(taken.allowance(limit, micros))),
            Some((Taken { empty_until: Some(until), .. }, _)) if until > micros => {
                return Err(over(limit, until, micros));
            }
            _ => {}
        }
        // A store that cannot be asked holds nobody up.
        let Ok(taken) = self.draw(bucket, limit, micros, now).await else { return Ok(None) };
        let mut all = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST && !all.contains_key(bucket) {
            all.clear();
        }
        all.insert(bucket.to_owned(), taken);
        match taken.empty_until {
            Some(until) => Err(over(limit, until, micros)),
            None => Ok(Some(taken.allowance(limit, micros))),
        }
    }

    /// Takes tokens out of the shared bucket, one of which is spent at once.
    async fn draw(&self, bucket: &str, limit: i64, now: i64, at: Instant) -> Result<Taken, StoreError> {
        let cache = &self.capabilities.cache;
        let token = WINDOW.checked_div(limit).unwrap_or(WINDOW).max(1);
        let last = cache.counter(bucket).await?.unwrap_or(0);
        let full = Taken { left: 0, until: at, in_bucket: limit, full_at: now, empty_until: None };
        if last > now.saturating_add(WINDOW.saturating_mul(2)) {
            // None of ours writes that: somebody died between two steps, or the clock was set back. It starts anew.
            cache.delete(bucket).await?;
            return Ok(full);
        }
        let from = last.max(now);
        let free = now.saturating_add(WINDOW).saturating_sub(from);
        let wanted = limit.checked_div(100).unwrap_or(1).clamp(1, MOST_AT_ONCE);
        let count = wanted.min(free.checked_div(token).unwrap_or(0));
        if count < 1 {
            let until = from.saturating_add(token).saturating_sub(WINDOW);
            return Ok(Taken { empty_until: Some(until), ..full });
        }
        let jump = from.saturating_sub(last);
        let cost = count.saturating_mul(token);
        let step = jump.saturating_add(cost);
        let mut sum = cache.increment(bucket, step).await?;
        if jump > 0 && sum != last.saturating_add(step) {
            // Others came to the idle bucket at the same time, and one of them has brought it up to now already.
            sum = cache.increment(bucket, jump.saturating_neg()).await?;
        }
        if sum > now.saturating_add(WINDOW) {
            // Others were faster: there was less than there seemed to be.
            sum = cache.increment(bucket, cost.saturating_neg()).await?;
            let until = sum.saturating_add(token).saturating_sub(WINDOW).max(now.saturating_add(token));
            return Ok(Taken { empty_until: Some(until), ..full });
        }
        let in_bucket = now.saturating_add(WINDOW).saturating_sub(sum).checked_div(token).unwrap_or(0);
        let until = at.plus(SHELF_LIFE);
        Ok(Taken { left: count.saturating_sub(1), until, in_bucket, full_at: sum, empty_until: None })
    }
}

impl Taken {
    fn allowance(&self, limit: i64, now: i64) -> Allowance {
        let remaining = self.in_bucket.saturating_add(self.left).clamp(0, limit);
        Allowance { limit: unsigned(limit), remaining: unsigned(remaining), reset: seconds(self.full_at, now) }
    }
}

fn over(limit: i64, until: i64, now: i64) -> Allowance {
    Allowance { limit: unsigned(limit), remaining: 0, reset: seconds(until, now).max(1) }
}

/// From `now` to `then`, in whole seconds and no fewer.
fn seconds(then: i64, now: i64) -> u64 {
    let micros = then.saturating_sub(now).max(0);
    unsigned(micros.saturating_add(999_999).checked_div(1_000_000).unwrap_or(0))
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests;
