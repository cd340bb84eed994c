//! The list of those whom a run would deactivate.

use std::collections::HashMap;

use axum::extract::State;
use edge_access::{ErpAdmin, Role};
use edge_http::{Code, Json, Listing, Page, Problem};
use edge_tenants::{Member, Scoped, TenantHeader};
use http::Uri;
use serde::Serialize;
use utoipa::ToSchema;

use super::ActiveRecord;
use super::deactivation::list_missing;
use crate::error::SyncError;
use crate::router::{AppState, check_mode};
use crate::run::api::StatusQuery;
use crate::run::{Kind, Status};

/// An employee or a project that a run would deactivate.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncDeactivation)]
pub(crate) struct DeactivationResponse {
    /// The id in the ERP.
    erp_id: String,
    /// The employee's user; null for projects.
    user_id: Option<String>,
    /// The name of the person or the project; null if it is not known.
    name: Option<String>,
    /// The role that the user would lose; null for projects, and if the user is no member.
    role: Option<Role>,
    department: Option<String>,
    job_title: Option<String>,
}

/// List what a run would deactivate
///
/// Lists whom the run deactivates if it is confirmed, in the order in which the ERP's records were first seen. The list is
/// empty if no run waits for confirmation.
#[utoipa::path(
    get, path = "/api/v1/erp-sync/deactivations", tag = "ERP sync", security(("key" = ["erp:admin"])),
    params(
        Page,
        ("kind" = Option<String>, Query, description = "`employees`, which is the default, or `projects`."),
        TenantHeader,
    ),
    responses((status = 200, description = "A page of employees or projects.", body = Listing<DeactivationResponse>)),
)]
pub(crate) async fn list_deactivations(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<ErpAdmin>,
    page: Page,
    uri: Uri,
) -> Result<Json<Listing<DeactivationResponse>>, Problem> {
    check_mode(&tenant)?;
    let kind = StatusQuery::kind_in(&uri)?.unwrap_or(Kind::Employees);
    let after = page.parse_cursor(|text| text.parse::<i64>().ok())?.unwrap_or(0);
    let open = state.worker.runs().find_open(&tenant.id, kind).await?;
    let Some(run) = open.filter(|run| run.status == Status::NeedsConfirmation) else {
        return Ok(Json(Listing { data: Vec::new(), next_cursor: None }));
    };
    let (records, limit) = (state.worker.records(), usize::try_from(page.rows()).unwrap_or(usize::MAX));
    let missing = list_missing(records, &run, after, limit).await.map_err(|error| match error {
        SyncError::Db(error) => Problem::from(error),
        other => {
            Problem::new(Code::StoreUnavailable, "The run cannot be read; try again.").because(format!("{other:?}"))
        }
    })?;
    let shown: Vec<&str> = missing.iter().map(ActiveRecord::user).collect();
    let (members, names) = match kind {
        Kind::Employees => (state.worker.members().find_all(&tenant.id, &shown).await?, HashMap::new()),
        Kind::Projects => (Vec::new(), records.project_names(&tenant.id, &shown).await?),
    };
    let members: HashMap<String, Member> = members.into_iter().map(|member| (member.user.clone(), member)).collect();
    Ok(Json(page.listing(
        missing,
        |last| last.ordinal,
        |record| {
            let user = record.user().to_owned();
            let member = members.get(&user);
            let person = member.and_then(|member| member.person.as_ref());
            DeactivationResponse {
                name: person.and_then(|person| person.name.clone()).or_else(|| names.get(&record.id).cloned()),
                role: member.map(|member| member.role),
                department: person.and_then(|person| person.department.clone()),
                job_title: person.and_then(|person| person.job_title.clone()),
                user_id: (kind == Kind::Employees).then_some(user),
                erp_id: record.id,
            }
        },
    )))
}
