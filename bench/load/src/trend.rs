//! Whether a series rises: the slope of its means over blocks of time, with the interval in which the true one is in 19 of 20
//! cases. What neighbouring samples share would make a slope of the samples themselves look surer than it is.

/// Blocks that a series is cut into.
const BLOCKS: usize = 8;

/// The 97.5th percentile of Student's t for `BLOCKS - 2` degrees of freedom.
const T: f64 = 2.447;

/// A slope and how far off it may be, both in units an hour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slope {
    /// The slope.
    pub per_hour: f64,
    /// The true one is within this.
    pub within: f64,
}

impl Slope {
    /// Of a series of seconds and values, in the order of time. None: it is too short.
    pub fn of(series: &[(f64, f64)]) -> Option<Self> {
        let len = series.len() / BLOCKS;
        if len == 0 {
            return None;
        }
        let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / len as f64;
        // What does not fill the last block is left out.
        let blocks = series.chunks_exact(len).take(BLOCKS).map(|block| {
            (mean(&mut block.iter().map(|sample| sample.0)), mean(&mut block.iter().map(|sample| sample.1)))
        });
        let blocks: Vec<(f64, f64)> = blocks.collect();
        let count = BLOCKS as f64;
        let (time, value) =
            (blocks.iter().map(|b| b.0).sum::<f64>() / count, blocks.iter().map(|b| b.1).sum::<f64>() / count);
        let spread: f64 = blocks.iter().map(|block| (block.0 - time).powi(2)).sum();
        let slope = blocks.iter().map(|block| (block.0 - time) * (block.1 - value)).sum::<f64>() / spread;
        let rest: f64 = blocks.iter().map(|block| (block.1 - value - slope * (block.0 - time)).powi(2)).sum();
        let error = (rest / (count - 2.0) / spread).sqrt();
        Some(Self { per_hour: slope * 3600.0, within: T * error * 3600.0 })
    }

    /// Whether it may be none at all.
    pub fn may_be_flat(&self) -> bool {
        self.per_hour.abs() <= self.within
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    /// Samples each second around a line.
    fn series(per_second: f64, noise: f64, seed: u64) -> Vec<(f64, f64)> {
        let mut random = Random::new(seed);
        let sample = |second: i32| {
            let chance = random.below(1000) as f64 / 1000.0 - 0.5;
            (f64::from(second), 300.0 + per_second * f64::from(second) + noise * chance)
        };
        (0..400).map(sample).collect()
    }

    #[test]
    fn a_leak_is_told_from_noise() {
        let leak = Slope::of(&series(0.01, 1.0, 1)).unwrap();
        assert!(!leak.may_be_flat() && (leak.per_hour - 36.0).abs() < 5.0, "{leak:?}");
        let flat = (0..100).filter(|seed| Slope::of(&series(0.0, 1.0, *seed)).unwrap().may_be_flat()).count();
        assert!(flat >= 88, "{flat} of 100");
        assert_eq!(Slope::of(&series(0.0, 1.0, 1)[..7]), None);
    }
}
