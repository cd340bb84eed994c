//! What is wrong with the fields of a request.

use edge_json::{InvalidText, Text, is_email};
use serde::Serialize;
use utoipa::ToSchema;

/// An invalid field of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The path of the field in the body: `userId`, `requests[3].userId`.
    pub field: String,
    /// What is wrong with the field.
    pub message: String,
}

impl FieldError {
    /// The field `field` is invalid: `message`.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }

    /// The error of the field `field` whose `text` is not a [`Text`]; None: it is one, or it is absent.
    pub fn of_text<const MAX_LEN: usize>(field: impl Into<String>, text: Option<&str>) -> Option<Self> {
        let is_valid = text.is_none_or(Text::<MAX_LEN>::accepts);
        (!is_valid).then(|| Self::new(field, InvalidText::<MAX_LEN>.to_string()))
    }
}

/// Collects what is wrong with the fields of a request, so that the caller is told of everything at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    /// The field `field` is invalid: `message`.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(FieldError::new(field, message));
    }

    /// A text that is there must be a [`Text`]: 1 to `MAX_LEN` bytes in one line.
    pub fn check_text<const MAX_LEN: usize>(&mut self, field: impl Into<String>, text: Option<&str>) {
        self.0.extend(FieldError::of_text::<MAX_LEN>(field, text));
    }

    /// A text that is there must have at most `MAX_LEN` bytes; it may have several lines.
    pub fn check_lines<const MAX_LEN: usize>(&mut self, field: impl Into<String>, text: Option<&str>) {
        let is_text = |text: &str| text.len() <= MAX_LEN && !text.chars().any(|one| one.is_control() && one != '\n');
        if text.is_some_and(|text| !is_text(text)) {
            let message = "bytes without control characters other than line breaks";
            self.add(field, format!("must be at most {MAX_LEN} {message}"));
        }
    }

    /// A text that is there must be an e-mail address.
    pub fn check_email(&mut self, field: impl Into<String>, text: Option<&str>) {
        if text.is_some_and(|text| !is_email(text)) {
            self.add(field, "must be an e-mail address");
        }
    }

    /// All that is wrong, if anything is.
    pub fn finish(self) -> Result<(), Vec<FieldError>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_field_is_told_and_no_other() {
        let mut errors = FieldErrors::default();
        for (name, text) in [("absent", None), ("good", Some("x")), ("empty", Some("")), ("lines", Some("a\nb"))] {
            errors.check_text::<3>(name, text);
        }
        for (name, text) in
            [("prose", Some("a\nb")), ("none", Some("")), ("long", Some("abcd")), ("bell", Some("\u{7}"))]
        {
            errors.check_lines::<3>(name, text);
        }
        errors.check_email("address", Some("a@b"));
        errors.check_email("two", Some("a@b,c@d"));
        errors.add("total", "is too much");
        let told = errors.finish().unwrap_err();
        let fields: Vec<_> = told.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["empty", "lines", "long", "bell", "two", "total"]);
        assert_eq!(FieldErrors::default().finish(), Ok(()));
    }
}
