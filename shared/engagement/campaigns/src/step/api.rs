//! Steps over HTTP.

use axum::extract::{Path, State};
use axum::response::Response;
use edge_access::{MessagesRead, MessagesWrite};
use edge_capabilities::random;
use edge_http::{FieldError, Json, Listing, Problem};
use edge_idempotency::Idempotent;
use edge_tenants::{Scoped, TenantHeader};
use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::model::Step;
use super::request::StepRequest;
use super::response::StepResponse;
use crate::campaign::Campaign;
use crate::campaign::api::matches;
use crate::error::CampaignError;
use crate::router::AppState;

/// The most steps of a campaign.
const MAX_STEPS: usize = 50;

/// The most that its templates are together, bytes.
const MAX_TEMPLATES: usize = 128 << 10;

/// Create a step
///
/// A template that cannot be rendered is refused with the line. Contacts who are enrolled already go through the campaign as
/// it was then.
#[utoipa::path(
    post, path = "/api/v1/campaigns/{campaign_id}/steps", operation_id = "create_campaign_step", tag = "Campaigns",
    security(("key" = ["messages:write"])),
    params(
        ("campaign_id" = String, Path, description = "The campaign's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = StepRequest,
    responses(
        (status = 201, description = "The step was created.", body = StepResponse),
        (status = 404, description = "`CAMPAIGN_NOT_FOUND`: the campaign does not exist or belongs to another tenant."),
        (status = 409, description = "`ALREADY_EXISTS`: another step has this number."),
    ),
)]
pub(crate) async fn create_step(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<MessagesWrite>,
    Path(id): Path<String>,
    request: Idempotent<StepRequest>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    let work = async |new: StepRequest| {
        state.find_campaign(&tenant.id, &id).await?;
        let step_id = format!("stp_{}", random::hex::<8>(&*state.capabilities.random));
        let change = |campaign: &mut Campaign| {
            let last = campaign.steps.iter().map(|step| step.step_number).max().unwrap_or_default();
            let step = new.clone().read(None, &step_id, last.saturating_add(1)).map_err(CampaignError::Invalid)?;
            if campaign.steps.iter().any(|other| other.step_number == step.step_number) {
                return Err(CampaignError::NumberTaken);
            }
            campaign.steps.push(step);
            check_size(campaign)
        };
        let (campaign, _) = state.campaigns.change(&tenant.id, &id, state.now(), change).await?;
        let step = find(&campaign, &step_id)?;
        let detail = json!({"campaign_id": campaign.id, "step_id": step_id, "step_number": step.step_number});
        state.audit(&campaign, "campaign.step_created", &step_id, &detail, &actor).await?;
        Ok((StatusCode::CREATED, StepResponse::new(&campaign.id, step)))
    };
    state.idempotency.once(&scope, request, work).await
}

/// List the steps of a campaign
#[utoipa::path(
    get, path = "/api/v1/campaigns/{campaign_id}/steps", operation_id = "list_campaign_steps", tag = "Campaigns",
    security(("key" = ["messages:read"])),
    params(("campaign_id" = String, Path, description = "The campaign's id."), TenantHeader),
    responses(
        (status = 200, description = "All its steps, by number.", body = Listing<StepResponse>),
        (status = 404, description = "`CAMPAIGN_NOT_FOUND`: the campaign does not exist or belongs to another tenant."),
    ),
)]
pub(crate) async fn list_steps(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<MessagesRead>,
    Path(id): Path<String>,
) -> Result<Json<Listing<StepResponse>>, Problem> {
    let campaign = state.find_campaign(&tenant.id, &id).await?;
    let data = campaign.steps.iter().map(|step| StepResponse::new(&campaign.id, step)).collect();
    Ok(Json(Listing { data, next_cursor: None }))
}

/// Update a step
///
/// Fields that are absent keep their values. Contacts who are enrolled already go through the campaign as it was then.
#[utoipa::path(
    put, path = "/api/v1/campaigns/{campaign_id}/steps/{step_id}", operation_id = "update_campaign_step",
    tag = "Campaigns", security(("key" = ["messages:write"])),
    params(
        ("campaign_id" = String, Path, description = "The campaign's id."),
        ("step_id" = String, Path, description = "The step's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the campaign's version to change."),
        TenantHeader,
    ),
    request_body = StepRequest,
    responses(
        (status = 200, description = "The step was updated.", body = StepResponse),
        (status = 404, description = "`CAMPAIGN_NOT_FOUND`, `STEP_NOT_FOUND`: the campaign or the step does not exist, or belongs to another tenant."),
        (status = 409, description = "`ALREADY_EXISTS`: another step has this number."),
        (status = 412, description = "`PRECONDITION_FAILED`: the campaign has changed since it was read."),
    ),
)]
pub(crate) async fn update_step(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<MessagesWrite>,
    headers: HeaderMap,
    Path((id, step_id)): Path<(String, String)>,
    Json(changes): Json<StepRequest>,
) -> Result<Json<StepResponse>, Problem> {
    state.find_campaign(&tenant.id, &id).await?;
    let change = |campaign: &mut Campaign| {
        if !matches(&headers, campaign) {
            return Err(CampaignError::Changed);
        }
        let before = find(campaign, &step_id)?;
        let step = changes.clone().read(Some(before), &step_id, 0).map_err(CampaignError::Invalid)?;
        if campaign.steps.iter().any(|other| other.id != step.id && other.step_number == step.step_number) {
            return Err(CampaignError::NumberTaken);
        }
        for known in &mut campaign.steps {
            if known.id == step.id {
                *known = step.clone();
            }
        }
        check_size(campaign)
    };
    let (campaign, is_changed) = state.campaigns.change(&tenant.id, &id, state.now(), change).await?;
    let step = find(&campaign, &step_id)?;
    if is_changed {
        let detail = json!({"campaign_id": campaign.id, "step_id": step_id, "step_number": step.step_number});
        let mark = campaign.revision.to_string();
        state.audit(&campaign, "campaign.step_changed", &mark, &detail, &actor).await?;
    }
    Ok(Json(StepResponse::new(&campaign.id, step)))
}

fn find<'c>(campaign: &'c Campaign, id: &str) -> Result<&'c Step, CampaignError> {
    campaign.steps.iter().find(|step| step.id == id).ok_or(CampaignError::StepNotFound)
}

/// An error if the steps of `campaign` are more than one may have.
fn check_size(campaign: &Campaign) -> Result<(), CampaignError> {
    let size: usize = campaign.steps.iter().map(|step| step.message_template.len()).sum();
    let error = |field: &str, message: &str| Err(CampaignError::Invalid(vec![FieldError::new(field, message)]));
    if campaign.steps.len() > MAX_STEPS {
        error("step_number", "a campaign has at most 50 steps")
    } else if size > MAX_TEMPLATES {
        error("message_template", "the templates of a campaign are at most 128 KiB together")
    } else {
        Ok(())
    }
}
