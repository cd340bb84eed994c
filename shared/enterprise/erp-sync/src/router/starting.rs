//! Runs are started, or go on.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use edge_access::ErpAdmin;
use edge_audit::{Actor, AuditEntry};
use edge_capabilities::database::DatabaseError;
use edge_capabilities::random;
use edge_http::{Code, Json, Problem, Raw};
use edge_rulebook::RuleError;
use edge_rulebook::contract::RoleMappingInput;
use edge_tenants::{Scoped, Tenant, TenantHeader};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{AppState, unset};
use crate::run::{Kind, Progress, Run, Status};
use crate::seen::Seen;
use crate::work::company;

/// How often it is tried again when somebody else was faster.
const TRIES: u32 = 5;

/// The confirmation of a waiting run. The body is optional.
#[derive(Default, Deserialize, ToSchema)]
pub(super) struct Start {
    /// Whether a run that waits for confirmation continues and deactivates the users in question.
    #[serde(default)]
    confirm_deactivations: bool,
}

/// A sync run in progress.
#[derive(Serialize, ToSchema)]
pub(super) struct Started {
    /// `sync_started`.
    status: &'static str,
    /// The run's id; if a run was already in progress, the id of that run.
    job_id: String,
}

/// Sync employees from HR
///
/// Starts a run or joins the run in progress. Its status is at `/api/v1/erp-sync/status`. A run that would deactivate
/// many users stops and waits for confirmation: `{"confirm_deactivations":true}` continues it; without it, a new run starts.
#[utoipa::path(
    post, path = "/api/v1/erp-sync/employees", tag = "ERP sync", security(("key" = ["erp:admin"])),
    request_body(content = Option<Start>),
    params(TenantHeader),
    responses(
        (status = 202, description = "The run is in progress.", body = Started),
        (status = 400, description = "`VALIDATION_ERROR`: the tenant is not one of the group's own."),
    ),
)]
pub(super) async fn employees(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<ErpAdmin>,
    Raw(body): Raw,
) -> Result<Response, Problem> {
    super::check_mode(&tenant)?;
    state.start(Kind::Employees, &tenant, &actor, &read(&body)?).await
}

/// Sync projects from the ERP
///
/// Works like the sync of employees.
#[utoipa::path(
    post, path = "/api/v1/erp-sync/projects", tag = "ERP sync", security(("key" = ["erp:admin"])),
    request_body(content = Option<Start>),
    params(TenantHeader),
    responses(
        (status = 202, description = "The run is in progress.", body = Started),
        (status = 400, description = "`VALIDATION_ERROR`: the tenant is not one of the group's own."),
    ),
)]
pub(super) async fn projects(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<ErpAdmin>,
    Raw(body): Raw,
) -> Result<Response, Problem> {
    super::check_mode(&tenant)?;
    state.start(Kind::Projects, &tenant, &actor, &read(&body)?).await
}

fn read(body: &[u8]) -> Result<Start, Problem> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Start::default());
    }
    let value: serde_json::Value =
        serde_json::from_slice(body).map_err(|_| Problem::new(Code::ValidationError, "The body is not JSON."))?;
    if value.is_null() { Ok(Start::default()) } else { edge_http::read_json(&value) }
}

impl AppState {
    async fn start(&self, kind: Kind, tenant: &Tenant, author: &Actor, told: &Start) -> Result<Response, Problem> {
        if company(tenant).is_none() {
            let detail = "The tenant has no company id in the ERP: set its erp_company_id.";
            return Err(Problem::new(Code::ValidationError, detail));
        }
        for _ in 0..TRIES {
            if let Some(id) = self.start_once(kind, tenant, author, told).await? {
                let started = Started { status: "sync_started", job_id: id };
                return Ok((StatusCode::ACCEPTED, Json(started)).into_response());
            }
        }
        Err(Problem::new(Code::StoreUnavailable, "Others start runs of the tenant; try again.").retry_after(1))
    }

    /// The id of the run that is under way now; None: somebody else was faster, look again.
    pub(super) async fn start_once(
        &self,
        kind: Kind,
        tenant: &Tenant,
        author: &Actor,
        told: &Start,
    ) -> Result<Option<String>, Problem> {
        let works = &self.works;
        let settings = works.settings().await.map_err(|error| unset(&error))?;
        let (now, lease) = (works.now(), works.new_lease());
        let until = now.plus(settings.lease);
        match works.runs().open(&tenant.id, kind).await? {
            Some(run) if run.status == Status::Running => {
                if run.leased_until <= now {
                    self.take_up(Some(&tenant.id)).await?;
                }
                return Ok(Some(run.id));
            }
            Some(mut run) if told.confirm_deactivations => {
                run.progress.is_cleared = true;
                (run.status, run.lease, run.leased_until) = (Status::Running, lease, until);
                if works.runs().go_on(&run, now).await?.is_err() {
                    return Ok(None);
                }
                let detail = json!({"run": run.id, "kind": kind, "asked": run.progress.asked});
                let (id, actor) = (format!("sync.{}.confirmed", run.id), Actor { address: None, ..author.clone() });
                let entry = AuditEntry::with_id(id, "erp_sync.deactivations_confirmed", &detail, &actor, now);
                works.records().audit().append(&tenant.id, &entry).await?;
                let id = run.id.clone();
                works.start(run);
                return Ok(Some(id));
            }
            Some(run) => works.runs().supersede(&run.id, now).await?,
            None => {}
        }
        let rule_version = match kind {
            Kind::Employees => Some(works.rulebook().pin::<RoleMappingInput>().await.map_err(rule_failed)?.version()),
            Kind::Projects => None,
        };
        let run = Run {
            id: format!("job_{}", random::hex::<12>(&*self.capabilities.random)),
            tenant: tenant.id.clone(),
            kind,
            status: Status::Running,
            rule_version,
            actor: author.id.clone(),
            address: author.address.clone(),
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
        match works.runs().insert(&run).await {
            Ok(()) => {}
            Err(DatabaseError::Duplicate(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        let id = run.id.clone();
        works.start(run);
        Ok(Some(id))
    }
}

fn rule_failed(failed: RuleError) -> Problem {
    match failed {
        RuleError::Unknown(cause) => {
            let detail = "It is not known which version of role_mapping is in force; try again.";
            Problem::new(Code::StoreUnavailable, detail).retry_after(1).because(cause)
        }
        other => Problem::new(Code::RuleFailed, "The rule role_mapping cannot decide.").because(other),
    }
}
