//! Rules put to use, and to the test.

use axum::extract::State;
use edge_access::{Granted, RulesEvaluate, RulesWrite};
use edge_http::{Code, FieldError, Json, Problem, ProblemBody, RequestId, Timings};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::error::RuleInvalid;
use super::error::{invalid, no_such_version};
use super::{AppState, RulePath, of_the_platform};
use crate::backtest::{Backtest, Example};
use crate::rulebook::{Context, Decision};

/// How many decisions a backtest runs on unless told, and at most.
const DEFAULT_COUNT: u32 = 1000;
const MAX_COUNT: u32 = 10_000;

/// The input of an evaluation.
#[derive(Deserialize, ToSchema)]
pub(super) struct EvaluateRuleRequest {
    /// The input, which must match the rule's input schema.
    #[schema(value_type = Object)]
    input: Box<RawValue>,
    /// The number of the version to evaluate, active or not. The default is the active version.
    #[serde(default)]
    version: Option<i64>,
}

/// The result of an evaluation.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RuleEvaluation {
    /// The outcome, which matches the rule's outcome schema.
    #[schema(value_type = Object)]
    outcome: Box<RawValue>,
    /// The number of the version that was evaluated.
    version: i64,
    /// How many operations the script used.
    operations: u64,
    /// How long the evaluation took, in microseconds.
    duration_us: u64,
    /// The executed lines and the output of the script.
    log: Vec<String>,
}

/// Evaluate a rule
///
/// The decision is recorded. If the rule fails, the recorded decision contains the reason; the response does not.
#[utoipa::path(
    post, path = "/api/v1/rules/{name}/evaluate", operation_id = "evaluate_rule",
    tag = "Rules", security(("key" = ["rules:evaluate"])),
    params(("name" = String, Path, description = "The rule's name.")), request_body = EvaluateRuleRequest,
    responses(
        (status = 200, description = "The rule's decision.", body = RuleEvaluation),
        (status = 400, description = "`VALIDATION_ERROR`: the input does not match the rule's schema.", body = ProblemBody),
        (status = 404, description = "`RULE_NOT_FOUND` or `VERSION_NOT_FOUND`: the rule or the version does not exist.", body = ProblemBody),
        (status = 500, description = "`RULE_FAILED`: the rule failed and no decision was made.", body = ProblemBody),
    ),
)]
pub(super) async fn evaluate(
    State(state): State<AppState>,
    granted: Granted<RulesEvaluate>,
    RulePath(rule): RulePath,
    request_id: RequestId,
    timings: Timings,
    Json(body): Json<EvaluateRuleRequest>,
) -> Result<Json<RuleEvaluation>, Problem> {
    let context = Context {
        tenant: granted.caller.tenant.as_ref().map(|tenant| tenant.as_str().to_owned()),
        actor: granted.caller.id.to_string(),
        request_id: request_id.as_str().to_owned(),
    };
    let input = body.input.get();
    let decision = match body.version {
        None => state.rulebook.decide_and_explain(rule, input, &context).await?,
        Some(version) => {
            state.rulebook.try_version(rule, version, input, &context).await?.ok_or_else(no_such_version)?
        }
    };
    timings.note("rule", std::time::Duration::from_micros(decision.duration_us));
    let Decision { outcome, version, operations, duration_us, log, .. } = decision;
    let outcome = RawValue::from_string(outcome);
    let outcome = outcome.map_err(|error| Problem::new(Code::Internal, "The edge failed.").because(error))?;
    Ok(Json(RuleEvaluation { outcome, version, operations, duration_us, log }))
}

/// What to run on recorded decisions: either a script or an existing version.
#[derive(Deserialize, ToSchema)]
pub(super) struct BacktestRuleRequest {
    /// The script to run.
    #[serde(default)]
    script: Option<String>,
    /// The number of the version to run.
    #[serde(default)]
    version: Option<i64>,
    /// How many of the latest decisions to compare: 1 to 10000; the default is 1000.
    #[serde(default)]
    limit: Option<i64>,
}

/// The result of a backtest. Each compared decision is the same, reworded, changed, or an error.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RuleBacktest {
    /// How many decisions were compared: fewer than requested if no more exist or the time limit was reached.
    compared: u64,
    /// How many decisions would have had a different outcome.
    changed: u64,
    /// On how many decisions the script fails.
    errors: u64,
    /// How many decisions would have been the same, but with a different reason or message for people.
    reworded: u64,
    /// Whether the time limit was reached before all decisions were compared.
    cut_short: bool,
    /// Examples of changed or failed decisions, newest first; at most 20.
    examples: Vec<RuleBacktestExample>,
}

/// A decision that would have had a different outcome.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RuleBacktestExample {
    /// The id of the recorded decision.
    decision_id: String,
    /// The recorded input.
    #[schema(value_type = Object)]
    input: Box<RawValue>,
    /// The recorded outcome, or `{"error"}`.
    #[schema(value_type = Object)]
    before: Box<RawValue>,
    /// The outcome of the tested script, or `{"error"}`.
    #[schema(value_type = Object)]
    after: Box<RawValue>,
}

impl From<Example> for RuleBacktestExample {
    fn from(Example { decision, after }: Example) -> Self {
        let before = decision.outcome.map_err(|failed| failed.message);
        Self { decision_id: decision.id, input: raw(decision.input), before: outcome(before), after: outcome(after) }
    }
}

/// An outcome, or why there is none, as JSON.
pub(super) fn outcome(outcome: Result<String, String>) -> Box<RawValue> {
    raw(outcome.unwrap_or_else(|error| serde_json::json!({ "error": error }).to_string()))
}

/// JSON as it was stored.
pub(super) fn raw(json: String) -> Box<RawValue> {
    RawValue::from_string(json).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// Backtest a rule
///
/// Runs a script or version on the latest recorded decisions, newest first, and compares the outcomes. Nothing is
/// recorded.
#[utoipa::path(
    post, path = "/api/v1/rules/{name}/backtest", operation_id = "backtest_rule",
    tag = "Rules", security(("key" = ["rules:write"])),
    params(("name" = String, Path, description = "The rule's name.")), request_body = BacktestRuleRequest,
    responses(
        (status = 200, description = "The differences found.", body = RuleBacktest),
        (status = 404, description = "`RULE_NOT_FOUND` or `VERSION_NOT_FOUND`: the rule or the version does not exist.", body = ProblemBody),
        (status = 422, description = "`RULE_INVALID`: the script does not compile.", body = RuleInvalid, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn backtest(
    State(state): State<AppState>,
    granted: Granted<RulesWrite>,
    RulePath(rule): RulePath,
    Json(body): Json<BacktestRuleRequest>,
) -> Result<Json<RuleBacktest>, Problem> {
    of_the_platform(&granted.caller)?;
    let limit = match body.limit.map(u32::try_from) {
        None => DEFAULT_COUNT,
        Some(Ok(limit)) if (1..=MAX_COUNT).contains(&limit) => limit,
        Some(_) => return Err(Problem::field("limit", format!("must be a number from 1 to {MAX_COUNT}"))),
    };
    let script = match (body.script, body.version) {
        (Some(script), None) => script,
        (None, Some(version)) => {
            let found = state.rulebook.publisher().versions().find(rule, version).await?;
            found.ok_or_else(no_such_version)?.script
        }
        (Some(_), Some(_)) => return Err(Problem::field("version", "must stand alone, without script")),
        (None, None) => {
            let errors =
                ["script", "version"].map(|field| FieldError::new(field, "one of script and version is required"));
            return Err(Problem::fields(errors.into()));
        }
    };
    let compiled = state.rulebook.active_rules().engine().compile(rule, &script);
    let compiled = compiled.map_err(|_| invalid(&state.rulebook.publisher().check(rule, &script, None)))?;
    let Backtest { compared, changed, errors, reworded, examples, cut_short } =
        state.rulebook.backtest(rule, &compiled, limit).await?;
    let examples = examples.into_iter().map(RuleBacktestExample::from).collect();
    Ok(Json(RuleBacktest { compared, changed, errors, reworded, cut_short, examples }))
}
