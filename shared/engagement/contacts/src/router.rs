//! The routes of contacts. The handlers of each resource are in its `api`.

use std::sync::Arc;

use axum::Router;
use axum::routing::{delete, get, post};
use edge_access::Authenticator;
use edge_audit::{Actor, AuditEntry, AuditLog};
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::{DatabaseError, Db};
use edge_http::BodyLimit;
use edge_idempotency::Idempotency;
use edge_jobs::{JobQueue, JobRunner};
use edge_notifications::Notifications;
use edge_tenants::Tenants;
use utoipa::OpenApi;

use crate::activity::Activities;
use crate::contact::{self, Contacts, Erasures};
use crate::import::{self, IMPORT, ImportJob, Imports, UPKEEP, UPKEEP_EVERY, Upkeep};
use crate::suppression::{self, Suppressions};
use crate::unsubscribe;

#[derive(Clone)]
pub(crate) struct AppState {
    authenticator: Authenticator,
    pub(crate) activities: Activities,
    audit: AuditLog,
    pub(crate) capabilities: Capabilities,
    pub(crate) contacts: Contacts,
    pub(crate) erasures: Erasures,
    pub(crate) idempotency: Idempotency,
    pub(crate) imports: Imports,
    importer: Arc<JobRunner>,
    pub(crate) notifications: Notifications,
    pub(crate) queue: JobQueue,
    pub(crate) suppressions: Suppressions,
    pub(crate) tenants: Tenants,
}

impl AppState {
    pub(crate) fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    /// Reads imported files behind the answer. Should the instance die, or the file be long, a drain goes on with it.
    pub(crate) fn import_soon(&self) {
        let importer = self.importer.clone();
        self.capabilities.background.spawn(Box::pin(async move { drop(importer.drain().await) }));
    }

    /// Appends to the tenant's audit log that `actor` did `action`, once for each `mark`.
    pub(crate) async fn audit(
        &self,
        tenant: &str,
        action: &str,
        mark: String,
        detail: &serde_json::Value,
        actor: &Actor,
    ) -> Result<(), DatabaseError> {
        let entry = AuditEntry::with_id(mark, action, detail, actor, self.now());
        self.audit.append(tenant, &entry).await
    }
}

edge_http::state_parts!(AppState { authenticator: Authenticator, tenants: Tenants });

/// The routes, for a component that serves others too.
pub fn routes(capabilities: &Capabilities, db: &Db) -> Router {
    let queue = JobQueue::new(capabilities, db);
    let importer = JobRunner::new("messaging", capabilities, &queue).handle(IMPORT, ImportJob::new(capabilities, db));
    let state = AppState {
        authenticator: Authenticator::new(capabilities, db),
        activities: Activities::new(db.clone()),
        audit: AuditLog::new(db.clone()),
        contacts: Contacts::new(db.clone()),
        erasures: Erasures::new(capabilities, db),
        idempotency: Idempotency::new(capabilities, db),
        imports: Imports::new(db.clone()),
        importer: Arc::new(importer),
        notifications: Notifications::new(db.clone()),
        queue,
        suppressions: Suppressions::new(capabilities, db),
        tenants: Tenants::new(db.clone()),
        capabilities: capabilities.clone(),
    };
    let contacts = "/api/v1/contacts";
    let large = Router::new()
        .route(&format!("{contacts}/import"), post(import::api::import_contacts))
        .layer(BodyLimit::IMPORT.layer());
    Router::new()
        .merge(large)
        .route(&format!("{contacts}/imports/{{job_id}}"), get(import::api::get_contact_import))
        .route(
            &format!("{contacts}/suppressions"),
            post(suppression::api::create_suppression).get(suppression::api::list_suppressions),
        )
        .route(&format!("{contacts}/suppressions/{{suppression_id}}"), delete(suppression::api::delete_suppression))
        .route("/unsubscribe/{token}", get(unsubscribe::api::show_link).post(unsubscribe::api::use_link))
        .route(contacts, post(contact::api::create_contact).get(contact::api::list_contacts))
        .route(
            &format!("{contacts}/{{contact_id}}"),
            get(contact::api::get_contact).put(contact::api::update_contact).delete(contact::api::delete_contact),
        )
        .with_state(state)
}

/// `runner` with the jobs of contacts.
#[must_use]
pub fn jobs(capabilities: &Capabilities, db: &Db, runner: JobRunner) -> JobRunner {
    let runner = runner.handle(IMPORT, ImportJob::new(capabilities, db));
    runner.repeat(UPKEEP, UPKEEP_EVERY, Upkeep::new(capabilities, db))
}

/// The routes alone, with the layers that all components share.
pub fn router(capabilities: Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    edge_http::finish(routes(&capabilities, &db), "messaging", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    contact::api::create_contact,
    contact::api::list_contacts,
    contact::api::get_contact,
    contact::api::update_contact,
    contact::api::delete_contact,
    import::api::import_contacts,
    import::api::get_contact_import,
    suppression::api::create_suppression,
    suppression::api::list_suppressions,
    suppression::api::delete_suppression,
    unsubscribe::api::show_link,
    unsubscribe::api::use_link
))]
pub struct ApiDoc;

#[cfg(test)]
mod tests;
