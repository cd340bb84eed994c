//! The contracts of a period: what they are worth, what of that is recognised, and when they are to be renewed.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use edge_contracts::{Contract, ContractError, ContractStatus, RenewalMode};
use edge_http::{Code, Json, Problem};
use edge_money::{Currency, DecimalAmount};
use edge_tenants::TenantHeader;
use edge_time_zones::Date;
use serde::Serialize;
use utoipa::ToSchema;

use crate::csv::{self, Field};
use crate::figure::amount;
use crate::query::{Format, ReportDays, ReportHead, ReportParams, ReportQuery};
use crate::router::AppState;

/// A contract that cannot be reckoned: what is stored of it is out of range.
pub(crate) fn failed(error: ContractError) -> Problem {
    Problem::new(Code::Internal, "A contract cannot be reckoned.").because(error)
}

/// The contracts that ran in the period before or later, as they are known today.
pub(crate) async fn running(state: &AppState, query: &ReportQuery) -> Result<Vec<Contract>, Problem> {
    let since = query.days.previous_from.minus_days(1);
    let now = state.now();
    let today = Date::of(now, &edge_entities::zone_of(&query.tenant));
    let found = state.contracts.running_since(&query.tenant.id, query.entities(), since, (today, now)).await;
    found.map_err(failed)
}

/// A contract.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportContract)]
pub(crate) struct ContractRow {
    id: String,
    number: Option<String>,
    title: String,
    counterparty: String,
    entity_id: String,
    /// `active`, `renewed`, `expired` or `terminated`, at the end of the period.
    status: ContractStatus,
    #[schema(format = Date)]
    start: String,
    /// The day after the last of the terms that are agreed on, or of its termination.
    #[schema(format = Date)]
    end: String,
    currency: String,
    /// The recurring amount of a year at the end of the period, or on its last day.
    #[schema(value_type = f64)]
    arr: DecimalAmount,
    /// The total contract value: what its terms charge in all, without usage.
    #[schema(value_type = f64)]
    tcv: DecimalAmount,
    /// The annual contract value: the recurring part of that for a year.
    #[schema(value_type = f64)]
    acv: DecimalAmount,
    /// What of the total contract value is for days until the end of the period.
    #[schema(value_type = f64)]
    recognised: DecimalAmount,
    /// `tcv` less `recognised`.
    #[schema(value_type = f64)]
    backlog: DecimalAmount,
    /// What happens at its end; null: notice was given, or it is terminated.
    renewal_mode: Option<RenewalMode>,
    /// The last day on which notice is in time for its end.
    #[schema(format = Date)]
    last_notice_day: String,
    /// Days from the end of the period to its end; negative: it has ended.
    days_to_end: i64,
}

/// The sums of contracts.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportContractTotals)]
pub(crate) struct ContractTotals {
    currency: String,
    contracts: i64,
    #[schema(value_type = f64)]
    arr: DecimalAmount,
    #[schema(value_type = f64)]
    tcv: DecimalAmount,
    #[schema(value_type = f64)]
    acv: DecimalAmount,
    #[schema(value_type = f64)]
    recognised: DecimalAmount,
    #[schema(value_type = f64)]
    backlog: DecimalAmount,
}

/// Contracts.
#[derive(Serialize, ToSchema)]
pub(crate) struct ContractsReport {
    #[serde(flatten)]
    head: ReportHead,
    /// The contracts that ran in the period, by number.
    rows: Vec<ContractRow>,
    /// The sums of the rows, in each currency.
    totals: Vec<ContractTotals>,
}

/// What a contract is worth, in the smallest unit of its currency: ARR, TCV, ACV, recognised, backlog.
type Values = [i64; 5];

/// The row of `contract`, and what it is worth; None: it did not run in the period.
fn row(contract: &Contract, days: &ReportDays) -> Result<Option<(ContractRow, Currency, Values)>, Problem> {
    let last = days.end().minus_days(1);
    let Some(known) = contract.as_of(last, &days.zone).filter(|known| known.limit() > days.from) else {
        return Ok(None);
    };
    let value = known.value().map_err(failed)?;
    let backlog = known.backlog_on(last).map_err(failed)?;
    let shown = known.shown_on(last);
    let arr = known.annual_on(shown, |_| true).map_err(failed)?;
    let content = known.content_on(shown).map_err(failed)?;
    let term = known.last_term().map_err(failed)?;
    let values = [arr, backlog.contracted, value.annual, backlog.recognised, backlog.left()];
    let [arr, tcv, acv, recognised, left] = values.map(|minor| amount(minor, known.currency));
    let status = match (known.runs_past(last), &known.termination) {
        (true, _) if known.terms.len() > 1 => ContractStatus::Renewed,
        (true, _) => ContractStatus::Active,
        (false, Some(_)) => ContractStatus::Terminated,
        (false, None) => ContractStatus::Expired,
    };
    let row = ContractRow {
        id: known.id.clone(),
        number: known.contract_number(),
        title: content.title,
        counterparty: content.counterparty,
        entity_id: known.entity_id.clone(),
        status,
        start: known.start().to_string(),
        end: known.limit().to_string(),
        currency: known.currency.to_string(),
        arr,
        tcv,
        acv,
        recognised,
        backlog: left,
        renewal_mode: known.renewal_mode().map_err(failed)?,
        last_notice_day: known.last_notice_day(&term).map_err(failed)?.to_string(),
        days_to_end: last.days_until(known.limit()),
    };
    Ok(Some((row, known.currency, values)))
}

/// Get the contracts
///
/// The contracts that ran in the period: what they are worth, what of that is recognised, and when they are to be renewed.
/// With `Accept: text/csv` each is a line of CSV.
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/reports/contracts", tag = "Reports", operation_id = "get_contracts_report",
    security(("key" = ["reports:read"])),
    params(ReportParams, TenantHeader),
    responses(
        (status = 200, description = "The contracts.", body = ContractsReport),
        (status = 404, description = "`ENTITY_NOT_FOUND`: the entity does not exist or belongs to another tenant."),
    ),
)]
pub(crate) async fn get_contracts_report(
    State(state): State<AppState>,
    query: ReportQuery,
) -> Result<Response, Problem> {
    let (mut rows, mut totals) = (Vec::new(), BTreeMap::<Currency, (i64, Values)>::new());
    for contract in running(&state, &query).await? {
        let Some((row, currency, values)) = row(&contract, &query.days)? else { continue };
        let (count, sums) = totals.entry(currency).or_default();
        *count = count.saturating_add(1);
        for (sum, more) in sums.iter_mut().zip(values) {
            *sum = sum.saturating_add(more);
        }
        rows.push(row);
    }
    let total = |(currency, (contracts, values)): (Currency, (i64, Values))| {
        let [arr, tcv, acv, recognised, backlog] = values.map(|minor| amount(minor, currency));
        ContractTotals { currency: currency.to_string(), contracts, arr, tcv, acv, recognised, backlog }
    };
    let report = ContractsReport { head: query.head(), rows, totals: totals.into_iter().map(total).collect() };
    match query.format {
        Format::Json => Ok(Json(report).into_response()),
        Format::Csv => Ok(csv::respond(&COLUMNS, report.rows.iter().map(record).collect())),
    }
}

const COLUMNS: [&str; 17] = [
    "id",
    "number",
    "title",
    "counterparty",
    "entity_id",
    "status",
    "start",
    "end",
    "currency",
    "arr",
    "tcv",
    "acv",
    "recognised",
    "backlog",
    "renewal_mode",
    "last_notice_day",
    "days_to_end",
];

fn record(row: &ContractRow) -> Vec<Field> {
    let mode = row.renewal_mode.map(|mode| match mode {
        RenewalMode::Auto => "auto",
        RenewalMode::Manual => "manual",
        RenewalMode::None => "none",
    });
    let mut fields = vec![
        Field::text(Some(&row.id)),
        Field::text(row.number.as_deref()),
        Field::text(Some(&row.title)),
        Field::text(Some(&row.counterparty)),
        Field::text(Some(&row.entity_id)),
        Field::plain(row.status.as_str()),
        Field::plain(&row.start),
        Field::plain(&row.end),
        Field::plain(&row.currency),
    ];
    let amounts = [row.arr, row.tcv, row.acv, row.recognised, row.backlog];
    fields.extend(amounts.map(|amount| Field::plain(amount.0.to_decimal())));
    fields.extend([Field::text(mode), Field::plain(&row.last_notice_day), Field::plain(row.days_to_end)]);
    fields
}
