//! Budget performance: each budget in each of its periods, against what was spent.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use edge_budgets::BudgetPeriod;
use edge_http::{Json, Problem};
use edge_money::{Currency, DecimalAmount};
use edge_tenants::TenantHeader;
use serde::Serialize;
use utoipa::ToSchema;

use crate::csv::{self, Field};
use crate::figure::{Ratio, amount};
use crate::query::{Format, ReportHead, ReportParams, ReportQuery};
use crate::router::AppState;

/// What was used of budgets, in a currency's smallest unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Performance {
    pub(crate) limit: i64,
    pub(crate) carried: i64,
    pub(crate) budget: i64,
    pub(crate) reserved: i64,
    pub(crate) actual: i64,
}

impl Performance {
    /// That of a budget's period.
    pub(crate) const fn of(period: &BudgetPeriod) -> Self {
        Self {
            limit: period.limit,
            carried: period.carried,
            budget: period.allowance(),
            reserved: period.sums.reserved,
            actual: period.sums.spent,
        }
    }

    /// These and `other`.
    pub(crate) const fn add(&mut self, other: &Self) {
        self.limit = self.limit.saturating_add(other.limit);
        self.carried = self.carried.saturating_add(other.carried);
        self.budget = self.budget.saturating_add(other.budget);
        self.reserved = self.reserved.saturating_add(other.reserved);
        self.actual = self.actual.saturating_add(other.actual);
    }

    /// What was spent less the budget.
    pub(crate) const fn variance(&self) -> i64 {
        self.actual.saturating_sub(self.budget)
    }

    /// The variance in per cent of the budget, with two decimals. None: the budget is 0.
    pub(crate) fn variance_percent(&self) -> Option<Ratio> {
        Ratio::of(self.variance(), 100, self.budget, 2)
    }
}

/// A budget in one of its periods.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct BudgetPerformanceRow {
    budget_id: String,
    name: String,
    entity_id: Option<String>,
    department_id: Option<String>,
    cost_center: Option<String>,
    /// The name of the period: `2024-02`, `2024-Q1` or `2024`.
    period: String,
    /// Its first day.
    #[schema(format = Date)]
    period_from: String,
    /// The day after its last one.
    #[schema(format = Date)]
    period_to: String,
    #[serde(flatten)]
    figures: PerformanceFigures,
}

/// What was used of budgets.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PerformanceFigures {
    currency: String,
    /// The limit of the period.
    #[schema(value_type = f64)]
    limit: DecimalAmount,
    /// What is carried over from periods before.
    #[schema(value_type = f64)]
    carried: DecimalAmount,
    /// What may be spent: `limit` and `carried`.
    #[schema(value_type = f64)]
    budget: DecimalAmount,
    /// What is reserved, and no part of `actual`.
    #[schema(value_type = f64)]
    reserved: DecimalAmount,
    /// What was spent, less refunds.
    #[schema(value_type = f64)]
    actual: DecimalAmount,
    /// `actual` less `budget`: above zero where more was spent.
    #[schema(value_type = f64)]
    variance: DecimalAmount,
    /// `variance` in per cent of `budget`; null: there is no budget.
    #[schema(value_type = Option<f64>)]
    variance_percent: Option<Ratio>,
}

impl PerformanceFigures {
    fn new(performance: &Performance, currency: Currency) -> Self {
        let amount = |minor| amount(minor, currency);
        Self {
            currency: currency.to_string(),
            limit: amount(performance.limit),
            carried: amount(performance.carried),
            budget: amount(performance.budget),
            reserved: amount(performance.reserved),
            actual: amount(performance.actual),
            variance: amount(performance.variance()),
            variance_percent: performance.variance_percent(),
        }
    }
}

/// Budget performance.
#[derive(Serialize, ToSchema)]
pub(crate) struct BudgetPerformance {
    #[serde(flatten)]
    head: ReportHead,
    /// The budgets in their periods, in the order in which budgets were made.
    rows: Vec<BudgetPerformanceRow>,
    /// The sums of the rows, in each currency.
    totals: Vec<PerformanceFigures>,
}

fn row(period: &BudgetPeriod) -> BudgetPerformanceRow {
    let budget = &period.budget;
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    BudgetPerformanceRow {
        budget_id: budget.id.clone(),
        name: budget.name.clone(),
        entity_id: given(&budget.entity),
        department_id: given(&budget.department),
        cost_center: given(&budget.cost_centre),
        period: period.period.clone(),
        period_from: period.from.to_string(),
        period_to: period.to.to_string(),
        figures: PerformanceFigures::new(&Performance::of(period), budget.currency),
    }
}

/// Get the performance of budgets
///
/// Each budget in each of its periods that has a day in the period asked for: what may be spent, what is reserved, what was
/// spent, and the variance. With `Accept: text/csv` each is a line of CSV.
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/reports/budget-performance", tag = "Reports",
    operation_id = "get_budget_performance", security(("key" = ["reports:read"])),
    params(ReportParams, TenantHeader),
    responses(
        (status = 200, description = "The budgets.", body = BudgetPerformance),
        (status = 404, description = "`ENTITY_NOT_FOUND`: the entity does not exist or belongs to another tenant."),
    ),
)]
pub(crate) async fn get_budget_performance(
    State(state): State<AppState>,
    query: ReportQuery,
) -> Result<Response, Problem> {
    let [_, span] = query.days.spans();
    let days = (span.from, span.to);
    let periods = state.budgets.performance(&query.tenant.id, query.entities(), days, span.ends).await?;
    let mut totals: BTreeMap<Currency, Performance> = BTreeMap::new();
    for period in &periods {
        totals.entry(period.budget.currency).or_default().add(&Performance::of(period));
    }
    let report = BudgetPerformance {
        head: query.head(),
        rows: periods.iter().map(row).collect(),
        totals: totals.iter().map(|(currency, sum)| PerformanceFigures::new(sum, *currency)).collect(),
    };
    match query.format {
        Format::Json => Ok(Json(report).into_response()),
        Format::Csv => Ok(csv::respond(&COLUMNS, report.rows.iter().map(record).collect())),
    }
}

const COLUMNS: [&str; 16] = [
    "budget_id",
    "name",
    "entity_id",
    "department_id",
    "cost_center",
    "period",
    "period_from",
    "period_to",
    "currency",
    "limit",
    "carried",
    "budget",
    "reserved",
    "actual",
    "variance",
    "variance_percent",
];

fn record(row: &BudgetPerformanceRow) -> Vec<Field> {
    let figures = &row.figures;
    let mut fields = vec![
        Field::text(Some(&row.budget_id)),
        Field::text(Some(&row.name)),
        Field::text(row.entity_id.as_deref()),
        Field::text(row.department_id.as_deref()),
        Field::text(row.cost_center.as_deref()),
        Field::plain(&row.period),
        Field::plain(&row.period_from),
        Field::plain(&row.period_to),
        Field::plain(&figures.currency),
    ];
    let amounts = [figures.limit, figures.carried, figures.budget, figures.reserved, figures.actual, figures.variance];
    fields.extend(amounts.map(|amount| Field::plain(amount.0.to_decimal())));
    fields.push(figures.variance_percent.map_or(Field::Empty, |ratio| Field::plain(ratio.to_decimal())));
    fields
}
