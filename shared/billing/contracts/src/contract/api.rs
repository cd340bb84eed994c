//! Contracts over HTTP.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use edge_access::{Caller, EnterpriseRead, EnterpriseWrite};
use edge_approvals::Request;
use edge_capabilities::random;
use edge_database::Cursor;
use edge_http::{Code, FieldError, Json, Listing, Page, Problem, RequestId, Text};
use edge_idempotency::Idempotent;
use edge_tenants::{Scoped, Tenant, TenantHeader};
use http::header::{ETAG, IF_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model::{Contract, ContractStatus};
use super::request::ContractFields;
use super::response::ContractResponse;
use super::store::ContractFilter;
use crate::approval::Asker;
use crate::error::ContractError;
use crate::router::AppState;
use crate::signing::Asked;
use crate::timeline::{EDGE, EventKind};

/// Whether a text can be an id of a contract.
pub(crate) fn is_id(text: &str) -> bool {
    Text::<64>::accepts(text)
}

/// `caller`, who asks for something that may have to be approved.
pub(crate) fn asker(caller: &Caller, request_id: &RequestId) -> Asker {
    Asker { id: caller.id.to_string(), role: caller.role().to_owned(), http_request: request_id.as_str().to_owned() }
}

/// Something that people have to approve first.
#[derive(Serialize, ToSchema)]
#[schema(as = ContractPendingApproval)]
pub(crate) struct PendingApproval {
    /// `pending_approval`.
    status: &'static str,
    /// Once it is approved, the contract goes on by itself.
    approval_request_id: String,
    /// Who is asked, in this order.
    levels: Vec<ApprovalLevel>,
    /// Levels for which too few people are known who could approve; absent where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
    /// The contract.
    contract: ContractResponse,
}

/// People who approve, before the next level is asked.
#[derive(Serialize, ToSchema)]
#[schema(as = ContractApprovalLevel)]
struct ApprovalLevel {
    /// Who may approve: `role:finance_manager`.
    approvers: Vec<String>,
    /// How many of them must approve.
    quorum: u32,
}

impl PendingApproval {
    fn new(request: Request, contract: ContractResponse) -> Self {
        let levels = request.levels.into_iter();
        let level = |level: edge_approvals::Level| ApprovalLevel { approvers: level.approvers, quorum: level.quorum };
        Self {
            status: "pending_approval",
            approval_request_id: request.id,
            levels: levels.map(level).collect(),
            warnings: request.warnings,
            contract,
        }
    }
}

/// The answer of a call that may need approval.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    Done(Box<ContractResponse>),
    Waits(Box<PendingApproval>),
}

/// Create a contract
///
/// The contract is a `draft`: it can be edited, charges nothing and has no number until it is activated. Amounts are in its
/// currency. A recurring line is charged in advance, on the first day of each cycle; a last cycle that the term cuts short costs
/// its share of days.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/contracts", tag = "Contracts", security(("key" = ["enterprise:write"])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = ContractFields,
    responses((status = 201, description = "The contract was created.", body = ContractResponse)),
)]
pub(crate) async fn create_contract(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<EnterpriseWrite>,
    request: Idempotent<ContractFields>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    let work = async |new: ContractFields| {
        let mut errors = new.missing();
        let mut contract = state.draft(&tenant);
        errors.extend(new.apply(&mut contract));
        refuse(errors)?;
        state.service.check_entity(&tenant, &contract.entity_id).await?;
        let contract = state.service.create(&tenant, contract, &actor).await?;
        Ok((StatusCode::CREATED, state.response(&tenant, &contract)?))
    };
    state.idempotency.once(&scope, request, work).await
}

fn refuse(errors: Vec<FieldError>) -> Result<(), Problem> {
    if errors.is_empty() { Ok(()) } else { Err(Problem::fields(errors)) }
}

/// The filters of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ContractListQuery {
    /// Only contracts with this status.
    #[param(inline)]
    status: Option<ContractStatus>,
    /// Only contracts of this entity.
    entity_id: Option<String>,
}

/// List contracts
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/contracts", tag = "Contracts", security(("key" = ["enterprise:read"])),
    params(
        Page,
        ContractListQuery,
        TenantHeader,
    ),
    responses((status = 200, description = "A page of contracts, newest first.", body = Listing<ContractResponse>)),
)]
pub(crate) async fn list_contracts(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<EnterpriseRead>,
    page: Page,
    uri: Uri,
) -> Result<Json<Listing<ContractResponse>>, Problem> {
    let statuses = "must be draft, pending_approval, active, renewed, expired, terminated or cancelled";
    let unreadable = |_| Problem::field("status", statuses);
    let Query(ContractListQuery { status, entity_id }) = Query::try_from_uri(&uri).map_err(unreadable)?;
    let filter = ContractFilter { status, entity_id };
    let found = state.service.contracts().list(&tenant.id, filter, page.cursor(is_id)?, page.rows()).await?;
    let occasion = state.service.occasion(&tenant, EDGE);
    let mut shown = Vec::with_capacity(found.len());
    for contract in found {
        let contract = state.service.advanced(&contract, &occasion)?;
        shown.push((Cursor::new(contract.created_at, contract.id.as_str()), state.response(&tenant, &contract)?));
    }
    let position = |(cursor, _): &(Cursor, ContractResponse)| cursor.clone();
    Ok(Json(page.listing(shown, position, |(_, response)| response)))
}

/// Get a contract
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/contracts/{contract_id}", tag = "Contracts",
    security(("key" = ["enterprise:read"])),
    params(
        ("contract_id" = String, Path, description = "The contract's id."),
        TenantHeader,
    ),
    responses(
        (status = 200, description = "The contract; its version as `ETag`.", body = ContractResponse),
        (status = 404, description = "`CONTRACT_NOT_FOUND`: the contract does not exist or belongs to another tenant."),
    ),
)]
pub(crate) async fn get_contract(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<EnterpriseRead>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    check_id(&id)?;
    let contract = state.service.shown(&tenant, &id).await?;
    state.tagged(&tenant, &contract)
}

/// Update a contract
///
/// Fields that are absent or null keep their values. Only a `draft` can be edited; a contract that is signed is amended.
#[utoipa::path(
    put, path = "/api/v1/enterprise-billing/contracts/{contract_id}", tag = "Contracts",
    security(("key" = ["enterprise:write"])),
    params(
        ("contract_id" = String, Path, description = "The contract's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version to change."),
        TenantHeader,
    ),
    request_body = ContractFields,
    responses(
        (status = 200, description = "The contract was updated; its version as `ETag`.", body = ContractResponse),
        (status = 404, description = "`CONTRACT_NOT_FOUND`: the contract does not exist or belongs to another tenant."),
        (status = 409, description = "`CONTRACT_NOT_DRAFT`: it waits for approval, is signed or was cancelled."),
        (status = 412, description = "`PRECONDITION_FAILED`: it has changed since it was read."),
    ),
)]
pub(crate) async fn update_contract(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<EnterpriseWrite>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Json(changes): Json<ContractFields>,
) -> Result<Response, Problem> {
    check_id(&id)?;
    state.service.current(&tenant, &id).await?;
    if let Some(entity) = changes.entity_id.as_deref().filter(|entity| is_id(entity)) {
        state.service.check_entity(&tenant, entity).await?;
    }
    let mut errors = Vec::new();
    let change = |contract: &mut Contract, _: crate::timeline::Moment<'_>| {
        if !matches(&headers, contract) {
            return Err(ContractError::Changed);
        }
        if contract.status != ContractStatus::Draft {
            return Err(ContractError::NotDraft(contract.status));
        }
        let before = contract.clone();
        errors = changes.apply(contract);
        if !errors.is_empty() {
            *contract = before;
        }
        Ok(())
    };
    let (contract, ()) = state.service.change(&tenant, &id, &actor, change).await?;
    refuse(errors)?;
    state.tagged(&tenant, &contract)
}

/// Activate a contract
///
/// The rule `approval` decides on its total value, with the kind `contract`. Where nobody has to approve it, it is signed: it
/// gets the tenant's next number, and what its lines charged since its first day is charged. Where people have to approve it, it
/// waits, and goes on by itself once they did. If they reject it, or do not approve it in time, it is a draft again.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/contracts/{contract_id}/activate", tag = "Contracts",
    security(("key" = ["enterprise:write"])),
    params(
        ("contract_id" = String, Path, description = "The contract's id."),
        TenantHeader,
    ),
    responses(
        (status = 200, description = "The contract is signed.", body = ContractResponse),
        (status = 202, description = "People have to approve it.", body = PendingApproval),
        (status = 404, description = "`CONTRACT_NOT_FOUND`: the contract does not exist or belongs to another tenant."),
        (status = 409, description = "`PURCHASE_REJECTED`: the rule rejects it; `CONTRACT_NOT_DRAFT`: it has ended or was cancelled."),
    ),
)]
pub(crate) async fn activate_contract(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<EnterpriseWrite>,
    request_id: RequestId,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    check_id(&id)?;
    let asked = state.service.activate(&tenant, &id, &asker(&caller, &request_id), &actor).await?;
    let (status, answer) = state.answer(&tenant, asked)?;
    Ok((status, Json(answer)).into_response())
}

/// Cancel a contract
///
/// A draft, or a contract that waits for approval, is given up. One that is signed is terminated instead.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/contracts/{contract_id}/cancel", tag = "Contracts",
    security(("key" = ["enterprise:write"])),
    params(
        ("contract_id" = String, Path, description = "The contract's id."),
        TenantHeader,
    ),
    responses(
        (status = 200, description = "The contract is cancelled.", body = ContractResponse),
        (status = 404, description = "`CONTRACT_NOT_FOUND`: the contract does not exist or belongs to another tenant."),
        (status = 409, description = "`CONTRACT_NOT_DRAFT`: it was signed."),
    ),
)]
pub(crate) async fn cancel_contract(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<EnterpriseWrite>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    check_id(&id)?;
    state.service.current(&tenant, &id).await?;
    let change = |contract: &mut Contract, moment: crate::timeline::Moment<'_>| match contract.status {
        ContractStatus::Cancelled => Ok(()),
        ContractStatus::Draft | ContractStatus::PendingApproval => {
            contract.status = ContractStatus::Cancelled;
            contract.happened(EventKind::Cancelled, moment.today, moment);
            Ok(())
        }
        status => Err(ContractError::NotDraft(status)),
    };
    let (contract, ()) = state.service.change(&tenant, &id, &actor, change).await?;
    state.tagged(&tenant, &contract)
}

/// Refuses what cannot be an id.
pub(crate) fn check_id(id: &str) -> Result<(), Problem> {
    if is_id(id) { Ok(()) } else { Err(ContractError::NotFound.into()) }
}

fn etag(contract: &Contract) -> String {
    format!("\"{}\"", contract.revision)
}

/// Whether `If-Match` names the version of `contract`, or is absent.
fn matches(headers: &HeaderMap, contract: &Contract) -> bool {
    let own = etag(contract);
    let values = headers.get_all(IF_MATCH).iter();
    let mut sent = values.flat_map(|value| value.to_str().unwrap_or_default().split(',')).map(str::trim).peekable();
    sent.peek().is_none() || sent.any(|known| known == "*" || known == own)
}

impl AppState {
    fn draft(&self, tenant: &Tenant) -> Contract {
        let id = format!("ctr_{}", random::hex::<12>(&*self.capabilities.random));
        Contract::draft(id, &tenant.id, self.service.occasion(tenant, EDGE).today, self.service.now())
    }

    /// The answer of a call that may need approval.
    pub(crate) fn answer(&self, tenant: &Tenant, asked: Asked) -> Result<(StatusCode, Answer), Problem> {
        Ok(match asked {
            Asked::Done(contract) => (StatusCode::OK, Answer::Done(Box::new(self.response(tenant, &contract)?))),
            Asked::Waits(contract, request) => {
                let waits = PendingApproval::new(*request, self.response(tenant, &contract)?);
                (StatusCode::ACCEPTED, Answer::Waits(Box::new(waits)))
            }
        })
    }

    /// `contract` with its `ETag`.
    pub(crate) fn tagged(&self, tenant: &Tenant, contract: &Contract) -> Result<Response, Problem> {
        let mut response = Json(self.response(tenant, contract)?).into_response();
        let etag =
            HeaderValue::try_from(etag(contract)).map_err(|_| Problem::new(Code::Internal, "The ETag is damaged."))?;
        response.headers_mut().insert(ETAG, etag);
        Ok(response)
    }
}
