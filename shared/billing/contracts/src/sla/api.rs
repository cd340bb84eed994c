//! Reports of service levels over HTTP.

use axum::extract::{Path, State};
use axum::response::Response;
use edge_access::{EnterpriseRead, EnterpriseWrite};
use edge_http::{FieldError, Json, Problem};
use edge_idempotency::Idempotent;
use edge_money::DecimalAmount;
use edge_tenants::{Scoped, TenantHeader};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{SlaReport, month_text, parse_month};
use crate::contract::api::check_id;
use crate::contract::{Contract, LEVEL_DECIMALS, Number, amount, decimal, scaled_percentage};
use crate::router::AppState;
use crate::timeline::Moment;

/// A report of a service level.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct SlaReportRequest {
    /// One of the contract's service levels.
    metric: String,
    /// The month: `2026-10`.
    month: String,
    /// What was measured, with at most 4 decimals.
    #[schema(value_type = f64)]
    value: Number,
}

/// What was reported of a service level, and the credit.
#[derive(Serialize, ToSchema)]
#[schema(as = SlaReport)]
pub(crate) struct SlaReportResponse {
    metric: String,
    month: String,
    #[schema(value_type = f64)]
    value: Number,
    #[schema(value_type = f64)]
    target: Number,
    /// The share of the month's fee that is given back.
    basis_points: u32,
    /// The recurring charges of the month's days.
    #[schema(value_type = f64)]
    fee: DecimalAmount,
    /// The credit. All credits of a month together are never more than its fee.
    #[schema(value_type = f64)]
    credit: DecimalAmount,
    currency: String,
    at: String,
}

impl SlaReportResponse {
    fn new(contract: &Contract, report: &SlaReport) -> Self {
        Self {
            metric: report.metric.clone(),
            month: month_text(report.month),
            value: Number(decimal(report.value, LEVEL_DECIMALS)),
            target: Number(decimal(report.target, LEVEL_DECIMALS)),
            basis_points: report.basis_points,
            fee: amount(report.fee, contract.currency),
            credit: amount(report.credit, contract.currency),
            currency: contract.currency.to_string(),
            at: report.at.to_rfc3339_millis(),
        }
    }
}

/// Report a service level
///
/// Of each metric and month there is one report, and its credit once: a charge below zero. The same report again has the same
/// answer.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/contracts/{contract_id}/sla-reports", tag = "Contracts",
    security(("key" = ["enterprise:write"])),
    params(
        ("contract_id" = String, Path, description = "The contract's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = SlaReportRequest,
    responses(
        (status = 201, description = "The report, and the credit.", body = SlaReportResponse),
        (status = 404, description = "`CONTRACT_NOT_FOUND`: the contract does not exist or belongs to another tenant."),
        (status = 409, description = "`ALREADY_EXISTS`: another value was reported for the month; `CONTRACT_NOT_ACTIVE`: the contract is not signed."),
    ),
)]
pub(crate) async fn report_sla(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<EnterpriseWrite>,
    Path(id): Path<String>,
    request: Idempotent<SlaReportRequest>,
) -> Result<Response, Problem> {
    check_id(&id)?;
    let scope = caller.idempotency_scope_in(&tenant.id);
    let work = async |SlaReportRequest { metric, month, value }: SlaReportRequest| {
        let (month, value) = (parse_month(&month), scaled_percentage(&value));
        let mut errors = Vec::new();
        if month.is_none() {
            errors.push(FieldError::new("month", "must be a month such as 2026-03"));
        }
        if value.is_none() {
            errors.push(FieldError::new("value", "must be a number from 0 on, with at most 4 decimals"));
        }
        let (Some(month), Some(value)) = (month, value) else { return Err(Problem::fields(errors)) };
        state.service.current(&tenant, &id).await?;
        let report = |contract: &mut Contract, moment: Moment<'_>| contract.report_sla(&metric, month, value, moment);
        let (contract, report) = state.service.change(&tenant, &id, &actor, report).await?;
        Ok((StatusCode::CREATED, SlaReportResponse::new(&contract, &report)))
    };
    state.idempotency.once(&scope, request, work).await
}

/// What was reported of service levels.
#[derive(Serialize, ToSchema)]
pub(crate) struct SlaReportList {
    /// The reports, in the order in which they were made.
    data: Vec<SlaReportResponse>,
}

/// List reports of service levels
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/contracts/{contract_id}/sla-reports", tag = "Contracts",
    security(("key" = ["enterprise:read"])),
    params(
        ("contract_id" = String, Path, description = "The contract's id."),
        TenantHeader,
    ),
    responses(
        (status = 200, description = "The reports.", body = SlaReportList),
        (status = 404, description = "`CONTRACT_NOT_FOUND`: the contract does not exist or belongs to another tenant."),
    ),
)]
pub(crate) async fn list_sla_reports(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<EnterpriseRead>,
    Path(id): Path<String>,
) -> Result<Json<SlaReportList>, Problem> {
    check_id(&id)?;
    let contract = state.service.shown(&tenant, &id).await?;
    let data = contract.sla_reports.iter().map(|report| SlaReportResponse::new(&contract, report)).collect();
    Ok(Json(SlaReportList { data }))
}
