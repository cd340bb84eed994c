//! The CFO dashboard over HTTP.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use edge_http::{Code, Json, Problem};
use edge_money::Currency;
use edge_tenants::TenantHeader;
use serde::Serialize;
use utoipa::ToSchema;

use super::cash::{Cash, Collected, Invoiced, Receivables};
use super::contracts::{ContractBacklog, Contracts, Renewals};
use super::deferred::{Deferred, DeferredRevenue, ScheduledMonth};
use super::disputes::{Disputed, OpenDisputes, RefundsUnderWay};
use super::recurring::{Recurring, RecurringRevenue};
use super::spend::{Budgeted, Spend, Spending};
use crate::contracts::running;
use crate::csv::{self, FIGURES};
use crate::figure::{Compared, Ratio};
use crate::query::{Format, ReportHead, ReportParams, ReportQuery};
use crate::router::AppState;

/// The CFO dashboard.
#[derive(Serialize, ToSchema)]
pub(crate) struct CfoDashboard {
    #[serde(flatten)]
    head: ReportHead,
    /// The figures of each currency. They are never added up over currencies.
    currencies: Vec<CurrencyFigures>,
}

/// The figures of a currency, each beside that of the period before.
#[derive(Serialize, ToSchema)]
#[schema(as = CfoDashboardFigures)]
pub(crate) struct CurrencyFigures {
    currency: String,
    /// Monthly and annual recurring revenue, and what changed it.
    recurring: Compared<RecurringRevenue>,
    /// What was paid in the period.
    collected: Compared<Collected>,
    /// Invoices whose dates are in the period.
    invoiced: Compared<Invoiced>,
    /// What is still to be paid at the end of the period.
    receivables: Compared<Receivables>,
    /// Days sales outstanding: receivables at the end ÷ invoiced in the period × days of the period; null: nothing was
    /// invoiced.
    #[schema(value_type = Compared<Option<f64>>)]
    dso: Compared<Option<Ratio>>,
    /// What was charged for days that are still to come.
    deferred_revenue: Compared<DeferredRevenue>,
    /// When what is deferred at the end of the period is recognised: the months add up to it.
    deferred_schedule: Vec<ScheduledMonth>,
    /// Budgets in the periods of theirs that the last day is in.
    budgets: Compared<Budgeted>,
    /// What departments were billed in the period.
    spend: Spend,
    /// Contracts in force at the end of the period.
    backlog: Compared<ContractBacklog>,
    /// Contracts that are to be renewed within 90 days of the end of the period.
    renewals: Renewals,
    /// Disputes that are not decided at the end of the period.
    open_disputes: Compared<OpenDisputes>,
    /// Refunds of disputes that are not made yet, as it is now.
    refunds_under_way: RefundsUnderWay,
}

/// Get the CFO dashboard
///
/// Figures of a period and as of its end, in each currency by itself, each beside that of the period before. docs/reports.md
/// defines each. With `Accept: text/csv` each figure is a line of CSV.
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/reports/cfo-dashboard", tag = "Reports", operation_id = "get_cfo_dashboard",
    security(("key" = ["reports:read"])),
    params(ReportParams, TenantHeader),
    responses(
        (status = 200, description = "The dashboard.", body = CfoDashboard),
        (status = 404, description = "`ENTITY_NOT_FOUND`: the entity does not exist or belongs to another tenant."),
        (status = 503, description = "`STORE_UNAVAILABLE`: payments are still being taken over."),
    ),
)]
pub(crate) async fn get_cfo_dashboard(State(state): State<AppState>, query: ReportQuery) -> Result<Response, Problem> {
    let contracts = running(&state, &query).await?;
    let cash = Cash::read(&state, &query).await?;
    let recurring = Recurring::read(&state, &query, &contracts).await?;
    let deferred = Deferred::read(&state, &query).await?;
    let spending = Spending::read(&state, &query).await?;
    let disputed = Disputed::read(&state, &query).await?;
    let contracts = Contracts::of(&query.days, &contracts)?;
    let mut currencies = BTreeSet::new();
    cash.currencies(&mut currencies);
    recurring.currencies(&mut currencies);
    deferred.currencies(&mut currencies);
    spending.currencies(&mut currencies);
    contracts.currencies(&mut currencies);
    disputed.currencies(&mut currencies);
    let figures = |currency: Currency| CurrencyFigures {
        currency: currency.to_string(),
        recurring: recurring.in_currency(currency),
        collected: cash.collected(currency),
        invoiced: cash.invoiced(currency),
        receivables: cash.receivables(currency),
        dso: cash.dso(&query.days, currency),
        deferred_revenue: deferred.in_currency(currency),
        deferred_schedule: deferred.schedule(currency),
        budgets: spending.budgets(currency),
        spend: spending.by_department(currency),
        backlog: contracts.backlog(currency),
        renewals: contracts.renewals(currency),
        open_disputes: disputed.open(currency),
        refunds_under_way: disputed.refunds(currency),
    };
    let dashboard = CfoDashboard { head: query.head(), currencies: currencies.into_iter().map(figures).collect() };
    if query.format == Format::Json {
        return Ok(Json(dashboard).into_response());
    }
    let mut records = Vec::new();
    for currency in &dashboard.currencies {
        csv::figures(currency, &mut records)
            .map_err(|error| Problem::new(Code::Internal, "The edge failed.").because(error))?;
    }
    Ok(csv::respond(&FIGURES, records))
}
