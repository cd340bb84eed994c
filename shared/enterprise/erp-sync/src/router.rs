//! The routes of the ERP sync.

use axum::Router;
use axum::routing::{get, post};
use edge_access::Authenticator;
use edge_capabilities::Capabilities;
use edge_capabilities::config::ConfigError;
use edge_database::Db;
use edge_http::{Code, Problem};
use edge_jobs::JobQueue;
use edge_rulebook::Rulebook;
use edge_tenants::{Mode, Tenant, Tenants};
use utoipa::OpenApi;

use crate::worker::SyncWorker;
use crate::{project, record, run};

#[derive(Clone)]
pub(crate) struct AppState {
    access: Authenticator,
    pub(crate) capabilities: Capabilities,
    pub(crate) queue: JobQueue,
    pub(crate) tenants: Tenants,
    pub(crate) worker: SyncWorker,
}

edge_http::state_parts!(AppState { tenants: Tenants, access: Authenticator });

/// The routes of the component `erp-sync`.
pub fn router(capabilities: Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    let rulebook = Rulebook::new(&capabilities, &db);
    let state = AppState {
        access: Authenticator::new(&capabilities, &db),
        queue: JobQueue::new(&capabilities, &db),
        tenants: Tenants::new(db.clone()),
        worker: SyncWorker::new(&capabilities, &db, rulebook),
        capabilities: capabilities.clone(),
    };
    let routes = Router::new()
        .route("/api/v1/erp-sync/employees", post(run::api::sync_employees))
        .route("/api/v1/erp-sync/projects", post(run::api::sync_projects).get(project::api::list_projects))
        .route("/api/v1/erp-sync/deactivations", get(record::api::list_deactivations))
        .route("/api/v1/erp-sync/status", get(run::api::get_status))
        .route("/api/v1/erp-sync/drain", post(run::drain::drain))
        .merge(edge_access::job_routes())
        .with_state(state);
    edge_http::finish(routes, "erp-sync", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    run::api::sync_employees,
    run::api::sync_projects,
    project::api::list_projects,
    record::api::list_deactivations,
    run::api::get_status,
    run::drain::drain,
))]
pub struct ApiDoc;

/// Refuses tenants that are not the group's own companies.
pub(crate) fn check_mode(tenant: &Tenant) -> Result<(), Problem> {
    match tenant.mode {
        Mode::Internal => Ok(()),
        Mode::External => Err(Problem::new(Code::ValidationError, "Only internal tenants can sync from the ERP.")),
    }
}

impl AppState {
    /// Resumes a tenant's interrupted runs.
    pub(crate) async fn resume_abandoned(&self, tenant: &str) -> Result<(), Problem> {
        let worker = &self.worker;
        let lease = worker.settings().await.map_err(|error| config_unavailable(&error))?.lease;
        let now = worker.now();
        let runs = worker.runs().claim_abandoned(tenant, &worker.new_lease(), now, now.plus(lease)).await?;
        for run in runs {
            worker.start(run);
        }
        Ok(())
    }
}

pub(crate) fn config_unavailable(error: &ConfigError) -> Problem {
    let detail = "The edge's settings cannot be read; try again.";
    Problem::new(Code::StoreUnavailable, detail).retry_after(1).because(error)
}
