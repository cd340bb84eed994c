use std::collections::BTreeMap;

use edge_http::{Code, Problem};
use edge_rules::Report;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::error::{PublishError, RuleError, VersionError};

/// A `Problem` with the report of the check that the version did not pass.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described")]
pub(super) struct RuleInvalid {
    #[schema(rename = "type")]
    kind: String,
    title: String,
    status: u16,
    detail: String,
    /// Always `RULE_INVALID`.
    code: Code,
    #[schema(rename = "requestId")]
    request_id: String,
    /// Always false: the version did not pass the check.
    ok: bool,
    /// The errors of the script, with their places.
    errors: Vec<DescribedFinding>,
    /// Probable mistakes in the script, with their places.
    warnings: Vec<DescribedFinding>,
    /// The results of the tests.
    #[schema(value_type = Vec<Object>)]
    tests: (),
    /// How much of the script is covered by the tests.
    #[schema(value_type = Object)]
    coverage: (),
}

/// A message about a place in a script.
#[derive(ToSchema)]
#[schema(as = PlaceInScript)]
#[expect(dead_code, reason = "only described")]
pub(super) struct DescribedFinding {
    /// The line, starting at 1; 0 if the message is not about a line.
    line: Option<u64>,
    /// The column, starting at 1; 0 if the message is not about a column.
    column: Option<u64>,
    /// The message.
    message: String,
}

/// The members of a report that go into the problem.
const DETAIL: [&str; 5] = ["ok", "errors", "warnings", "tests", "coverage"];

/// A version that does not pass, with all that a check says of it.
pub(super) fn invalid(report: &Report) -> Problem {
    let detail = "The version does not pass the check: see errors and tests. Nothing was stored.";
    let mut problem = Problem::new(Code::RuleInvalid, detail);
    let written = serde_json::to_string(report).unwrap_or_default();
    let members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(&written).unwrap_or_default();
    for name in DETAIL {
        if let Some(json) = members.get(name) {
            problem = problem.with(name, json.get());
        }
    }
    problem
}

pub(super) fn no_such_version() -> Problem {
    Problem::new(Code::VersionNotFound, "The rule has no such version.")
}

impl From<PublishError> for Problem {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Invalid(report) => invalid(&report),
            PublishError::NoSuchVersion => no_such_version(),
            PublishError::NothingBefore => {
                Self::new(Code::NothingToRollBack, "There is no earlier version to go back to.")
            }
            PublishError::Stale => {
                let detail =
                    "Another version was activated in the meantime: get the rule again and send its current ETag.";
                Self::new(Code::PreconditionFailed, detail)
            }
            PublishError::Db(error) => error.into(),
            PublishError::Unannounceable(error) => {
                let detail = "The edge's cache cannot be reached, so nothing was changed; try again.";
                Self::new(Code::StoreUnavailable, detail).retry_after(1).because(error)
            }
            PublishError::Unannounced(error) => {
                let detail = "The version was activated, but the edge's cache failed before all instances were \
                              notified; they follow within seconds after it recovers.";
                Self::new(Code::StoreUnavailable, detail).retry_after(5).because(error)
            }
        }
    }
}

impl From<RuleError> for Problem {
    fn from(error: RuleError) -> Self {
        match &error {
            RuleError::Script { .. } => {
                Self::new(Code::RuleFailed, "The rule failed; no decision was made.").because(error)
            }
            RuleError::Uncompilable { .. } => {
                Self::new(Code::RuleFailed, "The version does not compile on this build.").because(error)
            }
            RuleError::Input { field, message } if field.is_empty() => Self::field("input", message.clone()),
            RuleError::Input { field, message } => Self::field(format!("input.{field}"), message.clone()),
            RuleError::Unknown(_) => {
                let detail = "The active version of the rule cannot be determined; try again.";
                Self::new(Code::StoreUnavailable, detail).retry_after(1).because(error)
            }
        }
    }
}

impl From<VersionError> for Problem {
    fn from(error: VersionError) -> Self {
        match error {
            VersionError::Db(error) => error.into(),
            VersionError::Rule(error) => error.into(),
        }
    }
}
