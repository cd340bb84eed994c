//! The validation of request fields.

use edge_http::Text;
use edge_money::{Currency, Digits};

/// The maximum length of a name or an id of others, in bytes.
pub(crate) const MAX_TEXT_LEN: usize = 256;

/// Whether a text can be an id of the edge's own.
pub(crate) fn is_id(text: &str) -> bool {
    Text::<64>::accepts(text)
}

/// Whether a text names people who can approve: `role:…`, `user:…` or `key:…`.
pub(crate) fn is_approver(text: &str) -> bool {
    let named = text.split_once(':').filter(|(kind, _)| matches!(*kind, "role" | "user" | "key"));
    named.is_some_and(|(_, name)| !name.is_empty()) && Text::<MAX_TEXT_LEN>::accepts(text)
}

/// Whether a text names one person: `user:…` or `key:…`.
pub(crate) fn is_person(text: &str) -> bool {
    is_approver(text) && !text.starts_with("role:")
}

/// Reads an amount, in the currency's smallest unit.
pub(crate) fn read_amount(digits: &Digits, currency: Currency) -> Result<i64, String> {
    digits.read(currency).map(|money| money.minor).map_err(|invalid| invalid.to_string())
}
