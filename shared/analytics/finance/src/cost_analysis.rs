//! Cost analysis: what was billed, by department, cost centre, account of the general ledger, plan and month.

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use edge_allocations::{Dimension, GlKind, LineFilter, Sum};
use edge_http::{Json, Problem};
use edge_money::{Currency, DecimalAmount};
use edge_tenants::TenantHeader;
use edge_time_zones::Date;
use http::Uri;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::csv::{self, Field};
use crate::figure::{Compared, amount};
use crate::query::{Format, ReportHead, ReportParams, ReportQuery};
use crate::router::AppState;

/// By what costs are told apart.
const DIMENSIONS: [Dimension; 5] =
    [Dimension::Department, Dimension::CostCenter, Dimension::GlCode, Dimension::Plan, Dimension::Month];

/// Which lines are costs: of a bill and its payment one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = CostBasis)]
pub(crate) enum Basis {
    /// What was billed, with taxes, less what was given back: lines of the kinds `revenue` and `tax`.
    #[default]
    Billed,
    /// What gateways collected for subscriptions, less what was given back: lines of the kind `cash`.
    Paid,
}

impl Basis {
    fn kinds(self) -> Vec<GlKind> {
        match self {
            Self::Billed => vec![GlKind::Revenue, GlKind::Tax],
            Self::Paid => vec![GlKind::Cash],
        }
    }
}

/// The parameters that only cost analysis has.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CostParams {
    /// Which lines are costs. Default: `billed`.
    #[serde(default)]
    #[param(inline, required = false)]
    basis: Basis,
}

/// What of the costs has something in common.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportCost)]
pub(crate) struct Cost {
    /// What it is: a department's id, a cost centre, an account, a plan, a month.
    value: String,
    /// The department's name.
    name: Option<String>,
    #[schema(value_type = f64)]
    amount: DecimalAmount,
    /// In the period before. Of a month: null.
    #[schema(value_type = Option<f64>)]
    previous: Option<DecimalAmount>,
    /// The lines that it is the sum of.
    lines: i64,
}

/// The costs by one dimension: the costs and what is unallocated add up to the total.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportCostTable)]
pub(crate) struct CostTable {
    /// `department`, `cost_center`, `gl_code`, `plan` or `month`.
    by: &'static str,
    costs: Vec<Cost>,
    /// What has no department, cost centre, account or plan.
    #[schema(value_type = Compared<f64>)]
    unallocated: Compared<DecimalAmount>,
    #[schema(value_type = Compared<f64>)]
    total: Compared<DecimalAmount>,
}

/// The costs in a currency.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportCosts)]
pub(crate) struct CurrencyCosts {
    currency: String,
    #[schema(value_type = Compared<f64>)]
    total: Compared<DecimalAmount>,
    tables: Vec<CostTable>,
}

/// Cost analysis.
#[derive(Serialize, ToSchema)]
pub(crate) struct CostAnalysis {
    #[serde(flatten)]
    head: ReportHead,
    basis: Basis,
    /// The costs in each currency. They are never added up over currencies.
    currencies: Vec<CurrencyCosts>,
}

/// The sums of the costs of `[from, to)` by a dimension.
pub(crate) async fn costs(
    state: &AppState,
    query: &ReportQuery,
    (from, to): (Date, Date),
    basis: Basis,
    by: Dimension,
) -> Result<Vec<Sum>, Problem> {
    let filter = LineFilter {
        entities: query.entities().map(<[String]>::to_vec),
        kinds: Some(basis.kinds()),
        from: Some(from),
        to: Some(to),
        ..LineFilter::default()
    };
    Ok(state.lines.sums(&query.tenant.id, &filter, by).await?)
}

/// The sums of two periods: by currency and value, the amount and the count of lines of each.
type Sums = BTreeMap<Currency, BTreeMap<Option<String>, [(i64, i64); 2]>>;

fn table(
    by: Dimension,
    values: &BTreeMap<Option<String>, [(i64, i64); 2]>,
    currency: Currency,
    names: &BTreeMap<String, String>,
) -> CostTable {
    // The months of the period before are not those of the period.
    let is_compared = by != Dimension::Month;
    let cost = |value: &String, [(previous, _), (minor, lines)]: [(i64, i64); 2]| Cost {
        name: names.get(value).cloned().filter(|_| by == Dimension::Department),
        amount: amount(minor, currency),
        previous: is_compared.then(|| amount(previous, currency)),
        lines,
        value: value.clone(),
    };
    let is_shown = |of: &[(i64, i64); 2]| is_compared || of[1].1 > 0;
    let shown = values.iter().filter(|(_, of)| is_shown(of));
    let at = |of: &[(i64, i64); 2], place: usize| of.get(place).map_or(0, |(minor, _)| *minor);
    let unallocated = values.get(&None::<String>).copied().unwrap_or_default();
    CostTable {
        by: by.as_str(),
        costs: shown.filter_map(|(value, of)| Some(cost(value.as_ref()?, *of))).collect(),
        unallocated: Compared::of(|place| amount(at(&unallocated, place), currency)),
        total: Compared::of(|place| {
            amount(values.values().map(|of| at(of, place)).fold(0, i64::saturating_add), currency)
        }),
    }
}

/// Get the cost analysis
///
/// What was billed in a period, by department, cost centre, account of the general ledger, plan and month, in each currency by
/// itself. Each table adds up to the total. With `Accept: text/csv` each cost is a line of CSV.
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/reports/cost-analysis", tag = "Reports", operation_id = "get_cost_analysis",
    security(("key" = ["reports:read"])),
    params(ReportParams, CostParams, TenantHeader),
    responses(
        (status = 200, description = "The costs.", body = CostAnalysis),
        (status = 404, description = "`ENTITY_NOT_FOUND`: the entity does not exist or belongs to another tenant."),
    ),
)]
pub(crate) async fn get_cost_analysis(
    State(state): State<AppState>,
    query: ReportQuery,
    uri: Uri,
) -> Result<Response, Problem> {
    let unreadable = |_| Problem::field("basis", "must be billed or paid");
    let Query(CostParams { basis }) = Query::try_from_uri(&uri).map_err(unreadable)?;
    let departments = state.departments.of_tenant(&query.tenant.id).await?;
    let names = departments.into_iter().map(|department| (department.id, department.name)).collect();
    let mut tables: BTreeMap<Currency, Vec<CostTable>> = BTreeMap::new();
    for by in DIMENSIONS {
        let mut sums = Sums::new();
        for (place, span) in query.days.spans().into_iter().enumerate() {
            for sum in costs(&state, &query, (span.from, span.to), basis, by).await? {
                let of = sums.entry(sum.amount.currency).or_default().entry(sum.value).or_default();
                if let Some(of) = of.get_mut(place) {
                    *of = (sum.amount.minor, sum.lines);
                }
            }
        }
        for (currency, values) in sums {
            tables.entry(currency).or_default().push(table(by, &values, currency, &names));
        }
    }
    let of_currency = |(currency, tables): (Currency, Vec<CostTable>)| CurrencyCosts {
        currency: currency.to_string(),
        total: tables.first().map_or_else(|| Compared::of(|_| amount(0, currency)), |table| table.total),
        tables,
    };
    let currencies = tables.into_iter().map(of_currency).collect();
    let report = CostAnalysis { head: query.head(), basis, currencies };
    match query.format {
        Format::Json => Ok(Json(report).into_response()),
        Format::Csv => Ok(csv::respond(&COLUMNS, records(&report))),
    }
}

const COLUMNS: [&str; 7] = ["currency", "by", "value", "name", "amount", "previous", "lines"];

fn records(report: &CostAnalysis) -> Vec<Vec<Field>> {
    let mut records = Vec::new();
    for CurrencyCosts { currency, tables, .. } in &report.currencies {
        for table in tables {
            let record = |value: Field, name: Field, amount: DecimalAmount, previous: Field, lines: Field| {
                let (currency, by) = (Field::plain(currency), Field::plain(table.by));
                vec![currency, by, value, name, Field::plain(amount.0.to_decimal()), previous, lines]
            };
            let previous = |amount: Option<DecimalAmount>| {
                amount.map_or(Field::Empty, |amount| Field::plain(amount.0.to_decimal()))
            };
            for cost in &table.costs {
                let (value, name) = (Field::text(Some(&cost.value)), Field::text(cost.name.as_deref()));
                records.push(record(value, name, cost.amount, previous(cost.previous), Field::plain(cost.lines)));
            }
            let Compared { current, previous: before } = table.unallocated;
            let unallocated = Field::plain("unallocated");
            records.push(record(Field::Empty, unallocated, current, previous(Some(before)), Field::Empty));
        }
    }
    records
}
