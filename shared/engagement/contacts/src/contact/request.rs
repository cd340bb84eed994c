//! The body of requests that create and update contacts.

use edge_http::nullable;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::fields::Changes;

/// A contact to create, or the changes to one. A field that is absent keeps its value; one that is null is emptied.
#[derive(Clone, Default, Deserialize, ToSchema)]
pub(crate) struct ContactRequest {
    /// The name: 1 to 256 bytes.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    name: Option<Option<String>>,
    /// The e-mail address. Required where there is no phone.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, example = "ana@example.com")]
    email: Option<Option<String>>,
    /// The phone number: `+` and digits, the country's code first.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, example = "+919876543210")]
    phone: Option<Option<String>>,
    /// Custom fields: at most 100 texts, numbers or booleans by name. They are added to those that are there; null removes
    /// one.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    attributes: Option<Map<String, Value>>,
    /// At most 50 words that contacts are sorted by. They replace those that are there.
    #[serde(default)]
    tags: Option<Vec<String>>,
    /// The time zone that the person lives in.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, example = "Asia/Kolkata")]
    timezone: Option<Option<String>>,
    /// The language.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, example = "en-IN")]
    locale: Option<Option<String>>,
    /// Where the contact is from: 1 to 64 bytes.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, example = "web form")]
    source: Option<Option<String>>,
}

impl From<ContactRequest> for Changes {
    fn from(request: ContactRequest) -> Self {
        let ContactRequest { name, email, phone, attributes, tags, timezone, locale, source } = request;
        Self { name, email, phone, timezone, locale, source, tags, attributes: attributes.unwrap_or_default() }
    }
}
