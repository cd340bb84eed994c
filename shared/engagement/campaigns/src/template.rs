//! Templates of messages, which tenants write. Whatever one says, rendering it takes little time, memory and stack, and
//! what contacts wrote is escaped: [`check`] refuses what could do otherwise, and fuel bounds the rest.

mod check;

use std::collections::BTreeMap;
use std::io;

use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, filters, tests};
use serde_json::{Map, Value as Json};

pub(crate) use check::check;

/// The most that one rendering takes: as many steps, or 64 times as many bytes.
const FUEL: u64 = 20_000;

/// The longest text, bytes: of an e-mail, and of other messages.
pub(crate) const MAX_HTML: usize = 100 << 10;
pub(crate) const MAX_TEXT: usize = 4_000;

/// The longest subject, characters.
const MAX_SUBJECT: usize = 255;

/// What is wrong with a template, or with a message that it would be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TemplateError {
    /// What, and in which line.
    #[error("line {line}: {reason}")]
    At {
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        reason: String,
    },
    /// Nobody would see anything.
    #[error("the text is blank")]
    Blank,
    /// It would be longer than this many bytes.
    #[error("the text is longer than {0} bytes")]
    TooLong(usize),
}

impl TemplateError {
    pub(crate) fn at(line: usize, reason: impl Into<String>) -> Self {
        Self::At { line: line.max(1), reason: reason.into() }
    }
}

impl From<Error> for TemplateError {
    fn from(error: Error) -> Self {
        let reason = match error.kind() {
            ErrorKind::OutOfFuel => "the template does too much".to_owned(),
            ErrorKind::UndefinedError => error.detail().unwrap_or("a value is not there").to_owned(),
            kind => error.detail().map_or_else(|| kind.to_string(), ToOwned::to_owned),
        };
        Self::at(error.line().unwrap_or(1), reason.chars().take(200).collect::<String>())
    }
}

/// What a text is for, which decides how values are written into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// The text of an e-mail.
    Html,
    /// Any other message.
    Text,
    /// The subject of an e-mail: one line.
    Subject,
}

impl Format {
    const fn name(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Text => "text",
            Self::Subject => "subject",
        }
    }

    const fn max_len(self) -> usize {
        if matches!(self, Self::Html) { MAX_HTML } else { MAX_TEXT }
    }
}

/// What a template may use beside the language: filters and tests.
pub(crate) const FILTERS: [&str; 12] =
    ["capitalize", "d", "default", "first", "join", "last", "length", "lower", "round", "title", "trim", "upper"];
pub(crate) const TESTS: [&str; 6] = ["defined", "undefined", "none", "string", "number", "boolean"];

/// The values of a template: `contact`, `campaign`, `unsubscribe_url`. What is null or blank is not there, so that nobody is
/// sent a gap in place of a name.
#[derive(Clone, Debug)]
pub(crate) struct Values(Value);

impl Values {
    pub(crate) fn new(
        contact: &Map<String, Json>,
        campaign: &Map<String, Json>,
        unsubscribe_url: Option<&str>,
    ) -> Self {
        let mut all = BTreeMap::from([("contact", object(contact)), ("campaign", object(campaign))]);
        if let Some(url) = unsubscribe_url {
            // As it is in HTML: slashes need no escaping, and nobody follows a link that looks odd.
            let escaped = url.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
            all.insert("unsubscribe_url", Value::from_safe_string(escaped));
        }
        Self(Value::from_pairs(all))
    }
}

fn object(fields: &Map<String, Json>) -> Value {
    Value::from_pairs(fields.iter().filter_map(|(name, value)| Some((name.clone(), present(value)?))))
}

fn present(value: &Json) -> Option<Value> {
    Some(match value {
        Json::Null => return None,
        Json::String(text) if text.trim().is_empty() => return None,
        Json::String(text) => Value::from(text.as_str()),
        Json::Bool(flag) => Value::from(*flag),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::from(whole),
            (None, Some(float)) => Value::from(float),
            (None, None) => return None,
        },
        Json::Array(list) => Value::from_iter(list.iter().filter_map(present)),
        Json::Object(fields) => object(fields),
    })
}

/// Renders templates.
pub(crate) struct Renderer(Environment<'static>);

impl Renderer {
    pub(crate) fn new() -> Self {
        let mut environment = Environment::empty();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|name| {
            if name == Format::Html.name() { AutoEscape::Html } else { AutoEscape::None }
        });
        environment.set_fuel(Some(FUEL));
        environment.set_recursion_limit(20);
        environment.add_filter("capitalize", filters::capitalize);
        environment.add_filter("d", filters::default);
        environment.add_filter("default", filters::default);
        environment.add_filter("first", filters::first);
        environment.add_filter("join", filters::join);
        environment.add_filter("last", filters::last);
        environment.add_filter("length", filters::length);
        environment.add_filter("lower", filters::lower);
        environment.add_filter("round", filters::round);
        environment.add_filter("title", filters::title);
        environment.add_filter("trim", filters::trim);
        environment.add_filter("upper", filters::upper);
        environment.add_test("defined", tests::is_defined);
        environment.add_test("undefined", tests::is_undefined);
        environment.add_test("none", tests::is_none);
        environment.add_test("string", tests::is_string);
        environment.add_test("number", tests::is_number);
        environment.add_test("boolean", tests::is_boolean);
        Self(environment)
    }

    /// The message that `source` is with `values`. `source` must have passed [`check`].
    pub(crate) fn render(&self, source: &str, format: Format, values: &Values) -> Result<String, TemplateError> {
        let template = self.0.template_from_named_str(format.name(), source)?;
        let mut text = Capped { bytes: Vec::new(), max_len: format.max_len(), is_full: false };
        let rendered = template.render_captured_to(values.0.clone(), &mut text);
        if text.is_full {
            return Err(TemplateError::TooLong(format.max_len()));
        }
        rendered?;
        let text = String::from_utf8_lossy(&text.bytes).into_owned();
        let text = match format {
            Format::Html => text,
            Format::Text => text.chars().filter(|char| *char == '\n' || !char.is_control()).collect(),
            Format::Subject => one_line(&text),
        };
        if text.trim().is_empty() { Err(TemplateError::Blank) } else { Ok(text) }
    }
}

/// `text` as one line: nothing in it begins another header.
fn one_line(text: &str) -> String {
    let is_break = |char: char| char.is_control() || matches!(char, '\u{2028}' | '\u{2029}');
    let words = text.split(is_break).map(str::trim).filter(|part| !part.is_empty());
    words.collect::<Vec<_>>().join(" ").chars().take(MAX_SUBJECT).collect()
}

/// Takes up to so many bytes.
struct Capped {
    bytes: Vec<u8>,
    max_len: usize,
    is_full: bool,
}

impl io::Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len().saturating_add(bytes.len()) > self.max_len {
            self.is_full = true;
            return Err(io::Error::other("too long"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod facts;
