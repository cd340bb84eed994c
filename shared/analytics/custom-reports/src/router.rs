//! The routes of custom reports.

use axum::Router;
use axum::routing::{get, post};
use edge_access::Authenticator;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use edge_entities::{TELL_EVERY, TellUntold, Untold};
use edge_idempotency::Idempotency;
use edge_jobs::{JobKind, JobRunner};
use edge_payment_history::Collector;
use edge_tenants::Tenants;
use utoipa::OpenApi;

use crate::saved::api as saved;
use crate::saved::{SEND, SEND_EVERY, SavedReports, SendDue, TABLES};
use crate::{members, run};

/// The recurring job that appends to the audit log what instances that died have left.
const TELL: JobKind = JobKind::new("reports.append_audit");

#[derive(Clone)]
pub(crate) struct AppState {
    authenticator: Authenticator,
    pub(crate) capabilities: Capabilities,
    pub(crate) db: Db,
    pub(crate) idempotency: Idempotency,
    pub(crate) payments: Collector,
    pub(crate) reports: SavedReports,
    pub(crate) tenants: Tenants,
}

impl AppState {
    pub(crate) fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }
}

edge_http::state_parts!(AppState { authenticator: Authenticator, tenants: Tenants });

/// The routes, for a component that serves others too.
pub fn routes(capabilities: &Capabilities, db: &Db) -> Router {
    let state = AppState {
        authenticator: Authenticator::new(capabilities, db),
        capabilities: capabilities.clone(),
        db: db.clone(),
        idempotency: Idempotency::new(capabilities, db),
        payments: Collector::new(capabilities, db),
        reports: SavedReports::new(db),
        tenants: Tenants::new(db.clone()),
    };
    let custom = "/api/v1/enterprise-billing/reports/custom";
    let one = format!("{custom}/{{report_id}}");
    Router::new()
        .route(custom, post(run::run_report).get(saved::list_reports))
        .route(&format!("{custom}/members"), get(members::list_report_members))
        .route(&format!("{custom}/shared/{{token}}"), get(saved::fetch_report))
        .route(&one, get(saved::get_report).put(saved::replace_report).delete(saved::delete_report))
        .route(&format!("{one}/run"), post(saved::run_saved_report))
        .with_state(state)
}

/// `runner` with the jobs of custom reports.
#[must_use]
pub fn jobs(capabilities: &Capabilities, db: &Db, runner: JobRunner) -> JobRunner {
    let untold = TellUntold { untold: Untold::new(db, TABLES), clock: capabilities.clock.clone() };
    runner.repeat(SEND, SEND_EVERY, SendDue::new(capabilities, db)).repeat(TELL, TELL_EVERY, untold)
}

/// The routes alone, with the layers that all components share.
pub fn router(capabilities: Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    edge_http::finish(routes(&capabilities, &db), "analytics", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    run::run_report,
    members::list_report_members,
    saved::list_reports,
    saved::get_report,
    saved::replace_report,
    saved::delete_report,
    saved::run_saved_report,
    saved::fetch_report
))]
pub struct ApiDoc;
