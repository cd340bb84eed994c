//! Enrolments over HTTP.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use edge_access::{MessagesRead, MessagesWrite};
use edge_capabilities::random;
use edge_http::{Json, Problem, Raw, read_json};
use edge_tenants::{Scoped, Tenant, TenantHeader};
use edge_time_zones::Zone;
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::model::{Enrolment, EnrolmentStatus};
use super::response::ProgressResponse;
use crate::campaign::api::is_id;
use crate::campaign::{Campaign, CampaignStatus};
use crate::error::CampaignError;
use crate::router::AppState;

/// How a contact is enrolled. Nothing is required.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = CampaignEnrollRequest)]
pub(crate) struct EnrollRequest {
    /// Whether a contact whose way through the campaign has ended begins anew. The default is false.
    #[serde(default)]
    restart: bool,
}

/// Enroll a contact
///
/// The contact goes through the campaign as it is now: through the version that there is, or, in a draft, through the one
/// that is activated. The first delay counts from now, in a draft from the activation. A contact who is enrolled already
/// stays so.
#[utoipa::path(
    post, path = "/api/v1/contacts/{contact_id}/campaign/{campaign_id}/enroll", operation_id = "enroll_contact",
    tag = "Campaigns", security(("key" = ["messages:write"])),
    params(
        ("contact_id" = String, Path, description = "The contact's id."),
        ("campaign_id" = String, Path, description = "The campaign's id."),
        TenantHeader,
    ),
    request_body(content = Option<EnrollRequest>, description = "May be empty."),
    responses(
        (status = 200, description = "The contact was enrolled before.", body = ProgressResponse),
        (status = 201, description = "The contact is enrolled.", body = ProgressResponse),
        (status = 404, description = "`CONTACT_NOT_FOUND`, `CAMPAIGN_NOT_FOUND`: the contact or the campaign does not exist, or belongs to another tenant."),
        (status = 409, description = "`CONTACT_UNSUBSCRIBED`: a channel of the campaign is suppressed for the contact."),
    ),
)]
pub(crate) async fn enroll(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<MessagesWrite>,
    Path((contact, campaign)): Path<(String, String)>,
    Raw(body): Raw,
) -> Result<Response, Problem> {
    let request: EnrollRequest = if body.trim_ascii().is_empty() {
        EnrollRequest::default()
    } else {
        let value: serde_json::Value =
            serde_json::from_slice(&body).map_err(|_| Problem::field("body", "must be JSON, or empty"))?;
        if value.is_null() { EnrollRequest::default() } else { read_json(&value)? }
    };
    let contact = if is_id(&contact) { state.contacts.get(&tenant.id, &contact).await? } else { None };
    let contact = contact.ok_or(CampaignError::ContactNotFound)?;
    let campaign = state.find_campaign(&tenant.id, &campaign).await?;
    if let Some(known) = state.enrolments.last(&contact.id, &campaign.id).await?
        && (known.status == EnrolmentStatus::Active || !request.restart)
    {
        return Ok(Json(state.progress(known, &campaign).await?).into_response());
    }
    let suppressed = state.suppressions.of_contacts(&tenant.id, std::slice::from_ref(&contact)).await?;
    let suppressed = suppressed.get(&contact.id).map(Vec::as_slice).unwrap_or_default();
    let is_suppressed = |channel| suppressed.iter().any(|suppressed| suppressed.channel == channel);
    if campaign.steps.iter().any(|step| step.is_active && is_suppressed(step.channel)) {
        return Err(CampaignError::Unsubscribed.into());
    }
    let zone = contact.zone().unwrap_or_else(|| zone_of(&tenant));
    let enrolment = state.new_enrolment(&contact.id, &campaign, &zone).await?;
    let is_new = state.enrolments.insert(&enrolment).await?;
    let stored = state.enrolments.last(&contact.id, &campaign.id).await?.unwrap_or(enrolment);
    if is_new {
        let detail = json!({"campaign_id": campaign.id, "contact_id": contact.id, "version": stored.version});
        state.audit(&campaign, "campaign.contact_enrolled", &stored.id, &detail, &actor).await?;
    }
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(state.progress(stored, &campaign).await?)).into_response())
}

/// Get a contact's progress
///
/// What became of each step of the last enrolment, and when the next is due.
#[utoipa::path(
    get, path = "/api/v1/contacts/{contact_id}/campaigns/{campaign_id}/progress", operation_id = "get_campaign_progress",
    tag = "Campaigns", security(("key" = ["messages:read"])),
    params(
        ("contact_id" = String, Path, description = "The contact's id."),
        ("campaign_id" = String, Path, description = "The campaign's id."),
        TenantHeader,
    ),
    responses(
        (status = 200, description = "How far the contact is.", body = ProgressResponse),
        (status = 404, description = "`CAMPAIGN_NOT_FOUND`: the campaign does not exist or belongs to another tenant; `NOT_ENROLLED`: the contact was never enrolled."),
    ),
)]
pub(crate) async fn get_progress(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<MessagesRead>,
    Path((contact, campaign)): Path<(String, String)>,
) -> Result<Json<ProgressResponse>, Problem> {
    let campaign = state.find_campaign(&tenant.id, &campaign).await?;
    let found = if is_id(&contact) { state.enrolments.last(&contact, &campaign.id).await? } else { None };
    let enrolment = found.ok_or(CampaignError::NotEnrolled)?;
    Ok(Json(state.progress(enrolment, &campaign).await?))
}

/// The zone of `tenant`; UTC where this build does not know it.
pub(crate) fn zone_of(tenant: &Tenant) -> Zone {
    Zone::parse(&tenant.timezone).unwrap_or(Zone::UTC)
}

impl AppState {
    async fn new_enrolment(&self, contact: &str, campaign: &Campaign, zone: &Zone) -> Result<Enrolment, Problem> {
        let now = self.now();
        let mut enrolment = Enrolment {
            id: format!("enr_{}", random::hex::<12>(&*self.capabilities.random)),
            tenant: campaign.tenant.clone(),
            campaign: campaign.id.clone(),
            contact: contact.to_owned(),
            version: 0,
            status: EnrolmentStatus::Active,
            reason: None,
            position: 0,
            base_at: now,
            scheduled_at: None,
            due_at: Some(now),
            lease: None,
            message: None,
            steps_completed: 0,
            messages_sent: 0,
            started_at: now,
            last_step_at: None,
            completed_at: None,
        };
        if campaign.status != CampaignStatus::Draft {
            // Before the enrolment: what it says is there whenever somebody comes to it.
            self.campaigns.keep_version(campaign, now).await?;
            enrolment.version = campaign.version;
            enrolment.wait_for_next(&campaign.definition(), now, zone, now);
        }
        Ok(enrolment)
    }

    async fn progress(&self, enrolment: Enrolment, campaign: &Campaign) -> Result<ProgressResponse, Problem> {
        let key = (enrolment.campaign.clone(), enrolment.version);
        let definition = if enrolment.version == 0 {
            Some(campaign.definition())
        } else {
            self.campaigns.versions(std::slice::from_ref(&key)).await?.remove(&key)
        };
        let sends = self.enrolments.sends(&enrolment.id).await?;
        Ok(ProgressResponse::new(enrolment, campaign, definition.as_ref(), sends))
    }
}
