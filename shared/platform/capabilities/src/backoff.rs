//! How long to wait before the next try.

use std::time::Duration;

use crate::Random;

/// After the failure number `failures`, from 1: `first`, doubled each time, up to `longest`; of that at least half, the
/// rest by chance, so that what failed together does not come back together.
pub fn backoff(random: &dyn Random, first: Duration, longest: Duration, failures: i64) -> Duration {
    let doublings = u32::try_from(failures.saturating_sub(1).clamp(0, 30)).unwrap_or_default();
    let whole = first.saturating_mul(1_u32 << doublings).min(longest);
    let mut bytes = [0; 4];
    random.fill(&mut bytes);
    let half = whole.as_millis() / 2;
    let by_chance = half.saturating_mul(u128::from(u32::from_le_bytes(bytes))) / u128::from(u32::MAX);
    Duration::from_millis(u64::try_from(half.saturating_add(by_chance)).unwrap_or(u64::MAX))
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use crate::testing::SeededRandom;

    use super::*;

    #[test]
    fn waits_double_up_to_a_limit_and_differ() {
        let random = SeededRandom::new(1);
        let (first, longest) = (Duration::from_secs(5), Duration::from_hours(1));
        for (failures, whole) in [(1, 5), (2, 10), (3, 20), (10, 2560), (11, 3600), (i64::MAX, 3600), (0, 5)] {
            let waits: Vec<_> = (0..50).map(|_| backoff(&random, first, longest, failures).as_millis()).collect();
            assert!(waits.iter().all(|wait| (whole * 500..=whole * 1000).contains(wait)), "{failures}: {waits:?}");
            assert!(waits.iter().any(|wait| *wait != waits[0]));
        }
    }
}
