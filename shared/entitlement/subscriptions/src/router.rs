//! The routes of subscriptions and seats. The handlers of each resource are in its `api`.

pub(crate) mod access;
mod error;

use std::sync::Arc;

use axum::Router;
use axum::routing::{delete, get, post};
use edge_access::Authenticator;
use edge_applications::{Applications, Plans};
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use edge_idempotency::Idempotency;
use edge_jobs::{JobQueue, JobRunner};
use edge_notifications::Notifications;
use edge_tenants::{ExternalIdChanges, People, Tenants};
use utoipa::OpenApi;

use crate::due::{WRITE_DUE, WriteDue};
use crate::gateway::Gateways;
use crate::renewal::{TELL_RENEWAL, TellRenewal};
use crate::restoration::{RESTORE_SEATS, RestoreSeats};
use crate::service::Subscriptions;
use crate::{seat, subscription};

#[derive(Clone)]
pub(crate) struct AppState {
    authenticator: Authenticator,
    pub(crate) applications: Applications,
    pub(crate) plans: Plans,
    pub(crate) tenants: Tenants,
    pub(crate) external_ids: ExternalIdChanges,
    pub(crate) people: People,
    pub(crate) idempotency: Idempotency,
    pub(crate) gateways: Gateways,
    jobs: Arc<JobRunner>,
    pub(crate) service: Subscriptions,
    pub(crate) capabilities: Capabilities,
}

impl AppState {
    pub(crate) fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }
}

edge_http::state_parts!(AppState { authenticator: Authenticator, jobs: Arc<JobRunner> });

/// The routes, for a component that serves others too. New subscriptions are paid through `gateways`.
pub fn routes(capabilities: &Capabilities, gateways: Gateways) -> Router {
    let db = Db::new(capabilities.db.clone());
    let service = Subscriptions::new(capabilities, &db);
    let due = WriteDue(service.clone());
    let restore = RestoreSeats { service: service.clone(), gateways: gateways.clone() };
    let renewal = TellRenewal {
        service: service.clone(),
        applications: Applications::new(capabilities, &db),
        notifications: Notifications::new(db.clone()),
        tenants: Tenants::new(db.clone()),
    };
    let runner = JobRunner::new("subscriptions", capabilities, &JobQueue::new(capabilities, &db));
    let state = AppState {
        authenticator: Authenticator::new(capabilities, &db),
        applications: Applications::new(capabilities, &db),
        plans: Plans::new(db.clone()),
        tenants: Tenants::new(db.clone()),
        external_ids: ExternalIdChanges::new(capabilities, &db),
        people: People::new(db.clone()),
        idempotency: Idempotency::new(capabilities, &db),
        service,
        gateways,
        jobs: Arc::new(runner.handle(RESTORE_SEATS, restore).handle(WRITE_DUE, due).handle(TELL_RENEWAL, renewal)),
        capabilities: capabilities.clone(),
    };
    use seat::api as seats;
    use subscription::api as subscriptions;
    use subscription::change::api as changes;
    use subscription::purchase::api as purchases;
    Router::new()
        .route("/subscriptions", post(purchases::create_subscription).get(subscriptions::list_subscriptions))
        .route("/subscriptions/{id}", get(subscriptions::get_subscription).patch(changes::update_subscription))
        .route("/subscriptions/{id}/preview", post(changes::preview_subscription))
        .route("/subscriptions/{id}/cancel", post(subscriptions::cancel_subscription))
        .route("/subscriptions/{id}/reactivate", post(subscriptions::reactivate_subscription))
        .route("/subscriptions/{id}/seats", post(seats::assign_seats).get(seats::list_seats))
        .route("/subscriptions/{id}/seats/{seatId}", delete(seats::revoke_seat))
        .route("/subscriptions/{id}/seats/{seatId}/claim", post(seats::claim_seat))
        .route("/subscriptions/{id}/seats/{seatId}/transfer", post(seats::transfer_seat))
        .merge(edge_access::job_routes())
        .with_state(state)
}

/// The routes alone, with the layers that all components share.
pub fn router(capabilities: Capabilities, gateways: Gateways) -> Router {
    edge_http::finish(routes(&capabilities, gateways), "subscriptions", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    subscription::purchase::api::create_subscription,
    subscription::api::list_subscriptions,
    subscription::api::get_subscription,
    subscription::change::api::update_subscription,
    subscription::change::api::preview_subscription,
    subscription::api::cancel_subscription,
    subscription::api::reactivate_subscription,
    seat::api::assign_seats,
    seat::api::list_seats,
    seat::api::revoke_seat,
    seat::api::claim_seat,
    seat::api::transfer_seat,
))]
pub struct ApiDoc;

#[cfg(test)]
pub(crate) mod tests;
