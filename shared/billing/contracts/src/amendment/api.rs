//! Amendments over HTTP.

use axum::extract::{Path, State};
use axum::response::Response;
use edge_access::EnterpriseWrite;
use edge_http::{FieldError, Problem, RequestId};
use edge_idempotency::Idempotent;
use edge_tenants::{Scoped, TenantHeader};
use edge_time_zones::Date;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::contract::api::{PendingApproval, asker, check_id};
use crate::contract::{Content, Contract, ContractFields, ContractResponse};
use crate::error::ContractError;
use crate::router::AppState;

/// An amendment.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct AmendContractRequest {
    /// From when it holds. It may be past, but not before an amendment that is agreed on.
    #[schema(format = Date)]
    effective_date: String,
    /// The fields that change: `title`, `counterparty`, `lines`, `renewal`, `termination`, `sla`, `documents`. Lines replace all
    /// present ones; a line that stays keeps its id.
    changes: ContractFields,
    /// Why: 1 to 256 bytes.
    reason: String,
}

/// Amend a contract
///
/// The amendment is a version of its own, which is never changed: with what it changes, and what that changes in money. A period
/// that is charged already is credited from the effective date on at the old prices, and charged at the new ones, for the share
/// of its days. The rule `approval` decides, with the kind `contract`, on the value of the contract before or after the
/// amendment, whichever is greater.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/contracts/{contract_id}/amend", tag = "Contracts",
    security(("key" = ["enterprise:write"])),
    params(
        ("contract_id" = String, Path, description = "The contract's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = AmendContractRequest,
    responses(
        (status = 200, description = "The amendment is agreed on.", body = ContractResponse),
        (status = 202, description = "People have to approve it.", body = PendingApproval),
        (status = 404, description = "`CONTRACT_NOT_FOUND`: the contract does not exist or belongs to another tenant."),
        (status = 409, description = "`AMENDMENT_OUT_OF_ORDER`: it is dated before one that is agreed on; `AMENDMENT_PENDING`: another waits for approval; `CONTRACT_NOT_ACTIVE`: the contract is not signed, or has ended; `PURCHASE_REJECTED`: the rule rejects it."),
    ),
)]
pub(crate) async fn amend_contract(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<EnterpriseWrite>,
    request_id: RequestId,
    Path(id): Path<String>,
    request: Idempotent<AmendContractRequest>,
) -> Result<Response, Problem> {
    check_id(&id)?;
    let scope = caller.idempotency_scope_in(&tenant.id);
    let work = async |AmendContractRequest { effective_date, changes, reason }: AmendContractRequest| {
        let date = Date::parse(&effective_date);
        let mut errors: Vec<FieldError> = FieldError::of_text::<256>("reason", Some(&reason)).into_iter().collect();
        if date.is_none() {
            errors.push(FieldError::new("effective_date", "must be a date such as 2026-03-31"));
        }
        let Some(date) = date.filter(|_| errors.is_empty()) else { return Err(Problem::fields(errors)) };
        let refused = std::sync::Mutex::new(Vec::new());
        let amended = |contract: &Contract, mut content: Content| {
            let errors = changes.amend(contract, &mut content);
            match errors.first() {
                None => Ok(content),
                Some(first) => {
                    let error = ContractError::field(&first.field, &first.message);
                    if let Ok(mut refused) = refused.lock() {
                        *refused = errors;
                    }
                    Err(error)
                }
            }
        };
        let asker = asker(&caller, &request_id);
        let asked = state.service.amend(&tenant, &id, date, &reason, amended, &asker, &actor).await;
        let errors = refused.into_inner().unwrap_or_default();
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        state.answer(&tenant, asked?)
    };
    state.idempotency.once(&scope, request, work).await
}
