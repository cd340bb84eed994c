//! Terminations over HTTP.

use axum::extract::{Path, State};
use axum::response::Response;
use edge_access::EnterpriseWrite;
use edge_http::{FieldError, Problem};
use edge_idempotency::Idempotent;
use edge_tenants::{Scoped, TenantHeader};
use edge_time_zones::Date;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::contract::api::check_id;
use crate::contract::{Contract, ContractResponse};
use crate::router::AppState;
use crate::timeline::Moment;

/// A termination.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct TerminateContractRequest {
    /// The first day on which the contract is not in force any more. Default: today, where the tenant is.
    #[serde(default)]
    #[schema(format = Date)]
    date: Option<String>,
    /// Why: 1 to 256 bytes.
    #[serde(default)]
    reason: Option<String>,
}

/// Terminate a contract
///
/// What is charged of the days from `date` on is given back, and the fee of the contract is charged: never more than what
/// remains of the commitment. A contract that was terminated stays as it is: the answer is the same, with the one fee.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/contracts/{contract_id}/terminate", tag = "Contracts",
    security(("key" = ["enterprise:write"])),
    params(
        ("contract_id" = String, Path, description = "The contract's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = TerminateContractRequest,
    responses(
        (status = 200, description = "The contract is terminated, with its `fee`.", body = ContractResponse),
        (status = 404, description = "`CONTRACT_NOT_FOUND`: the contract does not exist or belongs to another tenant."),
        (status = 409, description = "`CONTRACT_NOT_ACTIVE`: it is not signed, or has expired."),
    ),
)]
pub(crate) async fn terminate_contract(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<EnterpriseWrite>,
    Path(id): Path<String>,
    request: Idempotent<TerminateContractRequest>,
) -> Result<Response, Problem> {
    check_id(&id)?;
    let scope = caller.idempotency_scope_in(&tenant.id);
    let work = async |TerminateContractRequest { date, reason }: TerminateContractRequest| {
        let mut errors: Vec<FieldError> = FieldError::of_text::<256>("reason", reason.as_deref()).into_iter().collect();
        let day = date.as_deref().map(Date::parse);
        if day == Some(None) {
            errors.push(FieldError::new("date", "must be a date such as 2026-03-31"));
        }
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        let (day, reason) = (day.flatten(), reason.unwrap_or_default());
        state.service.current(&tenant, &id).await?;
        let terminate = |contract: &mut Contract, moment: Moment<'_>| {
            contract.terminate(day.unwrap_or(moment.today), reason.clone(), moment)
        };
        let (contract, ()) = state.service.change(&tenant, &id, &actor, terminate).await?;
        Ok((StatusCode::OK, state.response(&tenant, &contract)?))
    };
    state.idempotency.once(&scope, request, work).await
}
