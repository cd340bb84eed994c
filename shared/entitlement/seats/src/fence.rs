//! Fences: a number for each organisation, raised by everything that may change who has a seat. A verdict carries the
//! number it was read under, and is served while the organisation's fence still is that number, and never again once
//! it is not. [`crate::invalidation`] says how that comes to hold.
//!
//! Numbers start from the time of day. If the store loses a fence, the next number is none that was used before, so no
//! old verdict comes back to life. A verdict whose fence is lost is not served.

use std::sync::Arc;

use edge_capabilities::key_value::StoreError;
use edge_capabilities::{Clock, KeyValue, Timestamp};
use serde::{Deserialize, Serialize};

/// 2025-01-01T00:00:00Z: numbers count from here, so that they stay small enough for any JSON reader.
const EPOCH: Timestamp = Timestamp::from_millis(1_735_689_600_000);

/// Numbers in each millisecond: more raises than this in a millisecond run ahead of the time of day.
const PER_MILLI: i64 = 1000;

/// How often a raise is made anew that the cache has lost at once.
const ROUNDS: usize = 5;

fn shown_key(organization: &str) -> String {
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
    /// The mark of what is not kept.
    pub(crate) fn unfenced() -> Self {
        Self { fence: Fence::All, number: i64::MIN }
    }
}

/// Whose fence.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Fence {
    /// Everybody's: raised with each of the others.
    #[serde(rename = "all")]
    All,
    /// An organisation's.
    #[serde(rename = "o")]
    Organization(String),
}

impl Fence {
    fn key(&self) -> String {
        match self {
            Self::All => "fence:all".to_owned(),
            Self::Organization(id) => format!("fence:org:{id}"),
        }
    }
}

/// All fences.
#[derive(Clone)]
pub(crate) struct Fences {
    cache: Arc<dyn KeyValue>,
    clock: Arc<dyn Clock>,
}

impl Fences {
    pub(crate) fn new(cache: Arc<dyn KeyValue>, clock: Arc<dyn Clock>) -> Self {
        Self { cache, clock }
    }

    /// Whether a verdict with this mark may be served.
    pub(crate) async fn stands(&self, mark: &FenceToken) -> Result<bool, StoreError> {
        Ok(self.cache.counter(&mark.fence.key()).await? == Some(mark.number))
    }

    /// A fence as it is now; None: nobody has made it yet.
    pub(crate) async fn peek(&self, fence: Fence) -> Result<Option<FenceToken>, StoreError> {
        let number = self.cache.counter(&fence.key()).await?;
        Ok(number.map(|number| FenceToken { fence, number }))
    }

    /// The fence of all as it is now, made if there is none.
    pub(crate) async fn of_all(&self) -> Result<FenceToken, StoreError> {
        let number = match self.cache.counter(&Fence::All.key()).await? {
            Some(number) => number,
            None => self.raise_all().await?,
        };
        Ok(FenceToken { fence: Fence::All, number })
    }

    /// The fence of an organisation as it is now, made if there is none.
    pub(crate) async fn of_organization(&self, organization: &str) -> Result<FenceToken, StoreError> {
        let fence = Fence::Organization(organization.to_owned());
        let key = fence.key();
        let number = match self.cache.counter(&key).await? {
            Some(number) => number,
            None => {
                // Several who come together add up. Whoever has read too early stores a verdict that is not served.
                let number = self.of_all().await?.number;
                self.cache.increment(&key, number).await?;
                self.cache.counter(&key).await?.unwrap_or(number)
            }
        };
        Ok(FenceToken { fence, number })
    }

    /// Raises the fence of all; gives a number above all that were taken before, also if the counter was lost.
    pub(crate) async fn raise_all(&self) -> Result<i64, StoreError> {
        let key = Fence::All.key();
        let last = self.cache.counter(&key).await?.unwrap_or(0);
        let by_time = self.clock.now().millis_since(EPOCH).saturating_mul(PER_MILLI);
        let step = by_time.saturating_sub(last).max(1);
        let number = self.cache.increment(&key, step).await?;
        let too_far = number.saturating_sub(last.saturating_add(step));
        if too_far > PER_MILLI {
            // Others stepped from the same number at the same time. All but one step of this leap are taken back, so
            // that numbers stay near the time of day.
            return self.cache.increment(&key, step.saturating_sub(1).saturating_neg()).await;
        }
        Ok(number)
    }

    /// Raises the fence of an organisation to `number` or beyond; gives where it stands then. It only ever adds, so of
    /// raises that come together none is lost.
    pub(crate) async fn raise_organization(&self, organization: &str, number: i64) -> Result<i64, StoreError> {
        let key = Fence::Organization(organization.to_owned()).key();
        let last = self.cache.counter(&key).await?.unwrap_or(0);
        self.cache.increment(&key, number.saturating_sub(last).max(1)).await
    }

    /// The same, and notes in the cache that it shows the raise with this sequence number in the database.
    pub(crate) async fn raise_shown(&self, organization: &str, number: i64, sequence: i64) -> Result<i64, StoreError> {
        let key = Fence::Organization(organization.to_owned()).key();
        for _ in 0..ROUNDS {
            let raised = self.raise_organization(organization, number).await?;
            self.cache.set(&shown_key(organization), sequence.to_string().as_bytes()).await?;
            // INVARIANT: what the cache shows, it was told after the fence was raised. A cache that was rolled back in
            // between has the note and not the raise.
            if self.cache.counter(&key).await? >= Some(raised) {
                return Ok(raised);
            }
        }
        Err(StoreError("the cache loses what is written".into()))
    }

    /// Whether the cache shows that the organisation's fence was raised after the database had the raise with this
    /// sequence number.
    pub(crate) async fn shows(&self, organization: &str, sequence: i64) -> Result<bool, StoreError> {
        let bytes = self.cache.get(&shown_key(organization)).await?;
        let shown = bytes.and_then(|bytes| std::str::from_utf8(&bytes).ok()?.parse::<i64>().ok());
        Ok(shown.is_some_and(|shown| shown >= sequence))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use edge_capabilities::testing::World;

    use super::*;

    fn fences(world: &World) -> Fences {
        Fences::new(world.cache.clone(), world.clock.clone())
    }

    async fn raise(fences: &Fences, organization: &str) -> i64 {
        let number = fences.raise_all().await.unwrap();
        fences.raise_organization(organization, number).await.unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn every_raise_gives_a_higher_number_also_after_everything_was_lost() {
        let world = World::new(1);
        let fences = fences(&world);
        let mut last = 0;
        for round in 0..20 {
            let number = raise(&fences, ["a", "b"][round % 2]).await;
            assert!(number > last);
            assert!(number < 1 << 53);
            last = number;
            if round == 10 {
                world.clock.advance(Duration::from_millis(1)).await;
                world.cache.lose_everything();
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_mark_stands_until_its_fence_is_raised_or_lost() {
        let world = World::new(1);
        let fences = fences(&world);
        let (org, all) = (fences.of_organization("org").await.unwrap(), fences.of_all().await.unwrap());
        assert!(fences.stands(&org).await.unwrap() && fences.stands(&all).await.unwrap());
        raise(&fences, "other").await;
        assert!(fences.stands(&org).await.unwrap());
        assert!(!fences.stands(&all).await.unwrap());
        raise(&fences, "org").await;
        assert!(!fences.stands(&org).await.unwrap());

        let org = fences.of_organization("org").await.unwrap();
        world.cache.lose(|key| key == "fence:org:org");
        assert!(!fences.stands(&org).await.unwrap());
        raise(&fences, "org").await;
        assert!(!fences.stands(&org).await.unwrap());
    }

    #[tokio::test(start_paused = true)]
    async fn raises_that_come_together_are_none_of_them_lost() {
        let world = World::new(1);
        let fences = fences(&world);
        let before = raise(&fences, "org").await;
        let mut numbers = futures::future::join_all((0..50).map(|_| raise(&fences, "org"))).await;
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 50, "every raise has a number of its own");
        assert!(numbers.iter().all(|number| *number > before));
        assert_eq!(fences.of_organization("org").await.unwrap().number, *numbers.last().unwrap());
    }
}
