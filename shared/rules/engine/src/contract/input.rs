//! Inputs in the form that scripts receive.

use rhai::{Dynamic, Map};

use super::{Amount, Instant};

/// A map of fields. An omitted field is `()`.
pub fn map<const N: usize>(fields: [(&str, Dynamic); N]) -> Dynamic {
    Dynamic::from_map(fields.into_iter().map(|(name, value)| (name.into(), value)).collect::<Map>())
}

/// A text, or `()`.
pub fn optional(text: Option<String>) -> Dynamic {
    text.map_or(Dynamic::UNIT, Dynamic::from)
}

/// An amount: always a decimal, so that a division never truncates.
pub fn amount(amount: Amount) -> Dynamic {
    Dynamic::from_decimal(amount.decimal())
}

/// An instant.
pub fn instant(instant: Instant) -> Dynamic {
    Dynamic::from(instant)
}
