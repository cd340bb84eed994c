//! The routes of disputes. The handlers of each resource are in its `api`.

mod error;

use axum::Router;
use axum::routing::{get, post};
use edge_access::Authenticator;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use edge_idempotency::Idempotency;
use edge_jobs::JobRunner;
use edge_tenants::Tenants;
use utoipa::OpenApi;

use crate::comment::Comments;
use crate::keeper::DisputeKeeper;
use crate::resolution::{FOLLOW_UP, FollowUp, LEFT, LEFT_EVERY, LeftUndone, Resolver};
use crate::{comment, dispute, resolution};

#[derive(Clone)]
pub(crate) struct AppState {
    authenticator: Authenticator,
    pub(crate) capabilities: Capabilities,
    pub(crate) comments: Comments,
    pub(crate) idempotency: Idempotency,
    pub(crate) resolver: Resolver,
    tenants: Tenants,
}

impl AppState {
    pub(crate) fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    pub(crate) fn keeper(&self) -> &DisputeKeeper {
        &self.resolver.keeper
    }
}

edge_http::state_parts!(AppState { authenticator: Authenticator, tenants: Tenants });

/// The routes, for a component that serves others too. It calls BheemPay.
pub fn routes(capabilities: &Capabilities, db: &Db) -> Router {
    let state = AppState {
        authenticator: Authenticator::new(capabilities, db),
        comments: Comments::new(db.clone()),
        idempotency: Idempotency::new(capabilities, db),
        resolver: Resolver::new(capabilities, db),
        tenants: Tenants::new(db.clone()),
        capabilities: capabilities.clone(),
    };
    let disputes = "/api/v1/enterprise-billing/disputes";
    let one = format!("{disputes}/{{dispute_id}}");
    Router::new()
        .route(disputes, post(dispute::api::create_dispute).get(dispute::api::list_disputes))
        .route(&one, get(dispute::api::get_dispute).put(dispute::api::update_dispute))
        .route(&format!("{one}/resolve"), post(resolution::api::resolve_dispute))
        .route(&format!("{one}/comments"), post(comment::api::add_comment).get(comment::api::list_comments))
        .with_state(state)
}

/// `runner` with the jobs of disputes. They call BheemPay.
#[must_use]
pub fn jobs(capabilities: &Capabilities, db: &Db, runner: JobRunner) -> JobRunner {
    let resolver = Resolver::new(capabilities, db);
    runner.handle(FOLLOW_UP, FollowUp(resolver.clone())).repeat(LEFT, LEFT_EVERY, LeftUndone(resolver))
}

/// The routes alone, with the layers that all components share.
pub fn router(capabilities: Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    edge_http::finish(routes(&capabilities, &db), "checkout", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    dispute::api::create_dispute,
    dispute::api::list_disputes,
    dispute::api::get_dispute,
    dispute::api::update_dispute,
    resolution::api::resolve_dispute,
    comment::api::add_comment,
    comment::api::list_comments
))]
pub struct ApiDoc;
