//! Seat verification over HTTP.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use edge_access::{Authenticator, Caller, Granted, SeatsVerify, SeatsWrite};
use edge_capabilities::{Capabilities, Clock, Counters};
use edge_database::Db;
use edge_http::{Code, FieldError, Json, LogOutcome, Problem, ProblemBody, RequestId, Timings};
use edge_json::AtMost;
use futures::StreamExt as _;
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use crate::invalidation::Unreachable;
use crate::seat_access::{AccessDecision, Reason, SeatAccess};
use crate::standing::SubscriptionStatus;
use crate::subject::{Alias, Id, Subject};
use crate::verdict::{Source, Verdict};
use crate::verification::{Unverifiable, Verification};

/// The most checks in one request.
const LARGEST_BATCH: usize = 100;

/// Verdicts, as they are counted: by source and reason. Where there is none, this is its source, and why there is none
/// its reason.
pub const VERDICTS: &str = "seat_verdicts";
/// The source of what could not be known.
pub const NO_VERDICT: &str = "none";

/// How many checks of a batch are in the works at once: a batch of strangers must not swamp the ERP.
const AT_ONCE: usize = 16;

#[derive(Clone)]
struct AppState(Arc<Services>);

struct Services {
    authenticator: Authenticator,
    verification: Verification,
    clock: Arc<dyn Clock>,
    counters: Counters,
}

impl std::ops::Deref for AppState {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0
    }
}

impl FromRef<AppState> for Authenticator {
    fn from_ref(state: &AppState) -> Self {
        state.authenticator.clone()
    }
}

/// The routes, deciding by `rule`.
pub fn router(capabilities: Capabilities, rule: Arc<dyn SeatAccess>) -> Router {
    router_with(capabilities, rule, Router::new())
}

/// The routes of the component `seat-verification`: those of seats, deciding by `rule`, and `others`.
pub fn router_with(capabilities: Capabilities, rule: Arc<dyn SeatAccess>, others: Router) -> Router {
    let db = Db::new(capabilities.db.clone());
    let counters = Counters::new(&capabilities);
    let capabilities = counters.watching(&capabilities);
    let state = AppState(Arc::new(Services {
        authenticator: Authenticator::new(&capabilities, &db),
        verification: Verification::new(capabilities.clone(), &db, rule),
        clock: capabilities.clock.clone(),
        counters,
    }));
    let routes = Router::new()
        .route("/verify-seat", post(verify_seat))
        .route("/verify-seats", post(verify_seats))
        .route("/api/v1/seats/invalidate", post(invalidate))
        .with_state(state)
        .merge(others);
    edge_http::finish(routes, "seat-verification", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(verify_seat, verify_seats, invalidate), components(schemas(Reason, Source)))]
pub struct ApiDoc;

/// The user, application and organisation to check. Each id is 1 to 256 bytes of UTF-8 without control characters and
/// is compared byte for byte.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Check {
    /// The user's id in the application.
    #[schema(example = "user_123", min_length = 1, max_length = 256)]
    user_id: String,
    /// The application's slug.
    #[schema(example = "healos", min_length = 1, max_length = 256)]
    application_slug: String,
    /// The organisation's id in the application.
    #[schema(example = "hospital_456", min_length = 1, max_length = 256)]
    external_org_id: String,
    /// The lowest acceptable `version` of the seat: older cached data is not used. By default any version is accepted.
    #[serde(default)]
    min_version: Option<i64>,
}

/// The result of a seat check: a grant or a denial.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SeatVerdict {
    /// Whether the user has access.
    has_access: bool,
    /// The seat's id; null if the user has no seat.
    seat_id: Option<String>,
    /// The state of the organisation's subscription; null if it is unknown.
    subscription_status: Option<SubscriptionStatus>,
    /// When the paid period ends, RFC 3339; null if this is unknown or the period has no end.
    #[schema(example = "2024-02-01T00:00:00Z")]
    expires_at: Option<String>,
    /// Why access is granted or denied.
    reason: Reason,
    /// Where the result comes from.
    source: Source,
    /// When the ERP reported this state, RFC 3339.
    #[schema(example = "2024-01-15T10:00:00.120Z")]
    as_of: String,
    /// The version of the seat, which increases with every change. Pass it as `minVersion` to exclude older data.
    version: Option<i64>,
}

impl From<Verdict> for SeatVerdict {
    fn from(verdict: Verdict) -> Self {
        let Verdict { access, source, as_of, seat } = verdict;
        let AccessDecision { has_access, reason } = access;
        Self {
            has_access,
            reason,
            source,
            as_of: as_of.to_rfc3339_millis(),
            subscription_status: seat.as_ref().map(|seat| seat.subscription_status),
            expires_at: seat.as_ref().and_then(|seat| seat.expires_at).map(|end| end.to_string()),
            version: seat.as_ref().map(|seat| seat.version),
            seat_id: seat.map(|seat| seat.id),
        }
    }
}

impl Check {
    fn read(&self) -> Result<(Subject, Option<i64>), Problem> {
        let mut errors = Vec::new();
        let mut id = |field: &str, text: &str| match Id::parse(text) {
            Ok(id) => Some(id),
            Err(invalid) => {
                errors.push(FieldError::new(field, invalid.to_string()));
                None
            }
        };
        let user = id("userId", &self.user_id);
        let application = id("applicationSlug", &self.application_slug);
        let external_org = id("externalOrgId", &self.external_org_id);
        match (user, application, external_org) {
            (Some(user), Some(application), Some(external_org)) => {
                Ok((Subject { alias: Alias { application, external_org }, user }, self.min_version))
            }
            _ => Err(Problem::fields(errors)),
        }
    }
}

impl From<Unverifiable> for Problem {
    fn from(unverifiable: Unverifiable) -> Self {
        let detail = match unverifiable {
            Unverifiable::Db(_) => "The edge's database cannot be read and no usable cached data exists; try again.",
            _ => "The ERP does not respond and no usable cached data exists; try again.",
        };
        Self::new(Code::UpstreamUnavailable, detail).retry_after(1).because(unverifiable)
    }
}

impl AppState {
    async fn verify(
        &self,
        caller: &Caller,
        subject: &Subject,
        min_version: Option<i64>,
        timings: Option<&Timings>,
    ) -> Result<Verdict, Problem> {
        if !caller.speaks_for(subject.alias.application.as_str()) {
            return Err(Problem::new(Code::PermissionDenied, "The API key is not allowed to use this application."));
        }
        let mut asked = false;
        let verified = match self.verification.recall(subject, min_version).await {
            Ok(verdict) => Ok(verdict),
            Err(miss) => {
                // What is answered from the cache is not counted: counting it would cost more than answering it.
                // Boxed, as all that a hit does not do: else every hit moves the memory that only this needs.
                Box::pin(self.authenticator.count(caller, timings)).await?;
                if Box::pin(self.is_anothers(caller, &subject.alias)).await {
                    return Ok(self.no_organization());
                }
                asked = true;
                Box::pin(self.verification.ask_about(subject, min_version, miss)).await
            }
        };
        self.counters.count(match &verified {
            Ok(verdict) => [VERDICTS, verdict.source.as_str(), verdict.access.reason.as_str()],
            Err(_) => [VERDICTS, NO_VERDICT, Code::UpstreamUnavailable.as_str()],
        });
        let verdict = verified?;
        if caller.tenant.is_none() || Box::pin(self.is_of_own(caller, subject, &verdict)).await {
            return Ok(verdict);
        }
        if asked && verdict.seat.is_some() {
            // Without it the ERP is asked again.
            let _ = Box::pin(self.verification.invalidation().confirm(&subject.alias)).await;
        }
        Ok(self.no_organization())
    }

    /// Another tenant's organisation looks like one that does not exist, down to where the answer comes from.
    fn no_organization(&self) -> Verdict {
        let access = AccessDecision { has_access: false, reason: Reason::OrganizationNotFound };
        Verdict { access, seat: None, source: Source::Erp, as_of: self.clock.now() }
    }

    /// Whether `alias` is known to be another tenant's than the caller's.
    async fn is_anothers(&self, caller: &Caller, alias: &Alias) -> bool {
        match &caller.tenant {
            Some(own) => self.verification.invalidation().is_anothers(alias, own.as_str()).await,
            None => false,
        }
    }
    /// Whether a verdict is about the caller's own organisation.
    async fn is_of_own(&self, caller: &Caller, subject: &Subject, verdict: &Verdict) -> bool {
        match (&verdict.seat, verdict.access.reason) {
            (Some(seat), _) => caller.sees(&seat.organization) || self.is_bound_to_own(caller, &subject.alias).await,
            (None, Reason::SeatNotFound) => {
                let meant = self.verification.invalidation().organization_of(&subject.alias).await;
                meant.ok().flatten().is_some_and(|meant| caller.sees(&meant))
                    || self.is_bound_to_own(caller, &subject.alias).await
            }
            (None, _) => false,
        }
    }

    /// Whether the edge knows `alias` to be the caller's own, whatever the ERP calls its organisation.
    async fn is_bound_to_own(&self, caller: &Caller, alias: &Alias) -> bool {
        let bound = self.verification.invalidation().tenant_of(alias).await;
        bound.ok().flatten().is_some_and(|tenant| caller.sees(&tenant))
    }
}

/// Verify a seat
///
/// Checks whether a user has a seat. The result comes from the cache when the cached data is recent enough: see
/// `source` and `asOf`. A denial is also returned with status 200.
#[utoipa::path(
    post, path = "/verify-seat", tag = "Seats", security(("key" = ["seats:verify"])), request_body = Check,
    responses(
        (status = 200, description = "A grant or a denial.", body = SeatVerdict),
        (status = 503, description = "`UPSTREAM_UNAVAILABLE`: the seat's state cannot be determined.", body = ProblemBody),
    ),
)]
async fn verify_seat(
    State(state): State<AppState>,
    granted: Granted<SeatsVerify>,
    timings: Timings,
    Json(check): Json<Check>,
) -> Result<Response, Problem> {
    let (subject, min_version) = check.read()?;
    let verdict = state.verify(&granted.caller, &subject, min_version, Some(&timings)).await?;
    let part = match verdict.source {
        Source::Erp => "erp",
        Source::Cache | Source::Stale => "cache",
    };
    timings.lap(part, &*state.clock);
    let outcome = LogOutcome(verdict.access.reason.as_str());
    let mut response = Json(SeatVerdict::from(verdict)).into_response();
    response.extensions_mut().insert(outcome);
    Ok(response)
}

/// A batch of seat checks.
#[derive(Deserialize, ToSchema)]
struct Checks {
    /// The checks, at most 100.
    #[schema(value_type = Vec<Check>, max_items = 100)]
    requests: AtMost<serde_json::Value, LARGEST_BATCH>,
}

/// The results of a batch, in the order of the checks.
#[derive(Serialize, ToSchema)]
struct Answers {
    /// One result for each check.
    results: Vec<CheckAnswer>,
}

/// The result of one check of a batch.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum CheckAnswer {
    /// A grant or a denial.
    Verdict(SeatVerdict),
    /// The check could not be answered.
    Error {
        /// Why the check failed.
        error: ProblemBody,
    },
}

/// Verify several seats
///
/// Takes up to 100 checks and returns the results in the same order. A check that fails does not affect the others.
/// Identical checks are looked up once.
#[utoipa::path(
    post, path = "/verify-seats", tag = "Seats", security(("key" = ["seats:verify"])), request_body = Checks,
    responses((status = 200, description = "A result for each check.", body = Answers)),
)]
async fn verify_seats(
    State(state): State<AppState>,
    granted: Granted<SeatsVerify>,
    request_id: RequestId,
    Json(checks): Json<Checks>,
) -> Result<Json<Answers>, Problem> {
    let read = |check| edge_http::read_json::<Check>(&check).and_then(|check| check.read());
    let checks: Vec<_> = checks.requests.into_vec().into_iter().map(read).collect();
    let mut different: Vec<&(Subject, Option<i64>)> = Vec::new();
    let mut place = HashMap::new();
    for check in checks.iter().flatten() {
        place.entry(check).or_insert_with(|| {
            different.push(check);
            different.len().saturating_sub(1)
        });
    }
    let verify = |(subject, min_version): &(Subject, Option<i64>)| {
        let (state, caller) = (state.clone(), granted.caller.clone());
        let (subject, min_version) = (subject.clone(), *min_version);
        async move { state.verify(&caller, &subject, min_version, None).await }
    };
    let work: Vec<_> = different.into_iter().map(verify).collect();
    let verified: Vec<_> = futures::stream::iter(work).buffered(AT_ONCE).collect().await;
    let lost = || Err(Problem::new(Code::Internal, "The check was lost."));
    let answer = |check: &Result<_, Problem>| {
        let found = match check {
            Ok(check) => place.get(check).and_then(|place| verified.get(*place)).cloned().unwrap_or_else(lost),
            Err(problem) => Err(problem.clone()),
        };
        match found {
            Ok(verdict) => CheckAnswer::Verdict(verdict.into()),
            Err(problem) => CheckAnswer::Error { error: problem.body(request_id.as_str()) },
        }
    };
    Ok(Json(Answers { results: checks.iter().map(answer).collect() }))
}

/// The organisation whose cached seats are invalidated: either `organizationId`, or `applicationSlug` and
/// `externalOrgId`.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Forget {
    /// The organisation's id in the ERP.
    #[serde(default)]
    organization_id: Option<String>,
    /// The application's slug; required together with `externalOrgId`.
    #[serde(default)]
    application_slug: Option<String>,
    /// The organisation's id in the application; required together with `applicationSlug`.
    #[serde(default)]
    external_org_id: Option<String>,
}

/// The result of an invalidation: data cached before it is no longer served.
#[derive(Serialize, ToSchema)]
struct Invalidated {
    /// The organisation's fence number, which increases with every invalidation.
    fence: i64,
}

enum Named {
    Organization(Id),
    Alias(Alias),
}

impl Forget {
    fn read(&self) -> Result<Named, Problem> {
        let id =
            |field: &str, text: &str| Id::parse(text).map_err(|invalid| Problem::field(field, invalid.to_string()));
        match (&self.organization_id, &self.application_slug, &self.external_org_id) {
            (Some(organization), None, None) => Ok(Named::Organization(id("organizationId", organization)?)),
            (None, Some(application), Some(external_org)) => Ok(Named::Alias(Alias {
                application: id("applicationSlug", application)?,
                external_org: id("externalOrgId", external_org)?,
            })),
            (None, Some(_), None) => Err(Problem::field("externalOrgId", "is required with applicationSlug")),
            (None, None, Some(_)) => Err(Problem::field("applicationSlug", "is required with externalOrgId")),
            (None, None, None) => {
                Err(Problem::field("organizationId", "is required, or applicationSlug with externalOrgId"))
            }
            (Some(_), _, _) => {
                Err(Problem::field("organizationId", "must stand alone, without applicationSlug and externalOrgId"))
            }
        }
    }
}

/// Invalidate an organisation's seats
///
/// After the response, the next check of any user of the organisation asks the ERP, on every instance. The subscription
/// state reported by payment events is kept.
#[utoipa::path(
    post, path = "/api/v1/seats/invalidate", tag = "Seats", security(("key" = ["seats:write"])),
    request_body = Forget,
    responses(
        (status = 200, description = "The cached seats are invalidated.", body = Invalidated),
        (status = 404, description = "`ORGANIZATION_NOT_FOUND`: the organisation does not belong to the key's tenant.", body = ProblemBody),
    ),
)]
async fn invalidate(
    State(state): State<AppState>,
    granted: Granted<SeatsWrite>,
    Json(forget): Json<Forget>,
) -> Result<Json<Invalidated>, Problem> {
    let caller = granted.caller;
    let invalidation = state.verification.invalidation();
    let not_its_own = || Problem::new(Code::OrganizationNotFound, "There is no such organisation.");
    let raised = match forget.read()? {
        Named::Organization(organization) => {
            if !caller.sees(organization.as_str()) {
                return Err(not_its_own());
            }
            invalidation.forget(organization.as_str()).await
        }
        Named::Alias(alias) => {
            if !caller.speaks_for(alias.application.as_str()) {
                return Err(Problem::new(
                    Code::PermissionDenied,
                    "The API key is not allowed to use this application.",
                ));
            }
            if caller.tenant.is_some() {
                let meant = invalidation.organization_of(&alias).await?;
                let is_own = meant.is_some_and(|meant| caller.sees(&meant));
                if !is_own && !state.is_bound_to_own(&caller, &alias).await {
                    return Err(not_its_own());
                }
            }
            invalidation.forget_alias(&alias).await
        }
    };
    Ok(Json(Invalidated { fence: raised? }))
}

impl From<Unreachable> for Problem {
    fn from(unreachable: Unreachable) -> Self {
        match unreachable {
            Unreachable::Db(error) => error.into(),
            Unreachable::Cache(error) => {
                let detail = "The edge's cache cannot be reached; try again.";
                Self::new(Code::StoreUnavailable, detail).retry_after(1).because(error)
            }
        }
    }
}

#[cfg(test)]
mod tests;
