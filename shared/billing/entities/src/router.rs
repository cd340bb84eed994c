//! The routes of entities. The handlers of each resource are in its `api`.

use axum::Router;
use axum::routing::{get, post, put};
use edge_access::Authenticator;
use edge_budgets::BudgetService;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use edge_idempotency::Idempotency;
use edge_invoices::Invoices;
use edge_jobs::JobRunner;
use edge_subscriptions::Subscriptions;
use edge_tenants::Tenants;
use utoipa::OpenApi;

use crate::charge::Charges;
use crate::consolidation::{Consolidation, Lines, MAKE_INVOICES, MakeInvoices};
use crate::entity::Entities;
use crate::subscription::{CHARGE_PERIODS, CHARGE_PERIODS_EVERY, ChargePeriods, EntitySubscriptions};
use crate::untold::{TABLES, TELL, TELL_EVERY, TellUntold, Untold};
use crate::{charge, consolidation, entity, hierarchy, subscription};

#[derive(Clone)]
pub(crate) struct AppState {
    authenticator: Authenticator,
    pub(crate) budgets: BudgetService,
    pub(crate) capabilities: Capabilities,
    pub(crate) charges: Charges,
    pub(crate) consolidation: Consolidation,
    pub(crate) entities: Entities,
    pub(crate) entity_subscriptions: EntitySubscriptions,
    pub(crate) idempotency: Idempotency,
    pub(crate) invoices: Invoices,
    pub(crate) lines: Lines,
    pub(crate) subscriptions: Subscriptions,
    tenants: Tenants,
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
        budgets: BudgetService::new(capabilities, db),
        charges: Charges::new(capabilities, db),
        consolidation: Consolidation::new(capabilities, db),
        entities: Entities::new(capabilities, db),
        entity_subscriptions: EntitySubscriptions::new(capabilities, db),
        idempotency: Idempotency::new(capabilities, db),
        invoices: Invoices::new(db.clone()),
        lines: Lines::new(db.clone()),
        subscriptions: Subscriptions::new(capabilities, db),
        tenants: Tenants::new(db.clone()),
        capabilities: capabilities.clone(),
    };
    let entities = "/api/v1/enterprise-billing/entities";
    let one = format!("{entities}/{{entity_id}}");
    Router::new()
        .route(entities, post(entity::api::create_entity).get(entity::api::list_entities))
        .route(&one, get(entity::api::get_entity).put(entity::api::update_entity))
        .route(&format!("{one}/charges"), post(charge::api::create_charge).get(charge::api::list_charges))
        .route(&format!("{one}/hierarchy"), get(hierarchy::api::get_hierarchy))
        .route(
            &format!("{one}/invoices"),
            post(consolidation::api::create_consolidated_invoices).get(consolidation::api::list_consolidated_invoices),
        )
        .route(&format!("{one}/subscriptions"), get(subscription::api::list_entity_subscriptions))
        .route(&format!("{one}/subscriptions/{{subscription_id}}"), put(subscription::api::assign_subscription))
        .with_state(state)
}

/// `runner` with the jobs of this crate.
#[must_use]
pub fn jobs(capabilities: &Capabilities, db: &Db, runner: JobRunner) -> JobRunner {
    let tell = TellUntold { untold: Untold::new(db, TABLES), clock: capabilities.clock.clone() };
    runner
        .repeat(TELL, TELL_EVERY, tell)
        .repeat(CHARGE_PERIODS, CHARGE_PERIODS_EVERY, ChargePeriods::new(capabilities, db))
        .handle(MAKE_INVOICES, MakeInvoices::new(capabilities, db))
}

/// The routes alone, with the layers that all components share.
pub fn router(capabilities: Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    edge_http::finish(routes(&capabilities, &db), "enterprise", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    entity::api::create_entity,
    entity::api::list_entities,
    entity::api::get_entity,
    entity::api::update_entity,
    charge::api::create_charge,
    charge::api::list_charges,
    hierarchy::api::get_hierarchy,
    consolidation::api::create_consolidated_invoices,
    consolidation::api::list_consolidated_invoices,
    subscription::api::list_entity_subscriptions,
    subscription::api::assign_subscription
))]
pub struct ApiDoc;

#[cfg(test)]
mod tests;
