//! What was decided, and what was done.

use axum::extract::{Query, State};
use edge_access::{Granted, RulesRead};
use edge_border::{FieldError, Json, Listing, Page, Problem};
use edge_capabilities::Instant;
use http::Uri;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::deciding::raw;
use super::{Desk, Named, number, of_the_platform};
use crate::audit::{Behind as BehindDeed, Deed};
use crate::decisions::{Behind, Filter, Recorded};

/// Which decisions are asked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Decided by this version.
    #[param(value_type = Option<i64>)]
    version: Option<String>,
    /// Decided for this tenant.
    tenant: Option<String>,
    /// Decided then or later, RFC 3339.
    from: Option<String>,
    /// Decided before, RFC 3339.
    to: Option<String>,
    /// What it came to: `approve`, `require`, `reject`; `allow`, `warn`, `deny`; a role; `true`, `false`; `failed`.
    outcome: Option<String>,
}

impl Asked {
    fn read(self) -> Result<Filter, Problem> {
        let mut errors = Vec::new();
        let version = number("version", self.version.as_deref(), &mut errors);
        let mut instant = |field: &str, text: Option<String>| {
            let read = Instant::parse(&text?);
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
pub(super) struct ShownDecision {
    id: String,
    /// The version that decided.
    version: i64,
    /// Its SHA-256.
    sha256: String,
    /// For which tenant; null: for the platform.
    tenant_id: Option<String>,
    /// Who asked.
    actor: String,
    /// For which request.
    request_id: String,
    /// Secrets are masked.
    #[schema(value_type = Object)]
    input: Box<RawValue>,
    /// Null where the rule failed.
    #[schema(value_type = Option<Object>)]
    outcome: Option<Box<RawValue>>,
    /// Why there is no outcome; null where there is one.
    failure: Option<ShownFailure>,
    operations: i64,
    duration_us: i64,
    at: String,
}

/// Why a decision failed.
#[derive(Serialize, ToSchema)]
struct ShownFailure {
    message: String,
    /// The line of the script, from 1.
    line: Option<i64>,
}

impl From<Recorded> for ShownDecision {
    fn from(recorded: Recorded) -> Self {
        let (outcome, failure) = match recorded.outcome {
            Ok(outcome) => (Some(raw(outcome)), None),
            Err(failed) => (None, Some(ShownFailure { message: failed.message, line: failed.line })),
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
pub(super) struct ShownDecisions {
    /// The decisions.
    data: Vec<ShownDecision>,
    /// What to pass as `cursor` for what follows; null where nothing does.
    next_cursor: Option<String>,
    /// How many decisions, of all rules, did not get into the record: lost, or on their way this moment. Null for a
    /// tenant's key, and where it is not known.
    unwritten: Option<i64>,
}

/// What a rule decided
///
/// Newest first. A tenant's key sees its tenant's decisions.
#[utoipa::path(
    get, path = "/api/v1/rules/{name}/decisions", tag = "Rules", security(("key" = ["rules:read"])),
    params(("name" = String, Path, description = "The rule."), Page, Asked),
    responses((status = 200, description = "A page of decisions.", body = ShownDecisions)),
)]
pub(super) async fn decisions(
    State(desk): State<Desk>,
    granted: Granted<RulesRead>,
    Named(rule): Named,
    page: Page,
    uri: Uri,
) -> Result<Json<ShownDecisions>, Problem> {
    let unreadable = |_| Problem::field("query", "cannot be read");
    let Query(asked) = Query::<Asked>::try_from_uri(&uri).map_err(unreadable)?;
    let mut filter = asked.read()?;
    if let Some(own) = &granted.caller.tenant {
        if filter.tenant.as_ref().is_some_and(|tenant| tenant != own.as_str()) {
            // Another tenant looks like one that was never decided for.
            return Ok(Json(ShownDecisions { data: Vec::new(), next_cursor: None, unwritten: None }));
        }
        filter.tenant = Some(own.as_str().to_owned());
    }
    let behind = page.cursor.as_deref().map(|cursor| {
        let (at, id) = cursor.split_once('.')?;
        Some(Behind { at: Instant::from_millis(at.parse().ok()?), id: id.to_owned() })
    });
    let behind = match behind {
        Some(None) => return Err(Problem::field("cursor", "must be the nextCursor of a page")),
        behind => behind.flatten(),
    };
    let found = desk.rulebook.decisions().list(rule, &filter, behind, page.limit.saturating_add(1)).await?;
    let cursor = |recorded: &Recorded| format!("{}.{}", recorded.at.as_millis(), recorded.id);
    let Listing { data, next_cursor } = Listing::from_one_more(found, &page, cursor);
    let unwritten = match granted.caller.tenant {
        None => desk.rulebook.journal().unwritten().await.ok(),
        Some(_) => None,
    };
    Ok(Json(ShownDecisions { data: data.into_iter().map(Into::into).collect(), next_cursor, unwritten }))
}

/// Something that was done to a rule.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShownDeed {
    at: String,
    /// `created`, `activated`, `rolled_back`.
    action: String,
    /// The version it was about.
    version: i64,
    /// The version that was in force before; null: the version is one that ships.
    previous_version: Option<i64>,
    /// Who did it.
    actor: String,
    /// From which address.
    address: Option<String>,
    /// What the author of the version said of it.
    note: Option<String>,
    /// What differs from the previous version, as a unified diff of script and tests.
    diff: String,
    #[serde(skip)]
    cursor: String,
}

impl From<Deed> for ShownDeed {
    fn from(deed: Deed) -> Self {
        let (kind, number) = deed.place;
        Self {
            at: deed.at.to_rfc3339_millis(),
            action: deed.action,
            version: deed.version,
            previous_version: deed.previous,
            actor: deed.actor,
            address: deed.address,
            note: deed.note,
            diff: deed.diff,
            cursor: format!("{}.{kind}.{number}", deed.at.as_millis()),
        }
    }
}

/// Who did what to a rule
///
/// Versions made, activated, rolled back, newest first. Nothing in it is ever changed or deleted.
#[utoipa::path(
    get, path = "/api/v1/rules/{name}/audit", tag = "Rules", security(("key" = ["rules:read"])),
    params(("name" = String, Path, description = "The rule."), Page),
    responses((status = 200, description = "A page of deeds.", body = Listing<ShownDeed>)),
)]
pub(super) async fn audit(
    State(desk): State<Desk>,
    granted: Granted<RulesRead>,
    Named(rule): Named,
    page: Page,
) -> Result<Json<Listing<ShownDeed>>, Problem> {
    of_the_platform(&granted.caller)?;
    let behind = page.cursor.as_deref().map(|cursor| {
        let mut numbers = cursor.split('.').map(str::parse);
        let mut next = || numbers.next()?.ok();
        let (at, place) = (Instant::from_millis(next()?), (next()?, next()?));
        Some(BehindDeed { at, place })
    });
    let behind = match behind {
        Some(None) => return Err(Problem::field("cursor", "must be the nextCursor of a page")),
        behind => behind.flatten(),
    };
    let found = desk.rulebook.audit().list(rule, behind, page.limit.saturating_add(1)).await?;
    let found = found.into_iter().map(ShownDeed::from).collect();
    Ok(Json(Listing::from_one_more(found, &page, |deed| deed.cursor.clone())))
}
