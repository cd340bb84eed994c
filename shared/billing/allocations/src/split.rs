//! The split of an amount, to the smallest unit and without anything lost: pure arithmetic.
//!
//! An amount is split by its absolute value and gets its sign back after that, so that what is given back is split as what
//! was charged. Spare units go to the largest fractions, and of equal ones to the smaller id, so the order of the shares
//! does not matter.

mod remainder;

pub use remainder::largest_remainder;

/// All of an amount, in basis points.
pub const WHOLE: u32 = 10_000;

/// The part of an amount that a share takes. Fixed amounts are taken first; all other parts are parts of what is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// So many basis points.
    Percentage(u32),
    /// This amount, in the currency's smallest unit; not below zero.
    Fixed(i64),
    /// All that the percentages leave.
    Remainder,
    /// All that the percentages leave, in proportion to this driver.
    Driver(u64),
}

/// A share of an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share<'s> {
    /// Of shares with equal fractions, the one with the smaller id gets a spare unit first.
    pub id: &'s str,
    /// Its part.
    pub part: Part,
}

/// An amount that was split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// What each share gets, in the order of the shares.
    pub amounts: Vec<i64>,
    /// What no share takes.
    pub unallocated: i64,
}

impl Split {
    /// Nothing is taken of `amount`.
    pub const fn unallocated(amount: i64) -> Self {
        Self { amounts: Vec::new(), unallocated: amount }
    }
}

/// Splits `amount` over `shares`. Fixed amounts that add up to more than there is are reduced in proportion. Percentages past
/// [`WHOLE`] count in proportion too; nobody lets them get there. Drivers that add up to nothing take nothing.
pub fn split(amount: i64, shares: &[Share<'_>]) -> Split {
    let total = amount.unsigned_abs();
    let fixed = fixed_amounts(total, shares);
    let rest = total.saturating_sub(fixed.iter().sum());
    let of_rest = parts_of_rest(rest, shares);
    let unallocated = of_rest.last().copied().unwrap_or(rest);
    let amounts = fixed.iter().zip(&of_rest).map(|(fixed, part)| signed(amount, fixed.saturating_add(*part)));
    Split { amounts: amounts.collect(), unallocated: signed(amount, unallocated) }
}

/// Splits `amount` in proportion to how another amount was split over `shares`; by the shares where that was nothing.
pub fn split_along(amount: i64, along: &Split, shares: &[Share<'_>]) -> Split {
    let sizes = along.amounts.iter().map(|part| u128::from(part.unsigned_abs()));
    let mut weights: Vec<_> = shares.iter().zip(sizes).map(|(share, size)| ((false, share.id), size)).collect();
    weights.push(((true, ""), u128::from(along.unallocated.unsigned_abs())));
    if weights.iter().all(|(_, weight)| *weight == 0) {
        return split(amount, shares);
    }
    let mut parts = largest_remainder(amount.unsigned_abs(), &weights);
    let unallocated = parts.pop().unwrap_or_default();
    let amounts = parts.into_iter().map(|part| signed(amount, part)).collect();
    Split { amounts, unallocated: signed(amount, unallocated) }
}

/// What of `left`, the parts of an amount that are left, is given back together with `amount`: in proportion, and never more
/// than there is. What is given back in many steps adds up to exactly the parts. Parts are of the sign of their sum, but for
/// those that are given back last.
pub fn give_back<K: Ord + Clone>(amount: i64, left: &[(K, i64)]) -> Vec<i64> {
    let sum: i128 = left.iter().map(|(_, part)| i128::from(*part)).sum();
    if i128::from(amount) == sum {
        return left.iter().map(|(_, part)| *part).collect();
    }
    let weight = |part: i64| if (part < 0) == (sum < 0) { u128::from(part.unsigned_abs()) } else { 0 };
    let weights: Vec<_> = left.iter().map(|(key, part)| (key.clone(), weight(*part))).collect();
    largest_remainder(amount.unsigned_abs(), &weights).into_iter().map(|part| signed(amount, part)).collect()
}

/// What each share takes as a fixed amount.
fn fixed_amounts(total: u64, shares: &[Share<'_>]) -> Vec<u64> {
    let fixed = |share: &Share<'_>| match share.part {
        Part::Fixed(amount) => amount.unsigned_abs(),
        Part::Percentage(_) | Part::Remainder | Part::Driver(_) => 0,
    };
    let sum: u128 = shares.iter().map(|share| u128::from(fixed(share))).sum();
    if sum <= u128::from(total) {
        return shares.iter().map(fixed).collect();
    }
    let weights: Vec<_> = shares.iter().map(|share| (share.id, u128::from(fixed(share)))).collect();
    largest_remainder(total, &weights)
}

/// What each share takes of what the fixed amounts left, and at the end what nobody takes.
fn parts_of_rest(rest: u64, shares: &[Share<'_>]) -> Vec<u64> {
    let percentages = shares.iter().map(|share| match share.part {
        Part::Percentage(points) => u128::from(points),
        Part::Fixed(_) | Part::Remainder | Part::Driver(_) => 0,
    });
    let left = u128::from(WHOLE).saturating_sub(percentages.sum());
    // A remainder is a driver that is alone.
    let driver = |share: &Share<'_>| match share.part {
        Part::Driver(driver) => u128::from(driver),
        Part::Remainder => 1,
        Part::Percentage(_) | Part::Fixed(_) => 0,
    };
    let drivers: u128 = shares.iter().map(driver).sum();
    // All weights are multiplied by the sum of the drivers, so that they are integers.
    let scale = drivers.max(1);
    let weight = |share: &Share<'_>| match share.part {
        Part::Percentage(points) => u128::from(points).saturating_mul(scale),
        Part::Fixed(_) => 0,
        Part::Remainder | Part::Driver(_) => driver(share).saturating_mul(left),
    };
    // Whoever has no id comes after all who have one.
    let mut weights: Vec<_> = shares.iter().map(|share| ((false, share.id), weight(share))).collect();
    weights.push(((true, ""), if drivers == 0 { left } else { 0 }));
    largest_remainder(rest, &weights)
}

/// Gives `part` of `amount` the sign of `amount`.
fn signed(amount: i64, part: u64) -> i64 {
    // INVARIANT: a part is at most as large as the amount. Only i64::MIN has a size that i64 does not hold.
    let part = i64::try_from(part).map_or(i64::MIN, |part| if amount < 0 { part.saturating_neg() } else { part });
    if amount == 0 { 0 } else { part }
}

#[cfg(test)]
mod tests;
