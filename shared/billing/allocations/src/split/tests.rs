use edge_capabilities::testing::SeededRandom;
use edge_money::{Currency, Money};

use super::*;

fn percentages<'s>(points: &[(&'s str, u32)]) -> Vec<Share<'s>> {
    points.iter().map(|(id, points)| Share { id, part: Part::Percentage(*points) }).collect()
}

#[test]
fn spare_units_go_to_the_largest_fractions_and_ties_to_the_smaller_id() {
    let thirds = [("a", 3333), ("b", 3333), ("c", 3334)];
    let halves = [("b", 5000), ("a", 5000)];
    let short = [("a", 3333), ("b", 3333)];
    let even = [("c", 2500), ("a", 2500), ("d", 2500), ("b", 2500)];
    for (amount, points, amounts, unallocated) in [
        // 100.00 in thirds.
        (10_000, &thirds[..], vec![3333, 3333, 3334], 0),
        (-10_000, &thirds[..], vec![-3333, -3333, -3334], 0),
        // 0.01 over three: one gets it, the one with the largest fraction.
        (1, &thirds[..], vec![0, 0, 1], 0),
        (2, &thirds[..], vec![1, 0, 1], 0),
        // Equal fractions: by id, not by order.
        (1, &halves[..], vec![0, 1], 0),
        (-1, &halves[..], vec![0, -1], 0),
        (6, &even[..], vec![1, 2, 1, 2], 0),
        // 182.25 as 98 and 2 per cent, which others split into 182.26.
        (18_225, &[("a", 9800), ("b", 200)][..], vec![17_861, 364], 0),
        // 0.01 at 5 per cent is nothing, not a line out of balance.
        (1, &[("a", 500), ("b", 9500)][..], vec![0, 1], 0),
        // What is short is unallocated, and takes part in the rounding.
        (10_000, &short[..], vec![3333, 3333], 3334),
        (1, &short[..], vec![0, 0], 1),
        (-10_000, &short[..], vec![-3333, -3333], -3334),
        (7, &[][..], vec![], 7),
        (0, &thirds[..], vec![0, 0, 0], 0),
        (i64::MAX, &halves[..], vec![i64::MAX / 2, i64::MAX / 2 + 1], 0),
        (i64::MIN, &halves[..], vec![i64::MIN / 2, i64::MIN / 2], 0),
        (i64::MIN, &[("a", 10_000)][..], vec![i64::MIN], 0),
    ] {
        let split = split(amount, &percentages(points));
        assert_eq!(split, Split { amounts, unallocated }, "{amount} {points:?}");
    }
}

#[test]
fn fixed_amounts_come_first_and_the_rest_is_split_by_the_other_parts() {
    use Part::{Driver, Fixed, Percentage, Remainder};
    let shares = |parts: &[(&'static str, Part)]| -> Vec<Share<'static>> {
        parts.iter().map(|(id, part)| Share { id, part: *part }).collect()
    };
    for (amount, parts, amounts, unallocated) in [
        (10_000, vec![("a", Fixed(2500)), ("b", Remainder)], vec![2500, 7500], 0),
        (-10_000, vec![("a", Fixed(2500)), ("b", Remainder)], vec![-2500, -7500], 0),
        (10_000, vec![("a", Fixed(2500)), ("b", Fixed(100))], vec![2500, 100], 7400),
        (10_000, vec![("a", Fixed(1)), ("b", Percentage(5000)), ("c", Percentage(5000))], vec![1, 5000, 4999], 0),
        // More than there is: in proportion.
        (100, vec![("a", Fixed(300)), ("b", Fixed(100)), ("c", Remainder)], vec![75, 25, 0], 0),
        (2500, vec![("a", Fixed(2500)), ("b", Remainder)], vec![2500, 0], 0),
        // By headcount or usage.
        (10_000, vec![("a", Driver(10)), ("b", Driver(20)), ("c", Driver(3))], vec![3030, 6061, 909], 0),
        (1, vec![("b", Driver(7)), ("a", Driver(7)), ("c", Driver(7))], vec![0, 1, 0], 0),
        (10_000, vec![("a", Percentage(4000)), ("b", Driver(1)), ("c", Driver(2))], vec![4000, 2000, 4000], 0),
        (10_000, vec![("a", Percentage(4000)), ("b", Remainder)], vec![4000, 6000], 0),
        (10_000, vec![("a", Driver(0)), ("b", Driver(5))], vec![0, 10_000], 0),
        // Drivers that add up to nothing take nothing.
        (10_000, vec![("a", Driver(0)), ("b", Driver(0))], vec![0, 0], 10_000),
    ] {
        assert_eq!(split(amount, &shares(&parts)), Split { amounts, unallocated }, "{amount} {parts:?}");
    }
}

/// 1 to 200 shares of some method, whose ids are in no order.
fn some_shares(random: &SeededRandom, ids: &[String]) -> Vec<Part> {
    let kind = random.below(6);
    let count = u32::try_from(ids.len()).unwrap();
    let part = |index: usize| match kind {
        // All of it, or short of it by up to one point a share.
        0 => Part::Percentage(WHOLE / count),
        1 if index == 0 => Part::Percentage(WHOLE - WHOLE / count * (count - 1)),
        1 => Part::Percentage(WHOLE / count),
        2 if index == 0 => Part::Remainder,
        2 => Part::Fixed(i64::try_from(random.below(1 << 40)).unwrap()),
        3 => Part::Driver(random.below(1_000_000_000_000)),
        4 if index == 0 => Part::Percentage(u32::try_from(random.below(9_999)).unwrap()),
        4 => Part::Driver(random.below(500)),
        _ if index == 0 => Part::Percentage(u32::try_from(random.below(10_001)).unwrap()),
        _ => Part::Fixed(i64::try_from(random.below(100_000)).unwrap()),
    };
    (0..ids.len()).map(part).collect()
}

/// Amounts from one unit to all that there are, of both signs.
fn some_amount(random: &SeededRandom) -> i64 {
    let bits = random.below(64);
    let size = random.next() >> (63 - bits.min(63));
    let amount = i64::try_from(size >> 1).unwrap();
    if random.below(2) == 0 { amount } else { -amount }
}

fn total(split: &Split) -> i128 {
    split.amounts.iter().map(|amount| i128::from(*amount)).sum::<i128>() + i128::from(split.unallocated)
}

#[test]
fn any_split_adds_up_in_any_order_and_a_reversal_is_its_negative() {
    let seed = 20_261_129;
    let random = SeededRandom::new(seed);
    let currencies = ["JPY", "INR", "KWD"].map(|code| Currency::parse(code).unwrap());
    for round in 0..400_u64 {
        let count = usize::try_from(random.below(200) + 1).unwrap();
        let ids: Vec<String> = (0..count).map(|index| format!("dep_{:04}_{index}", random.below(10_000))).collect();
        let parts = some_shares(&random, &ids);
        let shares: Vec<Share<'_>> = ids.iter().zip(parts).map(|(id, part)| Share { id, part }).collect();
        let amount = some_amount(&random);
        let whole = split(amount, &shares);
        let hint = format!("seed {seed}, round {round}: {amount} over {count}");
        assert_eq!(total(&whole), i128::from(amount), "{hint}");
        assert!(whole.amounts.iter().all(|part| part.signum() * amount.signum() >= 0), "{hint}");
        // The negative of an amount is split into the negatives.
        let back = split(-amount, &shares);
        let negated =
            Split { amounts: whole.amounts.iter().map(|part| -part).collect(), unallocated: -whole.unallocated };
        assert_eq!(back, negated, "{hint}");
        // Whatever the order.
        let mut order: Vec<usize> = (0..count).collect();
        for index in (1..count).rev() {
            order.swap(index, usize::try_from(random.below(u64::try_from(index).unwrap() + 1)).unwrap());
        }
        let shuffled: Vec<Share<'_>> = order.iter().map(|index| shares[*index]).collect();
        let again = split(amount, &shuffled);
        assert_eq!(again.unallocated, whole.unallocated, "{hint}");
        for (place, index) in order.iter().enumerate() {
            assert_eq!(again.amounts[place], whole.amounts[*index], "{hint}");
        }
        // As people read it, in currencies of 0, 2 and 3 decimals.
        for currency in currencies {
            let written = |minor| Money::parse(&Money { minor, currency }.to_decimal(), currency).unwrap().minor;
            let sum: i128 = whole.amounts.iter().map(|part| i128::from(written(*part))).sum();
            assert_eq!(sum + i128::from(written(whole.unallocated)), i128::from(amount), "{hint}");
        }
    }
}

#[test]
fn no_part_is_further_than_a_unit_from_its_exact_proportion() {
    let seed = 7;
    let random = SeededRandom::new(seed);
    for round in 0..500 {
        let count = random.below(200) + 1;
        let total = random.next() >> random.below(64) >> 1;
        let weights: Vec<(u64, u128)> = (0..count).map(|key| (key, u128::from(random.below(1 << 20)))).collect();
        let sum: u128 = weights.iter().map(|(_, weight)| weight).sum();
        let parts = largest_remainder(total, &weights);
        if sum == 0 {
            continue;
        }
        assert_eq!(parts.iter().map(|part| u128::from(*part)).sum::<u128>(), u128::from(total), "seed {seed}, {round}");
        for (part, (_, weight)) in parts.iter().zip(&weights) {
            let exact = u128::from(total) * weight;
            let distance = (u128::from(*part) * sum).abs_diff(exact);
            assert!(distance < sum, "seed {seed}, round {round}: {part} of {total} by {weight} of {sum}");
            assert!(*weight > 0 || *part == 0, "what has no weight gets nothing");
        }
    }
}
