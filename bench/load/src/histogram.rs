//! Latencies, counted in buckets that are no wider than a sixty-fourth of what they hold.

use std::time::Duration;

/// Buckets for each power of two, as a power of two.
const BITS: u32 = 6;
const SUB_BUCKETS: u64 = 1 << BITS;

/// Counts of latencies in microseconds.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

impl Histogram {
    /// Counts one latency.
    pub fn record(&mut self, latency: Duration) {
        let index = bucket(u64::try_from(latency.as_micros()).unwrap_or(u64::MAX));
        if index >= self.counts.len() {
            self.counts.resize(index + 1, 0);
        }
        if let Some(count) = self.counts.get_mut(index) {
            *count += 1;
            self.total += 1;
        }
    }

    /// How many there are.
    #[cfg(test)]
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// The latency that this part of all (0 to 1) does not exceed; zero where there are none.
    pub fn quantile(&self, part: f64) -> Duration {
        let wanted = (part * self.total as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        for (index, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return Duration::from_micros(highest(index));
            }
        }
        Duration::ZERO
    }
}

fn bucket(micros: u64) -> usize {
    if micros < SUB_BUCKETS {
        return usize::try_from(micros).unwrap_or(0);
    }
    let exponent = micros.ilog2();
    let sub_bucket = (micros >> (exponent - BITS)) - SUB_BUCKETS;
    usize::try_from(u64::from(exponent - BITS + 1) * SUB_BUCKETS + sub_bucket).unwrap_or(usize::MAX)
}

/// The highest value of a bucket.
fn highest(index: usize) -> u64 {
    let index = index as u64;
    if index < SUB_BUCKETS {
        return index;
    }
    let shift = index / SUB_BUCKETS - 1;
    ((SUB_BUCKETS + index % SUB_BUCKETS + 1) << shift) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_latency_is_told_to_within_a_sixty_fourth_and_never_too_low() {
        for micros in (0..3000).chain([4095, 4096, 123_456, 9_999_999, 1 << 40]) {
            let mut histogram = Histogram::default();
            histogram.record(Duration::from_micros(micros));
            let told = u64::try_from(histogram.quantile(0.5).as_micros()).unwrap();
            assert!(told >= micros && told <= micros + micros / 64, "{micros}: {told}");
        }
    }

    #[test]
    fn quantiles_are_those_of_all_that_were_counted() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.quantile(0.99), Duration::ZERO);
        (1..=60).for_each(|micros| histogram.record(Duration::from_micros(micros)));
        for (part, micros) in [(0.0, 1), (0.5, 30), (0.9, 54), (1.0, 60)] {
            assert_eq!(histogram.quantile(part), Duration::from_micros(micros), "{part}");
        }
        assert_eq!(histogram.total(), 60);
    }
}
