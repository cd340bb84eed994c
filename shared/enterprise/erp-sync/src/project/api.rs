//! The list of synced projects.

use axum::extract::State;
use edge_access::ErpAdmin;
use edge_http::{Code, Json, Listing, Page, Problem};
use edge_tenants::{Scoped, TenantHeader};

use super::Project;
use crate::router::{AppState, check_mode};

/// List projects
///
/// Returns the projects in the ERP as the last run found them, sorted by id.
#[utoipa::path(
    get, path = "/api/v1/erp-sync/projects", tag = "ERP sync", security(("key" = ["erp:admin"])),
    params(
        Page,
        TenantHeader,
    ),
    responses((status = 200, description = "A page of projects.", body = Listing<Project>)),
)]
pub(crate) async fn list_projects(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<ErpAdmin>,
    page: Page,
) -> Result<Json<Listing<Project>>, Problem> {
    check_mode(&tenant)?;
    let after = page.cursor.as_deref().map(|cursor| {
        let after = hex::decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let is_valid = |after: &String| !after.contains('\0');
        after.filter(is_valid).ok_or_else(|| Problem::field("cursor", "must be the nextCursor of a page"))
    });
    let after = after.transpose()?.unwrap_or_default();
    let stored = state.worker.records().projects(&tenant.id, &after, page.limit.saturating_add(1)).await?;
    let projects: Result<Vec<Project>, _> = stored.iter().map(|project| serde_json::from_str(project)).collect();
    let projects =
        projects.map_err(|error| Problem::new(Code::Internal, "A project cannot be read.").because(error))?;
    Ok(Json(Listing::from_one_more(projects, &page, |project: &Project| hex::encode(&project.id))))
}
