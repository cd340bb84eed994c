//! `POST /api/v1/seats/invalidate`.

use axum::extract::State;
use edge_access::{Granted, SeatsWrite};
use edge_http::{Code, Json, Problem, ProblemBody};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::AppState;
use crate::subject::{ExternalOrg, Id};

/// The organisation whose cached seats are invalidated: either `organizationId`, or `applicationSlug` and
/// `externalOrgId`.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct InvalidateSeatsRequest {
    /// The organisation's id in the ERP.
    #[serde(default)]
    organization_id: Option<String>,
    /// The application's slug; required together with `externalOrgId`.
    #[serde(default)]
    application_slug: Option<String>,
    /// The organisation's id in the application; required together with `applicationSlug`.
    #[serde(default)]
    external_org_id: Option<String>,
}

/// The result of an invalidation: data cached before it is no longer served.
#[derive(Serialize, ToSchema)]
pub(super) struct InvalidateSeatsResponse {
    /// The organisation's fence number, which increases with every invalidation.
    fence: i64,
}

/// The organisation whose seats are invalidated.
enum InvalidationTarget {
    Organization(Id),
    ExternalOrg(ExternalOrg),
}

impl InvalidateSeatsRequest {
    fn parse(&self) -> Result<InvalidationTarget, Problem> {
        let id =
            |field: &str, text: &str| Id::parse(text).map_err(|invalid| Problem::field(field, invalid.to_string()));
        match (&self.organization_id, &self.application_slug, &self.external_org_id) {
            (Some(organization), None, None) => {
                Ok(InvalidationTarget::Organization(id("organizationId", organization)?))
            }
            (None, Some(application), Some(external_org)) => Ok(InvalidationTarget::ExternalOrg(ExternalOrg {
                application: id("applicationSlug", application)?,
                id: id("externalOrgId", external_org)?,
            })),
            (None, Some(_), None) => Err(Problem::field("externalOrgId", "is required with applicationSlug")),
            (None, None, Some(_)) => Err(Problem::field("applicationSlug", "is required with externalOrgId")),
            (None, None, None) => {
                Err(Problem::field("organizationId", "is required, or applicationSlug with externalOrgId"))
            }
            (Some(_), _, _) => {
                Err(Problem::field("organizationId", "must stand alone, without applicationSlug and externalOrgId"))
            }
        }
    }
}

/// Invalidate an organisation's seats
///
/// After the response, the next check of any user of the organisation asks the ERP, on every instance. The subscription
/// state reported by payment events is kept.
#[utoipa::path(
    post, path = "/api/v1/seats/invalidate", operation_id = "invalidate_seats",
    tag = "Seats", security(("key" = ["seats:write"])),
    request_body = InvalidateSeatsRequest,
    responses(
        (status = 200, description = "The cached seats are invalidated.", body = InvalidateSeatsResponse),
        (status = 404, description = "`ORGANIZATION_NOT_FOUND`: the organisation does not belong to the key's tenant.", body = ProblemBody),
    ),
)]
pub(super) async fn invalidate(
    State(state): State<AppState>,
    granted: Granted<SeatsWrite>,
    Json(request): Json<InvalidateSeatsRequest>,
) -> Result<Json<InvalidateSeatsResponse>, Problem> {
    let caller = granted.caller;
    let invalidation = state.verification.invalidation();
    let not_found = || Problem::new(Code::OrganizationNotFound, "There is no such organisation.");
    let raised = match request.parse()? {
        InvalidationTarget::Organization(organization) => {
            if !caller.sees(organization.as_str()) {
                return Err(not_found());
            }
            invalidation.invalidate(organization.as_str()).await
        }
        InvalidationTarget::ExternalOrg(org) => {
            if !caller.speaks_for(org.application.as_str()) {
                return Err(Problem::new(
                    Code::PermissionDenied,
                    "The API key is not allowed to use this application.",
                ));
            }
            if caller.tenant.is_some() {
                let organization = invalidation.organization_of(&org).await?;
                let is_own = organization.is_some_and(|organization| caller.sees(&organization));
                if !is_own && !state.is_bound_to_own(&caller, &org).await {
                    return Err(not_found());
                }
            }
            invalidation.invalidate_external_org(&org).await
        }
    };
    Ok(Json(InvalidateSeatsResponse { fence: raised? }))
}
