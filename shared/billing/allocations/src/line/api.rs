//! Posted lines over HTTP.

use axum::extract::{Query, State};
use edge_access::EnterpriseRead;
use edge_database::Cursor;
use edge_entities::zone_of;
use edge_http::{FieldErrors, Json, Listing, Page, Problem};
use edge_money::{Currency, DecimalAmount};
use edge_tenants::{Scoped, Tenant, TenantHeader};
use http::Uri;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model::{Action, Line};
use super::store::{Dimension, LineFilter, Sum};
use crate::allocation::Source;
use crate::body::{check_day, is_id};
use crate::gl_mapping::GlKind;
use crate::router::AppState;

/// Which lines.
#[derive(Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LineQuery {
    /// Only lines of this department; `unallocated`: only lines that nobody shares.
    department_id: Option<String>,
    /// Only lines of departments of this entity.
    entity_id: Option<String>,
    /// Only lines of this source: `subscription:ID`, `invoice:ID` or `amount:ID`.
    source: Option<String>,
    /// Only lines of this document: `invoice:ID`, `charge:ID` or `payment:ID`.
    document: Option<String>,
    /// Only lines of this kind.
    #[param(inline)]
    kind: Option<GlKind>,
    /// Only lines on this account of the general ledger.
    gl_code: Option<String>,
    /// Only lines of this cost centre.
    cost_center: Option<String>,
    /// Only lines for this plan.
    plan_id: Option<String>,
    /// Only lines in this currency.
    currency: Option<String>,
    /// Only lines from this day on, in the tenant's time zone.
    #[param(format = Date)]
    from: Option<String>,
    /// Only lines before this day.
    #[param(format = Date)]
    to: Option<String>,
}

impl LineQuery {
    fn read(uri: &Uri, tenant: &Tenant) -> Result<LineFilter, Problem> {
        let unreadable = |_| Problem::field("kind", "must be revenue, cash, receivable, deferred, tax or refund");
        let Query(query) = Query::<Self>::try_from_uri(uri).map_err(unreadable)?;
        let (mut errors, zone) = (FieldErrors::default(), zone_of(tenant));
        let source = query.source.as_deref().map(Source::parse);
        if source == Some(None) {
            errors.add("source", "must be a source such as subscription:sub_1");
        }
        let currency = query.currency.as_deref().map(Currency::parse).transpose();
        if let Err(invalid) = &currency {
            errors.add("currency", invalid.to_string());
        }
        let from = check_day(&mut errors, "from", query.from.as_deref(), &zone);
        let to = check_day(&mut errors, "to", query.to.as_deref(), &zone);
        errors.finish().map_err(Problem::fields)?;
        let is_unallocated = query.department_id.as_deref() == Some("unallocated");
        Ok(LineFilter {
            department: query.department_id.filter(|_| !is_unallocated),
            entity: query.entity_id,
            entities: None,
            kinds: None,
            source: source.flatten(),
            document: query.document,
            kind: query.kind,
            gl_code: query.gl_code,
            cost_center: query.cost_center,
            plan: query.plan_id,
            currency: currency.unwrap_or_default(),
            is_unallocated,
            from,
            to,
        })
    }
}

/// A posted line.
#[derive(Serialize, ToSchema)]
#[schema(as = AllocationLine)]
pub(crate) struct LineResponse {
    id: String,
    /// The document: `invoice:ID`, `charge:ID` or `payment:ID`.
    document: String,
    /// What was split: `subscription:ID`, `invoice:ID` or `amount:ID`.
    source: String,
    action: Action,
    /// What the amount is to the general ledger.
    kind: GlKind,
    entity_id: Option<String>,
    /// The department; null: nobody shares it.
    department_id: Option<String>,
    /// The department's cost centre when the line was posted.
    cost_center: Option<String>,
    /// The account of the general ledger when the line was posted.
    gl_code: Option<String>,
    plan_id: Option<String>,
    /// The amount; negative: given back.
    #[schema(value_type = f64)]
    amount: DecimalAmount,
    currency: String,
    /// The day that it counts for, in the tenant's time zone.
    #[schema(format = Date)]
    date: String,
    posted_at: String,
}

impl LineResponse {
    fn new(line: Line) -> Self {
        Self {
            amount: DecimalAmount(line.money()),
            source: line.source.to_string(),
            currency: line.currency.as_str().to_owned(),
            date: line.date.to_string(),
            posted_at: line.posted_at.to_rfc3339_millis(),
            id: line.id,
            document: line.document,
            action: line.action,
            kind: line.kind,
            entity_id: line.entity,
            department_id: line.department,
            cost_center: line.cost_center,
            gl_code: line.gl_code,
            plan_id: line.plan,
        }
    }
}

/// List posted lines
///
/// What departments got of finalised invoices, of charges of entities and of payments of subscriptions, and what nobody shares of them. A line never
/// changes: what is given back is lines more.
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/allocations/lines", tag = "Allocations",
    operation_id = "list_allocation_lines",
    security(("key" = ["enterprise:read"])),
    params(
        Page,
        LineQuery,
        TenantHeader,
    ),
    responses((status = 200, description = "A page of lines, the last posted first.", body = Listing<LineResponse>)),
)]
pub(crate) async fn list_allocation_lines(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<EnterpriseRead>,
    page: Page,
    uri: Uri,
) -> Result<Json<Listing<LineResponse>>, Problem> {
    let filter = LineQuery::read(&uri, &tenant)?;
    let found = state.lines.list(&tenant.id, &filter, page.cursor(is_id)?, page.rows()).await?;
    let position = |line: &Line| Cursor::new(line.posted_at, line.id.as_str());
    Ok(Json(page.listing(found, position, LineResponse::new)))
}

/// By what lines are summed up.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DimensionQuery {
    /// `department`, `cost_center`, `gl_code`, `plan`, `month`, `kind` or `entity`. Default: `department`.
    by: Option<String>,
}

/// The sums of posted lines.
#[derive(Serialize, ToSchema)]
#[schema(as = AllocationTotals)]
pub(crate) struct TotalsResponse {
    /// By what lines are summed up.
    by: &'static str,
    /// The sums, by value and currency.
    data: Vec<TotalResponse>,
}

/// The sum of some posted lines.
#[derive(Serialize, ToSchema)]
#[schema(as = AllocationTotal)]
struct TotalResponse {
    /// What the lines have in common, such as the department's id; null: nothing, such as lines that nobody shares.
    value: Option<String>,
    currency: String,
    #[schema(value_type = f64)]
    amount: DecimalAmount,
    /// How many lines there are.
    lines: i64,
}

/// Get the sums of posted lines
///
/// All sums together are what was billed less what was given back, in each currency: what nobody shares is one of them.
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/allocations/totals", tag = "Allocations",
    operation_id = "get_allocation_totals",
    security(("key" = ["enterprise:read"])),
    params(
        DimensionQuery,
        LineQuery,
        TenantHeader,
    ),
    responses((status = 200, description = "The sums.", body = TotalsResponse)),
)]
pub(crate) async fn get_allocation_totals(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<EnterpriseRead>,
    uri: Uri,
) -> Result<Json<TotalsResponse>, Problem> {
    let filter = LineQuery::read(&uri, &tenant)?;
    let unreadable = |_| Problem::field("by", "cannot be read");
    let Query(DimensionQuery { by }) = Query::try_from_uri(&uri).map_err(unreadable)?;
    let by = by.as_deref().map_or(Some(Dimension::Department), Dimension::parse);
    let names = Dimension::ALL.map(Dimension::as_str).join(", ");
    let by = by.ok_or_else(|| Problem::field("by", format!("must be one of {names}")))?;
    let response = |sum: Sum| TotalResponse {
        value: sum.value,
        currency: sum.amount.currency.as_str().to_owned(),
        amount: DecimalAmount(sum.amount),
        lines: sum.lines,
    };
    let sums = state.lines.sums(&tenant.id, &filter, by).await?;
    Ok(Json(TotalsResponse { by: by.as_str(), data: sums.into_iter().map(response).collect() }))
}
