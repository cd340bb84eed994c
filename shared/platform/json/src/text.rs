//! A text of limited length, as names and ids in requests are.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// A text of 1 to `MAX_LEN` bytes of UTF-8 without control characters. It is kept and compared byte for byte, without
/// trimming, case folding or normalisation: the issuer of an id may tell such ids apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text<const MAX_LEN: usize>(Arc<str>);

/// A text that is empty, too long, or has control characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidText<const MAX_LEN: usize>;

impl<const MAX_LEN: usize> Text<MAX_LEN> {
    /// Parses a text.
    pub fn parse(text: &str) -> Result<Self, InvalidText<MAX_LEN>> {
        if Self::accepts(text) { Ok(Self(text.into())) } else { Err(InvalidText) }
    }

    /// Whether [`Text::parse`] accepts `text`.
    pub fn accepts(text: &str) -> bool {
        (1..=MAX_LEN).contains(&text.len()) && !text.chars().any(char::is_control)
    }

    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX_LEN: usize> fmt::Display for Text<MAX_LEN> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<const MAX_LEN: usize> fmt::Display for InvalidText<MAX_LEN> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "must be 1 to {MAX_LEN} bytes without control characters")
    }
}

impl<const MAX_LEN: usize> Error for InvalidText<MAX_LEN> {}

/// Whether mail could be sent to it: one `@` with something on both sides, and nothing that ends a header. At most 256 bytes.
pub fn is_email(text: &str) -> bool {
    let is_domain = |domain: &str| !domain.is_empty() && !domain.contains('@');
    Text::<256>::accepts(text)
        && !text.chars().any(|one| one.is_whitespace() || "<>,;\"".contains(one))
        && text.split_once('@').is_some_and(|(name, domain)| !name.is_empty() && is_domain(domain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_bounded_in_bytes_and_kept_as_it_is() {
        for good in ["u", "user_123", "a b", " ", "é", "e\u{301}", "a\u{200b}b", "%2F..", &"x".repeat(64)] {
            assert_eq!(Text::<64>::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "\0", "a\nb", "a\tb", "a\u{7f}", "a\u{85}b", &"x".repeat(65), &"é".repeat(33)] {
            assert_eq!(Text::<64>::parse(bad), Err(InvalidText), "{bad:?}");
        }
        assert!(Text::<256>::accepts(&"é".repeat(128)) && !Text::<256>::accepts(&"é".repeat(129)));
        assert_eq!(InvalidText::<128>.to_string(), "must be 1 to 128 bytes without control characters");
    }
}
