//! Rules and their versions, to look at.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use edge_access::{Granted, RulesRead};
use edge_http::{Json, Listing, Page, Problem, ProblemBody};
use edge_rules::Rule;
use http::header::ETAG;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::error::no_such_version;
use super::{AppState, RulePath};
use crate::activations::Current;
use crate::versions::Version;

/// A rule and its active version.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RuleResponse {
    /// The rule's name: `approval`, `budget`, `role_mapping` or `seat_access`.
    name: &'static str,
    /// The number of the active version.
    version: i64,
    /// The SHA-256 of the version's script and tests.
    sha256: String,
    /// The version's script; omitted in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    script: Option<String>,
    /// The version's tests; omitted in lists.
    #[schema(value_type = Option<Object>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    tests: Option<Box<RawValue>>,
    /// The author's note on the version.
    note: Option<String>,
    /// Who created the version.
    author: String,
    /// When the version was created, RFC 3339.
    created_at: String,
    /// Who activated the version; null for the version shipped with the build, which nobody activated.
    activated_by: Option<String>,
    /// When the version was activated, RFC 3339; null if nobody activated it.
    activated_at: Option<String>,
}

impl RuleResponse {
    fn new(rule: Rule, current: Current, with_source: bool) -> Self {
        let Current { version, activation } = current;
        Self {
            name: rule.as_str(),
            version: version.number,
            sha256: version.sha256,
            script: with_source.then_some(version.script),
            tests: if with_source { Some(raw(version.tests)) } else { None },
            note: version.note,
            author: version.author,
            created_at: version.created_at.to_rfc3339_millis(),
            activated_at: activation.as_ref().map(|activation| activation.at.to_rfc3339_millis()),
            activated_by: activation.map(|activation| activation.actor),
        }
    }
}

/// JSON as it was stored; null where there is none.
fn raw(json: Option<String>) -> Box<RawValue> {
    json.and_then(|json| RawValue::from_string(json).ok()).unwrap_or_else(|| RawValue::NULL.to_owned())
}

/// List rules
#[utoipa::path(
    get, path = "/api/v1/rules", operation_id = "list_rules", tag = "Rules", security(("key" = ["rules:read"])),
    responses((status = 200, description = "All rules with their active versions.", body = Listing<RuleResponse>)),
)]
pub(super) async fn list(
    State(state): State<AppState>,
    _granted: Granted<RulesRead>,
) -> Result<Json<Listing<RuleResponse>>, Problem> {
    let mut data = Vec::with_capacity(Rule::ALL.len());
    for rule in Rule::ALL {
        data.push(RuleResponse::new(rule, state.rulebook.publisher().current(rule).await?, false));
    }
    Ok(Json(Listing { data, next_cursor: None }))
}

/// Get a rule
///
/// Returns the active version. To activate another version, send the `ETag` of this response as `If-Match`.
#[utoipa::path(
    get, path = "/api/v1/rules/{name}", operation_id = "get_rule", tag = "Rules", security(("key" = ["rules:read"])),
    params(("name" = String, Path, description = "The rule's name.")),
    responses(
        (status = 200, description = "The rule.", body = RuleResponse, headers(("ETag" = String))),
        (status = 304, description = "The rule still has the ETag sent in `If-None-Match`."),
        (status = 404, description = "`RULE_NOT_FOUND`: no rule has this name.", body = ProblemBody),
    ),
)]
pub(super) async fn one(
    State(state): State<AppState>,
    _granted: Granted<RulesRead>,
    RulePath(rule): RulePath,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let current = state.rulebook.publisher().current(rule).await?;
    let etag = current.etag();
    let response = if edge_http::if_none_match(&headers, etag.as_bytes()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Json(RuleResponse::new(rule, current, true)).into_response()
    };
    Ok(with_etag(response, &etag))
}

/// `response`, naming what is in force.
pub(super) fn with_etag(mut response: Response, etag: &str) -> Response {
    if let Ok(etag) = HeaderValue::from_str(etag) {
        response.headers_mut().insert(ETAG, etag);
    }
    response
}

/// Get a rule's schema
///
/// Returns the JSON Schemas of the rule's input and outcome.
#[utoipa::path(
    get, path = "/api/v1/rules/{name}/schema", operation_id = "get_rule_schema",
    tag = "Rules", security(("key" = ["rules:read"])),
    params(("name" = String, Path, description = "The rule's name.")),
    responses((status = 200, description = "JSON Schemas: `{\"input\",\"outcome\"}`.", body = serde_json::Value)),
)]
pub(super) async fn schema(_granted: Granted<RulesRead>, RulePath(rule): RulePath) -> Json<serde_json::Value> {
    Json(edge_rules::schema(rule))
}

/// A version of a rule.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RuleVersion {
    /// The version's number.
    version: i64,
    /// The SHA-256 of the version's script and tests.
    sha256: String,
    /// Whether this version is active.
    active: bool,
    /// The version's script; omitted in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    script: Option<String>,
    /// The version's tests; omitted in lists.
    #[schema(value_type = Option<Object>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    tests: Option<Box<RawValue>>,
    /// The author's note on the version.
    note: Option<String>,
    /// Who created the version.
    author: String,
    /// The version that was active when this version was created; null for a version shipped with the build.
    based_on: Option<i64>,
    /// When the version was created, RFC 3339.
    created_at: String,
}

impl RuleVersion {
    fn new(version: Version, active: i64, with_source: bool) -> Self {
        Self {
            version: version.number,
            sha256: version.sha256,
            active: version.number == active,
            script: with_source.then_some(version.script),
            tests: if with_source { Some(raw(version.tests)) } else { None },
            note: version.note,
            author: version.author,
            based_on: version.base,
            created_at: version.created_at.to_rfc3339_millis(),
        }
    }
}

/// List a rule's versions
///
/// Returns the newest versions first.
#[utoipa::path(
    get, path = "/api/v1/rules/{name}/versions", operation_id = "list_rule_versions",
    tag = "Rules", security(("key" = ["rules:read"])),
    params(("name" = String, Path, description = "The rule's name."), Page),
    responses((status = 200, description = "A page of versions.", body = Listing<RuleVersion>)),
)]
pub(super) async fn versions(
    State(state): State<AppState>,
    _granted: Granted<RulesRead>,
    RulePath(rule): RulePath,
    page: Page,
) -> Result<Json<Listing<RuleVersion>>, Problem> {
    let below = match page.cursor.as_deref().map(str::parse) {
        None => i64::MAX,
        Some(Ok(below)) => below,
        Some(Err(_)) => return Err(Problem::field("cursor", "must be the nextCursor of a page")),
    };
    let publishing = state.rulebook.publisher();
    // What this build ships is there from the first look on.
    publishing.versions().shipped(rule).await?;
    let active = publishing.current(rule).await?.version.number;
    let found = publishing.versions().list(rule, below, page.limit.saturating_add(1)).await?;
    let found = found.into_iter().map(|version| RuleVersion::new(version, active, false)).collect();
    Ok(Json(Listing::from_one_more(found, &page, |shown| shown.version.to_string())))
}

/// Get a rule version
#[utoipa::path(
    get, path = "/api/v1/rules/{name}/versions/{version}", operation_id = "get_rule_version",
    tag = "Rules", security(("key" = ["rules:read"])),
    params(("name" = String, Path, description = "The rule's name."), ("version" = i64, Path, description = "The version's number.")),
    responses(
        (status = 200, description = "The version.", body = RuleVersion),
        (status = 404, description = "`RULE_NOT_FOUND` or `VERSION_NOT_FOUND`: the rule or the version does not exist.", body = ProblemBody),
    ),
)]
pub(super) async fn version(
    State(state): State<AppState>,
    _granted: Granted<RulesRead>,
    RulePath(rule): RulePath,
    Path((_, number)): Path<(String, String)>,
) -> Result<Json<RuleVersion>, Problem> {
    let publishing = state.rulebook.publisher();
    let number = number.parse().map_err(|_| no_such_version())?;
    let active = publishing.current(rule).await?.version.number;
    let version = publishing.versions().find(rule, number).await?.ok_or_else(no_such_version)?;
    Ok(Json(RuleVersion::new(version, active, true)))
}
