//! The routes of orders and shops. The handlers of each resource are in its `api`.

mod error;

use axum::Router;
use axum::routing::{delete, get, post, put};
use edge_access::Authenticator;
use edge_audit::{Actor, AuditEntry, AuditLog};
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::{DatabaseError, Db};
use edge_idempotency::Idempotency;
use edge_jobs::{JobQueue, JobRunner};
use edge_tenants::Tenants;
use utoipa::OpenApi;

use crate::message::{LEFTOVERS, LEFTOVERS_EVERY, Leftovers, Messages};
use crate::order::Order;
use crate::service::OrderService;
use crate::shop::{POLL, POLLS, POLLS_EVERY, PollHandler, PollsHandler, Shops};
use crate::{order, packing, shop};

#[derive(Clone)]
pub(crate) struct AppState {
    authenticator: Authenticator,
    audit: AuditLog,
    pub(crate) capabilities: Capabilities,
    pub(crate) idempotency: Idempotency,
    pub(crate) queue: JobQueue,
    pub(crate) service: OrderService,
    pub(crate) shops: Shops,
    tenants: Tenants,
}

impl AppState {
    pub(crate) fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    pub(crate) const fn audit_log(&self) -> &AuditLog {
        &self.audit
    }

    /// Appends to the tenant's audit log that `actor` did `action`, once for each `mark`: the entry is there before the
    /// caller has the answer, also where the change was made by an instance that died before it could append it.
    pub(crate) async fn audit(
        &self,
        order: &Order,
        action: &str,
        mark: &str,
        detail: &serde_json::Value,
        actor: &Actor,
    ) -> Result<(), DatabaseError> {
        let entry = AuditEntry::with_id(format!("{}.{mark}", order.id), action, detail, actor, self.now());
        self.audit.append(&order.tenant, &entry).await
    }
}

edge_http::state_parts!(AppState { authenticator: Authenticator, tenants: Tenants });

/// The routes, for a component that serves others too.
pub fn routes(capabilities: &Capabilities, db: &Db) -> Router {
    let state = AppState {
        authenticator: Authenticator::new(capabilities, db),
        audit: AuditLog::new(db.clone()),
        idempotency: Idempotency::new(capabilities, db),
        queue: JobQueue::new(capabilities, db),
        service: OrderService::new(capabilities, db),
        shops: Shops::new(db.clone()),
        tenants: Tenants::new(db.clone()),
        capabilities: capabilities.clone(),
    };
    let orders = "/api/v1/orders";
    let one = format!("{orders}/{{order_id}}");
    Router::new()
        .route(orders, post(order::api::create_order).get(order::api::list_orders))
        .route(&format!("{orders}/shops"), post(shop::api::connect_shop).get(shop::api::list_shops))
        .route(&format!("{orders}/shops/{{shop_id}}"), delete(shop::api::disconnect_shop))
        .route(&one, get(order::api::get_order).put(order::api::update_order))
        .route(&format!("{one}/items/{{item_id}}/pack"), put(packing::pack_item))
        .route(&format!("{one}/packing-list"), get(packing::get_packing_list))
        .with_state(state)
}

/// `runner` with the jobs of orders.
#[must_use]
pub fn jobs(capabilities: &Capabilities, db: &Db, runner: JobRunner) -> JobRunner {
    runner
        .repeat(LEFTOVERS, LEFTOVERS_EVERY, Leftovers(Messages::new(capabilities, db)))
        .repeat(POLLS, POLLS_EVERY, PollsHandler::new(capabilities, db))
        .handle(POLL, PollHandler::new(capabilities, db))
}

/// The routes alone, with the layers that all components share.
pub fn router(capabilities: Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    edge_http::finish(routes(&capabilities, &db), "messaging", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    order::api::create_order,
    order::api::list_orders,
    order::api::get_order,
    order::api::update_order,
    packing::pack_item,
    packing::get_packing_list,
    shop::api::connect_shop,
    shop::api::list_shops,
    shop::api::disconnect_shop
))]
pub struct ApiDoc;

#[cfg(test)]
mod tests;
