//! Rules.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// List rules: `GET /api/v1/rules`.
    ///
    /// The key needs `rules:read`.
    pub async fn list_rules(&self) -> Result<ListingRuleResponse, EdgeError> {
        let path = Path::new("/api/v1/rules");
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Get a rule: `GET /api/v1/rules/{name}`.
    ///
    /// Returns the active version. To activate another version, send the `ETag` of this response as `If-Match`.
    ///
    /// The key needs `rules:read`.
    pub async fn get_rule(&self, name: &str) -> Result<RuleResponse, EdgeError> {
        let path = Path::new("/api/v1/rules/").value(name);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Activate a rule version: `POST /api/v1/rules/{name}/activate`.
    ///
    /// `If-Match` must contain the ETag of the version to replace. If another version was activated in the meantime,
    /// nothing is changed. After the response, every instance uses the new version from its next request on.
    ///
    /// The key needs `rules:write`.
    pub async fn activate_rule_version(&self, name: &str, body: &ActivateRuleRequest) -> Result<RuleActivation, EdgeError> {
        let path = Path::new("/api/v1/rules/").value(name).text("/activate");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// List a rule's audit trail: `GET /api/v1/rules/{name}/audit`.
    ///
    /// Returns the creation, activation and rollback of versions, newest first. Entries are never changed or deleted.
    ///
    /// The key needs `rules:read`.
    pub async fn list_rule_audit_entries(&self, name: &str, query_parameters: &ListRuleAuditEntriesQuery) -> Result<ListingAuditEntryResponse, EdgeError> {
        let path = Path::new("/api/v1/rules/").value(name).text("/audit").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Backtest a rule: `POST /api/v1/rules/{name}/backtest`.
    ///
    /// Runs a script or version on the latest recorded decisions, newest first, and compares the outcomes. Nothing is
    /// recorded.
    ///
    /// The key needs `rules:write`.
    pub async fn backtest_rule(&self, name: &str, body: &BacktestRuleRequest) -> Result<RuleBacktest, EdgeError> {
        let path = Path::new("/api/v1/rules/").value(name).text("/backtest");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Check a script: `POST /api/v1/rules/{name}/check`.
    ///
    /// Compiles the script, searches it for mistakes and runs its tests. Nothing is stored.
    ///
    /// The key needs `rules:write`.
    pub async fn check_rule(&self, name: &str, body: &CheckRuleRequest) -> Result<Report, EdgeError> {
        let path = Path::new("/api/v1/rules/").value(name).text("/check");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// List a rule's decisions: `GET /api/v1/rules/{name}/decisions`.
    ///
    /// Returns the newest decisions first. A tenant's key sees only the decisions of its tenant.
    ///
    /// The key needs `rules:read`.
    pub async fn list_rule_decisions(&self, name: &str, query_parameters: &ListRuleDecisionsQuery) -> Result<RuleDecisionPage, EdgeError> {
        let path = Path::new("/api/v1/rules/").value(name).text("/decisions").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Evaluate a rule: `POST /api/v1/rules/{name}/evaluate`.
    ///
    /// The decision is recorded. If the rule fails, the recorded decision contains the reason; the response does not.
    ///
    /// The key needs `rules:evaluate`.
    pub async fn evaluate_rule(&self, name: &str, body: &EvaluateRuleRequest) -> Result<RuleEvaluation, EdgeError> {
        let path = Path::new("/api/v1/rules/").value(name).text("/evaluate");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Roll back a rule: `POST /api/v1/rules/{name}/rollback`.
    ///
    /// Activates the version that was active before. Rolling back twice goes back two steps. Without `If-Match`, whichever
    /// version is active is rolled back.
    ///
    /// The key needs `rules:write`.
    pub async fn roll_back_rule(&self, name: &str) -> Result<RuleActivation, EdgeError> {
        let path = Path::new("/api/v1/rules/").value(name).text("/rollback");
        self.json(http::Method::POST, path, Body::None).await
    }

    /// Get a rule's schema: `GET /api/v1/rules/{name}/schema`.
    ///
    /// Returns the JSON Schemas of the rule's input and outcome.
    ///
    /// The key needs `rules:read`.
    pub async fn get_rule_schema(&self, name: &str) -> Result<serde_json::Value, EdgeError> {
        let path = Path::new("/api/v1/rules/").value(name).text("/schema");
        self.json(http::Method::GET, path, Body::None).await
    }

    /// List a rule's versions: `GET /api/v1/rules/{name}/versions`.
    ///
    /// Returns the newest versions first.
    ///
    /// The key needs `rules:read`.
    pub async fn list_rule_versions(&self, name: &str, query_parameters: &ListRuleVersionsQuery) -> Result<ListingRuleVersion, EdgeError> {
        let path = Path::new("/api/v1/rules/").value(name).text("/versions").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Create a rule version: `POST /api/v1/rules/{name}/versions`.
    ///
    /// Checks the version and stores it. It has no effect until it is activated. Sending the same script and tests again
    /// returns the same version.
    ///
    /// The key needs `rules:write`.
    pub async fn create_rule_version(&self, name: &str, body: &CreateRuleVersionRequest) -> Result<CreatedRuleVersion, EdgeError> {
        let path = Path::new("/api/v1/rules/").value(name).text("/versions");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Get a rule version: `GET /api/v1/rules/{name}/versions/{version}`.
    ///
    /// The key needs `rules:read`.
    pub async fn get_rule_version(&self, name: &str, version: i64) -> Result<RuleVersion, EdgeError> {
        let path = Path::new("/api/v1/rules/").value(name).text("/versions/").value(&version.to_string());
        self.json(http::Method::GET, path, Body::None).await
    }
}

/// The query of [`list_rule_audit_entries`](Api::list_rule_audit_entries).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListRuleAuditEntriesQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
}

/// The query of [`list_rule_decisions`](Api::list_rule_decisions).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListRuleDecisionsQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
    /// Only decisions made by this version.
    pub version: Option<i64>,
    /// Only decisions made for this tenant.
    pub tenant: Option<String>,
    /// Only decisions made at this time or later, RFC 3339.
    pub from: Option<String>,
    /// Only decisions made before this time, RFC 3339.
    pub to: Option<String>,
    /// Only decisions with this outcome: `approve`, `require`, `reject`; `allow`, `warn`, `deny`; a role; `true`,
    /// `false`; `failed`.
    pub outcome: Option<String>,
}

/// The query of [`list_rule_versions`](Api::list_rule_versions).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListRuleVersionsQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
}

/// The version to activate.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ActivateRuleRequest {
    /// The version's number.
    pub version: i64,
}

/// An entry of a rule's audit trail.
#[derive(Clone, Debug, Deserialize)]
pub struct AuditEntryResponse {
    /// The action: `created`, `activated` or `rolled_back`.
    pub action: String,
    /// Who performed the action.
    pub actor: String,
    /// The network address of the request; null if it is unknown.
    pub address: Option<String>,
    /// When the action happened, RFC 3339.
    pub at: String,
    /// The difference from the previous version, as a unified diff of script and tests.
    pub diff: String,
    /// The author's note on the version.
    pub note: Option<String>,
    /// The version that was active before; null for a version shipped with the build.
    #[serde(rename = "previousVersion")]
    pub previous_version: Option<i64>,
    /// The version that was created, activated or restored.
    pub version: i64,
}

/// What to run on recorded decisions: either a script or an existing version.
#[derive(Clone, Debug, Default, Serialize)]
pub struct BacktestRuleRequest {
    /// How many of the latest decisions to compare: 1 to 10000; the default is 1000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<i64>,
    /// The script to run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
    /// The number of the version to run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

/// The script to check.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CheckRuleRequest {
    /// The script, which must define `fn decide(input)`.
    pub script: String,
    /// The tests: a list, an object with the list as its `tests`, or either of these as a JSON string.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tests: Option<serde_json::Value>,
}

/// How much of a script is covered by its tests.
#[derive(Clone, Debug, Deserialize)]
pub struct Coverage {
    /// The number of branches: each `if`, each `else` (also where it is not written), each case of a `switch` and each
    /// loop.
    pub branches: i64,
    /// The number of executable lines.
    pub lines: i64,
    /// The lines where branches begin that no test takes.
    #[serde(rename = "missedBranches")]
    pub missed_branches: Vec<i64>,
    /// The executable lines that no test reaches.
    #[serde(rename = "missedLines")]
    pub missed_lines: Vec<i64>,
}

/// The version to create.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CreateRuleVersionRequest {
    /// A note on the version, at most 1000 characters. By default there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The script, which must define `fn decide(input)`.
    pub script: String,
    /// The tests: a list, an object with the list as its `tests`, or either of these as a JSON string.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tests: Option<serde_json::Value>,
}

/// A version that was created.
#[derive(Clone, Debug, Deserialize)]
pub struct CreatedRuleVersion {
    /// The SHA-256 of the version's script and tests.
    pub sha256: String,
    /// The version's number.
    pub version: i64,
}

/// The input of an evaluation.
#[derive(Clone, Debug, Default, Serialize)]
pub struct EvaluateRuleRequest {
    /// The input, which must match the rule's input schema.
    pub input: serde_json::Value,
    /// The number of the version to evaluate, active or not. The default is the active version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

/// A message about a place in a script.
#[derive(Clone, Debug, Deserialize)]
pub struct Finding {
    /// The column, starting at 1; 0 if the message is not about a column.
    pub column: i64,
    /// The line, starting at 1; 0 if the message is not about a line.
    pub line: i64,
    /// The message.
    pub message: String,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingAuditEntryResponse {
    /// The entries of the page.
    pub data: Vec<AuditEntryResponse>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingRuleResponse {
    /// The entries of the page.
    pub data: Vec<RuleResponse>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingRuleVersion {
    /// The entries of the page.
    pub data: Vec<RuleVersion>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// The report of a check.
#[derive(Clone, Debug, Deserialize)]
pub struct Report {
    /// How much of the script is covered by the tests.
    pub coverage: Coverage,
    /// The errors found.
    pub errors: Vec<Finding>,
    /// Whether the script may be stored: it has no errors and every test passed.
    pub ok: bool,
    /// The results of the tests.
    pub tests: Vec<TestResult>,
    /// Probable mistakes, which do not prevent storing.
    pub warnings: Vec<Finding>,
}

/// The active version of a rule.
#[derive(Clone, Debug, Deserialize)]
pub struct RuleActivation {
    /// The rule's name.
    pub name: String,
    /// The SHA-256 of the version's script and tests.
    pub sha256: String,
    /// The number of the active version.
    pub version: i64,
}

/// The result of a backtest. Each compared decision is the same, reworded, changed, or an error.
#[derive(Clone, Debug, Deserialize)]
pub struct RuleBacktest {
    /// How many decisions would have had a different outcome.
    pub changed: i64,
    /// How many decisions were compared: fewer than requested if no more exist or the time limit was reached.
    pub compared: i64,
    /// Whether the time limit was reached before all decisions were compared.
    #[serde(rename = "cutShort")]
    pub cut_short: bool,
    /// On how many decisions the script fails.
    pub errors: i64,
    /// Examples of changed or failed decisions, newest first; at most 20.
    pub examples: Vec<RuleBacktestExample>,
    /// How many decisions would have been the same, but with a different reason or message for people.
    pub reworded: i64,
}

/// A decision that would have had a different outcome.
#[derive(Clone, Debug, Deserialize)]
pub struct RuleBacktestExample {
    /// The outcome of the tested script, or `{"error"}`.
    pub after: serde_json::Value,
    /// The recorded outcome, or `{"error"}`.
    pub before: serde_json::Value,
    /// The id of the recorded decision.
    #[serde(rename = "decisionId")]
    pub decision_id: String,
    /// The recorded input.
    pub input: serde_json::Value,
}

/// A recorded decision.
#[derive(Clone, Debug, Deserialize)]
pub struct RuleDecision {
    /// The caller that requested the decision.
    pub actor: String,
    /// When the decision was made, RFC 3339.
    pub at: String,
    /// How long the evaluation took, in microseconds.
    #[serde(rename = "durationUs")]
    pub duration_us: i64,
    /// `failure`.
    pub failure: Option<RuleDecisionFailure>,
    /// The decision's id.
    pub id: String,
    /// The rule's input. Secrets are masked.
    pub input: serde_json::Value,
    /// How many operations the script used.
    pub operations: i64,
    /// The rule's outcome; null if the rule failed.
    pub outcome: Option<serde_json::Value>,
    /// The id of the request that led to the decision.
    #[serde(rename = "requestId")]
    pub request_id: String,
    /// The SHA-256 of the version's script and tests.
    pub sha256: String,
    /// The tenant that the decision was made for; null for the platform.
    #[serde(rename = "tenantId")]
    pub tenant_id: Option<String>,
    /// The number of the version that decided.
    pub version: i64,
}

/// Why a decision failed.
#[derive(Clone, Debug, Deserialize)]
pub struct RuleDecisionFailure {
    /// The line of the script, starting at 1; null if it is unknown.
    pub line: Option<i64>,
    /// The error message.
    pub message: String,
}

/// A page of decisions.
#[derive(Clone, Debug, Deserialize)]
pub struct RuleDecisionPage {
    /// The decisions.
    pub data: Vec<RuleDecision>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
    /// How many decisions of all rules are not recorded: they are lost or still being written. Null for a tenant's key,
    /// or if the number is unknown.
    pub unwritten: Option<i64>,
}

/// The result of an evaluation.
#[derive(Clone, Debug, Deserialize)]
pub struct RuleEvaluation {
    /// How long the evaluation took, in microseconds.
    #[serde(rename = "durationUs")]
    pub duration_us: i64,
    /// The executed lines and the output of the script.
    pub log: Vec<String>,
    /// How many operations the script used.
    pub operations: i64,
    /// The outcome, which matches the rule's outcome schema.
    pub outcome: serde_json::Value,
    /// The number of the version that was evaluated.
    pub version: i64,
}

/// A rule and its active version.
#[derive(Clone, Debug, Deserialize)]
pub struct RuleResponse {
    /// When the version was activated, RFC 3339; null if nobody activated it.
    #[serde(rename = "activatedAt")]
    pub activated_at: Option<String>,
    /// Who activated the version; null for the version shipped with the build, which nobody activated.
    #[serde(rename = "activatedBy")]
    pub activated_by: Option<String>,
    /// Who created the version.
    pub author: String,
    /// When the version was created, RFC 3339.
    #[serde(rename = "createdAt")]
    pub created_at: String,
    /// The rule's name: `approval`, `budget`, `role_mapping` or `seat_access`.
    pub name: String,
    /// The author's note on the version.
    pub note: Option<String>,
    /// The version's script; omitted in lists.
    pub script: Option<String>,
    /// The SHA-256 of the version's script and tests.
    pub sha256: String,
    /// The version's tests; omitted in lists.
    pub tests: Option<serde_json::Value>,
    /// The number of the active version.
    pub version: i64,
}

/// A version of a rule.
#[derive(Clone, Debug, Deserialize)]
pub struct RuleVersion {
    /// Whether this version is active.
    pub active: bool,
    /// Who created the version.
    pub author: String,
    /// The version that was active when this version was created; null for a version shipped with the build.
    #[serde(rename = "basedOn")]
    pub based_on: Option<i64>,
    /// When the version was created, RFC 3339.
    #[serde(rename = "createdAt")]
    pub created_at: String,
    /// The author's note on the version.
    pub note: Option<String>,
    /// The version's script; omitted in lists.
    pub script: Option<String>,
    /// The SHA-256 of the version's script and tests.
    pub sha256: String,
    /// The version's tests; omitted in lists.
    pub tests: Option<serde_json::Value>,
    /// The version's number.
    pub version: i64,
}

/// The result of a test.
#[derive(Clone, Debug, Deserialize)]
pub struct TestResult {
    /// The actual outcome; null if the rule failed.
    pub actual: Option<serde_json::Value>,
    /// Why the rule failed; null if it did not fail.
    pub error: Option<String>,
    /// The expected outcome.
    pub expected: serde_json::Value,
    /// The group that the test belongs to; omitted if there is none.
    pub group: Option<String>,
    /// The test's name.
    pub name: String,
    /// Whether the actual outcome equals the expected outcome.
    pub passed: bool,
}
