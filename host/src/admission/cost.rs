//! What requests cost, by caller. A request takes a slot once, but computes as often as its instance is taken up again when
//! something that it waited for has happened: a check from the cache a few times, one that asks the ERP some twenty times. While
//! two callers wait in the queue, one whose requests cost ten times as much has a tenth of the other's turns.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::callers::Caller;

/// The cost of an instance that computes until it rests, for the request that it serves.
pub const UNIT: u32 = 64;

/// The most that a request counts for: who waits for long beside others, in one instance, is not to pay for them.
const MOST: u32 = 32 * UNIT;

/// The last so many requests decide, about.
const LAST: u32 = 16;

/// Callers whose costs are remembered.
const MAX_CALLERS: usize = 4096;

/// What a request has cost so far.
#[derive(Clone, Debug, Default)]
pub struct Cost(Arc<AtomicU32>);

impl Cost {
    /// The instance of the request has computed, for `requests` that it serves.
    pub fn add(&self, requests: usize) {
        let part = UNIT / u32::try_from(requests.max(1)).unwrap_or(u32::MAX);
        self.0.fetch_add(part, Ordering::Relaxed);
    }

    /// Whether the request is not answered yet.
    pub fn is_growing(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    /// What counts of it.
    pub fn counted(&self) -> u32 {
        self.0.load(Ordering::Relaxed).clamp(UNIT, MOST)
    }
}

/// What the requests of callers cost on average.
#[derive(Default)]
pub struct Costs(HashMap<Caller, u32>);

impl Costs {
    /// A request of `caller` has cost so much.
    pub fn note(&mut self, caller: Caller, cost: u32) {
        let before = self.of(caller);
        let after = before.saturating_sub(before / LAST).saturating_add(cost / LAST);
        if self.0.len() >= MAX_CALLERS && !self.0.contains_key(&caller) {
            self.0.clear();
        }
        self.0.insert(caller, after);
    }

    /// What one of `caller` costs.
    pub fn of(&self, caller: Caller) -> u32 {
        self.0.get(&caller).copied().unwrap_or(UNIT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_costs_what_its_instance_computes_shared_by_those_it_serves() {
        let cost = Cost::default();
        assert_eq!(cost.counted(), UNIT, "it computes once at least");
        for requests in [1, 1, 2, 16] {
            cost.add(requests);
        }
        assert_eq!(cost.counted(), 2 * UNIT + UNIT / 2 + UNIT / 16);
        (0..1000).for_each(|_| cost.add(1));
        assert_eq!(cost.counted(), MOST);
        let of_instance = cost.clone();
        assert!(of_instance.is_growing());
        drop(cost);
        assert!(!of_instance.is_growing());
    }

    #[test]
    fn the_last_requests_of_a_caller_decide() {
        let (one, other, mut costs) = (Caller::number(1), Caller::number(2), Costs::default());
        assert_eq!(costs.of(one), UNIT);
        (0..100).for_each(|_| costs.note(one, 20 * UNIT));
        assert!((19 * UNIT..=20 * UNIT).contains(&costs.of(one)), "{}", costs.of(one));
        assert_eq!(costs.of(other), UNIT);
        (0..100).for_each(|_| costs.note(one, UNIT));
        assert!((UNIT..2 * UNIT).contains(&costs.of(one)), "{}", costs.of(one));
        (0..2 * MAX_CALLERS as u64).for_each(|caller| costs.note(Caller::number(caller), MOST));
        assert!(costs.0.len() <= MAX_CALLERS);
    }
}
