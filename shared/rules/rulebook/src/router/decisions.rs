//! What was decided, and what was done.

use axum::extract::{Query, State};
use edge_access::{Granted, RulesRead};
use edge_capabilities::Timestamp;
use edge_capabilities::database::Cursor;
use edge_http::{FieldError, Json, Listing, Page, Problem};
use http::Uri;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::evaluation::raw;
use super::{AppState, RulePath, number, of_the_platform};
use crate::audit::{AuditEntry, Cursor as AuditCursor};
use crate::decisions::{Filter, Recorded};

/// The filter of the decisions to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DecisionQuery {
    /// Only decisions made by this version.
    #[param(value_type = Option<i64>)]
    version: Option<String>,
    /// Only decisions made for this tenant.
    tenant: Option<String>,
    /// Only decisions made at this time or later, RFC 3339.
    from: Option<String>,
    /// Only decisions made before this time, RFC 3339.
    to: Option<String>,
    /// Only decisions with this outcome: `approve`, `require`, `reject`; `allow`, `warn`, `deny`; a role; `true`,
    /// `false`; `failed`.
    outcome: Option<String>,
}

impl DecisionQuery {
    fn read(self) -> Result<Filter, Problem> {
        let mut errors = Vec::new();
        let version = number("version", self.version.as_deref(), &mut errors);
        let mut instant = |field: &str, text: Option<String>| {
            let read = Timestamp::parse(&text?);
            if read.is_none() {
                errors.push(FieldError::new(field, "must be an RFC 3339 instant"));
            }
            read
        };
        let (from, to) = (instant("from", self.from), instant("to", self.to));
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        Ok(Filter { version, tenant: self.tenant, from, to, word: self.outcome })
    }
}

/// A recorded decision.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RuleDecision {
    /// The decision's id.
    id: String,
    /// The number of the version that decided.
    version: i64,
    /// The SHA-256 of the version's script and tests.
    sha256: String,
    /// The tenant that the decision was made for; null for the platform.
    tenant_id: Option<String>,
    /// The caller that requested the decision.
    actor: String,
    /// The id of the request that led to the decision.
    request_id: String,
    /// The rule's input. Secrets are masked.
    #[schema(value_type = Object)]
    input: Box<RawValue>,
    /// The rule's outcome; null if the rule failed.
    #[schema(value_type = Option<Object>)]
    outcome: Option<Box<RawValue>>,
    /// Why the rule failed; null if there is an outcome.
    failure: Option<RuleDecisionFailure>,
    /// How many operations the script used.
    operations: i64,
    /// How long the evaluation took, in microseconds.
    duration_us: i64,
    /// When the decision was made, RFC 3339.
    at: String,
}

/// Why a decision failed.
#[derive(Serialize, ToSchema)]
struct RuleDecisionFailure {
    /// The error message.
    message: String,
    /// The line of the script, starting at 1; null if it is unknown.
    line: Option<i64>,
}

impl From<Recorded> for RuleDecision {
    fn from(recorded: Recorded) -> Self {
        let (outcome, failure) = match recorded.outcome {
            Ok(outcome) => (Some(raw(outcome)), None),
            Err(failed) => (None, Some(RuleDecisionFailure { message: failed.message, line: failed.line })),
        };
        Self {
            id: recorded.id,
            version: recorded.version,
            sha256: recorded.sha256,
            tenant_id: recorded.tenant,
            actor: recorded.actor,
            request_id: recorded.request_id,
            input: raw(recorded.input),
            outcome,
            failure,
            operations: recorded.operations,
            duration_us: recorded.duration_us,
            at: recorded.at.to_rfc3339_millis(),
        }
    }
}

/// A page of decisions.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RuleDecisionPage {
    /// The decisions.
    data: Vec<RuleDecision>,
    /// The `cursor` of the next page; null on the last page.
    next_cursor: Option<String>,
    /// How many decisions of all rules are not recorded: they are lost or still being written. Null for a tenant's key,
    /// or if the number is unknown.
    unwritten: Option<i64>,
}

/// List a rule's decisions
///
/// Returns the newest decisions first. A tenant's key sees only the decisions of its tenant.
#[utoipa::path(
    get, path = "/api/v1/rules/{name}/decisions", operation_id = "list_rule_decisions",
    tag = "Rules", security(("key" = ["rules:read"])),
    params(("name" = String, Path, description = "The rule's name."), Page, DecisionQuery),
    responses((status = 200, description = "A page of decisions.", body = RuleDecisionPage)),
)]
pub(super) async fn decisions(
    State(state): State<AppState>,
    granted: Granted<RulesRead>,
    RulePath(rule): RulePath,
    page: Page,
    uri: Uri,
) -> Result<Json<RuleDecisionPage>, Problem> {
    let unreadable = |_| Problem::field("query", "cannot be read");
    let Query(query) = Query::<DecisionQuery>::try_from_uri(&uri).map_err(unreadable)?;
    let mut filter = query.read()?;
    if let Some(own) = &granted.caller.tenant {
        if filter.tenant.as_ref().is_some_and(|tenant| tenant != own.as_str()) {
            // Another tenant looks like one that was never decided for.
            return Ok(Json(RuleDecisionPage { data: Vec::new(), next_cursor: None, unwritten: None }));
        }
        filter.tenant = Some(own.as_str().to_owned());
    }
    let cursor = page.cursor(|_| true)?;
    let found = state.rulebook.decisions().list(rule, &filter, cursor, page.rows()).await?;
    let position = |recorded: &Recorded| Cursor::new(recorded.at, recorded.id.as_str());
    let Listing { data, next_cursor } = page.listing(found, position, RuleDecision::from);
    let unwritten = match granted.caller.tenant {
        None => state.rulebook.decision_log().unwritten().await.ok(),
        Some(_) => None,
    };
    Ok(Json(RuleDecisionPage { data, next_cursor, unwritten }))
}

/// An entry of a rule's audit trail.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AuditEntryResponse {
    /// When the action happened, RFC 3339.
    at: String,
    /// The action: `created`, `activated` or `rolled_back`.
    action: String,
    /// The version that was created, activated or restored.
    version: i64,
    /// The version that was active before; null for a version shipped with the build.
    previous_version: Option<i64>,
    /// Who performed the action.
    actor: String,
    /// The network address of the request; null if it is unknown.
    address: Option<String>,
    /// The author's note on the version.
    note: Option<String>,
    /// The difference from the previous version, as a unified diff of script and tests.
    diff: String,
}

impl From<AuditEntry> for AuditEntryResponse {
    fn from(entry: AuditEntry) -> Self {
        Self {
            at: entry.at.to_rfc3339_millis(),
            action: entry.action,
            version: entry.version,
            previous_version: entry.previous,
            actor: entry.actor,
            address: entry.address,
            note: entry.note,
            diff: entry.diff,
        }
    }
}

/// List a rule's audit trail
///
/// Returns the creation, activation and rollback of versions, newest first. Entries are never changed or deleted.
#[utoipa::path(
    get, path = "/api/v1/rules/{name}/audit", operation_id = "list_rule_audit_entries",
    tag = "Rules", security(("key" = ["rules:read"])),
    params(("name" = String, Path, description = "The rule's name."), Page),
    responses((status = 200, description = "A page of audit entries.", body = Listing<AuditEntryResponse>)),
)]
pub(super) async fn audit(
    State(state): State<AppState>,
    granted: Granted<RulesRead>,
    RulePath(rule): RulePath,
    page: Page,
) -> Result<Json<Listing<AuditEntryResponse>>, Problem> {
    of_the_platform(&granted.caller)?;
    let cursor = page.parse_cursor(|cursor| {
        let mut numbers = cursor.split('.').map(str::parse);
        let mut next = || numbers.next()?.ok();
        let (at, place) = (Timestamp::from_millis(next()?), (next()?, next()?));
        Some(AuditCursor { at, place })
    })?;
    let found = state.rulebook.audit().list(rule, cursor, page.rows()).await?;
    let position = |entry: &AuditEntry| {
        let (kind, number) = entry.place;
        format!("{}.{kind}.{number}", entry.at.as_millis())
    };
    Ok(Json(page.listing(found, position, AuditEntryResponse::from)))
}
