//! The method of the largest remainder.

use std::cmp::Reverse;

/// Splits `total` in proportion to the weights: each gets its proportion rounded down, and the units that are left go one
/// each to the largest fractions, of equal ones to the smaller keys first. The parts add up to `total`, and none is further
/// than one unit from its exact proportion. Weights that are all zero get nothing.
///
/// `total` times a weight must be less than 2^128.
pub fn largest_remainder<K: Ord>(total: u64, weights: &[(K, u128)]) -> Vec<u64> {
    let sum: u128 = weights.iter().map(|(_, weight)| weight).sum();
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let product = |weight: &u128| u128::from(total).saturating_mul(*weight);
    let floor = |weight: &u128| u64::try_from(product(weight) / sum).unwrap_or(total);
    let mut parts: Vec<u64> = weights.iter().map(|(_, weight)| floor(weight)).collect();
    let spare = total.saturating_sub(parts.iter().sum());
    let mut by_fraction: Vec<_> = parts.iter_mut().zip(weights).collect();
    by_fraction.sort_by_key(|(_, (key, weight))| (Reverse(product(weight) % sum), key));
    for (part, _) in by_fraction.into_iter().take(usize::try_from(spare).unwrap_or(usize::MAX)) {
        *part = part.saturating_add(1);
    }
    parts
}
