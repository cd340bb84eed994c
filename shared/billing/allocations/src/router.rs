//! The routes of departments, allocations and accounts. The handlers of each resource are in its `api`.

mod error;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use edge_access::Authenticator;
use edge_audit::{Actor, AuditEntry};
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use edge_entities::{Entities, TELL_EVERY, TellUntold, Untold, UntoldTable};
use edge_idempotency::Idempotency;
use edge_jobs::{JobKind, JobRunner};
use edge_tenants::Tenants;
use utoipa::OpenApi;

use crate::allocation::{AllocationSource, AllocationSources};
use crate::department::Departments;
use crate::entity::EntityLookup;
use crate::feed::{Feed, register};
use crate::gl_mapping::GlMappings;
use crate::line::Lines;
use crate::service::Allocations;
use crate::{allocation, department, gl_mapping, line};

/// The job that appends to the audit log what instances that died have left.
const TELL: JobKind = JobKind::new("allocations.append_audit");

/// The tables whose rows hold entries of the audit log that are still to be appended.
const TABLES: &[UntoldTable] = &[
    UntoldTable { name: "departments", key: "id", changed_at: "updated_at" },
    UntoldTable { name: "allocation_sources", key: "source", changed_at: "updated_at" },
    UntoldTable { name: "gl_mappings", key: "id", changed_at: "updated_at" },
];

#[derive(Clone)]
pub(crate) struct AppState {
    authenticator: Authenticator,
    pub(crate) capabilities: Capabilities,
    pub(crate) departments: Departments,
    pub(crate) entities: Arc<dyn EntityLookup>,
    pub(crate) feed: Feed,
    pub(crate) gl_mappings: GlMappings,
    pub(crate) idempotency: Idempotency,
    pub(crate) lines: Lines,
    pub(crate) service: Allocations,
    pub(crate) sources: AllocationSources,
    tenants: Tenants,
    pub(crate) untold: Untold,
}

impl AppState {
    pub(crate) fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    /// An entry of the audit log: `actor` does `action`. The log has one of each `mark`.
    pub(crate) fn entry(&self, mark: String, action: &str, detail: &serde_json::Value, actor: &Actor) -> AuditEntry {
        AuditEntry::with_id(mark, action, detail, actor, self.now())
    }

    /// Looks again at the documents of `source` that no department shares.
    pub(crate) async fn repost(&self, source: &AllocationSource) {
        // Should this fail, a job does it: the source's row says that it is to be done.
        let _ = self.service.repost(source).await;
    }
}

edge_http::state_parts!(AppState { authenticator: Authenticator, tenants: Tenants });

/// The routes, for a component that serves others too.
pub fn routes(capabilities: &Capabilities, db: &Db) -> Router {
    routes_with(capabilities, db, Arc::new(Entities::new(capabilities, db)))
}

/// The routes over the entities that `entities` finds.
pub(crate) fn routes_with(capabilities: &Capabilities, db: &Db, entities: Arc<dyn EntityLookup>) -> Router {
    let state = AppState {
        authenticator: Authenticator::new(capabilities, db),
        departments: Departments::new(db.clone()),
        entities,
        feed: Feed::new(capabilities, db),
        gl_mappings: GlMappings::new(db.clone()),
        idempotency: Idempotency::new(capabilities, db),
        lines: Lines::new(db.clone()),
        service: Allocations::new(capabilities, db),
        sources: AllocationSources::new(db.clone()),
        tenants: Tenants::new(db.clone()),
        untold: Untold::new(db, TABLES),
        capabilities: capabilities.clone(),
    };
    let base = "/api/v1/enterprise-billing";
    let departments = format!("{base}/departments");
    let one = format!("{departments}/{{department_id}}");
    let allocations = format!("{base}/allocations");
    Router::new()
        .route(&departments, post(department::api::create_department).get(department::api::list_departments))
        .route(&one, get(department::api::get_department).put(department::api::update_department))
        .route(
            &format!("{one}/allocations"),
            post(allocation::api::create_allocation).get(allocation::api::list_department_allocations),
        )
        .route(&allocations, get(allocation::api::get_allocations).put(allocation::api::set_allocations))
        .route(&format!("{allocations}/preview"), get(allocation::api::preview_allocations))
        .route(&format!("{allocations}/lines"), get(line::api::list_allocation_lines))
        .route(&format!("{allocations}/totals"), get(line::api::get_allocation_totals))
        .route(
            &format!("{base}/gl-mappings"),
            post(gl_mapping::api::create_gl_mapping).get(gl_mapping::api::list_gl_mappings),
        )
        .with_state(state)
}

/// `runner` with the jobs that follow what was billed.
#[must_use]
pub fn jobs(capabilities: &Capabilities, db: &Db, runner: JobRunner) -> JobRunner {
    let tell = TellUntold { untold: Untold::new(db, TABLES), clock: capabilities.clock.clone() };
    register(&Feed::new(capabilities, db), runner).repeat(TELL, TELL_EVERY, tell)
}

/// The routes alone, with the layers that all components share.
pub fn router(capabilities: Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    edge_http::finish(routes(&capabilities, &db), "enterprise", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    department::api::create_department,
    department::api::list_departments,
    department::api::get_department,
    department::api::update_department,
    allocation::api::create_allocation,
    allocation::api::list_department_allocations,
    allocation::api::get_allocations,
    allocation::api::set_allocations,
    allocation::api::preview_allocations,
    line::api::list_allocation_lines,
    line::api::get_allocation_totals,
    gl_mapping::api::create_gl_mapping,
    gl_mapping::api::list_gl_mappings
))]
pub struct ApiDoc;

#[cfg(test)]
pub(crate) mod tests;
