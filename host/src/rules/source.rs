//! Scripts on disk, and their tests beside them.

use std::path::{Path, PathBuf};

use edge_rules::Rule;
use serde::Serialize;
use serde_json::value::RawValue;

use super::Failure;

/// A script as it was read.
pub struct Script {
    /// Its rule.
    pub rule: Rule,
    /// Where it was.
    pub path: PathBuf,
    /// Where its tests were.
    pub tests_path: Option<PathBuf>,
    /// What is sent of it.
    pub content: Content,
}

/// What is sent of a script.
#[derive(Clone, Serialize, PartialEq)]
pub struct Content {
    /// The script.
    pub script: String,
    /// Its tests, JSON as it stands in the file.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_json")]
    pub tests: Option<String>,
}

fn as_json<S: serde::Serializer>(tests: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    let raw = tests.clone().map(RawValue::from_string).transpose().map_err(serde::ser::Error::custom)?;
    raw.serialize(serializer)
}

impl Script {
    /// Reads the script at `path`, of the rule that it is named after, or of `rule`; with the tests at `tests`, or those
    /// beside it.
    pub fn read(path: &Path, tests: Option<&Path>, rule: Option<&str>) -> Result<Self, Failure> {
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let rule = rule_named(rule.unwrap_or(stem)).map_err(|failure| match rule {
            Some(_) => failure,
            None => Failure::Impossible(format!("{failure}; name it by --rule")),
        })?;
        let beside = path.with_extension("tests.json");
        let tests_path = tests.map(Path::to_owned).or_else(|| beside.exists().then_some(beside));
        let read = |path: &Path| {
            std::fs::read_to_string(path)
                .map_err(|error| Failure::Impossible(format!("{} cannot be read: {error}", path.display())))
        };
        let tests = tests_path.as_deref().map(read).transpose()?;
        if let (Some(tests), Some(path)) = (&tests, &tests_path)
            && let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(tests)
        {
            return Err(Failure::Refused(format!("{} is not JSON: {error}", path.display())));
        }
        let content = Content { script: read(path)?, tests };
        Ok(Self { rule, path: path.to_owned(), tests_path, content })
    }
}

/// The rule called `name`.
pub fn rule_named(name: &str) -> Result<Rule, Failure> {
    let all = Rule::ALL.map(Rule::as_str).join(", ");
    Rule::parse(name).ok_or_else(|| Failure::Impossible(format!("\"{name}\" is not a rule: there are {all}")))
}
