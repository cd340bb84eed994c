//! Reports of usage over HTTP.

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

use super::usage::UsageReport;
use crate::contract::api::check_id;
use crate::contract::{Contract, Number, Quantity, amount};
use crate::router::AppState;
use crate::sla::{month_text, parse_month};
use crate::timeline::Moment;

/// A report of usage.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = ContractUsageReportRequest)]
pub(crate) struct UsageReportRequest {
    /// The id of a usage line of the contract.
    line_id: String,
    /// The month: `2026-10`.
    month: String,
    /// How many, with at most 6 decimals.
    #[schema(value_type = f64)]
    quantity: Number,
}

/// What was reported of usage, and the charge.
#[derive(Serialize, ToSchema)]
#[schema(as = ContractUsageReport)]
pub(crate) struct UsageReportResponse {
    line_id: String,
    month: String,
    #[schema(value_type = f64)]
    quantity: Number,
    /// The charge.
    #[schema(value_type = f64)]
    amount: DecimalAmount,
    currency: String,
    at: String,
}

impl UsageReportResponse {
    fn new(contract: &Contract, report: &UsageReport) -> Self {
        Self {
            line_id: report.line_id.clone(),
            month: month_text(report.month),
            quantity: Number(report.quantity.to_string()),
            amount: amount(report.amount, contract.currency),
            currency: contract.currency.to_string(),
            at: report.at.to_rfc3339_millis(),
        }
    }
}

/// Report usage of a contract
///
/// Of each usage line and month there is one report, which is charged once. The same report again has the same answer.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/contracts/{contract_id}/usage-reports", tag = "Contracts",
    operation_id = "report_contract_usage", security(("key" = ["enterprise:write"])),
    params(
        ("contract_id" = String, Path, description = "The contract's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = UsageReportRequest,
    responses(
        (status = 201, description = "The report, and the charge.", body = UsageReportResponse),
        (status = 404, description = "`CONTRACT_NOT_FOUND`: the contract does not exist or belongs to another tenant."),
        (status = 409, description = "`ALREADY_EXISTS`: another quantity was reported for the month; `CONTRACT_NOT_ACTIVE`: the contract is not signed."),
    ),
)]
pub(crate) async fn report_usage(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<EnterpriseWrite>,
    Path(id): Path<String>,
    request: Idempotent<UsageReportRequest>,
) -> Result<Response, Problem> {
    check_id(&id)?;
    let scope = caller.idempotency_scope_in(&tenant.id);
    let work = async |UsageReportRequest { line_id, month, quantity }: UsageReportRequest| {
        let (month, quantity) = (parse_month(&month), Quantity::parse(&quantity.0));
        let mut errors = Vec::new();
        if month.is_none() {
            errors.push(FieldError::new("month", "must be a month such as 2026-03"));
        }
        if quantity.is_none() {
            errors.push(FieldError::new("quantity", "must be from 0 to a billion, with at most 6 decimals"));
        }
        let (Some(month), Some(quantity)) = (month, quantity) else { return Err(Problem::fields(errors)) };
        state.service.current(&tenant, &id).await?;
        let report =
            |contract: &mut Contract, moment: Moment<'_>| contract.report_usage(&line_id, month, quantity, moment);
        let (contract, report) = state.service.change(&tenant, &id, &actor, report).await?;
        Ok((StatusCode::CREATED, UsageReportResponse::new(&contract, &report)))
    };
    state.idempotency.once(&scope, request, work).await
}

/// What was reported of usage.
#[derive(Serialize, ToSchema)]
#[schema(as = ContractUsageReportList)]
pub(crate) struct UsageReportList {
    /// The reports, in the order in which they were made.
    data: Vec<UsageReportResponse>,
}

/// List reports of usage
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/contracts/{contract_id}/usage-reports", tag = "Contracts",
    operation_id = "list_contract_usage", security(("key" = ["enterprise:read"])),
    params(
        ("contract_id" = String, Path, description = "The contract's id."),
        TenantHeader,
    ),
    responses(
        (status = 200, description = "The reports.", body = UsageReportList),
        (status = 404, description = "`CONTRACT_NOT_FOUND`: the contract does not exist or belongs to another tenant."),
    ),
)]
pub(crate) async fn list_usage_reports(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<EnterpriseRead>,
    Path(id): Path<String>,
) -> Result<Json<UsageReportList>, Problem> {
    check_id(&id)?;
    let contract = state.service.shown(&tenant, &id).await?;
    let data = contract.usage_reports.iter().map(|report| UsageReportResponse::new(&contract, report)).collect();
    Ok(Json(UsageReportList { data }))
}
