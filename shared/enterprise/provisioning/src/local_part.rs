//! The part of an e-mail address before the `@`.

use serde::Serialize;

/// The longest local part, bytes (RFC 5321).
const MAX_LEN: usize = 64;

/// The characters of a local part that needs no quotes (RFC 5322), beside letters, digits and dots.
const SPECIAL: &[u8] = b"!#$%&'*+-/=?^_`{|}~";

/// A local part in lower case: `john.doe`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct LocalPart(String);

impl LocalPart {
    /// Reads a local part; None: it is not valid.
    pub(crate) fn parse(written: &str) -> Option<Self> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || SPECIAL.contains(&byte);
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(is_allowed);
        let is_valid = written.len() <= MAX_LEN && written.split('.').all(is_word);
        is_valid.then(|| Self(written.to_ascii_lowercase()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_part_is_words_between_dots_in_lower_case() {
        let longest = "a".repeat(64);
        for (written, read) in [
            ("john.doe", Some("john.doe")),
            ("John.DOE", Some("john.doe")),
            ("o'brien+sales", Some("o'brien+sales")),
            ("a", Some("a")),
            (&longest, Some(&*longest)),
            (&format!("{longest}a"), None),
            ("", None),
            (".john", None),
            ("john.", None),
            ("john..doe", None),
            ("john doe", None),
            ("john@acme.com", None),
            ("\"john doe\"", None),
            ("jöhn", None),
            ("john\n", None),
        ] {
            assert_eq!(LocalPart::parse(written).as_ref().map(LocalPart::as_str), read, "{written:?}");
        }
    }
}
