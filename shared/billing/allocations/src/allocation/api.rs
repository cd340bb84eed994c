//! Allocations over HTTP.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use edge_access::{EnterpriseRead, EnterpriseWrite};
use edge_database::{Cursor, DatabaseError, Record as _};
use edge_entities::zone_of;
use edge_http::{FieldErrors, Json, Listing, Page, Problem};
use edge_idempotency::Idempotent;
use edge_invoices::Date;
use edge_money::{Currency, DecimalAmount, Money};
use edge_tenants::{Scoped, Tenant, TenantHeader};
use http::{StatusCode, Uri};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::model::{Allocation, AllocationSource};
use super::request::{CreateAllocationRequest, Maker, SetAllocationsRequest};
use super::response::{AllocationResponse, AllocationsResponse};
use super::source::Source;
use super::store::DepartmentAllocation;
use crate::body::{is_id, read_day};
use crate::department::Department;
use crate::error::AllocationError;
use crate::gl_mapping::GlKind;
use crate::router::AppState;

const NO_SOURCE: &str = "must be a source such as subscription:sub_1, invoice:inv_1 or amount:x";

/// Create an allocation
///
/// Gives the department a share of a source, beside the shares that others have of it. Together they never are more than all
/// of the source, whoever adds shares at the same time; what is short of it is `unallocated`.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/departments/{department_id}/allocations", tag = "Allocations",
    security(("key" = ["enterprise:write"])),
    params(
        ("department_id" = String, Path, description = "The department's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = CreateAllocationRequest,
    responses(
        (status = 201, description = "The allocation was created.", body = AllocationResponse),
        (status = 404, description = "`DEPARTMENT_NOT_FOUND`: the department does not exist or belongs to another tenant."),
        (status = 409, description = "`ALLOCATION_EXCEEDED`: the shares would be more than all of the source; `ALLOCATION_OVERLAPS`: the department has a share of it at that time; `ALLOCATION_POSTED`: lines were posted as of that day or a later one."),
    ),
)]
pub(crate) async fn create_allocation(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<EnterpriseWrite>,
    Path(id): Path<String>,
    request: Idempotent<CreateAllocationRequest>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    let work = async |new: CreateAllocationRequest| {
        let department = state.find_department(&tenant.id, &id).await?;
        let currency = state.currency(&department).await?;
        let zone = zone_of(&tenant);
        let maker = Maker { random: &*state.capabilities.random, now: state.now(), zone: &zone };
        let share = new.read(&department, currency, &maker)?;
        let known = state.sources.find(&tenant.id, &new.source).await?;
        let mut beside: Vec<Allocation> = known.iter().flat_map(|known| known.on(share.from)).cloned().collect();
        beside.push(share.clone());
        state.check_drivers(&tenant, share.from, &beside).await?;
        let add = |source: &mut AllocationSource| source.add(share.clone());
        let entry = |before: &AllocationSource, after: &AllocationSource| {
            let detail = difference(before, after, share.from);
            state.entry(format!("{}.created", share.id), "allocation.created", &detail, &actor)
        };
        let after = state.sources.change(&tenant.id, &new.source, state.now(), add, entry).await?;
        state.tell_source(&after).await?;
        state.repost(&after).await;
        Ok((StatusCode::CREATED, AllocationResponse::new(&new.source, &share)))
    };
    state.idempotency.once(&scope, request, work).await
}

/// List a department's allocations
///
/// Also those that have ended or have not begun yet.
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/departments/{department_id}/allocations", tag = "Allocations",
    operation_id = "list_department_allocations",
    security(("key" = ["enterprise:read"])),
    params(
        ("department_id" = String, Path, description = "The department's id."),
        Page,
        TenantHeader,
    ),
    responses(
        (status = 200, description = "A page of allocations, newest first.", body = Listing<AllocationResponse>),
        (status = 404, description = "`DEPARTMENT_NOT_FOUND`: the department does not exist or belongs to another tenant."),
    ),
)]
pub(crate) async fn list_department_allocations(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<EnterpriseRead>,
    Path(id): Path<String>,
    page: Page,
) -> Result<Json<Listing<AllocationResponse>>, Problem> {
    let department = state.find_department(&tenant.id, &id).await?;
    let cursor = page.cursor(is_id)?;
    let found = state.sources.of_department(&tenant.id, &department.id, cursor, page.rows()).await?;
    let mut names: Vec<&Source> = found.iter().map(|pointer| &pointer.source).collect();
    names.sort();
    names.dedup();
    let sources = state.sources.find_all(&tenant.id, &names).await?;
    let position = |pointer: &DepartmentAllocation| Cursor::new(pointer.created_at, pointer.id.as_str());
    let listing = page.listing(found, position, |pointer| {
        let source = sources.iter().find(|source| source.source == pointer.source)?;
        let share = source.allocations.iter().find(|share| share.id == pointer.id)?;
        Some(AllocationResponse::new(&source.source, share))
    });
    // Shares that were set anew from the same day on are there no more.
    let data = listing.data.into_iter().flatten().collect();
    Ok(Json(Listing { data, next_cursor: listing.next_cursor }))
}

/// The source of allocations.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SourceQuery {
    /// The source: `subscription:ID`, `invoice:ID` or `amount:ID`.
    source: String,
    /// The day, in the tenant's time zone. Default: today.
    #[param(format = Date)]
    at: Option<String>,
}

/// Set a source's allocations
///
/// The shares are the whole split of the source from a day on, until the next day for which shares are set already. They add
/// up to exactly 10000 basis points, or name who takes what is left: one department by `fixed` without an amount, or several
/// by `headcount` or `usage`.
#[utoipa::path(
    put, path = "/api/v1/enterprise-billing/allocations", tag = "Allocations", operation_id = "set_allocations",
    security(("key" = ["enterprise:write"])),
    params(
        ("source" = String, Query, description = "The source: `subscription:ID`, `invoice:ID` or `amount:ID`."),
        TenantHeader,
    ),
    request_body = SetAllocationsRequest,
    responses(
        (status = 200, description = "The source and its shares from that day on.", body = AllocationsResponse),
        (status = 409, description = "`ALLOCATION_POSTED`: lines were posted as of that day or a later one."),
    ),
)]
pub(crate) async fn set_allocations(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<EnterpriseWrite>,
    uri: Uri,
    Json(request): Json<SetAllocationsRequest>,
) -> Result<Json<AllocationsResponse>, Problem> {
    let SourceQuery { source, .. } = read_query(&uri)?;
    let source = Source::parse(&source).ok_or_else(|| Problem::field("source", NO_SOURCE))?;
    let departments = state.departments.find_all(&tenant.id, &request.departments()?).await?;
    let departments = state.with_currencies(departments).await?;
    let zone = zone_of(&tenant);
    let maker = Maker { random: &*state.capabilities.random, now: state.now(), zone: &zone };
    let (from, shares) = request.read(&departments, &maker)?;
    let mut checked = AllocationSource::new(&tenant.id, &source, maker.now);
    checked.set(from, shares.clone())?;
    state.check_drivers(&tenant, from, &shares).await?;
    let set = |source: &mut AllocationSource| source.set(from, shares.clone());
    let entry = |before: &AllocationSource, after: &AllocationSource| {
        let mark = shares.first().map_or_else(String::new, |share| format!("{}.set", share.id));
        state.entry(mark, "allocations.set", &difference(before, after, from), &actor)
    };
    let after = state.sources.change(&tenant.id, &source, maker.now, set, entry).await?;
    state.tell_source(&after).await?;
    state.repost(&after).await;
    Ok(Json(AllocationsResponse::new(&after, from)))
}

/// Get a source's allocations
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/allocations", tag = "Allocations", operation_id = "get_allocations",
    security(("key" = ["enterprise:read"])),
    params(
        SourceQuery,
        TenantHeader,
    ),
    responses((status = 200, description = "The source and its shares on that day.", body = AllocationsResponse)),
)]
pub(crate) async fn get_allocations(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<EnterpriseRead>,
    uri: Uri,
) -> Result<Json<AllocationsResponse>, Problem> {
    let SourceQuery { source, at } = read_query(&uri)?;
    let source = Source::parse(&source).ok_or_else(|| Problem::field("source", NO_SOURCE))?;
    let day = state.day(&tenant, at.as_deref())?;
    let found = state.sources.find(&tenant.id, &source).await?;
    let found = found.unwrap_or_else(|| AllocationSource::new(&tenant.id, &source, state.now()));
    Ok(Json(AllocationsResponse::new(&found, day)))
}

/// The amount to split.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PreviewQuery {
    /// The source: `subscription:ID`, `invoice:ID` or `amount:ID`.
    source: String,
    /// The amount; negative: given back.
    #[param(value_type = f64)]
    amount: String,
    /// The ISO 4217 code of its currency.
    currency: String,
    /// The day, in the tenant's time zone, or an instant (RFC 3339). Default: now.
    at: Option<String>,
    /// What the amount is, for the accounts of the general ledger. Default: `revenue`.
    #[param(inline)]
    kind: Option<GlKind>,
    /// The plan that it is for, for the accounts of the general ledger.
    plan_id: Option<String>,
}

/// What a source's departments would get of an amount.
#[derive(Serialize, ToSchema)]
#[schema(as = AllocationPreview)]
pub(crate) struct PreviewResponse {
    currency: String,
    /// What each department gets, in the order of their ids.
    lines: Vec<PreviewLine>,
    /// What no department gets. It and the lines add up to the amount.
    #[schema(value_type = f64)]
    unallocated: DecimalAmount,
}

/// What a department would get.
#[derive(Serialize, ToSchema)]
#[schema(as = AllocationPreviewLine)]
struct PreviewLine {
    department_id: String,
    #[schema(value_type = f64)]
    amount: DecimalAmount,
    /// The account of the general ledger; null: none is known.
    gl_code: Option<String>,
}

/// Preview a split
///
/// Shows how an amount of the source would be split on a day, to the smallest unit. Nothing is posted.
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/allocations/preview", tag = "Allocations",
    operation_id = "preview_allocations",
    security(("key" = ["enterprise:read"])),
    params(
        PreviewQuery,
        TenantHeader,
    ),
    responses(
        (status = 200, description = "The lines, and what is left.", body = PreviewResponse),
        (status = 409, description = "`DRIVER_TOTAL_ZERO`: the headcounts that the source is split by add up to 0."),
    ),
)]
pub(crate) async fn preview_allocations(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<EnterpriseRead>,
    uri: Uri,
) -> Result<Json<PreviewResponse>, Problem> {
    let query: PreviewQuery = read_query(&uri)?;
    let mut errors = FieldErrors::default();
    let source = Source::parse(&query.source);
    if source.is_none() {
        errors.add("source", NO_SOURCE);
    }
    let currency = Currency::parse(&query.currency).map_err(|invalid| errors.add("currency", invalid.to_string())).ok();
    let amount = currency.map(|currency| Money::parse(&query.amount, currency));
    if let Some(Err(invalid)) = &amount {
        errors.add("amount", invalid.to_string());
    }
    errors.finish().map_err(Problem::fields)?;
    let (Some(source), Some(Ok(amount))) = (source, amount) else {
        return Err(Problem::field("query", "is not valid"));
    };
    let day = state.day(&tenant, query.at.as_deref())?;
    let kind = query.kind.unwrap_or(GlKind::Revenue);
    let split = state.service.split(&tenant.id, &source, amount, day, kind, query.plan_id.as_deref()).await?;
    let money = |minor| DecimalAmount(Money { minor, ..amount });
    let line = |line: crate::service::SplitLine| PreviewLine {
        department_id: line.department,
        amount: money(line.amount),
        gl_code: line.gl_code,
    };
    Ok(Json(PreviewResponse {
        currency: amount.currency.as_str().to_owned(),
        lines: split.lines.into_iter().map(line).collect(),
        unallocated: money(split.unallocated),
    }))
}

fn read_query<T: serde::de::DeserializeOwned>(uri: &Uri) -> Result<T, Problem> {
    let unreadable = |error: axum::extract::rejection::QueryRejection| Problem::field("query", error.body_text());
    Query::<T>::try_from_uri(uri).map(|Query(query)| query).map_err(unreadable)
}

/// What the audit log says of a change of a source's shares from a day on.
fn difference(before: &AllocationSource, after: &AllocationSource, from: Date) -> Value {
    json!({
        "source": after.source.to_string(), "from": from, "before": detail(before, from), "after": detail(after, from),
    })
}

/// What the audit log says of a source's shares on a day.
fn detail(source: &AllocationSource, day: Date) -> Value {
    let share = |share: &Allocation| {
        json!({
            "id": share.id, "department_id": share.department, "method": share.method,
            "basis_points": share.basis_points, "amount": share.amount, "currency": share.currency,
            "driver": share.driver, "gl_code": share.gl_code, "from": share.from, "to": share.to,
        })
    };
    source.on(day).into_iter().map(share).collect()
}

impl AppState {
    /// The day of `at` for the tenant; today where there is none.
    pub(crate) fn day(&self, tenant: &Tenant, at: Option<&str>) -> Result<Date, Problem> {
        let zone = zone_of(tenant);
        match at {
            None => Ok(Date::of(self.now(), &zone)),
            Some(text) => {
                read_day(text, &zone).ok_or_else(|| Problem::field("at", "must be a date such as 2026-03-31"))
            }
        }
    }

    async fn tell_source(&self, source: &AllocationSource) -> Result<(), DatabaseError> {
        let key = source.source.to_string();
        self.untold.tell(AllocationSource::TABLE, &source.tenant, &key, &source.untold).await
    }

    /// The currency of the department's entity.
    async fn currency(&self, department: &Department) -> Result<Currency, AllocationError> {
        let entity = self.entities.entity(&department.tenant, &department.entity).await?;
        // An entity is never deleted.
        entity.map(|entity| entity.currency).ok_or_else(|| AllocationError::field("department_id", "has no entity"))
    }

    async fn with_currencies(
        &self,
        departments: Vec<Department>,
    ) -> Result<Vec<(Department, Currency)>, AllocationError> {
        let mut known: Vec<(String, Currency)> = Vec::new();
        let mut found = Vec::new();
        for department in departments {
            let currency = match known.iter().find(|(entity, _)| *entity == department.entity) {
                Some((_, currency)) => *currency,
                None => {
                    let currency = self.currency(&department).await?;
                    known.push((department.entity.clone(), currency));
                    currency
                }
            };
            found.push((department, currency));
        }
        Ok(found)
    }

    /// An error if `shares` are split by drivers that add up to nothing on `day`.
    async fn check_drivers(&self, tenant: &Tenant, day: Date, shares: &[Allocation]) -> Result<(), AllocationError> {
        match self.service.drivers(&tenant.id, day, &shares.iter().collect::<Vec<_>>()).await {
            Err(AllocationError::NoDriver) => {
                Err(AllocationError::field("driver", "add up to 0, so that there is nothing to split by"))
            }
            other => other.map(drop),
        }
    }
}
