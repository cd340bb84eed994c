//! Versions, made and put in force.

use axum::body::Body;
use axum::extract::{FromRequest as _, Request, State};
use axum::response::{IntoResponse, Response};
use edge_access::{Granted, RulesWrite};
use edge_http::{Code, FieldError, Json, Problem, ProblemBody, Raw};
use edge_idempotency::Idempotent;
use edge_rules::Report;
use http::header::IF_MATCH;
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::error::RuleInvalid;
use super::rules::with_etag;
use super::{Address, AppState, RulePath, actor, of_the_platform};
use crate::activations::Current;
use crate::publisher::Precondition;
use crate::versions::Draft;

/// The longest note, characters.
const MAX_NOTE_LEN: usize = 1000;

/// The script to check.
#[derive(Deserialize, ToSchema)]
pub(super) struct CheckRuleRequest {
    /// The script, which must define `fn decide(input)`.
    script: String,
    /// The tests: a list, an object with the list as its `tests`, or either of these as a JSON string.
    #[schema(value_type = Option<serde_json::Value>)]
    #[serde(default)]
    tests: Option<Box<RawValue>>,
}

/// Check a script
///
/// Compiles the script, searches it for mistakes and runs its tests. Nothing is stored.
#[utoipa::path(
    post, path = "/api/v1/rules/{name}/check", operation_id = "check_rule",
    tag = "Rules", security(("key" = ["rules:write"])),
    params(("name" = String, Path, description = "The rule's name.")), request_body = CheckRuleRequest,
    responses((status = 200, description = "The report of the check: `ok` is true if the script passes.", body = Report)),
)]
pub(super) async fn check(
    State(state): State<AppState>,
    granted: Granted<RulesWrite>,
    RulePath(rule): RulePath,
    Json(body): Json<CheckRuleRequest>,
) -> Result<Json<Report>, Problem> {
    of_the_platform(&granted.caller)?;
    let tests = body.tests.as_deref().map(tests);
    Ok(Json(state.rulebook.publisher().check(rule, &body.script, tests.as_deref())))
}

/// The tests as JSON, also where they were sent as a text, as the script is.
fn tests(sent: &RawValue) -> String {
    edge_json::from_str(sent.get()).unwrap_or_else(|_| sent.get().to_owned())
}

/// The version to create.
#[derive(Deserialize, ToSchema)]
pub(super) struct CreateRuleVersionRequest {
    /// The script, which must define `fn decide(input)`.
    script: String,
    /// The tests: a list, an object with the list as its `tests`, or either of these as a JSON string.
    #[schema(value_type = Option<serde_json::Value>)]
    #[serde(default)]
    tests: Option<Box<RawValue>>,
    /// A note on the version, at most 1000 characters. By default there is none.
    #[serde(default)]
    note: Option<String>,
}

/// A version that was created.
#[derive(Serialize, ToSchema)]
pub(super) struct CreatedRuleVersion {
    /// The version's number.
    version: i64,
    /// The SHA-256 of the version's script and tests.
    sha256: String,
}

impl CreateRuleVersionRequest {
    fn read(self) -> Result<Draft, Problem> {
        let note = self.note.filter(|note| !note.is_empty());
        let mut errors = Vec::new();
        if note.as_ref().is_some_and(|note| note.chars().count() > MAX_NOTE_LEN) {
            errors.push(FieldError::new("note", format!("must be at most {MAX_NOTE_LEN} characters")));
        }
        // No text with U+0000 can be recorded on PostgreSQL.
        for (field, text) in [("note", note.as_deref()), ("script", Some(self.script.as_str()))] {
            if text.is_some_and(|text| text.contains('\0')) {
                errors.push(FieldError::new(field, "must not contain U+0000"));
            }
        }
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        Ok(Draft { script: self.script, tests: self.tests.as_deref().map(tests), note })
    }
}

/// Create a rule version
///
/// Checks the version and stores it. It has no effect until it is activated. Sending the same script and tests again
/// returns the same version.
#[utoipa::path(
    post, path = "/api/v1/rules/{name}/versions", operation_id = "create_rule_version",
    tag = "Rules", security(("key" = ["rules:write"])),
    params(("name" = String, Path, description = "The rule's name.")), request_body = CreateRuleVersionRequest,
    responses(
        (status = 201, description = "The version was stored.", body = CreatedRuleVersion),
        (status = 422, description = "`RULE_INVALID`: the version does not pass the check. The response contains the report.", body = RuleInvalid, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn push(
    State(state): State<AppState>,
    granted: Granted<RulesWrite>,
    RulePath(rule): RulePath,
    address: Address,
    request: Idempotent<CreateRuleVersionRequest>,
) -> Result<Response, Problem> {
    let actor = actor(&granted.caller, address)?;
    let work = async |new: CreateRuleVersionRequest| {
        let made = state.rulebook.publisher().push(rule, &new.read()?, &actor).await?;
        Ok((StatusCode::CREATED, CreatedRuleVersion { version: made.number, sha256: made.sha256 }))
    };
    state.idempotency.once(&granted.caller.idempotency_scope(), request, work).await
}

/// The version to activate.
#[derive(Deserialize, ToSchema)]
pub(super) struct ActivateRuleRequest {
    /// The version's number.
    version: i64,
}

/// The active version of a rule.
#[derive(Serialize, ToSchema)]
pub(super) struct RuleActivation {
    /// The rule's name.
    name: &'static str,
    /// The number of the active version.
    version: i64,
    /// The SHA-256 of the version's script and tests.
    sha256: String,
}

impl From<(edge_rules::Rule, &Current)> for RuleActivation {
    fn from((rule, current): (edge_rules::Rule, &Current)) -> Self {
        let version = &current.version;
        Self { name: rule.as_str(), version: version.number, sha256: version.sha256.clone() }
    }
}

/// Activate a rule version
///
/// `If-Match` must contain the ETag of the version to replace. If another version was activated in the meantime,
/// nothing is changed. After the response, every instance uses the new version from its next request on.
#[utoipa::path(
    post, path = "/api/v1/rules/{name}/activate", operation_id = "activate_rule_version",
    tag = "Rules", security(("key" = ["rules:write"])),
    params(
        ("name" = String, Path, description = "The rule's name."),
        ("If-Match" = String, Header, description = "The ETag returned with the rule."),
    ),
    request_body = ActivateRuleRequest,
    responses(
        (status = 200, description = "The version that is now active.", body = RuleActivation, headers(("ETag" = String))),
        (status = 412, description = "`PRECONDITION_FAILED`: another version was activated in the meantime.", body = ProblemBody),
        (status = 422, description = "`RULE_INVALID`: the version does not compile on this build.", body = RuleInvalid, content_type = "application/problem+json"),
        (status = 428, description = "`PRECONDITION_REQUIRED`: the header `If-Match` is missing.", body = ProblemBody),
    ),
)]
pub(super) async fn activate(
    State(state): State<AppState>,
    granted: Granted<RulesWrite>,
    RulePath(rule): RulePath,
    address: Address,
    headers: HeaderMap,
    request: Idempotent<ActivateRuleRequest>,
) -> Result<Response, Problem> {
    let actor = actor(&granted.caller, address)?;
    let detail = "Send the ETag of the rule as you looked at it as `If-Match`.";
    let basis = basis(&headers).ok_or_else(|| Problem::new(Code::PreconditionRequired, detail))?;
    let mut etag = None;
    let work = async |body: ActivateRuleRequest| {
        let current = state.rulebook.publisher().activate(rule, body.version, &basis, &actor).await?;
        etag = Some(current.etag());
        Ok((StatusCode::OK, RuleActivation::from((rule, &current))))
    };
    let response = state.idempotency.once(&granted.caller.idempotency_scope(), request, work).await?;
    Ok(named(response, etag))
}

/// An empty request body.
#[derive(Deserialize)]
struct EmptyBody {}

/// Roll back a rule
///
/// Activates the version that was active before. Rolling back twice goes back two steps. Without `If-Match`, whichever
/// version is active is rolled back.
#[utoipa::path(
    post, path = "/api/v1/rules/{name}/rollback", operation_id = "roll_back_rule",
    tag = "Rules", security(("key" = ["rules:write"])),
    params(
        ("name" = String, Path, description = "The rule's name."),
        ("If-Match" = Option<String>, Header, description = "The ETag returned with the rule."),
    ),
    responses(
        (status = 200, description = "The version that is now active.", body = RuleActivation, headers(("ETag" = String))),
        (status = 409, description = "`NOTHING_TO_ROLL_BACK`: the rule has no earlier version to go back to.", body = ProblemBody),
        (status = 412, description = "`PRECONDITION_FAILED`: another version was activated in the meantime.", body = ProblemBody),
    ),
)]
pub(super) async fn roll_back(
    State(state): State<AppState>,
    granted: Granted<RulesWrite>,
    RulePath(rule): RulePath,
    address: Address,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let actor = actor(&granted.caller, address)?;
    let basis = basis(&headers).unwrap_or(Precondition::Any);
    let request = Idempotent::<EmptyBody>::from_request(or_empty_object(request).await?, &()).await?;
    let mut etag = None;
    let work = async |_: EmptyBody| {
        let current = state.rulebook.publisher().roll_back(rule, &basis, &actor).await?;
        etag = Some(current.etag());
        Ok((StatusCode::OK, RuleActivation::from((rule, &current))))
    };
    let response = state.idempotency.once(&granted.caller.idempotency_scope(), request, work).await?;
    Ok(named(response, etag))
}

/// The ETags in `If-Match`; None: there is no such header.
fn basis(headers: &HeaderMap) -> Option<Precondition> {
    let mut sent = headers.get_all(IF_MATCH).iter().peekable();
    sent.peek()?;
    let etags: Vec<String> = sent
        .filter_map(|etags| etags.to_str().ok())
        .flat_map(|etags| etags.split(','))
        .map(|etag| etag.trim().to_owned())
        .collect();
    Some(if etags.iter().any(|etag| etag == "*") { Precondition::Any } else { Precondition::Etags(etags) })
}

/// A request whose body may be left out.
async fn or_empty_object(request: Request) -> Result<Request, Problem> {
    let (head, body) = request.into_parts();
    let Raw(bytes) = Raw::from_request(Request::from_parts(head.clone(), body), &()).await?;
    let body = if bytes.is_empty() { Body::from("{}") } else { Body::from(bytes) };
    Ok(Request::from_parts(head, body))
}

fn named(response: Response, etag: Option<String>) -> Response {
    match etag {
        Some(etag) => with_etag(response, &etag),
        // An answer that was given before: what was in force then may not be any more.
        None => response.into_response(),
    }
}
