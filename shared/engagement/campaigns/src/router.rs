//! The routes of campaigns. The handlers of each resource are in its `api`.

use axum::Router;
use axum::routing::{get, post, put};
use edge_access::Authenticator;
use edge_audit::{Actor, AuditEntry, AuditLog};
use edge_capabilities::{Capabilities, Timestamp};
use edge_contacts::{Contacts, Suppressions};
use edge_database::{DatabaseError, Db};
use edge_idempotency::Idempotency;
use edge_jobs::JobRunner;
use edge_tenants::Tenants;
use utoipa::OpenApi;

use crate::campaign::{self, Campaign, Campaigns};
use crate::enrolment::{self, Enrolments};
use crate::sending::{
    ADVANCE, ADVANCE_EVERY, Advance, FOLLOW, FollowMessages, REMOVE_ENDED, REMOVE_EVERY, RemoveEnded, Sending,
};
use crate::{stats, step};

#[derive(Clone)]
pub(crate) struct AppState {
    authenticator: Authenticator,
    audit: AuditLog,
    pub(crate) campaigns: Campaigns,
    pub(crate) capabilities: Capabilities,
    pub(crate) contacts: Contacts,
    pub(crate) enrolments: Enrolments,
    pub(crate) idempotency: Idempotency,
    pub(crate) suppressions: Suppressions,
    tenants: Tenants,
}

impl AppState {
    pub(crate) fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    /// Appends to the tenant's audit log that `actor` did `action`, once for each `mark`: the entry is there before the
    /// caller has the answer.
    pub(crate) async fn audit(
        &self,
        campaign: &Campaign,
        action: &str,
        mark: &str,
        detail: &serde_json::Value,
        actor: &Actor,
    ) -> Result<(), DatabaseError> {
        let entry = AuditEntry::with_id(format!("{}.{mark}", campaign.id), action, detail, actor, self.now());
        self.audit.append(&campaign.tenant, &entry).await
    }
}

edge_http::state_parts!(AppState { authenticator: Authenticator, tenants: Tenants });

/// The routes, for a component that serves others too.
pub fn routes(capabilities: &Capabilities, db: &Db) -> Router {
    let state = AppState {
        authenticator: Authenticator::new(capabilities, db),
        audit: AuditLog::new(db.clone()),
        campaigns: Campaigns::new(db.clone()),
        contacts: Contacts::new(db.clone()),
        enrolments: Enrolments::new(db.clone()),
        idempotency: Idempotency::new(capabilities, db),
        suppressions: Suppressions::new(capabilities, db),
        tenants: Tenants::new(db.clone()),
        capabilities: capabilities.clone(),
    };
    let campaigns = "/api/v1/campaigns";
    let one = format!("{campaigns}/{{campaign_id}}");
    let contact = "/api/v1/contacts/{contact_id}";
    Router::new()
        .route(campaigns, post(campaign::api::create_campaign).get(campaign::api::list_campaigns))
        .route(&one, get(campaign::api::get_campaign).put(campaign::api::update_campaign))
        .route(&format!("{one}/activate"), post(campaign::api::activate_campaign))
        .route(&format!("{one}/pause"), post(campaign::api::pause_campaign))
        .route(&format!("{one}/steps"), post(step::api::create_step).get(step::api::list_steps))
        .route(&format!("{one}/steps/{{step_id}}"), put(step::api::update_step))
        .route(&format!("{one}/stats"), get(stats::get_stats))
        .route(&format!("{contact}/campaign/{{campaign_id}}/enroll"), post(enrolment::api::enroll))
        .route(&format!("{contact}/campaigns/{{campaign_id}}/progress"), get(enrolment::api::get_progress))
        .with_state(state)
}

/// `runner` with the jobs that send what is due, and remove what is old.
#[must_use]
pub fn jobs(capabilities: &Capabilities, db: &Db, runner: JobRunner) -> JobRunner {
    let sending = Sending::new(capabilities, db);
    let remove = RemoveEnded { capabilities: capabilities.clone(), db: db.clone() };
    runner
        .repeat(ADVANCE, ADVANCE_EVERY, Advance(sending.clone()))
        .repeat(FOLLOW, ADVANCE_EVERY, FollowMessages(sending))
        .repeat(REMOVE_ENDED, REMOVE_EVERY, remove)
}

/// The routes alone, with the layers that all components share.
pub fn router(capabilities: Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    edge_http::finish(routes(&capabilities, &db), "messaging", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    campaign::api::create_campaign,
    campaign::api::list_campaigns,
    campaign::api::get_campaign,
    campaign::api::update_campaign,
    campaign::api::activate_campaign,
    campaign::api::pause_campaign,
    step::api::create_step,
    step::api::list_steps,
    step::api::update_step,
    stats::get_stats,
    enrolment::api::enroll,
    enrolment::api::get_progress
))]
pub struct ApiDoc;

#[cfg(test)]
mod tests;
