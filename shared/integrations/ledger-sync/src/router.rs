//! The routes of syncs. The handlers of each resource are in its `api`.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use edge_access::Authenticator;
use edge_audit::AuditLog;
use edge_capabilities::Capabilities;
use edge_connections::Connections;
use edge_database::Db;
use edge_http::{Code, Problem};
use edge_jobs::{JobQueue, JobRunner};
use edge_tenants::Tenants;
use utoipa::OpenApi;

use crate::books::{Books, BooksError, Integration};
use crate::run::{KEEP, KEEP_EVERY, Keeper, SYNC, SyncJob, SyncReport, SyncReports};
use crate::worker::SyncWorker;
use crate::{document, log, run};

#[derive(Clone)]
pub(crate) struct AppState {
    authenticator: Authenticator,
    pub(crate) audit: AuditLog,
    tenants: Tenants,
    pub(crate) worker: SyncWorker,
}

edge_http::state_parts!(AppState { authenticator: Authenticator, tenants: Tenants });

impl AppState {
    /// The integration `id` of `tenant`.
    pub(crate) async fn integration(&self, tenant: &str, id: &str) -> Result<Integration, Problem> {
        let found = self.worker.books().find(tenant, id).await?;
        found.ok_or_else(|| Problem::new(Code::IntegrationNotFound, "There is no such integration."))
    }
}

/// The routes, for a component that serves others too.
pub fn routes(capabilities: &Capabilities, db: &Db, books: Arc<dyn Books>) -> Router {
    let state = AppState {
        authenticator: Authenticator::new(capabilities, db),
        audit: AuditLog::new(db.clone()),
        tenants: Tenants::new(db.clone()),
        worker: SyncWorker::new(capabilities, db, books),
    };
    let one = "/api/v1/enterprise-billing/integrations/{integration_id}";
    Router::new()
        .route(&format!("{one}/sync"), post(run::api::sync_integration))
        .route(&format!("{one}/documents"), get(document::api::list_documents))
        .route(&format!("{one}/logs"), get(log::api::list_logs))
        .with_state(state)
}

/// `runner` with the jobs of syncs. They call the providers.
#[must_use]
pub fn jobs(capabilities: &Capabilities, db: &Db, books: Arc<dyn Books>, runner: JobRunner) -> JobRunner {
    let worker = SyncWorker::new(capabilities, db, books);
    runner.handle(SYNC, SyncJob(worker.clone())).repeat(KEEP, KEEP_EVERY, Keeper(worker))
}

/// The routes and jobs of connections and of syncs, with the layers that all components share: the component
/// `integrations`.
pub fn router(capabilities: Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    let connections = Connections::new(&capabilities, &db);
    let books: Arc<dyn Books> = Arc::new(connections.clone());
    let runner = JobRunner::new("integrations", &capabilities, &JobQueue::new(&capabilities, &db));
    let runner = jobs(&capabilities, &db, books.clone(), edge_connections::jobs(&connections, runner));
    let reports = Arc::new(SyncReports::new(&db));
    let routes = edge_connections::routes(&capabilities, &db, &connections, reports)
        .merge(routes(&capabilities, &db, books))
        .merge(edge_access::jobs_router(&capabilities, &db, runner));
    edge_http::finish(routes, "integrations", &capabilities)
}

impl From<BooksError> for Problem {
    fn from(error: BooksError) -> Self {
        match error {
            BooksError::NotConnected => {
                Self::new(Code::IntegrationNotConnected, "The integration is not connected: authorize it first.")
            }
            BooksError::NeedsReauth(reason) => {
                Self::new(Code::IntegrationNotConnected, "The integration must be authorized again.").because(reason)
            }
            BooksError::Unavailable(reason) => {
                Self::new(Code::UpstreamUnavailable, "The provider cannot be reached; try again.")
                    .retry_after(10)
                    .because(reason)
            }
            BooksError::Misconfigured(reason) => {
                Self::new(Code::NotConfigured, "The integration lacks settings.").because(reason)
            }
            BooksError::Db(error) => error.into(),
        }
    }
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(
    paths(run::api::sync_integration, document::api::list_documents, log::api::list_logs),
    components(schemas(SyncReport))
)]
pub struct ApiDoc;
