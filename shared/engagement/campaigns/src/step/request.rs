//! The bodies of requests that create and update steps.

use std::collections::BTreeMap;

use edge_http::{FieldError, nullable};
use edge_notifications::Channel;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::conditions::Conditions;
use super::model::{DEFAULT_EXPIRY_HOURS, Step};
use super::schedule::DelayType;
use crate::template::check;

/// The most hours, days or weeks.
const MAX_DELAY: i64 = 10_000;
/// The most hours after which a step is still sent: a quarter of a year.
const MAX_EXPIRY_HOURS: i64 = 2_160;
const MAX_SUBJECT: usize = 1_000;
const MAX_ATTRIBUTES: usize = 20;
const MAX_VALUES: usize = 50;

/// Who is sent a step: those of whom all of this holds.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[schema(as = CampaignStepConditions)]
pub(crate) struct ConditionsBody {
    /// Whether the contact replied since it was enrolled.
    #[serde(default)]
    replied: Option<bool>,
    /// Whether the contact followed a link since it was enrolled.
    #[serde(default)]
    clicked: Option<bool>,
    /// Attributes of the contact: a value, a list of values of which it has one, or null where it has none.
    #[serde(default)]
    #[schema(value_type = Object, example = json!({"plan": ["pro", "team"]}))]
    attributes: BTreeMap<String, Value>,
}

/// A step to create, or the changes to one. A field that is absent keeps its value.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[schema(as = CampaignStepRequest)]
pub(crate) struct StepRequest {
    /// Its place among the steps, from 1. The default is the last.
    #[serde(default)]
    step_number: Option<i64>,
    /// How long after the message before it is sent, or after the enrolment: 0 to 10,000. The default is 0.
    #[serde(default)]
    delay: Option<i64>,
    /// `hours`, or `days` or `weeks` by the clock on the contact's wall. The default is `days`.
    #[serde(default)]
    #[schema(value_type = Option<DelayType>)]
    delay_type: Option<String>,
    /// `EMAIL`, `SMS` or `WHATSAPP`. Required.
    #[serde(default)]
    #[schema(example = "EMAIL")]
    channel: Option<String>,
    /// The template of an e-mail's subject. The default is the campaign's name.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, example = "Hello {{ contact.name }}")]
    subject: Option<Option<String>>,
    /// What it says, of an e-mail HTML, with `{{ contact.name }}`, `{{ campaign.name }}`, `{{ unsubscribe_url }}`: up to
    /// 16 KiB. Required.
    #[serde(default)]
    #[schema(example = "<p>Hello {{ contact.name|default('there') }}</p>")]
    message_template: Option<String>,
    /// Who is sent it. The default is everybody.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<ConditionsBody>)]
    conditions: Option<Option<ConditionsBody>>,
    /// Whether it is sent. The default is true.
    #[serde(default)]
    is_active: Option<bool>,
    /// How many hours after it was due it is still sent, 1 to 2,160. The default is 72.
    #[serde(default)]
    expires_after_hours: Option<i64>,
}

fn within(value: i64, min: i64, max: i64) -> Option<u32> {
    u32::try_from(value).ok().filter(|_| (min..=max).contains(&value))
}

fn conditions(body: ConditionsBody, errors: &mut Vec<FieldError>) -> Conditions {
    let is_plain = |value: &Value| !matches!(value, Value::Array(_) | Value::Object(_));
    if body.attributes.len() > MAX_ATTRIBUTES {
        errors.push(FieldError::new("conditions.attributes", "must be at most 20"));
    }
    for (name, value) in body.attributes.iter().take(MAX_ATTRIBUTES) {
        let is_valid = match value {
            Value::Array(several) => several.len() <= MAX_VALUES && several.iter().all(is_plain),
            one => is_plain(one),
        };
        if !is_valid {
            let message = "must be a text, a number, a boolean or null, or a list of up to 50 of them";
            errors.push(FieldError::new(format!("conditions.attributes.{name}"), message));
        }
    }
    Conditions { replied: body.replied, clicked: body.clicked, attributes: body.attributes }
}

impl StepRequest {
    /// The step with these changes. None for `before`: a new step with this `id`, the last one with `next_number`.
    pub(super) fn read(self, before: Option<&Step>, id: &str, next_number: i64) -> Result<Step, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut step = before.cloned().unwrap_or_else(|| Step {
            id: id.to_owned(),
            step_number: next_number,
            delay: 0,
            delay_type: DelayType::Days,
            channel: Channel::Email,
            subject: None,
            message_template: String::new(),
            conditions: Conditions::default(),
            is_active: true,
            expires_after_hours: DEFAULT_EXPIRY_HOURS,
        });
        if let Some(number) = self.step_number {
            match within(number, 1, 1_000) {
                Some(number) => step.step_number = i64::from(number),
                None => errors.push(FieldError::new("step_number", "must be 1 to 1000")),
            }
        }
        if let Some(delay) = self.delay {
            match within(delay, 0, MAX_DELAY) {
                Some(delay) => step.delay = delay,
                None => errors.push(FieldError::new("delay", "must be 0 to 10000")),
            }
        }
        match self.delay_type.as_deref() {
            None => {}
            Some("hours") => step.delay_type = DelayType::Hours,
            Some("days") => step.delay_type = DelayType::Days,
            Some("weeks") => step.delay_type = DelayType::Weeks,
            Some(_) => errors.push(FieldError::new("delay_type", "must be hours, days or weeks")),
        }
        let known = |channel: &Channel| matches!(channel, Channel::Email | Channel::Sms | Channel::WhatsApp);
        match self.channel.as_deref().map(|written| Channel::parse(written).filter(known)) {
            Some(Some(channel)) => step.channel = channel,
            None if before.is_some() => {}
            _ => errors.push(FieldError::new("channel", "must be EMAIL, SMS or WHATSAPP")),
        }
        if let Some(subject) = self.subject {
            let problem = subject.as_deref().and_then(|subject| {
                if subject.len() > MAX_SUBJECT {
                    Some("must be at most 1000 bytes".to_owned())
                } else {
                    problem(subject)
                }
            });
            errors.extend(problem.map(|problem| FieldError::new("subject", problem)));
            step.subject = subject;
        }
        match self.message_template {
            Some(template) => {
                errors.extend(problem(&template).map(|problem| FieldError::new("message_template", problem)));
                step.message_template = template;
            }
            None if before.is_some() => {}
            None => errors.push(FieldError::new("message_template", "is required")),
        }
        if let Some(body) = self.conditions {
            step.conditions = conditions(body.unwrap_or_default(), &mut errors);
        }
        step.is_active = self.is_active.unwrap_or(step.is_active);
        if let Some(hours) = self.expires_after_hours {
            match within(hours, 1, MAX_EXPIRY_HOURS) {
                Some(hours) => step.expires_after_hours = hours,
                None => errors.push(FieldError::new("expires_after_hours", "must be 1 to 2160")),
            }
        }
        if errors.is_empty() { Ok(step) } else { Err(errors) }
    }
}

/// What is wrong with a template.
fn problem(template: &str) -> Option<String> {
    check(template).err().map(|error| error.to_string())
}
