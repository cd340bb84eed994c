//! Runs over HTTP.

mod drain;
mod projects;
mod shown;
mod starting;

use axum::Router;
use axum::extract::{FromRef, Query, State};
use axum::routing::{get, post};
use edge_access::{Authenticator, ErpAdmin};
use edge_capabilities::Capabilities;
use edge_capabilities::config::ConfigError;
use edge_database::Db;
use edge_http::{Code, Json, Problem};
use edge_rulebook::Rulebook;
use edge_tenants::{Mode, Scoped, Tenant, TenantHeader, Tenants};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};

use crate::run::Kind;
use crate::work::SyncWorker;
use shown::{ShownRun, ShownStatus};

#[derive(Clone)]
struct AppState {
    access: Authenticator,
    capabilities: Capabilities,
    tenants: Tenants,
    works: SyncWorker,
}

impl FromRef<AppState> for Tenants {
    fn from_ref(state: &AppState) -> Self {
        state.tenants.clone()
    }
}

impl FromRef<AppState> for Authenticator {
    fn from_ref(state: &AppState) -> Self {
        state.access.clone()
    }
}

/// The routes of the component `erp-sync`.
pub fn router(capabilities: Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    let rulebook = Rulebook::new(&capabilities, &db);
    let state = AppState {
        access: Authenticator::new(&capabilities, &db),
        tenants: Tenants::new(db.clone()),
        works: SyncWorker::new(&capabilities, &db, rulebook),
        capabilities: capabilities.clone(),
    };
    let routes = Router::new()
        .route("/api/v1/erp-sync/employees", post(starting::employees))
        .route("/api/v1/erp-sync/projects", post(starting::projects).get(projects::list))
        .route("/api/v1/erp-sync/status", get(status))
        .route("/api/v1/erp-sync/drain", post(drain::drain))
        .with_state(state);
    edge_http::finish(routes, "erp-sync", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(starting::employees, starting::projects, projects::list, status, drain::drain))]
pub struct ApiDoc;

/// The run to return. The default is the run that was started last.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Returns the last run of this kind: `employees` or `projects`.
    #[serde(default)]
    kind: Option<String>,
    /// Returns the run with this id.
    #[serde(default)]
    job_id: Option<String>,
}

/// Get the status of a sync run
///
/// Without `kind` or `job_id`, this returns the run that was started last. The request also resumes a run whose worker
/// died, from where it stopped.
#[utoipa::path(
    get, path = "/api/v1/erp-sync/status", tag = "ERP sync", security(("key" = ["erp:admin"])),
    params(
        Wanted,
        TenantHeader,
    ),
    responses(
        (status = 200, description = "The run and the last completed one.", body = ShownStatus),
        (status = 400, description = "`VALIDATION_ERROR`: the tenant is not one of the group's own."),
    ),
)]
async fn status(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<ErpAdmin>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<ShownStatus>, Problem> {
    check_mode(&tenant)?;
    let kind = wanted
        .kind
        .as_deref()
        .map(|written| Kind::parse(written).ok_or_else(|| Problem::field("kind", "must be employees or projects")));
    let kind = kind.transpose()?;
    state.take_up(Some(&tenant.id)).await?;
    let runs = state.works.runs();
    let employees = runs.last(&tenant.id, Kind::Employees).await?;
    let projects = runs.last(&tenant.id, Kind::Projects).await?;
    let run = match (&wanted.job_id, kind) {
        (Some(id), _) => {
            let found = runs.find(&tenant.id, id).await?;
            Some(found.ok_or_else(|| Problem::new(Code::NotFound, "The tenant has no such run."))?)
        }
        (None, Some(Kind::Employees)) => employees.clone(),
        (None, Some(Kind::Projects)) => projects.clone(),
        (None, None) => employees.iter().chain(&projects).max_by_key(|run| run.started_at).cloned(),
    };
    let kind = run.as_ref().map(|run| run.kind).or(kind).unwrap_or(Kind::Employees);
    let good = runs.last_good(&tenant.id, kind).await?;
    let every = state.works.settings().await.map_err(|error| unset(&error))?.every;
    let mut shown = ShownStatus::new(&tenant.id, run.as_ref(), good, every);
    if let Some(run) = &run {
        shown.errors = shown::errors(runs.errors(&run.id, shown::MAX_ERRORS).await?);
    }
    shown.employees = employees.as_ref().map(ShownRun::from);
    shown.projects = projects.as_ref().map(ShownRun::from);
    Ok(Json(shown))
}

/// Refuses tenants that are none of the group's own companies.
fn check_mode(tenant: &Tenant) -> Result<(), Problem> {
    match tenant.mode {
        Mode::Internal => Ok(()),
        Mode::External => Err(Problem::new(Code::ValidationError, "Only internal tenants can sync from the ERP.")),
    }
}

impl AppState {
    /// Takes up what was left undone; gives how many runs.
    async fn take_up(&self, tenant: Option<&str>) -> Result<usize, Problem> {
        let works = &self.works;
        let lease = works.settings().await.map_err(|error| unset(&error))?.lease;
        let now = works.now();
        let runs = works.runs().take_up(tenant, &works.new_lease(), now, now.plus(lease)).await?;
        let taken = runs.len();
        for run in runs {
            works.start(run);
        }
        Ok(taken)
    }
}

fn unset(error: &ConfigError) -> Problem {
    let detail = "The edge's settings cannot be read; try again.";
    Problem::new(Code::StoreUnavailable, detail).retry_after(1).because(error)
}
