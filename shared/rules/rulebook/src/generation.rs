//! The generation of each rule: a number that changes whenever another version may have become active, so that an
//! instance learns of it for one key-value read. What an instance has read from the database after it saw a number is
//! valid as long as the number stays. A publisher writes the database, then changes the number, then responds.
//!
//! The number does not name a version, so a slow publisher cannot set it back to an old one. It moves by random steps:
//! if the store loses it, no number returns that an instance has seen before.

use std::sync::Arc;

use edge_capabilities::key_value::StoreError;
use edge_capabilities::{KeyValue, Random};
use edge_rules::Rule;

/// A step is at most 2 to this many bits. Some two million steps later the number would be unreadable.
const STEP_BITS: u32 = 40;

/// The generations of all rules.
#[derive(Clone)]
pub(crate) struct RuleGeneration {
    cache: Arc<dyn KeyValue>,
    random: Arc<dyn Random>,
}

impl RuleGeneration {
    pub(crate) fn new(cache: Arc<dyn KeyValue>, random: Arc<dyn Random>) -> Self {
        Self { cache, random }
    }

    /// The current generation of `rule`, which is created if there is none.
    pub(crate) async fn current(&self, rule: Rule) -> Result<i64, StoreError> {
        match self.cache.counter(key(rule)).await? {
            Some(generation) => Ok(generation),
            // Concurrent callers add up and get different numbers: all but the last read the database again.
            None => self.advance(rule).await,
        }
    }

    /// Changes the generation of `rule`: what instances have cached of it is no longer valid.
    pub(crate) async fn advance(&self, rule: Rule) -> Result<i64, StoreError> {
        let mut bytes = [0; 8];
        self.random.fill(&mut bytes);
        let step = i64::try_from(u64::from_le_bytes(bytes) >> (u64::BITS - STEP_BITS)).unwrap_or(0);
        self.cache.increment(key(rule), step.saturating_add(1)).await
    }
}

const fn key(rule: Rule) -> &'static str {
    match rule {
        Rule::Approval => "rule-turn:approval",
        Rule::Budget => "rule-turn:budget",
        Rule::RoleMapping => "rule-turn:role_mapping",
        Rule::SeatAccess => "rule-turn:seat_access",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use edge_capabilities::testing::{SeededRandom, World};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_generation_ever_returns_even_after_it_was_lost() {
        let world = World::new(1);
        let generations = RuleGeneration::new(world.cache.clone(), Arc::new(SeededRandom::new(1)));
        let mut seen = HashSet::new();
        for round in 0..500 {
            let before = generations.current(Rule::Budget).await.unwrap();
            let after = generations.advance(Rule::Budget).await.unwrap();
            assert_ne!(before, after);
            assert_eq!(generations.current(Rule::Budget).await.unwrap(), after);
            assert!(seen.insert(after), "round {round}");
            if round % 2 == 0 {
                world.cache.lose_everything();
            }
        }
    }
}
