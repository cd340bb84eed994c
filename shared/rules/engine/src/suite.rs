//! The tests of a rule: `NAME.tests.json`.
//!
//! ```json
//! {
//!   "now": "2024-01-15T10:00:00Z",
//!   "tests": [
//!     { "name": "small purchases go through", "group": "thresholds", "input": { … }, "expected": { … } }
//!   ]
//! }
//! ```
//!
//! `now`, for all tests or for one, is added to the input of rules that take the present instant. Without it the file
//! may be just the list of tests.

use std::collections::BTreeSet;

use edge_json::AtMost;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::contract::Instant;
use crate::failure::Finding;
use crate::{Rule, contract};

/// The maximum number of tests of a rule.
const MAX_TESTS: usize = 500;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Suite {
    now: Option<Instant>,
    tests: AtMost<Box<RawValue>, MAX_TESTS>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TestDefinition {
    name: String,
    group: Option<String>,
    now: Option<Instant>,
    input: Box<RawValue>,
    expected: Box<RawValue>,
}

/// A parsed test.
pub struct Test {
    /// The name.
    pub name: String,
    /// The group.
    pub group: Option<String>,
    /// The input: JSON.
    pub input: String,
    /// The expected outcome: JSON, as the engine writes it.
    pub expected: String,
}

impl Suite {
    fn read(json: &str) -> Result<Self, String> {
        match json.trim_start().chars().next() {
            Some('[') => edge_json::from_str(json).map(|tests| Self { now: None, tests }),
            Some('{') => edge_json::from_str(json),
            _ => return Err(EXPECTED.to_owned()),
        }
        .map_err(|error| match error.classify() {
            serde_json::error::Category::Data => format!("{error}: {EXPECTED}"),
            _ => error.to_string(),
        })
    }
}

const EXPECTED: &str = r#"expected a list of tests, [{"name", "input", "expected"}, …], or {"tests": […]}"#;

/// Reads the tests of a rule.
pub fn read(rule: Rule, json: &str) -> Result<Vec<Test>, Vec<Finding>> {
    let suite = Suite::read(json).map_err(|error| vec![Finding::whole(format!("the tests are not valid: {error}"))])?;
    let mut names = BTreeSet::new();
    let (mut tests, mut findings) = (Vec::new(), Vec::new());
    for (index, written) in suite.tests.iter().enumerate() {
        match read_one(rule, written.get(), suite.now) {
            Err((name, message)) => {
                let name = name.map(|name| format!(" (\"{name}\")")).unwrap_or_default();
                findings.push(Finding::whole(format!("test {}{name}: {message}", index.saturating_add(1))));
            }
            Ok(test) if !names.insert(test.name.clone()) => {
                findings.push(Finding::whole(format!("two tests have the name \"{}\"", test.name)));
            }
            Ok(test) => tests.push(test),
        }
    }
    if findings.is_empty() { Ok(tests) } else { Err(findings) }
}

type InvalidTest = (Option<String>, String);

fn read_one(rule: Rule, json: &str, now: Option<Instant>) -> Result<Test, InvalidTest> {
    let written: TestDefinition =
        edge_json::from_str(json).map_err(|error| (name_of(json), message_without_position(&error)))?;
    let TestDefinition { name, group, now: own_now, input, expected } = written;
    let named = |message: String| (Some(name.clone()), message);
    let input = with_now(rule, input.get(), own_now.or(now)).map_err(named)?;
    let expected = contract::normalized_outcome(rule, expected.get())
        .map_err(|error| named(format!("the expected outcome is not valid: {error}")))?;
    Ok(Test { name, group, input, expected })
}

/// The message of an error, without its position, which is relative to the test.
fn message_without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split_once(" at line ").map_or(text.clone(), |(text, _)| text.to_owned())
}

fn name_of(json: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        name: String,
    }
    edge_json::from_str::<Named>(json).ok().map(|named| named.name)
}

fn with_now(rule: Rule, input: &str, now: Option<Instant>) -> Result<String, String> {
    let Some(now) = now.filter(|_| contract::input_fields(rule).contains(&"now")) else { return Ok(input.to_owned()) };
    let not_a_map = || "the input is not a map".to_owned();
    let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_str(input).map_err(|_| not_a_map())?;
    if fields.contains_key("now") {
        return Ok(input.to_owned());
    }
    let rest = input.trim_start().strip_prefix('{').ok_or_else(not_a_map)?;
    let between = if fields.is_empty() { "" } else { "," };
    Ok(format!("{{\"now\":\"{now}\"{between}{rest}"))
}
