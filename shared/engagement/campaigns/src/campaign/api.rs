//! Campaigns over HTTP.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use edge_access::{MessagesRead, MessagesWrite};
use edge_capabilities::random;
use edge_database::Cursor;
use edge_http::{Json, Listing, Page, Problem, Text};
use edge_idempotency::Idempotent;
use edge_tenants::{Scoped, TenantHeader};
use http::header::{ETAG, IF_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use super::model::{Campaign, CampaignStatus, JsonObject};
use super::request::CampaignRequest;
use super::response::CampaignResponse;
use crate::error::CampaignError;
use crate::router::AppState;

/// Whether a text can be an id.
pub(crate) fn is_id(text: &str) -> bool {
    Text::<64>::accepts(text)
}

/// Create a campaign
///
/// The campaign is a `draft`: it sends nothing until it is activated.
#[utoipa::path(
    post, path = "/api/v1/campaigns", operation_id = "create_campaign", tag = "Campaigns",
    security(("key" = ["messages:write"])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = CampaignRequest,
    responses((status = 201, description = "The campaign was created.", body = CampaignResponse)),
)]
pub(crate) async fn create_campaign(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<MessagesWrite>,
    request: Idempotent<CampaignRequest>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    let work = async |new: CampaignRequest| {
        let errors = new.errors(true);
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        let now = state.now();
        let mut campaign = Campaign {
            id: format!("cmp_{}", random::hex::<12>(&*state.capabilities.random)),
            tenant: tenant.id.clone(),
            name: String::new(),
            description: None,
            status: CampaignStatus::Draft,
            version: 1,
            steps: Vec::new(),
            variables: JsonObject::default(),
            stop_on_reply: false,
            quiet_hours: None,
            created_at: now,
            updated_at: now,
            activated_at: None,
            revision: 1,
        };
        new.apply(&mut campaign);
        state.campaigns.insert(&campaign).await?;
        let detail = json!({"campaign_id": campaign.id});
        state.audit(&campaign, "campaign.created", "created", &detail, &actor).await?;
        Ok((StatusCode::CREATED, CampaignResponse::from(campaign)))
    };
    state.idempotency.once(&scope, request, work).await
}

/// The filters of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CampaignListQuery {
    /// Only campaigns in this state.
    #[param(inline)]
    status: Option<CampaignStatus>,
}

/// List campaigns
#[utoipa::path(
    get, path = "/api/v1/campaigns", operation_id = "list_campaigns", tag = "Campaigns",
    security(("key" = ["messages:read"])), params(Page, CampaignListQuery, TenantHeader),
    responses((status = 200, description = "A page of campaigns, newest first.", body = Listing<CampaignResponse>)),
)]
pub(crate) async fn list_campaigns(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<MessagesRead>,
    page: Page,
    uri: Uri,
) -> Result<Json<Listing<CampaignResponse>>, Problem> {
    let unreadable = |_| Problem::field("status", "must be draft, active or paused");
    let Query(CampaignListQuery { status }) = Query::try_from_uri(&uri).map_err(unreadable)?;
    let found = state.campaigns.list(&tenant.id, status, page.cursor(is_id)?, page.rows()).await?;
    let position = |campaign: &Campaign| Cursor::new(campaign.created_at, campaign.id.as_str());
    Ok(Json(page.listing(found, position, CampaignResponse::from)))
}

/// Get a campaign
#[utoipa::path(
    get, path = "/api/v1/campaigns/{campaign_id}", operation_id = "get_campaign", tag = "Campaigns",
    security(("key" = ["messages:read"])),
    params(("campaign_id" = String, Path, description = "The campaign's id."), TenantHeader),
    responses(
        (status = 200, description = "The campaign; its version as `ETag`.", body = CampaignResponse),
        (status = 404, description = "`CAMPAIGN_NOT_FOUND`: the campaign does not exist or belongs to another tenant."),
    ),
)]
pub(crate) async fn get_campaign(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<MessagesRead>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    Ok(tagged(state.find_campaign(&tenant.id, &id).await?))
}

/// Update a campaign
///
/// Fields that are absent keep their values. `stop_on_reply` and `quiet_hours` hold at once for everybody; what messages say
/// changes for contacts who are enrolled after that.
#[utoipa::path(
    put, path = "/api/v1/campaigns/{campaign_id}", operation_id = "update_campaign", tag = "Campaigns",
    security(("key" = ["messages:write"])),
    params(
        ("campaign_id" = String, Path, description = "The campaign's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version to change."),
        TenantHeader,
    ),
    request_body = CampaignRequest,
    responses(
        (status = 200, description = "The campaign was updated; its version as `ETag`.", body = CampaignResponse),
        (status = 404, description = "`CAMPAIGN_NOT_FOUND`: the campaign does not exist or belongs to another tenant."),
        (status = 412, description = "`PRECONDITION_FAILED`: it has changed since it was read."),
    ),
)]
pub(crate) async fn update_campaign(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<MessagesWrite>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Json(changes): Json<CampaignRequest>,
) -> Result<Response, Problem> {
    state.find_campaign(&tenant.id, &id).await?;
    let errors = changes.errors(false);
    if !errors.is_empty() {
        return Err(Problem::fields(errors));
    }
    let change = |campaign: &mut Campaign| {
        if !matches(&headers, campaign) {
            return Err(CampaignError::Changed);
        }
        changes.apply(campaign);
        Ok(())
    };
    let (campaign, is_changed) = state.campaigns.change(&tenant.id, &id, state.now(), change).await?;
    if is_changed {
        let (mark, detail) = (campaign.revision.to_string(), json!({"campaign_id": campaign.id}));
        state.audit(&campaign, "campaign.changed", &mark, &detail, &actor).await?;
    }
    Ok(tagged(campaign))
}

/// Activate a campaign
///
/// What is due is sent from now on. What fell due while the campaign was paused is sent too. A campaign that is active
/// already stays as it is.
#[utoipa::path(
    post, path = "/api/v1/campaigns/{campaign_id}/activate", operation_id = "activate_campaign", tag = "Campaigns",
    security(("key" = ["messages:write"])),
    params(("campaign_id" = String, Path, description = "The campaign's id."), TenantHeader),
    responses(
        (status = 200, description = "The campaign is active; its version as `ETag`.", body = CampaignResponse),
        (status = 404, description = "`CAMPAIGN_NOT_FOUND`: the campaign does not exist or belongs to another tenant."),
        (status = 409, description = "`CAMPAIGN_EMPTY`: it has no active step."),
    ),
)]
pub(crate) async fn activate_campaign(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<MessagesWrite>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    state.find_campaign(&tenant.id, &id).await?;
    let now = state.now();
    let change = |campaign: &mut Campaign| {
        if campaign.status == CampaignStatus::Active {
            return Ok(());
        }
        if !campaign.has_active_step() {
            return Err(CampaignError::NoSteps);
        }
        campaign.status = CampaignStatus::Active;
        campaign.activated_at = Some(now);
        Ok(())
    };
    let (campaign, is_changed) = state.campaigns.change(&tenant.id, &id, now, change).await?;
    if is_changed {
        let (mark, detail) = (campaign.revision.to_string(), json!({"campaign_id": campaign.id}));
        state.audit(&campaign, "campaign.activated", &mark, &detail, &actor).await?;
    }
    Ok(tagged(campaign))
}

/// Pause a campaign
///
/// Nothing is sent until it is activated again; what is due waits. A campaign that is paused already stays as it is.
#[utoipa::path(
    post, path = "/api/v1/campaigns/{campaign_id}/pause", operation_id = "pause_campaign", tag = "Campaigns",
    security(("key" = ["messages:write"])),
    params(("campaign_id" = String, Path, description = "The campaign's id."), TenantHeader),
    responses(
        (status = 200, description = "The campaign is paused; its version as `ETag`.", body = CampaignResponse),
        (status = 404, description = "`CAMPAIGN_NOT_FOUND`: the campaign does not exist or belongs to another tenant."),
        (status = 409, description = "`CAMPAIGN_NOT_ACTIVE`: it was never activated."),
    ),
)]
pub(crate) async fn pause_campaign(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<MessagesWrite>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    state.find_campaign(&tenant.id, &id).await?;
    let change = |campaign: &mut Campaign| match campaign.status {
        CampaignStatus::Draft => Err(CampaignError::NotActive),
        CampaignStatus::Active | CampaignStatus::Paused => {
            campaign.status = CampaignStatus::Paused;
            Ok(())
        }
    };
    let (campaign, is_changed) = state.campaigns.change(&tenant.id, &id, state.now(), change).await?;
    if is_changed {
        let (mark, detail) = (campaign.revision.to_string(), json!({"campaign_id": campaign.id}));
        state.audit(&campaign, "campaign.paused", &mark, &detail, &actor).await?;
    }
    Ok(tagged(campaign))
}

fn etag(campaign: &Campaign) -> String {
    format!("\"{}\"", campaign.revision)
}

/// Whether `If-Match` names the version of `campaign`, or is absent.
pub(crate) fn matches(headers: &HeaderMap, campaign: &Campaign) -> bool {
    let own = etag(campaign);
    let values = headers.get_all(IF_MATCH).iter();
    let mut sent = values.flat_map(|value| value.to_str().unwrap_or_default().split(',')).map(str::trim).peekable();
    sent.peek().is_none() || sent.any(|known| known == "*" || known == own)
}

/// `campaign` with its `ETag`.
fn tagged(campaign: Campaign) -> Response {
    let etag = HeaderValue::try_from(etag(&campaign));
    let mut response = Json(CampaignResponse::from(campaign)).into_response();
    if let Ok(etag) = etag {
        response.headers_mut().insert(ETAG, etag);
    }
    response
}

impl AppState {
    /// The campaign `id` of `tenant`.
    pub(crate) async fn find_campaign(&self, tenant: &str, id: &str) -> Result<Campaign, CampaignError> {
        let found = if is_id(id) { self.campaigns.find(tenant, id).await? } else { None };
        found.ok_or(CampaignError::NotFound)
    }
}
