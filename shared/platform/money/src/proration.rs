//! What a change in the middle of a period costs: the credit for what was bought before, and the charge for what is bought
//! now, each for the rest of the period.

/// The part of a period that is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeriodShare {
    left: i64,
    whole: i64,
}

/// What is bought: so many units, each at this price for a whole period, in the currency's smallest unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PricedQuantity {
    /// The price of one unit.
    pub unit_price: i64,
    /// The number of units.
    pub quantity: i64,
}

/// The two lines of a change. Each is rounded on its own, so their sum may differ by one from the rounded difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proration {
    /// For the rest of the period at what was bought before: zero or negative.
    pub credit: i64,
    /// For the rest of the period at what is bought now: zero or positive.
    pub charge: i64,
}

impl PeriodShare {
    /// The whole period.
    pub const WHOLE: Self = Self { left: 1, whole: 1 };

    /// What is left at `at` of the period from `start` to `end`. Stripe and BheemPay count seconds; all three must be in the
    /// same unit. Before the period all of it is left, after it nothing. None: the period has no length.
    pub fn left_at(start: i64, end: i64, at: i64) -> Option<Self> {
        let whole = end.checked_sub(start).filter(|whole| *whole > 0)?;
        Some(Self { left: end.checked_sub(at.clamp(start, end))?, whole })
    }

    /// This share of an amount, rounded half up by its magnitude: a credit is as large as the charge for the same. None: out
    /// of range.
    pub fn of(self, minor: i64) -> Option<i64> {
        // INVARIANT: two factors of 64 bits: their product has room.
        let product = i128::from(minor.unsigned_abs()) * i128::from(self.left);
        let (quotient, rest) = (product / i128::from(self.whole), product % i128::from(self.whole));
        let rounded = quotient + i128::from(rest * 2 >= i128::from(self.whole));
        i64::try_from(if minor < 0 { -rounded } else { rounded }).ok()
    }
}

impl PricedQuantity {
    /// The price of a whole period. None: out of range.
    pub fn total(self) -> Option<i64> {
        self.unit_price.checked_mul(self.quantity)
    }
}

impl Proration {
    /// The lines of a change from `before` to `after` with this share of the period left. None: out of range.
    pub fn of(before: PricedQuantity, after: PricedQuantity, share: PeriodShare) -> Option<Self> {
        let credit = share.of(before.total()?)?.checked_neg()?;
        Some(Self { credit, charge: share.of(after.total()?)? })
    }

    /// What is due for both; negative: what the customer keeps as credit. None: out of range.
    pub fn net(self) -> Option<i64> {
        self.credit.checked_add(self.charge)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Currency, Money};

    /// A period of 30 days, in seconds.
    const MONTH: i64 = 30 * 86_400;

    fn change(before: (i64, i64), after: (i64, i64), share: PeriodShare) -> Proration {
        let priced = |(unit_price, quantity)| PricedQuantity { unit_price, quantity };
        Proration::of(priced(before), priced(after), share).unwrap()
    }

    #[test]
    fn a_change_credits_what_was_bought_and_charges_what_is() {
        let half = PeriodShare::left_at(0, MONTH, MONTH / 2).unwrap();
        let two_thirds = PeriodShare::left_at(0, MONTH, MONTH / 3).unwrap();
        for (before, after, share, credit, charge, net) in [
            // Ten to twenty dollars, at half.
            ((1_000, 1), (2_000, 1), half, -500, 1_000, 500),
            // Two seats to three, just after the start.
            ((2_000, 2), (2_000, 3), PeriodShare::WHOLE, -4_000, 6_000, 2_000),
            ((1_000, 5), (1_000, 8), two_thirds, -3_333, 5_333, 2_000),
            ((1_000, 5), (1_000, 6), two_thirds, -3_333, 4_000, 667),
            // Each line is rounded, not the difference, which would be 6.67.
            ((1_000, 4), (1_000, 5), two_thirds, -2_667, 3_333, 666),
            // Fewer: a credit.
            ((1_000, 8), (1_000, 5), two_thirds, -5_333, 3_333, -2_000),
            ((1_000, 5), (1_000, 0), half, -2_500, 0, -2_500),
            ((1, 1), (1, 0), half, -1, 0, -1),
        ] {
            let lines = change(before, after, share);
            assert_eq!((lines.credit, lines.charge, lines.net()), (credit, charge, Some(net)), "{before:?} {after:?}");
        }
    }

    #[test]
    fn currencies_have_lines_in_their_own_smallest_unit() {
        let two_thirds = PeriodShare::left_at(0, MONTH, MONTH / 3).unwrap();
        for (code, unit_price, credit, charge, net) in [
            ("JPY", 1_000, "-3333", "5333", "2000"),
            ("INR", 49_900, "-1663.33", "2661.33", "998.00"),
            ("KWD", 3_500, "-11.667", "18.667", "7.000"),
            ("CLF", 1, "-0.0003", "0.0005", "0.0002"),
        ] {
            let currency = Currency::parse(code).unwrap();
            let lines = change((unit_price, 5), (unit_price, 8), two_thirds);
            let written = |minor| Money { minor, currency }.to_decimal();
            let found = (written(lines.credit), written(lines.charge), written(lines.net().unwrap()));
            assert_eq!(found, (credit.into(), charge.into(), net.into()), "{code}");
        }
    }

    #[test]
    fn a_share_counts_to_the_second_and_ends_with_the_period() {
        // 31 January to 28 February.
        let (start, end) = (1_769_817_600, 1_772_236_800);
        for (at, left) in [
            (start - 1, 2_800),
            (start, 2_800),
            (start + 1, 2_800),
            // A cent is 864 seconds, so the first half of one is 432.
            (start + 432, 2_800),
            (start + 433, 2_799),
            (end - 433, 1),
            (end - 432, 1),
            (end - 431, 0),
            (end, 0),
            (end + 1, 0),
        ] {
            assert_eq!(PeriodShare::left_at(start, end, at).unwrap().of(2_800), Some(left), "{at}");
        }
    }

    #[test]
    fn what_has_no_length_or_no_room_is_none() {
        assert_eq!(PeriodShare::left_at(5, 5, 5), None);
        assert_eq!(PeriodShare::left_at(6, 5, 5), None);
        assert_eq!(PeriodShare::left_at(i64::MIN, i64::MAX, 0), None);
        let all = PeriodShare::left_at(0, i64::MAX, 0).unwrap();
        assert_eq!((all.of(i64::MAX), all.of(i64::MIN)), (Some(i64::MAX), Some(i64::MIN)));
        let large = PricedQuantity { unit_price: i64::MAX, quantity: 2 };
        let none = PricedQuantity { unit_price: 0, quantity: 0 };
        assert_eq!(Proration::of(large, none, PeriodShare::WHOLE), None);
        assert_eq!(Proration::of(none, large, PeriodShare::WHOLE), None);
    }
}
