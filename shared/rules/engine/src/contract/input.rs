//! Inputs, as scripts see them.

use rhai::{Dynamic, Map};

use super::{Amount, Moment};

/// A map of the fields; what was not given is `()`.
pub fn map<const N: usize>(fields: [(&str, Dynamic); N]) -> Dynamic {
    Dynamic::from_map(fields.into_iter().map(|(name, value)| (name.into(), value)).collect::<Map>())
}

/// A text, or `()`.
pub fn optional(text: Option<String>) -> Dynamic {
    text.map_or(Dynamic::UNIT, Dynamic::from)
}

/// An amount: always a decimal, so that a division never cuts off.
pub fn amount(amount: Amount) -> Dynamic {
    Dynamic::from_decimal(amount.decimal())
}

/// An instant.
pub fn moment(moment: Moment) -> Dynamic {
    Dynamic::from(moment)
}
