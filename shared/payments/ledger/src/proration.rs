//! A period that is used in part: what of its price was used, and what is left.

/// The two parts of a price. They add up to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proration {
    /// For what was used.
    pub used: i64,
    /// For the rest.
    pub left: i64,
}

/// The parts of `minor`, paid for the time from `start` to `end`, at `at`; all three in the same unit. What is used is
/// rounded half up to the smallest unit, what is left is the rest, so nothing is lost between them. Before the period
/// nothing is used, after it everything. None: the period has no length.
pub fn prorate(minor: i64, start: i64, end: i64, at: i64) -> Option<Proration> {
    let whole = i128::from(end) - i128::from(start);
    if whole <= 0 {
        return None;
    }
    let passed = (i128::from(at) - i128::from(start)).clamp(0, whole);
    // INVARIANT: 63 and 64 bits: their product has room.
    let product = i128::from(minor) * passed;
    let (quotient, rest) = (product.div_euclid(whole), product.rem_euclid(whole));
    let used = i64::try_from(quotient + i128::from(rest >= whole - rest)).ok()?;
    Some(Proration { used, left: minor.checked_sub(used)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_up_and_nothing_is_lost() {
        for (minor, at, used) in
            [(100, 0, 0), (100, 15, 50), (100, 30, 100), (100, 99, 100), (100, -5, 0), (1, 15, 1), (249_900, 1, 8_330)]
        {
            assert_eq!(prorate(minor, 0, 30, at), Some(Proration { used, left: minor - used }), "{minor} at {at}");
        }
        assert_eq!(prorate(100, 5, 5, 5), None);
        assert_eq!(prorate(i64::MAX, i64::MIN, i64::MAX, i64::MAX), Some(Proration { used: i64::MAX, left: 0 }));
    }
}
