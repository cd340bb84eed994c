//! Suppressions over HTTP, for those who look after a tenant's contacts.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use edge_access::{MessagesRead, MessagesWrite};
use edge_database::Cursor;
use edge_http::{Code, Json, Listing, Page, Problem, Text};
use edge_notifications::Channel;
use edge_tenants::{Scoped, TenantHeader};
use http::{StatusCode, Uri};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::model::{Suppression, SuppressionReason, normalized};
use crate::router::AppState;

/// An address that is not written to over a channel.
#[derive(Serialize, ToSchema)]
#[schema(as = Suppression)]
pub(crate) struct SuppressionResponse {
    id: String,
    #[schema(value_type = String, example = "EMAIL")]
    channel: Channel,
    /// Null: the contact was erased, and a hash of the address is all that is left.
    address: Option<String>,
    reason: SuppressionReason,
    created_at: String,
}

impl From<Suppression> for SuppressionResponse {
    fn from(suppression: Suppression) -> Self {
        let is_known = !suppression.is_forgotten();
        Self {
            id: suppression.id,
            channel: suppression.channel,
            address: is_known.then_some(suppression.address),
            reason: suppression.reason,
            created_at: suppression.created_at.to_rfc3339_millis(),
        }
    }
}

/// The filters of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SuppressionListQuery {
    /// Only of this channel: `EMAIL`, `SMS`, `WHATSAPP` or `PUSH`.
    channel: Option<String>,
    /// Only for this reason.
    #[param(inline)]
    reason: Option<SuppressionReason>,
}

/// An address to suppress.
#[derive(Deserialize, ToSchema)]
pub(crate) struct CreateSuppressionRequest {
    /// `EMAIL`, `SMS`, `WHATSAPP` or `PUSH`.
    channel: String,
    /// The e-mail address, the phone number, or the user's id.
    address: String,
}

fn read_channel(written: &str) -> Result<Channel, Problem> {
    let known = Channel::parse(written).filter(|channel| *channel != Channel::InApp);
    known.ok_or_else(|| Problem::field("channel", "must be EMAIL, SMS, WHATSAPP or PUSH"))
}

fn is_id(text: &str) -> bool {
    Text::<64>::accepts(text)
}

/// List suppressions
#[utoipa::path(
    get, path = "/api/v1/contacts/suppressions", operation_id = "list_suppressions", tag = "Contacts",
    security(("key" = ["messages:read"])), params(Page, SuppressionListQuery, TenantHeader),
    responses((status = 200, description = "A page of suppressions, newest first.", body = Listing<SuppressionResponse>)),
)]
pub(crate) async fn list_suppressions(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<MessagesRead>,
    page: Page,
    uri: Uri,
) -> Result<Json<Listing<SuppressionResponse>>, Problem> {
    let unreadable = |_| Problem::field("reason", "must be unsubscribed, replied, bounced, complained or manual");
    let Query(query) = Query::<SuppressionListQuery>::try_from_uri(&uri).map_err(unreadable)?;
    let channel = query.channel.as_deref().map(read_channel).transpose()?;
    let cursor = page.cursor(is_id)?;
    let found = state.suppressions.list(&tenant.id, channel, query.reason, cursor, page.rows()).await?;
    let position = |one: &Suppression| Cursor::new(one.created_at, one.id.as_str());
    Ok(Json(page.listing(found, position, SuppressionResponse::from)))
}

/// Suppress an address
///
/// The tenant does not write to the address over the channel any more, also not what is queued already. What is critical,
/// such as a one-time code, goes nevertheless.
#[utoipa::path(
    post, path = "/api/v1/contacts/suppressions", operation_id = "create_suppression", tag = "Contacts",
    security(("key" = ["messages:write"])), params(TenantHeader), request_body = CreateSuppressionRequest,
    responses(
        (status = 201, description = "The address is suppressed.", body = SuppressionResponse),
        (status = 409, description = "`ALREADY_EXISTS`: it was suppressed before."),
    ),
)]
pub(crate) async fn create_suppression(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<MessagesWrite>,
    Json(CreateSuppressionRequest { channel, address }): Json<CreateSuppressionRequest>,
) -> Result<Response, Problem> {
    let channel = read_channel(&channel)?;
    let address = normalized(channel, &address).ok_or_else(|| {
        Problem::field("address", "must be an address of the channel: an e-mail address, or + and digits")
    })?;
    let is_new = state.suppressions.add(&tenant.id, channel, &address, SuppressionReason::Manual, state.now()).await?;
    let found = state.suppressions.find(&tenant.id, channel, &address).await?.filter(|_| is_new);
    let Some(suppression) = found else {
        return Err(Problem::new(Code::AlreadyExists, "The address is suppressed over this channel already."));
    };
    let detail = json!({"suppression_id": suppression.id, "channel": channel});
    let mark = format!("{}.created", suppression.id);
    state.audit(&tenant.id, "suppression.created", mark, &detail, &actor).await?;
    Ok((StatusCode::CREATED, Json(SuppressionResponse::from(suppression))).into_response())
}

/// Remove a suppression
///
/// The tenant writes to the address again. Do this only where the person has asked for it.
#[utoipa::path(
    delete, path = "/api/v1/contacts/suppressions/{suppression_id}", operation_id = "delete_suppression",
    tag = "Contacts", security(("key" = ["messages:write"])),
    params(("suppression_id" = String, Path, description = "The suppression's id."), TenantHeader),
    responses(
        (status = 204, description = "It is removed."),
        (status = 404, description = "`NOT_FOUND`: there is no such suppression, or it is another tenant's."),
    ),
)]
pub(crate) async fn delete_suppression(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<MessagesWrite>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let unknown = || Problem::new(Code::NotFound, "There is no such suppression.");
    let found = if is_id(&id) { state.suppressions.by_id(&tenant.id, &id).await? } else { None };
    let suppression = found.ok_or_else(unknown)?;
    let detail = json!({"suppression_id": id, "channel": suppression.channel, "reason": suppression.reason});
    state.audit(&tenant.id, "suppression.removed", format!("{id}.removed"), &detail, &actor).await?;
    state.suppressions.remove(&tenant.id, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
