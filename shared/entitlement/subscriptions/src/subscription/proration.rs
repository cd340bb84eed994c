//! What a change within a period costs: to the millisecond, each line rounded by itself.

use edge_capabilities::Timestamp;

/// A period that is paid in advance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaidPeriod {
    /// Its beginning.
    pub from: Timestamp,
    /// Its end, which is not part of it.
    pub to: Timestamp,
}

impl PaidPeriod {
    /// The part of `amount`, in the currency's smallest unit, that is for the time from `at` to the period's end. Halves are
    /// rounded away from zero.
    pub fn remaining(&self, amount: i64, at: Timestamp) -> i64 {
        let whole = i128::from(self.to.millis_since(self.from));
        if whole <= 0 {
            return 0;
        }
        let left = i128::from(self.to.millis_since(at)).clamp(0, whole);
        let twice = i128::from(amount).saturating_mul(left).saturating_mul(2);
        let rounded = twice.abs().saturating_add(whole).div_euclid(whole.saturating_mul(2));
        i64::try_from(rounded.saturating_mul(twice.signum())).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The goldens of Stripe's documentation, and of ours.
    #[test]
    fn lines_are_prorated_and_rounded_by_themselves() {
        let (from, to) = (Timestamp::from_millis(0), Timestamp::from_millis(3_000_000));
        let period = PaidPeriod { from, to };
        for (before, after, at, credit, charge) in [
            (1_000, 2_000, 1_500_000, 500, 1_000),
            (4_000, 6_000, 0, 4_000, 6_000),
            (5_000, 8_000, 1_000_000, 3_333, 5_333),
            (5_000, 6_000, 1_000_000, 3_333, 4_000),
            (4_000, 5_000, 1_000_000, 2_667, 3_333),
            (1_000, 2_000, 3_000_000, 0, 0),
            (1_000, 2_000, 9_000_000, 0, 0),
        ] {
            let at = Timestamp::from_millis(at);
            assert_eq!(
                (period.remaining(before, at), period.remaining(after, at)),
                (credit, charge),
                "{before} {after}"
            );
            assert_eq!(period.remaining(-before, at), -credit);
        }
        assert_eq!(PaidPeriod { from, to: from }.remaining(1_000, from), 0);
    }
}
