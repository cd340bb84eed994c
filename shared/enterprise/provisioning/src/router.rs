//! The ERP's endpoints over HTTP.

use std::sync::Arc;

use axum::Router;
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::{get, post};
use edge_access::Authenticator;
use edge_capabilities::Capabilities;
use edge_database::Db;
use edge_erp_events::ErpEvents;
use edge_http::Problem;
use edge_idempotency::Idempotency;
use edge_jobs::{JobQueue, JobRunner};
use edge_tenants::Tenants;
use utoipa::OpenApi;

use crate::email_account::saga::EmailAccountSaga;
use crate::events::Collector;
use crate::organization::saga::OrganizationSaga;
use crate::usage::report::UsageReports;
use crate::{email_account, events, organization, usage};

#[derive(Clone)]
pub(crate) struct AppState(Arc<Services>);

pub(crate) struct Services {
    authenticator: Authenticator,
    pub(crate) capabilities: Capabilities,
    pub(crate) email_accounts: EmailAccountSaga,
    pub(crate) collector: Collector,
    pub(crate) erp_events: ErpEvents,
    pub(crate) idempotency: Idempotency,
    jobs: Arc<JobRunner>,
    pub(crate) organizations: OrganizationSaga,
    pub(crate) queue: JobQueue,
    pub(crate) tenants: Tenants,
    pub(crate) usage: UsageReports,
}

impl std::ops::Deref for AppState {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0
    }
}

edge_http::state_parts!(AppState { authenticator: Authenticator, jobs: Arc<JobRunner> });

/// The routes of the component `provisioning`.
pub fn router(capabilities: Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    let queue = JobQueue::new(&capabilities, &db);
    let runner = JobRunner::new("provisioning", &capabilities, &queue);
    let state = AppState(Arc::new(Services {
        collector: Collector::new(&capabilities, &db, &queue),
        jobs: Arc::new(events::handle(runner, &capabilities, &db, &queue)),
        authenticator: Authenticator::new(&capabilities, &db),
        email_accounts: EmailAccountSaga::new(&capabilities, &db),
        idempotency: Idempotency::new(&capabilities, &db),
        organizations: OrganizationSaga::new(&capabilities, &db),
        erp_events: ErpEvents::new(db.clone()),
        tenants: Tenants::new(db.clone()),
        queue,
        usage: UsageReports::new(&db),
        capabilities: capabilities.clone(),
    }));
    let mut routes = Router::new();
    for slash in ["", "/"] {
        routes = routes
            .route(&format!("/erp/provision/organization{slash}"), post(organization::api::provision))
            .route(&format!("/erp/provision/email-account{slash}"), post(email_account::api::provision))
            .route(&format!("/erp/usage-summary{slash}"), get(usage::api::summary))
            .route(&format!("/erp/billing-events/{{event_id}}/replay{slash}"), post(events::api::replay));
    }
    let routes = routes.merge(edge_access::job_routes()).layer(map_response(in_the_erps_words)).with_state(state);
    edge_http::finish(routes, "provisioning", &capabilities)
}

/// Adds to an error the members that the ERP reads: `error` and `error_code`.
async fn in_the_erps_words(mut response: Response) -> Response {
    if let Some(problem) = response.extensions_mut().get_mut::<Problem>() {
        let error = match problem.errors().first() {
            Some(first) => format!("{} {}", first.field, first.message),
            None => problem.detail().to_owned(),
        };
        let json = |text: &str| serde_json::Value::from(text).to_string();
        let code = json(problem.code().as_str());
        *problem = problem.clone().with("error", json(&error)).with("error_code", code);
    }
    response
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    organization::api::provision,
    email_account::api::provision,
    usage::api::summary,
    events::api::replay
))]
pub struct ApiDoc;
