//! Histograms of durations, for quantiles. A histogram is one counter for each of its buckets, so that all instances of all
//! nodes add to the same one.

use crate::counters::Name;

/// The number of buckets. The first ends at 64 µs; each of the others is √2 times as wide as the one before it, and the last
/// has no end.
pub const BUCKETS: usize = 40;

/// Their names in counters.
const NAMES: [&str; BUCKETS] = [
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20",
    "21", "22", "23", "24", "25", "26", "27", "28", "29", "30", "31", "32", "33", "34", "35", "36", "37", "38", "39",
];

/// The exponent of the end of the first bucket: 2^6 µs.
const FIRST: u32 = 6;

/// The counter for a duration of `micros`; `what` and `one` name the histogram.
pub fn bucket_of(what: &'static str, one: &'static str, micros: u64) -> Name {
    [what, one, NAMES.get(position(micros)).copied().unwrap_or("39")]
}

/// The counters of a histogram, the shortest duration first.
pub fn buckets(what: &'static str, one: &'static str) -> [Name; BUCKETS] {
    NAMES.map(|name| [what, one, name])
}

fn position(micros: u64) -> usize {
    if micros < 1 << FIRST {
        return 0;
    }
    let exponent = micros.ilog2();
    // Whether it is in the upper half of its octave: at least √2 times its power of two.
    let is_upper = u128::from(micros).pow(2) >> (2 * exponent + 1) != 0;
    let position = 1 + 2 * (exponent.saturating_sub(FIRST)) as usize + usize::from(is_upper);
    position.min(BUCKETS - 1)
}

/// Where a bucket begins, microseconds.
fn start(position: usize) -> f64 {
    match u32::try_from(position) {
        Ok(0) | Err(_) => 0.0,
        Ok(position) => f64::from(1_u32 << FIRST) * 2_f64.powf(f64::from(position - 1) / 2.0),
    }
}

/// The duration that the share `share` of all durations does not exceed, microseconds; None: there is none. Within a bucket
/// it is an estimate: at most √2 times too long or too short.
pub fn quantile(counts: &[i64; BUCKETS], share: f64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let float = |count: i64| count.max(0) as f64;
    let all: f64 = counts.iter().map(|count| float(*count)).sum();
    if all == 0.0 {
        return None;
    }
    let wanted = (all * share).max(1.0).min(all);
    let mut before = 0.0;
    for (position, count) in counts.iter().enumerate() {
        let count = float(*count);
        if count > 0.0 && before + count >= wanted {
            let (from, to, part) = (start(position), start(position + 1), (wanted - before) / count);
            return Some(match position {
                0 => to * part,
                _ if position == BUCKETS - 1 => from,
                _ => from * (to / from).powf(part),
            });
        }
        before += count;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_in_the_bucket_that_begins_before_it_and_ends_after_it() {
        for micros in (0..2_000).chain((0..60).map(|shift| 1 << shift)).chain((6..60).map(|shift| (1 << shift) - 1)) {
            let position = position(micros);
            #[expect(clippy::cast_precision_loss, reason = "a test of an estimate")]
            let float = micros as f64;
            assert!(start(position) <= float * 1.000_001, "{micros}: {position}");
            assert!(position == BUCKETS - 1 || float < start(position + 1), "{micros}: {position}");
        }
    }

    #[test]
    fn a_quantile_is_off_by_less_than_a_bucket() {
        let mut counts = [0; BUCKETS];
        assert_eq!(quantile(&counts, 0.5), None);
        for micros in 1..=10_000_u64 {
            counts[position(micros * 10)] += 1;
        }
        for (share, exact) in [(0.5, 50_000.0), (0.9, 90_000.0), (0.99, 99_000.0), (1.0, 100_000.0)] {
            let found = quantile(&counts, share).unwrap();
            assert!((found / exact - 1.0).abs() < 0.35, "{share}: {found}");
        }
        let mut one = [0; BUCKETS];
        one[position(300)] = 1;
        let found = quantile(&one, 0.99).unwrap();
        assert!((256.0..=363.0).contains(&found), "{found}");
        let mut last = [0; BUCKETS];
        last[position(u64::MAX)] = 7;
        assert!(quantile(&last, 0.5).unwrap() > 30_000_000.0);
    }
}
