//! Random numbers for ids, and for what many do at different moments. Keys are not made of them.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// A number that nobody outside can foresee, without a call to the system: a counter, hashed under a key of this process.
pub fn number() -> u64 {
    static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static COUNT: AtomicU64 = AtomicU64::new(0);
    KEY.hash_one(COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A number below `end`, or 0 if that is 0.
pub fn below(end: u64) -> u64 {
    number().checked_rem(end).unwrap_or(0)
}

/// Uniform from 0 to 1, without 1.
pub fn chance() -> f64 {
    fraction(number())
}

/// The part of all numbers that is below `number`.
pub fn fraction(number: u64) -> f64 {
    // 53 bits are as many as a float holds exactly.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    let fraction = (number >> 11) as f64 / (1_u64 << 53) as f64;
    fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_spread_evenly_and_none_comes_twice() {
        let mut tenths = [0_u32; 10];
        for _ in 0..10_000 {
            let chance = chance();
            assert!((0.0..1.0).contains(&chance), "{chance}");
            tenths[(chance * 10.0) as usize] += 1;
        }
        assert!(tenths.iter().all(|count| (800..1_200).contains(count)), "{tenths:?}");
        let numbers: std::collections::HashSet<u64> = (0..10_000).map(|_| number()).collect();
        assert_eq!(numbers.len(), 10_000);
        assert_eq!((below(0), below(1)), (0, 0));
    }
}
