//! How often a credential, and a tenant with all its credentials, may ask: so that one caller cannot starve the rest.
//!
//! Each has a bucket of tokens in the shared store: as many as it may ask in a minute, filling up at that pace. What the
//! store keeps is a counter of the tokens that were ever taken, which only ever grows, so that taking some is one atomic
//! addition; and a mark, which says how many had been taken when the bucket was last full. What a bucket holds follows
//! from the two. Whoever comes to a bucket that is full anew, or of which the store has lost a part, sets the mark; those
//! who do so together set the same. An instance takes a few tokens at a time and spends them from memory; what it does not
//! spend within [`SHELF_LIFE`] is lost, and comes back with time.
//!
//! This protects the edge and decides nothing else: where the store cannot be asked, nobody is held up.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use edge_capabilities::key_value::StoreError;
use edge_capabilities::{Capabilities, Config, Timestamp};
use edge_http::Allowance;

/// In which time a bucket fills, milliseconds.
const WINDOW: i64 = 60_000;

/// How long an instance may spend what it has taken.
const SHELF_LIFE: Duration = Duration::from_secs(1);

/// The most tokens that are taken at a time; and no more than a hundredth of the bucket.
const MAX_AT_ONCE: i64 = 200;

/// Buckets remembered.
const MAX_COUNT: usize = 1024;

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
    until: Timestamp,
    /// What the bucket still held when this was taken.
    in_bucket: i64,
    /// When the bucket will be full, or, where it is empty, when it will hold a token, milliseconds.
    then: i64,
    is_empty: bool,
}

/// How many tokens had been taken when the bucket was last full.
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

    /// What the bucket holds at `now`, when `taken` have been taken; more than `limit` where it was full meanwhile.
    fn holds(self, limit: i64, taken: i64, now: Timestamp) -> i64 {
        let passed = i128::from(now.millis_since(self.at).max(0));
        let flowed_in = passed.saturating_mul(i128::from(limit)).checked_div(WINDOW.into()).unwrap_or(0);
        let spent = i128::from(taken).saturating_sub(self.taken.into());
        let holds = i128::from(limit).saturating_add(flowed_in).saturating_sub(spent);
        i64::try_from(holds).unwrap_or(i64::MAX)
    }
}

impl Limits {
    async fn load(config: &dyn Config) -> Self {
        let limit = async |name: &str, otherwise: i64| {
            let text = edge_capabilities::config::text(config, name).await.unwrap_or_default();
            // What cannot be read limits as if it were not set.
            let limit = text.parse::<i64>().ok().filter(|limit| *limit >= 0).unwrap_or(otherwise);
            (limit > 0).then_some(limit)
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
            Some((taken, true)) => return Ok(Some(taken.allowance(limit, now))),
            Some((taken, _)) if taken.is_empty && taken.then > now.as_millis() => {
                return Err(taken.allowance(limit, now));
            }
            _ => {}
        }
        // A store that cannot be asked holds nobody up.
        let Ok(taken) = self.draw(bucket, limit, now).await else { return Ok(None) };
        let mut all = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MAX_COUNT && !all.contains_key(bucket) {
            all.clear();
        }
        all.insert(bucket.to_owned(), taken);
        let allowance = taken.allowance(limit, now);
        if taken.is_empty { Err(allowance) } else { Ok(Some(allowance)) }
    }

    /// Takes tokens out of the shared bucket, one of which is spent at once.
    async fn draw(&self, bucket: &str, limit: i64, now: Timestamp) -> Result<Taken, StoreError> {
        let cache = &self.capabilities.cache;
        let place = format!("{bucket} full");
        // INVARIANT: the counter is read before the mark. Who sees what others took from a full bucket sees their mark.
        let taken = cache.counter(bucket).await?.unwrap_or(0);
        let mark = cache.get(&place).await?.and_then(|bytes| Mark::read(&bytes));
        let good = |mark: &Mark| {
            let is_past = now.millis_since(mark.at) >= -WINDOW;
            is_past && mark.taken <= taken && mark.holds(limit, taken, now) <= limit
        };
        let mark = match mark.filter(good) {
            Some(mark) => mark,
            None => {
                let mark = Mark { at: now, taken };
                cache.set(&place, mark.write().as_bytes()).await?;
                mark
            }
        };
        let wanted = limit.checked_div(100).unwrap_or(1).clamp(1, MAX_AT_ONCE);
        let count = wanted.min(mark.holds(limit, taken, now));
        if count < 1 {
            return Ok(Taken::none(limit, mark.holds(limit, taken, now), now));
        }
        let taken = cache.increment(bucket, count).await?;
        let left = mark.holds(limit, taken, now);
        if left < 0 {
            // Others were faster: there was less than there seemed to be.
            let taken = cache.increment(bucket, count.saturating_neg()).await?;
            return Ok(Taken::none(limit, mark.holds(limit, taken, now).min(0), now));
        }
        let full = now.as_millis().saturating_add(time_for(limit.saturating_sub(left), limit));
        let until = now.plus(SHELF_LIFE);
        Ok(Taken { left: count.saturating_sub(1), until, in_bucket: left, then: full, is_empty: false })
    }
}

impl Taken {
    /// Nothing was taken, for the bucket holds `holds`, which is less than a token.
    fn none(limit: i64, holds: i64, now: Timestamp) -> Self {
        let then = now.as_millis().saturating_add(time_for(1_i64.saturating_sub(holds), limit));
        Self { left: 0, until: now, in_bucket: 0, then, is_empty: true }
    }

    fn allowance(&self, limit: i64, now: Timestamp) -> Allowance {
        let remaining = self.in_bucket.saturating_add(self.left).clamp(0, limit);
        let millis = self.then.saturating_sub(now.as_millis()).max(0);
        let reset = unsigned(millis.saturating_add(999).checked_div(1000).unwrap_or(0));
        let reset = if self.is_empty { reset.max(1) } else { reset };
        Allowance { limit: unsigned(limit), remaining: unsigned(remaining), reset }
    }
}

/// In which time this many tokens flow in, milliseconds.
fn time_for(tokens: i64, limit: i64) -> i64 {
    let whole = i128::from(tokens.max(0)).saturating_mul(WINDOW.into());
    let rounded_up = whole.saturating_add(i128::from(limit)).saturating_sub(1);
    i64::try_from(rounded_up.checked_div(limit.into()).unwrap_or(0)).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests;
