//! The routes of analytics. The handlers of each resource are in its own module.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use edge_access::Authenticator;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use edge_jobs::{JobQueue, JobRunner};
use edge_mrr::{MrrLedger, ROLL_UP, ROLL_UP_EVERY, RollUp};
use edge_payment_history::{COLLECT, COLLECT_EVERY, Collector, PaymentHistory};
use edge_seats::SeatActivity;
use edge_subscriptions::Movements;
use edge_tenants::Tenants;
use utoipa::OpenApi;

use crate::retention::{REMOVE_ACTIVITY, REMOVE_EVERY, RemoveActivity};
use crate::{health, mrr, revenue, seat_usage};

#[derive(Clone)]
pub(crate) struct AppState(Arc<Services>);

pub(crate) struct Services {
    authenticator: Authenticator,
    pub(crate) capabilities: Capabilities,
    pub(crate) collector: Collector,
    pub(crate) activity: SeatActivity,
    pub(crate) movements: Movements,
    pub(crate) mrr: MrrLedger,
    pub(crate) payments: PaymentHistory,
    pub(crate) tenants: Tenants,
}

impl std::ops::Deref for AppState {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0
    }
}

impl Services {
    pub(crate) fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }
}

edge_http::state_parts!(AppState { authenticator: Authenticator });

/// The routes, for a component that serves others too.
pub fn routes(capabilities: &Capabilities, db: &Db) -> Router {
    let state = AppState(Arc::new(Services {
        authenticator: Authenticator::new(capabilities, db),
        collector: Collector::new(capabilities, db),
        activity: SeatActivity::new(db.clone()),
        movements: Movements::new(db.clone()),
        payments: PaymentHistory::new(db.clone()),
        mrr: MrrLedger::new(capabilities, db),
        tenants: Tenants::new(db.clone()),
        capabilities: capabilities.clone(),
    }));
    Router::new()
        .route("/analytics/mrr", get(mrr::get_mrr))
        .route("/analytics/revenue", get(revenue::get_revenue))
        .route("/analytics/seat-usage", get(seat_usage::get_seat_usage))
        .route("/analytics/health", get(health::get_health))
        .with_state(state)
}

/// `runner` with the jobs of analytics.
#[must_use]
pub fn jobs(capabilities: &Capabilities, db: &Db, runner: JobRunner) -> JobRunner {
    let remove = RemoveActivity { capabilities: capabilities.clone(), db: db.clone() };
    runner
        .repeat(ROLL_UP, ROLL_UP_EVERY, RollUp::new(capabilities, db))
        .repeat(COLLECT, COLLECT_EVERY, Collector::new(capabilities, db))
        .repeat(REMOVE_ACTIVITY, REMOVE_EVERY, remove)
}

/// The routes alone, with the layers that all components share.
pub fn router(capabilities: Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    let runner = JobRunner::new("analytics", &capabilities, &JobQueue::new(&capabilities, &db));
    let runner = jobs(&capabilities, &db, runner);
    let routes = routes(&capabilities, &db).merge(edge_access::jobs_router(&capabilities, &db, runner));
    edge_http::finish(routes, "analytics", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(mrr::get_mrr, revenue::get_revenue, seat_usage::get_seat_usage, health::get_health))]
pub struct ApiDoc;

#[cfg(test)]
mod tests;
