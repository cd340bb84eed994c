//! Figures as they are answered: amounts in a currency, ratios, and each beside that of the period before.

use edge_money::{Currency, DecimalAmount, Money};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// A figure, and the same of the period before.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct Compared<T> {
    /// Of the period, or as of its end.
    pub(crate) current: T,
    /// Of the period before.
    pub(crate) previous: T,
}

impl<T> Compared<T> {
    /// What `of` gives of the period (1) and of the one before (0).
    pub(crate) fn of(of: impl Fn(usize) -> T) -> Self {
        Self { current: of(1), previous: of(0) }
    }
}

/// `minor` units of `currency`.
pub(crate) const fn amount(minor: i64, currency: Currency) -> DecimalAmount {
    DecimalAmount(Money { minor, currency })
}

/// A number with a fixed count of decimals, serialised as a decimal number with all of them: `28.5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ratio {
    /// The number times 10 to the power of its decimals.
    scaled: i64,
    decimals: u32,
}

impl Ratio {
    /// `part` × `factor` ÷ `whole` with so many decimals, rounded half away from zero. None: `whole` is zero.
    pub(crate) fn of(part: i64, factor: i64, whole: i64, decimals: u32) -> Option<Self> {
        let scale = 10_i128.checked_pow(decimals)?;
        let numerator = i128::from(part).checked_mul(i128::from(factor))?.checked_mul(scale)?;
        let whole = i128::from(whole);
        let (magnitude, divisor) = (numerator.unsigned_abs(), whole.unsigned_abs());
        let rounded = magnitude.checked_mul(2)?.checked_add(divisor)?.checked_div(divisor.checked_mul(2)?)?;
        let magnitude = i64::try_from(rounded).ok()?;
        let is_negative = (numerator < 0) != (whole < 0);
        Some(Self { scaled: if is_negative { magnitude.saturating_neg() } else { magnitude }, decimals })
    }

    /// It as a decimal number.
    pub(crate) fn to_decimal(self) -> String {
        let decimals = usize::try_from(self.decimals).unwrap_or_default();
        let sign = if self.scaled < 0 { "-" } else { "" };
        let digits = format!("{:0>width$}", self.scaled.unsigned_abs(), width = decimals.saturating_add(1));
        match digits.split_at_checked(digits.len().saturating_sub(decimals)) {
            Some((whole, fraction)) if !fraction.is_empty() => format!("{sign}{whole}.{fraction}"),
            _ => format!("{sign}{digits}"),
        }
    }
}

impl Serialize for Ratio {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.to_decimal()).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_rounded_once_half_away_from_zero_and_null_of_nothing() {
        for (part, factor, whole, decimals, written) in [
            (1, 30, 4, 1, Some("7.5")),
            (1, 1, 3, 2, Some("0.33")),
            (2, 1, 3, 2, Some("0.67")),
            (-1, 100, 8, 1, Some("-12.5")),
            (-5, 1, 1_000, 2, Some("-0.01")),
            (1, 1, -8, 3, Some("-0.125")),
            (0, 31, 5, 1, Some("0.0")),
            (7, 1, 1, 0, Some("7")),
            (i64::MAX, i64::MAX, 1, 1, None),
            (5, 30, 0, 1, None),
        ] {
            let found = Ratio::of(part, factor, whole, decimals).map(Ratio::to_decimal);
            assert_eq!(found.as_deref(), written, "{part} × {factor} ÷ {whole}");
        }
    }
}
