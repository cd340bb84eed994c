//! Reports.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// Get the performance of budgets: `GET /api/v1/enterprise-billing/reports/budget-performance`.
    ///
    /// Each budget in each of its periods that has a day in the period asked for: what may be spent, what is reserved, what was
    /// spent, and the variance. With `Accept: text/csv` each is a line of CSV.
    ///
    /// The key needs `reports:read`.
    pub async fn get_budget_performance(&self, query_parameters: &GetBudgetPerformanceQuery) -> Result<BudgetPerformance, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/reports/budget-performance").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Get the CFO dashboard: `GET /api/v1/enterprise-billing/reports/cfo-dashboard`.
    ///
    /// Figures of a period and as of its end, in each currency by itself, each beside that of the period before. docs/reports.md
    /// defines each. With `Accept: text/csv` each figure is a line of CSV.
    ///
    /// The key needs `reports:read`.
    pub async fn get_cfo_dashboard(&self, query_parameters: &GetCfoDashboardQuery) -> Result<CfoDashboard, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/reports/cfo-dashboard").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Get the contracts: `GET /api/v1/enterprise-billing/reports/contracts`.
    ///
    /// The contracts that ran in the period: what they are worth, what of that is recognised, and when they are to be renewed.
    /// With `Accept: text/csv` each is a line of CSV.
    ///
    /// The key needs `reports:read`.
    pub async fn get_contracts_report(&self, query_parameters: &GetContractsReportQuery) -> Result<ContractsReport, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/reports/contracts").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Get the cost analysis: `GET /api/v1/enterprise-billing/reports/cost-analysis`.
    ///
    /// What was billed in a period, by department, cost centre, account of the general ledger, plan and month, in each currency by
    /// itself. Each table adds up to the total. With `Accept: text/csv` each cost is a line of CSV.
    ///
    /// The key needs `reports:read`.
    pub async fn get_cost_analysis(&self, query_parameters: &GetCostAnalysisQuery) -> Result<CostAnalysis, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/reports/cost-analysis").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// List saved reports: `GET /api/v1/enterprise-billing/reports/custom`.
    ///
    /// The key needs `reports:read`.
    pub async fn list_reports(&self, query_parameters: &ListReportsQuery) -> Result<ListingSavedReport, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/reports/custom").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Run or save a custom report: `POST /api/v1/enterprise-billing/reports/custom`.
    ///
    /// Only members of the allow-list are known. All measures are of one source; dimensions may also be of the sources that it
    /// joins. With `Accept: text/csv` the rows are CSV, safe to open in a spreadsheet. Rows are sent as they are read: an answer
    /// that breaks off is not whole. With a `name` the report is saved, which needs the scope `enterprise:write` too, and not run.
    ///
    /// The key needs `reports:read`.
    pub async fn run_report(&self, body: &CustomReport) -> Result<serde_json::Value, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/reports/custom");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// List what custom reports may be made of: `GET /api/v1/enterprise-billing/reports/custom/members`.
    ///
    /// The key needs `reports:read`.
    pub async fn list_report_members(&self) -> Result<ReportMembers, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/reports/custom/members");
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Fetch a report that was sent: `GET /api/v1/enterprise-billing/reports/custom/shared/{token}`.
    ///
    /// As CSV, by the link in the message, without a key. The link is for one report and one time at which it was due, and works
    /// for seven days. The rows are those that there are now, in the range as of that time.
    pub async fn fetch_report(&self, token: &str) -> Result<String, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/reports/custom/shared/").value(token);
        self.text(http::Method::GET, path, Body::None).await
    }

    /// Delete a saved report: `DELETE /api/v1/enterprise-billing/reports/custom/{report_id}`.
    ///
    /// It is not sent any more, and links to it do not work any more. It needs the scope `enterprise:write` too.
    ///
    /// The key needs `enterprise:write`, `reports:read`.
    pub async fn delete_report(&self, report_id: &str) -> Result<(), EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/reports/custom/").value(report_id);
        self.nothing(http::Method::DELETE, path, Body::None).await
    }

    /// Get a saved report: `GET /api/v1/enterprise-billing/reports/custom/{report_id}`.
    ///
    /// The key needs `reports:read`.
    pub async fn get_report(&self, report_id: &str) -> Result<SavedReport, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/reports/custom/").value(report_id);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Replace a saved report: `PUT /api/v1/enterprise-billing/reports/custom/{report_id}`.
    ///
    /// It needs the scope `enterprise:write` too.
    ///
    /// The key needs `enterprise:write`, `reports:read`.
    pub async fn replace_report(&self, report_id: &str, body: &CustomReport) -> Result<SavedReport, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/reports/custom/").value(report_id);
        self.json(http::Method::PUT, path, Body::json(body)?).await
    }

    /// Run a saved report: `POST /api/v1/enterprise-billing/reports/custom/{report_id}/run`.
    ///
    /// With `Accept: text/csv` the rows are CSV.
    ///
    /// The key needs `reports:read`.
    pub async fn run_saved_report(&self, report_id: &str) -> Result<ReportResult, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/reports/custom/").value(report_id).text("/run");
        self.json(http::Method::POST, path, Body::None).await
    }
}

/// The query of [`get_budget_performance`](Api::get_budget_performance).
#[derive(Clone, Debug, Default, Serialize)]
pub struct GetBudgetPerformanceQuery {
    /// The day at whose end the figures are taken: what happened later is ignored. Default: today.
    pub as_of: Option<String>,
    /// The first day of the period. Default: the first day of the month of its last day.
    pub from: Option<String>,
    /// The day after the last one. Default: the first day of the month after `as_of`.
    pub to: Option<String>,
    /// An IANA time zone, whose days these are. Default: the tenant's.
    pub timezone: Option<String>,
    /// Only figures of this entity and those below it.
    pub entity_id: Option<String>,
}

/// The query of [`get_cfo_dashboard`](Api::get_cfo_dashboard).
#[derive(Clone, Debug, Default, Serialize)]
pub struct GetCfoDashboardQuery {
    /// The day at whose end the figures are taken: what happened later is ignored. Default: today.
    pub as_of: Option<String>,
    /// The first day of the period. Default: the first day of the month of its last day.
    pub from: Option<String>,
    /// The day after the last one. Default: the first day of the month after `as_of`.
    pub to: Option<String>,
    /// An IANA time zone, whose days these are. Default: the tenant's.
    pub timezone: Option<String>,
    /// Only figures of this entity and those below it.
    pub entity_id: Option<String>,
}

/// The query of [`get_contracts_report`](Api::get_contracts_report).
#[derive(Clone, Debug, Default, Serialize)]
pub struct GetContractsReportQuery {
    /// The day at whose end the figures are taken: what happened later is ignored. Default: today.
    pub as_of: Option<String>,
    /// The first day of the period. Default: the first day of the month of its last day.
    pub from: Option<String>,
    /// The day after the last one. Default: the first day of the month after `as_of`.
    pub to: Option<String>,
    /// An IANA time zone, whose days these are. Default: the tenant's.
    pub timezone: Option<String>,
    /// Only figures of this entity and those below it.
    pub entity_id: Option<String>,
}

/// The query of [`get_cost_analysis`](Api::get_cost_analysis).
#[derive(Clone, Debug, Default, Serialize)]
pub struct GetCostAnalysisQuery {
    /// The day at whose end the figures are taken: what happened later is ignored. Default: today.
    pub as_of: Option<String>,
    /// The first day of the period. Default: the first day of the month of its last day.
    pub from: Option<String>,
    /// The day after the last one. Default: the first day of the month after `as_of`.
    pub to: Option<String>,
    /// An IANA time zone, whose days these are. Default: the tenant's.
    pub timezone: Option<String>,
    /// Only figures of this entity and those below it.
    pub entity_id: Option<String>,
    /// Which lines are costs. Default: `billed`. One of `billed`, `paid`.
    pub basis: Option<String>,
}

/// The query of [`list_reports`](Api::list_reports).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListReportsQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
}

/// Budget performance.
#[derive(Clone, Debug, Deserialize)]
pub struct BudgetPerformance {
    /// The day at whose end the figures are taken.
    pub as_of: String,
    /// The entity that it is about, with those below it; null: all.
    pub entity_id: Option<String>,
    /// The first day of the period.
    pub from: String,
    /// The period before.
    pub previous_period: ReportPeriod,
    /// The budgets in their periods, in the order in which budgets were made.
    pub rows: Vec<BudgetPerformanceRow>,
    /// `timezone`.
    pub timezone: String,
    /// The day after the last one.
    pub to: String,
    /// The sums of the rows, in each currency.
    pub totals: Vec<PerformanceFigures>,
}

/// A budget in one of its periods.
#[derive(Clone, Debug, Deserialize)]
pub struct BudgetPerformanceRow {
    /// What was spent, less refunds.
    pub actual: f64,
    /// What may be spent: `limit` and `carried`.
    pub budget: f64,
    /// `budget_id`.
    pub budget_id: String,
    /// What is carried over from periods before.
    pub carried: f64,
    /// `cost_center`.
    pub cost_center: Option<String>,
    /// `currency`.
    pub currency: String,
    /// `department_id`.
    pub department_id: Option<String>,
    /// `entity_id`.
    pub entity_id: Option<String>,
    /// The limit of the period.
    pub limit: f64,
    /// `name`.
    pub name: String,
    /// The name of the period: `2024-02`, `2024-Q1` or `2024`.
    pub period: String,
    /// Its first day.
    pub period_from: String,
    /// The day after its last one.
    pub period_to: String,
    /// What is reserved, and no part of `actual`.
    pub reserved: f64,
    /// `actual` less `budget`: above zero where more was spent.
    pub variance: f64,
    /// `variance` in per cent of `budget`; null: there is no budget.
    pub variance_percent: Option<f64>,
}

/// The CFO dashboard.
#[derive(Clone, Debug, Deserialize)]
pub struct CfoDashboard {
    /// The day at whose end the figures are taken.
    pub as_of: String,
    /// The figures of each currency. They are never added up over currencies.
    pub currencies: Vec<CfoDashboardFigures>,
    /// The entity that it is about, with those below it; null: all.
    pub entity_id: Option<String>,
    /// The first day of the period.
    pub from: String,
    /// The period before.
    pub previous_period: ReportPeriod,
    /// `timezone`.
    pub timezone: String,
    /// The day after the last one.
    pub to: String,
}

/// The figures of a currency, each beside that of the period before.
#[derive(Clone, Debug, Deserialize)]
pub struct CfoDashboardFigures {
    /// Contracts in force at the end of the period.
    pub backlog: ComparedContractBacklog,
    /// Budgets in the periods of theirs that the last day is in.
    pub budgets: ComparedReportBudgets,
    /// What was paid in the period.
    pub collected: ComparedReportCollected,
    /// `currency`.
    pub currency: String,
    /// What was charged for days that are still to come.
    pub deferred_revenue: ComparedDeferredRevenue,
    /// When what is deferred at the end of the period is recognised: the months add up to it.
    pub deferred_schedule: Vec<ScheduledMonth>,
    /// Days sales outstanding: receivables at the end ÷ invoiced in the period × days of the period; null: nothing was
    /// invoiced.
    pub dso: ComparedOptionF64,
    /// Invoices whose dates are in the period.
    pub invoiced: ComparedReportInvoiced,
    /// Disputes that are not decided at the end of the period.
    pub open_disputes: ComparedReportOpenDisputes,
    /// What is still to be paid at the end of the period.
    pub receivables: ComparedReportReceivables,
    /// Monthly and annual recurring revenue, and what changed it.
    pub recurring: ComparedRecurringRevenue,
    /// Refunds of disputes that are not made yet, as it is now.
    pub refunds_under_way: RefundsUnderWay,
    /// Contracts that are to be renewed within 90 days of the end of the period.
    pub renewals: ReportRenewals,
    /// What departments were billed in the period.
    pub spend: ReportSpend,
}

/// A figure, and the same of the period before.
#[derive(Clone, Debug, Deserialize)]
pub struct ComparedContractBacklog {
    /// What contracts in force charge in all, and what of that is recognised.
    pub current: ComparedContractBacklogCurrent,
    /// What contracts in force charge in all, and what of that is recognised.
    pub previous: ComparedContractBacklogCurrent,
}

/// What contracts in force charge in all, and what of that is recognised.
#[derive(Clone, Debug, Deserialize)]
pub struct ComparedContractBacklogCurrent {
    /// `contracted` less `recognised`.
    pub backlog: f64,
    /// What their terms charge in all: recurring lines and lines that are charged once, without usage.
    pub contracted: f64,
    /// `contracts`.
    pub contracts: i64,
    /// What of that is for days until the end of the period.
    pub recognised: f64,
}

/// A figure, and the same of the period before.
#[derive(Clone, Debug, Deserialize)]
pub struct ComparedDeferredRevenue {
    /// Deferred revenue in a period: opening + charged − recognised = closing.
    pub current: ComparedDeferredRevenueCurrent,
    /// Deferred revenue in a period: opening + charged − recognised = closing.
    pub previous: ComparedDeferredRevenueCurrent,
}

/// Deferred revenue in a period: opening + charged − recognised = closing.
#[derive(Clone, Debug, Deserialize)]
pub struct ComparedDeferredRevenueCurrent {
    /// Charges whose dates are in the period.
    pub charged: f64,
    /// What of charges until the end is for later days.
    pub closing: f64,
    /// `opening`.
    pub opening: f64,
    /// What of all charges is for days of the period.
    pub recognised: f64,
}

/// A figure, and the same of the period before.
#[derive(Clone, Debug, Deserialize)]
pub struct ComparedF64 {
    /// `current`.
    pub current: f64,
    /// `previous`.
    pub previous: f64,
}

/// A figure, and the same of the period before.
#[derive(Clone, Debug, Deserialize)]
pub struct ComparedOptionF64 {
    /// `current`.
    pub current: Option<f64>,
    /// `previous`.
    pub previous: Option<f64>,
}

/// A figure, and the same of the period before.
#[derive(Clone, Debug, Deserialize)]
pub struct ComparedRecurringRevenue {
    /// Recurring revenue, by where it comes from.
    pub current: ComparedRecurringRevenueCurrent,
    /// Recurring revenue, by where it comes from.
    pub previous: ComparedRecurringRevenueCurrent,
}

/// Recurring revenue, by where it comes from.
#[derive(Clone, Debug, Deserialize)]
pub struct ComparedRecurringRevenueCurrent {
    /// Of recurring lines of contracts, without lines for plans that are subscribed to.
    pub contracts: RecurringMovements,
    /// `subscriptions`.
    pub subscriptions: Option<RecurringMovements>,
    /// The two together.
    pub total: RecurringMovements,
}

/// A figure, and the same of the period before.
#[derive(Clone, Debug, Deserialize)]
pub struct ComparedReportBudgets {
    /// All budgets in the periods of theirs that a day is in.
    pub current: ComparedReportBudgetsCurrent,
    /// All budgets in the periods of theirs that a day is in.
    pub previous: ComparedReportBudgetsCurrent,
}

/// All budgets in the periods of theirs that a day is in.
#[derive(Clone, Debug, Deserialize)]
pub struct ComparedReportBudgetsCurrent {
    /// What was spent, less refunds.
    pub actual: f64,
    /// What may be spent: limits, and what is carried over.
    pub budget: f64,
    /// `budgets`.
    pub budgets: i64,
    /// What is reserved, and no part of `actual`.
    pub reserved: f64,
    /// `actual` less `budget`: above zero where more was spent.
    pub variance: f64,
    /// `variance` in per cent of `budget`; null: there is no budget.
    pub variance_percent: Option<f64>,
}

/// A figure, and the same of the period before.
#[derive(Clone, Debug, Deserialize)]
pub struct ComparedReportCollected {
    /// What was paid and given back in a period.
    pub current: ComparedReportCollectedCurrent,
    /// What was paid and given back in a period.
    pub previous: ComparedReportCollectedCurrent,
}

/// What was paid and given back in a period.
#[derive(Clone, Debug, Deserialize)]
pub struct ComparedReportCollectedCurrent {
    /// The two together.
    pub collected: f64,
    /// Payments that gateways reported as paid.
    pub gateways: f64,
    /// Payments of invoices that were recorded by hand. With `entity_id`: all payments of invoices.
    pub invoices: f64,
    /// `collected` less `refunded`.
    pub net: f64,
    /// What gateways reported as given back. With `entity_id`: 0.
    pub refunded: f64,
}

/// A figure, and the same of the period before.
#[derive(Clone, Debug, Deserialize)]
pub struct ComparedReportInvoiced {
    /// The invoices of a period.
    pub current: ComparedReportInvoicedCurrent,
    /// The invoices of a period.
    pub previous: ComparedReportInvoicedCurrent,
}

/// The invoices of a period.
#[derive(Clone, Debug, Deserialize)]
pub struct ComparedReportInvoicedCurrent {
    /// The sum of their totals, with taxes.
    pub amount: f64,
    /// `invoices`.
    pub invoices: i64,
}

/// A figure, and the same of the period before.
#[derive(Clone, Debug, Deserialize)]
pub struct ComparedReportOpenDisputes {
    /// Disputes that are not decided.
    pub current: ComparedReportOpenDisputesCurrent,
    /// Disputes that are not decided.
    pub previous: ComparedReportOpenDisputesCurrent,
}

/// Disputes that are not decided.
#[derive(Clone, Debug, Deserialize)]
pub struct ComparedReportOpenDisputesCurrent {
    /// What is disputed.
    pub amount: f64,
    /// `disputes`.
    pub disputes: i64,
}

/// A figure, and the same of the period before.
#[derive(Clone, Debug, Deserialize)]
pub struct ComparedReportReceivables {
    /// What is still to be paid of invoices, by how many days its due date is past.
    pub current: ComparedReportReceivablesCurrent,
    /// What is still to be paid of invoices, by how many days its due date is past.
    pub previous: ComparedReportReceivablesCurrent,
}

/// What is still to be paid of invoices, by how many days its due date is past.
#[derive(Clone, Debug, Deserialize)]
pub struct ComparedReportReceivablesCurrent {
    /// What was paid beyond totals, and totals below zero: no part of `total`.
    pub credits: f64,
    /// `days_1_30`.
    pub days_1_30: f64,
    /// `days_31_60`.
    pub days_31_60: f64,
    /// `days_61_90`.
    pub days_61_90: f64,
    /// The invoices of which something is to be paid.
    pub invoices: i64,
    /// `not_due`.
    pub not_due: f64,
    /// `over_90_days`.
    pub over_90_days: f64,
    /// All ages together, without credits.
    pub total: f64,
}

/// Contracts.
#[derive(Clone, Debug, Deserialize)]
pub struct ContractsReport {
    /// The day at whose end the figures are taken.
    pub as_of: String,
    /// The entity that it is about, with those below it; null: all.
    pub entity_id: Option<String>,
    /// The first day of the period.
    pub from: String,
    /// The period before.
    pub previous_period: ReportPeriod,
    /// The contracts that ran in the period, by number.
    pub rows: Vec<ReportContract>,
    /// `timezone`.
    pub timezone: String,
    /// The day after the last one.
    pub to: String,
    /// The sums of the rows, in each currency.
    pub totals: Vec<ReportContractTotals>,
}

/// Cost analysis.
#[derive(Clone, Debug, Deserialize)]
pub struct CostAnalysis {
    /// The day at whose end the figures are taken.
    pub as_of: String,
    /// `basis`.
    pub basis: CostBasis,
    /// The costs in each currency. They are never added up over currencies.
    pub currencies: Vec<ReportCosts>,
    /// The entity that it is about, with those below it; null: all.
    pub entity_id: Option<String>,
    /// The first day of the period.
    pub from: String,
    /// The period before.
    pub previous_period: ReportPeriod,
    /// `timezone`.
    pub timezone: String,
    /// The day after the last one.
    pub to: String,
}

/// Which lines are costs: of a bill and its payment one.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum CostBasis {
    /// `billed`.
    #[serde(rename = "billed")]
    Billed,
    /// `paid`.
    #[serde(rename = "paid")]
    Paid,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// What a report asks for. The names of members are those of `GET /reports/custom/members`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct CustomReport {
    /// What is grouped by: up to 12 dimensions of the measures' source and of those that it joins. With an amount, its
    /// currency is one of them, also where it is not named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<Vec<String>>,
    /// What all records and rows of the report fulfil: up to 20 conditions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filters: Option<Vec<ReportFilter>>,
    /// The most rows: 1 to 100,000, which is the default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<i32>,
    /// What is added up: up to 20 measures, all of one source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measures: Option<Vec<String>>,
    /// The name, 1 to 200 bytes, under which the report is saved. Absent: it is run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The order of the rows; by default that of the columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<Vec<ReportOrder>>,
    /// `schedule`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ReportSchedule>,
    /// `time`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<ReportTime>,
    /// The IANA time zone whose days count; by default the tenant's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingSavedReport {
    /// The entries of the page.
    pub data: Vec<serde_json::Value>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// What was used of budgets.
#[derive(Clone, Debug, Deserialize)]
pub struct PerformanceFigures {
    /// What was spent, less refunds.
    pub actual: f64,
    /// What may be spent: `limit` and `carried`.
    pub budget: f64,
    /// What is carried over from periods before.
    pub carried: f64,
    /// `currency`.
    pub currency: String,
    /// The limit of the period.
    pub limit: f64,
    /// What is reserved, and no part of `actual`.
    pub reserved: f64,
    /// `actual` less `budget`: above zero where more was spent.
    pub variance: f64,
    /// `variance` in per cent of `budget`; null: there is no budget.
    pub variance_percent: Option<f64>,
}

/// Recurring revenue in a period: opening + new + expansion + reactivation − contraction − churn = closing.
#[derive(Clone, Debug, Deserialize)]
pub struct RecurringMovements {
    /// The recurring amount of a year at the end.
    pub arr: f64,
    /// `churn`.
    pub churn: f64,
    /// `contraction`.
    pub contraction: f64,
    /// `expansion`.
    pub expansion: f64,
    /// Monthly recurring revenue at the end.
    pub mrr: f64,
    /// `new`.
    pub new: f64,
    /// Monthly recurring revenue at the beginning.
    pub opening: f64,
    /// `reactivation`.
    pub reactivation: f64,
}

/// Refunds of disputes that are not made yet, as it is now.
#[derive(Clone, Debug, Deserialize)]
pub struct RefundsUnderWay {
    /// The gateway makes them, or is about to be asked.
    pub pending: f64,
    /// `refunds`.
    pub refunds: i64,
    /// The two together.
    pub total: f64,
    /// The gateway was asked, and what came of it is not known.
    pub unknown: f64,
}

/// Contracts of which something is due in so many days.
#[derive(Clone, Debug, Deserialize)]
pub struct RenewalsDue {
    /// Their recurring amount of a year, on their last days.
    pub arr: f64,
    /// `contracts`.
    pub contracts: i64,
    /// `0_30`, `31_60` or `61_90`: the days from the end of the period on.
    pub days: String,
}

/// A column of a report.
#[derive(Clone, Debug, Deserialize)]
pub struct ReportColumn {
    /// Of amounts: the column that holds the currency.
    pub currency: Option<String>,
    /// What it means.
    pub description: String,
    /// Its name in the rows: `charges.amount`; of a period with its length, `charges.date.month`.
    pub name: String,
    /// `text`, `currency`, `date`, `time`, `number`, `boolean` or `amount`.
    pub r#type: String,
}

/// A contract.
#[derive(Clone, Debug, Deserialize)]
pub struct ReportContract {
    /// The annual contract value: the recurring part of that for a year.
    pub acv: f64,
    /// The recurring amount of a year at the end of the period, or on its last day.
    pub arr: f64,
    /// `tcv` less `recognised`.
    pub backlog: f64,
    /// `counterparty`.
    pub counterparty: String,
    /// `currency`.
    pub currency: String,
    /// Days from the end of the period to its end; negative: it has ended.
    pub days_to_end: i64,
    /// The day after the last of the terms that are agreed on, or of its termination.
    pub end: String,
    /// `entity_id`.
    pub entity_id: String,
    /// `id`.
    pub id: String,
    /// The last day on which notice is in time for its end.
    pub last_notice_day: String,
    /// `number`.
    pub number: Option<String>,
    /// What of the total contract value is for days until the end of the period.
    pub recognised: f64,
    /// `renewal_mode`.
    pub renewal_mode: Option<ContractRenewalMode>,
    /// `start`.
    pub start: String,
    /// `active`, `renewed`, `expired` or `terminated`, at the end of the period.
    pub status: ContractStatus,
    /// The total contract value: what its terms charge in all, without usage.
    pub tcv: f64,
    /// `title`.
    pub title: String,
}

/// The sums of contracts.
#[derive(Clone, Debug, Deserialize)]
pub struct ReportContractTotals {
    /// `acv`.
    pub acv: f64,
    /// `arr`.
    pub arr: f64,
    /// `backlog`.
    pub backlog: f64,
    /// `contracts`.
    pub contracts: i64,
    /// `currency`.
    pub currency: String,
    /// `recognised`.
    pub recognised: f64,
    /// `tcv`.
    pub tcv: f64,
}

/// What of the costs has something in common.
#[derive(Clone, Debug, Deserialize)]
pub struct ReportCost {
    /// `amount`.
    pub amount: f64,
    /// The lines that it is the sum of.
    pub lines: i64,
    /// The department's name.
    pub name: Option<String>,
    /// In the period before. Of a month: null.
    pub previous: Option<f64>,
    /// What it is: a department's id, a cost centre, an account, a plan, a month.
    pub value: String,
}

/// The costs by one dimension: the costs and what is unallocated add up to the total.
#[derive(Clone, Debug, Deserialize)]
pub struct ReportCostTable {
    /// `department`, `cost_center`, `gl_code`, `plan` or `month`.
    pub by: String,
    /// `costs`.
    pub costs: Vec<ReportCost>,
    /// `total`.
    pub total: ComparedF64,
    /// What has no department, cost centre, account or plan.
    pub unallocated: ComparedF64,
}

/// The costs in a currency.
#[derive(Clone, Debug, Deserialize)]
pub struct ReportCosts {
    /// `currency`.
    pub currency: String,
    /// `tables`.
    pub tables: Vec<ReportCostTable>,
    /// `total`.
    pub total: ComparedF64,
}

/// What a department was billed.
#[derive(Clone, Debug, Deserialize)]
pub struct ReportDepartmentSpend {
    /// `amount`.
    pub amount: f64,
    /// `department_id`.
    pub department_id: String,
    /// `name`.
    pub name: Option<String>,
    /// In the period before.
    pub previous: f64,
}

/// A condition.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct ReportFilter {
    /// A dimension, or a measure of the report.
    pub member: String,
    /// One of the member's operators.
    pub operator: String,
    /// What it is compared with: texts, numbers, booleans; dates and times as texts. `equals` and `not_equals` take up to
    /// 100, of which one is enough; `set` and `not_set` none; the others one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<serde_json::Value>>,
}

/// A measure or a dimension.
#[derive(Clone, Debug, Deserialize)]
pub struct ReportMember {
    /// Of amounts: the dimension that holds the currency. A report with the amount has it too.
    pub currency: Option<String>,
    /// What it means.
    pub description: String,
    /// The lengths of the periods that `time` may cut it into; empty: none.
    pub granularities: Option<Vec<String>>,
    /// Of dimensions: whether a record may have none.
    pub is_optional: Option<bool>,
    /// Its name: `invoices.total`.
    pub name: String,
    /// How a filter may compare it.
    pub operators: Vec<String>,
    /// `text`, `currency`, `date`, `time`, `number` or `boolean`; `amount`: a decimal number in a currency.
    pub r#type: String,
}

/// What reports may be made of.
#[derive(Clone, Debug, Deserialize)]
pub struct ReportMembers {
    /// What is counted and added up.
    pub sources: Vec<ReportSource>,
}

/// A column that rows are ordered by.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct ReportOrder {
    /// `asc` or `desc`; by default `asc`. Rows without a value are last either way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<String>,
    /// A measure or dimension of the report; the dimension of `time` stands for its period.
    pub member: String,
}

/// A period: `[from, to)`.
#[derive(Clone, Debug, Deserialize)]
pub struct ReportPeriod {
    /// `from`.
    pub from: String,
    /// `to`.
    pub to: String,
}

/// Contracts that are to be renewed.
#[derive(Clone, Debug, Deserialize)]
pub struct ReportRenewals {
    /// By the end of the last term, of contracts that are renewed by themselves or by hand.
    pub by_end: Vec<RenewalsDue>,
    /// By the last day on which notice is in time, of contracts that are renewed by themselves.
    pub by_notice: Vec<RenewalsDue>,
}

/// The rows of a report.
#[derive(Clone, Debug, Deserialize)]
pub struct ReportResult {
    /// What the rows hold.
    pub columns: Vec<ReportColumn>,
    /// The first day of the range; null: the report has none.
    pub from: Option<String>,
    /// Whether there are more rows than the limit.
    pub is_truncated: bool,
    /// How many rows there are.
    pub row_count: i32,
    /// The rows, by the names of the columns. Amounts are decimal numbers; null where there is no value.
    pub rows: Vec<BTreeMap<String, serde_json::Value>>,
    /// Whose days count.
    pub timezone: String,
    /// The day after the last one.
    pub to: Option<String>,
}

/// When a report is sent, and to whom.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct ReportSchedule {
    /// The time of the day in the tenant's time zone: `08:00`. Where the clocks skip it, right after; where they show it
    /// twice, the first time.
    pub at: String,
    /// `day`; `week`: on Mondays; `month`: on the first.
    pub every: String,
    /// The e-mail addresses: 1 to 20.
    pub recipients: Vec<String>,
}

/// A kind of records.
#[derive(Clone, Debug, Deserialize)]
pub struct ReportSource {
    /// What its records are.
    pub description: String,
    /// What is grouped and filtered by.
    pub dimensions: Vec<ReportMember>,
    /// The sources whose dimensions a report of this one may use too.
    pub joins: Vec<String>,
    /// What is added up. All measures of a report are of one source.
    pub measures: Vec<ReportMember>,
    /// Its name, which the names of its members begin with.
    pub name: String,
}

/// What was billed, by department: the departments and what nobody shares add up to the total.
#[derive(Clone, Debug, Deserialize)]
pub struct ReportSpend {
    /// `departments`.
    pub departments: Vec<ReportDepartmentSpend>,
    /// `total`.
    pub total: ComparedF64,
    /// What no department shares.
    pub unallocated: ComparedF64,
}

/// A range of time: `from` and `to`, or `range`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct ReportTime {
    /// A dimension of the type `date` or `time`.
    pub dimension: String,
    /// The first day: `2026-01-01`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// `day`, `week` (from Monday on), `month`, `quarter` or `year`. Absent: the range is not cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub granularity: Option<String>,
    /// In place of `from` and `to`, days that move with the day of the run: `last_` or `this_` with `day`, `week`, `month`,
    /// `quarter` or `year`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<String>,
    /// The day after the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// A saved report.
#[derive(Clone, Debug, Deserialize)]
pub struct SavedReport {
    /// `created_at`.
    pub created_at: String,
    /// Who saved it.
    pub created_by: String,
    /// What is grouped by: up to 12 dimensions of the measures' source and of those that it joins. With an amount, its
    /// currency is one of them, also where it is not named.
    pub dimensions: Option<Vec<String>>,
    /// What all records and rows of the report fulfil: up to 20 conditions.
    pub filters: Option<Vec<ReportFilter>>,
    /// `id`.
    pub id: String,
    /// The most rows: 1 to 100,000, which is the default.
    pub limit: Option<i32>,
    /// What is added up: up to 20 measures, all of one source.
    pub measures: Option<Vec<String>>,
    /// The name, 1 to 200 bytes, under which the report is saved. Absent: it is run.
    pub name: Option<String>,
    /// When it is sent next; null: it is not.
    pub next_at: Option<String>,
    /// The order of the rows; by default that of the columns.
    pub order: Option<Vec<ReportOrder>>,
    /// `schedule`.
    pub schedule: Option<ReportSchedule>,
    /// `time`.
    pub time: Option<ReportTime>,
    /// The IANA time zone whose days count; by default the tenant's.
    pub timezone: Option<String>,
    /// `updated_at`.
    pub updated_at: String,
}

/// What is recognised in a month.
#[derive(Clone, Debug, Deserialize)]
pub struct ScheduledMonth {
    /// `amount`.
    pub amount: f64,
    /// The month, `2026-12`; of the month of the last day only what is left of it. `later`: after the last of the months.
    pub month: String,
}
