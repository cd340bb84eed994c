//! Approval requests over HTTP.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use edge_access::{AnyScope, BillingRead, BillingWrite, Caller, Scope};
use edge_audit::Actor;
use edge_capabilities::{Timestamp, random};
use edge_database::Cursor;
use edge_http::{FieldError, Json, Listing, Page, Problem, ProblemBody, RequestId};
use edge_idempotency::Idempotent;
use edge_money::{Currency, DecimalAmount, Digits};
use edge_tenants::{Scoped, TenantHeader};
use http::{StatusCode, Uri};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::level::Level;
use super::model::{Action, Approver, DecisionRef, Purchase, Request, Status, Verdict};
use super::store::RequestFilter;
use crate::error::ApprovalError;
use crate::router::AppState;
use crate::service::NewApprovalRequest;
use crate::validation::{INVALID_TEXT, is_valid_id, is_valid_text, read_amount};

/// The maximum number of requests in one bulk approval.
const MAX_BULK: usize = 100;

/// The maximum length of a description or a comment, in bytes.
const MAX_TEXT_LEN: usize = 2048;

/// A purchase to approve.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = CreateApprovalRequest)]
pub(crate) struct CreateRequest {
    /// The kind of purchase: 1 to 256 bytes. Default: `checkout`.
    #[serde(default)]
    kind: Option<String>,
    /// The price, in `currency`.
    #[schema(value_type = f64)]
    amount: Digits,
    /// The ISO 4217 code of the currency.
    currency: String,
    /// The plan that is bought.
    #[serde(default)]
    plan_id: Option<String>,
    /// The department that pays.
    #[serde(default)]
    department_id: Option<String>,
    /// The contract that covers the purchase.
    #[serde(default)]
    contract_id: Option<String>,
    /// A description for the approvers: at most 2,048 bytes.
    #[serde(default)]
    description: Option<String>,
}

impl CreateRequest {
    /// Validates the request of `caller`; gives what to submit with this reference.
    fn read(
        self,
        tenant: &str,
        reference: String,
        caller: &Caller,
        request_id: &RequestId,
    ) -> Result<NewApprovalRequest, Problem> {
        let mut errors = Vec::new();
        let kind = self.kind.unwrap_or_else(|| "checkout".to_owned());
        let texts = [
            ("kind", Some(&kind)),
            ("plan_id", self.plan_id.as_ref()),
            ("department_id", self.department_id.as_ref()),
            ("contract_id", self.contract_id.as_ref()),
        ];
        for (field, text) in texts {
            if text.is_some_and(|text| !is_valid_text(text)) {
                errors.push(FieldError::new(field, INVALID_TEXT));
            }
        }
        if self.description.as_ref().is_some_and(|text| text.len() > MAX_TEXT_LEN) {
            errors.push(FieldError::new("description", "must be at most 2,048 bytes"));
        }
        let currency = Currency::parse(&self.currency);
        if let Err(invalid) = currency {
            errors.push(FieldError::new("currency", invalid.to_string()));
        }
        let minor = currency.map(|currency| read_amount(&self.amount, currency)).unwrap_or(Ok(0));
        if let Err(message) = &minor {
            errors.push(FieldError::new("amount", message));
        }
        let (Ok(currency), Ok(minor), true) = (currency, minor, errors.is_empty()) else {
            return Err(Problem::fields(errors));
        };
        Ok(NewApprovalRequest {
            tenant: tenant.to_owned(),
            reference,
            purchase: Purchase { kind, minor, currency: currency.as_str().to_owned(), plan: self.plan_id },
            department: self.department_id,
            contract: self.contract_id,
            description: self.description,
            requester: caller.id.to_string(),
            role: caller.role().to_owned(),
            request_id: request_id.as_str().to_owned(),
        })
    }
}

/// An approval or a rejection.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = ProcessApprovalRequest)]
pub(crate) struct ProcessRequest {
    /// `approve` or `reject`.
    action: Verdict,
    /// A comment for display: at most 2,048 bytes.
    #[serde(default)]
    comment: Option<String>,
}

/// The requests to approve.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = BulkApproveRequest)]
pub(crate) struct BulkApproveRequest {
    /// The ids of 1 to 100 requests.
    request_ids: Vec<String>,
    /// A comment for display, on each request: at most 2,048 bytes.
    #[serde(default)]
    comment: Option<String>,
}

fn check_comment(comment: Option<&str>) -> Result<(), Problem> {
    if comment.is_some_and(|comment| comment.len() > MAX_TEXT_LEN) {
        return Err(Problem::field("comment", "must be at most 2,048 bytes"));
    }
    Ok(())
}

/// An approval request.
#[derive(Serialize, ToSchema)]
#[schema(as = ApprovalRequest)]
pub(crate) struct RequestResponse {
    id: String,
    tenant_id: String,
    status: Status,
    kind: String,
    #[schema(value_type = f64)]
    amount: Option<DecimalAmount>,
    currency: String,
    plan_id: Option<String>,
    department_id: Option<String>,
    contract_id: Option<String>,
    description: Option<String>,
    /// The person who requested the approval.
    requester: String,
    /// The decision of the rule `approval`. The request follows it even if the rule is changed later.
    rule: DecisionRef,
    /// The levels, in the order in which they are asked.
    levels: Vec<LevelResponse>,
    /// The number of the level that is asked now, from 1; null: the request is not pending.
    current_level: Option<usize>,
    /// The approvals and rejections, oldest first.
    actions: Vec<ActionResponse>,
    /// The reference of the purchase that the request was used for; null: it was not used.
    used_for: Option<String>,
    /// Warnings from when the request was created: levels for which too few people were known.
    warnings: Vec<String>,
    created_at: String,
    /// Until when a pending request can be approved, and an approved one used (RFC 3339).
    expires_at: String,
}

/// People who approve, before the next level is asked.
#[derive(Serialize, ToSchema)]
#[schema(as = ApprovalRequestLevel)]
struct LevelResponse {
    /// Who may approve: `role:<role>`, `user:<sub>` or `key:<id>`.
    approvers: Vec<String>,
    /// The number of approvals that the level needs.
    quorum: u32,
    /// The number of approvals so far.
    approvals: u32,
    /// Who may approve as well after `escalates_at`.
    escalate_to: Vec<String>,
    /// When the level escalates (RFC 3339); null: never, or the level was not reached yet.
    escalates_at: Option<String>,
}

/// An approval or rejection that counted.
#[derive(Serialize, ToSchema)]
#[schema(as = ApprovalAction)]
struct ActionResponse {
    /// The person who acted.
    person: String,
    /// The person on whose behalf they acted; null: on their own.
    on_behalf_of: Option<String>,
    action: Verdict,
    /// The number of the level, from 1.
    level: usize,
    comment: Option<String>,
    at: String,
}

impl RequestResponse {
    fn new(request: Request, now: Timestamp) -> Self {
        let (status, done) = (request.status(now), request.levels_done());
        let level = |(index, level): (usize, &Level)| LevelResponse {
            approvals: request.approvals(index),
            escalates_at: (index <= done)
                .then(|| level.escalates_at(request.reached(index)))
                .flatten()
                .map(Timestamp::to_rfc3339_millis),
            approvers: level.approvers.clone(),
            quorum: level.quorum,
            escalate_to: level.escalates_to.clone(),
        };
        let action = |action: &Action| ActionResponse {
            person: action.person.clone(),
            on_behalf_of: action.on_behalf_of.clone(),
            action: action.verdict,
            level: action.level.saturating_add(1),
            comment: action.comment.clone(),
            at: action.at.to_rfc3339_millis(),
        };
        Self {
            levels: request.levels.iter().enumerate().map(level).collect(),
            actions: request.actions.iter().map(action).collect(),
            current_level: (status == Status::Pending).then(|| done.saturating_add(1)),
            amount: request.purchase.amount().map(DecimalAmount),
            created_at: request.created_at.to_rfc3339_millis(),
            expires_at: request.expires_at.to_rfc3339_millis(),
            status,
            id: request.id,
            tenant_id: request.tenant,
            kind: request.purchase.kind,
            currency: request.purchase.currency,
            plan_id: request.purchase.plan,
            department_id: request.department,
            contract_id: request.contract,
            description: request.description,
            requester: request.requester,
            rule: request.decision,
            used_for: request.used_for,
            warnings: request.warnings,
        }
    }
}

/// Create an approval request
///
/// The rule `approval` decides who has to approve the purchase. The request follows this decision even if the rule is changed
/// later. If no approval is required, the request is approved at once; if the rule rejects the purchase, it is rejected at
/// once.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/approvals/requests", tag = "Approvals",
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
}

/// List approval requests
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/approvals/requests", tag = "Approvals",
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
    Scoped { tenant, .. }: Scoped<BillingRead>,
    page: Page,
    uri: Uri,
) -> Result<Json<Listing<RequestResponse>>, Problem> {
    let unreadable = |_| Problem::field("query", "cannot be read");
    let Query(query) = Query::<RequestListQuery>::try_from_uri(&uri).map_err(unreadable)?;
    let unknown = || Problem::field("status", "must be pending, approved, rejected, used or expired");
    let status = query.status.map(|status| Status::parse(&status).ok_or_else(unknown)).transpose()?;
    let filter = RequestFilter { status, kind: query.kind, requester: query.requester };
    let (cursor, now) = (page.cursor(is_valid_id)?, state.now());
    let requests = state.service.requests().list(&tenant.id, filter, now, cursor, page.rows()).await?;
    let position = |request: &Request| Cursor::new(request.created_at, request.id.as_str());
    Ok(Json(page.listing(requests, position, |request| RequestResponse::new(request, now))))
}

/// Get an approval request
///
/// The requester and the people whom a level of the request asks can get it without `billing:read`.
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/approvals/requests/{request_id}", tag = "Approvals",
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
    post, path = "/api/v1/enterprise-billing/approvals/requests/{request_id}/process", tag = "Approvals",
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
    post, path = "/api/v1/enterprise-billing/approvals/requests/bulk-approve", tag = "Approvals",
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
    async fn find_request(&self, tenant: &str, id: &str) -> Result<Request, Problem> {
        let found = if is_valid_id(id) { self.service.requests().find(tenant, id).await? } else { None };
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
