//! Asking, answering and looking on.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use edge_access::{AnyScope, BillingRead, BillingWrite, Scope};
use edge_audit::Actor;
use edge_capabilities::random;
use edge_http::{Json, Listing, Page, Problem, ProblemBody, RequestId};
use edge_idempotency::Idempotent;
use edge_tenants::{Scoped, TenantHeader};
use http::{StatusCode, Uri};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::fields::{Bulk, NewRequest, Said, check_comment};
use super::shown::Shown;
use super::{AppState, is_valid};
use crate::asking::{ApprovalError, Submission};
use crate::request::{Request, Status, Verdict, Voter};
use crate::requests::{Cursor, Filter};

/// How many may be approved at once.
const MAX_COUNT: usize = 100;

/// Ask people about a purchase
///
/// The rule `approval` says who is asked; the version that did is kept, and the request goes by it whatever becomes of the
/// rule. Where nobody has to be asked the request is approved at once, and where the rule rejects it, rejected.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/approvals/requests", tag = "Approvals",
    security(("key" = ["billing:write"])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = NewRequest,
    responses((status = 201, description = "Asked.", body = Shown)),
)]
pub(super) async fn create(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<BillingWrite>,
    request_id: RequestId,
    request: Idempotent<NewRequest>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    state
        .idempotency
        .once(&scope, request, async |new| {
            let wanted = new.read()?;
            let asked = Submission {
                tenant: tenant.id.clone(),
                reference: format!("req_{}", random::hex::<12>(&*state.capabilities.random)),
                purchase: wanted.purchase,
                department: wanted.department,
                contract: wanted.contract,
                description: wanted.description,
                requester: caller.id.to_string(),
                role: caller.role().to_owned(),
                request_id: request_id.as_str().to_owned(),
            };
            let request = state.asking.ask(&asked).await?;
            state.tell("approval.requested", &request, &actor).await;
            Ok((StatusCode::CREATED, Shown::new(request, state.now())))
        })
        .await
}

/// Which requests.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// `pending`, `approved`, `rejected`, `used`, `expired`.
    status: Option<String>,
    /// Of this kind.
    kind: Option<String>,
    /// Of this person's.
    requester: Option<String>,
}

/// List approval requests
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/approvals/requests", tag = "Approvals",
    security(("key" = ["billing:read"])),
    params(
        Page,
        Wanted,
        TenantHeader,
    ),
    responses((status = 200, description = "A page of them, newest first.", body = Listing<Shown>)),
)]
pub(super) async fn list(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<BillingRead>,
    page: Page,
    uri: Uri,
) -> Result<Json<Listing<Shown>>, Problem> {
    let unreadable = |_| Problem::field("query", "cannot be read");
    let Query(wanted) = Query::<Wanted>::try_from_uri(&uri).map_err(unreadable)?;
    let status = match wanted.status.as_deref().map(Status::parse) {
        None => None,
        Some(Some(status)) => Some(status),
        Some(None) => {
            return Err(Problem::field("status", "must be pending, approved, rejected, used or expired"));
        }
    };
    let filter = Filter { status, kind: wanted.kind, requester: wanted.requester };
    let behind = page.cursor(is_valid)?.map(|cursor| Cursor { created_at: cursor.at, id: cursor.id });
    let now = state.now();
    let limit = page.limit.saturating_add(1);
    let found = state.asking.requests().list(&tenant.id, &filter, now, behind, limit).await?;
    let shown = found.into_iter().map(|request| Shown::new(request, now)).collect();
    Ok(Json(Listing::from_one_more(shown, &page, |shown: &Shown| shown.cursor.clone())))
}

/// Look at an approval request
///
/// Also whoever it asks may, whatever scopes they have.
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/approvals/requests/{request_id}", tag = "Approvals",
    security(("key" = ["billing:read"])),
    params(
        ("request_id" = String, Path, description = "The request's id."),
        TenantHeader,
    ),
    responses(
        (status = 200, description = "The request, and what people said to it.", body = Shown),
        (status = 404, description = "`APPROVAL_REQUEST_NOT_FOUND`: there is none, or it is another tenant's."),
    ),
)]
pub(super) async fn show(
    State(state): State<AppState>,
    Scoped { tenant, caller, .. }: Scoped<AnyScope>,
    Path(id): Path<String>,
) -> Result<Json<Shown>, Problem> {
    let request = state.find(&tenant.id, &id).await?;
    if !caller.may(Scope::BillingRead) {
        let voter = state.asking.people().voter(&tenant.id, &caller, state.now()).await?;
        if !request.ever_asks(&voter) && voter.person != request.requester {
            return Err(ApprovalError::Unknown.into());
        }
    }
    Ok(Json(Shown::new(request, state.now())))
}

/// Approve or reject
///
/// Whoever the level asks that is its turn, whatever scopes they have: by name, by a role, or in the place of somebody who
/// delegated to them. Nobody answers their own request, and nobody is counted twice.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/approvals/requests/{request_id}/process", tag = "Approvals",
    security(("key" = [])),
    params(
        ("request_id" = String, Path, description = "The request's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = Said,
    responses(
        (status = 200, description = "Counted.", body = Shown),
        (status = 403, description = "`OWN_REQUEST`; `NOT_AN_APPROVER`: it does not ask the caller now."),
        (status = 404, description = "`APPROVAL_REQUEST_NOT_FOUND`."),
        (status = 409, description = "`ALREADY_COUNTED`; `REQUEST_CLOSED`: approved, rejected, used or expired."),
    ),
)]
pub(super) async fn process(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<AnyScope>,
    Path(id): Path<String>,
    request: Idempotent<Said>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    state
        .idempotency
        .once(&scope, request, async |said| {
            check_comment(said.comment.as_deref())?;
            state.find(&tenant.id, &id).await?;
            let voter = state.asking.people().voter(&tenant.id, &caller, state.now()).await?;
            let comment = said.comment.as_deref();
            let request = state.count(&tenant.id, &id, &voter, said.action, comment, &actor).await?;
            Ok((StatusCode::OK, Shown::new(request, state.now())))
        })
        .await
}

/// What became of many.
#[derive(Serialize, ToSchema)]
#[schema(as = BulkApprovalOutcomes)]
pub(super) struct Outcomes {
    /// One for each, in their order.
    results: Vec<Outcome>,
}

/// What became of one of many.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = BulkApprovalOutcome)]
enum Outcome {
    /// It was counted.
    Counted {
        request_id: String,
        /// The request as it is now.
        request: Box<Shown>,
    },
    /// It was not.
    Error {
        request_id: String,
        /// Why.
        error: Box<ProblemBody>,
    },
}

/// Approve many
///
/// Each by itself: that one is refused is nothing to the others.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/approvals/requests/bulk-approve", tag = "Approvals",
    security(("key" = [])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = Bulk,
    responses((status = 200, description = "What became of each.", body = Outcomes)),
)]
pub(super) async fn bulk_approve(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<AnyScope>,
    request_id: RequestId,
    request: Idempotent<Bulk>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    state
        .idempotency
        .once(&scope, request, async |bulk| {
            check_comment(bulk.comment.as_deref())?;
            if !(1..=MAX_COUNT).contains(&bulk.request_ids.len()) {
                return Err(Problem::field("request_ids", "must be 1 to 100"));
            }
            let voter = state.asking.people().voter(&tenant.id, &caller, state.now()).await?;
            let mut results = Vec::new();
            for id in bulk.request_ids {
                let comment = bulk.comment.as_deref();
                let counted = state.count(&tenant.id, &id, &voter, Verdict::Approve, comment, &actor).await;
                results.push(match counted {
                    Ok(request) => {
                        Outcome::Counted { request_id: id, request: Box::new(Shown::new(request, state.now())) }
                    }
                    Err(problem) => {
                        Outcome::Error { request_id: id, error: Box::new(problem.body(request_id.as_str())) }
                    }
                });
            }
            Ok((StatusCode::OK, Outcomes { results }))
        })
        .await
}

impl AppState {
    async fn find(&self, tenant: &str, id: &str) -> Result<Request, Problem> {
        let is_valid = id.len() <= 64 && !id.chars().any(char::is_control);
        let found = if is_valid { self.asking.requests().find(tenant, id).await? } else { None };
        found.ok_or_else(|| ApprovalError::Unknown.into())
    }

    async fn count(
        &self,
        tenant: &str,
        id: &str,
        voter: &Voter,
        verdict: Verdict,
        comment: Option<&str>,
        author: &Actor,
    ) -> Result<Request, Problem> {
        self.find(tenant, id).await?;
        let request = self.asking.process(tenant, id, voter, verdict, comment).await?;
        let action = match verdict {
            Verdict::Approve => "approval.approved",
            Verdict::Reject => "approval.rejected",
        };
        self.tell(action, &request, author).await;
        Ok(request)
    }

    /// Tells the tenant's audit. Should it fail: the request itself has all that people said, which was stored with it.
    async fn tell(&self, action: &str, request: &Request, author: &Actor) {
        let last = request.actions.last();
        let detail = json!({
            "request_id": request.id, "status": request.status(self.now()), "rule_version": request.ruled.version,
            "decision_id": request.ruled.decision_id, "on_behalf_of": last.and_then(|last| last.on_behalf_of.as_ref()),
            "level": last.map(|last| last.level.saturating_add(1)),
        });
        self.deed(&request.tenant, action, &detail, author).await;
    }
}
