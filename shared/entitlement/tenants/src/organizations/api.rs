//! Organizations over HTTP.

use axum::extract::{Path, State};
use axum::response::Response;
use edge_access::{AnyScope, Caller, Granted, OrganizationsRead, OrganizationsWrite, Role, Scope};
use edge_audit::{Actor, AuditFilter};
use edge_capabilities::database::Cursor;
use edge_capabilities::random;
use edge_http::{Address, Code, Json, Listing, Page, Problem, Text, is_email};
use edge_idempotency::Idempotent;
use edge_seats::ExternalOrg;
use http::StatusCode;

use super::request::{
    CreateOrganizationRequest, ExternalIdChange, UpdateOrganizationRequest, read_external_ids, slug_of,
    with_field_names,
};
use super::response::OrganizationResponse;
use crate::audit::api::AuditEntryResponse;
use crate::error::{MemberError, TenantError};
use crate::members::MembershipChange;
use crate::members::PersonPatch;
use crate::members::api::{MemberKeys, check_role_scopes};
use crate::router::{AppState, require_platform};
use crate::tenant::Tenant;
use crate::tenant::request::{MAX_TEXT_LEN, is_uuid, new_uuid};

/// How often a slug that was made from a name gets another ending because another organization has it.
const MAX_SLUGS: u32 = 5;

/// Create an organization
///
/// With a platform key, `ownerUserId` names the OWNER. A person who is signed in becomes the OWNER and reaches the
/// organization by `X-Tenant-Id`; in a tenant, only its OWNER may create another organization. Repeating the request
/// with the same `Idempotency-Key` creates only one organization.
#[utoipa::path(
    post, path = "/organizations", tag = "Organizations", security(("key" = ["organizations:write"])),
    params(("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters.")),
    request_body = CreateOrganizationRequest,
    responses(
        (status = 201, description = "The organization is created.", body = OrganizationResponse),
        (status = 409, description = "`ALREADY_EXISTS`: another organization has this slug, external id or Stripe customer."),
    ),
)]
pub(crate) async fn create_organization(
    State(state): State<AppState>,
    granted: Granted<AnyScope>,
    address: Address,
    request: Idempotent<CreateOrganizationRequest>,
) -> Result<Response, Problem> {
    require_founder(&granted.caller)?;
    let (caller, actor) = (&granted.caller, granted.caller.actor(address));
    state
        .idempotency
        .once(&caller.idempotency_scope(), request, async |new| {
            let created = state.create_organization(new, caller, &actor).await.map_err(with_field_names)?;
            Ok((StatusCode::CREATED, created))
        })
        .await
}

/// List organizations
///
/// Organizations are listed newest first. A tenant's key lists only its own; a person lists those of which they are a
/// member with the right to read them.
#[utoipa::path(
    get, path = "/organizations", tag = "Organizations", security(("key" = ["organizations:read"])), params(Page),
    responses((status = 200, description = "A page of organizations.", body = Listing<OrganizationResponse>)),
)]
pub(crate) async fn list_organizations(
    State(state): State<AppState>,
    granted: Granted<AnyScope>,
    page: Page,
) -> Result<Json<Listing<OrganizationResponse>>, Problem> {
    let only = state.visible_organizations(&granted.caller).await?;
    let tenants = state.tenants.list(only, None, page.cursor(is_uuid)?, page.rows()).await?;
    let Listing { data, next_cursor } =
        page.listing(tenants, |last| Cursor::new(last.created_at, last.id.clone()), |tenant| tenant);
    Ok(Json(Listing { data: state.organizations(data).await?, next_cursor }))
}

/// Get an organization
#[utoipa::path(
    get, path = "/organizations/{id}", tag = "Organizations", security(("key" = ["organizations:read"])),
    params(("id" = String, Path, description = "The organization's id.")),
    responses(
        (status = 200, description = "The organization.", body = OrganizationResponse),
        (status = 404, description = "`ORGANIZATION_NOT_FOUND`: there is no such organization, or it is not the caller's."),
    ),
)]
pub(crate) async fn get_organization(
    State(state): State<AppState>,
    granted: Granted<OrganizationsRead>,
    Path(id): Path<String>,
) -> Result<Json<OrganizationResponse>, Problem> {
    let tenant = state.find_organization(&granted.caller, &id).await?;
    state.organization(tenant).await.map(Json)
}

/// Update an organization
///
/// Omitted fields keep their values; null clears an optional field. An organization's own callers can change its name,
/// its billing address and its time zone.
#[utoipa::path(
    patch, path = "/organizations/{id}", tag = "Organizations", security(("key" = ["organizations:write"])),
    params(("id" = String, Path, description = "The organization's id.")), request_body = UpdateOrganizationRequest,
    responses(
        (status = 200, description = "The updated organization.", body = OrganizationResponse),
        (status = 404, description = "`ORGANIZATION_NOT_FOUND`: there is no such organization, or it is not the caller's."),
        (status = 409, description = "`ALREADY_EXISTS`: another organization has this slug, external id or Stripe customer."),
    ),
)]
pub(crate) async fn update_organization(
    State(state): State<AppState>,
    granted: Granted<OrganizationsWrite>,
    address: Address,
    Path(id): Path<String>,
    Json(changes): Json<UpdateOrganizationRequest>,
) -> Result<Json<OrganizationResponse>, Problem> {
    let (caller, actor) = (&granted.caller, granted.caller.actor(address));
    let tenant = state.find_organization(caller, &id).await?;
    let external_ids = read_external_ids(&changes.external_ids)?;
    if !external_ids.is_empty() {
        require_platform(caller)?;
        state.require_free(&external_ids, Some(&tenant.id)).await?;
    }
    let tenant = state.update(caller, &actor, &tenant.id, &changes.fields()?).await.map_err(with_field_names)?;
    state.set_external_ids(&tenant, &external_ids, &actor).await?;
    state.organization(tenant).await.map(Json)
}

/// List an organization's audit entries
///
/// Entries are listed newest first. They are never changed or deleted.
#[utoipa::path(
    get, path = "/organizations/{id}/audit", operation_id = "list_organization_audit_entries",
    tag = "Organizations", security(("key" = ["organizations:read"])),
    params(("id" = String, Path, description = "The organization's id."), Page),
    responses(
        (status = 200, description = "A page of audit entries.", body = Listing<AuditEntryResponse>),
        (status = 404, description = "`ORGANIZATION_NOT_FOUND`: there is no such organization, or it is not the caller's."),
    ),
)]
pub(crate) async fn list_audit_entries(
    State(state): State<AppState>,
    granted: Granted<OrganizationsRead>,
    Path(id): Path<String>,
    page: Page,
) -> Result<Json<Listing<AuditEntryResponse>>, Problem> {
    let tenant = state.find_organization(&granted.caller, &id).await?;
    state.audit_entries(&tenant, None, &AuditFilter::default(), &page).await.map(Json)
}

/// Delete a person's data
///
/// Removes the user from the organization and deletes the person's data everywhere. The user's id stays in the audit
/// and payment records. What was begun and not finished is finished when the request is repeated.
#[utoipa::path(
    delete, path = "/organizations/{id}/users/{userId}", tag = "Organizations",
    security(("key" = ["organizations:write"])),
    params(
        ("id" = String, Path, description = "The organization's id."),
        ("userId" = String, Path, description = "The user's id."),
        ("api_keys" = Option<String>, Query, description = "`revoke` also revokes the keys that the user created and all their descendants."),
    ),
    responses(
        (status = 204, description = "The person's data is deleted."),
        (status = 404, description = "`ORGANIZATION_NOT_FOUND`, `USER_NOT_FOUND`: there is no such user."),
        (status = 409, description = "`LAST_OWNER`: an organization keeps at least one owner."),
    ),
)]
pub(crate) async fn erase_user(
    State(state): State<AppState>,
    granted: Granted<OrganizationsWrite>,
    address: Address,
    Path((id, user)): Path<(String, String)>,
    keys: MemberKeys,
) -> Result<StatusCode, Problem> {
    let (caller, actor) = (&granted.caller, granted.caller.actor(address));
    let tenant = state.find_organization(caller, &id).await?;
    if let Some(member) =
        if Text::<MAX_TEXT_LEN>::accepts(&user) { state.members.find(&tenant.id, &user).await? } else { None }
    {
        check_role_scopes(caller, member.role)?;
    }
    state.remove_member(caller, &actor, &tenant, &user, keys).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The matrix of billing: who may create an organization. A person who acts in no tenant founds their first; in a tenant
/// only an OWNER creates another one.
fn require_founder(caller: &Caller) -> Result<(), Problem> {
    let denied = |detail: &'static str| Err(Problem::new(Code::PermissionDenied, detail));
    match &caller.tenant {
        None if caller.may(Scope::OrganizationsWrite) => Ok(()),
        None => denied("This requires the scope organizations:write."),
        Some(_) if caller.person().is_none() => denied("A tenant's key creates no organization."),
        Some(tenant) if tenant.as_str().is_empty() || caller.may(Scope::TenantsAdmin) => Ok(()),
        Some(_) => denied("Only an OWNER creates another organization."),
    }
}

impl AppState {
    async fn create_organization(
        &self,
        new: CreateOrganizationRequest,
        caller: &Caller,
        actor: &Actor,
    ) -> Result<OrganizationResponse, Problem> {
        let person = caller.person();
        let owner = match (&new.owner_user_id, person) {
            (Some(owner), _) if !Text::<MAX_TEXT_LEN>::accepts(owner) => {
                return Err(Problem::field("ownerUserId", "must be 1 to 256 bytes without control characters"));
            }
            (Some(owner), Some(person)) if caller.tenant.is_some() && owner != person => {
                let detail = "A person becomes the OWNER of their organization; only the platform names another one.";
                return Err(Problem::new(Code::PermissionDenied, detail));
            }
            (Some(owner), _) => owner.clone(),
            (None, Some(person)) => person.to_owned(),
            (None, None) => return Err(Problem::field("ownerUserId", "is required with a platform key")),
        };
        if new.is_for_the_platform() {
            require_platform(caller)?;
        }
        let external_ids = read_external_ids(&new.external_ids)?;
        self.require_free(&external_ids, None).await?;
        let own_email = caller.email.as_deref().filter(|_| person == Some(owner.as_str()));
        let owner_email = new.owner_email.as_deref().or(own_email);
        let Some(address) = owner_email.or(new.billing_email.as_deref()) else {
            return Err(Problem::field("billingEmail", "is required"));
        };
        if owner_email.is_none() && !is_email(address) {
            return Err(Problem::field("billingEmail", "must be an e-mail address"));
        }
        let mut tenant = Tenant {
            slug: new.slug.clone().unwrap_or_else(|| slug_of(&new.name)),
            owner_email: address.to_owned(),
            ..Tenant::new(new_uuid(&*self.capabilities.random), new.mode, self.now())
        };
        new.fields().apply(&mut tenant)?;
        // INVARIANT: the owner is stored before the organization. Should the instance die in between, there is a member of
        // an organization that does not exist, not an organization that nobody owns.
        let join = MembershipChange::Join(Role::Owner, None);
        self.members.change(&tenant.id, &owner, join, actor, tenant.created_at).await?;
        let tenant = self.insert_with_slug(tenant, new.slug.is_none(), actor).await?;
        let owner_email = owner_email.map(|email| Some(email.to_owned()));
        self.people
            .note(&tenant.id, &owner, &PersonPatch { email: owner_email, name: None }, tenant.created_at)
            .await?;
        self.set_external_ids(&tenant, &external_ids, actor).await?;
        self.organization(tenant).await
    }

    /// Stores a new tenant; with another ending of its slug, where that was made from its name and another one has it.
    async fn insert_with_slug(&self, tenant: Tenant, is_made: bool, actor: &Actor) -> Result<Tenant, Problem> {
        let wanted = tenant.slug.clone();
        let mut tenant = tenant;
        for _ in 0..MAX_SLUGS {
            match self.insert(tenant.clone(), actor).await {
                Err(TenantError::Taken("slug")) if is_made => {
                    tenant.slug = format!("{wanted}-{}", random::hex::<4>(&*self.capabilities.random));
                }
                result => return Ok(result?),
            }
        }
        Err(TenantError::Taken("slug").into())
    }

    /// An error where an external id to set is another organization's than `own`.
    async fn require_free(&self, changes: &[ExternalIdChange], own: Option<&str>) -> Result<(), Problem> {
        for ExternalIdChange { application, external_org } in changes {
            let Some(external_org) = external_org else { continue };
            let holder = self.external_ids.holder(application.as_str(), external_org.as_str()).await?;
            if holder.is_some_and(|holder| Some(holder.as_str()) != own) {
                return Err(crate::error::ExternalIdError::Taken.into());
            }
        }
        Ok(())
    }

    async fn set_external_ids(
        &self,
        tenant: &Tenant,
        changes: &[ExternalIdChange],
        actor: &Actor,
    ) -> Result<(), Problem> {
        for ExternalIdChange { application, external_org } in changes {
            let known = self.external_ids.find(&tenant.id, application.as_str()).await?;
            match (external_org, known) {
                (Some(external_org), known)
                    if known.as_ref().is_none_or(|known| known.external_org != external_org.as_str()) =>
                {
                    let org = ExternalOrg { application: application.clone(), id: external_org.clone() };
                    self.external_id_changes.set(&tenant.id, &org, actor).await?;
                }
                (None, Some(known)) => {
                    self.external_id_changes.remove(&tenant.id, application, &known.external_org, actor).await?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The ids of the organizations that `caller` may list; None: all.
    async fn visible_organizations(&self, caller: &Caller) -> Result<Option<Vec<String>>, Problem> {
        let may_read = caller.may(Scope::OrganizationsRead);
        let own = caller.tenant.as_ref().map(|own| own.as_str().to_owned()).filter(|own| !own.is_empty());
        let is_without_tenant = caller.tenant.is_some() && own.is_none();
        if !may_read && !is_without_tenant {
            return Err(Problem::new(Code::PermissionDenied, "This requires the scope organizations:read."));
        }
        if caller.tenant.is_none() {
            return Ok(None);
        }
        let mut visible: Vec<String> = own.into_iter().collect();
        if let Some(person) = caller.person() {
            let memberships = self.members.tenants_of(person).await?;
            let readable = memberships.into_iter().filter(|(_, role)| role.scopes().contains(Scope::OrganizationsRead));
            visible.extend(readable.map(|(tenant, _)| tenant));
        }
        Ok(Some(visible))
    }

    async fn find_organization(&self, caller: &Caller, id: &str) -> Result<Tenant, Problem> {
        self.find(caller, id).await.map_err(|problem| match problem.code() {
            Code::TenantNotFound => Problem::new(Code::OrganizationNotFound, "There is no such organization."),
            _ => problem,
        })
    }

    async fn organization(&self, tenant: Tenant) -> Result<OrganizationResponse, Problem> {
        let shown = self.organizations(vec![tenant]).await?.pop();
        shown.ok_or_else(|| MemberError::IsNoMember.into())
    }
}
