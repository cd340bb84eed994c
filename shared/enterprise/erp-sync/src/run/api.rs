//! The routes that start or confirm a run, and give its status.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use edge_access::ErpAdmin;
use edge_audit::{Actor, AuditEntry};
use edge_capabilities::database::DatabaseError;
use edge_capabilities::random;
use edge_http::{Code, Json, Problem, Raw};
use edge_rulebook::RuleError;
use edge_rulebook::contract::RoleMappingInput;
use edge_tenants::{Scoped, Tenant, TenantHeader};
use http::{StatusCode, Uri};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::response::{self, SyncRunResponse, SyncStatusResponse};
use super::{Kind, Progress, Run, Seen, Status};
use crate::router::{AppState, check_mode, config_unavailable};
use crate::worker::company;

/// The number of attempts when concurrent requests interfere.
const MAX_ATTEMPTS: u32 = 5;

/// The confirmation of a waiting run. The body is optional.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = StartSyncRequest)]
pub(crate) struct StartRequest {
    /// Whether a run that waits for confirmation continues and deactivates the users in question.
    #[serde(default)]
    confirm_deactivations: bool,
}

/// A sync run in progress.
#[derive(Serialize, ToSchema)]
#[schema(as = StartSyncResponse)]
pub(crate) struct StartResponse {
    /// `sync_started`.
    status: &'static str,
    /// The run's id; if a run was already in progress, the id of that run.
    job_id: String,
}

/// Sync employees from HR
///
/// Starts a run or joins the run in progress. Its status is at `/api/v1/erp-sync/status`. A run that would deactivate
/// many users stops and waits for confirmation: `{"confirm_deactivations":true}` continues it; without it, a new run
/// starts.
#[utoipa::path(
    post, path = "/api/v1/erp-sync/employees", tag = "ERP sync", security(("key" = ["erp:admin"])),
    request_body(content = Option<StartRequest>),
    params(TenantHeader),
    responses(
        (status = 202, description = "The run is in progress.", body = StartResponse),
        (status = 400, description = "`VALIDATION_ERROR`: the tenant is not one of the group's own."),
    ),
)]
pub(crate) async fn sync_employees(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<ErpAdmin>,
    Raw(body): Raw,
) -> Result<Response, Problem> {
    check_mode(&tenant)?;
    state.start(Kind::Employees, &tenant, &actor, &read(&body)?).await
}

/// Sync projects from the ERP
///
/// Works like the sync of employees.
#[utoipa::path(
    post, path = "/api/v1/erp-sync/projects", tag = "ERP sync", security(("key" = ["erp:admin"])),
    request_body(content = Option<StartRequest>),
    params(TenantHeader),
    responses(
        (status = 202, description = "The run is in progress.", body = StartResponse),
        (status = 400, description = "`VALIDATION_ERROR`: the tenant is not one of the group's own."),
    ),
)]
pub(crate) async fn sync_projects(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<ErpAdmin>,
    Raw(body): Raw,
) -> Result<Response, Problem> {
    check_mode(&tenant)?;
    state.start(Kind::Projects, &tenant, &actor, &read(&body)?).await
}

/// The run to return. The default is the run that was started last.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StatusQuery {
    /// Returns the last run of this kind: `employees` or `projects`.
    #[serde(default)]
    kind: Option<String>,
    /// Returns the run with this id.
    #[serde(default)]
    job_id: Option<String>,
}

impl StatusQuery {
    fn kind(&self) -> Result<Option<Kind>, Problem> {
        let parse = |name| Kind::parse(name).ok_or_else(|| Problem::field("kind", "must be employees or projects"));
        self.kind.as_deref().map(parse).transpose()
    }

    /// The kind of run that the query of `uri` names.
    pub(crate) fn kind_in(uri: &Uri) -> Result<Option<Kind>, Problem> {
        let unreadable = |_| Problem::field("query", "cannot be read");
        let Query(query) = Query::<Self>::try_from_uri(uri).map_err(unreadable)?;
        query.kind()
    }
}

/// Get the status of a sync run
///
/// Without `kind` or `job_id`, this returns the run that was started last. The request also resumes a run whose worker
/// died, from where it stopped.
#[utoipa::path(
    get, path = "/api/v1/erp-sync/status", operation_id = "get_sync_status",
    tag = "ERP sync", security(("key" = ["erp:admin"])),
    params(
        StatusQuery,
        TenantHeader,
    ),
    responses(
        (status = 200, description = "The run and the last completed one.", body = SyncStatusResponse),
        (status = 400, description = "`VALIDATION_ERROR`: the tenant is not one of the group's own."),
    ),
)]
pub(crate) async fn get_status(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<ErpAdmin>,
    Query(query): Query<StatusQuery>,
) -> Result<Json<SyncStatusResponse>, Problem> {
    check_mode(&tenant)?;
    let kind = query.kind()?;
    state.resume_abandoned(&tenant.id).await?;
    let runs = state.worker.runs();
    let employees = runs.find_latest(&tenant.id, Kind::Employees).await?;
    let projects = runs.find_latest(&tenant.id, Kind::Projects).await?;
    let run = match (&query.job_id, kind) {
        (Some(id), _) => {
            let found = runs.find(&tenant.id, id).await?;
            Some(found.ok_or_else(|| Problem::new(Code::NotFound, "The tenant has no such run."))?)
        }
        (None, Some(Kind::Employees)) => employees.clone(),
        (None, Some(Kind::Projects)) => projects.clone(),
        (None, None) => employees.iter().chain(&projects).max_by_key(|run| run.started_at).cloned(),
    };
    let kind = run.as_ref().map(|run| run.kind).or(kind).unwrap_or(Kind::Employees);
    let last_completed = runs.find_last_completed(&tenant.id, kind).await?;
    let interval = state.worker.settings().await.map_err(|error| config_unavailable(&error))?.interval;
    let mut response = SyncStatusResponse::new(&tenant.id, run.as_ref(), last_completed, interval);
    if let Some(run) = &run {
        response.errors = response::errors(runs.errors(&run.id, response::MAX_ERRORS).await?);
    }
    response.employees = employees.as_ref().map(SyncRunResponse::from);
    response.projects = projects.as_ref().map(SyncRunResponse::from);
    Ok(Json(response))
}

fn read(body: &[u8]) -> Result<StartRequest, Problem> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(StartRequest::default());
    }
    let value: serde_json::Value =
        serde_json::from_slice(body).map_err(|_| Problem::new(Code::ValidationError, "The body is not JSON."))?;
    if value.is_null() { Ok(StartRequest::default()) } else { edge_http::read_json(&value) }
}

impl AppState {
    async fn start(
        &self,
        kind: Kind,
        tenant: &Tenant,
        actor: &Actor,
        request: &StartRequest,
    ) -> Result<Response, Problem> {
        if company(tenant).is_none() {
            let detail = "The tenant has no company id in the ERP: set its erp_company_id.";
            return Err(Problem::new(Code::ValidationError, detail));
        }
        for _ in 0..MAX_ATTEMPTS {
            if let Some(id) = self.start_once(kind, tenant, actor, request).await? {
                let started = StartResponse { status: "sync_started", job_id: id };
                return Ok((StatusCode::ACCEPTED, Json(started)).into_response());
            }
        }
        Err(Problem::new(Code::StoreUnavailable, "Concurrent requests start runs of the tenant; try again.")
            .retry_after(1))
    }

    /// Starts or resumes a run and returns its id; None: a concurrent request interfered, try again.
    pub(super) async fn start_once(
        &self,
        kind: Kind,
        tenant: &Tenant,
        actor: &Actor,
        request: &StartRequest,
    ) -> Result<Option<String>, Problem> {
        let worker = &self.worker;
        let settings = worker.settings().await.map_err(|error| config_unavailable(&error))?;
        let (now, lease) = (worker.now(), worker.new_lease());
        let until = now.plus(settings.lease);
        match worker.runs().find_open(&tenant.id, kind).await? {
            Some(run) if run.status == Status::Running => {
                if run.leased_until <= now {
                    self.resume_abandoned(&tenant.id).await?;
                }
                return Ok(Some(run.id));
            }
            Some(mut run) if request.confirm_deactivations => {
                run.progress.is_cleared = true;
                (run.status, run.lease, run.leased_until) = (Status::Running, lease, until);
                if worker.runs().resume(&run, now).await?.is_err() {
                    return Ok(None);
                }
                let detail = json!({"run": run.id, "kind": kind, "asked": run.progress.asked});
                let (id, actor) = (format!("sync.{}.confirmed", run.id), Actor { address: None, ..actor.clone() });
                let entry = AuditEntry::with_id(id, "erp_sync.deactivations_confirmed", &detail, &actor, now);
                worker.records().audit().append(&tenant.id, &entry).await?;
                let id = run.id.clone();
                worker.start(run);
                return Ok(Some(id));
            }
            Some(run) => worker.runs().supersede(&run.id, now).await?,
            None => {}
        }
        let rule_version = match kind {
            Kind::Employees => Some(worker.rulebook().pin::<RoleMappingInput>().await.map_err(rule_failed)?.version()),
            Kind::Projects => None,
        };
        let run = Run {
            id: format!("job_{}", random::hex::<12>(&*self.capabilities.random)),
            tenant: tenant.id.clone(),
            kind,
            status: Status::Running,
            rule_version,
            actor: actor.id.clone(),
            address: actor.address.clone(),
            cursor: None,
            progress: Progress::default(),
            seen: Seen::default(),
            error: None,
            lease,
            leased_until: until,
            started_at: now,
            updated_at: now,
            finished_at: None,
        };
        match worker.runs().insert(&run).await {
            Ok(()) => {}
            Err(DatabaseError::Duplicate(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        let id = run.id.clone();
        worker.start(run);
        Ok(Some(id))
    }
}

fn rule_failed(failed: RuleError) -> Problem {
    match failed {
        RuleError::Unknown(cause) => {
            let detail = "The active version of role_mapping is unknown; try again.";
            Problem::new(Code::StoreUnavailable, detail).retry_after(1).because(cause)
        }
        other => Problem::new(Code::RuleFailed, "The rule role_mapping cannot decide.").because(other),
    }
}
