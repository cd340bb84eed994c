//! The check of a script before it is stored: errors, warnings, test results and coverage.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::coverage::{self, Coverage};
use crate::engine::{Compiled, Engine};
use crate::failure::Finding;
use crate::run::Place;
use crate::suite::{self, Test};
use crate::{Rule, lint};

/// The report of a check.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Report {
    /// Whether the script may be stored: it has no errors and every test passed.
    pub ok: bool,
    /// The errors found.
    pub errors: Vec<Finding>,
    /// Probable mistakes, which do not prevent storing.
    pub warnings: Vec<Finding>,
    /// The results of the tests.
    pub tests: Vec<TestResult>,
    /// How much of the script is covered by the tests.
    pub coverage: Coverage,
}

/// JSON text, unchanged: amounts in it keep their digits.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Json(Box<RawValue>);

impl Json {
    fn new(json: String) -> Option<Self> {
        RawValue::from_string(json).ok().map(Self)
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }
}

/// The result of a test.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TestResult {
    /// The test's name.
    pub name: String,
    /// The group that the test belongs to; omitted if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Whether the actual outcome equals the expected outcome.
    pub passed: bool,
    /// The expected outcome.
    #[schema(value_type = Object)]
    pub expected: Option<Json>,
    /// The actual outcome; null if the rule failed.
    #[schema(value_type = Option<Object>)]
    pub actual: Option<Json>,
    /// Why the rule failed; null if it did not fail.
    pub error: Option<String>,
}

impl Engine {
    /// Checks a script and runs its tests. Nothing is stored.
    pub fn check(&self, rule: Rule, script: &str, tests: Option<&str>) -> Report {
        let (tests, mut errors) = match tests.map(|tests| suite::read(rule, tests)) {
            None => (Vec::new(), Vec::new()),
            Some(Ok(tests)) => (tests, Vec::new()),
            Some(Err(errors)) => (Vec::new(), errors),
        };
        let compiled = match self.compile(rule, script) {
            Ok(compiled) => compiled,
            Err(findings) => {
                errors.splice(0..0, findings);
                return Report {
                    ok: false,
                    errors,
                    warnings: Vec::new(),
                    tests: Vec::new(),
                    coverage: Coverage::default(),
                };
            }
        };
        let mut lints = lint::lint(rule, &compiled.source);
        lints.errors.extend_from_slice(&compiled.findings);
        lints.errors.sort_by_key(|finding| (finding.line, finding.column));
        errors.splice(0..0, lints.errors);
        let mut visited = BTreeMap::new();
        let tests: Vec<_> = tests.into_iter().map(|test| self.run_test(&compiled, test, &mut visited)).collect();
        Report {
            ok: errors.is_empty() && tests.iter().all(|test| test.passed),
            errors,
            warnings: lints.warnings,
            tests,
            coverage: coverage::measure(&compiled.ast, &visited),
        }
    }

    fn run_test(&self, compiled: &Compiled, test: Test, visited: &mut BTreeMap<Place, u32>) -> TestResult {
        let (outcome, stats) = self.run(compiled, &test.input, true);
        for (place, times) in stats.visited {
            let before = visited.entry(place).or_insert(0);
            *before = before.saturating_add(times);
        }
        let passed = outcome.as_ref().is_ok_and(|outcome| *outcome == test.expected);
        let (actual, error) = match outcome {
            Ok(outcome) => (Json::new(outcome), None),
            Err(failure) => (None, Some(failure.to_string())),
        };
        TestResult { name: test.name, group: test.group, passed, expected: Json::new(test.expected), actual, error }
    }
}
