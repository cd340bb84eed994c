//! Billing over HTTP.

mod buying;
mod reading;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, post};
use edge_access::{Access, Caller};
use edge_border::{Code, Problem};
use edge_capabilities::Capabilities;
use edge_idempotency::Idempotency;
use edge_record::Record;
use edge_rulebook::Rulebook;
use edge_tenants::{Mode, Tenant, Tenants};
use http::HeaderMap;
use utoipa::OpenApi;

use crate::checkout::Checking;
use crate::permission::{Asked, Purses};
use crate::policy::{Approvals, Budgets, Policy};

/// The tenant that a key of the platform's speaks for.
const X_TENANT_ID: &str = "x-tenant-id";

#[derive(Clone)]
struct Desk {
    access: Access,
    capabilities: Capabilities,
    checking: Checking,
    idempotency: Idempotency,
    record: Record,
    tenants: Tenants,
}

impl FromRef<Desk> for Access {
    fn from_ref(desk: &Desk) -> Self {
        desk.access.clone()
    }
}

/// The routes of the component `checkout`.
pub fn router(capabilities: Capabilities) -> Router {
    let record = Record::new(capabilities.record.clone());
    let purses = Arc::new(Purses::new(&capabilities, &record));
    let people = Arc::new(Asked::new(&capabilities, &record));
    router_with(capabilities, purses, people)
}

/// The same, with others who know of budgets and of approvals.
pub fn router_with(capabilities: Capabilities, budgets: Arc<dyn Budgets>, approvals: Arc<dyn Approvals>) -> Router {
    let record = Record::new(capabilities.record.clone());
    let policy = Policy { rulebook: Rulebook::new(&capabilities, &record), budgets, approvals };
    let desk = Desk {
        access: Access::new(&capabilities, &record),
        checking: Checking::new(&capabilities, &record, policy),
        idempotency: Idempotency::new(&capabilities, &record),
        tenants: Tenants::new(record.clone()),
        record,
        capabilities: capabilities.clone(),
    };
    let routes = Router::new()
        .route("/api/v1/billing/checkout", post(buying::check_out))
        .route("/api/v1/billing/checkout/{order_id}", get(buying::show))
        .route("/api/v1/billing/verify", post(buying::verify))
        .route("/api/v1/billing/subscription", get(reading::subscription))
        .route("/api/v1/billing/subscription/cancel", post(buying::cancel))
        .route("/api/v1/billing/invoices", get(reading::invoices))
        .route("/api/v1/billing/reconciliation", get(reading::reconciliation))
        .with_state(desk);
    edge_border::finish(routes, "checkout", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    buying::check_out,
    buying::show,
    buying::verify,
    buying::cancel,
    reading::subscription,
    reading::invoices,
    reading::reconciliation
))]
pub struct ApiDoc;

impl Desk {
    /// The tenant that a request is about: the caller's own, or the one that a key of the platform's names. One that is
    /// billed.
    async fn tenant(&self, caller: &Caller, headers: &HeaderMap) -> Result<Tenant, Problem> {
        let unknown = || Problem::new(Code::TenantNotFound, "There is no such tenant.");
        let named = headers.get(X_TENANT_ID).map(|value| value.to_str().map(str::to_ascii_lowercase));
        let named = named.transpose().map_err(|_| unknown())?;
        let id = match (&caller.tenant, named) {
            (Some(own), None) => own.as_str().to_owned(),
            (Some(own), Some(named)) if named == own.as_str().to_ascii_lowercase() => named,
            (Some(_), Some(_)) => return Err(unknown()),
            (None, Some(named)) => named,
            (None, None) => {
                return Err(Problem::field("X-Tenant-Id", "is required of a key of the platform's"));
            }
        };
        let tenant = self.tenants.find(&id.to_ascii_lowercase()).await?.ok_or_else(unknown)?;
        if tenant.mode == Mode::Internal {
            let detail = "This is one of the group's own companies: it is never billed.";
            return Err(Problem::new(Code::InternalTenant, detail));
        }
        Ok(tenant)
    }
}

#[cfg(test)]
mod tests;
