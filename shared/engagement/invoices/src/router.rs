//! The routes of invoices. The handlers of each resource are in its `api`.

mod error;

use axum::Router;
use axum::routing::{get, post};
use edge_access::Authenticator;
use edge_audit::{Actor, AuditEntry, AuditLog};
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::{DatabaseError, Db};
use edge_idempotency::Idempotency;
use edge_jobs::JobRunner;
use edge_tenants::Tenants;
use utoipa::OpenApi;

use crate::invoice::Invoice;
use crate::payment::ReportedPayments;
use crate::reminder::{FOLLOW_UP, FollowUp};
use crate::service::InvoiceService;
use crate::{invoice, payment, reminder};

#[derive(Clone)]
pub(crate) struct AppState {
    authenticator: Authenticator,
    audit: AuditLog,
    pub(crate) capabilities: Capabilities,
    pub(crate) idempotency: Idempotency,
    pub(crate) service: InvoiceService,
    tenants: Tenants,
}

impl AppState {
    pub(crate) fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    /// Appends to the tenant's audit log that `actor` did `action`, once for each `mark`: the entry is there before the
    /// caller has the answer, also where the change was made by an instance that died before it could append it.
    pub(crate) async fn audit(
        &self,
        invoice: &Invoice,
        action: &str,
        mark: &str,
        detail: &serde_json::Value,
        actor: &Actor,
    ) -> Result<(), DatabaseError> {
        let entry = AuditEntry::with_id(format!("{}.{mark}", invoice.id), action, detail, actor, self.now());
        self.audit.append(&invoice.tenant, &entry).await
    }
}

edge_http::state_parts!(AppState { authenticator: Authenticator, tenants: Tenants });

/// The routes, for a component that serves others too.
pub fn routes(capabilities: &Capabilities, db: &Db) -> Router {
    let state = AppState {
        authenticator: Authenticator::new(capabilities, db),
        audit: AuditLog::new(db.clone()),
        idempotency: Idempotency::new(capabilities, db),
        service: InvoiceService::new(capabilities, db),
        tenants: Tenants::new(db.clone()),
        capabilities: capabilities.clone(),
    };
    let invoices = "/api/v1/invoices";
    let one = format!("{invoices}/{{invoice_id}}");
    Router::new()
        .route(invoices, post(invoice::api::create_invoice).get(invoice::api::list_invoices))
        .route(&one, get(invoice::api::get_invoice).put(invoice::api::update_invoice))
        .route(&format!("{one}/finalize"), post(invoice::api::finalize_invoice))
        .route(&format!("{one}/void"), post(invoice::api::void_invoice))
        .route(&format!("{one}/payments"), post(payment::api::record_payment))
        .route(&format!("{one}/reminders"), post(reminder::api::schedule_reminder).get(reminder::api::list_reminders))
        .with_state(state)
}

/// `runner` with the jobs that follow invoices up.
#[must_use]
pub fn jobs(capabilities: &Capabilities, db: &Db, runner: JobRunner) -> JobRunner {
    let runner = runner.handle(FOLLOW_UP, FollowUp::new(capabilities, db));
    ReportedPayments::new(capabilities, db).jobs(runner)
}

/// The routes alone, with the layers that all components share.
pub fn router(capabilities: Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    edge_http::finish(routes(&capabilities, &db), "messaging", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    invoice::api::create_invoice,
    invoice::api::list_invoices,
    invoice::api::get_invoice,
    invoice::api::update_invoice,
    invoice::api::finalize_invoice,
    invoice::api::void_invoice,
    payment::api::record_payment,
    reminder::api::schedule_reminder,
    reminder::api::list_reminders
))]
pub struct ApiDoc;

#[cfg(test)]
mod tests;
