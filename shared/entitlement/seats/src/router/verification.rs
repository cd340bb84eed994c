//! `POST /verify-seat` and `POST /verify-seats`.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use edge_access::{Caller, Granted, SeatsVerify};
use edge_http::{Code, FieldError, Json, LogOutcome, Problem, ProblemBody, RequestId, Timings};
use edge_json::AtMost;
use futures::StreamExt as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AppState, NO_VERDICT, VERDICTS};
use crate::lifetime::Lifetime;
use crate::seat::SubscriptionStatus;
use crate::seat_access::{AccessDecision, Reason};
use crate::subject::{ExternalOrg, Id, Subject};
use crate::token;
use crate::verdict::{Source, Verdict};

/// The most checks in one request.
const MAX_BATCH: usize = 100;

/// The most checks of a batch that run at the same time: a batch of unknown users must not overload the ERP.
const MAX_CONCURRENT: usize = 16;

/// The user, application and organisation to check. Each id is 1 to 256 bytes of UTF-8 without control characters and
/// is compared byte for byte.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SeatCheck {
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
    /// Whether a grant has a token, which is verified without asking. By default it has none.
    #[serde(default)]
    token: bool,
    /// Whether the result has its lifetime: `now`, `freshUntil` and `staleUntil`, for a client that remembers it and
    /// follows the changes of seats. By default it has none.
    #[serde(default)]
    lifetime: bool,
}

/// A check as it was read.
#[derive(PartialEq, Eq, Hash)]
struct Check {
    subject: Subject,
    min_version: Option<i64>,
    token: bool,
    lifetime: bool,
}

/// A verdict, the token of a grant and the lifetime that were asked for.
#[derive(Clone)]
struct Verified {
    verdict: Verdict,
    token: Option<String>,
    lifetime: Option<Lifetime>,
}

/// The result of a seat check: a grant or a denial.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SeatVerdict {
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
    /// When the ERP or the record reported this state, RFC 3339.
    #[schema(example = "2024-01-15T10:00:00.120Z")]
    as_of: String,
    /// The version of the seat, which increases with every change. Pass it as `minVersion` to exclude older data.
    version: Option<i64>,
    /// A JWT that says the same (EdDSA), if it was asked for and access is granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    /// The time at which the edge answered, RFC 3339, if the lifetime was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2024-01-15T10:00:04.120Z")]
    now: Option<String>,
    /// Until when the result is fresh, if the lifetime was asked for. At most the end of access.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2024-01-15T10:00:10.120Z")]
    fresh_until: Option<String>,
    /// Until when the result may be used while the edge cannot be reached, if the lifetime was asked for. At most the end
    /// of access; for a denial, and where the result must not be remembered, not after `freshUntil`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2024-01-15T10:15:00.120Z")]
    stale_until: Option<String>,
}

impl From<Verified> for SeatVerdict {
    fn from(Verified { verdict, token, lifetime }: Verified) -> Self {
        let Verdict { access, source, as_of, seat, .. } = verdict;
        let AccessDecision { has_access, reason } = access;
        let lifetime = lifetime.as_ref();
        Self {
            has_access,
            reason,
            source,
            as_of: as_of.to_rfc3339_millis(),
            subscription_status: seat.as_ref().map(|seat| seat.subscription_status),
            expires_at: seat.as_ref().and_then(|seat| seat.expires_at).map(|end| end.to_string()),
            version: seat.as_ref().map(|seat| seat.version),
            seat_id: seat.map(|seat| seat.id),
            token,
            now: lifetime.map(|lifetime| lifetime.now.to_rfc3339_millis()),
            fresh_until: lifetime.map(|lifetime| lifetime.fresh_until.to_rfc3339_millis()),
            stale_until: lifetime.map(|lifetime| lifetime.stale_until.to_rfc3339_millis()),
        }
    }
}

impl SeatCheck {
    fn parse(&self) -> Result<Check, Problem> {
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
                let subject = Subject { org: ExternalOrg { application, id: external_org }, user };
                Ok(Check { subject, min_version: self.min_version, token: self.token, lifetime: self.lifetime })
            }
            _ => Err(Problem::fields(errors)),
        }
    }
}

impl AppState {
    async fn verify(&self, caller: &Caller, check: &Check, timings: Option<&Timings>) -> Result<Verified, Problem> {
        if check.token || check.lifetime {
            return Box::pin(self.verify_with_more(caller, check, timings)).await;
        }
        Ok(Verified { verdict: self.verdict(caller, check, timings).await?, token: None, lifetime: None })
    }

    /// The verdict, with what else was asked for: a token if it is a grant, and its lifetime.
    async fn verify_with_more(
        &self,
        caller: &Caller,
        check: &Check,
        timings: Option<&Timings>,
    ) -> Result<Verified, Problem> {
        let keys = if check.token { Some(self.tokens.keys().await?) } else { None };
        let verdict = self.verdict(caller, check, timings).await?;
        let (rule, now) = (self.verification.rule(), self.clock.now());
        let mut token = None;
        if let Some(keys) = keys {
            let claims = token::claims(&check.subject, &verdict, rule, now).await;
            token = claims.map(|claims| keys.sign(&claims)).transpose()?;
        }
        let lifetime = if check.lifetime { Some(Lifetime::of(&verdict, rule, now).await) } else { None };
        Ok(Verified { verdict, token, lifetime })
    }

    async fn verdict(&self, caller: &Caller, check: &Check, timings: Option<&Timings>) -> Result<Verdict, Problem> {
        let Check { subject, min_version, token, lifetime: _ } = check;
        let min_version = *min_version;
        if !caller.speaks_for(subject.org.application.as_str()) {
            return Err(Problem::new(Code::PermissionDenied, "The API key is not allowed to use this application."));
        }
        let mut is_from_erp = false;
        let verified = match self.verification.verify_cached(subject, min_version, *token).await {
            Ok(verdict) => Ok(verdict),
            Err(miss) => {
                // A hit is not counted: counting would cost more than answering. Boxed, as everything that a hit does
                // not run: else every hit moves the memory that only a miss needs.
                Box::pin(self.authenticator.count(caller, timings)).await?;
                if Box::pin(self.belongs_to_another(caller, &subject.org)).await {
                    return Ok(Box::pin(self.no_organization(subject)).await);
                }
                is_from_erp = true;
                Box::pin(self.verification.verify_with_erp(subject, min_version, miss)).await
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
        if is_from_erp && verdict.seat.is_some() {
            // If this fails, the ERP is asked again.
            let _ = Box::pin(self.verification.invalidation().confirm(&subject.org)).await;
        }
        Ok(Box::pin(self.no_organization(subject)).await)
    }

    /// The verdict for another tenant's organisation: the same as for one that does not exist, down to the source.
    async fn no_organization(&self, subject: &Subject) -> Verdict {
        let access = AccessDecision { has_access: false, reason: Reason::OrganizationNotFound };
        let (source, now) = (self.verification.source_of(&subject.org.application).await, self.clock.now());
        Verdict { access, seat: None, source, as_of: now, fresh_until: now, stale_until: now, is_fenced: false }
    }

    /// Whether `org` is known to belong to another tenant than the caller's.
    async fn belongs_to_another(&self, caller: &Caller, org: &ExternalOrg) -> bool {
        match &caller.tenant {
            Some(own) => self.verification.invalidation().belongs_to_another(org, own.as_str()).await,
            None => false,
        }
    }

    /// Whether a verdict is about the caller's own organisation.
    async fn is_of_own(&self, caller: &Caller, subject: &Subject, verdict: &Verdict) -> bool {
        match (&verdict.seat, verdict.access.reason) {
            (Some(seat), _) => caller.sees(&seat.organization) || self.is_bound_to_own(caller, &subject.org).await,
            (None, Reason::SeatNotFound) => {
                let organization = self.verification.invalidation().organization_of(&subject.org).await;
                organization.ok().flatten().is_some_and(|organization| caller.sees(&organization))
                    || self.is_bound_to_own(caller, &subject.org).await
            }
            (None, _) => false,
        }
    }
}

/// Verify a seat
///
/// Checks whether a user has a seat. The result comes from the cache when the cached data is recent enough: see
/// `source` and `asOf`. A denial is also returned with status 200.
#[utoipa::path(
    post, path = "/verify-seat", tag = "Seats", security(("key" = ["seats:verify"])), request_body = SeatCheck,
    responses(
        (status = 200, description = "A grant or a denial.", body = SeatVerdict),
        (status = 503, description = "`UPSTREAM_UNAVAILABLE`: the seat's state cannot be determined. `NOT_CONFIGURED`: \
            there is no key to sign the token with.", body = ProblemBody),
    ),
)]
pub(super) async fn verify_seat(
    State(state): State<AppState>,
    granted: Granted<SeatsVerify>,
    timings: Timings,
    Json(check): Json<SeatCheck>,
) -> Result<Response, Problem> {
    let check = check.parse()?;
    let verified = state.verify(&granted.caller, &check, Some(&timings)).await?;
    let part = match verified.verdict.source {
        Source::Erp => "erp",
        Source::Record => "record",
        Source::Cache | Source::Stale => "cache",
    };
    timings.lap(part, &*state.clock);
    let outcome = LogOutcome(verified.verdict.access.reason.as_str());
    let mut response = Json(SeatVerdict::from(verified)).into_response();
    response.extensions_mut().insert(outcome);
    Ok(response)
}

/// A batch of seat checks.
#[derive(Deserialize, ToSchema)]
pub(super) struct VerifySeatsRequest {
    /// The checks, at most 100.
    #[schema(value_type = Vec<SeatCheck>, max_items = 100)]
    requests: AtMost<serde_json::Value, MAX_BATCH>,
}

/// The results of a batch, in the order of the checks.
#[derive(Serialize, ToSchema)]
pub(super) struct VerifySeatsResponse {
    /// One result for each check.
    results: Vec<SeatCheckResult>,
}

/// The result of one check of a batch.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum SeatCheckResult {
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
    post, path = "/verify-seats", tag = "Seats", security(("key" = ["seats:verify"])), request_body = VerifySeatsRequest,
    responses((status = 200, description = "A result for each check.", body = VerifySeatsResponse)),
)]
pub(super) async fn verify_seats(
    State(state): State<AppState>,
    granted: Granted<SeatsVerify>,
    request_id: RequestId,
    Json(checks): Json<VerifySeatsRequest>,
) -> Result<Json<VerifySeatsResponse>, Problem> {
    let read = |check| edge_http::read_json::<SeatCheck>(&check).and_then(|check| check.parse());
    let checks: Vec<Result<Arc<Check>, Problem>> =
        checks.requests.into_vec().into_iter().map(|check| read(check).map(Arc::new)).collect();
    let mut distinct: Vec<&Arc<Check>> = Vec::new();
    let mut place = HashMap::new();
    for check in checks.iter().flatten() {
        place.entry(check).or_insert_with(|| {
            distinct.push(check);
            distinct.len().saturating_sub(1)
        });
    }
    let verify = |check: &Arc<Check>| {
        let (state, caller, check) = (state.clone(), granted.caller.clone(), check.clone());
        async move { state.verify(&caller, &check, None).await }
    };
    let work: Vec<_> = distinct.into_iter().map(verify).collect();
    let verified: Vec<_> = futures::stream::iter(work).buffered(MAX_CONCURRENT).collect().await;
    let lost = || Err(Problem::new(Code::Internal, "The check was lost."));
    let answer = |check: &Result<_, Problem>| {
        let found = match check {
            Ok(check) => place.get(check).and_then(|place| verified.get(*place)).cloned().unwrap_or_else(lost),
            Err(problem) => Err(problem.clone()),
        };
        match found {
            Ok(verified) => SeatCheckResult::Verdict(verified.into()),
            Err(problem) => SeatCheckResult::Error { error: problem.body(request_id.as_str()) },
        }
    };
    Ok(Json(VerifySeatsResponse { results: checks.iter().map(answer).collect() }))
}
