//! Approval requests over HTTP.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use edge_access::{AnyScope, BillingWrite, Caller, Scope};
use edge_audit::Actor;
use edge_capabilities::random;
use edge_database::Cursor;
use edge_http::{Code, Json, Listing, Page, Problem, ProblemBody, RequestId};
use edge_idempotency::Idempotent;
use edge_tenants::{Scoped, TenantHeader};
use http::{StatusCode, Uri};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::body::{BulkApproveRequest, CreateRequest, ProcessRequest, check_comment};
use super::model::{Approver, Request, Status, Verdict};
use super::response::RequestResponse;
use super::store::RequestFilter;
use crate::error::ApprovalError;
use crate::router::AppState;
use crate::validation::is_id;

/// The maximum number of requests in one bulk approval.
const MAX_BULK: usize = 100;
/// How many pending requests are read at once to find those that ask the caller, and for one page at most.
const SCANNED_AT_ONCE: u32 = 200;
const MAX_SCANNED: usize = 2_000;

/// Create an approval request
///
/// The rule `approval` decides who has to approve the purchase. The request follows this decision even if the rule is changed
/// later. If no approval is required, the request is approved at once; if the rule rejects the purchase, it is rejected at
/// once.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/approvals/requests", operation_id = "create_approval_request",
    tag = "Approvals",
    security(("key" = ["billing:write"])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = CreateRequest,
    responses((status = 201, description = "The approval request was created.", body = RequestResponse)),
)]
pub(crate) async fn create_request(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<BillingWrite>,
    request_id: RequestId,
    request: Idempotent<CreateRequest>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    state
        .idempotency
        .once(&scope, request, async |new| {
            let reference = format!("req_{}", random::hex::<12>(&*state.capabilities.random));
            let new = new.read(&tenant.id, reference, &caller, &request_id)?;
            let request = state.service.submit(&new).await?;
            state.audit_request("approval.requested", &request, &actor).await;
            Ok((StatusCode::CREATED, RequestResponse::new(request, state.now())))
        })
        .await
}

/// The filters of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RequestListQuery {
    /// Only requests with this status: `pending`, `approved`, `rejected`, `used` or `expired`.
    status: Option<String>,
    /// Only requests of this kind.
    kind: Option<String>,
    /// Only requests of this person.
    requester: Option<String>,
    /// `me`: only pending requests that the caller can approve or reject now. A page may then have fewer entries than `limit`,
    /// or none, although another follows.
    waits_for: Option<String>,
}

/// List approval requests
///
/// With `waits_for=me`, this requires no scope.
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/approvals/requests", operation_id = "list_approval_requests",
    tag = "Approvals",
    security(("key" = ["billing:read"])),
    params(
        Page,
        RequestListQuery,
        TenantHeader,
    ),
    responses((
        status = 200,
        description = "A page of approval requests, newest first.",
        body = Listing<RequestResponse>,
    )),
)]
pub(crate) async fn list_requests(
    State(state): State<AppState>,
    Scoped { tenant, caller, .. }: Scoped<AnyScope>,
    page: Page,
    uri: Uri,
) -> Result<Json<Listing<RequestResponse>>, Problem> {
    let unreadable = |_| Problem::field("query", "cannot be read");
    let Query(query) = Query::<RequestListQuery>::try_from_uri(&uri).map_err(unreadable)?;
    let unknown = || Problem::field("status", "must be pending, approved, rejected, used or expired");
    let status = query.status.map(|status| Status::parse(&status).ok_or_else(unknown)).transpose()?;
    let filter = RequestFilter { status, kind: query.kind, requester: query.requester };
    match query.waits_for.as_deref() {
        None if caller.may(Scope::BillingRead) => {}
        None => {
            let detail = "The credential does not have the scope billing:read.";
            return Err(Problem::new(Code::PermissionDenied, detail));
        }
        Some("me") => return state.requests_that_wait(&tenant.id, &caller, filter, &page).await.map(Json),
        Some(_) => return Err(Problem::field("waits_for", "must be `me`, or left out")),
    }
    let (cursor, now) = (page.cursor(is_id)?, state.now());
    let requests = state.service.requests().list(&tenant.id, filter, now, cursor, page.rows()).await?;
    Ok(Json(page.listing(requests, position, |request| RequestResponse::new(request, now))))
}

fn position(request: &Request) -> Cursor {
    Cursor::new(request.created_at, request.id.as_str())
}

/// Get an approval request
///
/// The requester and the people whom a level of the request asks can get it without `billing:read`.
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/approvals/requests/{request_id}", operation_id = "get_approval_request",
    tag = "Approvals",
    security(("key" = ["billing:read"])),
    params(
        ("request_id" = String, Path, description = "The request's id."),
        TenantHeader,
    ),
    responses(
        (status = 200, description = "The request, with its approvals and rejections.", body = RequestResponse),
        (status = 404, description = "`APPROVAL_REQUEST_NOT_FOUND`: the tenant has no such request."),
    ),
)]
pub(crate) async fn get_request(
    State(state): State<AppState>,
    Scoped { tenant, caller, .. }: Scoped<AnyScope>,
    Path(id): Path<String>,
) -> Result<Json<RequestResponse>, Problem> {
    let request = state.find_request(&tenant.id, &id).await?;
    if !caller.may(Scope::BillingRead) {
        let approver = state.service.people().approver(&tenant.id, &caller, state.now()).await?;
        if !request.ever_asks(&approver) && approver.person != request.requester {
            return Err(ApprovalError::RequestNotFound.into());
        }
    }
    Ok(Json(RequestResponse::new(request, state.now())))
}

/// Approve or reject a request
///
/// Requires no scope, but the present level of the request must ask the caller: by name, by role, or as the delegate of a
/// person whom it asks. Nobody can approve or reject their own request, and nobody is counted twice.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/approvals/requests/{request_id}/process", operation_id = "process_approval_request",
    tag = "Approvals",
    security(("key" = [])),
    params(
        ("request_id" = String, Path, description = "The request's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = ProcessRequest,
    responses(
        (status = 200, description = "The approval or rejection was counted.", body = RequestResponse),
        (
            status = 403,
            description = "`OWN_REQUEST`; `NOT_AN_APPROVER`: the present level does not ask the caller.",
        ),
        (status = 404, description = "`APPROVAL_REQUEST_NOT_FOUND`: the tenant has no such request."),
        (
            status = 409,
            description = "`ALREADY_COUNTED`; `REQUEST_CLOSED`: the request is approved, rejected, used or expired.",
        ),
    ),
)]
pub(crate) async fn process_request(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<AnyScope>,
    Path(id): Path<String>,
    request: Idempotent<ProcessRequest>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    state
        .idempotency
        .once(&scope, request, async |body| {
            check_comment(body.comment.as_deref())?;
            state.find_request(&tenant.id, &id).await?;
            let approver = state.service.people().approver(&tenant.id, &caller, state.now()).await?;
            let comment = body.comment.as_deref();
            let request = state.process(&tenant.id, &id, &approver, body.action, comment, &actor).await?;
            Ok((StatusCode::OK, RequestResponse::new(request, state.now())))
        })
        .await
}

/// The results of a bulk approval.
#[derive(Serialize, ToSchema)]
#[schema(as = BulkApproveResponse)]
pub(crate) struct BulkApproveResponse {
    /// The result for each request, in the order of `request_ids`.
    results: Vec<BulkApproveResult>,
}

/// The result for one request.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = BulkApproveResult)]
enum BulkApproveResult {
    /// The approval was counted.
    Counted {
        request_id: String,
        /// The request after the approval.
        request: Box<RequestResponse>,
    },
    /// The approval was refused.
    Error {
        request_id: String,
        /// The reason.
        error: Box<ProblemBody>,
    },
}

/// Approve several requests
///
/// Each request is approved independently: an error for one does not affect the others.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/approvals/requests/bulk-approve", operation_id = "approve_requests",
    tag = "Approvals",
    security(("key" = [])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = BulkApproveRequest,
    responses((status = 200, description = "The result for each request.", body = BulkApproveResponse)),
)]
pub(crate) async fn bulk_approve(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<AnyScope>,
    request_id: RequestId,
    request: Idempotent<BulkApproveRequest>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    state
        .idempotency
        .once(&scope, request, async |body| {
            check_comment(body.comment.as_deref())?;
            if !(1..=MAX_BULK).contains(&body.request_ids.len()) {
                return Err(Problem::field("request_ids", "must be 1 to 100 ids"));
            }
            let approver = state.service.people().approver(&tenant.id, &caller, state.now()).await?;
            let mut results = Vec::new();
            for id in body.request_ids {
                let comment = body.comment.as_deref();
                let processed = state.process(&tenant.id, &id, &approver, Verdict::Approve, comment, &actor).await;
                results.push(match processed {
                    Ok(request) => BulkApproveResult::Counted {
                        request_id: id,
                        request: Box::new(RequestResponse::new(request, state.now())),
                    },
                    Err(problem) => {
                        BulkApproveResult::Error { request_id: id, error: Box::new(problem.body(request_id.as_str())) }
                    }
                });
            }
            Ok((StatusCode::OK, BulkApproveResponse { results }))
        })
        .await
}

impl AppState {
    /// A page of the pending requests that `caller` can approve or reject now.
    async fn requests_that_wait(
        &self,
        tenant: &str,
        caller: &Caller,
        filter: RequestFilter,
        page: &Page,
    ) -> Result<Listing<RequestResponse>, Problem> {
        let now = self.now();
        if filter.status.is_some_and(|status| status != Status::Pending) {
            return Ok(Listing { data: Vec::new(), next_cursor: None });
        }
        let filter = RequestFilter { status: Some(Status::Pending), ..filter };
        let approver = self.service.people().approver(tenant, caller, now).await?;
        let wanted = usize::try_from(page.rows()).unwrap_or(usize::MAX);
        let mut cursor = page.cursor(is_id)?;
        let (mut found, mut scanned) = (Vec::new(), 0_usize);
        loop {
            let some =
                self.service.requests().list(tenant, filter.clone(), now, cursor.take(), SCANNED_AT_ONCE).await?;
            let is_last = some.len() < usize::try_from(SCANNED_AT_ONCE).unwrap_or(usize::MAX);
            scanned = scanned.saturating_add(some.len());
            let next = some.last().map(position);
            found.extend(self.service.those_that_ask(tenant, some, &approver, now).await?);
            if found.len() >= wanted || is_last {
                return Ok(page.listing(found, position, |request| RequestResponse::new(request, now)));
            }
            if scanned >= MAX_SCANNED {
                let data = found.into_iter().map(|request| RequestResponse::new(request, now)).collect();
                return Ok(Listing { data, next_cursor: next.map(|next| next.to_string()) });
            }
            cursor = next;
        }
    }

    async fn find_request(&self, tenant: &str, id: &str) -> Result<Request, Problem> {
        let found = if is_id(id) { self.service.requests().find(tenant, id).await? } else { None };
        found.ok_or_else(|| ApprovalError::RequestNotFound.into())
    }

    async fn process(
        &self,
        tenant: &str,
        id: &str,
        approver: &Approver,
        verdict: Verdict,
        comment: Option<&str>,
        actor: &Actor,
    ) -> Result<Request, Problem> {
        self.find_request(tenant, id).await?;
        let request = self.service.process(tenant, id, approver, verdict, comment).await?;
        let action = match verdict {
            Verdict::Approve => "approval.approved",
            Verdict::Reject => "approval.rejected",
        };
        self.audit_request(action, &request, actor).await;
        Ok(request)
    }

    /// Adds an entry about `request` to the tenant's audit log. The request itself keeps all actions.
    async fn audit_request(&self, action: &str, request: &Request, actor: &Actor) {
        let last = request.actions.last();
        let detail = json!({
            "request_id": request.id, "status": request.status(self.now()), "rule_version": request.decision.version,
            "decision_id": request.decision.decision_id,
            "on_behalf_of": last.and_then(|last| last.on_behalf_of.as_ref()),
            "level": last.map(|last| last.level.saturating_add(1)),
        });
        self.add_audit_entry(&request.tenant, action, &detail, actor).await;
    }
}
