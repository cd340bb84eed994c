//! The validation of request fields.

use edge_money::{Currency, Digits};

const MAX_LEN: usize = 256;

/// The message for a text that is not [`is_valid_text`].
pub(crate) const INVALID_TEXT: &str = "must be 1 to 256 bytes without control characters";

/// Whether a text has 1 to 256 bytes and no control characters.
pub(crate) fn is_valid_text(text: &str) -> bool {
    (1..=MAX_LEN).contains(&text.len()) && !text.chars().any(char::is_control)
}

/// Whether a text can be an id.
pub(crate) fn is_valid_id(id: &str) -> bool {
    id.len() <= 64 && !id.chars().any(char::is_control)
}

/// Whether a text names people who can approve: `role:…`, `user:…` or `key:…`.
pub(crate) fn is_approver(text: &str) -> bool {
    let named = text.split_once(':').filter(|(kind, _)| matches!(*kind, "role" | "user" | "key"));
    named.is_some_and(|(_, name)| !name.is_empty()) && is_valid_text(text)
}

/// Whether a text names one person: `user:…` or `key:…`.
pub(crate) fn is_person(text: &str) -> bool {
    is_approver(text) && !text.starts_with("role:")
}

/// Reads an amount, in the currency's smallest unit.
pub(crate) fn read_amount(digits: &Digits, currency: Currency) -> Result<i64, String> {
    digits.read(currency).map(|money| money.minor).map_err(|invalid| invalid.to_string())
}
