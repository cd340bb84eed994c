//! Applications over HTTP.

use axum::extract::{Path, State};
use axum::response::Response;
use edge_access::{ApplicationsRead, ApplicationsWrite, Caller, Granted};
use edge_database::retry_on_conflict;
use edge_http::{Code, Json, Listing, Page, Problem};
use edge_idempotency::Idempotent;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Application, SeatSource};
use super::request::{CreateApplicationRequest, UpdateApplicationRequest, is_slug};
use crate::router::{AppState, MAX_UPDATE_ATTEMPTS, busy, require_platform};

/// How many organizations a refused change of the seat source names.
const MAX_NAMED: u32 = 20;

/// An application.
#[derive(Serialize, ToSchema)]
#[schema(as = Application)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApplicationResponse {
    slug: String,
    name: String,
    /// The application's name for an organisation's id.
    external_id_name: String,
    /// Where the application's seats live: in the ERP, or in the edge's own database.
    seat_source: SeatSource,
    /// The hours that must pass before a seat that was assigned can be transferred.
    seat_cooldown_hours: u32,
    /// The days for which an invitation to a seat holds.
    invitation_days: u32,
    created_at: String,
    updated_at: String,
}

impl From<Application> for ApplicationResponse {
    fn from(application: Application) -> Self {
        Self {
            slug: application.slug,
            name: application.name,
            external_id_name: application.external_id_name,
            seat_source: application.seat_source,
            seat_cooldown_hours: application.seat_cooldown_hours,
            invitation_days: application.invitation_days,
            created_at: application.created_at.to_rfc3339_millis(),
            updated_at: application.updated_at.to_rfc3339_millis(),
        }
    }
}

/// Register an application
///
/// Requires a platform key. An application that nobody registered can be checked for seats too: its seats live in the
/// ERP.
#[utoipa::path(
    post, path = "/applications", tag = "Applications", security(("key" = ["applications:write"])),
    params(("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters.")),
    request_body = CreateApplicationRequest,
    responses(
        (status = 201, description = "The application is registered.", body = ApplicationResponse),
        (status = 409, description = "`ALREADY_EXISTS`: there is an application with this slug; `SEATS_NOT_IMPORTED`: as for an update."),
    ),
)]
pub(crate) async fn create_application(
    State(state): State<AppState>,
    granted: Granted<ApplicationsWrite>,
    request: Idempotent<CreateApplicationRequest>,
) -> Result<Response, Problem> {
    require_platform(&granted.caller)?;
    state
        .idempotency
        .once(&granted.caller.idempotency_scope(), request, async |new| {
            let force = new.force == Some(true);
            let application = new.read(&granted.caller.id, state.now())?;
            if !granted.caller.speaks_for(&application.slug) {
                let detail = "The credential is limited to other applications.";
                return Err(Problem::new(Code::PermissionDenied, detail));
            }
            let moves = application.seat_source == SeatSource::Edge;
            if moves && !force && state.applications.registered(&application.slug).await?.is_none() {
                state.require_imported(&application.slug).await?;
            }
            if !state.applications.insert(&application).await? {
                return Err(Problem::new(Code::AlreadyExists, "There is an application with this slug."));
            }
            if moves {
                state.invalidation.invalidate_application(&application.slug).await?;
            }
            Ok((StatusCode::CREATED, ApplicationResponse::from(application)))
        })
        .await
}

/// List applications
///
/// Applications are sorted by slug.
#[utoipa::path(
    get, path = "/applications", tag = "Applications", security(("key" = ["applications:read"])), params(Page),
    responses((status = 200, description = "A page of applications.", body = Listing<ApplicationResponse>)),
)]
pub(crate) async fn list_applications(
    State(state): State<AppState>,
    granted: Granted<ApplicationsRead>,
    page: Page,
) -> Result<Json<Listing<ApplicationResponse>>, Problem> {
    let last = page.parse_cursor(|cursor| Some(cursor.to_owned()).filter(|slug| is_slug(slug)))?.unwrap_or_default();
    let found = match &granted.caller.applications {
        None => state.applications.list(&last, page.rows()).await?,
        // A credential names a few applications.
        Some(allowed) => {
            let mut allowed: Vec<&String> = allowed.iter().filter(|slug| **slug > last).collect();
            allowed.sort_unstable();
            allowed.dedup();
            let mut found = Vec::new();
            for slug in allowed.into_iter().take(usize::try_from(page.rows()).unwrap_or(usize::MAX)) {
                found.extend(state.applications.registered(slug).await?);
            }
            found
        }
    };
    Ok(Json(page.listing(found, |last| last.slug.clone(), ApplicationResponse::from)))
}

/// Get an application
#[utoipa::path(
    get, path = "/applications/{slug}", tag = "Applications", security(("key" = ["applications:read"])),
    params(("slug" = String, Path, description = "The application's slug.")),
    responses(
        (status = 200, description = "The application.", body = ApplicationResponse),
        (status = 404, description = "`APPLICATION_NOT_FOUND`: nobody registered it."),
    ),
)]
pub(crate) async fn get_application(
    State(state): State<AppState>,
    granted: Granted<ApplicationsRead>,
    Path(slug): Path<String>,
) -> Result<Json<ApplicationResponse>, Problem> {
    Ok(Json(state.find_application(&granted.caller, &slug).await?.into()))
}

/// Update an application
///
/// Omitted fields keep their values. Requires a platform key. A new `seatSource` is in force once it is answered. It
/// becomes `edge` only if each organization for which the ERP gave a seat has a live subscription here, or with `force`.
#[utoipa::path(
    patch, path = "/applications/{slug}", tag = "Applications", security(("key" = ["applications:write"])),
    params(("slug" = String, Path, description = "The application's slug.")), request_body = UpdateApplicationRequest,
    responses(
        (status = 200, description = "The updated application.", body = ApplicationResponse),
        (status = 404, description = "`APPLICATION_NOT_FOUND`: nobody registered it."),
        (status = 409, description = "`SEATS_NOT_IMPORTED`: see `organizations`, how many, and `externalOrgIds`, the first of them."),
    ),
)]
pub(crate) async fn update_application(
    State(state): State<AppState>,
    granted: Granted<ApplicationsWrite>,
    Path(slug): Path<String>,
    Json(changes): Json<UpdateApplicationRequest>,
) -> Result<Json<ApplicationResponse>, Problem> {
    require_platform(&granted.caller)?;
    let attempt = || async {
        let before = state.find_application(&granted.caller, &slug).await?;
        let Some(after) = changes.read(&before, &granted.caller.id, state.now())? else { return Ok(Some(before)) };
        let moves = (before.seat_source, after.seat_source) == (SeatSource::Erp, SeatSource::Edge);
        if moves && changes.force != Some(true) {
            state.require_imported(&slug).await?;
        }
        Ok::<_, Problem>(state.applications.replace(&after).await?.then_some(after))
    };
    let after = retry_on_conflict(MAX_UPDATE_ATTEMPTS, attempt).await?.ok_or_else(busy)?;
    if changes.seat_source.is_some() {
        // Also where it is as before: who sends the change again may not have been answered.
        state.invalidation.invalidate_application(&slug).await?;
    }
    Ok(Json(after.into()))
}

impl AppState {
    /// Refuses to have the seats of `application` read from the record where the ERP has some that are not there.
    async fn require_imported(&self, application: &str) -> Result<(), Problem> {
        let missing = self.applications.not_imported(application, MAX_NAMED).await?;
        if missing.count == 0 {
            return Ok(());
        }
        let detail = "The ERP has given seats of organizations that have no live subscription here: their users would be \
            denied. Import the seats, or send force.";
        let named = serde_json::to_string(&missing.external_orgs).unwrap_or_else(|_| "[]".to_owned());
        let problem = Problem::new(Code::SeatsNotImported, detail);
        Err(problem.with("organizations", missing.count.to_string()).with("externalOrgIds", named))
    }

    /// The application `slug`, if somebody registered it and `caller` may act for it.
    pub(crate) async fn find_application(&self, caller: &Caller, slug: &str) -> Result<Application, Problem> {
        let is_valid = !slug.chars().any(char::is_control) && caller.speaks_for(slug);
        let found = if is_valid { self.applications.registered(slug).await? } else { None };
        found.ok_or_else(|| Problem::new(Code::ApplicationNotFound, "There is no such application."))
    }
}
