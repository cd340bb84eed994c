//! From an event's data to the variables of a template. Nothing blank is ever sent: a variable that has no value is an
//! error.

use serde_json::{Map, Value};

use crate::channel::Channel;
use crate::clean;
use crate::event::Content;
use crate::event_types::{EventType, NAMES};
use crate::mapping::Mapping;

/// Why a message cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RenderError {
    /// A variable without a value.
    #[error("MISSING_VARIABLE: {0}")]
    Missing(String),
    /// A variable with a value that is not sent to anybody.
    #[error("INVALID_VARIABLE: {0}")]
    Invalid(String),
    /// It is longer than its channel takes.
    #[error("TOO_LONG")]
    TooLong,
}

/// A message as it is sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rendered {
    /// The template's name at Notify; the text, where the channel has no templates.
    pub(crate) template: String,
    /// The values of the variables.
    pub(crate) variables: Map<String, Value>,
}

/// Whether a person would see nothing.
fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

impl Content {
    /// The value at `path`: `data.amount`, `recipient.name`, or `amount`, which is of the data.
    fn value(&self, path: &str) -> Option<Value> {
        let value = match path.strip_prefix("recipient.") {
            Some(field) => {
                let recipient = &self.recipient;
                let text = match field {
                    "name" => recipient.name.as_ref().or(recipient.email.as_ref()).or(recipient.phone.as_ref()),
                    "email" => recipient.email.as_ref(),
                    "phone" => recipient.phone.as_ref(),
                    "user_id" => recipient.user_id.as_ref(),
                    "locale" => recipient.locale.as_ref(),
                    _ => None,
                };
                text.map(|text| Value::from(text.as_str()))
            }
            None => {
                let mut steps = path.strip_prefix("data.").unwrap_or(path).split('.');
                let first = steps.next().and_then(|step| self.data.get(step));
                steps.fold(first, |value, step| value?.get(step)).cloned()
            }
        };
        value.filter(|value| !is_blank(value))
    }

    /// The value of the variable `name`, where nobody mapped it.
    fn variable(&self, name: &str) -> Option<Value> {
        self.value(name).or_else(|| if NAMES.contains(&name) { self.value("recipient.name") } else { None })
    }
}

/// The message of `event_type` over `channel`, as `mapping` says or else by the edge's own templates.
pub(crate) fn render(
    event_type: &EventType,
    channel: Channel,
    mapping: Option<&Mapping>,
    content: &Content,
) -> Result<Rendered, RenderError> {
    let template = mapping.and_then(|mapping| mapping.template_name.as_deref());
    let template = template.or(event_type.template_of(channel)).unwrap_or_default();
    let defaults = mapping.map(|mapping| &mapping.default_variables.0);
    let default = |name: &str| defaults.and_then(|all| all.get(name)).filter(|value| !is_blank(value)).cloned();
    let mapped = mapping.map(|mapping| &mapping.variable_mapping.0).filter(|mapped| !mapped.is_empty());
    let missing = |name: &str| RenderError::Missing(name.to_owned());
    let mut variables = Map::new();
    if let Some(mapped) = mapped {
        for (name, path) in mapped {
            let value = content.value(path).or_else(|| default(name));
            variables.insert(name.clone(), value.ok_or_else(|| missing(name))?);
        }
    } else {
        let positional = event_type.whatsapp.filter(|_| channel == Channel::WhatsApp);
        if let Some((_, names)) = positional {
            for (place, name) in (1..).zip(names) {
                let value = content.variable(name).or_else(|| default(name));
                variables.insert(i32::to_string(&place), value.ok_or_else(|| missing(name))?);
            }
        } else {
            variables.extend(content.data.iter().filter(|(_, value)| !is_blank(value)).map(own));
            if channel == Channel::Email {
                for name in event_type.required {
                    let value = content.variable(name).or_else(|| default(name));
                    variables.insert((*name).to_owned(), value.ok_or_else(|| missing(name))?);
                }
            }
        }
    }
    for (name, value) in defaults.into_iter().flatten().filter(|(_, value)| !is_blank(value)) {
        if !variables.contains_key(name) {
            variables.insert(name.clone(), value.clone());
        }
    }
    let cleaned = |name: &str, value: Value| {
        clean::variable(channel, name, value).ok_or_else(|| RenderError::Invalid(name.to_owned()))
    };
    let template = match channel {
        Channel::Sms | Channel::Push => fill(template, |name| {
            let value = variables.get(name).cloned().or_else(|| content.variable(name));
            cleaned(name, value.ok_or_else(|| missing(name))?)
        })?,
        Channel::Email | Channel::WhatsApp | Channel::InApp => template.to_owned(),
    };
    if !clean::fits(channel, &template) {
        return Err(RenderError::TooLong);
    }
    let variables = variables.into_iter().map(|(name, value)| {
        let value = cleaned(&name, value)?;
        Ok((clean::single_line(&name), value))
    });
    Ok(Rendered { template, variables: variables.collect::<Result<_, _>>()? })
}

fn own((name, value): (&String, &Value)) -> (String, Value) {
    (name.clone(), value.clone())
}

/// `text` with a value in the place of each `{{name}}`. What looks like a variable inside of a value is left as it is.
fn fill(text: &str, value: impl Fn(&str) -> Result<Value, RenderError>) -> Result<String, RenderError> {
    let (mut filled, mut rest) = (String::new(), text);
    while let Some((before, (name, after))) =
        rest.split_once("{{").and_then(|(before, after)| Some((before, after.split_once("}}")?)))
    {
        filled.push_str(before);
        match value(name.trim())? {
            Value::String(text) => filled.push_str(&text),
            other => filled.push_str(&other.to_string()),
        }
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::event::Recipient;
    use crate::event_types::{
        WORKSPACE_CALENDAR_REMINDER, WORKSPACE_DOCUMENT_SHARED, WORKSPACE_MEETING_INVITE, WORKSPACE_USER_REGISTERED,
    };

    fn content(data: Value) -> Content {
        let Value::Object(data) = data else { panic!() };
        let recipient = Recipient::by_email("ben@acme.example").named("Ben");
        Content { recipient, data, text: None }
    }

    fn mapping(template: Option<&str>, variables: Value, defaults: Value) -> Mapping {
        serde_json::from_value(json!({
            "template_name": template, "variable_mapping": variables, "default_variables": defaults, "is_enabled": true,
        }))
        .unwrap()
    }

    #[test]
    fn a_variable_without_a_value_is_named_and_nothing_blank_is_sent() {
        let full = json!({"meeting_name": "Review", "host_name": "Asha", "meeting_url": "u", "scheduled_time": "now"});
        for blank in [Value::Null, json!(""), json!("  "), json!([]), json!({})] {
            for name in ["meeting_name", "host_name", "meeting_url"] {
                let mut data = full.clone();
                data[name] = blank.clone();
                for channel in [Channel::Email, Channel::WhatsApp] {
                    let result = render(&WORKSPACE_MEETING_INVITE, channel, None, &content(data.clone()));
                    assert_eq!(result, Err(RenderError::Missing(name.into())), "{blank} {channel:?}");
                }
            }
        }
        // A blank that the template does not need is left out.
        let mut data = full;
        data["agenda"] = json!(" ");
        let email = render(&WORKSPACE_MEETING_INVITE, Channel::Email, None, &content(data)).unwrap();
        assert_eq!(email.template, "workspace_meeting_invite");
        assert!(email.variables.len() == 4 && !email.variables.contains_key("agenda"));
    }

    #[test]
    fn whatsapp_templates_have_their_variables_by_position() {
        let data = json!({"meeting_name": "Review", "host_name": "Asha", "meeting_url": "u"});
        let sent = render(&WORKSPACE_MEETING_INVITE, Channel::WhatsApp, None, &content(data)).unwrap();
        assert_eq!(Value::Object(sent.variables), json!({"1": "Review", "2": "Asha", "3": "u"}));
    }

    #[test]
    fn texts_are_filled_once_and_what_is_in_a_value_stays_as_it_is() {
        let data = json!({"event_title": "{{reminder_text}}", "reminder_text": 15});
        let sent = render(&WORKSPACE_CALENDAR_REMINDER, Channel::Sms, None, &content(data)).unwrap();
        assert_eq!(sent.template, "Reminder: {{reminder_text}} starts 15");
        let sent = render(&WORKSPACE_CALENDAR_REMINDER, Channel::Push, None, &content(json!({"event_title": "a"})));
        assert_eq!(sent, Err(RenderError::Missing("reminder_text".into())));
    }

    #[test]
    fn the_recipients_name_stands_in_for_a_name_that_the_data_lacks() {
        let data = || content(json!({"dashboard_url": "u"}));
        let sent = render(&WORKSPACE_USER_REGISTERED, Channel::Sms, None, &data()).unwrap();
        assert_eq!(sent.template, "Welcome to Bheem Workspace, Ben. Start here: u");
        let sent = render(&WORKSPACE_USER_REGISTERED, Channel::Email, None, &data()).unwrap();
        assert_eq!(sent.variables["username"], "Ben");
    }

    #[test]
    fn a_tenants_mapping_decides_on_template_variables_and_defaults() {
        let data = json!({"document_name": "Plan", "by": {"name": "Asha"}});
        let variables = json!({"doc": "data.document_name", "who": "by.name", "to": "recipient.email", "app": "app"});
        let own = mapping(Some("acme_shared"), variables.clone(), json!({"app": "Acme", "help": "h"}));
        let sent = render(&WORKSPACE_DOCUMENT_SHARED, Channel::Email, Some(&own), &content(data.clone())).unwrap();
        assert_eq!(sent.template, "acme_shared");
        let expected = json!({"doc": "Plan", "who": "Asha", "to": "ben@acme.example", "app": "Acme", "help": "h"});
        assert_eq!(Value::Object(sent.variables), expected);
        let own = mapping(None, variables, json!({"app": " "}));
        let sent = render(&WORKSPACE_DOCUMENT_SHARED, Channel::Email, Some(&own), &content(data));
        assert_eq!(sent, Err(RenderError::Missing("app".into())));
    }
}
