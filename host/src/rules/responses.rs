//! What the edge answers, as far as the command line shows it; and how it shows it.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::source::Script;

/// A rule with what is in force.
#[derive(Deserialize)]
pub struct Rule {
    /// The version in force.
    pub version: i64,
}

/// A version, or a rule with the version in force.
#[derive(Deserialize)]
pub struct VersionResponse {
    /// Its number.
    pub version: i64,
    /// Its script.
    pub script: String,
    /// Its tests.
    pub tests: Option<Box<RawValue>>,
}

/// A version that was made.
#[derive(Deserialize)]
pub struct CreatedVersion {
    /// Its number.
    pub version: i64,
    /// Its name by content.
    pub sha256: String,
}

/// What is in force now.
#[derive(Deserialize)]
pub struct ActiveVersion {
    /// The version.
    pub version: i64,
}

/// What came of a backtest.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BacktestResult {
    /// On how many decisions it was run.
    pub compared: u64,
    /// How many would have been others.
    pub changed: u64,
    /// On how many it fails.
    pub errors: u64,
    /// How many would have been decided the same, in other words.
    #[serde(default)]
    pub reworded: u64,
    /// Whether time was up.
    #[serde(default)]
    pub cut_short: bool,
    /// Some of those that are not the same.
    pub examples: Vec<Example>,
}

/// A decision that would have been another.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Example {
    /// The decision.
    pub decision_id: String,
    /// On what.
    pub input: Box<RawValue>,
    /// What came out then.
    pub before: Box<RawValue>,
    /// What would come out.
    pub after: Box<RawValue>,
}

/// An error.
#[derive(Deserialize)]
pub struct Problem {
    /// A sentence.
    pub detail: String,
    /// A word.
    pub code: String,
    /// Fields that are not what they must be.
    #[serde(default)]
    pub errors: Vec<FieldError>,
}

/// A field that is not what it must be.
#[derive(Deserialize)]
pub struct FieldError {
    /// Which.
    pub field: Option<String>,
    /// What it must be.
    pub message: Option<String>,
}

/// What a check found.
#[derive(Deserialize)]
pub struct Report {
    /// Whether it passes.
    pub ok: bool,
    errors: Vec<Finding>,
    #[serde(default)]
    warnings: Vec<Finding>,
    tests: Vec<Test>,
    coverage: Option<Coverage>,
}

#[derive(Deserialize)]
struct Finding {
    line: usize,
    column: usize,
    message: String,
}

#[derive(Deserialize)]
struct Test {
    name: String,
    group: Option<String>,
    passed: bool,
    expected: Option<Box<RawValue>>,
    actual: Option<Box<RawValue>>,
    error: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Coverage {
    lines: usize,
    missed_lines: Vec<usize>,
    branches: usize,
    missed_branches: Vec<usize>,
}

impl Report {
    /// Shows what was found of `script`; `each` test, or those that failed alone.
    pub fn print(&self, script: &Script, each: bool) {
        let path = script.path.display();
        for (kind, findings) in [("error", &self.errors), ("warning", &self.warnings)] {
            for Finding { line, column, message } in findings {
                match line {
                    0 => say!("{path}: {kind}: {message}"),
                    line => say!("{path}:{line}:{column}: {kind}: {message}"),
                }
            }
        }
        for test in self.tests.iter().filter(|test| each || !test.passed) {
            test.print();
        }
        let passed = self.tests.iter().filter(|test| test.passed).count();
        let mut summary = format!("{path}: {}", if self.ok { "ok" } else { "failed" });
        match self.tests.len() {
            0 if script.tests_path.is_none() => summary.push_str(", it has no tests"),
            0 => {}
            all => summary.push_str(&format!(", {passed} of {all} tests passed")),
        }
        if let Some(coverage) = self.coverage.as_ref().filter(|_| !self.tests.is_empty()) {
            summary.push_str(&coverage.summary());
        }
        say!("{summary}");
    }
}

impl Test {
    fn print(&self) {
        let group = self.group.as_ref().map(|group| format!("{group}: ")).unwrap_or_default();
        say!("  {} {group}{}", if self.passed { "passed" } else { "FAILED" }, self.name);
        if self.passed {
            return;
        }
        let json =
            |json: &Option<Box<RawValue>>| json.as_ref().map_or("nothing".to_owned(), |json| json.get().to_owned());
        say!("         expected {}", json(&self.expected));
        match &self.error {
            Some(error) => say!("         but it failed: {error}"),
            None => say!("         but got  {}", json(&self.actual)),
        }
    }
}

impl Coverage {
    fn summary(&self) -> String {
        let numbers = |lines: &[usize]| lines.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let reached = |all: usize, missed: &[usize]| all.saturating_sub(missed.len());
        let (lines, branches) = (&self.missed_lines, &self.missed_branches);
        let mut summary = format!(
            "; the tests reach {} of {} lines and {} of {} branches",
            reached(self.lines, lines),
            self.lines,
            reached(self.branches, branches),
            self.branches,
        );
        for (what, missed) in [("lines", lines), ("branches at lines", branches)] {
            if !missed.is_empty() {
                summary.push_str(&format!("; missed {what} {}", numbers(missed)));
            }
        }
        summary
    }
}
