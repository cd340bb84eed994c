//! Renewals and notices over HTTP.

use axum::extract::{Path, State};
use axum::response::Response;
use edge_access::EnterpriseWrite;
use edge_http::Problem;
use edge_idempotency::Idempotent;
use edge_tenants::{Scoped, TenantHeader};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::model::Party;
use crate::contract::api::check_id;
use crate::contract::{Contract, ContractResponse, MAX_RENEWAL_MONTHS, WHOLE_BASIS_POINTS};
use crate::router::AppState;
use crate::timeline::Moment;

/// A renewal.
#[derive(Clone, Default, Deserialize, ToSchema)]
pub(crate) struct RenewContractRequest {
    /// The length of the next term, in months: 1 to 120. Default: the contract's.
    #[serde(default)]
    term_months: Option<i64>,
    /// How much dearer it is, in hundredths of a per cent: 0 to 10,000. Default: the contract's.
    #[serde(default)]
    uplift_basis_points: Option<i64>,
}

fn number(field: &str, wanted: Option<i64>, least: u32, most: u32) -> Result<Option<u32>, Problem> {
    let Some(wanted) = wanted else { return Ok(None) };
    let found = u32::try_from(wanted).ok().filter(|number| (least..=most).contains(number));
    let message = format!("must be a whole number from {least} to {most}");
    found.map(Some).ok_or_else(|| Problem::field(field, message))
}

/// Renew a contract
///
/// One term is added to those that are agreed on. Until it begins, the contract cannot be renewed again.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/contracts/{contract_id}/renew", tag = "Contracts",
    security(("key" = ["enterprise:write"])),
    params(
        ("contract_id" = String, Path, description = "The contract's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = RenewContractRequest,
    responses(
        (status = 200, description = "The contract is renewed.", body = ContractResponse),
        (status = 404, description = "`CONTRACT_NOT_FOUND`: the contract does not exist or belongs to another tenant."),
        (status = 409, description = "`ALREADY_RENEWED`: the next term has not begun; `CONTRACT_NOT_ACTIVE`: it is not signed, or has ended; `CONTRACT_NOT_RENEWABLE`: its mode is `none`, or notice was given."),
    ),
)]
pub(crate) async fn renew_contract(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<EnterpriseWrite>,
    Path(id): Path<String>,
    request: Idempotent<RenewContractRequest>,
) -> Result<Response, Problem> {
    check_id(&id)?;
    let scope = caller.idempotency_scope_in(&tenant.id);
    let work = async |wanted: RenewContractRequest| {
        let months = number("term_months", wanted.term_months, 1, MAX_RENEWAL_MONTHS)?;
        let uplift = number("uplift_basis_points", wanted.uplift_basis_points, 0, WHOLE_BASIS_POINTS)?;
        state.service.current(&tenant, &id).await?;
        let renew = |contract: &mut Contract, moment: Moment<'_>| contract.renew(months, uplift, moment);
        let (contract, ()) = state.service.change(&tenant, &id, &actor, renew).await?;
        Ok((StatusCode::OK, state.response(&tenant, &contract)?))
    };
    state.idempotency.once(&scope, request, work).await
}

/// A notice.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct GiveNoticeRequest {
    /// Who gives it: `customer` or `seller`.
    by: Party,
}

/// Give notice of a contract
///
/// Given until `last_notice_day`, that day included, the contract is not renewed again; given later, it is renewed once more, and
/// not after that. A second notice changes nothing.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/contracts/{contract_id}/notice", tag = "Contracts",
    security(("key" = ["enterprise:write"])),
    params(
        ("contract_id" = String, Path, description = "The contract's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = GiveNoticeRequest,
    responses(
        (status = 200, description = "Notice is given.", body = ContractResponse),
        (status = 404, description = "`CONTRACT_NOT_FOUND`: the contract does not exist or belongs to another tenant."),
        (status = 409, description = "`CONTRACT_NOT_ACTIVE`: it is not signed, or has ended."),
    ),
)]
pub(crate) async fn give_notice(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<EnterpriseWrite>,
    Path(id): Path<String>,
    request: Idempotent<GiveNoticeRequest>,
) -> Result<Response, Problem> {
    check_id(&id)?;
    let scope = caller.idempotency_scope_in(&tenant.id);
    let work = async |GiveNoticeRequest { by }: GiveNoticeRequest| {
        state.service.current(&tenant, &id).await?;
        let give = |contract: &mut Contract, moment: Moment<'_>| contract.give_notice(by, moment);
        let (contract, ()) = state.service.change(&tenant, &id, &actor, give).await?;
        Ok((StatusCode::OK, state.response(&tenant, &contract)?))
    };
    state.idempotency.once(&scope, request, work).await
}
