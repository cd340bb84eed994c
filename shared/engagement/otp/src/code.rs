//! Codes.

use edge_capabilities::Random;

/// The fewest and the most digits of a code.
pub(crate) const MIN_DIGITS: u32 = 6;
pub(crate) const MAX_DIGITS: u32 = 9;

/// A code of `digits` digits, each as likely as any other. It is a text: leading zeros count.
pub(crate) fn draw(random: &dyn Random, digits: u32) -> String {
    let digits = digits.clamp(MIN_DIGITS, MAX_DIGITS);
    let codes = 10_u64.pow(digits);
    // Numbers beyond the last whole multiple would make the low codes more likely.
    let end = (1_u64 << 32) / codes * codes;
    loop {
        let mut bytes = [0; 4];
        random.fill(&mut bytes);
        let number = u64::from(u32::from_le_bytes(bytes));
        if number < end {
            return format!("{:0width$}", number % codes, width = usize::try_from(digits).unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use edge_capabilities::testing::SeededRandom;

    use super::*;

    #[test]
    fn a_million_codes_are_uniform() {
        const DRAWN: u32 = 1 << 20;
        const BINS: usize = 1_000;
        let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(7);
        println!("SEED={seed}");
        let random = SeededRandom::new(seed);
        // Of a code the first three digits and the last three, and each digit at its place.
        let mut halves = [[0_u32; BINS]; 2];
        let mut digits = [[0_u32; 10]; 6];
        for _ in 0..DRAWN {
            let code = draw(&random, 6);
            assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()), "{code}");
            for (half, bins) in halves.iter_mut().enumerate() {
                bins[code.get(half * 3..half * 3 + 3).unwrap().parse::<usize>().unwrap()] += 1;
            }
            for (place, byte) in code.bytes().enumerate() {
                digits[place][usize::from(byte - b'0')] += 1;
            }
        }
        let chi_square = |bins: &[u32]| -> f64 {
            let expected = f64::from(DRAWN) / f64::from(u32::try_from(bins.len()).unwrap());
            bins.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum()
        };
        // What chance exceeds once in 10,000 times, with 999 and 9 degrees of freedom.
        for bins in &halves {
            assert!(chi_square(bins) < 1_170.0, "{}", chi_square(bins));
        }
        for bins in &digits {
            assert!(chi_square(bins) < 33.7, "{}", chi_square(bins));
        }
    }

    /// Gives these numbers one after another.
    struct Numbers(Mutex<Vec<u32>>);

    impl Random for Numbers {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.copy_from_slice(&self.0.lock().unwrap().remove(0).to_le_bytes());
        }
    }

    #[test]
    fn numbers_beyond_the_last_whole_multiple_are_drawn_again() {
        for (numbers, digits, code) in [
            (vec![4_293_999_999], 6, "999999"),
            (vec![4_294_000_000, u32::MAX, 7], 6, "000007"),
            (vec![4_000_000_000, 3_999_999_999], 9, "999999999"),
            (vec![1_000_001], 1, "000001"),
        ] {
            assert_eq!(draw(&Numbers(Mutex::new(numbers)), digits), code);
        }
    }
}
