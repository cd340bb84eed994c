//! The routes of contracts. The handlers of each resource are in its `api`.

mod error;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use edge_access::Authenticator;
use edge_capabilities::Capabilities;
use edge_database::Db;
use edge_idempotency::Idempotency;
use edge_jobs::{JobQueue, JobRunner};
use edge_tenants::{Tenant, Tenants};
use utoipa::OpenApi;

use crate::charge::{ChargeBook, EntityBook};
use crate::contract::{Contract, ContractResponse};
use crate::error::ContractError;
use crate::follow_up::{FIND_DUE, FIND_DUE_EVERY, FOLLOW_UP, FindDue, FollowUp};
use crate::service::ContractService;
use crate::timeline::EDGE;
use crate::{amendment, charge, contract, renewal, sla, termination, timeline};

#[derive(Clone)]
pub(crate) struct AppState {
    authenticator: Authenticator,
    pub(crate) capabilities: Capabilities,
    pub(crate) idempotency: Idempotency,
    pub(crate) service: ContractService,
    tenants: Tenants,
}

edge_http::state_parts!(AppState { authenticator: Authenticator, tenants: Tenants });

impl AppState {
    /// `contract` of `tenant` as it is today.
    pub(crate) fn response(&self, tenant: &Tenant, contract: &Contract) -> Result<ContractResponse, ContractError> {
        ContractResponse::new(contract, self.service.occasion(tenant, EDGE).today)
    }
}

/// The routes, for a component that serves others too.
pub fn routes(capabilities: &Capabilities, db: &Db) -> Router {
    routes_with(capabilities, db, Arc::new(EntityBook::new(capabilities, db)))
}

/// The routes, with charges in `book`.
pub(crate) fn routes_with(capabilities: &Capabilities, db: &Db, book: Arc<dyn ChargeBook>) -> Router {
    let state = AppState {
        authenticator: Authenticator::new(capabilities, db),
        idempotency: Idempotency::new(capabilities, db),
        service: ContractService::new(capabilities, db, book),
        tenants: Tenants::new(db.clone()),
        capabilities: capabilities.clone(),
    };
    let contracts = "/api/v1/enterprise-billing/contracts";
    let one = format!("{contracts}/{{contract_id}}");
    let at = |path: &str| format!("{one}/{path}");
    Router::new()
        .route(contracts, post(contract::api::create_contract).get(contract::api::list_contracts))
        .route(&one, get(contract::api::get_contract).put(contract::api::update_contract))
        .route(&at("activate"), post(contract::api::activate_contract))
        .route(&at("cancel"), post(contract::api::cancel_contract))
        .route(&at("renew"), post(renewal::api::renew_contract))
        .route(&at("notice"), post(renewal::api::give_notice))
        .route(&at("amend"), post(amendment::api::amend_contract))
        .route(&at("terminate"), post(termination::api::terminate_contract))
        .route(&at("sla-reports"), post(sla::api::report_sla).get(sla::api::list_sla_reports))
        .route(&at("usage-reports"), post(charge::api::report_usage).get(charge::api::list_usage_reports))
        .route(&at("timeline"), get(timeline::api::get_timeline))
        .with_state(state)
}

/// `runner` with the jobs that follow contracts up.
#[must_use]
pub fn jobs(capabilities: &Capabilities, db: &Db, runner: JobRunner) -> JobRunner {
    jobs_with(capabilities, db, Arc::new(EntityBook::new(capabilities, db)), runner)
}

/// As [`jobs`], with charges in `book`.
pub(crate) fn jobs_with(
    capabilities: &Capabilities,
    db: &Db,
    book: Arc<dyn ChargeBook>,
    runner: JobRunner,
) -> JobRunner {
    let service = ContractService::new(capabilities, db, book);
    let find = FindDue { service: service.clone(), queue: JobQueue::new(capabilities, db) };
    runner.repeat(FIND_DUE, FIND_DUE_EVERY, find).handle(FOLLOW_UP, FollowUp::new(service, db))
}

/// The routes alone, with the layers that all components share.
pub fn router(capabilities: Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    edge_http::finish(routes(&capabilities, &db), "enterprise", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    contract::api::create_contract,
    contract::api::list_contracts,
    contract::api::get_contract,
    contract::api::update_contract,
    contract::api::activate_contract,
    contract::api::cancel_contract,
    renewal::api::renew_contract,
    renewal::api::give_notice,
    amendment::api::amend_contract,
    termination::api::terminate_contract,
    sla::api::report_sla,
    sla::api::list_sla_reports,
    charge::api::report_usage,
    charge::api::list_usage_reports,
    timeline::api::get_timeline
))]
pub struct ApiDoc;
