//! The bodies of requests that create and update campaigns.

use edge_http::{FieldError, Text, nullable};
use edge_notifications::QuietHours;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::model::{Campaign, JsonObject, StoredQuietHours};

/// The longest name, bytes.
const MAX_NAME: usize = 200;
const MAX_DESCRIPTION: usize = 2_000;
const MAX_VARIABLES: usize = 50;
const MAX_VARIABLE: usize = 1_024;

/// The part of the day in which nothing is sent, where the contact is; over midnight where `from` is after `to`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CampaignQuietHours)]
pub(crate) struct QuietHoursBody {
    /// When it begins.
    #[schema(example = "21:00")]
    pub(super) from: String,
    /// When it ends.
    #[schema(example = "09:00")]
    pub(super) to: String,
}

/// A campaign to create, or the changes to one. A field that is absent keeps its value; one that is null is emptied.
#[derive(Clone, Default, Deserialize, ToSchema)]
pub(crate) struct CampaignRequest {
    /// The name, which templates know as `campaign.name`: 1 to 200 bytes. Required.
    #[serde(default)]
    #[schema(example = "Welcome")]
    name: Option<String>,
    /// What it is for: up to 2,000 bytes.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    description: Option<Option<String>>,
    /// What its templates know as `campaign.NAME`: at most 50 texts, numbers or booleans by name. They replace those that
    /// are there.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    variables: Option<Map<String, Value>>,
    /// Whether it ends for a contact who replied. The default is false.
    #[serde(default)]
    stop_on_reply: Option<bool>,
    /// When nothing of it is sent. The default is never.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<QuietHoursBody>)]
    quiet_hours: Option<Option<QuietHoursBody>>,
}

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name.bytes().next().is_some_and(|first| !first.is_ascii_digit())
}

fn is_value(value: &Value) -> bool {
    match value {
        Value::String(text) => text.len() <= MAX_VARIABLE,
        Value::Bool(_) | Value::Number(_) => true,
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

impl CampaignRequest {
    /// What is wrong with it. `is_new`: it creates a campaign.
    pub(super) fn errors(&self, is_new: bool) -> Vec<FieldError> {
        let mut errors = Vec::new();
        match &self.name {
            Some(name) if Text::<MAX_NAME>::accepts(name) && !name.trim().is_empty() => {}
            None if !is_new => {}
            Some(_) => errors.push(FieldError::new("name", "must be 1 to 200 bytes without control characters")),
            None => errors.push(FieldError::new("name", "is required")),
        }
        if let Some(Some(text)) = &self.description
            && text.len() > MAX_DESCRIPTION
        {
            errors.push(FieldError::new("description", "must be at most 2000 bytes"));
        }
        if let Some(variables) = &self.variables {
            if variables.len() > MAX_VARIABLES {
                errors.push(FieldError::new("variables", "must be at most 50"));
            }
            for (name, value) in variables.iter().take(MAX_VARIABLES) {
                if !is_name(name) || matches!(name.as_str(), "id" | "name") {
                    let message = "must be a name of letters, digits and _, other than id and name";
                    errors.push(FieldError::new("variables", message));
                } else if !is_value(value) {
                    let message = "must be a text of up to 1024 bytes, a number or a boolean";
                    errors.push(FieldError::new(format!("variables.{name}"), message));
                }
            }
        }
        if let Some(Some(hours)) = &self.quiet_hours
            && let Some(problem) = hours.read().problem()
        {
            errors.push(FieldError::new("quiet_hours", problem));
        }
        errors
    }

    /// Makes the changes to `campaign`; it must be without errors.
    pub(super) fn apply(&self, campaign: &mut Campaign) {
        if let Some(name) = &self.name {
            name.trim().clone_into(&mut campaign.name);
        }
        if let Some(description) = &self.description {
            campaign.description.clone_from(description);
        }
        if let Some(variables) = &self.variables {
            campaign.variables = JsonObject(variables.clone());
        }
        if let Some(stop_on_reply) = self.stop_on_reply {
            campaign.stop_on_reply = stop_on_reply;
        }
        if let Some(hours) = &self.quiet_hours {
            campaign.quiet_hours = hours.as_ref().map(|hours| StoredQuietHours(hours.read()));
        }
    }
}

impl QuietHoursBody {
    fn read(&self) -> QuietHours {
        QuietHours { from: self.from.clone(), to: self.to.clone() }
    }
}
