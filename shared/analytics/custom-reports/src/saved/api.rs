//! Saved reports over HTTP.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use edge_access::{Caller, ReportsRead, Scope};
use edge_audit::{Actor, AuditEntry};
use edge_capabilities::{Timestamp, random};
use edge_database::Cursor;
use edge_entities::zone_of;
use edge_http::{Code, FieldError, Json, Listing, Page, Problem, Text};
use edge_tenants::{Scoped, Tenant, TenantHeader};
use http::header::{CACHE_CONTROL, ETAG, IF_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::link::{Links, Token};
use super::model::{SavedReport, SavedReportResponse};
use crate::output::{Format, ReportResult};
use crate::plan::Plan;
use crate::query::ReportRequest;
use crate::router::AppState;

const MAX_NAME: usize = 200;

fn unknown() -> Problem {
    Problem::new(Code::ReportNotFound, "There is no such report.")
}

fn is_id(text: &str) -> bool {
    Text::<64>::accepts(text)
}

/// Saving a report is a change: what is scheduled goes to whoever is named.
fn may_save(caller: &Caller) -> Result<(), Problem> {
    if caller.may(Scope::EnterpriseWrite) {
        return Ok(());
    }
    Err(Problem::new(Code::PermissionDenied, "Saving a report takes the scope enterprise:write."))
}

/// The fields of a saved report.
struct Fields {
    name: String,
    query: ReportRequest,
    schedule: Option<super::ReportSchedule>,
    due_at: Option<Timestamp>,
}

/// Saves the report that `request` names.
pub(crate) async fn save(
    state: &AppState,
    tenant: &Tenant,
    caller: &Caller,
    actor: &Actor,
    request: ReportRequest,
) -> Result<(StatusCode, SavedReportResponse), Problem> {
    may_save(caller)?;
    let now = state.now();
    let Fields { name, query, schedule, due_at } = state.check(tenant, request).await?;
    let mut report = SavedReport {
        id: format!("rep_{}", random::hex::<12>(&*state.capabilities.random)),
        tenant_id: tenant.id.clone(),
        name,
        query,
        schedule,
        due_at,
        created_by: actor.id.clone(),
        created_at: now,
        updated_at: now,
        untold: Vec::new(),
        revision: 1,
    };
    report.untold.push(entry("report.saved", &report, None, actor, now));
    state.reports.insert(&report).await?;
    Ok((StatusCode::CREATED, SavedReportResponse::new(&report)))
}

fn entry(action: &str, report: &SavedReport, before: Option<&SavedReport>, actor: &Actor, at: Timestamp) -> AuditEntry {
    // Addresses are personal: the log says how many there are.
    let told = |report: &SavedReport| -> Value {
        let schedule = report.schedule.as_ref().map(
            |schedule| json!({"every": schedule.every, "at": schedule.at, "recipients": schedule.recipients.len()}),
        );
        json!({"name": report.name, "query": report.query, "schedule": schedule})
    };
    let detail = json!({"report_id": report.id, "before": before.map(told), "after": told(report)});
    AuditEntry::with_id(format!("{action}.{}.{}", report.id, report.revision), action, &detail, actor, at)
}

/// List saved reports
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/reports/custom", tag = "Reports", security(("key" = ["reports:read"])),
    params(Page, TenantHeader),
    responses((status = 200, description = "A page of reports, newest first.", body = Listing<SavedReportResponse>)),
)]
pub(crate) async fn list_reports(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<ReportsRead>,
    page: Page,
) -> Result<Json<Listing<SavedReportResponse>>, Problem> {
    let found = state.reports.list(&tenant.id, page.cursor(is_id)?, page.rows()).await?;
    let position = |report: &SavedReport| Cursor::new(report.created_at, report.id.as_str());
    Ok(Json(page.listing(found, position, |report| SavedReportResponse::new(&report))))
}

/// Get a saved report
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/reports/custom/{report_id}", tag = "Reports",
    security(("key" = ["reports:read"])),
    params(("report_id" = String, Path, description = "The report's id."), TenantHeader),
    responses(
        (status = 200, description = "The report; its version as `ETag`.", body = SavedReportResponse),
        (status = 404, description = "`REPORT_NOT_FOUND`: there is no such report, or it is another tenant's."),
    ),
)]
pub(crate) async fn get_report(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<ReportsRead>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    Ok(tagged(&state.find_report(&tenant, &id).await?))
}

/// Replace a saved report
///
/// It needs the scope `enterprise:write` too.
#[utoipa::path(
    put, path = "/api/v1/enterprise-billing/reports/custom/{report_id}", tag = "Reports",
    security(("key" = ["reports:read", "enterprise:write"])),
    params(
        ("report_id" = String, Path, description = "The report's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version to replace."),
        TenantHeader,
    ),
    request_body = ReportRequest,
    responses(
        (status = 200, description = "The report; its version as `ETag`.", body = SavedReportResponse),
        (status = 404, description = "`REPORT_NOT_FOUND`: there is no such report, or it is another tenant's."),
        (status = 412, description = "`PRECONDITION_FAILED`: it has changed since it was read."),
    ),
)]
pub(crate) async fn replace_report(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<ReportsRead>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Json(request): Json<ReportRequest>,
) -> Result<Response, Problem> {
    may_save(&caller)?;
    let before = state.find_report(&tenant, &id).await?;
    let changed = || Problem::new(Code::PreconditionFailed, "The report has changed since it was read.");
    if !matches(&headers, &before) {
        return Err(changed());
    }
    let Fields { name, query, schedule, due_at } = state.check(&tenant, request).await?;
    // The same schedule goes on: what is due is neither left out nor sent again.
    let times = |schedule: &Option<super::ReportSchedule>| {
        schedule.as_ref().map(|schedule| (schedule.every.clone(), schedule.at.clone()))
    };
    let due_at = if times(&schedule) == times(&before.schedule) { before.due_at } else { due_at };
    let now = state.now();
    let mut report = SavedReport { name, query, schedule, due_at, updated_at: now, ..before.clone() };
    report.untold.push(entry("report.changed", &report, Some(&before), &actor, now));
    if !state.reports.replace(&report).await? {
        return Err(changed());
    }
    report.revision = report.revision.saturating_add(1);
    Ok(tagged(&report))
}

/// Delete a saved report
///
/// It is not sent any more, and links to it do not work any more. It needs the scope `enterprise:write` too.
#[utoipa::path(
    delete, path = "/api/v1/enterprise-billing/reports/custom/{report_id}", tag = "Reports",
    security(("key" = ["reports:read", "enterprise:write"])),
    params(("report_id" = String, Path, description = "The report's id."), TenantHeader),
    responses(
        (status = 204, description = "The report is deleted."),
        (status = 404, description = "`REPORT_NOT_FOUND`: there is no such report, or it is another tenant's."),
    ),
)]
pub(crate) async fn delete_report(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<ReportsRead>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    may_save(&caller)?;
    let report = state.find_report(&tenant, &id).await?;
    let entry = entry("report.deleted", &report, None, &actor, state.now());
    state.reports.delete(&report, entry).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Run a saved report
///
/// With `Accept: text/csv` the rows are CSV.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/reports/custom/{report_id}/run", tag = "Reports",
    security(("key" = ["reports:read"])),
    params(("report_id" = String, Path, description = "The report's id."), TenantHeader),
    responses(
        (status = 200, description = "The rows.", content((ReportResult = "application/json"), (String = "text/csv"))),
        (status = 404, description = "`REPORT_NOT_FOUND`: there is no such report, or it is another tenant's."),
    ),
)]
pub(crate) async fn run_saved_report(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<ReportsRead>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let report = state.find_report(&tenant, &id).await?;
    state.run(&tenant, &report.query, state.now(), Format::accepted(&headers)).await
}

/// Fetch a report that was sent
///
/// As CSV, by the link in the message, without a key. The link is for one report and one time at which it was due, and works
/// for seven days. The rows are those that there are now, in the range as of that time.
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/reports/custom/shared/{token}", tag = "Reports",
    params(("token" = String, Path, description = "What the link has after `/shared/`.")),
    responses(
        (status = 200, description = "The rows.", content((String = "text/csv"))),
        (status = 404, description = "`REPORT_NOT_FOUND`: the link is wrong or too old, or the report is deleted."),
    ),
)]
pub(crate) async fn fetch_report(
    State(state): State<AppState>,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let token = Token::parse(&token).filter(|token| is_id(token.report)).ok_or_else(unknown)?;
    let report = state.reports.of_any(token.report).await?.ok_or_else(unknown)?;
    let links = state.links().await?;
    if !links.is_valid(&token, &report, state.now()) {
        return Err(unknown());
    }
    let tenant = state.tenants.find(&report.tenant_id).await?.ok_or_else(unknown)?;
    let mut response = state.run(&tenant, &report.query, token.due, Format::Csv).await?;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn etag(report: &SavedReport) -> String {
    format!("\"{}\"", report.revision)
}

/// Whether `If-Match` names the version of `report`, or is absent.
fn matches(headers: &HeaderMap, report: &SavedReport) -> bool {
    let own = etag(report);
    let values = headers.get_all(IF_MATCH).iter();
    let mut sent = values.flat_map(|value| value.to_str().unwrap_or_default().split(',')).map(str::trim).peekable();
    sent.peek().is_none() || sent.any(|known| known == "*" || known == own)
}

fn tagged(report: &SavedReport) -> Response {
    let mut response = Json(SavedReportResponse::new(report)).into_response();
    if let Ok(etag) = HeaderValue::try_from(etag(report)) {
        response.headers_mut().insert(ETAG, etag);
    }
    response
}

impl AppState {
    /// The report `id` of `tenant`.
    async fn find_report(&self, tenant: &Tenant, id: &str) -> Result<SavedReport, Problem> {
        let found = if is_id(id) { self.reports.find(&tenant.id, id).await? } else { None };
        found.ok_or_else(unknown)
    }

    async fn links(&self) -> Result<Links, Problem> {
        let misconfigured = |error| Problem::new(Code::Internal, "The edge failed.").because(error);
        Links::load(&*self.capabilities.config).await.map_err(misconfigured)
    }

    /// Checks a report to save.
    async fn check(&self, tenant: &Tenant, request: ReportRequest) -> Result<Fields, Problem> {
        let (now, zone) = (self.now(), zone_of(tenant));
        let mut errors = Vec::new();
        let ReportRequest { name, schedule, .. } = request.clone();
        let name = name.unwrap_or_default();
        if !Text::<MAX_NAME>::accepts(&name) {
            let message = format!("must be 1 to {MAX_NAME} bytes without control characters");
            errors.push(FieldError::new("name", message));
        }
        if let Some(schedule) = &schedule {
            errors.extend(schedule.errors());
            if errors.is_empty() && !self.links().await?.is_configured() {
                let message = "is not offered: the edge has no `encryption_key` or no `public_url`";
                errors.push(FieldError::new("schedule", message));
            }
        }
        let query = ReportRequest { name: None, schedule: None, ..request };
        if let Err(problem) = Plan::new(&query, &zone, now) {
            errors.extend(problem.errors().iter().cloned());
        }
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        let due_at = schedule.as_ref().and_then(|schedule| schedule.next(now, &zone));
        Ok(Fields { name, query, schedule, due_at })
    }
}
