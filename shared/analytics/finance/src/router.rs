//! The routes of financial reports.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use edge_access::Authenticator;
use edge_allocations::{Departments, Lines};
use edge_budgets::Budgets;
use edge_capabilities::{Capabilities, Timestamp};
use edge_contracts::Contracts;
use edge_database::Db;
use edge_disputes::Disputes;
use edge_entities::{Charges, Consolidation, Entities};
use edge_invoices::Invoices;
use edge_mrr::MrrLedger;
use edge_payment_history::{Collector, PaymentHistory};
use edge_subscriptions::Movements;
use edge_tenants::Tenants;
use utoipa::OpenApi;

use crate::{budget_performance, contracts, cost_analysis, dashboard};

#[derive(Clone)]
pub(crate) struct AppState(Arc<Services>);

pub(crate) struct Services {
    authenticator: Authenticator,
    pub(crate) budgets: Budgets,
    capabilities: Capabilities,
    pub(crate) charges: Charges,
    pub(crate) collector: Collector,
    pub(crate) consolidation: Consolidation,
    pub(crate) contracts: Contracts,
    pub(crate) departments: Departments,
    pub(crate) disputes: Disputes,
    pub(crate) entities: Entities,
    pub(crate) invoices: Invoices,
    pub(crate) lines: Lines,
    pub(crate) movements: Movements,
    pub(crate) mrr: MrrLedger,
    pub(crate) payments: PaymentHistory,
    tenants: Tenants,
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

edge_http::state_parts!(AppState { authenticator: Authenticator, tenants: Tenants });

/// The routes, for a component that serves others too.
pub fn routes(capabilities: &Capabilities, db: &Db) -> Router {
    let state = AppState(Arc::new(Services {
        authenticator: Authenticator::new(capabilities, db),
        budgets: Budgets::new(db.clone()),
        charges: Charges::new(capabilities, db),
        collector: Collector::new(capabilities, db),
        consolidation: Consolidation::new(capabilities, db),
        contracts: Contracts::new(db.clone()),
        departments: Departments::new(db.clone()),
        disputes: Disputes::new(db.clone()),
        entities: Entities::new(capabilities, db),
        invoices: Invoices::new(db.clone()),
        lines: Lines::new(db.clone()),
        movements: Movements::new(db.clone()),
        mrr: MrrLedger::new(capabilities, db),
        payments: PaymentHistory::new(db.clone()),
        tenants: Tenants::new(db.clone()),
        capabilities: capabilities.clone(),
    }));
    let at = |report: &str| format!("/api/v1/enterprise-billing/reports/{report}");
    Router::new()
        .route(&at("cfo-dashboard"), get(dashboard::api::get_cfo_dashboard))
        .route(&at("cost-analysis"), get(cost_analysis::get_cost_analysis))
        .route(&at("budget-performance"), get(budget_performance::get_budget_performance))
        .route(&at("contracts"), get(contracts::get_contracts_report))
        .with_state(state)
}

/// The routes alone, with the layers that all components share.
pub fn router(capabilities: Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    edge_http::finish(routes(&capabilities, &db), "analytics", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    dashboard::api::get_cfo_dashboard,
    cost_analysis::get_cost_analysis,
    budget_performance::get_budget_performance,
    contracts::get_contracts_report
))]
pub struct ApiDoc;
