//! The filters of a list: one comparison for equality, as providers send before they create a user.

use crate::error::ScimError;

/// Which users are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    /// All.
    All,
    /// The one with this name, in lower case.
    UserName(String),
    /// The one with the provider's id.
    ExternalId(String),
    /// The one with this id.
    Id(String),
}

impl Filter {
    /// Reads `filter`: `userName eq "ana@clinic.example"`. Names and the operator are read in any case.
    pub(crate) fn parse(filter: &str) -> Result<Self, ScimError> {
        let mut filter = filter.trim();
        while let Some(inner) = filter.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            filter = inner.trim();
        }
        if filter.is_empty() {
            return Ok(Self::All);
        }
        let (name, rest) = filter.split_once(char::is_whitespace).ok_or(ScimError::InvalidFilter)?;
        let (operator, value) = rest.trim_start().split_once(char::is_whitespace).ok_or(ScimError::InvalidFilter)?;
        if !operator.eq_ignore_ascii_case("eq") {
            return Err(ScimError::InvalidFilter);
        }
        // A JSON text and nothing behind it.
        let value: String = serde_json::from_str(value.trim()).map_err(|_| ScimError::InvalidFilter)?;
        if value.contains('\0') {
            return Err(ScimError::InvalidFilter);
        }
        let name = name.strip_prefix("urn:ietf:params:scim:schemas:core:2.0:User:").unwrap_or(name);
        match name.to_ascii_lowercase().as_str() {
            "username" | "emails.value" | "emails" => Ok(Self::UserName(value.to_lowercase())),
            "externalid" => Ok(Self::ExternalId(value)),
            "id" => Ok(Self::Id(value)),
            _ => Err(ScimError::InvalidFilter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_one_comparison_in_any_case() {
        let name = || Ok(Filter::UserName("ana@clinic.example".into()));
        for (filter, expected) in [
            ("", Ok(Filter::All)),
            (r#"userName eq "ana@clinic.example""#, name()),
            (r#"userName Eq "Ana@Clinic.example""#, name()),
            (r#" (username  EQ  "ana@clinic.example") "#, name()),
            (r#"urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ana@clinic.example""#, name()),
            (r#"userName eq "a\"b c""#, Ok(Filter::UserName("a\"b c".into()))),
            (r#"externalId eq "00uABC""#, Ok(Filter::ExternalId("00uABC".into()))),
            (r#"id eq "x""#, Ok(Filter::Id("x".into()))),
            (r#"userName sw "ana""#, Err(ScimError::InvalidFilter)),
            (r#"userName eq ana"#, Err(ScimError::InvalidFilter)),
            (r#"userName eq "a" and active eq true"#, Err(ScimError::InvalidFilter)),
            (r#"userName eq "a" or id eq "b""#, Err(ScimError::InvalidFilter)),
            (r#"title eq "x""#, Err(ScimError::InvalidFilter)),
            ("userName pr", Err(ScimError::InvalidFilter)),
            ("userName", Err(ScimError::InvalidFilter)),
        ] {
            assert_eq!(Filter::parse(filter), expected, "{filter}");
        }
    }
}
