//! The external ids of a tenant over HTTP. They decide whose payments count for whose seats, so only the platform sets them:
//! a tenant that could take another's id would reach the other's seats.

use axum::extract::{Path, State};
use edge_access::{Granted, TenantsAdmin};
use edge_http::{Address, Code, Json, Listing, Problem};
use edge_seats::{ExternalOrg, Id, StorageError};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store::ExternalId;
use crate::error::ExternalIdError;
use crate::router::{AppState, require_platform};

/// A tenant's external id in an application.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SetExternalIdRequest {
    /// The tenant's id in the application, 1 to 256 bytes: `hospital_id` in HealOS, `company_id` in PowerDialer.
    external_org_id: String,
}

/// A tenant's external id in an application.
#[derive(Serialize, ToSchema)]
#[schema(as = ExternalId)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExternalIdResponse {
    application_slug: String,
    external_org_id: String,
    set_by: String,
    set_at: String,
}

impl From<ExternalId> for ExternalIdResponse {
    fn from(id: ExternalId) -> Self {
        Self {
            application_slug: id.application,
            external_org_id: id.external_org,
            set_by: id.set_by,
            set_at: id.set_at.to_rfc3339_millis(),
        }
    }
}

impl From<ExternalIdError> for Problem {
    fn from(error: ExternalIdError) -> Self {
        match error {
            ExternalIdError::Taken => Self::new(Code::AlreadyExists, "Another tenant has this id in this application."),
            ExternalIdError::Busy => {
                Self::new(Code::StoreUnavailable, "The id is being changed by others; try again.").retry_after(1)
            }
            ExternalIdError::Cache(error) => StorageError::Cache(error).into(),
            ExternalIdError::Db(error) => error.into(),
        }
    }
}

pub(crate) fn read_id(field: &str, text: &str) -> Result<Id, Problem> {
    Id::parse(text).map_err(|invalid| Problem::field(field, invalid.to_string()))
}

/// List a tenant's external ids
#[utoipa::path(
    get, path = "/api/v1/tenants/{id}/external-ids", operation_id = "list_external_ids",
    tag = "Tenants", security(("key" = ["tenants:admin"])),
    params(("id" = String, Path, description = "The tenant's id.")),
    responses((status = 200, description = "All external ids of the tenant, sorted by application.", body = Listing<ExternalIdResponse>)),
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    granted: Granted<TenantsAdmin>,
    Path(id): Path<String>,
) -> Result<Json<Listing<ExternalIdResponse>>, Problem> {
    let tenant = state.find(&granted.caller, &id).await?;
    let all = state.external_ids.of(&tenant.id).await?;
    Ok(Json(Listing { data: all.into_iter().map(Into::into).collect(), next_cursor: None }))
}

/// Set a tenant's external id
///
/// Requires a platform key. From then on, payment events of the tenant apply to seat checks under this id, regardless
/// of the organisation's id in the ERP.
#[utoipa::path(
    put, path = "/api/v1/tenants/{id}/external-ids/{applicationSlug}", operation_id = "set_external_id",
    tag = "Tenants",
    security(("key" = ["tenants:admin"])),
    params(
        ("id" = String, Path, description = "The tenant's id."),
        ("applicationSlug" = String, Path, description = "The application."),
    ),
    request_body = SetExternalIdRequest,
    responses(
        (status = 200, description = "The external id is set.", body = ExternalIdResponse),
        (status = 409, description = "`ALREADY_EXISTS`: another tenant has this id in this application."),
    ),
)]
pub(crate) async fn set(
    State(state): State<AppState>,
    granted: Granted<TenantsAdmin>,
    address: Address,
    Path((id, application)): Path<(String, String)>,
    Json(new): Json<SetExternalIdRequest>,
) -> Result<Json<ExternalIdResponse>, Problem> {
    let tenant = state.find(&granted.caller, &id).await?;
    require_platform(&granted.caller)?;
    let application = read_id("applicationSlug", &application)?;
    let org = ExternalOrg { application, id: read_id("externalOrgId", &new.external_org_id)? };
    let actor = granted.caller.actor(address);
    Ok(Json(state.external_id_changes.set(&tenant.id, &org, &actor).await?.into()))
}

/// Delete a tenant's external id
///
/// Requires a platform key.
#[utoipa::path(
    delete, path = "/api/v1/tenants/{id}/external-ids/{applicationSlug}", operation_id = "delete_external_id",
    tag = "Tenants",
    security(("key" = ["tenants:admin"])),
    params(
        ("id" = String, Path, description = "The tenant's id."),
        ("applicationSlug" = String, Path, description = "The application."),
    ),
    responses((status = 204, description = "The external id is deleted.")),
)]
pub(crate) async fn remove(
    State(state): State<AppState>,
    granted: Granted<TenantsAdmin>,
    address: Address,
    Path((id, application)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let tenant = state.find(&granted.caller, &id).await?;
    require_platform(&granted.caller)?;
    let none = || Problem::new(Code::ExternalIdNotFound, "The tenant has no id in this application.");
    let application = Id::parse(&application).map_err(|_| none())?;
    let known = state.external_ids.find(&tenant.id, application.as_str()).await?.ok_or_else(none)?;
    let actor = granted.caller.actor(address);
    state.external_id_changes.remove(&tenant.id, &application, &known.external_org, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}
