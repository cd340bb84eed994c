//! What applications call a tenant, over HTTP. It says whose payments decide over whose seats, so the platform alone
//! sets it: a tenant that could name itself after another would reach that one's.

use axum::extract::{Path, State};
use edge_access::{Granted, TenantsAdmin};
use edge_http::{Address, Code, Json, Listing, Problem};
use edge_seats::{ExternalOrg, Id, StorageError};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::store::ExternalId;
use crate::error::ExternalIdError;
use crate::router::{AppState, require_platform};
use crate::tenant::Tenant;
use edge_audit::Actor;

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
            ExternalIdError::Db(error) => error.into(),
        }
    }
}

/// Why the change that fences surround did not happen.
enum Failed {
    ExternalIdError(ExternalIdError),
    StorageError(StorageError),
}

impl From<StorageError> for Failed {
    fn from(error: StorageError) -> Self {
        Self::StorageError(error)
    }
}

impl From<Failed> for Problem {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::ExternalIdError(error) => error.into(),
            Failed::StorageError(error) => error.into(),
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
    let external_org = read_id("externalOrgId", &new.external_org_id)?;
    let actor = granted.caller.actor(address);
    Ok(Json(state.set_external_id(&tenant, &application, &external_org, &actor).await?.into()))
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
    state.remove_external_id(&tenant, &application, &known, &granted.caller.actor(address)).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl AppState {
    /// Sets what `application` calls `tenant`; the next seat checks see it.
    pub(crate) async fn set_external_id(
        &self,
        tenant: &Tenant,
        application: &Id,
        external_org: &Id,
        actor: &Actor,
    ) -> Result<ExternalId, Problem> {
        let now = self.now();
        let set = ExternalId {
            application: application.as_str().to_owned(),
            external_org: external_org.as_str().to_owned(),
            set_by: actor.id.clone(),
            set_at: now,
        };
        let org = |external_org: &Id| ExternalOrg { application: application.clone(), id: external_org.clone() };
        let mut before = None;
        let change = async || {
            before = self.external_ids.set(&tenant.id, &set).await.map_err(Failed::ExternalIdError)?;
            let no_longer = before.as_deref().and_then(|before| Id::parse(before).ok());
            Ok::<_, Failed>(no_longer.iter().chain([external_org]).map(&org).collect())
        };
        self.invalidation.rebind(&tenant.id, change).await?;
        let detail = json!({"application": set.application, "external_org": set.external_org, "before": before});
        self.audit.append(&tenant.id, &self.audit_entry("external_id.set", &detail, actor, now)).await?;
        Ok(self.external_ids.find(&tenant.id, application.as_str()).await?.unwrap_or(set))
    }

    /// Removes what `application` calls `tenant`, which was `known`.
    pub(crate) async fn remove_external_id(
        &self,
        tenant: &Tenant,
        application: &Id,
        known: &ExternalId,
        actor: &Actor,
    ) -> Result<(), Problem> {
        // Noted before it is done: afterwards nothing would tell that it is still to be noted.
        let detail = json!({"application": known.application, "external_org": known.external_org});
        self.audit.append(&tenant.id, &self.audit_entry("external_id.removed", &detail, actor, self.now())).await?;
        let change = async || {
            let removed = self.external_ids.remove(&tenant.id, application.as_str()).await;
            let removed = removed.map_err(|error| Failed::ExternalIdError(error.into()))?;
            let external_org = removed.as_deref().and_then(|removed| Id::parse(removed).ok());
            let org = |external_org| ExternalOrg { application: application.clone(), id: external_org };
            Ok::<_, Failed>(external_org.map(org).into_iter().collect())
        };
        Ok(self.invalidation.rebind(&tenant.id, change).await?)
    }
}
