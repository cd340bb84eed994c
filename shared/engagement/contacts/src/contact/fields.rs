//! What may stand in the fields of a contact, for requests and for imports. Errors do not repeat what was sent.

use edge_http::{FieldError, Text};
use edge_notifications::phone_number;
use edge_time_zones::Zone;
use serde_json::{Map, Value};

use super::model::Contact;

/// The longest name, bytes.
pub(crate) const MAX_NAME: usize = 256;
const MAX_SOURCE: usize = 64;
const MAX_TAG: usize = 64;
const MAX_TAGS: usize = 50;
const MAX_ATTRIBUTES: usize = 100;
const MAX_ATTRIBUTE_NAME: usize = 64;
const MAX_ATTRIBUTE: usize = 1_024;

/// Changes to a contact. None: the field stays as it is; `Some(None)`: it is emptied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    pub(crate) name: Option<Option<String>>,
    pub(crate) email: Option<Option<String>>,
    pub(crate) phone: Option<Option<String>>,
    pub(crate) timezone: Option<Option<String>>,
    pub(crate) locale: Option<Option<String>>,
    pub(crate) source: Option<Option<String>>,
    /// They replace the present ones.
    pub(crate) tags: Option<Vec<String>>,
    /// They are added to the present ones; null removes one.
    pub(crate) attributes: Map<String, Value>,
}

/// Whether `text` is an e-mail address: a name, `@` and a host, without what would be more than one address in a header.
pub(crate) fn is_email(text: &str) -> bool {
    let is_plain = |char: char| !char.is_control() && !char.is_whitespace() && !r#"<>()[]\,;:""#.contains(char);
    let is_host = |host: &str| {
        (1..=253).contains(&host.len())
            && host.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'))
            && host.chars().all(|char| char.is_alphanumeric() || char == '-' || char == '.')
    };
    text.len() <= 254
        && text.chars().all(is_plain)
        && text.split_once('@').is_some_and(|(name, host)| (1..=64).contains(&name.len()) && is_host(host))
}

/// An e-mail address as contacts are told apart by it: mailboxes that differ in case alone are one.
pub(crate) fn email_key(email: &str) -> String {
    email.to_lowercase()
}

fn is_locale(text: &str) -> bool {
    let is_part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (2..=35).contains(&text.len())
        && text.split('-').all(is_part)
        && text.bytes().next().is_some_and(|first| first.is_ascii_alphabetic())
}

/// Whether `name` can be the name of an attribute, which templates say as `contact.attributes.plan`.
pub(crate) fn is_attribute_name(name: &str) -> bool {
    (1..=MAX_ATTRIBUTE_NAME).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name.bytes().next().is_some_and(|first| !first.is_ascii_digit())
}

fn is_attribute(value: &Value) -> bool {
    match value {
        Value::String(text) => {
            text.len() <= MAX_ATTRIBUTE && !text.chars().any(|char| char.is_control() && char != '\n')
        }
        Value::Bool(_) | Value::Number(_) => true,
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

fn is_line<const MAX: usize>(text: &str) -> bool {
    Text::<MAX>::accepts(text) && !text.trim().is_empty()
}

/// Sets `field` where `text` is valid.
fn set(
    field: &mut Option<String>,
    text: Option<&Option<String>>,
    name: &str,
    is_valid: fn(&str) -> bool,
    message: &str,
    errors: &mut Vec<FieldError>,
) {
    match text {
        None => {}
        Some(None) => *field = None,
        Some(Some(text)) if is_valid(text) => *field = Some(text.trim().to_owned()),
        Some(Some(_)) => errors.push(FieldError::new(name, message)),
    }
}

impl Changes {
    /// Makes the changes to `contact`; an error says what is wrong with which fields.
    pub(crate) fn apply(&self, contact: &mut Contact) -> Result<(), Vec<FieldError>> {
        let mut errors = Vec::new();
        let line = "must be 1 to 256 bytes without control characters";
        set(&mut contact.name, self.name.as_ref(), "name", is_line::<MAX_NAME>, line, &mut errors);
        let message = "must be an e-mail address such as ana@example.com";
        set(&mut contact.email, self.email.as_ref(), "email", is_email, message, &mut errors);
        contact.email_key = contact.email.as_deref().map(email_key);
        match self.phone.as_ref() {
            None => {}
            Some(None) => contact.phone = None,
            Some(Some(written)) => match phone_number(written) {
                Some(phone) => contact.phone = Some(phone),
                None => {
                    let message = "must be + and 7 to 15 digits, the country's code first, such as +919876543210";
                    errors.push(FieldError::new("phone", message));
                }
            },
        }
        let message = "must be a time zone of the IANA database such as Asia/Kolkata";
        let is_zone = |text: &str| Zone::parse(text).is_some();
        set(&mut contact.timezone, self.timezone.as_ref(), "timezone", is_zone, message, &mut errors);
        let message = "must be a language such as en or en-IN";
        set(&mut contact.locale, self.locale.as_ref(), "locale", is_locale, message, &mut errors);
        let message = "must be 1 to 64 bytes without control characters";
        set(&mut contact.source, self.source.as_ref(), "source", is_line::<MAX_SOURCE>, message, &mut errors);
        if let Some(tags) = &self.tags {
            contact.tags.clear();
            for tag in tags {
                let tag = tag.trim();
                if !contact.tags.iter().any(|known| known == tag) {
                    contact.tags.push(tag.to_owned());
                }
            }
            if tags.len() > MAX_TAGS || !tags.iter().all(|tag| is_line::<MAX_TAG>(tag)) {
                let message =
                    format!("must be at most {MAX_TAGS}, each 1 to {MAX_TAG} bytes without control characters");
                errors.push(FieldError::new("tags", message));
            }
        }
        self.apply_attributes(contact, &mut errors);
        if errors.is_empty() && contact.email.is_none() && contact.phone.is_none() {
            errors.push(FieldError::new("email", "is required where there is no phone"));
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    fn apply_attributes(&self, contact: &mut Contact, errors: &mut Vec<FieldError>) {
        for (name, value) in &self.attributes {
            if !is_attribute_name(name) {
                let message = format!(
                    "each name must be 1 to {MAX_ATTRIBUTE_NAME} letters, digits and _, and begin with no digit"
                );
                errors.push(FieldError::new("attributes", message));
            } else if value.is_null() {
                contact.attributes.0.remove(name);
            } else if is_attribute(value) {
                contact.attributes.0.insert(name.clone(), value.clone());
            } else {
                let message = format!("must be a text of at most {MAX_ATTRIBUTE} bytes, a number or a boolean");
                errors.push(FieldError::new(format!("attributes.{name}"), message));
            }
        }
        if contact.attributes.0.len() > MAX_ATTRIBUTES {
            errors.push(FieldError::new("attributes", format!("must be at most {MAX_ATTRIBUTES}")));
        }
    }
}

#[cfg(test)]
mod tests {
    use edge_capabilities::testing::START;
    use serde_json::json;

    use super::*;

    fn contact() -> Contact {
        Contact::new("con_1".into(), "t", START)
    }

    fn text(text: &str) -> Option<Option<String>> {
        Some(Some(text.to_owned()))
    }

    #[test]
    fn an_address_is_one_mailbox_and_nothing_that_a_header_would_take_for_more() {
        for good in ["a@x.example", "Ana.B+c@x-y.example", "o'neil@x", "用户@例子.广告", "a%b@x.example"] {
            assert!(is_email(good), "{good}");
        }
        let long = format!("{}@x.example", "a".repeat(65));
        for bad in [
            "",
            "a",
            "@x",
            "a@",
            "a@x@y",
            "a b@x",
            "a@x,b@y",
            "a@x;b@y",
            "<a@x>",
            "a@x\r\nBcc: b@y",
            "a@x\nb",
            "a@.x",
            "a@x..y",
            "a@-x.example",
            "\"a\"@x",
            "a@[127.0.0.1]",
            "a@x\u{2028}",
            "a@x/../y",
            &long,
        ] {
            assert!(!is_email(bad), "{bad:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_and_not_repeated() {
        let rows: Vec<(Changes, &str)> = vec![
            (Changes { name: text(" "), ..Changes::default() }, "name"),
            (Changes { name: text("a\r\nBcc: b"), ..Changes::default() }, "name"),
            (Changes { email: text("nobody"), ..Changes::default() }, "email"),
            (Changes { phone: text("98765 43210"), ..Changes::default() }, "phone"),
            (Changes { phone: text("0091 98765 43210"), ..Changes::default() }, "phone"),
            (Changes { timezone: text("Mars/Olympus"), ..Changes::default() }, "timezone"),
            (Changes { locale: text("en_IN"), ..Changes::default() }, "locale"),
            (Changes { source: text(&"x".repeat(65)), ..Changes::default() }, "source"),
            (Changes { tags: Some(vec![" ".into()]), ..Changes::default() }, "tags"),
            (Changes { tags: Some(vec!["a".into(); 51]), ..Changes::default() }, "tags"),
            (Changes { email: Some(None), ..Changes::default() }, "email"),
        ];
        for (changes, field) in rows {
            let errors = changes.apply(&mut contact()).unwrap_err();
            assert_eq!(errors.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), [field], "{changes:?}");
        }
        for (value, field) in [
            (json!({"a b": 1}), "attributes"),
            (json!({"1st": 1}), "attributes"),
            (json!({"plan": {"x": 1}}), "attributes.plan"),
            (json!({"plan": ["x"]}), "attributes.plan"),
            (json!({"plan": "a\u{0}b"}), "attributes.plan"),
            (json!({"plan": "x".repeat(1_025)}), "attributes.plan"),
        ] {
            let Value::Object(attributes) = value.clone() else { panic!() };
            let changes = Changes { email: text("a@x.example"), attributes, ..Changes::default() };
            assert_eq!(changes.apply(&mut contact()).unwrap_err()[0].field, field, "{value}");
        }
    }

    #[test]
    fn fields_are_kept_in_one_spelling_and_attributes_are_added_and_removed() {
        let mut made = contact();
        let Value::Object(attributes) = json!({"plan": "pro", "seats": 5, "old": true}) else { panic!() };
        let changes = Changes {
            name: text(" Ana "),
            email: text("Ana@X.example"),
            phone: text("+91 (98765) 432-10"),
            tags: Some(vec!["a".into(), " a".into(), "b".into()]),
            attributes,
            ..Changes::default()
        };
        changes.apply(&mut made).unwrap();
        assert_eq!((made.name.as_deref(), made.phone.as_deref()), (Some("Ana"), Some("+919876543210")));
        assert_eq!((made.email.as_deref(), made.email_key.as_deref()), (Some("Ana@X.example"), Some("ana@x.example")));
        assert_eq!(made.tags, ["a", "b"]);
        let Value::Object(attributes) = json!({"plan": "max", "old": null}) else { panic!() };
        Changes { email: Some(None), attributes, ..Changes::default() }.apply(&mut made).unwrap();
        assert_eq!((made.email, made.email_key), (None, None));
        assert_eq!(Value::Object(made.attributes.0), json!({"plan": "max", "seats": 5}));
    }
}
