//! The split of a price at an instant within the period that it pays for.

/// The two parts of a price. Their sum is the price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proration {
    /// The part for the used time.
    pub used: i64,
    /// The part for the unused time.
    pub unused: i64,
}

/// Splits `minor`, the price of the time from `start` to `end`, at `at`; all three instants have the same unit. The used part
/// is rounded half up to the smallest unit, and the unused part is the rest, so that no unit is lost. Before the period
/// nothing is used, after it everything. None: the period has no length.
pub fn prorate(minor: i64, start: i64, end: i64, at: i64) -> Option<Proration> {
    let whole = i128::from(end) - i128::from(start);
    if whole <= 0 {
        return None;
    }
    let passed = (i128::from(at) - i128::from(start)).clamp(0, whole);
    // INVARIANT: 63 and 64 bits: the product fits into 128 bits.
    let product = i128::from(minor) * passed;
    let (quotient, rest) = (product.div_euclid(whole), product.rem_euclid(whole));
    let used = i64::try_from(quotient + i128::from(rest >= whole - rest)).ok()?;
    Some(Proration { used, unused: minor.checked_sub(used)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_up_and_nothing_is_lost() {
        for (minor, at, used) in
            [(100, 0, 0), (100, 15, 50), (100, 30, 100), (100, 99, 100), (100, -5, 0), (1, 15, 1), (249_900, 1, 8_330)]
        {
            assert_eq!(prorate(minor, 0, 30, at), Some(Proration { used, unused: minor - used }), "{minor} at {at}");
        }
        assert_eq!(prorate(100, 5, 5, 5), None);
        assert_eq!(prorate(i64::MAX, i64::MIN, i64::MAX, i64::MAX), Some(Proration { used: i64::MAX, unused: 0 }));
    }
}
