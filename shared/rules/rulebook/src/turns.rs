//! How an instance learns that another version is in force, for one key-value read: each rule has a number that changes
//! whenever that may be so. What an instance has read from the database after it saw a number holds for as long as the
//! number stays; whoever puts a version in force writes the database, then changes the number, then answers.
//!
//! The number is no pointer, so there is none that somebody slow could set back. It moves by steps of chance: if the
//! store loses it, no number comes back that an instance has seen before.

use std::sync::Arc;

use edge_capabilities::key_value::StoreError;
use edge_capabilities::{KeyValue, Random};
use edge_rules::Rule;

/// A step is at most 2 to this many bits. Some two million steps later the number would be unreadable.
const STEP_BITS: u32 = 40;

/// The numbers of all rules.
#[derive(Clone)]
pub(crate) struct RuleGeneration {
    cache: Arc<dyn KeyValue>,
    random: Arc<dyn Random>,
}

impl RuleGeneration {
    pub(crate) fn new(cache: Arc<dyn KeyValue>, random: Arc<dyn Random>) -> Self {
        Self { cache, random }
    }

    /// The number of `rule` as it is now, made if there is none.
    pub(crate) async fn now(&self, rule: Rule) -> Result<i64, StoreError> {
        match self.cache.counter(key(rule)).await? {
            Some(turn) => Ok(turn),
            // Several who come together add up, and differ in what they saw: all but the last read again.
            None => self.take(rule).await,
        }
    }

    /// Changes the number of `rule`: what instances know of it no longer holds.
    pub(crate) async fn take(&self, rule: Rule) -> Result<i64, StoreError> {
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
    async fn no_turn_ever_comes_back_also_after_it_was_lost() {
        let world = World::new(1);
        let turns = RuleGeneration::new(world.cache.clone(), Arc::new(SeededRandom::new(1)));
        let mut seen = HashSet::new();
        for round in 0..500 {
            let before = turns.now(Rule::Budget).await.unwrap();
            let after = turns.take(Rule::Budget).await.unwrap();
            assert_ne!(before, after);
            assert_eq!(turns.now(Rule::Budget).await.unwrap(), after);
            assert!(seen.insert(after), "round {round}");
            if round % 2 == 0 {
                world.cache.lose_everything();
            }
        }
    }
}
