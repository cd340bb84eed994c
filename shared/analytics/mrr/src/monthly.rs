//! Amounts of a year as amounts of a month.

use crate::sums::Sums;

/// The signs of new, expansion, reactivation, contraction and churn.
const SIGNS: [i64; 5] = [1, 1, 1, -1, -1];

/// A twelfth of the amount of a year, rounded half away from zero.
pub fn monthly(annual: i64) -> i64 {
    let half = if annual < 0 { -6 } else { 6 };
    annual.saturating_add(half).checked_div(12).unwrap_or_default()
}

/// A twelfth of each of new, expansion, reactivation, contraction and churn, rounded so that together they lead from a twelfth
/// of `opening`, an amount of a year, to a twelfth of what it is after `sums`: what is missing is put where rounding took most.
pub fn monthly_movements(opening: i64, sums: &Sums) -> [i64; 5] {
    let exact = [sums.new, sums.expansion, sums.reactivation, sums.contraction, sums.churn];
    let mut rounded = exact.map(monthly);
    let target = monthly(opening.saturating_add(sums.annual())).saturating_sub(monthly(opening));
    // Five roundings by half a unit each, and two of the totals.
    for _ in 0..8 {
        let sum =
            rounded.iter().zip(SIGNS).fold(0_i64, |sum, (part, sign)| sum.saturating_add(part.saturating_mul(sign)));
        let step = target.saturating_sub(sum).signum();
        if step == 0 {
            break;
        }
        let parts = rounded.iter_mut().zip(exact).zip(SIGNS).filter(|((_, exact), _)| *exact != 0);
        let taken = |((rounded, exact), sign): &((&mut i64, i64), i64)| {
            exact.saturating_sub(rounded.saturating_mul(12)).saturating_mul(*sign).saturating_mul(step)
        };
        let Some(((part, _), sign)) = parts.max_by_key(taken) else { break };
        *part = part.saturating_add(step.saturating_mul(sign));
    }
    rounded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounded_movements_lead_from_the_opening_to_the_closing() {
        for seed in 0..2_000_u64 {
            let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1);
            let mut next = || {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                i64::try_from(state % 50).unwrap()
            };
            let opening = next() + 100;
            let sums = Sums {
                new: next(),
                expansion: next(),
                contraction: next(),
                churn: next(),
                reactivation: next(),
                ..Sums::default()
            };
            let [new, expansion, reactivation, contraction, churn] = monthly_movements(opening, &sums);
            let sum = monthly(opening) + new + expansion + reactivation - contraction - churn;
            assert_eq!(sum, monthly(opening + sums.annual()), "seed {seed}: {sums:?}");
            let exact = [sums.new, sums.expansion, sums.reactivation, sums.contraction, sums.churn];
            for (part, exact) in monthly_movements(opening, &sums).into_iter().zip(exact) {
                assert!(part >= 0 && (part * 12 - exact).abs() < 24, "seed {seed}: {part} for {exact}/12");
            }
        }
    }

    #[test]
    fn a_month_is_a_twelfth_rounded_once() {
        for (annual, minor) in [(12_000, 1_000), (10_000, 833), (10, 1), (6, 1), (5, 0), (0, 0), (-6, -1), (-5, 0)] {
            assert_eq!(monthly(annual), minor, "{annual}");
        }
    }
}
