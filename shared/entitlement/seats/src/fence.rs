//! Fences: a number for each organisation, raised by everything that may change who has a seat. A verdict carries the
//! number it was read under. It is served while the organisation's fence still has that number, and never again once
//! the fence was raised. [`crate::invalidation`] says how that is ensured.
//!
//! Numbers start from the time of day, and each raise adds a random one. If the cache loses a fence, or is rolled back, the
//! next number was not used before, so no old verdict becomes valid again. A verdict whose fence is lost is not served.

use std::sync::Arc;

use edge_capabilities::key_value::StoreError;
use edge_capabilities::{Capabilities, Clock, KeyValue, Random, Timestamp};
use serde::{Deserialize, Serialize};

/// 2025-01-01T00:00:00Z: numbers count from here, so that they stay small enough for any JSON reader.
const EPOCH: Timestamp = Timestamp::from_millis(1_735_689_600_000);

/// Numbers in each millisecond. More raises than this in a millisecond run ahead of the time of day.
const PER_MILLI: i64 = 1000;

/// How often a raise is repeated that the cache loses at once.
const MAX_ATTEMPTS: usize = 5;

fn applied_key(organization: &str) -> String {
    format!("fence-shown:{organization}")
}

/// The fence that a verdict was read under.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct FenceToken {
    #[serde(rename = "k")]
    pub(crate) fence: Fence,
    #[serde(rename = "n")]
    pub(crate) number: i64,
}

impl FenceToken {
    /// The token of a verdict that is not stored.
    pub(crate) fn unfenced() -> Self {
        Self { fence: Fence::Global, number: i64::MIN }
    }

    /// Whether it is the token of a verdict that may be stored.
    pub(crate) fn is_fenced(&self) -> bool {
        self.number != i64::MIN
    }
}

/// Which fence.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Fence {
    /// The global fence, which is raised with each of the others.
    #[serde(rename = "all")]
    Global,
    /// An organisation's.
    #[serde(rename = "o")]
    Organization(String),
}

impl Fence {
    fn key(&self) -> String {
        match self {
            Self::Global => "fence:all".to_owned(),
            Self::Organization(id) => format!("fence:org:{id}"),
        }
    }
}

/// The fences, in the cache.
#[derive(Clone)]
pub(crate) struct Fences {
    cache: Arc<dyn KeyValue>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl Fences {
    pub(crate) fn new(capabilities: &Capabilities) -> Self {
        let Capabilities { cache, clock, random, .. } = capabilities.clone();
        Self { cache, clock, random }
    }

    /// Whether a verdict with this token may be served.
    pub(crate) async fn is_current(&self, token: &FenceToken) -> Result<bool, StoreError> {
        Ok(self.cache.counter(&token.fence.key()).await? == Some(token.number))
    }

    /// The present token of a fence; None: the fence does not exist. It is not created here: many callers that come to an
    /// empty cache at once would all create it, and none could read its number until the last was done.
    pub(crate) async fn peek(&self, fence: Fence) -> Result<Option<FenceToken>, StoreError> {
        let number = self.cache.counter(&fence.key()).await?;
        Ok(number.map(|number| FenceToken { fence, number }))
    }

    /// The present token of a fence, which is created if it does not exist.
    pub(crate) async fn get_or_create(&self, fence: Fence) -> Result<FenceToken, StoreError> {
        let key = fence.key();
        let number = match (self.cache.counter(&key).await?, &fence) {
            (Some(number), _) => number,
            (None, Fence::Global) => self.raise_global().await?,
            (None, Fence::Organization(_)) => {
                // Concurrent increments add up. Who has read too early stores a verdict that is not served.
                let number = match self.cache.counter(&Fence::Global.key()).await? {
                    Some(number) => number,
                    None => self.raise_global().await?,
                };
                self.cache.increment(&key, number).await?;
                self.cache.counter(&key).await?.unwrap_or(number)
            }
        };
        Ok(FenceToken { fence, number })
    }

    /// Raises the global fence; gives a number above all that were given before, also if the counter was lost.
    pub(crate) async fn raise_global(&self) -> Result<i64, StoreError> {
        let key = Fence::Global.key();
        let last = self.cache.counter(&key).await?.unwrap_or(0);
        let by_time = self.clock.now().millis_since(EPOCH).saturating_mul(PER_MILLI);
        let step = by_time.saturating_sub(last).max(1);
        let number = self.cache.increment(&key, step).await?;
        let too_far = number.saturating_sub(last.saturating_add(step));
        if too_far > PER_MILLI {
            // Others raised the fence from the same number at the same time. All but one of this step are taken back,
            // so that numbers stay near the time of day.
            return self.cache.increment(&key, step.saturating_sub(1).saturating_neg()).await;
        }
        Ok(number)
    }

    /// Raises the fence of an organisation to `number` or beyond; gives the new number. It only ever adds, so no concurrent
    /// raise is lost, and a fence may be ahead of `number`. A cache that was rolled back would then give the same numbers
    /// again, and verdicts that were read before would count: so a random number is added.
    async fn raise_organization(&self, organization: &str, number: i64) -> Result<i64, StoreError> {
        let key = Fence::Organization(organization.to_owned()).key();
        let last = self.cache.counter(&key).await?.unwrap_or(0);
        let mut more = [0; 2];
        self.random.fill(&mut more);
        let more = i64::from(u16::from_be_bytes(more));
        self.cache.increment(&key, number.saturating_sub(last).max(1).saturating_add(more)).await
    }

    /// The same, and records in the cache that it has the raise with this sequence number in the database.
    pub(crate) async fn apply_raise(&self, organization: &str, number: i64, sequence: i64) -> Result<i64, StoreError> {
        let key = Fence::Organization(organization.to_owned()).key();
        for _ in 0..MAX_ATTEMPTS {
            let raised = self.raise_organization(organization, number).await?;
            self.cache.set(&applied_key(organization), sequence.to_string().as_bytes()).await?;
            // INVARIANT: the record is written after the fence was raised. A cache that was rolled back in between has
            // the record and not the raise.
            if self.cache.counter(&key).await? >= Some(raised) {
                return Ok(raised);
            }
        }
        Err(StoreError("the cache loses what is written".into()))
    }

    /// Whether the cache has the raise with this sequence number of the organisation's fence.
    pub(crate) async fn has_raise(&self, organization: &str, sequence: i64) -> Result<bool, StoreError> {
        let bytes = self.cache.get(&applied_key(organization)).await?;
        let applied = bytes.and_then(|bytes| std::str::from_utf8(&bytes).ok()?.parse::<i64>().ok());
        Ok(applied.is_some_and(|applied| applied >= sequence))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::time::Duration;

    use edge_capabilities::testing::World;

    use super::*;

    fn fences(world: &World) -> Fences {
        Fences::new(&world.instance().0)
    }

    fn organization(id: &str) -> Fence {
        Fence::Organization(id.to_owned())
    }

    async fn raise(fences: &Fences, organization: &str) -> i64 {
        let number = fences.raise_global().await.unwrap();
        fences.raise_organization(organization, number).await.unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn no_raise_gives_a_number_that_was_used_also_after_everything_was_lost() {
        let world = World::new(1);
        let fences = fences(&world);
        let mut used = HashSet::new();
        for round in 0..20 {
            let number = raise(&fences, ["a", "b"][round % 2]).await;
            assert!(number < 1 << 53);
            assert!(used.insert(number));
            if round == 10 {
                world.cache.lose_everything();
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_current_until_its_fence_is_raised_or_lost() {
        let world = World::new(1);
        let fences = fences(&world);
        let (org, all) = (
            fences.get_or_create(organization("org")).await.unwrap(),
            fences.get_or_create(Fence::Global).await.unwrap(),
        );
        assert!(fences.is_current(&org).await.unwrap() && fences.is_current(&all).await.unwrap());
        raise(&fences, "other").await;
        assert!(fences.is_current(&org).await.unwrap());
        assert!(!fences.is_current(&all).await.unwrap());
        raise(&fences, "org").await;
        assert!(!fences.is_current(&org).await.unwrap());

        let org = fences.get_or_create(organization("org")).await.unwrap();
        world.cache.lose(|key| key == "fence:org:org");
        assert!(!fences.is_current(&org).await.unwrap());
        raise(&fences, "org").await;
        assert!(!fences.is_current(&org).await.unwrap());
    }

    #[tokio::test(start_paused = true)]
    async fn no_number_is_given_again_after_a_cache_that_was_ahead_of_the_time_was_rolled_back() {
        let world = World::new(1);
        let fences = fences(&world);
        // Two that create a lost fence at the same time add up.
        let ahead = 2 * raise(&fences, "org").await;
        world.cache.increment("fence:org:org", ahead).await.unwrap();
        let before = world.cache.snapshot();
        raise(&fences, "org").await;
        let token = fences.get_or_create(organization("org")).await.unwrap();
        world.cache.restore(&before);
        world.clock.advance(Duration::from_secs(1)).await;
        raise(&fences, "org").await;
        assert!(!fences.is_current(&token).await.unwrap());
    }

    #[tokio::test(start_paused = true)]
    async fn no_concurrent_raise_is_lost() {
        let world = World::new(1);
        let fences = fences(&world);
        let before = raise(&fences, "org").await;
        let mut numbers = futures::future::join_all((0..50).map(|_| raise(&fences, "org"))).await;
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 50, "every raise has a number of its own");
        assert!(numbers.iter().all(|number| *number > before));
        assert_eq!(fences.get_or_create(organization("org")).await.unwrap().number, *numbers.last().unwrap());
    }
}
